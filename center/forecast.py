"""How long a ticket will wait: the people who come first, times how long one takes, over the counters.

Queue length times a mean with a long memory beats rolling averages and the last wait seen. Where no counter
is shared it is `(ahead + 1) × mean ÷ open counters`. A counter that serves several services has people of all
of them before a ticket, so each service counts by its part of the work at these counters.
"""

from bisect import bisect_left, bisect_right

from bus.messages import Id, Wait
from center.command import Moment
from center.records import Place
from center.state import State

# Minutes as people say them. The range leans upward: who waited less than was said does not mind.
SAID = (0, 5, 10, 15, 20, 25, 30, 40, 50, 60, 75, 90, 120, 150, 180, 240, 300, 360, 480)
LEAN = 1.4


def forecast(state: State, service: Id, place: Place, now: Moment, people: int = 1) -> Wait | None:
    """The wait of somebody at that place in the queue of a service; none while no counter is open for it."""
    team = state.team(service)
    if not team:
        return None
    work = 0.0  # minutes that the team serves before that place
    for queue in state.queues.values():
        ahead = queue.ahead(place)
        if ahead and (helpers := state.team(queue.service.id)):
            work += ahead * queue.mean * len(helpers.keys() & team.keys()) / len(helpers)
    if not work and any(counter.status == "free" for counter in team.values()):
        return spoken(0)
    return spoken((work + state.queues[service].mean) / len(team))


def spoken(minutes: float) -> Wait:
    """The range that is said for an expected wait: 7 minutes are 5 to 10, 27 are 25 to 40."""
    low = SAID[bisect_right(SAID, minutes) - 1]
    high = SAID[max(1, min(bisect_left(SAID, minutes * LEAN), len(SAID) - 1))]
    return Wait(low, high)

"""How long a ticket will wait: the people before it, times how long one takes, over the open counters.

A queue's length times a mean with a long memory foretells better than the last wait or the last few waits do
(`luot bench waits`). To be right for a real hall it also counts

- several services at one counter: each by its part of the work there; a counter helps out while nobody of its
  own waits;
- who is being served now, by what is left of it: a ticket is called once those before it have begun;
- who is still to come and will be called first, by priority or a shorter target wait: as many as of late;
- breaks: what is reckoned is minutes of service, and the calendar lays them out by the clock.

Single services differ, so the deviation of a wait grows with its root, and that is how wide the range is.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from itertools import accumulate, islice
from math import sqrt
from typing import NamedTuple

from bus.messages import Id, Wait
from center.command import Moment
from center.records import Counter, Place, Queue
from center.state import State

# Minutes as people say them.
SAID = (0, 5, 10, 15, 20, 25, 30, 40, 50, 60, 75, 90, 120, 150, 180, 240, 300, 360, 480)
EARLIER, LATER = 0.5, 0.8  # deviations; who waited less than was said does not mind

LEAST_LEFT = 0.3  # of the mean: what is left of a service that has lasted longer than most
USUALLY_LEFT = 0.65  # of the mean: what is left, some time or other, of a service that has begun
RECENT = 50  # tickets that tell who comes
RECENT_MINUTES = 60.0  # that they are spread over at least: a rush at the door is soon over


class Outlook(NamedTuple):
    """A wait in minutes by the clock: likely that long, and hardly shorter or longer than that."""

    low: float
    likely: float
    high: float


class Before(NamedTuple):
    """What comes before a place."""

    tickets: int
    people: int
    room: int = 0  # for tickets that would come before too, were they here: taking turns


def forecast(state: State, service: Id, place: Place, now: Moment, *, priority: bool = False) -> Wait | None:
    """What is said of the wait at that place in a service's queue; none while no counter is open for it."""
    wait = outlook(state, service, place, now, priority=priority)
    return spoken(wait.low, wait.high) if wait is not None else None


def spoken(low: float, high: float) -> Wait:
    """The range in minutes that people say, no narrower: 7 to 12 are 5 to 15."""
    first = min(bisect_right(SAID, low), len(SAID) - 1) - 1
    last = min(bisect_left(SAID, high), len(SAID) - 1)
    return Wait(SAID[first], SAID[max(first + 1, last)])


def outlook(
    state: State, service: Id, place: Place, now: Moment, *, priority: bool = False
) -> Outlook | None:
    """The wait at that place; none while no counter is open for that service.

    `priority` is asked for only where the centre has a ratio: otherwise the place says who comes first.
    """
    calendar = state.calendars.get(service) if now.known else None
    teams = _teams(state, resting=calendar is not None and not calendar.is_open(now.at))
    team = teams.get(service, {})
    if not any(counter.open for counter in team.values()):
        return None
    share = {each: len(other.keys() & team.keys()) / len(other) for each, other in teams.items()}

    ratio = state.settings.ratio
    before = {
        each: _by_ratio(state.queues[each], place, priority, ratio)
        if ratio is not None and each == service
        else _by_place(state.queues[each], place)
        for each in teams
    }
    tickets = sum(share[each] * there.tickets for each, there in before.items())
    work = sum(share[each] * there.people * state.queues[each].mean for each, there in before.items())
    mean = state.queues[service].mean
    for counter in team.values():  # those who were sent to one counter alone
        tickets += counter.line.ahead(place)
        work += counter.line.people(place) * mean
    if tickets:
        mean = work / tickets
    work -= min(tickets, len(team) - 1) * USUALLY_LEFT * mean  # the last of them need not be over

    free = sorted(_left(state, counter, now) for counter in team.values())
    minutes = _until(free, work)
    coming = [
        (within, share[each] * more)
        for each, within, more in _coming(state, service, place, now, priority, before[service].room)
        if each in share
    ]
    for _ in range(3):  # a longer wait lets more people come before
        minutes = _until(free, work + sum(min(within, minutes) * more for within, more in coming))

    deviation = sqrt(minutes * mean / len(team))
    reach = (max(0.0, minutes - EARLIER * deviation), minutes, minutes + LATER * deviation)
    return Outlook(*(calendar.after(now.at, each) if calendar else each for each in reach))


def _teams(state: State, *, resting: bool) -> dict[Id, dict[Id, Counter]]:
    """The counters that call for each service, as things are: its own, and those with time to help out.

    Where it has no own, all that help out. In a break those count that pause: they will be back.
    """
    own: dict[Id, dict[Id, Counter]] = {}
    idle: dict[Id, dict[Id, Counter]] = {}
    busy: dict[Id, dict[Id, Counter]] = {}
    for id_, counter in state.counters.items():
        if not counter.open and not (resting and counter.status == "paused"):
            continue
        mine = [each for each in counter.serves if each in counter.setting.services]
        helping = busy if counter.line or any(state.queues[each] for each in mine) else idle
        for each in counter.serves:
            (own if each in mine else helping).setdefault(each, {})[id_] = counter
    return {
        each: own[each] | idle.get(each, {}) if each in own else idle.get(each, {}) | busy.get(each, {})
        for each in own | idle | busy
    }


def _by_place(queue: Queue, place: Place) -> Before:
    """Who comes before that place where the place says it."""
    tickets = queue.ahead(place)
    return Before(tickets, queue.people(place) if queue.service.people > 1 else tickets)


def _by_ratio(queue: Queue, place: Place, priority: bool, ratio: int) -> Before:
    """Who comes before that place where ordinary and priority tickets take turns."""
    same, other = (queue.priority, queue.ordinary) if priority else (queue.ordinary, queue.priority)
    ahead = same.ahead(place)
    turns = max(0, (ahead + 1) * ratio - queue.run) if priority else (ahead + queue.run) // ratio
    between = min(turns, len(other))
    return Before(ahead + between, same.people(place) + between, room=turns - between)


def _left(state: State, counter: Counter, now: Moment) -> float:
    """Minutes until the counter is free."""
    if counter.ticket is None:
        return 0.0
    mean = state.queues[counter.ticket.service].mean * counter.ticket.people
    return max(mean - (now.ran - counter.began_ran) / 60_000, LEAST_LEFT * mean)


def _until(free: list[float], work: float) -> float:
    """When counters that are free from these minutes on, in order, have taken up so much work."""
    return min((max(work, 0.0) + total) / count for count, total in enumerate(accumulate(free), 1))


def _coming(
    state: State, service: Id, place: Place, now: Moment, priority: bool, room: int
) -> Iterator[tuple[Id, float, float]]:
    """Who would be called before that place although they come later, judged by those who came of late.

    For each of these: the service, within how many minutes they would have to come, and how much work
    comes with them in a minute.
    """
    recent = list(islice(reversed(state.tickets.values()), RECENT))
    span = max(RECENT_MINUTES, (now.ran - recent[-1].ran) / 60_000) if recent else 0.0
    others = sum(each.service == service and each.priority != priority for each in recent)
    for ticket in recent:
        within = (place[0] - now.ran - (ticket.place[0] - ticket.ran)) / 60_000
        if room and ticket.service == service and ticket.priority != priority:
            within = span * room / others
        if within > 0:
            yield ticket.service, within, ticket.people * state.queues[ticket.service].mean / span

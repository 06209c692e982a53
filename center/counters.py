"""Counters: who works there, whom they call, and how a turn ends.

An act says which turn of its counter it has seen, and is refused where the counter has moved on. What would
end a ticket is also refused for GUARD after its call: a key was pressed twice.

Somebody who is called is on the way. Whoever is not missed within ARRIVAL of the last call is taken to be
there, because a clerk with four keys says nothing when a person comes. It is a guess that the clerk can undo:
`recall` and `no-show` go on working. Who is charged is there, so that is said at once. Therefore `next` makes
a no-show of somebody just called, and ends the service of somebody who is there.

While a payment is asked for at a counter nobody else is called to it: the next person would stand before the
code of the last one.
"""

from datetime import datetime, timedelta

from bus.asks import CallLabel, CounterAct, Open
from bus.events import (
    CounterClosed,
    CounterOpened,
    CounterPaused,
    EventBody,
    TicketCalled,
    TicketFinished,
    TicketMissed,
    TicketRequeued,
)
from center import views
from center.command import Command, Decision
from center.records import Counter, Ticket
from center.state import State
from config.errors import Refused

GUARD = timedelta(seconds=3)
ARRIVAL = timedelta(seconds=45)


def reached(state: State, command: Command, act: CounterAct) -> Counter:
    """The counter of an act. Raises Refused where the asker may not act there, or saw an older turn."""
    counter = state.counters.get(act.counter)
    if counter is None or counter.removed:
        raise Refused("unknown-counter", f"There is no counter {act.counter!r}.", field="counter")
    if command.role == "bridge" and not any(
        each.id == command.device and act.counter in each.counters for each in state.settings.devices
    ):
        raise Refused(
            "forbidden", f"{command.device} does not act for counter {act.counter}.", field="counter"
        )
    if act.seen != counter.turn:
        raise conflict(counter, f"Its turn is {counter.turn} and not {act.seen}.", field="seen")
    return counter


def conflict(counter: Counter, why: str, *, field: str = "") -> Refused:
    """A refusal that says what the counter is doing now."""
    doing = f"{counter.status} {counter.ticket.label}" if counter.ticket else counter.status
    return Refused("conflict", f"Counter {counter.setting.id} is {doing}. {why}", field=field)


def open_(state: State, counter: Counter, act: Open) -> Decision:
    """A clerk begins here, is back from a pause, or serves other services from now on."""
    if counter.clerk not in (None, act.clerk):
        raise conflict(counter, "Another clerk works there.", field="clerk")
    for each in state.counters.values():
        if each is not counter and each.clerk == act.clerk:
            raise conflict(counter, f"{act.clerk} works at counter {each.setting.id}.", field="clerk")
    offered = counter.setting.services + counter.setting.overflow
    if unknown := [each for each in act.services if each not in offered]:
        raise Refused(
            "bad-request", f"Counter {act.counter} does not serve {', '.join(unknown)}.", field="services"
        )
    services = tuple(each for each in offered if each in act.services or not act.services)
    return _told(counter, CounterOpened(act.counter, act.clerk, services))


def pause(counter: Counter) -> Decision:
    """Nobody is called from here for a while."""
    if counter.status != "free":
        raise conflict(counter, "Only a free counter can be paused.")
    return _told(counter, CounterPaused(counter.setting.id))


def close(counter: Counter, at: datetime) -> Decision:
    """The clerk leaves."""
    if counter.status == "closed":
        raise conflict(counter, "It is closed already.")
    _keep_here(counter, at)
    return _told(counter, *closing(counter))


def closing(counter: Counter) -> tuple[EventBody, ...]:
    """What closing does: who is served there is finished, who was called waits again in their own place."""
    id_ = counter.setting.id
    if counter.ticket is None:
        return (CounterClosed(id_),)
    ended = TicketRequeued if counter.status == "calling" else TicketFinished
    return ended(counter.ticket.id, id_), CounterClosed(id_)


def next_(state: State, counter: Counter, at: datetime) -> Decision:
    """Call whoever is due first, and end the present turn."""
    _keep_here(counter, at)
    if counter.status == "closed":
        raise conflict(counter, "Open it first.")
    ticket = _due_first(state, counter, at)
    if ticket is None:
        raise Refused("nobody-waiting", f"Nobody waits for counter {counter.setting.id}.")
    return _call(counter, ticket)


def call(state: State, counter: Counter, act: CallLabel, at: datetime) -> Decision:
    """Call one named ticket: somebody out of turn, or back after a no-show."""
    _keep_here(counter, at)
    if counter.status == "closed":
        raise conflict(counter, "Open it first.")
    ticket = state.tickets.get(f"{state.day}-{act.label}")
    if ticket is None:
        raise Refused("unknown-ticket", f"There is no ticket {act.label} today.", field="label")
    if ticket.status == "called":
        raise conflict(counter, f"{act.label} is at counter {ticket.counter}.", field="label")
    if ticket.status in ("served", "void"):
        raise conflict(counter, f"{act.label} is {ticket.status}.", field="label")
    return _call(counter, ticket)


def recall(counter: Counter) -> Decision:
    """Call the present ticket once more."""
    ticket = _present(counter)
    return _told(counter, TicketCalled(ticket.id, counter.setting.id, ticket.calls + 1))


def finish(counter: Counter, at: datetime) -> Decision:
    """The present ticket was served."""
    _keep_here(counter, at)
    return _told(counter, TicketFinished(_present(counter).id, counter.setting.id))


def no_show(counter: Counter, at: datetime) -> Decision:
    """The person did not come. They may: `call` brings their number back."""
    _keep_here(counter, at)
    return _told(counter, TicketMissed(_present(counter).id, counter.setting.id))


def _present(counter: Counter) -> Ticket:
    if counter.ticket is None:
        raise conflict(counter, "Nobody is there.")
    return counter.ticket


def _keep_here(counter: Counter, at: datetime) -> None:
    """Refuse what would end the turn, right after a call and while money is asked for."""
    if counter.ticket is not None and at - counter.called < GUARD:
        raise conflict(counter, f"{counter.ticket.label} was called less than {GUARD.seconds} s ago.")
    if counter.open_order is not None:
        raise conflict(counter, "A payment is open there: cancel it or take it in cash first.")


def _call(counter: Counter, ticket: Ticket) -> Decision:
    id_ = counter.setting.id
    called = TicketCalled(ticket.id, id_, ticket.calls + 1)
    events: tuple[EventBody, ...] = (called,)
    if counter.ticket is not None:
        ended = TicketMissed if counter.status == "calling" else TicketFinished
        events = (ended(counter.ticket.id, id_), called)
    return Decision(events, lambda after: views.ticket(after, after.tickets[called.ticket]))


def _due_first(state: State, counter: Counter, at: datetime) -> Ticket | None:
    """The earliest due of its own services, else of those where it helps out."""
    first = [ticket for each in counter.serves if (ticket := state.queues[each].first())]
    own = [each for each in first if _counts_as_own(state, counter, each, at)]
    return min(own or first, key=lambda ticket: ticket.place, default=None)


def _counts_as_own(state: State, counter: Counter, ticket: Ticket, at: datetime) -> bool:
    """So does a service where it helps out, while that has no counter open or its first is overdue."""
    return (
        ticket.service in counter.setting.services
        or ticket.due < at
        or not any(ticket.service in each.setting.services for each in state.team(ticket.service).values())
    )


def _told(counter: Counter, *events: EventBody) -> Decision:
    return Decision(events, lambda after: views.counter(after, counter.setting.id, after.rev))

"""Counters: who works there, and whether anybody is called to them.

One clerk works at a counter, and one counter is a clerk's; a clerk who takes over says so. An act says which
turn of its counter it has seen, and is refused where the counter has moved on.
"""

from msgspec.structs import replace

from bus.asks import CounterAct, Open, Pause
from bus.events import (
    CounterClosed,
    CounterOpened,
    CounterPaused,
    EventBody,
    TicketFinished,
    TicketRequeued,
    TicketTransferred,
)
from bus.messages import CounterState
from center import views
from center.command import Command, Decision, Moment
from center.records import Counter, Ticket
from center.state import State
from config.errors import Refused

GUARD_MS = 3_000  # after a call: what would end the ticket is a key that was pressed twice


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


def open_(state: State, counter: Counter, command: Command, act: Open) -> Decision:
    """A clerk begins here, is back from a pause, serves other services from now on, or takes over."""
    events: list[EventBody] = []
    if counter.clerk not in (None, act.clerk) and not act.take_over:
        raise conflict(counter, f"{counter.clerk} works there.", field="clerk")
    for each in state.counters.values():
        if each is counter or each.clerk != act.clerk:
            continue
        if not act.take_over:
            raise conflict(counter, f"{act.clerk} works at counter {each.setting.id}.", field="clerk")
        keep_here(each, command.now)
        events += closing(each)
    offered = counter.setting.services + counter.setting.overflow
    if unknown := [each for each in act.services if each not in offered]:
        raise Refused(
            "bad-request", f"Counter {act.counter} does not serve {', '.join(unknown)}.", field="services"
        )
    serves = tuple(each for each in offered if each in act.services or not act.services)
    return told(counter, *events, CounterOpened(act.counter, act.clerk, serves, command.device))


def pause(counter: Counter, act: Pause) -> Decision:
    """Nobody is called from here for a while."""
    if counter.status != "free":
        raise conflict(counter, "Only a free counter can be paused.")
    return told(counter, CounterPaused(counter.setting.id, act.reason))


def close(counter: Counter, now: Moment) -> Decision:
    """The clerk leaves."""
    if counter.status == "closed":
        raise conflict(counter, "It is closed already.")
    keep_here(counter, now)
    return told(counter, *closing(counter))


def closing(counter: Counter) -> tuple[EventBody, ...]:
    """What closing does: who is served there is finished, who was called waits again in their own place."""
    id_ = counter.setting.id
    if counter.ticket is None:
        return (CounterClosed(id_),)
    if counter.status == "calling":
        return TicketRequeued(counter.ticket.id, id_), CounterClosed(id_)
    return served(counter, counter.ticket), CounterClosed(id_)


def served(counter: Counter, ticket: Ticket) -> TicketFinished | TicketTransferred:
    """The end of a service; with a further one in the same visit the ticket waits for that."""
    id_ = counter.setting.id
    if ticket.then:
        return TicketTransferred(ticket.id, id_, ticket.then[0])
    return TicketFinished(ticket.id, id_)


def keep_here(counter: Counter, now: Moment) -> None:
    """Refuse what would end the turn, right after a call and while money is asked for."""
    if counter.ticket is not None and now.ran - counter.called_ran < GUARD_MS:
        raise conflict(counter, f"{counter.ticket.label} was called less than {GUARD_MS // 1000} s ago.")
    if counter.open_order is not None:
        raise conflict(counter, "A payment is open there: cancel it or take it in cash first.")


def told(counter: Counter, *events: EventBody) -> Decision:
    """These events, and the counter as they leave it."""
    return Decision(events, lambda after: shown(after, counter.setting.id))


def shown(state: State, counter: str) -> CounterState:
    """The counter as an answer tells it. Answers are kept for good, so they carry no note."""
    return replace(views.counter(state, counter, state.rev), note="")

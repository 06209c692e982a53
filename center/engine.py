"""The rules of the queue, pure: commands and the state go in, events come out.

No clock, no chance, no I/O, and the state is never changed here. The hub's side of it:

- before it decides, and whenever `due` has come, it applies what `tick` gives;
- it applies a decision's events one by one, then asks the decision's answer, then decides the next command;
- `Refused`, raised by `decide`, is an answer too: nothing happened.

Each noun has its rules: `tickets`, `counters`, `orders`.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta

from bus.asks import (
    VERBS,
    Adopt,
    CallLabel,
    CancelCharge,
    Charge,
    Close,
    CounterAct,
    Delivered,
    Finish,
    Next,
    NoShow,
    Open,
    PaidCash,
    Pause,
    Payment,
    Recall,
    Take,
)
from bus.events import DayOpened, EventBody, OrderExpired, PanelCleared, TicketServing
from center import counters, orders, tickets, views
from center.command import Command, Decision
from center.records import NEVER
from center.state import State
from config.errors import Refused

__all__ = ["Command", "Decision", "decide", "due", "tick"]

KEPT = timedelta(hours=12)  # by the hub's time, a day does not end for people whose numbers are younger
END_SHOWN = {"paid": timedelta(seconds=8), "expired": timedelta(seconds=20)}  # on the panel


def decide(state: State, command: Command) -> Decision:
    """What a request changes. Raises Refused where a rule is against it."""
    if command.role not in VERBS[command.verb].who:
        raise Refused("forbidden", f"A {command.role} may not ask {command.verb!r}.")
    match command.fields:
        case Take() as asked:
            return tickets.take(state, command, asked)
        case Delivered() as told:
            return tickets.delivered(state, command, told)
        case Adopt() as given_up:
            return tickets.adopt(state, command, given_up)
        case Payment() as paid:
            return orders.payment(state, paid)
        case CounterAct() as act:
            return _at_counter(state, command, act)
        case _:
            raise NotImplementedError(f"no rule for {command.verb}")


def _at_counter(state: State, command: Command, act: CounterAct) -> Decision:
    try:
        return _act(state, command, act)
    except Refused as refused:
        if refused.code == "conflict":
            refused.state = views.counter(state, act.counter, state.rev)
        raise


def _act(state: State, command: Command, act: CounterAct) -> Decision:
    counter = counters.reached(state, command, act)
    match act:
        case Open():
            return counters.open_(state, counter, act)
        case Pause():
            return counters.pause(counter)
        case Close():
            return counters.close(counter, command.at)
        case Next():
            return counters.next_(state, counter, command.at)
        case CallLabel():
            return counters.call(state, counter, act, command.at)
        case Recall():
            return counters.recall(counter)
        case Finish():
            return counters.finish(counter, command.at)
        case NoShow():
            return counters.no_show(counter, command.at)
        case Charge():
            return orders.charge(state, counter, command, act)
        case CancelCharge():
            return orders.cancel(counter)
        case PaidCash():
            return orders.paid_cash(counter)
        case _:
            raise NotImplementedError(f"no rule for {command.verb}")


def tick(state: State, at: datetime) -> tuple[EventBody, ...]:
    """What is due by itself: people who have come, payments that expire, panels to clear, a new day."""
    events = [event for when, event in _coming(state) if when <= at]
    if _day_ends(state) <= at:
        here = (each.id for each in state.tickets.values() if each.status in ("waiting", "called"))
        events.append(DayOpened(state.local_date(at), expired=tuple(here)))
    return tuple(events)


def due(state: State) -> datetime:
    """When `tick` is wanted next."""
    return min((_day_ends(state), *(when for when, _ in _coming(state))))


def _coming(state: State) -> Iterator[tuple[datetime, EventBody]]:
    """What will happen at each counter, and when, if nobody does anything."""
    for id_, counter in state.counters.items():
        if counter.ticket is not None and counter.status == "calling":
            yield counter.called + counters.ARRIVAL, TicketServing(counter.ticket.id, id_)
        if (order := counter.order) is not None:
            if order.status == "open":
                yield order.expires, OrderExpired(order.id)
            elif order.ended is not None and order.status in END_SHOWN:
                yield order.ended + END_SHOWN[order.status], PanelCleared(id_)
        if counter.removed and counter.status != "closed":
            yield from ((NEVER, event) for event in counters.closing(counter))


def _day_ends(state: State) -> datetime:
    """Midnight at the centre; while people are here, not before the youngest number is 12 h old."""
    if state.day is None:
        return NEVER
    midnight = datetime.combine(state.day + timedelta(days=1), time.min, state.zone).astimezone(UTC)
    anyone = any(state.queues.values()) or any(each.ticket for each in state.counters.values())
    return max(midnight, state.last_issue + KEPT) if anyone and state.last_issue else midnight

"""The rules of the queue, pure: commands and the state go in, events come out.

No clock, no chance, no I/O, and the state is never changed here. The hub's side of it:

- before it decides, and whenever `due` has come, it applies what `tick` gives;
- it applies a decision's events one by one, then asks the decision's answer, then decides the next command;
- `Refused`, raised by `decide`, is an answer too: nothing happened.

Each noun has its rules: `tickets`, `leases`, `appointments`, `services`, `counters`, `turns`, `orders`. Ages
and deadlines go by the hub's running time; only days, hours and appointments go by its clock.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta

from bus import asks
from bus.answers import HubTime
from bus.events import ClockConfirmed, DayOpened, EventBody, OrderExpired, PanelCleared, TicketServing
from center import appointments, counters, leases, orders, services, tickets, turns
from center.command import Command, Decision, Moment
from center.records import HERE, LABEL_REST, MS
from center.state import State
from config.clock import EARLIEST, milliseconds
from config.errors import Refused

__all__ = ["Command", "Decision", "Moment", "decide", "due", "tick"]

SHOWN_MS = {"paid": 8_000, "expired": 20_000, "rate": 20_000, "thanks": 4_000}  # on the panel
LATEST = datetime(2100, 1, 1, tzinfo=UTC)  # staff who say so mistyped
IDLE_MS = 24 * 3_600_000  # nothing is due sooner


def decide(state: State, command: Command) -> Decision:
    """What a request changes. Raises Refused where a rule is against it."""
    if command.role not in asks.VERBS[command.verb].who:
        raise Refused("forbidden", f"A {command.role} may not ask {command.verb!r}.")
    match command.fields:
        case asks.Take() as asked:
            return tickets.take(state, command, asked)
        case asks.Delivered() as told:
            return tickets.delivered(state, command, told)
        case asks.Cancel() as cancelled:
            return tickets.cancel(state, command, cancelled)
        case asks.Lease() as wanted:
            return leases.lease(state, command, wanted)
        case asks.Adopt() as given:
            return leases.adopt(state, command, given)
        case asks.SetFloor() as floor:
            return leases.set_floor(state, floor)
        case asks.Book() as booked:
            return appointments.book(state, command, booked)
        case asks.CancelAppointment() as unbooked:
            return appointments.cancel(state, unbooked)
        case asks.CheckIn() as arrived:
            return appointments.check_in(state, command, arrived)
        case asks.Shut() as shut:
            return services.shut(state, command, shut)
        case asks.Reopen() as reopened:
            return services.reopen(state, command, reopened)
        case asks.Rate() as rated:
            return turns.rate(state, rated)
        case asks.Payment() as paid:
            return orders.payment(state, paid)
        case asks.ConfirmClock() as confirmed:
            return _confirm_clock(state, confirmed)
        case asks.EndDay():
            return _end_day(state, command.now)
        case asks.CounterAct() as act:
            return _at_counter(state, command, act)
        case _:
            raise NotImplementedError(f"no rule for {command.verb}")


def _at_counter(state: State, command: Command, act: asks.CounterAct) -> Decision:
    try:
        return _act(state, command, act)
    except Refused as refused:
        if refused.code == "conflict":
            refused.state = counters.shown(state, act.counter)
        raise


def _act(state: State, command: Command, act: asks.CounterAct) -> Decision:
    counter, now = counters.reached(state, command, act), command.now
    match act:
        case asks.Open():
            return counters.open_(state, counter, command, act)
        case asks.Pause():
            return counters.pause(counter, act)
        case asks.Close():
            return counters.close(counter, now)
        case asks.Next():
            return turns.next_(state, counter, command)
        case asks.CallLabel():
            return turns.call(state, counter, act, command)
        case asks.Recall():
            return turns.recall(state, counter)
        case asks.Start():
            return turns.start(counter)
        case asks.Finish():
            return turns.finish(counter, now)
        case asks.NoShow():
            return turns.no_show(counter, now)
        case asks.Hold():
            return turns.hold(counter, now)
        case asks.Requeue():
            return turns.requeue(state, counter, act, now)
        case asks.Transfer():
            return turns.transfer(state, counter, act, now)
        case asks.ReportServed():
            return turns.report_served(state, counter, act)
        case asks.Charge():
            return orders.charge(state, counter, command, act)
        case asks.CancelCharge():
            return orders.cancel(counter)
        case asks.PaidCash():
            return orders.paid_cash(counter)
        case _:
            raise NotImplementedError(f"no rule for {command.verb}")


def _confirm_clock(state: State, told: asks.ConfirmClock) -> Decision:
    """Staff say what time it is. An earlier date undoes a day that a wrong clock began."""
    if not EARLIEST <= told.at < LATEST:
        raise Refused("bad-request", f"It is not the year {told.at.year}.", field="at")
    at = milliseconds(told.at)
    today = state.local_date(at)
    events: tuple[EventBody, ...] = (ClockConfirmed(at),)
    if state.day is not None and today < state.day:
        events = (*events, DayOpened(today, undone=True))
    return Decision(events, lambda after: HubTime(after.day, at))


def _end_day(state: State, now: Moment) -> Decision:
    """Numbers of the old day still wait, and staff see that nobody is here."""
    if state.day is None or state.local_date(now.at) <= state.day:
        raise Refused("conflict", "The day is not over: it ends by itself after midnight.")
    return Decision((_new_day(state, now),), lambda after: HubTime(after.day, now.at))


def tick(state: State, now: Moment) -> tuple[EventBody, ...]:
    """What is due by itself: people who have come, calls, payments that expire, panels, a new day."""
    events = [event for due_ran, event in _coming(state) if due_ran <= now.ran]
    if _day_ends_ms(state, now) <= 0:
        return (*events, _new_day(state, now))
    for counter in state.counters.values():
        if counter.since_ran + turns.AUTO_MS <= now.ran and (call := turns.calls_itself(state, counter, now)):
            return (*events, call)  # the next counter is asked anew once this one has called
    return tuple(events)


def due(state: State, now: Moment) -> int:
    """In how many milliseconds `tick` is wanted next."""
    coming = [due_ran - now.ran for due_ran, _ in _coming(state)]
    calls = [
        counter.since_ran + turns.AUTO_MS - now.ran
        for counter in state.counters.values()
        if turns.calls_itself(state, counter, now)
    ]
    return max(0, min(IDLE_MS, _day_ends_ms(state, now), *coming, *calls))


def _coming(state: State) -> Iterator[tuple[int, EventBody]]:
    """What will happen at each counter, and when (running time), if nobody does anything."""
    for id_, counter in state.counters.items():
        if counter.ticket is not None and counter.status == "calling":
            yield counter.called_ran + turns.ARRIVAL_MS, TicketServing(counter.ticket.id, id_)
        if (order := counter.order) is not None:
            if order.status == "open":
                yield order.expires_ran, OrderExpired(order.id)
            elif order.status in SHOWN_MS:
                yield order.ended_ran + SHOWN_MS[order.status], PanelCleared(id_)
        elif counter.asks:
            yield counter.asks_ran + SHOWN_MS[counter.asks], PanelCleared(id_)
        if counter.removed and counter.status != "closed":
            yield from ((0, event) for event in counters.closing(counter))


def _day_ends_ms(state: State, now: Moment) -> int:
    """In how many milliseconds the business day ends.

    At midnight at the centre; but while people are in the hall, not before the youngest of their numbers is
    LABEL_REST old. A clock that jumps never empties a hall.
    """
    if state.day is None:
        return 0
    midnight = datetime.combine(state.day + timedelta(days=1), time.min, state.zone).astimezone(UTC)
    left = midnight - now.at
    if left <= timedelta(0):
        stay = ("called",) if state.settings.carry_over else HERE
        stamps = (each.stamp for each in state.tickets.values() if each.status in stay)
        left = max((LABEL_REST - state.age(each, now.at, now.ran) for each in stamps), default=left)
    return -(-left // MS)


def _new_day(state: State, now: Moment) -> DayOpened:
    day = state.local_date(now.at)
    if state.settings.carry_over:
        return DayOpened(day, carried=True)
    here = (each.id for each in state.tickets.values() if each.status in HERE)
    return DayOpened(day, expired=tuple(here))

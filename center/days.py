"""A new business day: what ends with the old one, what stays, and what is forgotten."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bus.events import DayOpened
from center import moves
from center.records import HERE, LABEL_REST, Stamp

if TYPE_CHECKING:
    from center.state import State

PAYMENT_MEMORY = timedelta(days=7)  # how long an ended order is known, for money that comes late or twice
LEASE_MEMORY = timedelta(days=7)  # by both clocks: how long the numbers of a lost kiosk are kept free
GIVEN_UP_MEMORY_MS = 3 * 24 * 3600 * 1000  # the journal's answers remember it for good
DAYS_KNOWN = 60  # days whose last numbers are known, should a wrong clock come back to one


def open_day(state: "State", event: DayOpened, at: datetime, ran: int) -> None:
    if state.day is not None:
        state.days[state.day] = dict(state.numbers)
    state.day = event.day
    given = state.days.pop(event.day, {})  # under that date already, which a wrong clock ended or began
    if event.undone:
        letters = state.numbers.keys() | given.keys()
        state.numbers = {each: max(state.numbers.get(each, 0), given.get(each, 0)) for each in letters}
        return
    stay = [each for each in state.tickets.values() if event.carried and each.status in HERE]
    for counter in state.counters.values():
        if counter.ticket is not None:
            moves.part(state, counter.ticket.id, counter.setting.id, "waiting", at, ran)
        counter.held.clear()
        counter.line.clear()
        if counter.status != "closed":  # a clerk who forgot to close holds it no longer
            moves.close(state, counter, at, ran)
        counter.last, counter.asks = None, ""
        if counter.order is not None and counter.order.status != "open":
            counter.order = None
    for queue in state.queues.values():
        queue.new_day()
    _rest_labels(state, at, ran)
    for each in stay:
        each.status, each.counter, each.to = "waiting", None, None
        state.queue(each.service).enter(each)
    state.numbers = given
    state.issued.clear()
    state.tickets = {each.id: each for each in stay}
    state.labels = {each.label: each for each in stay}
    state.takes = {key: each for key, each in state.takes.items() if each.id in state.tickets}
    state.notes = {id_: text for id_, text in state.notes.items() if id_ in state.tickets}
    state.calls.clear()
    _forget(state, at, ran)


def _rest_labels(state: "State", at: datetime, ran: int) -> None:
    """Today's labels, and older ones that are young all the same, are not given again for a while."""
    given = {each.label: each.stamp for each in state.tickets.values()}
    young = {label: each for label, each in state.before.items() if state.age(each, at, ran) < LABEL_REST}
    state.before = young | given


def _forget(state: "State", at: datetime, ran: int) -> None:
    """What no rule asks for any more: so the state does not grow with the years."""
    state.orders = {
        each.id: each
        for each in state.orders.values()
        if each.ended is None or at - each.ended < PAYMENT_MEMORY
    }
    if state.lost is not None and _forgotten(state.lost, at, ran):
        state.late = ()
    state.days = dict(list(state.days.items())[-DAYS_KNOWN:])
    state.payments = {key: when for key, when in state.payments.items() if at - when < PAYMENT_MEMORY}
    state.given_up = {key: when for key, when in state.given_up.items() if ran - when < GIVEN_UP_MEMORY_MS}
    state.grants = {
        letter: [each for each in grants if not each.over and not _forgotten(each.stamp, at, ran)]
        for letter, grants in state.grants.items()
    }
    state.appointments = {
        code: each
        for code, each in state.appointments.items()
        if state.day is None or state.local_date(each.due) >= state.day
    }


def _forgotten(granted: Stamp, at: datetime, ran: int) -> bool:
    by_clock, by_hub = at - granted.at, timedelta(milliseconds=ran - granted.ran)
    if by_clock < timedelta(0):  # granted under a clock that was ahead
        by_clock = by_hub
    return min(by_clock, by_hub) >= LEASE_MEMORY

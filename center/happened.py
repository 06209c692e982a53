"""What an event changes in the state. Nothing here fails: the engine decided before.

A journal may name services and counters that the settings have lost since.
"""

from datetime import datetime
from typing import TYPE_CHECKING

from bus.events import (
    AdoptionEnded,
    AppointmentCancelled,
    AppointmentMade,
    ClockConfirmed,
    CounterClosed,
    CounterOpened,
    CounterPaused,
    DayOpened,
    EpochOpened,
    FloorSet,
    HubStarted,
    JournalEvent,
    LeaseGranted,
    OrderCancelled,
    OrderExpired,
    OrderMade,
    OrderPaid,
    OutageAnswered,
    PanelCleared,
    PaymentUnmatched,
    RequestGivenUp,
    ServiceRated,
    ServiceReopened,
    ServiceShut,
    TicketAdopted,
    TicketCalled,
    TicketCancelled,
    TicketDelivered,
    TicketFinished,
    TicketHeld,
    TicketIssued,
    TicketMissed,
    TicketPresented,
    TicketReported,
    TicketRequeued,
    TicketServing,
    TicketTransferred,
)
from center import days, moves
from center.records import MS, Appointment, Grant, Order, OrderStatus, Stamp

if TYPE_CHECKING:
    from center.state import State


def apply(state: "State", entry: JournalEvent) -> None:
    """Let it have happened."""
    state.seq, state.ran, state.last_at = entry.seq, entry.ran, entry.at
    at, ran = entry.at, entry.ran
    match entry.body:
        case TicketIssued() as event:
            moves.issue(state, event, at, ran)
        case TicketCalled() as event:
            moves.call(state, event, at, ran)
        case TicketServing() as event:
            counter = state.counter(event.counter)
            counter.status, counter.since, counter.since_ran = "serving", at, ran
            if entry.request is not None:  # a clerk said so; by itself it is nobody's act
                counter.turn += 1
        case TicketFinished() as event:
            moves.finish(state, event, at, ran)
        case TicketMissed() as event:
            ticket = moves.part(state, event.ticket, event.counter, "missed", at, ran)
            ticket.missed_ran = ran
        case TicketHeld() as event:
            ticket = moves.part(state, event.ticket, event.counter, "held", at, ran)
            ticket.counter = event.counter
            state.counter(event.counter).held.append(ticket)
        case TicketRequeued() as event:
            moves.requeue(state, event, at, ran)
        case TicketTransferred() as event:
            moves.transfer(state, event, at, ran)
        case TicketCancelled() as event:
            moves.withdraw(state, state.tickets[event.ticket], "cancelled", at, ran)
        case TicketReported() as event:
            moves.withdraw(state, state.tickets[event.ticket], "served", at, ran)
        case TicketAdopted() as event:
            moves.adopt(state, event, at, ran)
        case TicketPresented() as event:
            moves.present(state, event, at, ran)
        case LeaseGranted() as event:
            _lease(state, event, Stamp(entry.seq, ran, at))
        case CounterOpened() as event:
            _open(state, event, at, ran)
        case CounterPaused() as event:
            counter = state.counter(event.counter)
            counter.become("paused", at, ran)
            counter.reason = event.reason
        case CounterClosed() as event:
            moves.close(state, state.counter(event.counter), at, ran)
        case OutageAnswered() as event:
            counter = state.counter(event.counter)
            counter.outage = False
            counter.turn += 1
        case RequestGivenUp() as event:
            state.given_up[event.device, event.request] = ran
            if event.ticket is not None:
                moves.withdraw(state, state.tickets[event.ticket], "void", at, ran)
        case OrderMade() as event:
            _charge(state, event, at, ran)
        case OrderCancelled() as event:
            counter = state.counter(_end(state, event.order, "cancelled", at, ran).counter)
            counter.turn += 1
            counter.order = None
        case OrderExpired() as event:
            _end(state, event.order, "expired", at, ran)
        case OrderPaid() as event:
            order = _end(state, event.order, "paid", at, ran)
            if event.how == "cash":
                state.counter(order.counter).turn += 1
            else:
                state.payments[event.provider, event.transaction] = at
        case PaymentUnmatched() as event:
            state.payments[event.provider, event.transaction] = at
        case PanelCleared() as event:
            counter = state.counter(event.counter)
            counter.order, counter.asks = None, ""
        case ServiceRated() as event:
            if event.counter is not None:
                counter = state.counter(event.counter)
                counter.last, counter.asks, counter.asks_ran = None, "thanks", ran
        case ServiceShut() as event:
            state.queue(event.service).shut = event.reason
        case ServiceReopened() as event:
            state.queue(event.service).shut = None
        case AppointmentMade() as event:
            state.appointments[event.code] = Appointment(event.code, event.service, event.due)
        case AppointmentCancelled() as event:
            state.appointments.pop(event.code, None)
        case HubStarted() as event:
            _start(state, event)
        case ClockConfirmed():
            state.confirmed_seq = entry.seq
        case EpochOpened() as event:
            _open_epoch(state, event, Stamp(entry.seq, ran, at))
        case AdoptionEnded() as event:
            state.awaits = tuple(each for each in state.awaits if each != event.device)
            state.late = tuple(each for each in state.late if each != event.device)
        case FloorSet() as event:
            for letter, number in event.numbers.items():
                state.numbers[letter] = max(number, state.numbers.get(letter, 0))
            state.late, state.awaits = (*state.late, *state.awaits), ()
        case DayOpened() as event:
            days.open_day(state, event, at, ran)
        case TicketDelivered():
            pass  # told and kept; no rule asks for it


def _lease(state: "State", event: LeaseGranted, stamp: Stamp) -> None:
    over = {(each.letter, each.day, each.first) for each in event.over}
    for letter, grants in state.grants.items():
        for each in grants:
            if each.install == event.install and (letter, each.day, each.first) in over:
                each.over = True
    state.leased[event.device] = stamp
    known = {
        (letter, each.day, each.first)
        for letter, grants in state.grants.items()
        for each in grants
        if each.install == event.install and not each.over
    }
    for new in event.ranges:
        if (new.letter, new.day, new.first) in known:
            continue
        grant = Grant(event.device, event.install, new.day, new.service, new.first, new.last, stamp)
        state.grants.setdefault(new.letter, []).append(grant)


def _open(state: "State", event: CounterOpened, at: datetime, ran: int) -> None:
    counter = state.counter(event.counter)
    counter.clerk, counter.device = event.clerk, event.device
    counter.serves = tuple(each for each in event.services if each in state.queues)
    if counter.open:
        counter.turn += 1
    else:
        counter.become("free", at, ran)


def _charge(state: "State", event: OrderMade, at: datetime, ran: int) -> None:
    counter = state.counter(event.counter)
    label = state.tickets[event.ticket].label if event.ticket is not None else None
    counter.order = state.orders[event.order] = Order(
        event.order, event.counter, event.ticket, label, event.amount, event.purpose, at, event.expires,
        ran + (event.expires - at) // MS,
    )  # fmt: skip
    counter.turn += 1


def _end(state: "State", order: str, status: OrderStatus, at: datetime, ran: int) -> Order:
    ended = state.orders[order]
    ended.status, ended.ended, ended.ended_ran = status, at, ran
    return ended


def _open_epoch(state: "State", event: EpochOpened, stamp: Stamp) -> None:
    if not state.awaits:  # else what they have told so far is no knowledge of ours
        state.kept = dict(state.numbers)
    state.epochs.append(state.epoch)
    state.epoch, state.awaits, state.late, state.lost = event.epoch, event.awaits, (), stamp


def _start(state: "State", event: HubStarted) -> None:
    if event.machine != state.machine:
        state.machine, state.machine_seq = event.machine, state.seq
    state.resumed_ran, state.down_ms = state.ran, event.down_s * 1000
    if event.outage and any(state.waiting()):
        for counter in state.counters.values():
            if counter.status != "closed":
                counter.outage = True
                counter.turn += 1

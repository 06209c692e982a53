"""How tickets move: into a queue, to a counter, aside, elsewhere, and out, as the events tell it."""

from datetime import datetime
from typing import TYPE_CHECKING

from bus.events import (
    TicketAdopted,
    TicketCalled,
    TicketFinished,
    TicketIssued,
    TicketPresented,
    TicketRequeued,
    TicketTransferred,
)
from bus.messages import Id, TicketId
from center.records import MS, Counter, Line, Queue, RecentCall, Ticket, TicketStatus, place_at

if TYPE_CHECKING:
    from center.state import State

BOARD_CALLS = 6


def issue(state: "State", event: TicketIssued, at: datetime, ran: int) -> None:
    place = place_at(ran + (event.due - at) // MS, at, state.seq)
    ticket = Ticket(
        event.ticket, event.label, event.service, event.category, event.language, event.device,
        event.request, at, ran, place, state.is_priority(event.category), event.people, event.then,
        event.wait,
    )  # fmt: skip
    _enter(state, ticket)
    state.numbers[ticket.label[0]] = int(ticket.label[1:])
    state.takes[event.device, event.request] = ticket
    if event.appointment in state.appointments:
        state.appointments[event.appointment].ticket = ticket.id


def _enter(state: "State", ticket: Ticket) -> None:
    """A new ticket waits."""
    queue = state.queue(ticket.service)
    queue.enter(ticket)
    queue.issued += 1
    state.issued[ticket.category] = state.issued.get(ticket.category, 0) + 1
    state.tickets[ticket.id] = state.labels[ticket.label] = ticket


def adopt(state: "State", event: TicketAdopted, at: datetime, ran: int) -> None:
    ticket = state.labels.get(event.label)
    place = place_at(ran + (event.due - at) // MS, event.issued, state.seq)
    if ticket is None:
        ticket = Ticket(
            event.ticket, event.label, event.service, event.category, event.language, event.device,
            event.request, event.issued, ran - event.age_ms, place, state.is_priority(event.category),
            event.people, event.then,
        )  # fmt: skip
        _enter(state, ticket)
    else:  # it was at a counter before its kiosk could tell of it
        waiting = ticket.status == "waiting"
        if waiting:
            leave(state, ticket)
        ticket.device, ticket.request, ticket.language = event.device, event.request, event.language
        ticket.category, ticket.people, ticket.at = event.category, event.people, event.issued
        ticket.place, ticket.priority, ticket.then = place, state.is_priority(event.category), event.then
        if waiting:
            line(state, ticket).enter(ticket)
    state.takes[event.device, event.request] = ticket
    letter, number = event.label[0], int(event.label[1:])
    if number <= state.last_number:
        state.numbers[letter] = max(number, state.numbers.get(letter, 0))


def present(state: "State", event: TicketPresented, at: datetime, ran: int) -> None:
    place = place_at(ran, at, state.seq)
    ticket = Ticket(event.ticket, event.label, event.service, "ordinary", "vi", None, None, at, ran, place)
    _enter(state, ticket)


def line(state: "State", ticket: Ticket) -> Queue | Line:
    """Where a waiting ticket stands: the queue of its service, or the line of one counter."""
    return state.queue(ticket.service) if ticket.to is None else state.counter(ticket.to).line


def leave(state: "State", ticket: Ticket) -> None:
    """It stands nowhere any more: no queue, no counter, no list of held ones."""
    if ticket.status == "waiting":
        line(state, ticket).leave(ticket)
    elif ticket.status == "held" and ticket.counter is not None:
        state.counter(ticket.counter).held.remove(ticket)


def call(state: "State", event: TicketCalled, at: datetime, ran: int) -> None:
    ticket, counter = state.tickets[event.ticket], state.counter(event.counter)
    if counter.ticket is ticket:
        counter.recalled += 1
    else:
        queue = state.queue(ticket.service)
        if not ticket.calls:
            queue.judge(ticket, ran)
        if ticket.status == "waiting":
            queue.run = 0 if ticket.priority else queue.run + 1
        leave(state, ticket)
        ticket.status, ticket.counter, ticket.to = "called", event.counter, None
        counter.ticket, counter.began_ran, counter.recalled = ticket, ran, 0
    ticket.calls = event.nth
    counter.called_ran, counter.asks = ran, ""
    counter.become("calling", at, ran)
    unlist(state, ticket)
    state.calls = [RecentCall(ticket, counter, event.nth, state.seq, ran), *state.calls[: BOARD_CALLS - 1]]


def finish(state: "State", event: TicketFinished, at: datetime, ran: int) -> None:
    counter = state.counter(event.counter)
    _learn(state, state.tickets[event.ticket], counter, ran)
    counter.last = part(state, event.ticket, event.counter, "served", at, ran)
    if state.settings.rating:
        counter.asks, counter.asks_ran = "rate", ran


def _learn(state: "State", ticket: Ticket, counter: Counter, ran: int) -> None:
    minutes = (ran - counter.began_ran) / 60_000 / ticket.people
    state.queue(ticket.service).learn(minutes)


def part(
    state: "State", ticket: TicketId, counter: Id, status: TicketStatus, at: datetime, ran: int
) -> Ticket:
    """The ticket leaves the counter that has it."""
    gone, here = state.tickets[ticket], state.counter(counter)
    gone.status, gone.counter = status, None
    here.ticket = None
    here.become("free", at, ran)
    return gone


def withdraw(state: "State", ticket: Ticket, status: TicketStatus, at: datetime, ran: int) -> None:
    """It is over, wherever it stands; a counter that has it is free."""
    if ticket.status == "called" and ticket.counter is not None:
        part(state, ticket.id, ticket.counter, status, at, ran)
    else:
        leave(state, ticket)
    ticket.status, ticket.counter = status, None
    unlist(state, ticket)


def requeue(state: "State", event: TicketRequeued, at: datetime, ran: int) -> None:
    ticket = state.tickets[event.ticket]
    if ticket.status == "called":
        part(state, event.ticket, event.counter, "waiting", at, ran)
    else:  # it was held, or did not come
        leave(state, ticket)
        ticket.status, ticket.counter = "waiting", None
        state.counter(event.counter).turn += 1
    line(state, ticket).enter(ticket)
    unlist(state, ticket)


def transfer(state: "State", event: TicketTransferred, at: datetime, ran: int) -> None:
    ticket, counter = state.tickets[event.ticket], state.counter(event.counter)
    _learn(state, ticket, counter, ran)
    part(state, event.ticket, event.counter, "waiting", at, ran)
    ticket.then = tuple(each for each in ticket.then if each != event.service)
    ticket.service, ticket.to = event.service, event.to
    state.notes.pop(ticket.id, None)
    line(state, ticket).enter(ticket)
    unlist(state, ticket)


def unlist(state: "State", ticket: Ticket) -> None:
    state.calls = [each for each in state.calls if each.ticket is not ticket]


def close(state: "State", counter: Counter, at: datetime, ran: int) -> None:
    """Whoever it held, or was sent there alone, waits for the service again."""
    counter.clerk, counter.device, counter.serves, counter.outage = None, None, (), False
    counter.last, counter.asks = None, ""
    for ticket in (*counter.held, *counter.line):
        leave(state, ticket)
        ticket.status, ticket.counter, ticket.to = "waiting", None, None
        line(state, ticket).enter(ticket)
    counter.become("closed", at, ran)

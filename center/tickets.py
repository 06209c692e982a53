"""Numbers: giving one, what became of its paper, and taking one back.

A ticket is due at its issue, plus the service's target wait, less the head start of its category; counters
call the earliest due. So priority has a bound, and nobody starves. Where a centre sets a ratio instead,
priority has no head start and the counters count.
"""

from datetime import timedelta

from bus.answers import Nothing
from bus.asks import Cancel, Delivered, Take
from bus.events import TicketCancelled, TicketDelivered, TicketIssued
from bus.messages import Category, Code, Id
from center import views
from center.command import Command, Decision
from center.forecast import forecast
from center.records import Ticket, place_at
from center.state import State
from center.taking import not_taking, setting
from config import settings
from config.errors import Refused

OWN_CANCEL_MS = 120_000  # a kiosk takes back its own ticket within that time
APPOINTMENT = "appointment"


def take(state: State, command: Command, asked: Take) -> Decision:
    """Give the next number of a service."""
    if (command.device, asked.request) in state.given_up:
        raise Refused("void", "This request was given up before.", field="request")
    if asked.category == APPOINTMENT:
        raise Refused("bad-request", "Who has an appointment checks in with its code.", field="category")
    service = setting(state, asked.service)
    if asked.people > service.people:
        raise Refused(
            "bad-request", f"A number of {service.id!r} is for {service.people} at most.", field="people"
        )
    for each in asked.then:
        setting(state, each)
    due_ms = head_start(state, service, asked.category)
    return issue(state, command, service, asked.category, asked.language, due_ms, asked.people, asked.then)


def issue(
    state: State,
    command: Command,
    service: settings.Service,
    category: Category,
    language: str,
    due_ms: int,
    people: int = 1,
    then: tuple[Id, ...] = (),
    appointment: Code | None = None,
) -> Decision:
    """A new ticket, due in so many milliseconds. Raises Refused where no number is to be had."""
    if language not in state.settings.languages:
        raise Refused("bad-request", f"The centre does not speak {language!r}.", field="language")
    if state.awaits:
        raise Refused("busy", f"A backup was restored: {', '.join(state.awaits)} must tell their day first.")
    if state.day is None:
        raise Refused("day-closed", "The day has not begun.")
    kind = state.categories[category]
    letter = kind.letter or service.letter
    if why := not_taking(state, service, command.now, letter):
        raise Refused("not-taking", f"No numbers of {service.id!r} are given now: {why}.", field="service")
    if kind.quota is not None and state.issued.get(category, 0) >= kind.quota:
        raise Refused("not-taking", f"Every number of {category!r} is given today.", field="category")
    label = state.next_label(letter, command.now.at, command.now.ran)
    assert label is not None  # else none would be given
    place = place_at(command.now.ran + due_ms, command.now.at, state.seq + 1)
    issued = TicketIssued(
        ticket=f"{state.day}-{label}",
        label=label,
        service=service.id,
        category=category,
        language=language,
        due=command.now.at + timedelta(milliseconds=due_ms),
        device=command.device,
        request=command.fields.request,
        people=people,
        then=then,
        wait=forecast(state, service.id, place, command.now, priority=kind.priority),
        appointment=appointment,
    )
    return Decision((issued,), lambda after: views.ticket(after, after.tickets[issued.ticket], command.now))


def head_start(state: State, service: settings.Service, category: Category) -> int:
    """In how many milliseconds a ticket of that category is due, were it issued now.

    Raises Refused where the centre has no such category.
    """
    kind = state.categories.get(category)
    if kind is None:
        raise Refused("bad-request", f"There is no category {category!r}.", field="category")
    ahead = 0 if kind.priority and state.settings.ratio is not None else kind.head_start
    return (service.target_wait - ahead) * 60_000


def delivered(state: State, command: Command, told: Delivered) -> Decision:
    """What became of a ticket's paper, from the device that took it."""
    ticket = _known(state, told.ticket)
    if ticket.device != command.device:
        raise Refused("forbidden", f"Another device took the ticket {told.ticket}.", field="ticket")
    return Decision((TicketDelivered(ticket.id, told.outcome),), lambda _: Nothing())


def cancel(state: State, command: Command, asked: Cancel) -> Decision:
    """Its holder does not want it: a kiosk takes back its own at once, staff any that is not served yet."""
    ticket = _known(state, asked.ticket)
    if command.role == "kiosk" and (
        ticket.device != command.device or command.now.ran - ticket.ran > OWN_CANCEL_MS
    ):
        raise Refused("forbidden", "A kiosk cancels its own tickets, within two minutes.", field="ticket")
    if ticket.status not in ("waiting", "held", "missed"):
        raise Refused("conflict", f"{ticket.label} is {ticket.status}.", field="ticket")
    return Decision((TicketCancelled(ticket.id),), lambda _: Nothing())


def _known(state: State, ticket: str) -> Ticket:
    """A ticket of today; a leased number of an earlier day is known by its label, under which it came in."""
    label = ticket.rpartition("-")[2]
    leased = int(label[1:]) > state.last_number
    known = state.tickets.get(ticket) or (state.labels.get(label) if leased else None)
    if known is None:
        raise Refused("unknown-ticket", f"There is no ticket {ticket} today.", field="ticket")
    return known

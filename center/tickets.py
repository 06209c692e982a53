"""Numbers: giving one, what became of its paper, and what a kiosk gave up.

A ticket is due at its issue, plus the service's target wait, less the head start of its category; counters
call the earliest due. So priority has a bound, and nobody starves.
"""

from datetime import timedelta

from bus.asks import Adopt, Delivered, Take
from bus.events import RequestGivenUp, TicketDelivered, TicketIssued
from bus.messages import Adopted, Nothing
from center import views
from center.command import Command, Decision
from center.records import Ticket
from center.state import State
from config.errors import Refused

HEAD_START = {"ordinary": timedelta(0), "priority": timedelta(minutes=15)}


def take(state: State, command: Command, asked: Take) -> Decision:
    """Give the next number of a service."""
    if (command.device, asked.request) in state.given_up:
        raise Refused("void", "This request was given up before.", field="request")
    service = next((each for each in state.settings.services if each.id == asked.service), None)
    if service is None:
        raise Refused("unknown-service", f"There is no service {asked.service!r}.", field="service")
    if asked.category not in HEAD_START:
        raise Refused("bad-request", f"There is no category {asked.category!r}.", field="category")
    if asked.language not in state.settings.languages:
        raise Refused("bad-request", f"The centre does not speak {asked.language!r}.", field="language")
    if state.day is None:
        raise Refused("day-closed", "The day has not begun.")
    label = state.next_label(service.letter)
    if label is None:
        raise Refused("not-taking", f"Every number of {service.id!r} is given today.", field="service")
    issued = TicketIssued(
        ticket=f"{state.day}-{label}",
        label=label,
        service=service.id,
        category=asked.category,
        language=asked.language,
        due=command.at + timedelta(minutes=service.target_wait) - HEAD_START[asked.category],
        device=command.device,
        request=asked.request,
    )
    return Decision((issued,), lambda after: views.ticket(after, after.tickets[issued.ticket]))


def delivered(state: State, command: Command, told: Delivered) -> Decision:
    """What became of a ticket's paper, from the device that took it."""
    ticket = state.tickets.get(told.ticket)
    if ticket is None:
        raise Refused("unknown-ticket", f"There is no ticket {told.ticket} today.", field="ticket")
    if ticket.device != command.device:
        raise Refused("forbidden", f"Another device took the ticket {told.ticket}.", field="ticket")
    return Decision((TicketDelivered(told.ticket, told.outcome),), lambda _: Nothing())


def adopt(state: State, command: Command, told: Adopt) -> Decision:
    """Void what a kiosk gave up, and what may still come of it.

    A request that never came here is kept in mind: it may be late. Who was served or is gone stays so.
    """
    new = dict.fromkeys(each for each in told.given_up if (command.device, each) not in state.given_up)
    events = tuple(
        RequestGivenUp(command.device, each, _voided(state.takes.get((command.device, each)))) for each in new
    )
    return Decision(events, lambda _: Adopted(told.given_up))


def _voided(ticket: Ticket | None) -> str | None:
    return ticket.id if ticket is not None and ticket.status != "served" else None

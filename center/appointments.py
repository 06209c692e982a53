"""Appointments: booking, moving and cancelling one, and the arrival of who has it.

Who comes early is due at the hour of the appointment, so coming early wins nothing; who comes within GRACE
after it is due at that hour, before those who came since; who comes later is due as if they had no
appointment, so no worse than a walk-in.
"""

from datetime import timedelta

from bus.answers import Appointment, Nothing
from bus.asks import Book, CancelAppointment, CheckIn
from bus.events import AppointmentCancelled, AppointmentMade
from center import tickets
from center.command import Command, Decision
from center.records import Appointment as Known
from center.state import State
from center.taking import setting
from config.clock import milliseconds
from config.errors import Refused

GRACE = timedelta(minutes=15)
FARTHEST = timedelta(days=730)
CODE_LETTERS = 6


def book(state: State, command: Command, asked: Book) -> Decision:
    """Make an appointment, or move the one of that code. Raises Refused where it is kept already, or past."""
    setting(state, asked.service)
    code = asked.code or _free_code(state, command.fresh)
    known = state.appointments.get(code)
    if known is not None and known.ticket is not None:
        raise Refused("conflict", f"Who has the appointment {code} is here.", field="code")
    if not command.now.at <= asked.at < command.now.at + FARTHEST:
        raise Refused("bad-request", "An appointment is made for the next two years.", field="at")
    made = AppointmentMade(code, asked.service, milliseconds(asked.at))
    return Decision((made,), lambda _: Appointment(made.code, made.service, made.due))


def cancel(state: State, asked: CancelAppointment) -> Decision:
    """It is not kept."""
    if _known(state, asked.code).ticket is not None:
        raise Refused("conflict", f"Who has the appointment {asked.code} is here.", field="code")
    return Decision((AppointmentCancelled(asked.code),), lambda _: Nothing())


def check_in(state: State, command: Command, asked: CheckIn) -> Decision:
    """Who has it is here, and gets a number."""
    if (command.device, asked.request) in state.given_up:
        raise Refused("void", "This request was given up before.", field="request")
    known = _known(state, asked.code)
    given = state.tickets.get(known.ticket or "")
    if given is not None and given.status not in ("void", "cancelled"):
        words = f"The appointment {asked.code} has its number: {given.label}."
        raise Refused("conflict", words, field="code", state=given.label)
    if state.local_date(known.due) != state.local_date(command.now.at):
        raise Refused("conflict", f"The appointment {asked.code} is of another day.", field="code")
    service = setting(state, known.service)
    category = tickets.APPOINTMENT
    walk_in_ms = tickets.head_start(state, service, category)
    until = known.due - command.now.at
    due_ms = round(until / timedelta(milliseconds=1)) if until >= -GRACE else walk_in_ms
    return tickets.issue(state, command, service, category, asked.language, due_ms, appointment=asked.code)


def _free_code(state: State, fresh: str) -> str:
    pieces = (fresh[place : place + CODE_LETTERS] for place in range(len(fresh) - CODE_LETTERS))
    return next(each for each in pieces if each not in state.appointments)


def _known(state: State, code: str) -> Known:
    if code not in state.appointments:
        raise Refused("unknown-ticket", f"There is no appointment {code}.", field="code")
    return state.appointments[code]

"""Asks a device something from the command line, over the bus, and tells what it answers."""

import io
import time
from pathlib import Path
from uuid import uuid4

from PIL import Image

from bus.answers import Answer
from bus.device_asks import DEVICE_VERBS, Identity, Picture, Print
from bus.messages import Payload, TicketId
from bus.reading import read
from bus.remote import ask_device
from bus.session import Connected, Disconnected, Message, Session, Unheard
from bus.topics import DEVICE_REPLY
from config.errors import LuotError, Refused, Unreachable
from config.fields import Id
from config.settings import TechnicianSettings
from config.shape import mistakes

PATIENCE_S = 10.0


def no_connection(settings: TechnicianSettings, reason: str = "it does not answer") -> Unreachable:
    """What to tell where the broker lets nobody in, or is not there."""
    broker = settings.broker
    if "refused this account" in reason:
        hint = f"Is the password that of {settings.device}, and was the broker restarted since it has that?"
    elif "certificate" in reason.lower():
        hint = f"Is `ca` the hub's own ca.crt, and did luot broker get --host {broker.host}?"
    else:
        hint = "Is that its address, and does it run there (journalctl -u luot-broker)?"
    return Unreachable(f"No connection to the broker at {broker.where}: {reason}.", hint=hint)


def ask(settings: TechnicianSettings, device: str, verb: str, ticket: str = "") -> Payload:
    """The device's result; `ticket` is what it is to print.

    Raises Refused, or Unreachable where it does not answer.
    """
    if any(mistakes(device, Id)):
        raise LuotError(f"{device!r} can be no device's name.", hint='It is as in "board-1".')
    if verb == "print" and any(mistakes(ticket, TicketId)):
        raise LuotError(f"{ticket!r} can be no ticket.", hint="Say which one: --ticket 2026-11-22-A012.")
    request = Print(uuid4(), ticket) if verb == "print" else DEVICE_VERBS[verb][0](uuid4())
    answers = DEVICE_REPLY.path(settings.center, device=device, asker=settings.device)
    sent, deadline = False, time.monotonic() + PATIENCE_S
    with Session(settings.broker, settings.device, [answers]) as session:
        while (left := deadline - time.monotonic()) > 0:
            for item in session.receive(left):
                match item:
                    case Connected() if not sent:  # once: a test need not be printed twice
                        ask_device(session, settings.center, device, verb, request)
                        sent = True
                    case Disconnected(reason) if not sent:
                        raise no_connection(settings, reason)
                    case Unheard():
                        raise Unreachable(
                            f"No device {device} is on the bus.",
                            hint="Is it named so, switched on, and running?",
                        )
                    case Message(correlation=request.request.bytes) as message:
                        return _result(read(message.payload, Answer), verb)
    if not sent:
        raise no_connection(settings)
    raise Unreachable(
        f"{device} does not answer {verb}.",
        hint=f"Does it run well, and is {settings.device} the account of a technician?",
    )


def _result(answer: Answer, verb: str) -> Payload:
    if answer.error is not None:
        raise Refused(answer.error.code, answer.error.message, field=answer.error.field)
    return answer.read(DEVICE_VERBS[verb][1])


def tell(device: str, result: Payload, png: Path) -> str:
    """What a device answered, in a line; a picture is saved as `png`."""
    match result:
        case Identity():
            return f"{result.device}: {result.role}, luot {result.version}, on {result.host}"
        case Picture():
            Image.open(io.BytesIO(result.data)).save(png, "PNG")
            return f"{png}: what {device} shows"
    return f"{device} did it"

"""What a technician may ask of a device, and a kiosk of a printer that stands alone."""

from typing import Annotated

from msgspec import Meta

from bus.answers import Nothing, Ticket
from bus.asks import Request
from bus.messages import Id, Media, Outcome, Payload, Role, TicketId


class DeviceRequest(Request, frozen=True):
    """A request that needs nothing more said: `identify`, `restart`, `reload`."""


class Screenshot(Request, frozen=True):
    width: Annotated[int, Meta(ge=64, le=3840)] | None = None  # px; unset: as it is
    after: int = -1  # answer once a frame newer than this one is shown


class Touch(Request, frozen=True):
    x: Annotated[float, Meta(ge=0, le=1)]  # share of the width
    y: Annotated[float, Meta(ge=0, le=1)]


class Print(Request, frozen=True):
    """One of the last tickets of a kiosk once more, marked as such, with its number."""

    ticket: TicketId


class PrintTicket(Request, frozen=True):
    """A ticket onto a printer that stands alone. It is printed once, however often that is asked."""

    ticket: Ticket
    again: bool = False  # it was printed before: marked as such


class Printed(Payload, frozen=True):
    """What became of it."""

    outcome: Outcome
    reason: str = ""  # English, for the log


class Picture(Payload, frozen=True):
    """A picture of what a screen shows now."""

    frame: int
    media: Media
    data: bytes  # base64 on the wire


class Identity(Payload, frozen=True):
    device: Id
    role: Role
    version: str
    host: str


DEVICE_VERBS: dict[str, tuple[type[Request], type[Payload]]] = {
    "identify": (DeviceRequest, Identity),
    "restart": (DeviceRequest, Nothing),
    "reload": (DeviceRequest, Nothing),
    "screenshot": (Screenshot, Picture),
    "touch": (Touch, Nothing),
    "print": (Print, Nothing),
    "print-ticket": (PrintTicket, Printed),
    "paper-changed": (DeviceRequest, Nothing),
    "test-print": (DeviceRequest, Nothing),
    "test-call": (DeviceRequest, Nothing),
}
PEER_VERBS = ("print-ticket", "paper-changed", "test-print")  # what a kiosk may ask of a printer

"""The verbs: what a device may ask of the hub, and what a technician may ask of a device.

`request` is a UUID that the asker makes once per act and keeps over its retries: repeating it changes nothing
and gets the same answer. Acts at a counter carry `seen`, the counter's `turn` when the key was pressed.
"""

from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from msgspec import Meta

from bus.messages import (
    Adopted,
    Amount,
    Category,
    CounterState,
    Id,
    Label,
    Language,
    Media,
    Nothing,
    Order,
    Outcome,
    Payload,
    PaymentResult,
    Purpose,
    Role,
    Ticket,
    TicketId,
    Time,
)

MAX_REQUEST_BYTES = 16 * 1024
ERROR_CODES = (
    "bad-request", "forbidden", "unknown-service", "unknown-counter", "unknown-ticket", "not-taking",
    "nobody-waiting", "conflict", "day-closed", "void", "busy",
)  # fmt: skip


class Request(Payload, frozen=True):
    request: UUID


class Take(Request, frozen=True):
    service: Id
    category: Category = "ordinary"
    language: Language = "vi"


class Delivered(Request, frozen=True):
    ticket: TicketId
    outcome: Outcome


class Adopt(Request, frozen=True):
    """What a kiosk did while the hub was out of reach."""

    given_up: Annotated[tuple[UUID, ...], Meta(max_length=200)] = ()


class CounterAct(Request, frozen=True):
    counter: Id
    seen: int


class Open(CounterAct, frozen=True):
    clerk: Id
    services: tuple[Id, ...] = ()  # none named: all that the counter has


class Pause(CounterAct, frozen=True):
    pass


class Close(CounterAct, frozen=True):
    pass


class Next(CounterAct, frozen=True):
    pass


class CallLabel(CounterAct, frozen=True):
    label: Label


class Recall(CounterAct, frozen=True):
    pass


class Finish(CounterAct, frozen=True):
    pass


class NoShow(CounterAct, frozen=True):
    pass


class Charge(CounterAct, frozen=True):
    amount: Amount
    purpose: Purpose
    dossier: Annotated[str, Meta(max_length=40)] = ""


class CancelCharge(CounterAct, frozen=True):
    pass


class PaidCash(CounterAct, frozen=True):
    pass


class Payment(Request, frozen=True):
    """Money that came in, as the provider's signed message says it."""

    provider: Id
    transaction: Annotated[str, Meta(min_length=1, max_length=64)]
    reference: Annotated[str, Meta(max_length=200)]  # free text of the transfer; ours is looked for in it
    account: Annotated[str, Meta(max_length=32)]  # that it came into
    amount: Amount
    at: Time


@dataclass(frozen=True)
class Verb:
    """A verb of the contract: who may ask it, with which fields, and what it answers."""

    name: str
    who: tuple[Role, ...]
    fields: type[Request]
    result: type[Payload]


VERBS = {
    verb.name: verb
    for verb in (
        Verb("take", ("kiosk", "web"), Take, Ticket),
        Verb("delivered", ("kiosk", "web"), Delivered, Nothing),
        Verb("adopt", ("kiosk",), Adopt, Adopted),
        Verb("open", ("bridge", "web"), Open, CounterState),
        Verb("pause", ("bridge", "web"), Pause, CounterState),
        Verb("close", ("bridge", "web"), Close, CounterState),
        Verb("next", ("bridge", "web"), Next, Ticket),
        Verb("call", ("bridge", "web"), CallLabel, Ticket),
        Verb("recall", ("bridge", "web"), Recall, CounterState),
        Verb("finish", ("bridge", "web"), Finish, CounterState),
        Verb("no-show", ("bridge", "web"), NoShow, CounterState),
        Verb("charge", ("bridge", "web"), Charge, Order),
        Verb("cancel-charge", ("bridge", "web"), CancelCharge, Order),
        Verb("paid-cash", ("bridge", "web"), PaidCash, Order),
        Verb("payment", ("web",), Payment, PaymentResult),
    )
}


# What a technician may ask of a device


class DeviceRequest(Request, frozen=True):
    """A request that needs nothing more said: `identify`, `restart`."""


class Screenshot(Request, frozen=True):
    width: Annotated[int, Meta(ge=64, le=3840)] | None = None  # px; unset: as it is
    after: int = -1  # answer once a frame newer than this one is shown


class Touch(Request, frozen=True):
    x: Annotated[float, Meta(ge=0, le=1)]  # share of the width
    y: Annotated[float, Meta(ge=0, le=1)]


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
    "screenshot": (Screenshot, Picture),
    "touch": (Touch, Nothing),
    "test-print": (DeviceRequest, Nothing),
}

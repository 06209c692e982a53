"""What is answered on the bus: the result of each verb of the hub, or what was wrong with the request."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from msgspec import Meta

from bus.messages import (
    Amount,
    Category,
    Code,
    CounterState,
    Id,
    Label,
    Language,
    Letter,
    P,
    Payload,
    Text,
    TicketId,
    Time,
    Wait,
)
from bus.reading import read


class Fault(Payload, frozen=True):
    code: str
    message: str  # English, for logs; screens translate the code
    field: str = ""
    counter: CounterState | msgspec.UnsetType = msgspec.UNSET  # of a conflict: as the counter is now
    label: Label | msgspec.UnsetType = msgspec.UNSET  # of a conflict: the number that was given before


class Answer(Payload, frozen=True, omit_defaults=True):
    """The answer to a request: `result` of the verb, or `error`."""

    ok: bool
    result: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    error: Fault | None = None

    def read(self, kind: type[P]) -> P:
        """The result as its struct. Raises Refused (`bad-request`) where there is none, or another."""
        return read(b"" if isinstance(self.result, msgspec.UnsetType) else self.result, kind)


class Ticket(Payload, frozen=True):
    """A number given to a citizen."""

    id: TicketId
    label: Label
    service: Id
    category: Category
    language: Language
    at: Time
    ahead: int  # 0 for an offline number, where it is not known
    wait: Wait | None  # none while no counter is open for it
    place: Text
    track: str = ""  # a public address of this ticket's page
    people: int = 1
    opens: Time | None = None  # where there is no service now: when it begins
    then: tuple[Id, ...] = ()  # further services on this number, in order
    offline: bool = False  # given by a kiosk that was cut off: nobody knows yet who is ahead
    priority: bool = False  # its category is one of priority


class Order(Payload, frozen=True):
    """A payment that is asked for."""

    id: str
    counter: Id
    ticket: TicketId | None
    label: Label | None
    amount: Amount
    purpose: str
    reference: Annotated[str, Meta(pattern=r"\A[A-Z0-9]{1,19}\Z")]
    qr: str
    status: Literal["open", "paid", "cancelled", "expired"]
    expires: Time


class LeaseRange(Payload, frozen=True):
    """Numbers of a letter that one kiosk may give on one day, and nobody else ever."""

    day: date
    service: Id
    letter: Letter
    first: Annotated[int, Meta(ge=1, le=9999)]
    last: Annotated[int, Meta(ge=1, le=9999)]


class Leases(Payload, frozen=True):
    """All that this install of a kiosk may give: an older lease that is not listed is over."""

    ranges: tuple[LeaseRange, ...]


class Adopted(Payload, frozen=True):
    void: tuple[UUID, ...]  # requests whose ticket, if there is one, is void from now on
    tickets: tuple[Label, ...] = ()  # taken over: they wait in the queue, or were called already
    refused: tuple[Label, ...] = ()  # not of a lease of this kiosk: staff must look


class Appointment(Payload, frozen=True):
    code: Code
    service: Id
    at: Time


class Served(Payload, frozen=True):
    """What `report-served` ended, and which labels nobody has."""

    tickets: tuple[TicketId, ...]
    unknown: tuple[Label, ...] = ()


class HubTime(Payload, frozen=True):
    """The hub's day and time after staff have said them."""

    day: date | None
    at: Time


class PaymentResult(Payload, frozen=True):
    match: Literal["matched", "duplicate", "unmatched"]
    order: str | None = None
    reason: str = ""


class Nothing(Payload, frozen=True):
    """The result of a verb that has none."""

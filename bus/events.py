"""What happened: the events that the hub commits, the journal's only content.

The engine makes them, the journal keeps them for good, and the topic `journal` tells them. A field may be
added with a default; a meaning is never changed. `type` on the wire is the name of the event.
"""

from datetime import date
from typing import Literal
from uuid import UUID

import msgspec

from bus.answers import LeaseRange
from bus.messages import Category, Code, Id, Label, Language, Outcome, Payload, TicketId, Time, Wait


class Event(Payload, frozen=True, tag_field="type"):
    """Something that happened, at `at` of the hub's time."""


class HubStarted(Event, frozen=True, tag="hub-started"):
    """The hub is up. What it was down counts against nobody."""

    machine: str  # the machine's start: another one after a power cut
    down_s: int  # since it was last known to be up, as far as that is known
    outage: bool = False  # long enough that counters served by shouting: each is asked whom


class EpochOpened(Event, frozen=True, tag="epoch-opened"):
    """History was lost (a restored backup, a disk that lied): issuers tell their day before numbers go on."""

    epoch: str
    awaits: tuple[Id, ...]


class FloorSet(Event, frozen=True, tag="floor-set"):
    """Staff let numbers go on above these, without the issuers that are awaited."""

    numbers: dict[str, int]


class ClockConfirmed(Event, frozen=True, tag="clock-confirmed"):
    """Staff said what time it is: from now on the hub's time goes on from there."""

    time: Time


class DayOpened(Event, frozen=True, tag="day-opened"):
    """A business day began: numbers start again. Staff may also undo a wrong day; then numbers go on."""

    day: date
    expired: tuple[TicketId, ...] = ()  # what was left of the day before
    carried: bool = False  # who waited keeps number and place
    undone: bool = False  # the day before was a mistake: everything goes on under the right date


class TicketIssued(Event, frozen=True, tag="ticket-issued"):
    ticket: TicketId
    label: Label
    service: Id
    category: Category
    language: Language
    due: Time  # issued + target wait − head start
    device: Id
    request: UUID
    people: int = 1
    then: tuple[Id, ...] = ()  # further services of this visit
    wait: Wait | None = None  # what was said of it
    appointment: Code | None = None


class LeaseGranted(Event, frozen=True, tag="lease-granted"):
    """Numbers that this install of a kiosk alone may give."""

    device: Id
    install: UUID
    ranges: tuple[LeaseRange, ...]
    over: tuple[LeaseRange, ...] = ()  # earlier ones that it holds no more


class TicketAdopted(Event, frozen=True, tag="ticket-adopted"):
    """A ticket that its issuer gave while the hub was out of reach, or that a restored backup had lost."""

    ticket: TicketId
    label: Label
    service: Id
    category: Category
    language: Language
    issued: Time  # by the hub's time, as well as the age tells it
    age_ms: int  # the same by the hub's running time
    due: Time
    device: Id
    request: UUID
    people: int = 1
    then: tuple[Id, ...] = ()


class TicketPresented(Event, frozen=True, tag="ticket-presented"):
    """A counter called a leased number before its kiosk could report it."""

    ticket: TicketId
    label: Label
    service: Id
    counter: Id


class AdoptionEnded(Event, frozen=True, tag="adoption-ended"):
    """An issuer has told all of its day."""

    device: Id


class TicketCancelled(Event, frozen=True, tag="ticket-cancelled"):
    """Whoever had it does not want it any more."""

    ticket: TicketId


class TicketDelivered(Event, frozen=True, tag="ticket-delivered"):
    ticket: TicketId
    outcome: Outcome


class RequestGivenUp(Event, frozen=True, tag="request-given-up"):
    """The asker gave this request up: its ticket, if any, is void, and so is a later `take` with it."""

    device: Id
    request: UUID
    ticket: TicketId | None = None


class CounterOpened(Event, frozen=True, tag="counter-opened"):
    counter: Id
    clerk: Id
    services: tuple[Id, ...]
    device: Id | None = None  # that the clerk works with


class CounterPaused(Event, frozen=True, tag="counter-paused"):
    counter: Id
    reason: str = ""


class CounterClosed(Event, frozen=True, tag="counter-closed"):
    counter: Id


class TicketCalled(Event, frozen=True, tag="ticket-called"):
    ticket: TicketId
    counter: Id
    nth: int


class TicketServing(Event, frozen=True, tag="ticket-serving"):
    """The person is at the counter, as far as anybody has said."""

    ticket: TicketId
    counter: Id


class TicketFinished(Event, frozen=True, tag="ticket-finished"):
    ticket: TicketId
    counter: Id


class TicketMissed(Event, frozen=True, tag="ticket-missed"):
    """A no-show. The person may come back: the clerk then calls the label."""

    ticket: TicketId
    counter: Id


class TicketRequeued(Event, frozen=True, tag="ticket-requeued"):
    """Back to its own place in the queue: from the counter that called it, or held it, or missed it."""

    ticket: TicketId
    counter: Id


class TicketHeld(Event, frozen=True, tag="ticket-held"):
    """Put aside at a counter until the person is back."""

    ticket: TicketId
    counter: Id


class TicketTransferred(Event, frozen=True, tag="ticket-transferred"):
    """It waits again by its own time: for a service, or for one counter alone. Label and place stay.

    A note for the next clerk is kept apart from the journal, under this event's number.
    """

    ticket: TicketId
    counter: Id  # it comes from
    service: Id
    to: Id | None = None  # a counter that it waits for
    noted: bool = False


class TicketReported(Event, frozen=True, tag="ticket-reported"):
    """It was served while the hub was away."""

    ticket: TicketId
    counter: Id


class OutageAnswered(Event, frozen=True, tag="outage-answered"):
    """A counter has said whom it served while the hub was away."""

    counter: Id


class ServiceRated(Event, frozen=True, tag="service-rated"):
    ticket: TicketId | None
    counter: Id | None
    service: Id | None
    score: int


class ServiceShut(Event, frozen=True, tag="service-shut"):
    """No more numbers of it today."""

    service: Id
    reason: str


class ServiceReopened(Event, frozen=True, tag="service-reopened"):
    service: Id


class AppointmentMade(Event, frozen=True, tag="appointment-made"):
    code: Code
    service: Id
    due: Time


class AppointmentCancelled(Event, frozen=True, tag="appointment-cancelled"):
    code: Code


class OrderMade(Event, frozen=True, tag="order-made"):
    order: str
    counter: Id
    ticket: TicketId | None
    amount: int
    purpose: str
    reference: str
    expires: Time


class OrderCancelled(Event, frozen=True, tag="order-cancelled"):
    order: str


class OrderExpired(Event, frozen=True, tag="order-expired"):
    order: str


class OrderPaid(Event, frozen=True, tag="order-paid"):
    order: str
    how: Literal["cash", "transfer"]
    provider: str = ""
    transaction: str = ""


class PanelCleared(Event, frozen=True, tag="panel-cleared"):
    """The panel has shown the end of an order long enough."""

    counter: Id


class PaymentUnmatched(Event, frozen=True, tag="payment-unmatched"):
    """Money that no open order asked for in this amount: a person has to look."""

    provider: str
    transaction: str
    amount: int
    reason: str
    order: str | None = None


EventBody = (
    HubStarted | EpochOpened | FloorSet | ClockConfirmed | DayOpened
    | TicketIssued | LeaseGranted | TicketAdopted | TicketPresented | AdoptionEnded | TicketDelivered
    | TicketCancelled | RequestGivenUp
    | CounterOpened | CounterPaused | CounterClosed
    | TicketCalled | TicketServing | TicketFinished | TicketMissed | TicketRequeued | TicketHeld
    | TicketTransferred | TicketReported | OutageAnswered | ServiceRated
    | ServiceShut | ServiceReopened | AppointmentMade | AppointmentCancelled
    | OrderMade | OrderCancelled | OrderExpired | OrderPaid | PanelCleared | PaymentUnmatched
)  # fmt: skip


class JournalEvent(Payload, frozen=True):
    """A committed event, as the journal keeps it and as the topic `journal` tells it."""

    seq: int
    device: Id  # who asked for it; "hub" for what the hub did by itself
    request: UUID | None
    at: Time  # by the hub's time: it never goes back unless staff say so
    body: EventBody
    ran: int = 0  # milliseconds that the hub ever ran until then: ages are differences of these


decode_body = msgspec.json.Decoder(EventBody).decode

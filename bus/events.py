"""What happened: the events that the hub commits, the journal's only content.

The engine makes them, the journal keeps them for good, and the topic `journal` tells them. A field may be
added with a default; a meaning is never changed. `type` on the wire is the name of the event.
"""

from datetime import date
from typing import Literal
from uuid import UUID

import msgspec

from bus.messages import Category, Id, Label, Language, Outcome, Payload, TicketId, Time


class Event(Payload, frozen=True, tag_field="type"):
    """Something that happened, at `at` of the hub's time."""


class DayOpened(Event, frozen=True, tag="day-opened"):
    day: date
    expired: tuple[TicketId, ...] = ()  # what was left waiting of the day before


class TicketIssued(Event, frozen=True, tag="ticket-issued"):
    ticket: TicketId
    label: Label
    service: Id
    category: Category
    language: Language
    due: Time  # issued + target wait − head start
    device: Id
    request: UUID


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


class CounterPaused(Event, frozen=True, tag="counter-paused"):
    counter: Id


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
    """Back to its own place in the queue: the counter that called it has closed."""

    ticket: TicketId
    counter: Id


class OrderMade(Event, frozen=True, tag="order-made"):
    order: str
    counter: Id
    ticket: TicketId | None
    amount: int
    purpose: str
    dossier: str
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
    DayOpened | TicketIssued | TicketDelivered | RequestGivenUp | CounterOpened | CounterPaused
    | CounterClosed | TicketCalled | TicketServing | TicketFinished | TicketMissed | TicketRequeued
    | OrderMade | OrderCancelled | OrderExpired | OrderPaid | PanelCleared | PaymentUnmatched
)  # fmt: skip


class JournalEvent(Payload, frozen=True):
    """A committed event, as the journal keeps it and as the topic `journal` tells it."""

    seq: int
    device: Id  # who asked for it; "hub" for what the hub did by itself
    request: UUID | None
    at: Time
    body: EventBody


decode_body = msgspec.json.Decoder(EventBody).decode

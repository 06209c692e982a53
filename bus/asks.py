"""The verbs: what a device may ask of the hub.

`request` is a UUID that the asker makes once per act and keeps over its retries: repeating it changes nothing
and gets the same answer. Acts at a counter carry `seen`, the counter's `turn` when the key was pressed.
"""

from dataclasses import dataclass
from datetime import date
from typing import Annotated
from uuid import UUID

from msgspec import Meta

from bus.answers import (
    Adopted,
    Appointment,
    HubTime,
    LeaseRange,
    Leases,
    Nothing,
    Order,
    PaymentResult,
    Served,
    Ticket,
)
from bus.events import JournalEvent
from bus.messages import (
    Amount,
    Category,
    Code,
    Count,
    CounterState,
    Id,
    Label,
    Language,
    Letter,
    Note,
    Outcome,
    Payload,
    Purpose,
    QueueState,
    Rev,
    Role,
    TicketId,
    Time,
)

MAX_REQUEST_BYTES = 64 * 1024  # the longest `adopt` of the contract is 45 kB
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
    people: Annotated[int, Meta(ge=1, le=20)] = 1  # to be served on this one number
    then: Annotated[tuple[Id, ...], Meta(max_length=3)] = ()  # further services, with the same number


class Delivered(Request, frozen=True):
    ticket: TicketId
    outcome: Outcome


class Lease(Request, frozen=True):
    """Ask for numbers to give while the hub is out of reach, once everything given before is adopted."""

    install: UUID  # made anew with the kiosk's disk
    holds: Annotated[tuple[LeaseRange, ...], Meta(max_length=208)] = ()  # that it may give of now
    seen: Rev | None = None  # the newest revision of the hub's that was ever seen


class Issued(Payload, frozen=True):
    """A ticket as whoever gave it remembers it."""

    label: Label
    service: Id
    request: UUID
    order: Count  # of issue, at that kiosk
    age_s: Annotated[float, Meta(ge=0, le=3e8)]  # by the kiosk's boot-time clock
    day: date  # of the lease, or of the hub's own ticket
    category: Category = "ordinary"
    language: Language = "vi"
    people: Annotated[int, Meta(ge=1, le=20)] = 1
    then: Annotated[tuple[Id, ...], Meta(max_length=3)] = ()


class Adopt(Request, frozen=True):
    """What an issuer did while the hub was out of reach, or all of its day where the hub asks for it.

    After a restored backup (`awaits` in `state/center` names the issuer) `tickets` are all of today's, the
    hub's own too, and `whole` is true with the last of them.
    """

    given_up: Annotated[tuple[UUID, ...], Meta(max_length=200)] = ()
    tickets: Annotated[tuple[Issued, ...], Meta(max_length=50)] = ()
    install: UUID | None = None
    leases: Annotated[tuple[LeaseRange, ...], Meta(max_length=208)] = ()  # that it holds
    seen: Rev | None = None  # the newest revision of the hub's that was ever seen
    whole: bool = False  # nothing of its day is left to tell


class CounterAct(Request, frozen=True):
    counter: Id
    seen: int


class Open(CounterAct, frozen=True):
    clerk: Id
    services: tuple[Id, ...] = ()  # none named: all that the counter has
    take_over: bool = False  # from another clerk here, and from another counter of this clerk


class Pause(CounterAct, frozen=True):
    reason: Annotated[str, Meta(max_length=60)] = ""


class Close(CounterAct, frozen=True):
    pass


class Next(CounterAct, frozen=True):
    pass


class CallLabel(CounterAct, frozen=True):
    label: Label


class Recall(CounterAct, frozen=True):
    pass


class Start(CounterAct, frozen=True):
    """The person has come."""


class Finish(CounterAct, frozen=True):
    pass


class NoShow(CounterAct, frozen=True):
    pass


class Hold(CounterAct, frozen=True):
    """The person fetches something and comes back to this counter: their number is put aside."""


class Requeue(CounterAct, frozen=True):
    """Back to its own place in the queue: the ticket here, or a named one that is held or did not come."""

    label: Label | None = None


class Transfer(CounterAct, frozen=True):
    """To another service, or to one counter; the label and its place by time stay."""

    service: Id | None = None
    to: Id | None = None  # a counter
    note: Note = ""


class ReportServed(CounterAct, frozen=True):
    """Who was served here by shouting while the hub was away; nobody is an answer too."""

    labels: Annotated[tuple[Label, ...], Meta(max_length=100)] = ()


class Charge(CounterAct, frozen=True):
    amount: Amount
    purpose: Purpose
    dossier: Annotated[str, Meta(max_length=40)] = ""  # for the clerk's page; the journal does not keep it


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


class Rate(Request, frozen=True):
    """How the service was. Named by its ticket, or by the counter whose last ticket it is about."""

    score: Annotated[int, Meta(ge=1, le=5)]
    ticket: TicketId | None = None
    counter: Id | None = None


class Cancel(Request, frozen=True):
    ticket: TicketId


class CheckIn(Request, frozen=True):
    """Somebody with an appointment is here."""

    code: Code
    language: Language = "vi"


class Book(Request, frozen=True):
    """Make an appointment, or move one."""

    service: Id
    at: Time
    code: Code | None = None  # made by the hub unless given


class CancelAppointment(Request, frozen=True):
    code: Code


class Shut(Request, frozen=True):
    """No more numbers of this service today."""

    service: Id
    reason: Annotated[str, Meta(max_length=120)] = ""


class Reopen(Request, frozen=True):
    service: Id


class ConfirmClock(Request, frozen=True):
    """The date and hour as staff read them off a good clock: the hub's time is that from now on."""

    at: Time


class EndDay(Request, frozen=True):
    """The day is over by the clock, and staff say that nobody of those who have its numbers is still here."""


class SetFloor(Request, frozen=True):
    """After a restored backup: go on without the issuers that are still awaited, above these numbers."""

    numbers: dict[Letter, Annotated[int, Meta(ge=0, le=9999)]]


class Events(Request, frozen=True):
    """Committed events from a sequence number on, for a reader that missed some. The answer is not kept."""

    after: Count
    limit: Annotated[int, Meta(ge=1, le=200)] = 100


class EventPage(Payload, frozen=True):
    events: tuple[JournalEvent, ...]
    last: int  # the newest that there is


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
        Verb("lease", ("kiosk",), Lease, Leases),
        Verb("adopt", ("kiosk", "web"), Adopt, Adopted),
        Verb("open", ("bridge", "web"), Open, CounterState),
        Verb("pause", ("bridge", "web"), Pause, CounterState),
        Verb("close", ("bridge", "web"), Close, CounterState),
        Verb("next", ("bridge", "web"), Next, Ticket),
        Verb("call", ("bridge", "web"), CallLabel, Ticket),
        Verb("recall", ("bridge", "web"), Recall, CounterState),
        Verb("start", ("bridge", "web"), Start, CounterState),
        Verb("finish", ("bridge", "web"), Finish, CounterState),
        Verb("no-show", ("bridge", "web"), NoShow, CounterState),
        Verb("hold", ("bridge", "web"), Hold, CounterState),
        Verb("requeue", ("bridge", "web"), Requeue, CounterState),
        Verb("transfer", ("bridge", "web"), Transfer, Ticket),
        Verb("report-served", ("bridge", "web"), ReportServed, Served),
        Verb("charge", ("bridge", "web"), Charge, Order),
        Verb("cancel-charge", ("bridge", "web"), CancelCharge, Order),
        Verb("paid-cash", ("bridge", "web"), PaidCash, Order),
        Verb("payment", ("web",), Payment, PaymentResult),
        Verb("rate", ("display", "bridge", "web"), Rate, Nothing),
        Verb("cancel", ("kiosk", "web"), Cancel, Nothing),
        Verb("check-in", ("kiosk", "web"), CheckIn, Ticket),
        Verb("book", ("web",), Book, Appointment),
        Verb("cancel-appointment", ("web",), CancelAppointment, Nothing),
        Verb("shut", ("kiosk", "web"), Shut, QueueState),
        Verb("reopen", ("kiosk", "web"), Reopen, QueueState),
        Verb("confirm-clock", ("web",), ConfirmClock, HubTime),
        Verb("end-day", ("web",), EndDay, HubTime),
        Verb("set-floor", ("web",), SetFloor, Nothing),
        Verb("events", ("web",), Events, EventPage),
    )
}

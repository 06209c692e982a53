"""What the parts say on the bus: the states that they keep there, and what these are made of.

Unknown fields are ignored (a newer device may say more); a field that does not fit is an error. Times are
RFC 3339 UTC with milliseconds, money is whole đồng, text in many languages is `{language: words}`.
"""

import re
from datetime import date, datetime
from typing import Annotated, Literal, TypeVar

import msgspec
from msgspec import Meta, Struct

from config import fields

Id = fields.Id
Amount = fields.Amount
Purpose = fields.Purpose
Text = fields.Text
Letter = fields.Letter
HexColor = fields.HexColor
Label = Annotated[str, Meta(pattern=r"\A[A-Z][0-9]{3,4}\Z")]
TicketId = Annotated[str, Meta(pattern=r"\A[0-9]{4}-[0-9]{2}-[0-9]{2}-[A-Z][0-9]{3,4}\Z")]
Time = Annotated[datetime, Meta(tz=True)]
Language = Annotated[str, Meta(pattern=r"\A[a-z]{2,3}\Z")]

Category = Id  # "ordinary", "priority", and what else the centre's file has
Note = Annotated[str, Meta(max_length=200)]  # for staff; it has a retention of its own
CODE = r"\A[A-Z0-9][A-Z0-9.-]{2,38}[A-Z0-9]\Z"
Code = Annotated[str, Meta(pattern=CODE)]  # of an appointment; it may be that of the dossier that it is about
Count = Annotated[int, Meta(ge=0, le=2**53)]  # what JSON and SQLite hold
CounterStatus = Literal["closed", "paused", "free", "calling", "serving"]
Outcome = Literal["printed", "sent", "unknown", "failed", "shown"]
Media = Literal["image/png", "image/jpeg"]
Show = Literal["idle", "pay", "paid", "expired", "rate", "thanks"]


class Payload(Struct, frozen=True):
    """A part of a message."""


P = TypeVar("P", bound=Payload)

# Begun with a letter that is rare in JSON it is found ten times as fast as by the digits before it.
_FRACTION = re.compile(rb'(T(?<=[0-9]T)[0-9]{2}:[0-9]{2}:[0-9]{2})(\.[0-9]{3})?[0-9]*Z"')
_encode = msgspec.json.Encoder().encode


def encode(payload: Payload) -> bytes:
    """The payload as JSON, times cut to milliseconds (always three digits)."""
    return _FRACTION.sub(lambda found: found[1] + (found[2] or b".000") + b'Z"', _encode(payload))


class Rev(Payload, frozen=True):
    """The journal that a retained state reflects: compared per topic, a new epoch replaces everything."""

    epoch: str
    seq: int


class State(Payload, frozen=True):
    """A retained state: the whole picture, never a difference."""

    rev: Rev


class Wait(Payload, frozen=True):
    """How long a new ticket would wait, in minutes: a range that leans upward."""

    low: int
    high: int


# What the hub keeps on the bus


class HubClock(Payload, frozen=True):
    """Whether the hub's time can be trusted."""

    synchronised: bool
    drift_s: int  # wall clock minus hub time
    known: bool = True  # synchronised, read from a real-time clock, or said by staff: hours hold
    jump_s: int = 0  # a jump forward that is not believed until the clock is known or staff confirm it


Stopped = Literal["", "disk", "folder", "journal", "restored", "second-hub"]


class Question(Payload, frozen=True):
    """What the hub asks staff: a counter that nobody reaches still has somebody's number."""

    counter: Id
    label: Label | None
    away_s: int  # since the device that works there was lost


class CenterState(State, frozen=True):
    center: Id
    title: Text
    name: Text
    languages: tuple[Language, ...]
    timezone: str
    day: date
    open: bool
    notices: tuple[Text, ...]
    clock: HubClock
    boot: str  # made anew at each start of the hub
    at: Time  # the hub's time when it was sent: the only clock that screens show
    stopped: Stopped = ""  # why the hub gives no numbers now; kiosks then use their leases
    hint: str = ""  # what staff do about it (English, for technicians)
    awaits: tuple[Id, ...] = ()  # after a restored backup: the issuers that have not told their day yet
    questions: tuple[Question, ...] = ()


class FeeInfo(Payload, frozen=True):
    purpose: str
    amount: Amount


class ServiceInfo(Payload, frozen=True):
    id: Id
    letter: str
    name: Text
    hint: Text
    icon: str
    place: Text  # where to go, as the ticket says it
    fees: tuple[FeeInfo, ...] = ()
    people: int = 1  # how many may be served on one number
    group: Id | None = None  # in which a kiosk shows it, where it has more services than room


class GroupInfo(Payload, frozen=True):
    """Services that belong together."""

    id: Id
    name: Text
    icon: str


class CategoryInfo(Payload, frozen=True):
    id: Id
    name: Text
    priority: bool
    staff: bool  # given by staff alone
    letter: str = ""  # of its own stream of numbers, where it has one


class CounterInfo(Payload, frozen=True):
    id: Id
    number: str
    name: Text
    services: tuple[Id, ...]
    overflow: tuple[Id, ...] = ()


class Theme(Payload, frozen=True):
    """What the screens of the centre have of its own; screens make the colour one that can be read."""

    color: HexColor = ""
    emblem: bytes = b""  # a PNG file, at most 32 kB


class Catalog(State, frozen=True):
    """Services and counters as people see them."""

    services: tuple[ServiceInfo, ...]
    counters: tuple[CounterInfo, ...]
    categories: tuple[CategoryInfo, ...] = ()
    recalls: int = 3  # of one ticket at a counter
    groups: tuple[GroupInfo, ...] = ()
    theme: Theme = Theme()

    def service(self, id: str) -> ServiceInfo | None:  # noqa: A002
        return next((each for each in self.services if each.id == id), None)

    def counter(self, id: str) -> CounterInfo | None:  # noqa: A002
        return next((each for each in self.counters if each.id == id), None)


class QueueState(State, frozen=True):
    service: Id
    waiting: int
    serving: int
    issued: int  # numbers given today
    wait: Wait | None  # none while no counter is open for it
    taking: bool
    why: Literal["", "shut", "full", "hours", "stopped"] = ""  # why no numbers are given
    notice: str = ""  # of a service that is shut for today, in the words of staff
    opens: Time | None = None  # while there is no service: when it begins, where that is known
    kept: int | None = None  # percent of today's tickets whose wait was within the range that was said


class CounterState(State, frozen=True):
    counter: Id
    turn: int  # counts every act at this counter; an act says which turn it has seen
    status: CounterStatus
    since: Time  # when this status began
    ticket: TicketId | None = None
    label: Label | None = None
    category: Category | None = None
    service: Id | None = None
    recalled: int = 0
    serves: tuple[Id, ...] = ()  # the services that it was opened with
    order: str | None = None  # the payment order that is open here
    clerk: Id | None = None
    priority: bool = False  # the ticket's category is one of priority
    reason: str = ""  # of a pause
    note: Note = ""  # that came with a transferred ticket
    held: tuple[Label, ...] = ()  # put aside here: `call` brings one back
    waiting: tuple[Label, ...] = ()  # sent to this counter alone
    outage: bool = False  # say first who was served while the hub was away (`report-served`)


YOUNG_CALL_S = 60  # an older call has had its time: it is not announced any more


class BoardCall(Payload, frozen=True):
    """A call in the list of the last calls."""

    ticket: TicketId
    nth: int  # 1 for the first call of this ticket, 2 for its first recall
    seq: int  # the call's number in the journal
    label: Label
    counter: Id
    number: str  # of the counter, as it is drawn
    calling: bool  # the person has not come yet
    age_s: int  # since the call, by the hub's running time
    languages: tuple[Language, ...] = ()  # in which it is said; none told: Vietnamese


class Board(State, frozen=True):
    calls: tuple[BoardCall, ...]  # newest first


class Panel(State, frozen=True):
    """What the QR panel of a counter shows; the hub decides, the panel draws."""

    counter: Id
    show: Show
    order: str | None = None
    label: Label | None = None
    qr: str | None = None
    amount: Amount | None = None
    purpose: str | None = None
    reference: str | None = None
    since: Time | None = None
    expires: Time | None = None


class Call(Payload, frozen=True):
    """One announcement. Displays announce once per (ticket, nth)."""

    ticket: TicketId
    nth: int
    seq: int
    label: Label
    counter: Id
    number: str
    name: Text  # of the counter
    languages: tuple[Language, ...]


# What devices keep on the bus

Role = Literal["hub", "kiosk", "display", "bridge", "web", "printer", "technician"]


class Status(Payload, frozen=True):
    """`lost` is the will; both carry the session, so that a late will of an old session is known as such."""

    status: Literal["online", "lost"]
    session: str
    role: Role
    version: str
    host: str


class LinkHealth(Payload, frozen=True):
    """A serial device, or the printer."""

    name: str
    state: str  # a word for people: "ready", "paper-out", "silent"
    frames: int = 0
    errors: int = 0
    retries: int = 0
    round_trip_ms: float = 0.0  # from asking to its answer, smoothed
    about: str = ""  # which device it is, or what else is known of a fault


class Health(Payload, frozen=True):
    at: Time
    uptime_s: int
    memory_mb: int  # of the process
    disk_free_mb: int
    temperature_c: float | None = None
    frame_age_s: float | None = None  # a screen's last presented frame
    printer: str | None = None
    tickets_left: int | None = None  # on the printer's roll, about; none where nobody can know
    links: tuple[LinkHealth, ...] = ()
    queued: int = 0  # messages in the inbox
    last_error: str = ""
    calls: str = ""  # why staff should go there: "rush", where numbers were taken too fast

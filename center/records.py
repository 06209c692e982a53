"""What the state is made of: tickets, the queue of a service, counters, leases, orders, the last calls.

Ages and deadlines are kept in milliseconds of the hub's running time (`…_ran`): no jump of a clock and no
outage is in them. `at` is the hub's time, for people and figures.
"""

from bisect import bisect_left, insort
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from operator import attrgetter
from typing import Literal
from uuid import UUID

from bus.messages import Category, Code, CounterStatus, Id, Label, Language, TicketId, Wait
from config import settings

NEVER = datetime.fromtimestamp(0, UTC)
LABEL_REST = timedelta(hours=12)  # before a label is given again, whatever the date

# A ticket's place in a queue, only to be compared: when it is due (running time), when it was issued (hub's
# time, for those that a kiosk gave during one outage), and the order in which the hub heard of it.
Place = tuple[int, int, int]
MS = timedelta(milliseconds=1)


def place_at(due_ran: int, issued: datetime, seq: int) -> Place:
    """The place of a ticket that is due then, of an event with that number."""
    return due_ran, (issued - NEVER) // MS, seq


TicketStatus = Literal["waiting", "called", "held", "missed", "served", "void", "cancelled"]
OrderStatus = Literal["open", "paid", "cancelled", "expired"]

HERE: tuple[TicketStatus, ...] = ("waiting", "called", "held")  # somebody in the hall has it

PRIOR_TICKETS = 10  # how many tickets the service time of the settings counts for
MEMORY_TICKETS = 200  # how many tickets a mean service time looks back on
LONGEST = 4.0  # times the mean: a ticket forgotten over lunch counts for no more


@dataclass(slots=True, frozen=True)
class Stamp:
    """When something happened, by everything that can tell it."""

    seq: int
    ran: int
    at: datetime


@dataclass(slots=True)
class Ticket:
    """A number that somebody was given."""

    id: TicketId
    label: Label
    service: Id  # that it waits for, or is served by
    category: Category
    language: Language
    device: Id | None  # that gave it
    request: UUID | None
    at: datetime
    ran: int  # when it was issued
    place: Place
    priority: bool = False
    people: int = 1
    then: tuple[Id, ...] = ()  # further services of this visit
    wait: Wait | None = None  # what its holder was told
    status: TicketStatus = "waiting"
    counter: Id | None = None  # that has it, or holds it
    to: Id | None = None  # the counter that it waits for, where it is one alone
    calls: int = 0
    missed_ran: int = 0

    @property
    def stamp(self) -> Stamp:
        """When the hub heard of it, and when it was issued."""
        return Stamp(self.place[2], self.ran, self.at)


BY_PLACE = attrgetter("place")


@dataclass(slots=True)
class Line:
    """Tickets by their places."""

    tickets: list[Ticket] = field(default_factory=list)
    groups: list[Ticket] = field(default_factory=list)  # those among them for more than one person

    def __len__(self) -> int:
        return len(self.tickets)

    def __iter__(self) -> Iterator[Ticket]:
        return iter(self.tickets)

    def enter(self, ticket: Ticket) -> None:
        insort(self.tickets, ticket, key=BY_PLACE)
        if ticket.people > 1:
            insort(self.groups, ticket, key=BY_PLACE)

    def leave(self, ticket: Ticket) -> None:
        del self.tickets[self.ahead(ticket.place)]
        if ticket.people > 1:
            self.groups.remove(ticket)

    def clear(self) -> None:
        self.tickets.clear()
        self.groups.clear()

    def first(self) -> Ticket | None:
        return self.tickets[0] if self.tickets else None

    def ahead(self, place: Place) -> int:
        """How many tickets come before that place."""
        return bisect_left(self.tickets, place, key=BY_PLACE)

    def people(self, place: Place) -> int:
        """How many people come before that place."""
        groups = self.groups[: bisect_left(self.groups, place, key=BY_PLACE)]
        return self.ahead(place) + sum(each.people - 1 for each in groups)


@dataclass(slots=True)
class Queue:
    """The people who wait for a service, earliest due first, and how long serving one takes."""

    service: settings.Service
    mean: float  # minutes a person
    served: int = 0
    issued: int = 0  # today
    shut: str | None = None  # the reason, while it is shut for today by hand
    said: int = 0  # of today's called tickets: those that were told a range,
    kept: int = 0  # and those of them that were called within it
    run: int = 0  # ordinary tickets that were called since one of priority
    ordinary: Line = field(default_factory=Line)
    priority: Line = field(default_factory=Line)

    @classmethod
    def gone(cls, service: Id) -> "Queue":
        """The queue of a service that the settings have no more; its letter gives no number again."""
        setting = settings.Service(id=service, letter="Z", name={})
        return cls(setting, setting.minutes)

    def __len__(self) -> int:
        return len(self.ordinary) + len(self.priority)

    def __iter__(self) -> Iterator[Ticket]:
        yield from self.ordinary
        yield from self.priority

    def enter(self, ticket: Ticket) -> None:
        self._line(ticket).enter(ticket)

    def leave(self, ticket: Ticket) -> None:
        self._line(ticket).leave(ticket)

    def new_day(self) -> None:
        """Nobody waits, nothing was given. How long serving takes is remembered."""
        self.issued = self.said = self.kept = self.run = 0
        self.shut = None
        self.ordinary.clear()
        self.priority.clear()

    def first(self, ratio: int | None = None) -> Ticket | None:
        """Who is next: the earliest due, or by a ratio of ordinary tickets to one of priority."""
        ordinary, priority = self.ordinary.first(), self.priority.first()
        if ordinary is None or priority is None:
            return ordinary or priority
        if ratio is not None:
            return priority if self.run >= ratio else ordinary
        return min(ordinary, priority, key=BY_PLACE)

    def ahead(self, place: Place) -> int:
        """How many wait who come before that place."""
        return self.ordinary.ahead(place) + self.priority.ahead(place)

    def people(self, place: Place) -> int:
        """How many people wait who come before that place."""
        return self.ordinary.people(place) + self.priority.people(place)

    def learn(self, minutes: float) -> None:
        """A person was served in that time: the mean has a long memory, from the settings' minutes on."""
        minutes = min(minutes, LONGEST * self.mean)
        self.mean += (minutes - self.mean) / (PRIOR_TICKETS + min(self.served, MEMORY_TICKETS) + 1)
        self.served += 1

    def judge(self, ticket: Ticket, ran: int) -> None:
        """Whether the range that its holder was told has held, now that it is called for the first time."""
        if ticket.wait is not None:
            self.said += 1
            self.kept += ticket.wait.low <= (ran - ticket.ran) / 60_000 <= ticket.wait.high

    def _line(self, ticket: Ticket) -> Line:
        return self.priority if ticket.priority else self.ordinary


@dataclass(slots=True)
class Order:
    """A payment that is asked for at a counter. Its id is the reference that comes back with the money."""

    id: str
    counter: Id
    ticket: TicketId | None
    label: Label | None
    amount: int  # đồng
    purpose: str
    at: datetime
    expires: datetime
    expires_ran: int
    status: OrderStatus = "open"
    ended: datetime | None = None
    ended_ran: int = 0


@dataclass(slots=True)
class Counter:
    """A counter, who works there, and whom it has."""

    setting: settings.Counter
    removed: bool = False
    status: CounterStatus = "closed"
    since: datetime = NEVER
    since_ran: int = 0
    turn: int = 0
    clerk: Id | None = None
    device: Id | None = None  # that the clerk works with
    serves: tuple[Id, ...] = ()
    reason: str = ""  # of a pause
    ticket: Ticket | None = None
    began_ran: int = 0  # when its ticket was first called here
    called_ran: int = 0  # when its ticket was last called
    recalled: int = 0
    last: Ticket | None = None  # that was served here: a rating is about it
    asks: Literal["", "rate", "thanks"] = ""  # what its panel asks or says of the last service
    asks_ran: int = 0
    held: list[Ticket] = field(default_factory=list)
    line: Line = field(default_factory=Line)  # who was sent to this counter alone
    order: Order | None = None  # what its panel shows
    outage: bool = False  # it has yet to say whom it served while the hub was away

    @classmethod
    def gone(cls, counter: Id) -> "Counter":
        """A counter that the settings have no more."""
        return cls(settings.Counter(id=counter, number=counter, services=()), removed=True)

    @property
    def open(self) -> bool:
        """Whether somebody calls from it."""
        return self.status not in ("closed", "paused")

    @property
    def open_order(self) -> Order | None:
        return self.order if self.order is not None and self.order.status == "open" else None

    def become(self, status: CounterStatus, at: datetime, ran: int) -> None:
        """An act happened here."""
        self.status, self.since, self.since_ran = status, at, ran
        self.reason = ""
        self.turn += 1


@dataclass(slots=True, frozen=True)
class RecentCall:
    """A call as the hall board lists it."""

    ticket: Ticket
    counter: Counter
    nth: int
    seq: int
    ran: int


@dataclass(slots=True)
class Grant:
    """Numbers of a letter that one install of a kiosk may give, and nobody else ever."""

    device: Id
    install: UUID
    day: date
    service: Id
    first: int
    last: int
    stamp: Stamp
    over: bool = False  # the kiosk has a newer lease: it gives no number of this one any more


@dataclass(slots=True)
class Appointment:
    code: Code
    service: Id
    due: datetime
    ticket: TicketId | None = None  # of who came

"""What the state is made of: tickets, the queue of a service, counters, payment orders, the last calls."""

from bisect import bisect_left, insort
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from operator import attrgetter
from typing import Literal

from bus.messages import Category, CounterStatus, Id, Label, Language, TicketId
from config import settings

Place = tuple[datetime, int]  # a ticket's place in a queue: when it is due, and its order of issue
TicketStatus = Literal["waiting", "called", "missed", "served", "void"]
OrderStatus = Literal["open", "paid", "cancelled", "expired"]

NEVER = datetime.fromtimestamp(0, UTC)

PRIOR_TICKETS = 10  # how many tickets the service time of the settings counts for
MEMORY_TICKETS = 200  # how many tickets a mean service time looks back on
LONGEST = 4.0  # times the mean: a ticket forgotten over lunch counts for no more


@dataclass(slots=True)
class Ticket:
    """A number that was given today."""

    id: TicketId
    label: Label
    service: Id
    category: Category
    language: Language
    device: Id  # that took it
    at: datetime
    due: datetime
    order: int  # of issue: the sequence number of its event
    status: TicketStatus = "waiting"
    counter: Id | None = None  # that has it
    calls: int = 0

    @property
    def place(self) -> Place:
        return self.due, self.order


BY_PLACE = attrgetter("place")


@dataclass(slots=True)
class Queue:
    """The people who wait for a service, earliest due first, and how long serving one takes."""

    service: settings.Service
    mean: float  # minutes
    served: int = 0
    issued: int = 0  # today
    line: list[Ticket] = field(default_factory=list)

    @classmethod
    def gone(cls, service: Id, letter: str) -> "Queue":
        """The queue of a service that the settings have no more."""
        setting = settings.Service(id=service, letter=letter, name={})
        return cls(setting, setting.minutes)

    def __len__(self) -> int:
        return len(self.line)

    def enter(self, ticket: Ticket) -> None:
        insort(self.line, ticket, key=BY_PLACE)

    def leave(self, ticket: Ticket) -> None:
        del self.line[self.ahead(ticket.place)]

    def clear(self) -> None:
        """A new day: nobody waits, nothing was given. How long serving takes is remembered."""
        self.issued = 0
        self.line.clear()

    def first(self) -> Ticket | None:
        return self.line[0] if self.line else None

    def ahead(self, place: Place) -> int:
        """How many wait who come before that place."""
        return bisect_left(self.line, place, key=BY_PLACE)

    def learn(self, spent: timedelta) -> None:
        """Someone was served in that time: the mean has a long memory and begins at the settings' minutes."""
        minutes = min(spent.total_seconds() / 60, LONGEST * self.mean)
        self.mean += (minutes - self.mean) / (PRIOR_TICKETS + min(self.served, MEMORY_TICKETS) + 1)
        self.served += 1


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
    status: OrderStatus = "open"
    ended: datetime | None = None


@dataclass(slots=True)
class Counter:
    """A counter, who works there, and whom it has."""

    setting: settings.Counter
    removed: bool = False
    status: CounterStatus = "closed"
    since: datetime = NEVER
    turn: int = 0
    clerk: Id | None = None
    serves: tuple[Id, ...] = ()
    ticket: Ticket | None = None
    began: datetime = NEVER  # when its ticket was first called here
    called: datetime = NEVER  # when its ticket was last called
    recalled: int = 0
    order: Order | None = None  # what its panel shows

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

    def become(self, status: CounterStatus, at: datetime) -> None:
        """An act happened here."""
        self.status, self.since = status, at
        self.turn += 1


@dataclass(slots=True, frozen=True)
class RecentCall:
    """A call as the hall board lists it."""

    ticket: Ticket
    counter: Counter
    nth: int
    seq: int
    at: datetime

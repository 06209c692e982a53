"""What is true now: built by applying the journal's events, and by nothing else.

An event is applied in place, at a cost that hardly grows with the hall.
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from bus.events import JournalEvent
from bus.messages import Category, Code, Id, Label, Rev, TicketId
from center import happened
from center.hours import Calendar
from center.places import place
from center.records import LABEL_REST, Appointment, Counter, Grant, Order, Queue, RecentCall, Stamp, Ticket
from config.settings import CenterSettings


class State:
    """The centre's state. Tickets, numbers and calls are of the present day; the rest outlives it."""

    def __init__(self, settings: CenterSettings) -> None:
        self.settings = settings
        self.zone = ZoneInfo(settings.timezone)
        self.calendars = {
            each.id: Calendar(self.zone, each.hours or settings.hours, settings.holidays)
            for each in settings.services
        }
        self.places = {each.id: place(settings, each) for each in settings.services}
        self.categories = {each.id: each for each in settings.categories}
        self.epoch = ""
        self.epochs: list[str] = []  # that were before
        self.awaits: tuple[Id, ...] = ()  # after a loss: the issuers that have yet to tell their day
        self.late: tuple[Id, ...] = ()  # those of them without which staff let numbers go on
        self.lost: Stamp | None = None  # when the loss was found
        self.kept: dict[str, int] = {}  # the last numbers of that day that were not lost
        self.seq = 0
        self.ran = 0  # of the last event
        self.last_at: datetime | None = None  # of the last event
        self.machine = ""  # the start of the machine that the hub runs on,
        self.machine_seq = 0  # and the event that told of it
        self.resumed_ran = 0  # when the hub last started,
        self.down_ms = 0  # and what it was down before, as far as it is known
        self.confirmed_seq = 0  # the event in which staff last said what time it is
        self.day: date | None = None
        self.numbers: dict[str, int] = {}  # the last one that the hub gave, by letter
        self.days: dict[date, dict[str, int]] = {}  # the last ones of the days before
        self.before: dict[Label, Stamp] = {}  # of earlier days, while they may not be given again
        self.issued: dict[Category, int] = {}  # today
        self.tickets: dict[TicketId, Ticket] = {}  # in the order in which the hub heard of them
        self.labels: dict[Label, Ticket] = {}
        self.takes: dict[tuple[Id, UUID], Ticket] = {}  # by device and request
        self.notes: dict[TicketId, str] = {}  # for the next clerk; kept apart from the events
        self.calls: list[RecentCall] = []  # newest first, one a ticket
        self.queues = {each.id: Queue(each, each.minutes) for each in settings.services}
        self.counters = {each.id: Counter(each) for each in settings.counters}
        self.grants: dict[str, list[Grant]] = {}  # by letter, in the order of granting
        self.given_up: dict[tuple[Id, UUID], int] = {}  # and when
        self.leased: dict[Id, Stamp] = {}  # when a kiosk last got a new range, all it gave adopted
        self.appointments: dict[Code, Appointment] = {}  # of today and later
        self.orders: dict[str, Order] = {}  # until PAYMENT_MEMORY after their end
        self.payments: dict[tuple[str, str], datetime] = {}  # by provider and transaction, as long

    @property
    def rev(self) -> Rev:
        return Rev(self.epoch, self.seq)

    @property
    def last_number(self) -> int:
        """The last number of a letter that the hub gives; those after it are leased."""
        return self.settings.offline_numbers[0] - 1

    def local_date(self, at: datetime) -> date:
        """The date at the centre."""
        return at.astimezone(self.zone).date()

    def age(self, given: Stamp, at: datetime, ran: int) -> timedelta:
        """How long ago that was: at least what the hub ran since.

        What happened before the machine started may be longer ago, as the clock tells. What happened since is
        not: a clock that was wrong till now may just have jumped.
        """
        passed = timedelta(milliseconds=ran - given.ran)
        return passed if given.seq > self.machine_seq else max(passed, at - given.at)

    def next_label(self, letter: str, at: datetime, ran: int) -> Label | None:
        """The label that the next ticket of that letter gets; none when all are given.

        One that somebody in the hall may still hold is passed over: carried over, or of a day that a wrong
        clock has just ended.
        """
        for number in range(self.numbers.get(letter, 0) + 1, self.last_number + 1):
            label = f"{letter}{number:03}"
            given = self.before.get(label)
            if label not in self.labels and (given is None or self.age(given, at, ran) >= LABEL_REST):
                return label
        return None

    def team(self, service: Id) -> dict[Id, Counter]:
        """The open counters that call this service: its own, or where none is open, those that help out."""
        serving = {id_: each for id_, each in self.counters.items() if each.open and service in each.serves}
        return {id_: each for id_, each in serving.items() if service in each.setting.services} or serving

    def waiting(self) -> Iterator[Ticket]:
        """Everybody who waits, in no order."""
        for queue in self.queues.values():
            yield from queue
        for counter in self.counters.values():
            yield from counter.line

    def note(self, ticket: TicketId, text: str) -> None:
        """Keep a transfer's note, beside the event."""
        self.notes[ticket] = text

    def counter(self, counter: Id) -> Counter:
        """A counter, one too that the settings have lost."""
        if counter not in self.counters:
            self.counters[counter] = Counter.gone(counter)
        return self.counters[counter]

    def queue(self, service: Id) -> Queue:
        """The queue of a service, one too that the settings have lost."""
        if service not in self.queues:
            self.queues[service] = Queue.gone(service)
        return self.queues[service]

    def is_priority(self, category: Category) -> bool:
        return category in self.categories and self.categories[category].priority

    def apply(self, entry: JournalEvent) -> None:
        """Let it have happened."""
        happened.apply(self, entry)

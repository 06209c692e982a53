"""What is true now: built by applying the journal's events, and by nothing else.

An event is applied in place, at a cost that hardly grows with the hall, and never fails: the engine decided
before, and a journal may name services and counters that the settings have lost since.
"""

from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from bus.events import (
    CounterClosed,
    CounterOpened,
    CounterPaused,
    DayOpened,
    JournalEvent,
    OrderCancelled,
    OrderExpired,
    OrderMade,
    OrderPaid,
    PanelCleared,
    PaymentUnmatched,
    RequestGivenUp,
    TicketCalled,
    TicketDelivered,
    TicketFinished,
    TicketIssued,
    TicketMissed,
    TicketRequeued,
    TicketServing,
)
from bus.messages import Id, Label, Rev, TicketId
from center.records import Counter, Order, OrderStatus, Queue, RecentCall, Ticket, TicketStatus
from config.settings import CenterSettings

BOARD_CALLS = 6
LAST_NUMBER = 799  # of a letter that the hub gives; the rest is for offline numbers
PAYMENT_MEMORY = timedelta(days=7)  # how long an ended order is known, for money that comes late or twice


class State:
    """The centre's state. Tickets, numbers and calls are of the present day; the rest outlives it."""

    def __init__(self, settings: CenterSettings) -> None:
        self.settings = settings
        self.zone = ZoneInfo(settings.timezone)
        self.epoch = ""  # the journal's; the hub sets it
        self.seq = 0
        self.day: date | None = None
        self.last_issue: datetime | None = None
        self.numbers: dict[str, int] = {}  # the last one given, by letter
        self.tickets: dict[TicketId, Ticket] = {}  # in order of issue
        self.takes: dict[tuple[Id, UUID], Ticket] = {}  # by device and request
        self.calls: list[RecentCall] = []  # newest first, one a ticket
        self.queues = {each.id: Queue(each, each.minutes) for each in settings.services}
        self.counters = {each.id: Counter(each) for each in settings.counters}
        self.given_up: set[tuple[Id, UUID]] = set()  # for good
        self.orders: dict[str, Order] = {}  # until PAYMENT_MEMORY after their end
        self.payments: dict[tuple[str, str], datetime] = {}  # by provider and transaction, as long

    @property
    def rev(self) -> Rev:
        return Rev(self.epoch, self.seq)

    def local_date(self, at: datetime) -> date:
        """The date at the centre."""
        return at.astimezone(self.zone).date()

    def next_label(self, letter: str) -> Label | None:
        """The label that the next ticket of that letter gets; none when all are given."""
        number = self.numbers.get(letter, 0) + 1
        return f"{letter}{number:03}" if number <= LAST_NUMBER else None

    def team(self, service: Id) -> dict[Id, Counter]:
        """The open counters that call this service: its own, or where none is open, those that help out."""
        serving = {id_: each for id_, each in self.counters.items() if each.open and service in each.serves}
        return {id_: each for id_, each in serving.items() if service in each.setting.services} or serving

    def apply(self, entry: JournalEvent) -> None:
        """Let it have happened."""
        self.seq, at = entry.seq, entry.at
        match entry.body:
            case TicketIssued() as event:
                self._issue(event, at)
            case TicketCalled() as event:
                self._call(event, at)
            case TicketServing() as event:
                counter = self._counter(event.counter)
                counter.status, counter.since = "serving", at  # nobody's act, so no turn
            case TicketFinished() as event:
                ticket, counter = self.tickets[event.ticket], self._counter(event.counter)
                self.queues[ticket.service].learn(at - counter.began)
                self._part(ticket, counter, "served", at)
            case TicketMissed() as event:
                self._part(self.tickets[event.ticket], self._counter(event.counter), "missed", at)
            case TicketRequeued() as event:
                ticket = self.tickets[event.ticket]
                self._part(ticket, self._counter(event.counter), "waiting", at)
                self.queues[ticket.service].enter(ticket)
                self._unlist(ticket)
            case CounterOpened() as event:
                self._open(event, at)
            case CounterPaused() as event:
                self._counter(event.counter).become("paused", at)
            case CounterClosed() as event:
                self._close(self._counter(event.counter), at)
            case RequestGivenUp() as event:
                self._give_up(event, at)
            case OrderMade() as event:
                self._charge(event, at)
            case OrderCancelled() as event:
                self._counter(self._end(event.order, "cancelled", at).counter).turn += 1
            case OrderExpired() as event:
                self._end(event.order, "expired", at)
            case OrderPaid() as event:
                order = self._end(event.order, "paid", at)
                if event.how == "cash":
                    self._counter(order.counter).turn += 1
                else:
                    self.payments[event.provider, event.transaction] = at
            case PaymentUnmatched() as event:
                self.payments[event.provider, event.transaction] = at
            case PanelCleared() as event:
                self._counter(event.counter).order = None
            case DayOpened() as event:
                self._open_day(event, at)
            case TicketDelivered():
                pass  # told and kept; no rule asks for it

    def _counter(self, counter: Id) -> Counter:
        if counter not in self.counters:
            self.counters[counter] = Counter.gone(counter)
        return self.counters[counter]

    def _issue(self, event: TicketIssued, at: datetime) -> None:
        if event.service not in self.queues:
            self.queues[event.service] = Queue.gone(event.service, event.label[0])
        queue = self.queues[event.service]
        ticket = Ticket(
            event.ticket, event.label, event.service, event.category, event.language, event.device, at,
            event.due, order=self.seq,
        )  # fmt: skip
        queue.enter(ticket)
        queue.issued += 1
        self.tickets[ticket.id] = ticket
        self.takes[event.device, event.request] = ticket
        self.numbers[ticket.label[0]] = int(ticket.label[1:])
        self.last_issue = at

    def _call(self, event: TicketCalled, at: datetime) -> None:
        ticket, counter = self.tickets[event.ticket], self._counter(event.counter)
        if counter.ticket is ticket:
            counter.recalled += 1
        else:
            if ticket.status == "waiting":
                self.queues[ticket.service].leave(ticket)
            ticket.status, ticket.counter = "called", event.counter
            counter.ticket, counter.began, counter.recalled = ticket, at, 0
        ticket.calls = event.nth
        counter.called = at
        counter.become("calling", at)
        self._unlist(ticket)
        self.calls = [RecentCall(ticket, counter, event.nth, self.seq, at), *self.calls[: BOARD_CALLS - 1]]

    def _part(self, ticket: Ticket, counter: Counter, status: TicketStatus, at: datetime) -> None:
        """The ticket leaves the counter."""
        ticket.status, ticket.counter = status, None
        counter.ticket = None
        counter.become("free", at)

    def _unlist(self, ticket: Ticket) -> None:
        self.calls = [each for each in self.calls if each.ticket is not ticket]

    def _open(self, event: CounterOpened, at: datetime) -> None:
        counter = self._counter(event.counter)
        counter.clerk = event.clerk
        counter.serves = tuple(each for each in event.services if each in self.queues)
        if counter.open:
            counter.turn += 1
        else:
            counter.become("free", at)

    def _close(self, counter: Counter, at: datetime) -> None:
        counter.clerk, counter.serves = None, ()
        counter.become("closed", at)

    def _give_up(self, event: RequestGivenUp, at: datetime) -> None:
        self.given_up.add((event.device, event.request))
        if event.ticket is None:
            return
        ticket = self.tickets[event.ticket]
        if ticket.counter is not None:
            self._part(ticket, self.counters[ticket.counter], "void", at)
        elif ticket.status == "waiting":
            self.queues[ticket.service].leave(ticket)
        ticket.status = "void"
        self._unlist(ticket)

    def _charge(self, event: OrderMade, at: datetime) -> None:
        counter = self._counter(event.counter)
        label = self.tickets[event.ticket].label if event.ticket is not None else None
        counter.order = self.orders[event.order] = Order(
            event.order, event.counter, event.ticket, label, event.amount, event.purpose, at, event.expires
        )  # fmt: skip
        counter.turn += 1

    def _end(self, order: str, status: OrderStatus, at: datetime) -> Order:
        ended = self.orders[order]
        ended.status, ended.ended = status, at
        return ended

    def _open_day(self, event: DayOpened, at: datetime) -> None:
        self.day = event.day
        for counter in self.counters.values():
            if counter.ticket is not None:
                self._part(counter.ticket, counter, "void", at)
            if counter.status != "closed":  # a clerk who forgot to close holds it no longer
                self._close(counter, at)
        for queue in self.queues.values():
            queue.clear()
        self.numbers.clear()
        self.tickets.clear()
        self.takes.clear()
        self.calls.clear()
        self.orders = {
            each.id: each
            for each in self.orders.values()
            if each.ended is None or at - each.ended < PAYMENT_MEMORY
        }
        self.payments = {key: when for key, when in self.payments.items() if at - when < PAYMENT_MEMORY}

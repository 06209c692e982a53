"""What is true now: built by applying the journal's events, and by nothing else.

An event is applied in place, at a cost that hardly grows with the hall, and never fails: the engine decided
before, and a journal may name services and counters that the settings have lost since.
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from bus.events import (
    AdoptionEnded,
    AppointmentCancelled,
    AppointmentMade,
    ClockConfirmed,
    CounterClosed,
    CounterOpened,
    CounterPaused,
    DayOpened,
    EpochOpened,
    FloorSet,
    HubStarted,
    JournalEvent,
    LeaseGranted,
    OrderCancelled,
    OrderExpired,
    OrderMade,
    OrderPaid,
    OutageAnswered,
    PanelCleared,
    PaymentUnmatched,
    RequestGivenUp,
    ServiceRated,
    ServiceReopened,
    ServiceShut,
    TicketAdopted,
    TicketCalled,
    TicketCancelled,
    TicketDelivered,
    TicketFinished,
    TicketHeld,
    TicketIssued,
    TicketMissed,
    TicketPresented,
    TicketReported,
    TicketRequeued,
    TicketServing,
    TicketTransferred,
)
from bus.messages import Category, Code, Id, Label, Rev, TicketId
from center.hours import Calendar
from center.records import (
    HERE,
    Appointment,
    Counter,
    Grant,
    Line,
    Order,
    OrderStatus,
    Queue,
    RecentCall,
    Stamp,
    Ticket,
    TicketStatus,
)
from config.settings import CenterSettings

BOARD_CALLS = 6
PAYMENT_MEMORY = timedelta(days=7)  # how long an ended order is known, for money that comes late or twice
LEASE_MEMORY = timedelta(days=7)  # by both clocks: how long the numbers of a lost kiosk are kept free
GIVEN_UP_MEMORY_MS = 3 * 24 * 3600 * 1000  # the journal's answers remember it for good
DAYS_KNOWN = 60  # days whose last numbers are known, should a wrong clock come back to one
LABEL_REST = timedelta(hours=12)  # before a label is given again, whatever the date


class State:
    """The centre's state. Tickets, numbers and calls are of the present day; the rest outlives it."""

    def __init__(self, settings: CenterSettings) -> None:
        self.settings = settings
        self.zone = ZoneInfo(settings.timezone)
        self.calendars = {
            each.id: Calendar(self.zone, each.hours or settings.hours, settings.holidays)
            for each in settings.services
        }
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
        self.leased: dict[Id, Stamp] = {}  # when a kiosk last got a lease, all that it gave adopted
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

    def apply(self, entry: JournalEvent) -> None:
        """Let it have happened."""
        self.seq, self.ran, self.last_at = entry.seq, entry.ran, entry.at
        at, ran = entry.at, entry.ran
        match entry.body:
            case TicketIssued() as event:
                self._issue(event, at, ran)
            case TicketCalled() as event:
                self._call(event, at, ran)
            case TicketServing() as event:
                counter = self._counter(event.counter)
                counter.status, counter.since, counter.since_ran = "serving", at, ran
                if entry.request is not None:  # a clerk said so; by itself it is nobody's act
                    counter.turn += 1
            case TicketFinished() as event:
                self._finish(event, at, ran)
            case TicketMissed() as event:
                ticket = self._part(event.ticket, event.counter, "missed", at, ran)
                ticket.missed_ran = ran
            case TicketHeld() as event:
                ticket = self._part(event.ticket, event.counter, "held", at, ran)
                ticket.counter = event.counter
                self._counter(event.counter).held.append(ticket)
            case TicketRequeued() as event:
                self._requeue(event, at, ran)
            case TicketTransferred() as event:
                self._transfer(event, at, ran)
            case TicketCancelled() as event:
                self._withdraw(self.tickets[event.ticket], "cancelled", at, ran)
            case TicketReported() as event:
                self._withdraw(self.tickets[event.ticket], "served", at, ran)
            case TicketAdopted() as event:
                self._adopt(event, at, ran)
            case TicketPresented() as event:
                self._present(event, at, ran)
            case LeaseGranted() as event:
                self._lease(event, Stamp(entry.seq, ran, at))
            case CounterOpened() as event:
                self._open(event, at, ran)
            case CounterPaused() as event:
                counter = self._counter(event.counter)
                counter.become("paused", at, ran)
                counter.reason = event.reason
            case CounterClosed() as event:
                self._close(self._counter(event.counter), at, ran)
            case OutageAnswered() as event:
                counter = self._counter(event.counter)
                counter.outage = False
                counter.turn += 1
            case RequestGivenUp() as event:
                self.given_up[event.device, event.request] = ran
                if event.ticket is not None:
                    self._withdraw(self.tickets[event.ticket], "void", at, ran)
            case OrderMade() as event:
                self._charge(event, at, ran)
            case OrderCancelled() as event:
                counter = self._counter(self._end(event.order, "cancelled", at, ran).counter)
                counter.turn += 1
                counter.order = None
            case OrderExpired() as event:
                self._end(event.order, "expired", at, ran)
            case OrderPaid() as event:
                order = self._end(event.order, "paid", at, ran)
                if event.how == "cash":
                    self._counter(order.counter).turn += 1
                else:
                    self.payments[event.provider, event.transaction] = at
            case PaymentUnmatched() as event:
                self.payments[event.provider, event.transaction] = at
            case PanelCleared() as event:
                counter = self._counter(event.counter)
                counter.order, counter.asks = None, ""
            case ServiceRated() as event:
                if event.counter is not None:
                    counter = self._counter(event.counter)
                    counter.last, counter.asks, counter.asks_ran = None, "thanks", ran
            case ServiceShut() as event:
                self._queue(event.service).shut = event.reason
            case ServiceReopened() as event:
                self._queue(event.service).shut = None
            case AppointmentMade() as event:
                self.appointments[event.code] = Appointment(event.code, event.service, event.due)
            case AppointmentCancelled() as event:
                del self.appointments[event.code]
            case HubStarted() as event:
                self._start(event)
            case ClockConfirmed():
                self.confirmed_seq = entry.seq
            case EpochOpened() as event:
                self._open_epoch(event, Stamp(entry.seq, ran, at))
            case AdoptionEnded() as event:
                self.awaits = tuple(each for each in self.awaits if each != event.device)
                self.late = tuple(each for each in self.late if each != event.device)
            case FloorSet() as event:
                for letter, number in event.numbers.items():
                    self.numbers[letter] = max(number, self.numbers.get(letter, 0))
                self.late, self.awaits = (*self.late, *self.awaits), ()
            case DayOpened() as event:
                self._open_day(event, at, ran)
            case TicketDelivered():
                pass  # told and kept; no rule asks for it

    def _counter(self, counter: Id) -> Counter:
        if counter not in self.counters:
            self.counters[counter] = Counter.gone(counter)
        return self.counters[counter]

    def _queue(self, service: Id) -> Queue:
        if service not in self.queues:
            self.queues[service] = Queue.gone(service)
        return self.queues[service]

    def _priority(self, category: Category) -> bool:
        return category in self.categories and self.categories[category].priority

    def _issue(self, event: TicketIssued, at: datetime, ran: int) -> None:
        place = (ran + _ms(event.due - at), _ms_of(at), self.seq)
        ticket = Ticket(
            event.ticket, event.label, event.service, event.category, event.language, event.device,
            event.request, at, ran, place, self._priority(event.category), event.people, event.then,
            event.wait,
        )  # fmt: skip
        self._enter(ticket)
        self.numbers[ticket.label[0]] = int(ticket.label[1:])
        self.takes[event.device, event.request] = ticket
        if event.appointment in self.appointments:
            self.appointments[event.appointment].ticket = ticket.id

    def _enter(self, ticket: Ticket) -> None:
        """A new ticket waits."""
        queue = self._queue(ticket.service)
        queue.enter(ticket)
        queue.issued += 1
        self.issued[ticket.category] = self.issued.get(ticket.category, 0) + 1
        self.tickets[ticket.id] = self.labels[ticket.label] = ticket

    def _adopt(self, event: TicketAdopted, at: datetime, ran: int) -> None:
        ticket = self.labels.get(event.label)
        place = (ran + _ms(event.due - at), _ms_of(event.issued), self.seq)
        if ticket is None:
            ticket = Ticket(
                event.ticket, event.label, event.service, event.category, event.language, event.device,
                event.request, event.issued, ran - event.age_ms, place, self._priority(event.category),
                event.people,
            )  # fmt: skip
            self._enter(ticket)
        else:  # it was at a counter before its kiosk could tell of it
            waiting = ticket.status == "waiting"
            if waiting:
                self._leave(ticket)
            ticket.device, ticket.request, ticket.language = event.device, event.request, event.language
            ticket.category, ticket.people, ticket.at = event.category, event.people, event.issued
            ticket.place, ticket.priority = place, self._priority(event.category)
            if waiting:
                self._line(ticket).enter(ticket)
        self.takes[event.device, event.request] = ticket
        letter, number = event.label[0], int(event.label[1:])
        if number <= self.last_number:
            self.numbers[letter] = max(number, self.numbers.get(letter, 0))

    def _present(self, event: TicketPresented, at: datetime, ran: int) -> None:
        place = (ran, _ms_of(at), self.seq)
        ticket = Ticket(
            event.ticket, event.label, event.service, "ordinary", "vi", None, None, at, ran, place
        )
        self._enter(ticket)

    def _line(self, ticket: Ticket) -> Queue | Line:
        """Where a waiting ticket stands: the queue of its service, or the line of one counter."""
        return self._queue(ticket.service) if ticket.to is None else self._counter(ticket.to).line

    def _leave(self, ticket: Ticket) -> None:
        """It stands nowhere any more: no queue, no counter, no list of held ones."""
        if ticket.status == "waiting":
            self._line(ticket).leave(ticket)
        elif ticket.status == "held" and ticket.counter is not None:
            self._counter(ticket.counter).held.remove(ticket)

    def _call(self, event: TicketCalled, at: datetime, ran: int) -> None:
        ticket, counter = self.tickets[event.ticket], self._counter(event.counter)
        if counter.ticket is ticket:
            counter.recalled += 1
        else:
            queue = self._queue(ticket.service)
            if not ticket.calls:
                queue.judge(ticket, ran)
            if ticket.status == "waiting":
                queue.run = 0 if ticket.priority else queue.run + 1
            self._leave(ticket)
            ticket.status, ticket.counter, ticket.to = "called", event.counter, None
            counter.ticket, counter.began_ran, counter.recalled = ticket, ran, 0
        ticket.calls = event.nth
        counter.called_ran, counter.asks = ran, ""
        counter.become("calling", at, ran)
        self._unlist(ticket)
        self.calls = [RecentCall(ticket, counter, event.nth, self.seq, ran), *self.calls[: BOARD_CALLS - 1]]

    def _finish(self, event: TicketFinished, at: datetime, ran: int) -> None:
        counter = self._counter(event.counter)
        self._learn(self.tickets[event.ticket], counter, ran)
        counter.last = self._part(event.ticket, event.counter, "served", at, ran)
        if self.settings.rating:
            counter.asks, counter.asks_ran = "rate", ran

    def _learn(self, ticket: Ticket, counter: Counter, ran: int) -> None:
        minutes = (ran - counter.began_ran) / 60_000 / ticket.people
        self._queue(ticket.service).learn(minutes)

    def _part(self, ticket: TicketId, counter: Id, status: TicketStatus, at: datetime, ran: int) -> Ticket:
        """The ticket leaves the counter that has it."""
        gone, here = self.tickets[ticket], self._counter(counter)
        gone.status, gone.counter = status, None
        here.ticket = None
        here.become("free", at, ran)
        return gone

    def _withdraw(self, ticket: Ticket, status: TicketStatus, at: datetime, ran: int) -> None:
        """It is over, wherever it stands; a counter that has it is free."""
        if ticket.status == "called" and ticket.counter is not None:
            self._part(ticket.id, ticket.counter, status, at, ran)
        else:
            self._leave(ticket)
        ticket.status, ticket.counter = status, None
        self._unlist(ticket)

    def _requeue(self, event: TicketRequeued, at: datetime, ran: int) -> None:
        ticket = self.tickets[event.ticket]
        if ticket.status == "called":
            self._part(event.ticket, event.counter, "waiting", at, ran)
        else:  # it was held, or did not come
            self._leave(ticket)
            ticket.status, ticket.counter = "waiting", None
            self._counter(event.counter).turn += 1
        self._line(ticket).enter(ticket)
        self._unlist(ticket)

    def _transfer(self, event: TicketTransferred, at: datetime, ran: int) -> None:
        ticket, counter = self.tickets[event.ticket], self._counter(event.counter)
        self._learn(ticket, counter, ran)
        self._part(event.ticket, event.counter, "waiting", at, ran)
        ticket.then = tuple(each for each in ticket.then if each != event.service)
        ticket.service, ticket.to = event.service, event.to
        self.notes.pop(ticket.id, None)
        self._line(ticket).enter(ticket)
        self._unlist(ticket)

    def _unlist(self, ticket: Ticket) -> None:
        self.calls = [each for each in self.calls if each.ticket is not ticket]

    def _lease(self, event: LeaseGranted, stamp: Stamp) -> None:
        over = {(each.letter, each.day, each.first) for each in event.over}
        for letter, grants in self.grants.items():
            for each in grants:
                if each.install == event.install and (letter, each.day, each.first) in over:
                    each.over = True
        self.leased[event.device] = stamp
        known = {
            (letter, each.day, each.first)
            for letter, grants in self.grants.items()
            for each in grants
            if each.install == event.install and not each.over
        }
        for new in event.ranges:
            if (new.letter, new.day, new.first) in known:
                continue
            grant = Grant(event.device, event.install, new.day, new.service, new.first, new.last, stamp)
            self.grants.setdefault(new.letter, []).append(grant)

    def _open(self, event: CounterOpened, at: datetime, ran: int) -> None:
        counter = self._counter(event.counter)
        counter.clerk, counter.device = event.clerk, event.device
        counter.serves = tuple(each for each in event.services if each in self.queues)
        if counter.open:
            counter.turn += 1
        else:
            counter.become("free", at, ran)

    def _close(self, counter: Counter, at: datetime, ran: int) -> None:
        """Whoever it held, or was sent there alone, waits for the service again."""
        counter.clerk, counter.device, counter.serves, counter.outage = None, None, (), False
        counter.last, counter.asks = None, ""
        for ticket in (*counter.held, *counter.line):
            self._leave(ticket)
            ticket.status, ticket.counter, ticket.to = "waiting", None, None
            self._line(ticket).enter(ticket)
        counter.become("closed", at, ran)

    def _charge(self, event: OrderMade, at: datetime, ran: int) -> None:
        counter = self._counter(event.counter)
        label = self.tickets[event.ticket].label if event.ticket is not None else None
        counter.order = self.orders[event.order] = Order(
            event.order, event.counter, event.ticket, label, event.amount, event.purpose, at, event.expires,
            ran + _ms(event.expires - at),
        )  # fmt: skip
        counter.turn += 1

    def _end(self, order: str, status: OrderStatus, at: datetime, ran: int) -> Order:
        ended = self.orders[order]
        ended.status, ended.ended, ended.ended_ran = status, at, ran
        return ended

    def _open_epoch(self, event: EpochOpened, stamp: Stamp) -> None:
        if not self.awaits:  # else what they have told so far is no knowledge of ours
            self.kept = dict(self.numbers)
        self.epochs.append(self.epoch)
        self.epoch, self.awaits, self.late, self.lost = event.epoch, event.awaits, (), stamp

    def _start(self, event: HubStarted) -> None:
        if event.machine != self.machine:
            self.machine, self.machine_seq = event.machine, self.seq
        self.resumed_ran, self.down_ms = self.ran, event.down_s * 1000
        if event.outage and any(self.waiting()):
            for counter in self.counters.values():
                if counter.status != "closed":
                    counter.outage = True
                    counter.turn += 1

    def _open_day(self, event: DayOpened, at: datetime, ran: int) -> None:
        if self.day is not None:
            self.days[self.day] = dict(self.numbers)
        self.day = event.day
        given = self.days.pop(event.day, {})  # under that date already, which a wrong clock ended or began
        if event.undone:
            letters = self.numbers.keys() | given.keys()
            self.numbers = {each: max(self.numbers.get(each, 0), given.get(each, 0)) for each in letters}
            return
        stay = [each for each in self.tickets.values() if event.carried and each.status in HERE]
        for counter in self.counters.values():
            if counter.ticket is not None:
                self._part(counter.ticket.id, counter.setting.id, "waiting", at, ran)
            counter.held.clear()
            counter.line.clear()
            if counter.status != "closed":  # a clerk who forgot to close holds it no longer
                self._close(counter, at, ran)
            counter.last, counter.asks = None, ""
            if counter.order is not None and counter.order.status != "open":
                counter.order = None
        for queue in self.queues.values():
            queue.new_day()
        self._rest_labels(at, ran)
        for each in stay:
            each.status, each.counter, each.to = "waiting", None, None
            self._queue(each.service).enter(each)
        self.numbers = given
        self.issued.clear()
        self.tickets = {each.id: each for each in stay}
        self.labels = {each.label: each for each in stay}
        self.takes = {key: each for key, each in self.takes.items() if each.id in self.tickets}
        self.notes = {id_: text for id_, text in self.notes.items() if id_ in self.tickets}
        self.calls.clear()
        self._forget(at, ran)

    def _rest_labels(self, at: datetime, ran: int) -> None:
        """Today's labels, and older ones that are young all the same, are not given again for a while."""
        given = {each.label: Stamp(each.place[2], each.ran, each.at) for each in self.tickets.values()}
        young = {label: each for label, each in self.before.items() if self.age(each, at, ran) < LABEL_REST}
        self.before = young | given

    def _forget(self, at: datetime, ran: int) -> None:
        """What no rule asks for any more: so the state does not grow with the years."""
        self.orders = {
            each.id: each
            for each in self.orders.values()
            if each.ended is None or at - each.ended < PAYMENT_MEMORY
        }
        if self.lost is not None and self._forgotten(self.lost, at, ran):
            self.late = ()
        self.days = dict(list(self.days.items())[-DAYS_KNOWN:])
        self.payments = {key: when for key, when in self.payments.items() if at - when < PAYMENT_MEMORY}
        self.given_up = {key: when for key, when in self.given_up.items() if ran - when < GIVEN_UP_MEMORY_MS}
        self.grants = {
            letter: [each for each in grants if not each.over and not self._forgotten(each.stamp, at, ran)]
            for letter, grants in self.grants.items()
        }
        self.appointments = {
            code: each
            for code, each in self.appointments.items()
            if self.day is None or self.local_date(each.due) >= self.day
        }

    def _forgotten(self, granted: Stamp, at: datetime, ran: int) -> bool:
        return min(at - granted.at, timedelta(milliseconds=ran - granted.ran)) >= LEASE_MEMORY


def _ms(span: timedelta) -> int:
    return round(span.total_seconds() * 1000)


def _ms_of(at: datetime) -> int:
    return round(at.timestamp() * 1000)

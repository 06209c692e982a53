"""The engine under every order of acts that hypothesis can think of: what never breaks, never breaks.

`pytest tests/test_engine_machine.py --hypothesis-profile long` makes ten thousand runs of it.
"""

from collections import Counter
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import msgspec
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from msgspec.structs import replace

from bus.answers import Order, Ticket
from bus.events import (
    DayOpened,
    EpochOpened,
    EventBody,
    JournalEvent,
    RequestGivenUp,
    TicketAdopted,
    TicketCalled,
    TicketCancelled,
    TicketFinished,
    TicketHeld,
    TicketIssued,
    TicketMissed,
    TicketPresented,
    TicketReported,
    TicketRequeued,
    TicketTransferred,
)
from bus.messages import Rev, encode
from center import engine, leases, snapshot, views
from center.records import Ticket as Record
from center.state import State
from config.errors import Refused
from config.settings import Account, CenterSettings
from tests.hall import CENTER, Hall
from tests.kiosks import TestKiosk

MACHINE = replace(
    CENTER,
    rating=True,
    services=tuple(replace(each, people=3, quota=40) for each in CENTER.services),
    counters=(*CENTER.counters[:2], replace(CENTER.counters[2], auto_call=True)),
    devices=(*CENTER.devices, Account(id="kiosk-2", role="kiosk")),
)
COUNTERS = st.sampled_from(["one", "two", "three"])
SERVICES = st.sampled_from([each.id for each in CENTER.services])
CATEGORIES = st.sampled_from(["ordinary", "priority", "elderly"])
CHOICES = ((), ("civil",), ("land", "civil"))  # of services that a clerk opens a counter with
ACTS = ("next", "start", "finish", "no-show", "recall", "hold", "requeue", "pause", "close")
HERE = ("waiting", "called", "held")
CODES = st.sampled_from(["AAAA1", "BBBB2"])


class Centre(RuleBasedStateMachine):
    """Citizens, clerks, kiosks on and off the bus, the bank and the clock, in any order."""

    center: CenterSettings = MACHINE

    def __init__(self) -> None:
        super().__init__()
        self.hall = Hall(self.center)
        self.hall.open("one", "an")
        self.hall.open("two", "binh")
        self.kiosks = [TestKiosk(self.hall, each) for each in ("kiosk-1", "kiosk-2")]
        for kiosk in self.kiosks:
            kiosk.lease()
        self.mirror = State(self.center)  # built from the journal's bytes alone
        self.read = 0
        self.fates: dict[str, str] = {}  # what the journal says became of each ticket
        self.at_counter: dict[str, str] = {}  # ticket → counter, as the journal says it
        self.told: set[tuple[Any, str]] = set()  # every number that a citizen was told, by its day
        self.requests: list[UUID] = []
        self.references: list[str] = []

    def ask(self, verb: str, **fields: Any) -> Any:
        try:
            return self.hall.ask(verb, **fields)
        except Refused:
            return None

    def tell(self, day: Any, label: str) -> None:
        assert (day, label) not in self.told, "a number was given twice"
        self.told.add((day, label))

    # Numbers

    @rule(
        kiosk=st.integers(0, 1), service=SERVICES, category=CATEGORIES, people=st.sampled_from([1, 1, 3]),
        then=st.sampled_from([(), (), ("land",), ("tax", "civil")]),
    )  # fmt: skip
    def take(self, kiosk: int, service: str, category: str, people: int, then: tuple[str, ...]) -> None:
        try:
            given = self.kiosks[kiosk].take(service, category, people=people, then=then)
        except Refused:
            return
        self.tell(self.hall.state.day, given.label)
        assert given.ahead < len(self.hall.state.queues[service])
        self.requests.append(self.kiosks[kiosk].today[-1].request)

    @rule(kiosk=st.integers(0, 1), service=SERVICES, category=CATEGORIES)
    def take_offline(self, kiosk: int, service: str, category: str) -> None:
        present = {label for label, each in self.hall.state.labels.items() if each.status in HERE}
        label = self.kiosks[kiosk].give(service, category)
        if label is not None:
            self.tell(self.kiosks[kiosk].pending[-1].day, label)
            assert label not in present, "somebody in the hall has that number"

    @rule(kiosk=st.integers(0, 1))
    def come_back(self, kiosk: int) -> None:
        """On the bus again: everything is told, then the lease is made up."""
        there = self.kiosks[kiosk]
        told = there.tell_all() if there.device in self.hall.state.awaits else there.adopt()
        old = {each.label for each in there.pending if there.now - each.ran > 7 * 86_400_000}
        assert {each.label for each in there.pending} == set(told.refused) <= old
        if not self.hall.state.awaits:
            there.lease()

    @rule(kiosk=st.integers(0, 1))
    def new_disk(self, kiosk: int) -> None:
        there = self.kiosks[kiosk]
        if not there.pending and not self.hall.state.awaits:  # else people's numbers are lost with it
            there.reinstall()
            there.lease()

    @precondition(lambda self: self.requests)
    @rule(data=st.data())
    def give_up(self, data: st.DataObject) -> None:
        request = data.draw(st.sampled_from(self.requests))
        self.ask("adopt", device="kiosk-1", role="kiosk", given_up=(request, uuid4()))

    @precondition(lambda self: self.hall.state.tickets)
    @rule(data=st.data())
    def cancel(self, data: st.DataObject) -> None:
        ticket = data.draw(st.sampled_from(list(self.hall.state.tickets)))
        self.ask("cancel", ticket=ticket)

    @rule(code=CODES, service=SERVICES, minutes=st.sampled_from([-10, 0, 30, 24 * 60]))
    def book(self, code: str, service: str, minutes: int) -> None:
        self.ask("book", code=code, service=service, at=self.hall.at + timedelta(minutes=minutes))

    @rule(code=CODES)
    def check_in(self, code: str) -> None:
        given = self.ask("check-in", device="web-1", role="web", code=code)
        if given is not None:
            self.tell(self.hall.state.day, given.label)

    @rule(verb=st.sampled_from(["shut", "reopen", "reopen"]), service=SERVICES)
    def shut(self, verb: str, service: str) -> None:
        self.ask(verb, service=service)

    # Counters

    @rule(
        counter=COUNTERS, clerk=st.sampled_from(["an", "binh", "chi"]), services=st.sampled_from(CHOICES),
        take_over=st.booleans(),
    )  # fmt: skip
    def open(self, counter: str, clerk: str, services: tuple[str, ...], take_over: bool) -> None:
        self.ask("open", counter=counter, clerk=clerk, services=services, take_over=take_over)

    @rule(counter=COUNTERS, after=st.sampled_from([0, 3]))
    def call_next(self, counter: str, after: int) -> None:
        self.hall.wait(after)
        expected = self.due_first(counter)
        called = self.ask("next", counter=counter)
        if called is not None:
            assert called.id == expected

    @rule(verb=st.sampled_from(ACTS), counter=COUNTERS, after=st.sampled_from([0, 3]))
    def act(self, verb: str, counter: str, after: int) -> None:
        self.hall.wait(after)
        self.ask(verb, counter=counter)

    @rule(verb=st.sampled_from(ACTS), counter=COUNTERS)
    def act_too_late(self, verb: str, counter: str) -> None:
        assert self.ask(verb, counter=counter, seen=self.hall.state.counters[counter].turn - 1) is None

    @precondition(lambda self: self.hall.state.tickets or any(each.pending for each in self.kiosks))
    @rule(counter=COUNTERS, verb=st.sampled_from(["call", "requeue"]), data=st.data())
    def by_label(self, counter: str, verb: str, data: st.DataObject) -> None:
        self.hall.wait(3)
        pending = [each.label for kiosk in self.kiosks for each in kiosk.pending]
        label = data.draw(st.sampled_from([*self.hall.state.labels, *pending]))
        self.ask(verb, counter=counter, label=label)

    @rule(counter=COUNTERS, service=st.none() | SERVICES, to=st.none() | COUNTERS)
    def transfer(self, counter: str, service: str | None, to: str | None) -> None:
        self.hall.wait(3)
        self.ask("transfer", counter=counter, service=service, to=to, note="xem lại bản sao")

    @rule(counter=COUNTERS, data=st.data())
    def report_served(self, counter: str, data: st.DataObject) -> None:
        labels = st.sampled_from([*self.hall.state.labels, "A999", "B800"])
        self.ask("report-served", counter=counter, labels=tuple(data.draw(st.lists(labels, max_size=3))))

    @rule(counter=COUNTERS)
    def rate(self, counter: str) -> None:
        self.ask("rate", counter=counter, score=5)

    # Money

    @rule(counter=COUNTERS, amount=st.integers(1, 3))
    def charge(self, counter: str, amount: int) -> None:
        order = self.ask("charge", counter=counter, amount=amount, purpose="Sao y")
        if isinstance(order, Order):
            assert order.reference not in self.references
            self.references.append(order.reference)

    @rule(verb=st.sampled_from(["cancel-charge", "paid-cash"]), counter=COUNTERS)
    def settle(self, verb: str, counter: str) -> None:
        self.ask(verb, counter=counter)

    @precondition(lambda self: self.references)
    @rule(data=st.data(), amount=st.integers(1, 3), transaction=st.integers(1, 9))
    def pay(self, data: st.DataObject, amount: int, transaction: int) -> None:
        reference = data.draw(st.sampled_from(self.references))
        self.hall.pay(reference, amount, transaction=str(transaction))

    # Time and trouble

    @rule(seconds=st.sampled_from([1, 5, 30, 60, 600, 7 * 3600, 30 * 3600]))
    def wait(self, seconds: int) -> None:
        self.hall.wait(seconds)

    @rule(hours=st.sampled_from([1, 20, 24 * 3]))
    def clock_jumps(self, hours: int) -> None:
        self.hall.jump(timedelta(hours=hours))

    @rule(hours=st.sampled_from([-30, -1, 1, 30]))
    def confirm_clock(self, hours: int) -> None:
        at = self.hall.at + timedelta(hours=hours)
        if self.ask("confirm-clock", at=at) is not None:
            self.hall.at = at

    @rule()
    def end_day(self) -> None:
        self.ask("end-day")

    @rule(down_s=st.sampled_from([2, 900, 14 * 3600]), machine=st.sampled_from(["", "a", "b"]))
    def restart(self, down_s: int, machine: str) -> None:
        for kiosk in self.kiosks:
            kiosk.clock_ms += down_s * 1000
        self.hall.restart(machine=machine, down_s=down_s, outage=down_s > 120)

    @precondition(lambda self: len(self.hall.journal) > 20 and not self.hall.state.awaits)
    @rule(events=st.integers(1, 8))
    def restore_a_backup(self, events: int) -> None:
        """The end of the journal is lost, and whoever gave numbers meanwhile tells them again."""
        lost = self.hall.journal[-events:]
        if any(isinstance(each.body, DayOpened) for each in lost):
            return
        del self.hall.journal[-events:]
        self.hall.state = self.hall.rebuilt()
        self.mirror, self.read, self.fates, self.at_counter = State(self.center), 0, {}, {}
        self.hall.record(EpochOpened(f"{len(self.hall.journal):08}", leases.issuers(self.hall.state)))
        for kiosk in self.kiosks:
            assert not kiosk.tell_all().refused
        numbers = self.hall.state.numbers
        floor = {each.letter: numbers.get(each.letter, 0) for each in self.center.services}
        for each in lost:  # the web has no disk here, so staff say what it gave
            if isinstance(each.body, TicketIssued):
                floor[each.body.label[0]] = max(floor[each.body.label[0]], int(each.body.label[1:]))
        assert self.hall.state.awaits == ("web-1",)
        self.hall.ask("set-floor", numbers=floor)

    # What holds

    def due_first(self, counter: str) -> str | None:
        """The rule of the order, by looking at everybody."""
        self.hall.wait(0)
        state, here = self.hall.state, self.hall.state.counters[counter]
        waiting = [each for each in state.tickets.values() if each.status == "waiting"]

        def own(ticket: Record) -> bool:
            if ticket.to == counter or ticket.service in here.setting.services:
                return True
            staffed = any(
                each.open and ticket.service in each.serves and ticket.service in each.setting.services
                for each in state.counters.values()
            )
            first = min(each.place for each in waiting if each.service == ticket.service and not each.to)
            return not staffed or first[0] < self.hall.ran

        mine = [
            each for each in waiting if each.to == counter or (each.service in here.serves and not each.to)
        ]
        first = [each for each in mine if own(each)] or mine
        return min(first, key=lambda each: each.place).id if first else None

    @invariant()
    def everything_holds(self) -> None:
        self.hall.wait(0)
        self.nothing_is_overdue()
        self.journal_tells_a_life_that_can_be()
        self.state_is_what_the_journal_tells()
        self.counters_make_sense()
        self.board_and_queues_can_be_shown()

    def nothing_is_overdue(self) -> None:
        assert engine.tick(self.hall.state, self.hall.now) == ()
        assert engine.due(self.hall.state, self.hall.now) > 0

    def journal_tells_a_life_that_can_be(self) -> None:
        """No ticket twice, none at two counters, none called after its end, none lost at the end of a day."""
        for entry in self.hall.journal[self.read :]:
            self.live(entry.body)
            self.mirror.apply(msgspec.json.decode(encode(entry), type=JournalEvent))
        self.mirror.notes = dict(self.hall.state.notes)
        self.read = len(self.hall.journal)

    def live(self, event: EventBody) -> None:
        match event:
            case TicketIssued():
                assert event.ticket not in self.fates, "a number was given twice"
                self.fates[event.ticket] = "waiting"
            case TicketPresented():  # a clerk may name one twice, on a day that a wrong clock began twice
                assert self.fates.get(event.ticket) not in (*HERE, "missed")
                self.fates[event.ticket] = "waiting"
            case TicketAdopted():
                self.fates.setdefault(event.ticket, "waiting")
            case TicketCalled():
                assert self.fates[event.ticket] in (*HERE, "missed")
                assert self.at_counter.get(event.ticket, event.counter) == event.counter
                self.fates[event.ticket] = "called"
                self.at_counter[event.ticket] = event.counter
            case TicketFinished() | TicketMissed() | TicketHeld() | TicketTransferred():
                assert self.at_counter.pop(event.ticket) == event.counter
                fate = {TicketFinished: "served", TicketMissed: "missed", TicketHeld: "held"}
                self.fates[event.ticket] = fate.get(type(event), "waiting")
            case TicketRequeued():
                assert self.at_counter.pop(event.ticket, event.counter) == event.counter
                assert self.fates[event.ticket] in ("called", "held", "missed")
                self.fates[event.ticket] = "waiting"
            case TicketCancelled() | TicketReported():
                assert self.fates[event.ticket] in (*HERE, "missed")
                self.at_counter.pop(event.ticket, None)
                self.fates[event.ticket] = "gone"
            case RequestGivenUp(ticket=str() as ticket):
                assert self.fates[ticket] in (*HERE, "missed")
                self.at_counter.pop(ticket, None)
                self.fates[ticket] = "void"
            case DayOpened(undone=False):
                here = {ticket for ticket, fate in self.fates.items() if fate in HERE}
                assert event.carried or here == set(event.expired)
                self.fates |= dict.fromkeys(here, "waiting" if event.carried else "expired")
                self.at_counter.clear()

    def state_is_what_the_journal_tells(self) -> None:
        state = self.hall.state
        assert vars(self.mirror) == vars(state), "a refusal changed something, or the journal lacks something"
        assert vars(snapshot.load(self.center, snapshot.dump(state))) == vars(state)
        fates = {each.id: each.status for each in state.tickets.values()}
        assert Counter(each.id for each in state.waiting()) == Counter(
            id_ for id_, fate in fates.items() if fate == "waiting"
        )
        told = {id_: fate for id_, fate in self.fates.items() if fate in (*HERE, "missed")}
        held = {each.id for counter in state.counters.values() for each in counter.held}
        assert held == {id_ for id_, fate in fates.items() if fate == "held"}
        assert {id_ for id_, fate in fates.items() if fate in HERE} == {
            id_ for id_, fate in told.items() if fate in HERE
        }
        counters = {each.ticket.id: id_ for id_, each in state.counters.items() if each.ticket}
        assert counters == self.at_counter

    def counters_make_sense(self) -> None:
        state = self.hall.state
        for id_, counter in state.counters.items():
            assert (counter.ticket is not None) == (counter.status in ("calling", "serving"))
            assert (counter.clerk is None) == (counter.status == "closed")
            assert counter.status != "closed" or not (counter.held or len(counter.line))
            views.counter(state, id_, Rev("", 0))
            views.panel(state, id_, Rev("", 0))
        clerks = [each.clerk for each in state.counters.values() if each.clerk]
        assert len(clerks) == len(set(clerks))
        open_orders = [each.id for each in state.orders.values() if each.status == "open"]
        assert sorted(open_orders) == sorted(
            each.open_order.id for each in state.counters.values() if each.open_order
        )

    def board_and_queues_can_be_shown(self) -> None:
        state = self.hall.state
        calls = views.board(state, Rev("", 0), self.hall.ran).calls
        assert len(calls) <= 6
        assert len({each.ticket for each in calls}) == len(calls)
        assert [each.seq for each in calls] == sorted((each.seq for each in calls), reverse=True)
        for service in state.queues:
            queue = views.queue(state, service, Rev("", 0), self.hall.now)
            assert queue.wait is None or queue.wait.low < queue.wait.high
        for ticket in state.tickets.values():
            assert isinstance(views.ticket(state, ticket, self.hall.now), Ticket)


class CentreThatCarriesOver(Centre):
    """The same for a centre that keeps its queue over the night, and counts two to one."""

    center = replace(MACHINE, carry_over=True, ratio=2)

    def due_first(self, counter: str) -> str | None:
        """Another rule: see the tests of the ratio."""
        return None

    @rule(counter=COUNTERS, after=st.sampled_from([0, 3]))
    def call_next(self, counter: str, after: int) -> None:
        self.hall.wait(after)
        self.ask("next", counter=counter)


RUNS = settings(max_examples=max(150, settings().max_examples), stateful_step_count=30, deadline=None)
TestCentre = Centre.TestCase
TestCentre.settings = RUNS
TestCentreThatCarriesOver = CentreThatCarriesOver.TestCase
TestCentreThatCarriesOver.settings = RUNS

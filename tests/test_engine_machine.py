"""The engine under every order of acts that hypothesis can think of: what never breaks, never breaks."""

from collections import Counter
from typing import Any
from uuid import UUID, uuid4

import msgspec
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from bus.events import (
    DayOpened,
    EventBody,
    JournalEvent,
    RequestGivenUp,
    TicketCalled,
    TicketFinished,
    TicketIssued,
    TicketMissed,
    TicketRequeued,
)
from bus.messages import Order, Rev, Ticket, encode
from center import engine, views
from center.state import State
from config.errors import Refused
from tests.hall import CENTER, Hall

COUNTERS = st.sampled_from(["one", "two"])
SERVICES = st.sampled_from([each.id for each in CENTER.services])
CHOICES = ((), ("civil",), ("land", "civil"))  # of services that a clerk opens a counter with
ACTS = ("next", "finish", "no-show", "recall", "pause", "close")
HERE = ("waiting", "called")


class Centre(RuleBasedStateMachine):
    """Citizens, clerks, the bank and the clock, in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.hall = Hall()
        self.hall.open("one", "an")
        self.hall.open("two", "binh")
        self.mirror = State(CENTER)  # built from the journal's bytes alone
        self.read = 0
        self.fates: dict[str, str] = {}  # what the journal says became of each ticket
        self.at_counter: dict[str, str] = {}  # ticket → counter, as the journal says it
        self.requests: list[UUID] = []
        self.references: list[str] = []

    def ask(self, verb: str, **fields: Any) -> object:
        try:
            return self.hall.ask(verb, **fields)
        except Refused:
            return None

    @rule(service=SERVICES, category=st.sampled_from(["ordinary", "priority"]))
    def take(self, service: str, category: str) -> None:
        request = uuid4()
        given = self.ask(
            "take", device="kiosk-1", role="kiosk", service=service, category=category, request=request
        )
        assert isinstance(given, Ticket)
        assert given.ahead < len(self.hall.state.queues[service])
        self.requests.append(request)

    @precondition(lambda self: self.requests)
    @rule(data=st.data())
    def give_up(self, data: st.DataObject) -> None:
        request = data.draw(st.sampled_from(self.requests))
        self.ask("adopt", device="kiosk-1", role="kiosk", given_up=(request, uuid4()))

    @rule(counter=COUNTERS, clerk=st.sampled_from(["an", "binh", "chi"]), services=st.sampled_from(CHOICES))
    def open(self, counter: str, clerk: str, services: tuple[str, ...]) -> None:
        self.ask("open", counter=counter, clerk=clerk, services=services)

    @rule(verb=st.sampled_from(ACTS), counter=COUNTERS, after=st.sampled_from([0, 3]))
    def act(self, verb: str, counter: str, after: int) -> None:
        self.hall.wait(after)
        self.ask(verb, counter=counter)

    @rule(verb=st.sampled_from(ACTS), counter=COUNTERS)
    def act_too_late(self, verb: str, counter: str) -> None:
        assert self.ask(verb, counter=counter, seen=self.hall.state.counters[counter].turn - 1) is None

    @precondition(lambda self: self.hall.state.tickets)
    @rule(counter=COUNTERS, data=st.data())
    def call(self, counter: str, data: st.DataObject) -> None:
        self.hall.wait(3)
        ticket = data.draw(st.sampled_from(list(self.hall.state.tickets.values())))
        self.ask("call", counter=counter, label=ticket.label)

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

    @rule(seconds=st.sampled_from([1, 5, 30, 60, 600, 7 * 3600, 30 * 3600]))
    def wait(self, seconds: int) -> None:
        self.hall.wait(seconds)

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
        self.read = len(self.hall.journal)

    def live(self, event: EventBody) -> None:
        match event:
            case TicketIssued():
                assert event.ticket not in self.fates, "a number was given twice"
                self.fates[event.ticket] = "waiting"
            case TicketCalled():
                assert self.fates[event.ticket] in ("waiting", "missed", "called")
                assert self.at_counter.get(event.ticket, event.counter) == event.counter
                self.fates[event.ticket] = "called"
                self.at_counter[event.ticket] = event.counter
            case TicketFinished() | TicketMissed() | TicketRequeued():
                assert self.at_counter.pop(event.ticket) == event.counter
                fate = {TicketFinished: "served", TicketMissed: "missed", TicketRequeued: "waiting"}
                self.fates[event.ticket] = fate[type(event)]
            case RequestGivenUp(ticket=str() as ticket):
                assert self.fates[ticket] in (*HERE, "missed")
                self.at_counter.pop(ticket, None)
                self.fates[ticket] = "void"
            case DayOpened():
                here = {ticket for ticket, fate in self.fates.items() if fate in HERE}
                assert here == set(event.expired)
                self.fates |= dict.fromkeys(here, "expired")
                self.at_counter.clear()

    def state_is_what_the_journal_tells(self) -> None:
        state = self.hall.state
        assert vars(self.mirror) == vars(state), "a refusal changed something, or the journal lacks something"
        line = [ticket.id for queue in state.queues.values() for ticket in queue]
        assert Counter(line) == Counter(id_ for id_, fate in self.fates.items() if fate == "waiting")
        counters = {each.ticket.id: id_ for id_, each in state.counters.items() if each.ticket}
        assert counters == self.at_counter

    def counters_make_sense(self) -> None:
        state = self.hall.state
        for id_, counter in state.counters.items():
            assert (counter.ticket is not None) == (counter.status in ("calling", "serving"))
            assert (counter.clerk is None) == (counter.status == "closed")
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


TestCentre = Centre.TestCase
TestCentre.settings = settings(max_examples=200, stateful_step_count=30, deadline=None)

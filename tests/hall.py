"""A hall for tests of the engine: a state, its time, and everything that happened, without hub or broker."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest

from bus.answers import Adopted, Order, PaymentResult, Ticket
from bus.asks import ERROR_CODES, VERBS, CounterAct
from bus.events import EventBody, HubStarted, JournalEvent, TicketTransferred
from bus.messages import CounterState, CounterStatus, Role, encode
from center import engine
from center.state import State
from config.errors import Refused
from config.settings import Account, Bank, CenterSettings, Counter, Service

MORNING = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)  # 08:00 at the centre
BANK = Bank(bin="970403", account="0011012345678")
CENTER = CenterSettings(
    center="tan-lap",
    title={"vi": "Trung tâm Phục vụ hành chính công"},
    name={"vi": "Phường Tân Lập"},
    languages=("vi", "en"),
    track_url="https://example.vn/{id}",
    bank=BANK,
    services=(
        Service(id="civil", letter="A", name={"vi": "Hộ tịch"}, minutes=6, target_wait=20),
        Service(id="land", letter="B", name={"vi": "Đất đai"}, minutes=12, target_wait=30),
        Service(id="tax", letter="C", name={"vi": "Thuế"}, place={"vi": "Tầng 2"}),
    ),
    counters=(
        Counter(id="one", number="1", services=("civil",), overflow=("land",)),
        Counter(id="two", number="2", services=("civil", "land")),
        Counter(id="three", number="3", name={"vi": "Bàn thuế"}, services=("tax",)),
    ),
    devices=(
        Account(id="kiosk-1", role="kiosk"),
        Account(id="web-1", role="web"),
        Account(id="bridge-1", role="bridge", counters=("one",)),
    ),
)


class Hall:
    """`take`, `act` and `wait` do what the hub does: tick, decide, apply, answer."""

    def __init__(self, settings: CenterSettings = CENTER, at: datetime = MORNING) -> None:
        self.state = State(settings)
        self.at = at
        self.ran = 0
        self.known = True
        self.journal: list[JournalEvent] = []
        self.made = 0
        self.wait(0)

    def ask(self, verb: str, device: str = "web-1", role: Role = "web", **fields: Any) -> Any:
        """The answer to a request; `seen` is the counter's turn and `request` a new one unless given."""
        self.wait(0)
        fields.setdefault("request", uuid4())
        if issubclass(VERBS[verb].fields, CounterAct) and fields["counter"] in self.state.counters:
            fields.setdefault("seen", self.state.counters[fields["counter"]].turn)
        self.made += 1
        command = engine.Command(
            device, role, verb, VERBS[verb].fields(**fields), self.now, fresh=f"{self.made:08}" + "X" * 18
        )
        decision = engine.decide(self.state, command)
        self.record(*decision.events, device=device, request=fields["request"], note=decision.note)
        return decision.answer(self.state)

    def take(self, service: str = "civil", category: str = "ordinary", **fields: Any) -> Ticket:
        answer = self.ask("take", "kiosk-1", "kiosk", service=service, category=category, **fields)
        assert isinstance(answer, Ticket)
        return answer

    def act(self, verb: str, counter: str = "one", **fields: Any) -> CounterState:
        answer = self.ask(verb, counter=counter, **fields)
        assert isinstance(answer, CounterState)
        return answer

    def open(self, counter: str = "one", clerk: str = "", **fields: Any) -> CounterState:
        return self.act("open", counter, clerk=clerk or f"clerk-{counter}", **fields)

    def call(self, counter: str = "one", label: str | None = None) -> Ticket:
        """The next ticket there, or that one; long enough after the last call there."""
        self.wait(5)
        if label is None:
            answer = self.ask("next", counter=counter)
        else:
            answer = self.ask("call", counter=counter, label=label)
        assert isinstance(answer, Ticket)
        return answer

    def charge(self, amount: int = 15_000, counter: str = "one") -> Order:
        answer = self.ask("charge", counter=counter, amount=amount, purpose="Lệ phí chứng thực")
        assert isinstance(answer, Order)
        return answer

    def pay(self, reference: str, amount: int = 15_000, **fields: Any) -> PaymentResult:
        fields = {"transaction": f"t{self.made}", "account": BANK.account, "at": self.at, **fields}
        answer = self.ask("payment", provider="sepay", reference=reference, amount=amount, **fields)
        assert isinstance(answer, PaymentResult)
        return answer

    def give_up(self, *requests: UUID) -> Adopted:
        answer = self.ask("adopt", "kiosk-1", "kiosk", given_up=requests)
        assert isinstance(answer, Adopted)
        return answer

    def status(self, counter: str = "one") -> CounterStatus:
        return self.state.counters[counter].status

    @property
    def now(self) -> engine.Moment:
        return engine.Moment(self.at, self.ran, self.known)

    def wait(self, seconds: float) -> None:
        """Time passes, and what is due by itself happens at its hour."""
        left = round(seconds * 1000)
        while (due := engine.due(self.state, self.now)) <= left:
            self._pass(due)
            left -= due
            happened = engine.tick(self.state, self.now)
            assert happened or due, "something was due, and nothing happened"
            self.record(*happened)
        self._pass(left)

    def _pass(self, milliseconds: int) -> None:
        self.ran += milliseconds
        self.at += timedelta(milliseconds=milliseconds)

    def jump(self, span: timedelta) -> None:
        """The hub's clock jumps, and nothing else passes."""
        self.at += span

    def restart(self, *, machine: str = "", down_s: int = 0, outage: bool = False) -> None:
        """The hub was down for a while; its running time stood still."""
        self.at += timedelta(seconds=down_s)
        self.record(HubStarted(machine or self.state.machine, down_s, outage))

    def record(
        self, *events: EventBody, device: str = "hub", request: UUID | None = None, note: str = ""
    ) -> None:
        for event in events:
            entry = JournalEvent(self.state.seq + 1, device, request, self.at, event, self.ran)
            self.state.apply(entry)
            self.journal.append(entry)
            if note and isinstance(event, TicketTransferred):
                self.state.note(event.ticket, note)

    def events(self) -> list[EventBody]:
        return [entry.body for entry in self.journal]

    def rebuilt(self, settings: CenterSettings | None = None) -> State:
        """The state as a new hub reads it from the journal's bytes."""
        state = State(settings or self.state.settings)
        for entry in self.journal:
            state.apply(msgspec.json.decode(encode(entry), type=JournalEvent))
        state.notes |= self.state.notes  # they are kept beside the events
        return state


def refused(hall: Hall, verb: str, device: str = "web-1", role: Role = "web", **fields: Any) -> Refused:
    """The refusal of a request; it must have changed nothing and say why."""
    events = len(hall.journal)
    with pytest.raises(Refused) as caught:
        hall.ask(verb, device, role, **fields)
    assert len(hall.journal) == events
    assert vars(hall.state) == vars(hall.rebuilt())
    assert caught.value.code in ERROR_CODES
    assert caught.value.message
    return caught.value

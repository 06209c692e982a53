"""The hub as a process of its own on a real broker: killed, lied to, and out of disk."""

import random
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from functools import partial
from pathlib import Path
from time import monotonic
from uuid import UUID, uuid4

import msgspec
import pytest
from msgspec import structs

from bus.answers import Adopted, Answer, Ticket
from bus.asks import Adopt, Delivered, Next, Open, Request, Take
from bus.events import CounterOpened, JournalEvent, TicketCalled, TicketDelivered, TicketIssued, decode_body
from bus.messages import CounterState, Payload, Rev, encode
from bus.session import Connected, Message, Session
from bus.topics import ASK, CALL, JOURNAL, REPLY, STATES, STATUS
from center import engine, moves
from center.broker import PrivateBroker
from center.hub import Hub
from center.journal import JournalUnavailable
from center.state import State
from config.clock import FakeClock
from config.errors import Refused
from config.settings import CenterSettings, HubSettings
from demo.member import Member, expect
from demo.part import Part
from tests.hubs import codes, request, served
from tests.morning import no_room

CENTER = "tan-lap"
KILLS = 40
SOME = UUID(int=1, version=4)  # test names must not change
NESTED = b'{"request":"%s","service":"ho-tich","x":%s}' % (str(SOME).encode(), b"[" * 7000 + b"]" * 7000)


def take(service: str = "ho-tich") -> Take:
    return Take(uuid4(), service)


@pytest.fixture
def kiosk(broker: PrivateBroker, hub: Part, tmp_path: Path) -> Iterator[Member]:
    with Member(broker, "guest-kiosk", "kiosk", tmp_path) as member:
        expect(member, "the hub", lambda: member.states.fresh() and "thue" in member.states.queues)
        yield member


@pytest.fixture
def web(broker: PrivateBroker, hub: Part, tmp_path: Path) -> Iterator[Member]:
    with Member(broker, "guest-web", "web", tmp_path, topics=(*STATES, CALL, JOURNAL)) as member:
        expect(member, "the hub", lambda: member.states.fresh() and "thue" in member.states.queues)
        yield member


def issued(folder: Path) -> dict[UUID, str]:
    """The label of each request, as the journal has it on disk now."""
    path = folder / "data" / "hub" / "journal.sqlite"
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=30)) as database:
        bodies = [decode_body(body) for (body,) in database.execute("SELECT body FROM event ORDER BY seq")]
    return {body.request: body.label for body in bodies if isinstance(body, TicketIssued)}


class TestTheDay:
    def test_a_number_is_taken_called_and_finished(self, kiosk: Member, web: Member) -> None:
        ticket = kiosk.get("take", take())
        assert isinstance(ticket, Ticket)
        assert (ticket.label, ticket.ahead, ticket.wait) == ("A001", 0, None)
        kiosk.get("delivered", Delivered(uuid4(), ticket.id, "printed"))
        opened = web.get("open", Open(uuid4(), "1", web.turn("1"), "clerk-1"))
        assert isinstance(opened, CounterState)
        called = web.get("next", Next(uuid4(), "1", opened.turn))
        assert isinstance(called, Ticket)
        assert called.label == "A001"
        expect(web, "the call", lambda: any(each.topic is CALL for each in web.heard))
        expect(web, "the counter", lambda: web.states.counters["1"].label == "A001")
        expect(web, "the board", lambda: bool(web.states.board and web.states.board.calls))
        told = [each.payload for each in web.heard if isinstance(each.payload, JournalEvent)]
        assert [type(each.body) for each in told] == [
            TicketIssued, TicketDelivered, CounterOpened, TicketCalled
        ]  # fmt: skip
        assert [each.seq for each in told] == list(range(told[0].seq, told[0].seq + 4))

    def test_the_same_request_gets_the_same_answer_and_changes_nothing(self, kiosk: Member) -> None:
        asked = take()
        first = kiosk.get("take", asked)
        assert kiosk.get("take", asked) == first
        expect(kiosk, "the queue", lambda: kiosk.states.queues["ho-tich"].issued == 1)
        # The first answer wins, whatever later fields say.
        assert kiosk.get("take", Take(asked.request, "thue")) == first

    def test_a_refusal_is_remembered_like_any_answer(self, web: Member, kiosk: Member) -> None:
        opened = web.get("open", Open(uuid4(), "3", web.turn("3"), "clerk-3"))
        assert isinstance(opened, CounterState)
        asked = Next(uuid4(), "3", opened.turn)
        with pytest.raises(Refused) as refused:
            web.get("next", asked)
        assert refused.value.code == "nobody-waiting"
        kiosk.get("take", take("bao-tro"))
        with pytest.raises(Refused) as again:
            web.get("next", asked)
        assert again.value.code == "nobody-waiting"
        assert isinstance(web.get("next", Next(uuid4(), "3", opened.turn)), Ticket)

    def test_two_keys_at_once_call_one_person(self, kiosk: Member, web: Member) -> None:
        first, _second = kiosk.get("take", take()), kiosk.get("take", take())
        opened = web.get("open", Open(uuid4(), "1", web.turn("1"), "clerk-1"))
        assert isinstance(opened, CounterState)
        outcomes: list[object] = []
        for _ in range(2):
            web.ask("next", Next(uuid4(), "1", opened.turn), within=30, then=outcomes.append)
        expect(web, "both answers", lambda: len(outcomes) == 2)
        tickets = [each for each in outcomes if isinstance(each, Ticket)]
        refusals = [each for each in outcomes if isinstance(each, Refused)]
        assert [each.label for each in tickets] == [first.label] if isinstance(first, Ticket) else False
        assert [each.code for each in refusals] == ["conflict"]

    def test_a_conflict_tells_how_the_counter_is_now(self, broker: PrivateBroker, kiosk: Member) -> None:
        mine = REPLY.path(CENTER, device="guest-web")
        with Session(broker.address("guest-web"), "guest-web", (mine,)) as web:
            topic = ASK.path(CENTER, device="guest-web", verb="next")
            answer = answer_to(web, topic, encode(Next(uuid4(), "2", 9)), mine)
        assert answer.error is not None
        assert isinstance(answer.error.counter, CounterState)
        assert (answer.error.counter.counter, answer.error.counter.turn) == ("2", 0)


class TestKilled:
    def test_the_retried_request_gets_the_same_ticket(self, kiosk: Member, hub: Part, files: Path) -> None:
        """Killed at any moment, between commit and answer too: each request has one ticket, and one label."""
        chance = random.Random(7)
        told: dict[UUID, list[str]] = {}
        between = 0

        def ask(requests: list[Take]) -> None:
            for each in requests:
                kiosk.ask("take", each, within=60, then=partial(note, told[each.request]))

        def note(labels: list[str], outcome: object) -> None:
            assert isinstance(outcome, Ticket), outcome
            labels.append(outcome.label)

        def await_one_of(requests: list[Take]) -> None:
            """Until it is on the hub's disk; the kiosk hears nothing meanwhile."""
            until = monotonic() + 30
            while not issued(files).keys() & {each.request for each in requests}:
                assert monotonic() < until

        def answered(requests: list[Take], times: int) -> bool:
            return all(len(told[each.request]) == times for each in requests)

        for kill in range(KILLS):
            asked = [take(chance.choice(("ho-tich", "thue"))) for _ in range(4)]
            told.update({each.request: [] for each in asked})
            ask(asked)
            if kill % 10:
                deadline = monotonic() + chance.uniform(0, 0.006)
                while (left := deadline - monotonic()) > 0:
                    kiosk.step(left)
            else:  # a slow hub would have written nothing by then
                await_one_of(asked)
            hub.kill()
            written = issued(files)
            between += any(each.request in written and not told[each.request] for each in asked)
            expect(kiosk, "every ticket", partial(answered, asked, 1), within=60)
            ask(asked)  # once more, now that it is back
            expect(kiosk, "the same again", partial(answered, asked, 2), within=60)
        hub.stop()
        assert hub.restarts >= KILLS
        assert between, "the hub was never killed between commit and answer: the test shows nothing"
        assert all(first == second for first, second in told.values())
        labels = [first for first, _ in told.values()]
        assert len(set(labels)) == len(labels) == KILLS * 4
        assert issued(files) == {request: first for request, (first, _) in told.items()}

    def test_the_queue_is_as_it_was(self, kiosk: Member, web: Member, hub: Part) -> None:
        for service in ("ho-tich", "ho-tich", "dat-dai"):
            kiosk.get("take", take(service))
        opened = web.get("open", Open(uuid4(), "1", web.turn("1"), "clerk-1"))
        assert isinstance(opened, CounterState)
        web.get("next", Next(uuid4(), "1", opened.turn))
        expect(web, "the call", lambda: bool(web.states.board and web.states.board.calls))

        def picture() -> tuple[object, ...]:
            states = web.states
            assert states.board is not None
            calls = [(each.ticket, each.nth, each.seq, each.calling) for each in states.board.calls]
            rest = (*states.counters.values(), *states.queues.values(), *states.panels.values())
            return calls, *sorted((structs.replace(each, rev=Rev("", 0)) for each in rest), key=repr)

        before, known = picture(), web.states.center
        assert known is not None
        hub.kill()
        # What the broker kept of the old one is wiped from memory: only the new one's word counts.
        web.states.__init__(web.clock)  # type: ignore[misc]
        expect(
            web,
            "all of the new hub's state",
            lambda: (
                web.states.center is not None
                and web.states.center.boot != known.boot
                and len(web.states.panels) == len(web.states.counters) == 4
                and len(web.states.queues) == 6
                and web.states.board is not None
            ),
        )
        assert picture() == before

    def test_a_request_given_up_before_it_came_is_void(self, kiosk: Member) -> None:
        late = take()
        kiosk.get("adopt", Adopt(uuid4(), (late.request,)))
        with pytest.raises(Refused) as refused:
            kiosk.get("take", late)
        assert refused.value.code == "void"

    def test_a_ticket_given_up_leaves_the_queue(self, kiosk: Member) -> None:
        asked = take()
        kiosk.get("take", asked)
        adopted = kiosk.get("adopt", Adopt(uuid4(), (asked.request,)))
        assert isinstance(adopted, Adopted)
        assert adopted.void == (asked.request,)
        expect(kiosk, "an empty queue", lambda: kiosk.states.queues["ho-tich"].waiting == 0)


class TestBadInput:
    """Each is answered in words, and the hub goes on."""

    @pytest.mark.parametrize(
        ("verb", "body", "code", "field"),
        [
            ("take", encode(Take(SOME, "no-such")), "unknown-service", "service"),
            ("take", b'{"request":"' + str(SOME).encode() + b'","service":"ho-ti', "bad-request", ""),
            ("take", b"\xff\xfe\x00", "bad-request", ""),
            ("take", b"", "bad-request", ""),
            ("take", b"[]", "bad-request", ""),
            ("take", b'{"service":"ho-tich"}', "bad-request", "request"),
            ("take", b'{"request":"7","service":"ho-tich"}', "bad-request", "request"),
            ("take", b'{"request":"' + b"9" * 70_000 + b'"}', "bad-request", ""),
            ("take", encode(Take(SOME, "ho-tich", category="vip")), "bad-request", "category"),
            ("take", encode(Take(SOME, "ho-tich", language="de")), "bad-request", "language"),
            ("dance", encode(Request(SOME)), "bad-request", "verb"),
            ("next", encode(Next(SOME, "1", 0)), "forbidden", ""),
            ("delivered", encode(Delivered(SOME, "2026-11-22-A9", "printed")), "bad-request", "ticket"),
            ("delivered", encode(Delivered(SOME, "2026-11-22-A999", "shown")), "unknown-ticket", "ticket"),
        ],
    )  # fmt: skip
    def test_is_refused_with_its_code_and_field(
        self, broker: PrivateBroker, kiosk: Member, verb: str, body: bytes, code: str, field: str
    ) -> None:
        mine = REPLY.path(CENTER, device="kiosk-1")
        with Session(broker.address("kiosk-1"), "kiosk-1", (mine,)) as other:
            answer = answer_to(other, ASK.path(CENTER, device="kiosk-1", verb=verb), body, mine)
            assert answer.error is not None
            assert (answer.error.code, answer.error.field) == (code, field)
        assert isinstance(kiosk.get("take", take()), Ticket)

    def test_json_nested_without_end_stops_nobody(self, broker: PrivateBroker, kiosk: Member) -> None:
        """How deep a Python reads differs: it is refused, or the field that nobody knows is passed over."""
        mine = REPLY.path(CENTER, device="kiosk-1")
        with Session(broker.address("kiosk-1"), "kiosk-1", (mine,)) as other:
            answer = answer_to(other, ASK.path(CENTER, device="kiosk-1", verb="take"), NESTED, mine)
        assert answer.error is None or answer.error.code == "bad-request"
        assert isinstance(kiosk.get("take", take()), Ticket)

    def test_a_retained_request_is_refused(self, broker: PrivateBroker, kiosk: Member) -> None:
        mine, topic = (
            REPLY.path(CENTER, device="kiosk-1"),
            ASK.path(CENTER, device="kiosk-1", verb="take"),
        )
        with Session(broker.address("kiosk-1"), "kiosk-1", (mine,)) as other:
            answer = answer_to(other, topic, encode(take()), mine, retain=True)
        assert answer.error is not None
        assert "retained" in answer.error.message
        with Session(broker.address("guest-technician"), "later", (topic, STATUS.filter(CENTER))) as later:
            seen = received_topics(later)
        assert topic not in seen, "and it does not stay in the broker"
        expect(kiosk, "no number given", lambda: kiosk.states.queues["ho-tich"].issued == 0)

    def test_failure_20_an_answer_goes_to_nobody_else(self, broker: PrivateBroker, kiosk: Member) -> None:
        mine, victim = REPLY.path(CENTER, device="kiosk-1"), "luot/1/tan-lap/state/center"
        with Session(broker.address("kiosk-1"), "kiosk-1", (mine,)) as other:
            topic = ASK.path(CENTER, device="kiosk-1", verb="take")
            while not other.connected:
                other.receive(0.05)
            other.publish(topic, encode(take()), reply_to=victim, correlation=b"x")
            while not (found := [item for item in other.receive(0.05) if isinstance(item, Message)]):
                pass
        answer = msgspec.json.decode(found[0].payload, type=Answer)
        assert answer.error is not None
        assert answer.error.code == "forbidden"
        assert kiosk.states.queues["ho-tich"].issued == 0


def answer_to(session: Session, topic: str, body: bytes, reply_to: str, *, retain: bool = False) -> Answer:
    """The hub's answer to a message that is made by hand."""
    while not any(isinstance(item, Connected) for item in session.receive(0.05)):
        pass
    assert session.publish(topic, body, reply_to=reply_to, correlation=b"x", retain=retain)
    while True:
        for item in session.receive(0.05):
            if isinstance(item, Message):
                assert item.correlation == b"x"
                return msgspec.json.decode(item.payload, type=Answer)


def received_topics(session: Session) -> set[str]:
    """The topics that the broker has kept, up to and with the hub's status."""
    topics: set[str] = set()
    while STATUS.path(CENTER, device="hub") not in topics:
        topics |= {item.topic for item in session.receive(0.05) if isinstance(item, Message)}
    return topics


class TestTheDisk:
    def test_failure_22_what_cannot_be_written_is_answered_busy_and_forgotten(
        self, settings: CenterSettings, settings_of_hub: HubSettings
    ) -> None:
        clock = FakeClock()
        with Hub(settings_of_hub, settings, clock=clock) as hub:
            given = [each.read(Ticket).label for each in served(hub, request(take()), request(take()))]
            lost = take()
            with no_room(0):
                assert [codes(served(hub, request(each))) for each in (lost, take(), lost)] == [["busy"]] * 3
                assert len(hub.memory.state.tickets) == len(given), "what failed is not in the state"
                clock.advance(4)
                hub.step(0)
                assert hub.memory.stopped == "disk", "it is full still"
            clock.advance(4)
            hub.step(0)
            (answer,) = served(hub, request(lost))
            assert [*given, answer.read(Ticket).label] == ["A001", "A002", "A003"]

    def test_a_second_hub_is_turned_away(
        self, settings: CenterSettings, settings_of_hub: HubSettings
    ) -> None:
        with Hub(settings_of_hub, settings), pytest.raises(JournalUnavailable, match="Another hub"):
            Hub(settings_of_hub, settings).__enter__()

    @pytest.mark.parametrize("where", ["decide", "apply", "answer"])
    def test_failure_17_an_error_undoes_that_request_alone(
        self,
        where: str,
        settings: CenterSettings,
        settings_of_hub: HubSettings,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        """Wherever it happens: before its events, while they are applied, or after."""
        poison, decide, issue = take(), engine.decide, moves.issue

        def explode(*_: object) -> Payload:
            raise ZeroDivisionError

        def decide_badly(state: State, command: engine.Command) -> engine.Decision:
            if command.fields.request != poison.request or where == "apply":
                return decide(state, command)
            return engine.Decision(decide(state, command).events, explode) if where == "answer" else explode()  # type: ignore[return-value]

        def issue_badly(state: State, event: TicketIssued, at: datetime, ran: int) -> None:
            issue(state, event, at, ran)
            if event.request == poison.request:
                explode()

        monkeypatch.setattr(engine, "decide", decide_badly)
        if where == "apply":
            monkeypatch.setattr(moves, "issue", issue_badly)
        with Hub(settings_of_hub, settings) as hub:
            answers = served(hub, request(take()), request(poison), request(take()))
            seqs = [entry.seq for entry in hub.memory.journal.entries()]
            assert hub.memory.state.seq == seqs[-1]
        assert codes(answers) == ["ok", "bad-request", "ok"]
        assert [each.read(Ticket).label for each in answers if each.ok] == ["A001", "A002"]
        assert seqs == list(range(1, len(seqs) + 1))

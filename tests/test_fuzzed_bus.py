"""Hostile messages onto a real hub: nothing stops it, and nothing happens that it did not say yes to.

`luot torture --fuzz 100000` is the long version.
"""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic
from uuid import uuid4

import pytest

from bench.fuzz import Assault, fuzz, logged, unasked
from bench.hostile import Adversary
from bus.answers import Answer, Ticket
from bus.asks import MAX_REQUEST_BYTES, VERBS, Take
from bus.events import JournalEvent, TicketIssued
from bus.messages import encode
from bus.reading import read
from bus.session import Connected, Disconnected, Message, Session
from bus.states import States
from bus.topics import ASK
from center.broker import PrivateBroker
from config.clock import Clock
from config.errors import Refused
from config.settings import CenterSettings
from demo.member import Member, expect
from demo.part import Part
from tests.hall import Hall, refused

MESSAGES = 2000
EXPIRES_S = 1
OVER_THE_BROKERS_LIMIT = 5_000_000  # bytes


def test_hostile_messages_stop_nobody_and_change_nothing(tmp_path: Path) -> None:
    report = fuzz(tmp_path, MESSAGES, seed=1)
    assert report.findings == []
    assert report.figures["messages"] >= MESSAGES
    assert report.figures["answered"] > MESSAGES / 2
    assert report.figures["carried_out"] > MESSAGES / 50, "too few got through to show anything"


@pytest.mark.parametrize(
    "payload",
    [
        b'{"request": "\xe4", "service": "ho-tich"}',
        b'{"request": "\xed\xa0\x80", "service": "ho-tich"}',
        b"\xff\xfe{\0}\0",
        b'{"request": "82499f01-0f85-4f9d-8e22-8d9fc6715030", "service": "a\0b"}',
    ],
)
def test_text_that_is_no_utf8_is_refused(payload: bytes) -> None:
    with pytest.raises(Refused) as refused:
        read(payload, Take)
    assert refused.value.code == "bad-request"


@pytest.mark.parametrize("year", [1, 1970, 9999])
def test_a_year_that_nobody_means_is_refused(year: int) -> None:
    """Taken for true it would stop the hub at the edges of the calendar, at once or at the next day."""
    hall, at = Hall(), datetime(year, 12, 30, 23, 59, tzinfo=UTC)
    assert refused(hall, "confirm-clock", at=at).code == "bad-request"
    assert refused(hall, "book", service="civil", at=at).code == "bad-request"


def test_a_message_over_the_brokers_limit_costs_its_sender_the_connection(
    broker: PrivateBroker, hub: Part, tmp_path: Path
) -> None:
    with (
        Member(broker, "kiosk-1", "kiosk", tmp_path) as kiosk,
        Session(broker.address("guest-kiosk"), "guest-kiosk", ()) as hostile,
    ):
        expect(kiosk, "the hub", kiosk.states.fresh)
        topic = ASK.path(kiosk.center, device="guest-kiosk", verb="take")
        heard: list[object] = []
        expect(kiosk, "its connection", lambda: hostile.connected)
        hostile.publish(topic, b"x" * OVER_THE_BROKERS_LIMIT)

        def lost_and_back() -> bool:
            heard.extend(hostile.receive(0))
            kinds = [type(each) for each in heard]
            return Disconnected in kinds and Connected in kinds[kinds.index(Disconnected) :]

        expect(kiosk, "the end of its connection, and another one", lost_and_back)
        assert isinstance(kiosk.get("take", Take(uuid4(), "ho-tich")), Ticket)
        assert hub.restarts == 0


def test_a_retained_request_is_cleared_once(broker: PrivateBroker, hub: Part, tmp_path: Path) -> None:
    """The hub hears its own clearing, too, and must not take that for another one."""
    with (
        Member(broker, "kiosk-1", "kiosk", tmp_path) as kiosk,
        Session(broker.address("guest-technician"), "guest-technician", ("luot/1/+/ask/#",)) as watch,
    ):
        expect(kiosk, "the hub", lambda: kiosk.states.fresh() and watch.connected)
        topic = ASK.path(kiosk.center, device="kiosk-1", verb="take")
        kiosk.session.publish(topic, encode(Take(uuid4(), "thue")), retain=True)
        takes = [Take(uuid4(), "thue") for _ in range(5)]
        for each in takes:  # the hub does what it wants to do meanwhile
            kiosk.get("take", each)
        heard: list[bytes] = []

        def all_heard() -> bool:
            heard.extend(each.payload for each in watch.receive(0) if isinstance(each, Message))
            return encode(takes[-1]) in heard

        expect(kiosk, "the last of them to be heard", all_heard)
        assert heard.count(b"") == 1


def test_a_request_that_expired_before_the_hub_was_back_is_not_carried_out(
    broker: PrivateBroker, files: Path, tmp_path: Path
) -> None:
    with (
        Part("hub", files / "hub.toml", restart_s=600) as hub,
        Member(broker, "kiosk-1", "kiosk", tmp_path) as kiosk,
        Session(broker.address("guest-technician"), "guest-technician", ("luot/1/+/ask/#",)) as watch,
    ):
        expect(kiosk, "the hub", lambda: kiosk.states.fresh() and "thue" in kiosk.states.queues)
        expect(kiosk, "who watches", lambda: watch.connected)
        first = kiosk.get("take", Take(uuid4(), "thue"))
        hub.kill()
        expect(kiosk, "its end", lambda: not hub.running)
        topic = ASK.path(kiosk.center, device="kiosk-1", verb="take")
        stale = encode(Take(uuid4(), "thue"))
        kiosk.session.publish(topic, stale, expires_s=EXPIRES_S)
        heard: list[bytes] = []

        def is_kept() -> bool:
            heard.extend(each.payload for each in watch.receive(0) if isinstance(each, Message))
            return stale in heard

        expect(kiosk, "the broker to have it", is_kept)
        expired = monotonic() + EXPIRES_S + 1
        expect(kiosk, "its end", lambda: monotonic() > expired)
        with Part("hub", files / "hub.toml"):
            second = kiosk.get("take", Take(uuid4(), "thue"))
    assert isinstance(first, Ticket)
    assert isinstance(second, Ticket)
    assert (first.label, second.label) == ("F001", "F002"), "the one between them was stale"


class TestTheAssault:
    """It would find what it looks for."""

    @pytest.fixture
    def assault(self, settings: CenterSettings, broker: PrivateBroker) -> Assault:
        adversary = Adversary(settings, "guest-kiosk", "kiosk", States(Clock()), seed=1)
        session = Session(broker.address("guest-kiosk"), "guest-kiosk", ())  # nobody is connected
        return Assault(session, adversary, [])

    def test_an_answer_that_changes_is_found(self, assault: Assault) -> None:
        request = uuid4()
        for body in (b'{"label": "A001"}', b'{"label": "A002"}'):
            sent = assault.adversary.ask("take", encode(Take(request, "ho-tich")))
            assault.send(sent)
            hear(assault, sent.correlation, b'{"ok": true, "result": %s}' % body)
        assert len(assault.findings) == 1

    def test_yes_to_what_is_no_request_is_found(self, assault: Assault) -> None:
        sent = assault.adversary.ask("take", b"{}")
        assault.send(sent)
        hear(assault, sent.correlation, encode(Answer(ok=True)))
        assert len(assault.findings) == 1

    def test_an_event_that_nobody_was_told_of_is_found(self, assault: Assault) -> None:
        request, at = uuid4(), datetime(2026, 11, 23, tzinfo=UTC)
        event = TicketIssued(
            "2026-11-23-A001", "A001", "ho-tich", "ordinary", "vi", at, "guest-kiosk", request
        )
        entry = JournalEvent(1, "guest-kiosk", request, at, event)
        assert len(list(unasked([entry], [assault]))) == 1
        assault.yes.add(request)
        assert list(unasked([entry], [assault])) == []

    def test_a_rule_that_met_what_it_did_not_expect_is_found(self) -> None:
        log = "INFO all is well\nERROR a request could not be decided from=web-1 verb=call\n"
        assert len(list(logged(log, []))) == 1

    def test_what_nobody_was_told_of_is_in_the_log(self, assault: Assault) -> None:
        sent = replace(assault.adversary.ask("silent-1", b""), reply_to=None, answered=False)
        assault.send(sent)
        assert len(list(logged("", [assault]))) == 1
        assert list(logged("WARNING refused verb='silent-1'", [assault])) == []


def hear(assault: Assault, correlation: bytes, payload: bytes) -> None:
    message = Message(assault.adversary.reply, payload, False, None, correlation, 1, 1, 1)
    assault.hear(message)


def test_an_adversary_tries_every_verb_in_every_way(settings: CenterSettings) -> None:
    adversary = Adversary(settings, "guest-web", "web", States(Clock()), seed=1)
    messages = [adversary.message() for _ in range(5000)]
    tried = {each.topic.rpartition("/")[2] for each in messages if each.request is not None}
    assert tried == VERBS.keys()
    assert any(each.retain for each in messages)
    assert any(each.reply_to is None for each in messages)
    assert any(len(each.payload) > MAX_REQUEST_BYTES for each in messages)
    assert any(not each.payload for each in messages)
    ids = [each.request for each in messages if each.request is not None]
    assert len(set(ids)) < len(ids), "none came again"

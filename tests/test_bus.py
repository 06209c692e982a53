"""The session, the asking and what a device does by itself, on a real Mosquitto with the real accounts."""

import logging
from pathlib import Path
from queue import Empty
from time import monotonic
from uuid import UUID, uuid4

import msgspec
import pytest

from bus.answers import Answer, Ticket
from bus.asks import Take
from bus.device_asks import DeviceRequest, Identity
from bus.messages import Rev, Status, Wait, encode
from bus.session import RECEIVE_MAXIMUM, Connected, Disconnected, Message, Session
from bus.states import States
from bus.topics import ASK, DEVICE_ASK, DEVICE_REPLY, REPLY, STATE_QUEUE, STATUS
from center.broker import PrivateBroker
from config.clock import FakeClock
from config.errors import Unreachable
from demo.member import Member, expect

CENTER = "tan-lap"


def received(session: Session, wanted: type, *, within: float = 30.0) -> list[object]:
    """What a bare session received, up to and with the first thing of the wanted type."""
    items: list[object] = []
    deadline = monotonic() + within
    while not any(isinstance(item, wanted) for item in items):
        assert monotonic() < deadline, f"no {wanted.__name__} within {within} s"
        items += session.receive(0.05)
    return items


def bare(broker: PrivateBroker, account: str, *subscriptions: str, keep_s: int = 0) -> Session:
    return Session(broker.address(account), account, subscriptions, keep_s=keep_s)


def take() -> Take:
    return Take(uuid4(), "ho-tich")


TICKET = Ticket(
    id="2026-11-23-A001", label="A001", service="ho-tich", category="ordinary", language="vi",
    at=FakeClock().now(), ahead=0, wait=Wait(0, 5), place={"vi": "Quầy 1"},
)  # fmt: skip


class TestSession:
    def test_a_wrong_password_is_said_and_not_let_in(
        self, broker: PrivateBroker, caplog: pytest.LogCaptureFixture
    ) -> None:
        address = msgspec.structs.replace(broker.address("kiosk-1"), password="wrong")
        with caplog.at_level(logging.WARNING), Session(address, "kiosk-1", ()) as session:
            items = received(session, Disconnected)
        assert "refused this account" in caplog.text
        assert not any(isinstance(item, Connected) for item in items)

    def test_nobody_comes_in_without_an_account(self, broker: PrivateBroker) -> None:
        address = msgspec.structs.replace(broker.address("kiosk-1"), username="somebody", password="")
        with Session(address, "kiosk-1", ()) as session:
            items = received(session, Disconnected)
        assert not any(isinstance(item, Connected) for item in items)

    def test_comes_back_by_itself_and_hears_again_after_the_broker_was_killed(
        self, broker: PrivateBroker
    ) -> None:
        topic = STATE_QUEUE.path(CENTER, service="ho-tich")
        with bare(broker, "kiosk-1", topic) as kiosk, bare(broker, "hub") as hub:
            received(kiosk, Connected), received(hub, Connected)
            broker.kill()
            received(kiosk, Disconnected), received(hub, Disconnected)
            broker.start()
            received(kiosk, Connected), received(hub, Connected)
            assert hub.publish(topic, b"{}", retain=True)
            assert isinstance(received(kiosk, Message)[-1], Message)

    def test_failure_15_publishes_nothing_while_away(self, broker: PrivateBroker) -> None:
        with bare(broker, "hub", ASK.filter(CENTER)) as hub, bare(broker, "kiosk-1") as kiosk:
            received(kiosk, Connected), received(hub, Connected)
            broker.kill()
            received(kiosk, Disconnected)
            assert not kiosk.publish(ASK.path(CENTER, device="kiosk-1", verb="take"), b"stale")
            broker.start()
            received(kiosk, Connected), received(hub, Connected)
            assert kiosk.publish(ASK.path(CENTER, device="kiosk-1", verb="take"), b"new")
            messages = [item for item in received(hub, Message) if isinstance(item, Message)]
            assert [message.payload for message in messages] == [b"new"]

    def test_all_that_waited_for_us_comes_however_much_it_is(self, broker: PrivateBroker) -> None:
        """The broker begins before it says that we are subscribed, and waits for our word after each 200."""
        asked = [b"%d" % number for number in range(3 * RECEIVE_MAXIMUM)]
        topic = ASK.path(CENTER, device="kiosk-1", verb="take")
        with bare(broker, "kiosk-1", STATUS.path(CENTER, device="kiosk-1")) as kiosk:
            received(kiosk, Connected)
            with bare(broker, "hub", ASK.filter(CENTER), keep_s=60) as hub:
                received(hub, Connected)
            for each in asked:
                kiosk.publish(topic, each)
            kiosk.publish(STATUS.path(CENTER, device="kiosk-1"), b"all is said")
            received(kiosk, Message)
            heard: list[bytes] = []
            with bare(broker, "hub", ASK.filter(CENTER), keep_s=60) as hub:
                while len(heard) < len(asked):
                    heard += [item.payload for item in received(hub, Message) if isinstance(item, Message)]
            assert heard == asked

    def test_what_was_not_handled_comes_again(self, broker: PrivateBroker) -> None:
        with bare(broker, "kiosk-1") as kiosk:
            received(kiosk, Connected)
            hub = bare(broker, "hub", ASK.filter(CENTER), keep_s=60).__enter__()
            received(hub, Connected)
            kiosk.publish(ASK.path(CENTER, device="kiosk-1", verb="take"), b"once")
            received(hub, Message)
            hub._unacknowledged.clear()  # as if it had died while deciding
            hub.close()
            with bare(broker, "hub", ASK.filter(CENTER), keep_s=60) as again:
                (message,) = (item for item in received(again, Message) if isinstance(item, Message))
                assert message.payload == b"once"

    def test_failure_16_an_old_connections_message_is_not_acknowledged_on_a_new_one(
        self, broker: PrivateBroker
    ) -> None:
        """After a restart the broker counts packet ids from 1: an old id would eat a new request."""
        with bare(broker, "kiosk-1") as kiosk, bare(broker, "hub", ASK.filter(CENTER), keep_s=60) as hub:
            received(kiosk, Connected), received(hub, Connected)
            kiosk.publish(ASK.path(CENTER, device="kiosk-1", verb="take"), b"old")
            received(hub, Message)
            held = hub._unacknowledged
            broker.kill()
            received(kiosk, Disconnected)
            broker.start()
            received(kiosk, Connected)
            while not isinstance(hub.inbox.get(timeout=30), Connected):
                pass
            kiosk.publish(ASK.path(CENTER, device="kiosk-1", verb="take"), b"new")
            while not isinstance(new := hub.inbox.get(timeout=30), Message):
                pass
            assert new.mid == held[0].mid
            hub.acknowledge()
            hub.close()
            with bare(broker, "hub", ASK.filter(CENTER), keep_s=60) as again:
                (message,) = (item for item in received(again, Message) if isinstance(item, Message))
                assert message.payload == b"new"


class TestAccounts:
    """A forbidden subscribe is still granted by an ACL file, so what matters is what arrives."""

    @pytest.mark.parametrize(
        ("account", "topic"),
        [
            ("kiosk-1", ASK.path(CENTER, device="bridge-1", verb="next")),
            ("kiosk-1", STATE_QUEUE.path(CENTER, service="ho-tich")),
            ("bridge-1", STATUS.path(CENTER, device="kiosk-1")),
            ("web-1", DEVICE_ASK.path(CENTER, device="kiosk-1", verb="restart")),
            ("board-1", "luot/1/other/ask/board-1/take"),
        ],
    )
    def test_a_device_writes_only_below_its_own_name(
        self, broker: PrivateBroker, account: str, topic: str
    ) -> None:
        with bare(broker, "guest-technician", "luot/#") as watch, bare(broker, account) as device:
            received(watch, Connected), received(device, Connected)
            device.publish(topic, b"forbidden")
            device.publish(STATUS.path(CENTER, device=account), b"allowed")
            assert [
                item.payload for item in received(watch, Message) if isinstance(item, Message)
            ] == [b"allowed"]  # fmt: skip

    def test_a_device_hears_no_answer_of_another(self, broker: PrivateBroker) -> None:
        with (
            bare(
                broker, "guest-kiosk", REPLY.path(CENTER, device="kiosk-1"), STATE_QUEUE.filter(CENTER)
            ) as other,
            bare(broker, "hub") as hub,
        ):
            received(other, Connected), received(hub, Connected)
            hub.publish(REPLY.path(CENTER, device="kiosk-1"), b"private")
            hub.publish(STATE_QUEUE.path(CENTER, service="thue"), b"for all")
            assert [
                item.payload for item in received(other, Message) if isinstance(item, Message)
            ] == [b"for all"]  # fmt: skip


class TestAsking:
    def test_the_same_request_again_under_the_same_id_until_it_is_answered(
        self, broker: PrivateBroker, tmp_path: Path
    ) -> None:
        asked = take()
        outcomes: list[object] = []
        with (
            bare(broker, "hub", ASK.filter(CENTER)) as hub,
            Member(broker, "kiosk-1", "kiosk", tmp_path) as kiosk,
        ):
            received(hub, Connected)
            kiosk.ask("take", asked, within=30, then=outcomes.append)
            seen: list[Message] = []

            def third() -> bool:
                seen.extend(item for item in hub.receive(0.01) if isinstance(item, Message))
                return len(seen) == 3

            expect(kiosk, "three sendings", third)
            assert {msgspec.json.decode(each.payload)["request"] for each in seen} == {str(asked.request)}
            assert seen[2].correlation == asked.request.bytes
            answer = encode(Answer(ok=True, result=msgspec.Raw(encode(TICKET))))
            assert seen[2].reply_to == REPLY.path(CENTER, device="kiosk-1")
            hub.publish(seen[2].reply_to, answer, correlation=seen[2].correlation)
            hub.publish(seen[2].reply_to, answer, correlation=seen[2].correlation)
            expect(kiosk, "the ticket", lambda: bool(outcomes))
        assert outcomes == [TICKET]

    def test_nobody_answers_in_time(self, broker: PrivateBroker, tmp_path: Path) -> None:
        with Member(broker, "kiosk-1", "kiosk", tmp_path) as kiosk, pytest.raises(Unreachable):
            kiosk.get("take", take(), within=0.3)

    def test_failure_15_an_act_that_could_not_be_sent_is_never_sent_late(
        self, broker: PrivateBroker, tmp_path: Path
    ) -> None:
        with (
            bare(broker, "hub", ASK.filter(CENTER)) as hub,
            Member(broker, "kiosk-1", "kiosk", tmp_path) as kiosk,
        ):
            received(hub, Connected)
            broker.kill()
            expect(kiosk, "the loss", lambda: not kiosk.connected)
            with pytest.raises(Unreachable):
                kiosk.get("take", take(), within=0.3)
            broker.start()
            expect(kiosk, "the broker again", lambda: kiosk.connected)
            received(hub, Connected)
            fresh = take()
            kiosk.ask("take", fresh, within=30, then=lambda _: None)
            messages = [item for item in received(hub, Message) if isinstance(item, Message)]
            assert [UUID(msgspec.json.decode(each.payload)["request"]) for each in messages] == [
                fresh.request
            ]


class TestDevice:
    def test_birth_and_will_say_the_same_session(self, broker: PrivateBroker, tmp_path: Path) -> None:
        topic = STATUS.path(CENTER, device="kiosk-1")
        with bare(broker, "guest-technician", topic) as watch:
            received(watch, Connected)
            with Member(broker, "kiosk-1", "kiosk", tmp_path):
                told = [item.payload for item in received(watch, Message) if isinstance(item, Message)]
            told += [item.payload for item in received(watch, Message) if isinstance(item, Message)]
        birth, will = (msgspec.json.decode(each, type=Status) for each in told)
        assert (birth.status, will.status) == ("online", "lost")
        assert birth.session == will.session

    def test_who_reads_its_own_loss_says_online_again(self, broker: PrivateBroker, tmp_path: Path) -> None:
        topic = STATUS.path(CENTER, device="kiosk-1")
        watch = Session(broker.address("guest-technician"), "watch", (topic,))
        late_will = Session(broker.address("kiosk-1"), "an-old-session", ())
        with watch, late_will, Member(broker, "kiosk-1", "kiosk", tmp_path) as kiosk:
            received(watch, Connected), received(late_will, Connected)
            late_will.publish(topic, encode(Status("lost", "old", "kiosk", "0", "here")), retain=True)
            told: list[str] = []

            def online_last() -> bool:
                try:
                    while True:
                        item = watch.inbox.get_nowait()
                        if isinstance(item, Message):
                            told.append(msgspec.json.decode(item.payload, type=Status).status)
                except Empty:
                    return "lost" in told and told[-1] == "online"

            expect(kiosk, "its word that it is online", online_last)

    def test_two_of_one_name_are_told_of(
        self, broker: PrivateBroker, tmp_path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        first, second = (Member(broker, "kiosk-1", "kiosk", tmp_path) for _ in range(2))
        with first, second:

            def told() -> bool:
                second.step(0)
                return "has another kiosk-1: give each a name" in caplog.text

            expect(first, "the word of the other", told)

    def test_a_technician_asks_who_it_is(self, broker: PrivateBroker, tmp_path: Path) -> None:
        mine = DEVICE_REPLY.path(CENTER, device="kiosk-1", asker="guest-technician")
        ask = DEVICE_ASK.path(CENTER, device="kiosk-1", verb="identify")
        with (
            bare(broker, "guest-technician", mine) as technician,
            Member(broker, "kiosk-1", "kiosk", tmp_path) as kiosk,
        ):
            received(technician, Connected)
            body = encode(DeviceRequest(uuid4()))

            def answers(count: int) -> list[Answer]:
                found: list[Answer] = []

                def enough() -> bool:
                    found.extend(
                        msgspec.json.decode(item.payload, type=Answer)
                        for item in technician.receive(0)
                        if isinstance(item, Message)
                    )
                    return len(found) >= count

                expect(kiosk, "its answer", enough)
                return found

            technician.publish(ask, body, reply_to=mine)
            (answer,) = answers(1)
            assert answer.read(Identity).device == "kiosk-1"
            technician.publish(ask, b"{}", reply_to=mine)
            technician.publish(ask.replace("identify", "dance"), body, reply_to=mine)
            technician.publish(ask, body, reply_to=mine, retain=True)
            refused = answers(3)
            assert [each.error.code for each in refused if each.error] == ["bad-request"] * 3
            technician.publish(ask, b"", retain=True)


class TestStates:
    def test_an_older_picture_never_replaces_a_newer_one(self) -> None:
        states = States(FakeClock())
        path = STATE_QUEUE.path(CENTER, service="thue")

        def told(epoch: str, seq: int, waiting: int) -> int:
            body = f'{{"rev":{{"epoch":"{epoch}","seq":{seq}}},"service":"thue","waiting":{waiting},'
            body += '"serving":0,"issued":0,"wait":null,"taking":true}'
            states.receive(path, body.encode(), kept=False)
            return states.queues["thue"].waiting

        assert told("a", 5, 1) == 1
        assert told("a", 4, 2) == 1
        assert told("a", 5, 3) == 3
        assert told("b", 1, 4) == 4  # a new epoch replaces everything
        assert states.queues["thue"].rev == Rev("b", 1)

    def test_failure_21_a_dead_hubs_state_is_not_fresh(self, settings: object) -> None:
        clock = FakeClock()
        states = States(clock)
        body = (
            b'{"rev":{"epoch":"a","seq":1},"center":"tan-lap","title":{},"name":{},"languages":["vi"],'
            b'"timezone":"Asia/Ho_Chi_Minh","day":"2026-11-23","open":true,"notices":[],'
            b'"clock":{"synchronised":true,"drift_s":0},"boot":"x","at":"2026-11-23T01:00:00.000Z"}'
        )
        states.receive("luot/1/tan-lap/state/center", body, kept=True)
        assert not states.fresh()
        states.receive("luot/1/tan-lap/state/center", body, kept=False)
        assert states.fresh()
        clock.advance(14)
        assert states.fresh()
        now = states.hub_now()
        assert now is not None
        assert now.isoformat() == "2026-11-23T01:00:14+00:00"
        clock.advance(2)
        assert not states.fresh()

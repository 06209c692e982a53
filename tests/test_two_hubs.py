"""Two hubs in one centre: the older falls silent, the newer gives nothing twice, and neither fights."""

import socket
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest
from msgspec import structs

from bus.answers import Adopted, Ticket
from bus.asks import Adopt, Issued, Take
from bus.device import CaughtUp
from bus.messages import Rev, encode
from bus.session import Connected, Disconnected, Session, TakenOver
from bus.topics import STATE_CENTER
from center.broker import PrivateBroker
from center.hub import Hub
from config.errors import Unreachable
from config.settings import Broker, CenterSettings, HubSettings
from demo.member import Member, expect
from demo.part import Part
from tests.hubs import CENTER, center_of, expect_of, request


@pytest.fixture
def kiosk(broker: PrivateBroker, hub: Part, tmp_path: Path) -> Iterator[Member]:
    with Member(broker, "kiosk-1", "kiosk", tmp_path) as member:
        expect(member, "the hub", lambda: member.states.fresh() and "thue" in member.states.queues)
        yield member


@pytest.fixture
def second(files: Path) -> Iterator[Part]:
    """Another hub of the same name and account, with data of its own; it is not started yet."""
    text = (files / "hub.toml").read_text().replace("data/hub", "data/hub-2")
    (files / "hub-2.toml").write_text(text)
    part = Part("hub", files / "hub-2.toml")
    yield part
    part.stop()


def said(hub: Part) -> str:
    return hub.log_file.read_text()


def test_failure_14_the_newer_goes_on_and_gives_nothing_twice(
    broker: PrivateBroker, hub: Part, second: Part, kiosk: Member, tmp_path: Path
) -> None:
    takes = [Take(uuid4(), "ho-tich") for _ in range(3)]
    given = [kiosk.get("take", each) for each in takes]
    first = center_of(kiosk).boot

    second.__enter__()
    expect(kiosk, "the newer", lambda: center_of(kiosk).boot != first)
    assert center_of(kiosk).stopped == "restored"
    assert center_of(kiosk).awaits == ("kiosk-1", "web-1")
    with pytest.raises(Unreachable):
        kiosk.get("take", Take(uuid4(), "ho-tich"), within=1)
    expect(kiosk, "the older's last word", lambda: "another hub is at work" in said(hub))

    whole = Adopt(
        uuid4(),
        tickets=tuple(
            Issued(ticket.label, ticket.service, take.request, order, 5.0, center_of(kiosk).day)
            for order, (take, ticket) in enumerate(zip(takes, given, strict=True))
            if isinstance(ticket, Ticket)
        ),
        whole=True,
    )  # fmt: skip
    adopted = kiosk.get("adopt", whole)
    assert isinstance(adopted, Adopted)
    assert adopted.tickets == ("A001", "A002", "A003")
    with Member(broker, "web-1", "web", tmp_path) as web:
        web.get("adopt", Adopt(uuid4(), whole=True))
    ticket = kiosk.get("take", Take(uuid4(), "ho-tich"))
    assert isinstance(ticket, Ticket)
    assert (ticket.label, ticket.ahead) == ("A004", 3)

    assert (hub.running, hub.restarts) == (True, 0), "it stays up, and begins no war"
    assert second.restarts == 0


def test_failure_14_whoever_is_started_last_goes_on(hub: Part, second: Part, kiosk: Member) -> None:
    """A person decides; whichever it is, numbers wait until every issuer has told its day."""
    kiosk.get("take", Take(uuid4(), "ho-tich"))
    second.__enter__()
    expect(kiosk, "the older's last word", lambda: "another hub is at work" in said(hub))
    hub.kill()  # it is started anew
    expect(kiosk, "the newer's last word", lambda: "another hub is at work" in said(second))
    expect(kiosk, "that numbers wait", lambda: center_of(kiosk).awaits == ("kiosk-1", "web-1"))
    assert (hub.restarts, second.restarts) == (1, 0)


def test_failure_14_two_that_speak_at_once_both_stop(
    broker: PrivateBroker, settings: CenterSettings, settings_of_hub: HubSettings, tmp_path: Path
) -> None:
    with (
        Hub(settings_of_hub, settings) as hub,
        Member(broker, "guest-web", "web", tmp_path) as web,
        Session(broker.address("hub"), "another", ()) as other,
    ):
        expect_of(hub, web, "the hub", lambda: web.states.center is not None and other.connected)
        rival = structs.replace(center_of(web), boot="another", rev=Rev("another", 7))
        other.publish(STATE_CENTER.path(CENTER), encode(rival), retain=True)
        expect_of(hub, web, "the hub's silence", lambda: hub.silent)
        expect(web, "its last word", lambda: center_of(web).stopped == "second-hub")
        assert center_of(web).boot == hub.boot
        heard_last = web.states.beat
        for _ in range(20):
            hub.step(0.01)
            web.step(0.01)
        assert web.states.beat == heard_last
        assert not hub.device.connected


def test_failure_14_what_waited_in_the_session_waits_until_another_hub_could_be_heard(
    broker: PrivateBroker, settings: CenterSettings, settings_of_hub: HubSettings, tmp_path: Path
) -> None:
    """A session that is resumed brings requests before the word that the broker kept."""
    with Hub(settings_of_hub, settings) as hub, Member(broker, "guest-web", "web", tmp_path) as web:
        expect_of(hub, web, "the hub", lambda: "ho-tich" in web.states.queues)
        late = replace(request(Take(uuid4(), "ho-tich")), generation=0)
        for item in (Disconnected("another took its place"), late):
            hub.device.inbox.put(item)
        hub.step(0)
        assert not hub.memory.state.tickets
        hub.device.inbox.put(CaughtUp())
        hub.step(0)
        assert [each.label for each in hub.memory.state.tickets.values()] == ["A001"]


def test_failure_14_a_session_that_is_taken_over_does_not_come_back() -> None:
    """What a newer Mosquitto says: the one of the test machines only closes the connection."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        host, port = server.getsockname()
        with Session(Broker(host, port), "hub", ("a",), keep_s=60, exclusive=True) as session:
            connection, _ = server.accept()
            with connection:
                connection.recv(4096)
                connection.sendall(bytes.fromhex("20 03 00 00 00"))  # CONNACK
                subscribe = connection.recv(4096)
                connection.sendall(b"\x90\x04" + subscribe[2:4] + b"\x00\x01")  # SUBACK
                (connected,) = session.receive(30)
                assert isinstance(connected, Connected)
                connection.sendall(bytes.fromhex("e0 01 8e"))  # DISCONNECT: session taken over
                (over,) = session.receive(30)
            assert isinstance(over, TakenOver)
            session._thread.join(30)
            assert not session._thread.is_alive()

"""An issuer, and a hub that is spoken for by hand: what it is told, in which order, and until when."""

from collections.abc import Callable, Iterator
from pathlib import Path
from time import monotonic
from typing import TypeVar
from uuid import UUID, uuid4

import msgspec
import pytest
from msgspec.structs import replace

from bus.answers import Adopted, Answer, Fault, Leases, Nothing, Ticket
from bus.asks import VERBS, Adopt, Delivered, Lease, Rate, Request, Take
from bus.device import Device
from bus.issuer import AGAIN_S, REPORT_S, Issuer
from bus.memory import Memory
from bus.messages import Payload, Rev, encode
from bus.reading import read
from bus.session import Message, Session
from bus.states import OLD_S
from bus.topics import ASK, REPLY, STATE_CATALOG, STATE_CENTER
from center.broker import PrivateBroker
from config.clock import FakeClock
from config.errors import LuotError, Refused, Unreachable
from config.settings import Device as Settings
from tests import paper
from tests.issuing import CATALOG, TOMORROW, range_, unwritable

CENTER = "tan-lap"
LEASES = Leases((range_(800, 809), range_(810, 819, TOMORROW)))
TAKE_S = 1.5

R = TypeVar("R", bound=Request)


class Desk:
    """An issuer on the bus. Time passes when a test says so; what the hub is asked waits in `asked`."""

    def __init__(self, broker: PrivateBroker, folder: Path, name: str, *, leases: bool) -> None:
        self.clock = FakeClock()
        self.folder = folder / name
        settings = Settings(CENTER, name, broker.address(name), self.folder, volatile=True)
        topics = [STATE_CENTER.filter(CENTER), STATE_CATALOG.filter(CENTER)]
        self.device = Device(settings, "kiosk" if leases else "web", topics, clock=self.clock)
        memory = Memory(self.folder, self.clock, volatile=True)
        self.issuer = Issuer(self.device, memory, leases=leases)
        self.hub = Session(broker.address("hub"), "hub", [ASK.filter(CENTER)])
        self.center = paper.CENTER
        self.asked: list[tuple[Message, Request]] = []
        self.answered: set[UUID] = set()
        self.given: list[Ticket | LuotError] = []

    def step(self) -> None:
        for item in self.hub.receive(0):
            if isinstance(item, Message):
                verb = (ASK.match(item.topic) or {})["verb"]
                request = read(item.payload, VERBS[verb].fields)
                if request.request not in self.answered:
                    self.asked.append((item, request))
        self.issuer.step(self.device.step(0.01))

    def until(self, what: str, holds: Callable[[], bool]) -> None:
        deadline = monotonic() + 30
        while not holds():
            assert monotonic() < deadline, f"waited in vain for {what}; the hub was asked {self.asked}"
            self.step()

    def beat(self, **changes: object) -> None:
        """The hub says how the centre is."""
        rev = Rev(self.center.rev.epoch, self.center.rev.seq + 1)
        self.center = replace(self.center, **{"rev": rev, **changes})
        for topic, state in ((STATE_CENTER, self.center), (STATE_CATALOG, CATALOG)):
            assert self.hub.publish(topic.path(CENTER), encode(state), retain=True)
        self.until("the beat", lambda: self.device.states.center == self.center)

    def hears(self, kind: type[R]) -> R:
        """The hub is asked for this next, and nothing else."""
        self.until(kind.__name__, lambda: bool(self.asked))
        request = self.asked[0][1]
        assert isinstance(request, kind)
        return request

    def says(self, answer: Payload | Fault) -> None:
        """The hub answers what it was asked last, however often."""
        message, request = self.asked[-1]
        self.answered.add(request.request)
        told = (
            Answer(ok=False, error=answer)
            if isinstance(answer, Fault)
            else Answer(ok=True, result=msgspec.Raw(encode(answer)))
        )
        self.asked.clear()
        self.hub.publish(
            REPLY.path(CENTER, device=self.device.name), encode(told), correlation=message.correlation
        )
        self.until("the answer", lambda: not self.device.asker.pending or bool(self.asked))

    def is_told_nothing(self) -> None:
        """Whatever comes last is the first thing that comes."""
        self.step()
        last = Rate(uuid4(), 5)
        self.device.ask("rate", last, within=1, then=lambda _: None)
        assert self.hears(Rate) == last
        self.says(Nothing())

    def take(self) -> Take:
        """Somebody touches the screen."""
        take = Take(uuid4(), "ho-tich")
        self.issuer.take(take, within=TAKE_S, then=self.given.append)
        return take

    def pass_time(self, seconds: float) -> None:
        self.clock.advance(seconds)
        self.step()


def desk(broker: PrivateBroker, folder: Path, name: str, *, leases: bool) -> Iterator[Desk]:
    made = Desk(broker, folder, name, leases=leases)
    with made.hub, made.issuer, made.device:
        made.until("the broker", lambda: made.device.connected and made.hub.connected)
        yield made


@pytest.fixture
def kiosk(broker: PrivateBroker, tmp_path: Path) -> Iterator[Desk]:
    yield from desk(broker, tmp_path, "kiosk-1", leases=True)


@pytest.fixture
def leased(kiosk: Desk) -> Desk:
    """A kiosk with a lease."""
    kiosk.beat()
    kiosk.hears(Lease)
    kiosk.says(LEASES)
    return kiosk


@pytest.fixture
def web(broker: PrivateBroker, tmp_path: Path) -> Iterator[Desk]:
    yield from desk(broker, tmp_path, "web-1", leases=False)


def test_a_lease_is_asked_at_the_connection_the_day_and_the_start_of_the_hub(kiosk: Desk) -> None:
    kiosk.beat()
    assert kiosk.hears(Lease).holds == ()
    kiosk.says(LEASES)
    assert kiosk.issuer.reserve == {"ho-tich"}
    for change in ({}, {"day": TOMORROW}, {"boot": "another"}):
        kiosk.beat(**change)
        if change:
            assert set(kiosk.hears(Lease).holds) == set(LEASES.ranges)
            kiosk.says(LEASES)
        kiosk.is_told_nothing()


def test_failure_10_a_hub_that_is_stopped_leases_nothing_and_the_kiosk_uses_what_it_has(leased: Desk) -> None:
    leased.beat(stopped="disk", boot="another")
    assert not leased.issuer.online
    leased.take()
    (ticket,) = leased.given
    assert isinstance(ticket, Ticket)
    assert (ticket.label, ticket.offline, ticket.wait) == ("A800", True, None)


def test_failure_10_without_a_lease_there_is_no_number(kiosk: Desk) -> None:
    kiosk.beat()
    kiosk.hears(Lease)
    kiosk.says(Leases(()))
    kiosk.pass_time(OLD_S + 1)
    kiosk.take()
    assert isinstance(kiosk.given[0], Unreachable)


def test_failure_09_who_is_not_answered_in_time_gets_an_own_number_and_the_others_at_once(
    leased: Desk,
) -> None:
    first = leased.take()
    leased.hears(Take)
    leased.pass_time(TAKE_S)
    second = leased.take()
    labels = [each.label for each in leased.given if isinstance(each, Ticket)]
    assert labels == ["A800", "A801"]
    leased.asked.clear()
    leased.pass_time(4)
    assert leased.asked == []  # nothing is told before the hub is back: ages would be wrong
    leased.beat()
    adopt = leased.hears(Adopt)
    assert adopt.given_up == (first.request, second.request)
    assert [(each.label, each.age_s) for each in adopt.tickets] == [("A800", 4), ("A801", 4)]
    leased.says(Adopted(adopt.given_up, ("A800", "A801")))
    leased.hears(Lease)  # what was used is leased anew
    leased.says(LEASES)
    leased.is_told_nothing()


def test_failure_09_an_answer_that_comes_late_is_let_go(leased: Desk) -> None:
    leased.take()
    leased.hears(Take)
    leased.pass_time(TAKE_S)
    leased.says(paper.ticket())
    assert [each.label for each in leased.given if isinstance(each, Ticket)] == ["A800"]


def test_failure_18_what_is_not_answered_is_told_again_under_the_same_id(leased: Desk) -> None:
    leased.beat(stopped="disk")
    leased.take()
    first = leased.hears(Adopt)
    leased.asked.clear()
    leased.pass_time(REPORT_S)
    leased.take()  # meanwhile
    leased.beat()
    leased.pass_time(AGAIN_S)
    leased.beat()
    again = leased.hears(Adopt)
    assert again.request == first.request
    leased.says(Adopted(first.given_up, ("A800",)))  # what it said to the first
    rest = leased.hears(Adopt)
    assert rest.request != first.request
    assert [each.label for each in rest.tickets] == ["A801"]
    leased.says(Fault("day-closed", "The day has not begun."))
    leased.pass_time(AGAIN_S)
    leased.beat()
    later = leased.hears(Adopt)
    assert later.request != rest.request  # that answer would stay the same
    assert later.tickets[0].label == "A801"


def test_failure_18_paper_is_told_until_the_hub_has_answered(leased: Desk) -> None:
    leased.take()
    leased.hears(Take)
    leased.says(paper.ticket())
    leased.issuer.delivered("2026-11-22-A012", "printed")
    fact = leased.hears(Delivered)
    leased.asked.clear()
    leased.pass_time(REPORT_S)
    leased.pass_time(AGAIN_S)
    leased.beat()
    assert leased.hears(Delivered) == fact
    leased.says(Fault("unknown-ticket", "Of another day."))
    leased.is_told_nothing()


def test_failure_13_a_restored_hub_is_told_the_whole_day(leased: Desk) -> None:
    leased.take()
    leased.hears(Take)
    leased.says(paper.ticket())
    leased.beat(rev=Rev("another", 1), awaits=("kiosk-1",), stopped="restored")
    adopt = leased.hears(Adopt)
    assert [each.label for each in adopt.tickets] == ["A012"]
    assert (adopt.whole, adopt.seen, set(adopt.leases)) == (True, Rev("another", 1), set(LEASES.ranges))
    leased.says(Adopted((), ("A012",)))
    assert leased.hears(Adopt).tickets == ()  # as long as it is awaited
    leased.beat(awaits=(), stopped="")
    leased.says(Adopted(()))
    leased.pass_time(AGAIN_S)
    leased.hears(Lease)


def test_failure_19_nobody_listens_and_the_kiosk_goes_on_at_once(leased: Desk, broker: PrivateBroker) -> None:
    leased.hub.close()
    broker.kill()
    leased.until("the loss", lambda: not leased.device.connected)
    broker.start()
    leased.until("the broker", lambda: leased.device.connected)
    assert leased.issuer.online  # as far as it knows
    leased.take()
    leased.until("a number", lambda: bool(leased.given))
    assert isinstance(leased.given[0], Ticket)
    assert leased.given[0].offline


def test_failure_22_a_disk_that_fails_is_an_answer(leased: Desk) -> None:
    with unwritable(leased.folder):
        leased.take()
    assert isinstance(leased.given[0], LuotError)
    assert not isinstance(leased.given[0], Refused | Unreachable)
    leased.is_told_nothing()


def test_the_web_has_no_numbers_of_its_own_and_tells_what_it_gave_up(web: Desk) -> None:
    web.beat()
    given_up = web.take()
    web.hears(Take)
    web.pass_time(TAKE_S)
    assert isinstance(web.given[0], Unreachable)
    web.asked.clear()
    web.beat()
    adopt = web.hears(Adopt)
    assert (adopt.given_up, adopt.tickets) == ((given_up.request,), ())
    web.says(Adopted((given_up.request,)))
    web.is_told_nothing()


@pytest.mark.parametrize("who", ["kiosk", "web"])
def test_failure_13_a_revision_above_the_hubs_own_is_told_before_anything_is_asked(
    who: str, request: pytest.FixtureRequest
) -> None:
    desk: Desk = request.getfixturevalue(who)
    desk.issuer.memory.saw(Rev("e", 500))
    desk.beat(rev=Rev("e", 7))
    assert desk.hears(Adopt).seen == Rev("e", 500)

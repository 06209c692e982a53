"""A printer that stands alone: a kiosk's ticket comes out there once, whatever happens on the way."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic
from typing import TypeVar
from uuid import uuid4

import pytest
from msgspec import structs

from bus.answers import Nothing
from bus.asks import MAX_REQUEST_BYTES, Request
from bus.device import Reply
from bus.device_asks import DeviceRequest, Printed, PrintTicket
from bus.health import HealthFacts
from bus.messages import Payload, encode
from bus.session import Connected, Message, Session
from bus.topics import DEVICE_ASK, DEVICE_REPLY, HEALTH, PEER_ASK, STATE_CENTER, STATUS
from center.broker import PrivateBroker
from config.errors import LuotError, Refused, SettingsError
from config.load import load
from config.settings import Account, CenterSettings, PrinterPort
from demo.member import Member, expect
from demo.part import Part
from kiosk.journey import Given
from printer.jobs import Jobs
from printer.sample import CENTER
from printer.shared import SharedPrinter
from printer.simulated import CUTTER, SimulatedPrinter
from printer.spool import Done, PrinterChanged
from printer.status import PrinterState
from tests.booth import open_booth
from tests.paper import ANSWER_S, PRINT_S, is_marked, is_ticket, ticket

T = TypeVar("T")

CONFIG = """\
role = "printer"
center = "{center}"
device = "printer-1"
data = "{folder}/printer-1"
volatile = true

[broker]
host = "127.0.0.1"
port = {port}
password = "{password}"

[printer]
profile = "epson-tm-t20"
host = "127.0.0.1"
port = {printer_port}
"""

PATIENT = f"""\
import functools
import printer.press
printer.press.Spool = functools.partial(printer.press.Spool, answer_s={ANSWER_S}, print_s={PRINT_S})
"""


@pytest.fixture(scope="module")
def settings(settings: CenterSettings) -> CenterSettings:
    return structs.replace(settings, devices=(*settings.devices, Account("printer-1", "printer")))


@pytest.fixture
def paper() -> Iterator[SimulatedPrinter]:
    with SimulatedPrinter(mm_per_s=2000) as paper:
        yield paper


def settings_file(paper: SimulatedPrinter, broker: PrivateBroker, folder: Path) -> Path:
    file = folder / "printer-1.toml"
    file.write_text(
        CONFIG.format(
            center=broker.center.center,
            folder=folder,
            port=broker.port,
            password=broker.passwords["printer-1"],
            printer_port=paper.port,
        )
    )
    return file


@contextmanager
def printer_of(paper: SimulatedPrinter, broker: PrivateBroker, folder: Path) -> Iterator[Part]:
    """The process; a killed one comes back. A twin that stands still for seconds is not silent to it."""
    (folder / "patient").mkdir()
    (folder / "patient" / "sitecustomize.py").write_text(PATIENT)
    patient = {"PYTHONPATH": str(folder / "patient")}
    with Part("printer", settings_file(paper, broker, folder), environment=patient, restart_s=0) as part:
        yield part


class Desk:
    """A kiosk without a screen, that prints elsewhere."""

    def __init__(self, broker: PrivateBroker, folder: Path) -> None:
        self.device = Member(
            broker, "kiosk-1", "kiosk", folder, topics=(STATE_CENTER, HEALTH, STATUS, DEVICE_REPLY)
        )
        self.told: list[Done | PrinterChanged] = []
        self.printer = SharedPrinter(self.device, "printer-1", self.told.append)

    def until(self, what: str, holds: Callable[[], bool], within: float = 30.0) -> None:
        deadline = monotonic() + within
        while not holds():
            assert monotonic() < deadline, f"waited in vain for {what}: {self.told}"
            for news in self.device.step(0.02):
                self.printer.hear(news)

    def done(self, job: str) -> Done:
        """What became of it."""
        found: list[Done] = []

        def ended() -> bool:
            found[:] = [each for each in self.told if isinstance(each, Done) and each.job == job]
            return bool(found)

        self.until(f"the end of {job}", ended)
        (done,) = found
        return done

    def answer(self, verb: str, request: PrintTicket | DeviceRequest) -> Payload | LuotError:
        answers: list[Payload | LuotError] = []
        self.device.ask(verb, request, within=30, then=answers.append, of="printer-1")
        self.until(f"the answer to {verb}", lambda: bool(answers))
        return answers[0]


@pytest.fixture
def desk(broker: PrivateBroker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    """In a centre whose hub has spoken."""
    monkeypatch.setattr("printer.shared.ANSWER_S", 60.0)
    desk = Desk(broker, tmp_path)
    with Member(broker, "hub", "hub", tmp_path) as hub, desk.device:
        hub.publish(STATE_CENTER, structs.replace(CENTER, center=broker.center.center))
        expect(desk.device, "the hub's word", lambda: desk.device.states.center is not None)
        yield desk


def test_a_ticket_comes_out_once_however_often_it_is_asked(
    desk: Desk, paper: SimulatedPrinter, broker: PrivateBroker, tmp_path: Path
) -> None:
    with printer_of(paper, broker, tmp_path):
        desk.until("the printer", lambda: desk.printer.state is PrinterState.READY)
        desk.printer.print("A012", ticket())
        assert desk.done("A012") == Done("A012", "printed", PrinterState.READY)
        request = PrintTicket(uuid4(), ticket(), again=True)
        assert [desk.answer("print-ticket", request) for _ in range(3)] == [Printed("printed")] * 3
        assert [is_marked(each) for each in paper.tickets] == [False, True]
        page = DeviceRequest(uuid4())
        assert [desk.answer("test-print", page) for _ in range(3)] == [Nothing()] * 3
        desk.printer.roll_changed()
        paper.take_paper_out()
        desk.until("its word", lambda: desk.printer.state is PrinterState.PAPER_OUT)
        desk.printer.print("A013", ticket())
        assert desk.done("A013").outcome == "failed"
        desk.printer.print_test("test", "kiosk-1")
        assert desk.done("test").outcome == "failed"
        assert len(paper.tickets) == 3


def test_nothing_that_is_asked_or_left_behind_ends_it(
    desk: Desk, paper: SimulatedPrinter, broker: PrivateBroker, tmp_path: Path
) -> None:
    (tmp_path / "printer-1").mkdir()
    (tmp_path / "printer-1" / "printing").write_bytes(bytes(36))  # as a power cut may leave a new file
    no_tickets = (
        ticket(place={"vi": "a" * 5000}),
        ticket(place={"vi": "a " * 15_000}),
        ticket(track="a" * 5000),
        ticket(at=datetime(9999, 12, 31, 23, tzinfo=UTC)),
        ticket(place={"vi": "a" * MAX_REQUEST_BYTES}),
    )
    topic = PEER_ASK.path(broker.center.center, asker="kiosk-1", device="printer-1", verb="print-ticket")
    kept = encode(PrintTicket(uuid4(), ticket()))
    desk.device.session.publish(topic, kept, retain=True)
    with printer_of(paper, broker, tmp_path) as process:
        desk.until("the printer", lambda: desk.printer.state is PrinterState.READY)
        for each in no_tickets:
            refused = desk.answer("print-ticket", PrintTicket(uuid4(), each))
            assert isinstance(refused, Refused)
            assert refused.code == "bad-request"
        for garbled in (b"", b"{", bytes(1000), b"[" * 10_000, encode(DeviceRequest(uuid4()))):
            desk.device.session.publish(topic, garbled)
        desk.printer.print("A012", ticket())
        assert desk.done("A012").outcome == "printed"
        assert [is_ticket(each) for each in paper.tickets] == [False, True]  # what hung out, then that one
        assert process.restarts == 0


def test_answer_comes_from_a_printer_that_was_away_meanwhile(
    desk: Desk, broker: PrivateBroker, tmp_path: Path
) -> None:
    """As after the broker's own restart, when the kiosk is back before the printer."""
    asked: list[Request] = []

    def printer() -> Member:
        member = Member(broker, "printer-1", "printer", tmp_path, topics=(PEER_ASK,))
        member.health_facts = lambda: HealthFacts(printer="ready")
        member.serve("print-ticket", lambda request, _: asked.append(request))
        return member

    with printer() as first:
        desk.until("the printer", lambda: desk.printer.state is PrinterState.READY)
        desk.printer.print("A012", ticket())
        expect(first, "the request", lambda: bool(asked))
    desk.until("the asking again", lambda: any(each.sent >= 3 for each in desk.device.asker.pending.values()))
    with printer() as second:
        answers: list[Reply] = []
        second.serve("print-ticket", lambda _, reply: answers.append(reply))

        def heard() -> bool:
            second.step(0)
            return bool(answers)

        desk.until("its asking there", heard)
        answers[0](Printed("printed"))
        assert desk.done("A012").outcome == "printed"


def test_killed_in_the_middle_of_a_ticket_it_says_so_and_prints_it_no_second_time(
    desk: Desk, broker: PrivateBroker, tmp_path: Path
) -> None:
    with SimulatedPrinter(mm_per_s=5) as paper, printer_of(paper, broker, tmp_path) as process:
        desk.until("the printer", lambda: desk.printer.state is PrinterState.READY)
        desk.printer.print("A012", ticket())
        desk.until("some of it", lambda: paper.sheet().height > CUTTER)
        process.kill()
        assert desk.done("A012").outcome == "unknown"
        paper.mm_per_s = 2000
        desk.until("the printer", lambda: desk.printer.state is PrinterState.READY)
        desk.printer.print("again", ticket(), again=True)
        assert desk.done("again").outcome == "printed"
        assert is_marked(paper.tickets[-1])
        unmarked = [each for each in paper.tickets if is_ticket(each) and not is_marked(each)]
        assert len(unmarked) <= 1


def test_a_kiosk_without_a_printer_of_its_own_prints_there(
    broker: PrivateBroker, paper: SimulatedPrinter, hub: Part, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert hub
    monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")
    with printer_of(paper, broker, tmp_path), open_booth(broker, tmp_path) as booth:
        booth.settings = structs.replace(booth.settings, printer=PrinterPort(device="printer-1"))
        booth.start()
        booth.touch("service:ho-tich")
        booth.arrives(Given)
        booth.until("its end", lambda: isinstance(booth.page, Given) and booth.page.paper == "printed")
        assert len(paper.tickets) == 1
        assert booth.paper.tickets == []


def test_nobody_else_may_ask_it_and_a_kiosk_may_ask_nothing_else(broker: PrivateBroker) -> None:
    """Each says something that is allowed in the end: nothing that was forbidden came before it."""
    center = broker.center.center
    asked = {
        "board-1": (("board-1", "print-ticket"),),
        "kiosk-1": (("web-1", "print-ticket"), ("kiosk-1", "restart"), ("kiosk-1", "print-ticket")),
    }
    heard: list[str] = []

    def until(session: Session, what: str, holds: Callable[[], bool]) -> None:
        deadline = monotonic() + 30
        while not holds():
            assert monotonic() < deadline, f"waited in vain for {what}"
            heard.extend(each.topic for each in session.receive(0.05) if isinstance(each, Message))

    with Session(broker.address("guest-technician"), "guest-technician", (f"luot/1/{center}/#",)) as watch:
        until(watch, "the broker", lambda: watch.connected)
        for account, asks in asked.items():
            with Session(broker.address(account), account, ()) as device:
                until(device, "the broker", lambda: device.connected)
                for asker, verb in asks:
                    topic = PEER_ASK.path(center, asker=asker, device="printer-1", verb=verb)
                    device.publish(topic, b"{}")
                last = STATUS.path(center, device=account)
                device.publish(last, b"done")
                until(watch, last, lambda: last in heard)  # noqa: B023
    assert [each for each in heard if PEER_ASK.match(each)] == [
        PEER_ASK.path(center, asker="kiosk-1", device="printer-1", verb="print-ticket")
    ]


def test_no_other_device_hears_what_a_kiosk_asks_of_it(broker: PrivateBroker) -> None:
    """A kiosk prints test pages too: for a technician, and not for another kiosk."""
    center = broker.center.center
    peer = PEER_ASK.path(center, asker="kiosk-1", device="guest-kiosk", verb="test-print")
    last = DEVICE_ASK.path(center, device="guest-kiosk", verb="test-print")
    with (
        Session(broker.address("guest-kiosk"), "guest-kiosk", (f"luot/1/{center}/#",)) as other,
        Session(broker.address("control-room"), "control-room", (peer,)) as technician,
        Session(broker.address("kiosk-1"), "kiosk-1", ()) as kiosk,
    ):
        for each in (other, technician, kiosk):
            hears(each, Connected)
        kiosk.publish(peer, b"{}")
        assert hears(technician, Message).topic == peer
        technician.publish(last, b"{}")
        assert hears(other, Message).topic == last


def hears(session: Session, kind: type[T]) -> T:
    """The next thing of that kind."""
    deadline = monotonic() + 30
    while (left := deadline - monotonic()) > 0:
        for each in session.receive(left):
            if isinstance(each, kind):
                return each
    raise AssertionError(f"waited in vain for {kind}")


def test_requests_of_long_ago_are_let_go_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("printer.jobs.KEPT", 3)
    jobs = Jobs(tmp_path, volatile=True)
    requests = [uuid4() for _ in range(5)]
    for each in requests:
        assert jobs.begin(each)
        jobs.end(each, "printed")
    assert [jobs.outcome(each) for each in requests] == [None, None, *["printed"] * 3]
    jobs.close()


def test_what_was_under_way_when_it_was_killed_is_not_begun_again(tmp_path: Path) -> None:
    done, open_ = uuid4(), uuid4()
    jobs = Jobs(tmp_path, volatile=True)
    assert jobs.begin(done)
    jobs.end(done, "printed")
    assert jobs.begin(open_)
    assert jobs.outcome(open_) is None
    jobs.close()
    again = Jobs(tmp_path, volatile=True)
    assert not again.begin(open_)
    assert (again.outcome(done), again.outcome(open_)) == ("printed", "unknown")
    again.close()


@pytest.mark.parametrize(
    ("role", "printer", "mistake"),
    [
        ("kiosk", 'device = "printer-1"\nhost = "192.168.1.9"', "connected by `host` already"),
        (
            "kiosk",
            'device = "printer-1"\nroll_m = 50',
            ":6: `printer.roll_m` is said where the printer itself",
        ),
        ("printer", 'device = "printer-2"', "for kiosks that print here"),
        ("printer", "", "does not say how it is connected"),
    ],
)
def test_settings_name_one_way_to_a_printer(role: str, printer: str, mistake: str, tmp_path: Path) -> None:
    file = tmp_path / "device.toml"
    file.write_text(f'role = "{role}"\ncenter = "tan-lap"\ndevice = "one"\n[printer]\n{printer}\n')
    with pytest.raises(SettingsError, match=mistake):
        load(file)

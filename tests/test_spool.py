"""The spool against the twin, over every wire: what is told of a job is what came out of the slot."""

import contextlib
import random
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import SimpleQueue
from threading import Thread
from typing import Any

import pytest

from config.settings import PrinterPort
from printer.encode import encode
from printer.profiles import PROFILES, Profile
from printer.simulated import CUTTER, SimulatedPrinter
from printer.spool import Done, Job, PrinterChanged, Spool
from printer.status import PrinterState
from printer.template import SHIPPED, load
from printer.ticket import Composed, compose
from tests.paper import CENTER, nearly_same, ticket

FAST = 2000.0  # mm/s: a ticket in 60 ms
SLOW = 5.0  # a ticket in half a minute: what is done in its middle is done in its middle

TICKET = load(SHIPPED / "ticket.toml")
EPSON = PROFILES["epson-tm-t20"]

Told = SimpleQueue[Done | PrinterChanged]


WIRES = ("network", "serial", "usb")


class Setup:
    """A printer on one of the wires, and spools for it."""

    def __init__(self, wire: str, folder: Path) -> None:
        self.wire = wire
        self.folder = folder

    def printer(self, mm_per_s: float = FAST, *, profile: Profile = EPSON) -> SimulatedPrinter:
        path = None if self.wire == "network" else self.folder / "line"
        return SimulatedPrinter(mm_per_s=mm_per_s, profile=profile, path=path)

    def settings(self, paper: SimulatedPrinter, **settings: Any) -> PrinterPort:
        settings = {"profile": "epson-tm-t20", **settings}
        match self.wire:
            case "network":
                return PrinterPort(host="127.0.0.1", port=paper.port, **settings)
            case "serial":
                return PrinterPort(serial=str(self.folder / "line"), **settings)
        return PrinterPort(usb=str(self.folder / "line"), **settings)

    def spool(
        self,
        paper: SimulatedPrinter,
        told: Told,
        answer_s: float = 30.0,
        print_s: float = 60.0,
        **settings: Any,
    ) -> Spool:
        port = self.settings(paper, **settings)
        return Spool(port, self.folder, told.put, answer_s=answer_s, print_s=print_s)


@pytest.fixture(params=WIRES)
def setup(request: pytest.FixtureRequest, tmp_path: Path) -> Setup:
    return Setup(request.param, tmp_path)


@pytest.fixture
def paper(setup: Setup) -> Iterator[SimulatedPrinter]:
    with setup.printer() as printer:
        yield printer


@pytest.fixture
def told() -> Told:
    return SimpleQueue()


@pytest.fixture(params=["epson-tm-t20", "xprinter-xp-80"])
def spool(
    request: pytest.FixtureRequest, setup: Setup, paper: SimulatedPrinter, told: Told
) -> Iterator[Spool]:
    """A spool that has found its printer ready."""
    with setup.spool(paper, told, profile=request.param) as spool:
        until(told, PrinterState.READY)
        yield spool


def job(label: str = "A012", *, again: bool = False) -> Job:
    return Job(label, encode(picture_of(label, again=again), EPSON), again=again)


def picture_of(label: str, *, again: bool = False) -> Composed:
    return compose(ticket(label=label), CENTER, "Hộ tịch", 576, TICKET, again=again)


def done(told: Told) -> Done:
    """The next outcome."""
    while True:
        fact = told.get(timeout=30)
        if isinstance(fact, Done):
            return fact


def until(told: Told, state: PrinterState) -> None:
    """Wait until this state is told."""
    while told.get(timeout=30) != PrinterChanged(state):
        pass


def eventually(condition: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 30
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.005)
    return condition()


@contextmanager
def impatient(spool: Spool) -> Iterator[None]:
    """It does not wait long for an answer, now that none is to come."""
    patience = spool._talk._answer_s
    spool._talk._answer_s = 0.3
    yield
    spool._talk._answer_s = patience


def shows(paper: SimulatedPrinter, index: int, label: str, *, again: bool = False) -> bool:
    """Whether that ticket is whole, dot for dot, and stands alone on its paper."""
    picture = picture_of(label, again=again).picture
    below = CUTTER + picture.height
    return nearly_same(paper.tickets[index].crop((0, CUTTER, picture.width, below)), picture)


def test_job_is_printed_once_it_is_on_paper(paper: SimulatedPrinter, spool: Spool, told: Told) -> None:
    spool.submit(job())
    assert done(told) == Done("A012", "printed", PrinterState.READY)
    assert len(paper.tickets) == 1
    assert shows(paper, 0, "A012")
    assert paper.errors == []


def test_jobs_come_out_in_order_each_on_its_own_paper(
    paper: SimulatedPrinter, spool: Spool, told: Told
) -> None:
    labels = ["A001", "A002", "A003"]
    for label in labels:
        spool.submit(job(label))
    assert [done(told).job for _ in labels] == labels
    assert all(shows(paper, index, label) for index, label in enumerate(labels))
    assert spool.health().frames == 3
    assert spool.health().errors == 0


def test_nothing_is_sent_to_a_printer_without_paper(
    paper: SimulatedPrinter, spool: Spool, told: Told
) -> None:
    paper.take_paper_out()
    until(told, PrinterState.PAPER_OUT)
    spool.submit(job())
    outcome = done(told)
    assert (outcome.outcome, outcome.state) == ("failed", PrinterState.PAPER_OUT)
    paper.load_paper()
    until(told, PrinterState.READY)
    spool.submit(job("A013"))
    assert done(told).outcome == "printed"
    assert len(paper.tickets) == 1
    assert shows(paper, 0, "A013")


def test_paper_that_ends_in_the_middle_is_unknown_and_the_held_ticket_comes_once(
    paper: SimulatedPrinter, spool: Spool, told: Told
) -> None:
    paper.take_paper_out(after_mm=40)
    until(told, PrinterState.PAPER_LOW)
    spool.submit(job())
    outcome = done(told)
    assert (outcome.outcome, outcome.state) == ("unknown", PrinterState.PAPER_OUT)
    assert paper.tickets == []
    paper.load_paper()
    until(told, PrinterState.READY)
    spool.submit(job("A013"))
    assert done(told) == Done("A013", "printed", PrinterState.READY)
    assert len(paper.tickets) == 2
    assert shows(paper, 0, "A012")
    assert shows(paper, 1, "A013")


def test_late_confirmation_of_a_held_job_does_not_confirm_the_next(setup: Setup, told: Told) -> None:
    with (
        setup.printer(200) as paper,
        setup.spool(paper, told) as spool,
    ):
        until(told, PrinterState.READY)
        paper.take_paper_out(after_mm=40)
        spool.submit(job())
        assert done(told).outcome == "unknown"
        following = job("A013")
        paper.load_paper(mm=120)  # enough for the rest of the first and half of the second
        until(told, PrinterState.PAPER_LOW)
        spool.submit(following)
        assert done(told).outcome == "unknown"
        assert len(paper.tickets) == 1


def test_cover_opened_in_the_middle_is_unknown(setup: Setup, told: Told) -> None:
    with (
        setup.printer(SLOW) as paper,
        setup.spool(paper, told) as spool,
    ):
        until(told, PrinterState.READY)
        spool.submit(job())
        assert eventually(lambda: paper.sheet().height > CUTTER)
        paper.open_cover()
        outcome = done(told)
        assert (outcome.outcome, outcome.state) == ("unknown", PrinterState.COVER_OPEN)


def test_plug_pulled_in_the_middle_is_unknown_and_the_next_ticket_stands_alone(
    setup: Setup, told: Told
) -> None:
    with (
        setup.printer(SLOW) as paper,
        setup.spool(paper, told) as spool,
    ):
        until(told, PrinterState.READY)
        spool.submit(job())
        assert eventually(lambda: paper.sheet().height > CUTTER)
        paper.unplug()
        outcome = done(told)
        assert (outcome.outcome, outcome.state) == ("unknown", PrinterState.SILENT)
        paper.mm_per_s = FAST
        paper.plug_in()
        until(told, PrinterState.READY)
        spool.submit(job("A013"))
        assert done(told).outcome == "printed"
        assert len(paper.tickets) == 2  # the torn piece, cut off, and the whole ticket
        assert shows(paper, 1, "A013")


def test_refused_connection_fails_and_the_next_job_prints(
    paper: SimulatedPrinter, spool: Spool, told: Told
) -> None:
    paper.unplug()
    until(told, PrinterState.SILENT)
    spool.submit(job())
    outcome = done(told)
    assert (outcome.outcome, outcome.state) == ("failed", PrinterState.SILENT)
    assert "cannot be reached" in spool.last_error
    paper.plug_in()
    until(told, PrinterState.READY)
    spool.submit(job("A013"))
    assert done(told).outcome == "printed"
    assert spool.last_error == ""


def test_connection_closed_while_idle_loses_no_job(paper: SimulatedPrinter, spool: Spool, told: Told) -> None:
    paper.drop_connections()
    assert eventually(lambda: not paper._drop)
    spool.submit(job())
    assert done(told).outcome == "printed"
    assert len(paper.tickets) == 1


@pytest.mark.parametrize("model", ["epson-tm-t20", "xprinter-xp-80"])
def test_printer_that_answers_nothing_fails_in_bounded_time(
    setup: Setup, paper: SimulatedPrinter, told: Told, model: str
) -> None:
    with setup.spool(paper, told, answer_s=0.3, profile=model) as spool:
        until(told, PrinterState.READY)
        paper.answers = False
        spool.submit(job())
        assert done(told).outcome == "failed"
        assert paper.tickets == []


def test_printer_that_stops_answering_in_the_middle_is_unknown_in_bounded_time(
    setup: Setup, told: Told
) -> None:
    with (
        setup.printer(SLOW) as paper,
        setup.spool(paper, told) as spool,
    ):
        until(told, PrinterState.READY)
        spool.submit(job())
        assert eventually(lambda: paper.sheet().height > CUTTER)
        paper.answers = False
        with impatient(spool):
            outcome = done(told)
        assert (outcome.outcome, outcome.state) == ("unknown", PrinterState.SILENT)


def test_one_way_printer_ends_sent(setup: Setup, paper: SimulatedPrinter, told: Told) -> None:
    paper.answers = False
    with setup.spool(paper, told, status="none") as spool:
        for label in ("A012", "A013"):
            spool.submit(job(label))
            assert done(told) == Done(label, "sent", PrinterState.READY)
        assert eventually(lambda: len(paper.tickets) == 2)
        paper.unplug()
        assert eventually(lambda: not paper.there)
        spool.submit(job("A014"))
        assert done(told).outcome == "failed"
        paper.plug_in()
        until(told, PrinterState.READY)


def test_low_paper_is_told_and_prints(paper: SimulatedPrinter, spool: Spool, told: Told) -> None:
    paper.load_paper(mm=1500)
    until(told, PrinterState.PAPER_LOW)
    spool.submit(job())
    assert done(told) == Done("A012", "printed", PrinterState.PAPER_LOW)


def test_leaving_in_the_middle_tells_of_every_job(setup: Setup, told: Told) -> None:
    with setup.printer(SLOW) as paper:
        began = time.monotonic()
        with setup.spool(paper, told) as spool:
            until(told, PrinterState.READY)
            spool.submit(job())
            spool.submit(job("A013"))
            assert eventually(lambda: paper.sheet().height > CUTTER)
        assert [(each.job, each.outcome) for each in (done(told), done(told))] == [
            ("A012", "unknown"),
            ("A013", "failed"),
        ]
        assert time.monotonic() - began < 20


def test_cable_out_in_the_middle_is_unknown_and_the_next_ticket_stands_alone(
    setup: Setup, told: Told
) -> None:
    with setup.printer(SLOW) as paper, setup.spool(paper, told) as spool:
        until(told, PrinterState.READY)
        spool.submit(job())
        assert eventually(lambda: paper.sheet().height > CUTTER)
        paper.pull_cable()
        with impatient(spool):
            outcome = done(told)
        assert (outcome.outcome, outcome.state) == ("unknown", PrinterState.SILENT)
        paper.mm_per_s = FAST
        paper.put_cable_in()
        until(told, PrinterState.READY)
        spool.submit(job("A013"))
        assert done(told).outcome == "printed"
        assert shows(paper, -1, "A013")
        assert sum(shows(paper, index, "A012") for index in range(len(paper.tickets))) <= 1


@pytest.mark.parametrize("model", ["epson-tm-t20", "xprinter-xp-80"])
def test_killed_process_is_unknown_and_the_next_ticket_stands_alone(
    setup: Setup, told: Told, model: str
) -> None:
    """It leaves the job's name on disk, half of its bytes in the printer, and a query without its answer."""
    with setup.printer() as paper:
        paper.take_paper_out(after_mm=40)
        with setup.spool(paper, told, profile=model) as spool:
            until(told, PrinterState.PAPER_LOW)
            spool.submit(job())
            assert done(told).outcome == "unknown"
        paper.load_paper()
        with setup.spool(paper, told, profile=model) as spool:
            assert (told.get(timeout=30)) == Done(
                "A012", "unknown", PrinterState.SILENT, "the process was ended in the middle of it"
            )
            until(told, PrinterState.READY)
            spool.submit(job("A013"))
            assert done(told).outcome == "printed"
            assert shows(paper, -1, "A013")
            assert sum(shows(paper, index, "A012") for index in range(len(paper.tickets))) <= 1
        with setup.spool(paper, told, profile=model):
            until(told, PrinterState.READY)  # nothing is left to tell of


def test_reprint_clears_what_the_printer_holds_and_is_marked(setup: Setup, told: Told) -> None:
    with setup.printer() as paper, setup.spool(paper, told) as spool:
        until(told, PrinterState.READY)
        paper.take_paper_out(after_mm=40)
        spool.submit(job())
        assert done(told).outcome == "unknown"
        spool.submit(job(again=True))
        assert done(told).outcome == "failed"  # there is no paper yet, and nothing is held any more
        paper.load_paper()
        until(told, PrinterState.READY)
        spool.submit(job(again=True))
        assert done(told).outcome == "printed"
        assert shows(paper, -1, "A012", again=True)
        assert not any(shows(paper, index, "A012") for index in range(len(paper.tickets)))


def test_reprint_of_a_ticket_that_came_out_wastes_no_paper(setup: Setup, told: Told) -> None:
    with setup.printer() as paper, setup.spool(paper, told) as spool:
        until(told, PrinterState.READY)
        for again in (False, True):
            spool.submit(job(again=again))
            assert done(told).outcome == "printed"
        assert len(paper.tickets) == 2
        assert shows(paper, 1, "A012", again=True)


def test_full_disk_prints_nothing(paper: SimulatedPrinter, setup: Setup, told: Told) -> None:
    (setup.folder / "printing").mkdir()  # no file of that name can be written
    with setup.spool(paper, told) as spool:
        until(told, PrinterState.READY)
        spool.submit(job())
        assert done(told).outcome == "failed"
        assert paper.tickets == []


@pytest.mark.parametrize("model", ["epson-tm-t20", "xprinter-xp-80"])
def test_printer_that_talks_nonsense_without_end_hangs_nothing(
    tmp_path: Path, told: Told, model: str
) -> None:
    dice = random.Random(1)
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def babble() -> None:
            with contextlib.suppress(OSError):
                while connection := listener.accept()[0]:
                    with connection, contextlib.suppress(OSError):
                        while connection.send(dice.randbytes(50)):
                            connection.setblocking(False)
                            with contextlib.suppress(BlockingIOError):
                                connection.recv(65536)
                            time.sleep(0.001)

        Thread(target=babble, daemon=True).start()
        port = PrinterPort(host="127.0.0.1", port=listener.getsockname()[1], profile=model)  # type: ignore[arg-type]
        began = time.monotonic()
        with Spool(port, tmp_path, told.put, answer_s=0.2, print_s=0.5) as spool:
            for label in ("A001", "A002", "A003"):
                spool.submit(job(label))
                outcome = done(told)
                assert outcome.job == label
                assert model == "xprinter-xp-80" or outcome.outcome in ("failed", "unknown")
        assert time.monotonic() - began < 60
        listener.shutdown(socket.SHUT_RDWR)

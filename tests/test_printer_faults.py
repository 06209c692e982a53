"""The fault matrix on printers that say less: what is told of a ticket fits what is on the paper."""

from collections.abc import Callable
from pathlib import Path
from queue import SimpleQueue

import pytest

from config.settings import PrinterPort
from printer.encode import encode
from printer.profiles import profile_of
from printer.simulated import CUTTER, SimulatedPrinter
from printer.spool import Done, Job, PrinterChanged, Spool
from printer.template import SHIPPED, load
from printer.ticket import compose
from tests.paper import CENTER, ticket
from tests.test_spool import done, eventually

Told = SimpleQueue[Done | PrinterChanged]
Fault = Callable[[SimulatedPrinter], None]

SHORT = load(SHIPPED / "short.toml")
MM_PER_S = 500.0

# Each on the wire that such a printer is likely to have.
PRINTERS = {
    "58 mm, one-way, on USB": ("usb", {"profile": "generic-58"}),
    "80 mm, one-way, on a serial line": ("serial", {"profile": "generic-80", "status": "none"}),
    "80 mm, one-way, on the network": ("host", {"profile": "xprinter-xp-80", "status": "none"}),
    "presenter, on the network": ("host", {"profile": "presenter"}),
}


def nothing(_paper: SimulatedPrinter) -> None:
    pass


# What happens before a ticket, in its middle, and how it is mended.
FAULTS: dict[str, tuple[Fault, Fault, Fault]] = {
    "no paper before it": (SimulatedPrinter.take_paper_out, nothing, SimulatedPrinter.load_paper),
    "paper ends in it": (
        lambda paper: paper.take_paper_out(after_mm=40),
        nothing,
        SimulatedPrinter.load_paper,
    ),
    "cover": (nothing, SimulatedPrinter.open_cover, SimulatedPrinter.close_cover),
    "power": (nothing, SimulatedPrinter.unplug, SimulatedPrinter.plug_in),
    "cable": (nothing, SimulatedPrinter.pull_cable, SimulatedPrinter.put_cable_in),
}


@pytest.mark.parametrize(
    ("printer", "fault"),
    [
        *((printer, fault) for printer in PRINTERS if "one-way" in printer for fault in FAULTS),
        ("presenter, on the network", "paper ends in it"),  # asked and answering, as others in `test_spool`
        ("presenter, on the network", "power"),
    ],
)
def test_what_is_told_of_a_ticket_fits_the_paper(printer: str, fault: str, tmp_path: Path) -> None:
    way, settings = PRINTERS[printer]
    before, during, mend = FAULTS[fault]
    gone = fault == "power" or (fault == "cable" and way != "host")  # a network's cable is nobody's business
    line = tmp_path / "line"
    told: Told = SimpleQueue()
    profile = profile_of(PrinterPort(**settings))  # type: ignore[arg-type]
    with SimulatedPrinter(profile=profile, mm_per_s=MM_PER_S, path=None if way == "host" else line) as paper:
        where = {"host": "127.0.0.1", "port": paper.port} if way == "host" else {way: str(line)}
        port = PrinterPort(**settings, **where)  # type: ignore[arg-type]

        def send(spool: Spool, label: str) -> None:
            composed = compose(ticket(label=label), CENTER, "Hộ tịch", profile.width, SHORT)
            spool.submit(Job(label, encode(composed, profile)))

        def printed(label: str) -> int:
            """How often that ticket is on the paper, whole."""
            composed = compose(ticket(label=label), CENTER, "Hộ tịch", profile.width, SHORT)
            way = b"".join(each.tobytes() for each in (*paper.tickets, paper.sheet()))
            return way.count(composed.picture.tobytes())

        with Spool(port, tmp_path, told.put, answer_s=30.0, print_s=60.0) as spool:
            assert eventually(lambda: spool.state.can_print)
            before(paper)
            send(spool, "A012")
            if during is not nothing:
                assert eventually(lambda: paper.sheet().height > CUTTER + 100 or bool(paper.tickets))
                during(paper)
                assert eventually(lambda: paper.there is not gone)
            first = done(told)
            mend(paper)
            assert eventually(lambda: paper.there)
            assert eventually(lambda: spool.state.can_print)
            send(spool, "A013")
            second = done(told)
            assert second.came_out
            assert eventually(lambda: printed("A013") == 1)
        assert printed("A012") <= 1
        assert first.outcome != "printed" or printed("A012") == 1
        assert first.outcome != "failed" or printed("A012") == 0
        assert paper.errors == []

"""The printer's twin, spoken to in bare bytes, as the real ones were."""

import socket
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from queue import SimpleQueue

import pytest
from PIL import Image

from printer.profiles import PROFILES
from printer.simulated import CUTTER, SimulatedPrinter

ASK_ALL = bytes.fromhex("100401 100402 100403 100404")
IN_ORDER = b"\x1dr\x01"


@pytest.fixture
def printer() -> Iterator[SimulatedPrinter]:
    with SimulatedPrinter(mm_per_s=2000) as printer:
        yield printer


@pytest.fixture
def line(printer: SimulatedPrinter) -> Iterator[socket.socket]:
    with closing(socket.create_connection(("127.0.0.1", printer.port), 30)) as line:
        yield line


def hear(line: socket.socket, count: int) -> str:
    heard = b""
    while len(heard) < count:
        heard += line.recv(count - len(heard))
    return heard.hex(" ")


def test_status_is_what_real_printers_answer(printer: SimulatedPrinter, line: socket.socket) -> None:
    line.sendall(ASK_ALL)
    assert hear(line, 4) == "12 12 12 12"
    printer.open_cover()
    line.sendall(ASK_ALL)
    assert hear(line, 4) == "1a 16 12 12"
    printer.close_cover()
    printer.load_paper(mm=100)
    line.sendall(ASK_ALL)
    assert hear(line, 4) == "12 12 12 1e"
    printer.take_paper_out()
    line.sendall(ASK_ALL)
    assert hear(line, 4) == "1a 32 12 7e"


def test_question_in_two_pieces_is_answered_once(line: socket.socket) -> None:
    line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    line.sendall(b"\x10")
    line.sendall(b"\x04\x01")
    line.sendall(IN_ORDER)
    assert hear(line, 2) == "12 00"


def test_changes_are_told_once_to_who_asked(printer: SimulatedPrinter, line: socket.socket) -> None:
    line.sendall(b"\x1da\xff")
    assert hear(line, 4) == "10 00 00 0f"
    printer.take_paper_out()
    assert hear(line, 4) == "18 00 0f 0f"
    printer.load_paper()
    assert hear(line, 4) == "10 00 00 0f"


def test_query_in_order_waits_for_the_paper(printer: SimulatedPrinter, line: socket.socket) -> None:
    printer.take_paper_out()
    line.sendall(ASK_ALL)
    assert hear(line, 4) == "1a 32 12 7e"
    line.sendall(b"A ticket\n\x1dV\x01" + IN_ORDER + ASK_ALL)
    assert hear(line, 4) == "1a 32 12 7e"  # in real time, past the query that waits
    assert printer.tickets == []
    printer.load_paper()
    assert hear(line, 1) == "00"
    assert len(printer.tickets) == 1


def test_unknown_commands_are_complained_of_and_do_not_stop_it(
    printer: SimulatedPrinter, line: socket.socket
) -> None:
    line.sendall(b"\x1b\x7f\x1d(L\x02\x0002A ticket\n\x1dV\x01" + IN_ORDER)
    assert hear(line, 1) == "00"
    assert printer.errors == ["unknown command 1b 7f", "unknown command 1d 28 4c 30 32"]
    assert len(printer.tickets) == 1


def test_tickets_are_kept_told_and_saved(tmp_path: Path) -> None:
    told: SimpleQueue[Image.Image] = SimpleQueue()
    with (
        SimulatedPrinter(
            profile=PROFILES["generic-58"], mm_per_s=2000, folder=tmp_path, on_ticket=told.put
        ) as printer,
        closing(socket.create_connection(("127.0.0.1", printer.port), 30)) as line,
    ):
        line.sendall(b"A ticket\n\x1dV\x01")
        ticket = told.get(timeout=30)
    assert printer.tickets == [ticket]
    assert ticket.width == 384
    with Image.open(tmp_path / "001.png") as saved:
        assert saved.size == ticket.size


def test_paper_comes_at_the_printers_speed() -> None:
    with (
        SimulatedPrinter(mm_per_s=100) as printer,
        closing(socket.create_connection(("127.0.0.1", printer.port), 30)) as line,
    ):
        began = time.monotonic()
        line.sendall(b"\x1bJ\xf0" + IN_ORDER)  # 30 mm
        assert hear(line, 1) == "00"
        assert time.monotonic() - began > 0.25


def test_roll_that_ends_prints_not_a_dot_more(printer: SimulatedPrinter, line: socket.socket) -> None:
    printer.take_paper_out(after_mm=10)
    line.sendall(b"\x1da\xff")
    assert hear(line, 4) == "10 00 03 0f"
    line.sendall(b"\x1bJ\xf0")  # 30 mm
    assert hear(line, 4) == "18 00 0f 0f"
    assert printer.sheet().height == CUTTER + 80


def test_end_may_find_the_thread_ended_already() -> None:
    with SimulatedPrinter() as printer:
        printer._stopping = True  # as it is between the two steps of the end, for a thread that just wakes
        printer.load_paper()
        printer._thread.join()

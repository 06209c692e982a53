"""A scanner on a real pty: every whole line once, whatever comes between, and nothing personal in a log."""

import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from queue import SimpleQueue
from random import Random

import pytest
import serial

from scanner.code import AppointmentCode, Code, IdentityCard, Unknown
from scanner.lines import MOST_BYTES
from scanner.port import Scanned, Scanner, ScannerChanged
from scanner.simulated import SimulatedScanner
from tests.inbox import take_until
from tests.test_scanner_codes import AN, CARD

ONE, OTHER = AppointmentCode("HEN01"), AppointmentCode("HEN02")


class Kiosk:
    """Hears what the scanner tells, and waits for what is to come."""

    def __init__(self, scanner: Scanner, inbox: SimpleQueue[object]) -> None:
        self.scanner = scanner
        self.inbox = inbox
        self.codes: list[Code] = []
        self.states: list[str] = []

    def expect(self, what: str, holds: Callable[[], bool]) -> None:
        take_until(self.inbox, self._take, what, holds)

    def _take(self, news: object) -> None:
        match news:
            case Scanned(code):
                self.codes.append(code)
            case ScannerChanged(state):
                self.states.append(state)
            case _:
                raise AssertionError(news)

    def expect_codes(self, *codes: Code) -> None:
        self.expect("the codes", lambda: len(self.codes) >= len(codes))
        assert tuple(self.codes) == codes
        self.codes.clear()


@pytest.fixture
def twin(tmp_path: Path) -> Iterator[SimulatedScanner]:
    with SimulatedScanner(tmp_path / "scanner") as twin:
        yield twin


@pytest.fixture
def kiosk(twin: SimulatedScanner) -> Iterator[Kiosk]:
    inbox: SimpleQueue[object] = SimpleQueue()
    with Scanner(str(twin.path), inbox.put) as scanner:
        kiosk = Kiosk(scanner, inbox)
        kiosk.expect("the scanner", lambda: kiosk.states == ["ready"])
        yield kiosk


def test_what_is_scanned_is_told_once_split_or_glued(kiosk: Kiosk, twin: SimulatedScanner) -> None:
    twin.scan("HEN01")
    kiosk.expect_codes(ONE)
    for byte in b"HEN01\r\n":
        twin.write(bytes((byte,)))
    kiosk.expect_codes(ONE)
    twin.write(b"HEN01\r\nHEN02\r" + CARD.encode() + b"\r")
    kiosk.expect_codes(ONE, OTHER, AN)
    assert (kiosk.scanner.scans, kiosk.scanner.faults) == (5, 0)


@pytest.mark.parametrize(
    "bad",
    [
        b"x" * 3 * MOST_BYTES + b"\r",
        bytes(Random(5).randrange(256) for _ in range(300)).replace(b"\r", b"?").replace(b"\n", b"?") + b"\r",
        CARD.encode("utf-16") + b"\r",
        b"\x00\xff\x03\r",
    ],
    ids=["too long", "garbled", "of another encoding", "control bytes"],
)
def test_a_bad_line_costs_no_good_one(kiosk: Kiosk, twin: SimulatedScanner, bad: bytes) -> None:
    twin.write(b"HEN01\r" + bad + b"HEN02\r")
    kiosk.expect("the good ones", lambda: OTHER in kiosk.codes)
    assert kiosk.codes[0] == ONE
    assert set(kiosk.codes) <= {ONE, OTHER, Unknown(), Unknown(garbled=True)}
    kiosk.expect("the fault to be counted", lambda: kiosk.scanner.faults >= 1)


def test_a_scanner_that_is_pulled_out_within_a_line_is_found_again(
    kiosk: Kiosk, twin: SimulatedScanner
) -> None:
    twin.write(b"HEN")
    twin.vanish()
    kiosk.expect("its loss", lambda: kiosk.states[-1] == "absent")
    twin.scan("HEN01")  # nobody hears it
    twin.return_()
    kiosk.expect("the scanner", lambda: kiosk.states[-1] == "ready")
    twin.scan("HEN02")
    kiosk.expect_codes(OTHER)


def test_nobody_else_can_open_its_port(kiosk: Kiosk, twin: SimulatedScanner) -> None:
    with pytest.raises(serial.SerialException, match="lock"):
        serial.Serial(str(twin.path), exclusive=True)


def test_nothing_personal_is_logged(
    kiosk: Kiosk, twin: SimulatedScanner, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    twin.scan(CARD)
    twin.scan(CARD.replace("Nam", "?"))
    twin.scan("001099012345")
    kiosk.expect_codes(AN, Unknown(), Unknown())
    assert f"kind={IdentityCard.__name__}" in caplog.text
    for each in CARD.split("|"):
        assert each not in caplog.text


def test_an_error_of_ours_reaches_the_loop_and_is_not_lost_with_the_thread(twin: SimulatedScanner) -> None:
    told: SimpleQueue[object] = SimpleQueue()

    def tell(news: object) -> None:
        told.put(news)
        if isinstance(news, ScannerChanged):
            raise KeyError("a mistake")

    with Scanner(str(twin.path), tell):
        assert told.get(timeout=30) == ScannerChanged("ready")
        assert isinstance(told.get(timeout=30), KeyError)

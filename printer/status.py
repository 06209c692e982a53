"""What an ESC/POS printer says about itself: bytes in, a `PrinterState` out.

Three kinds of answers share the wire and are told apart by their fixed bits (Epson's ESC/POS reference):

=========  =====================  =======  ====================================================
answer     asked by               length   fixed bits
=========  =====================  =======  ====================================================
real-time  `DLE EOT n`            1 byte   `& 93h = 12h`
in order   `GS r 1`               1 byte   `& 90h = 00h`
automatic  `GS a n` (ASB), at     4 bytes  first `& 93h = 10h`, the next three `& 90h = 00h`
           each change of state
=========  =====================  =======  ====================================================

No answer is never read as "plenty of paper": what was not said is not known.
"""

from dataclasses import dataclass
from enum import StrEnum


class PrinterState(StrEnum):
    """A word for people, and whether a ticket can be printed now."""

    READY = "ready"
    PAPER_LOW = "paper-low"
    PAPER_OUT = "paper-out"
    COVER_OPEN = "cover-open"
    ERROR = "error"  # a jammed cutter, an overheated head: a person has to look
    OFFLINE = "offline"  # it says that it does not print now, and not why
    SILENT = "silent"  # not there, or it does not answer

    @property
    def can_print(self) -> bool:
        return self in (PrinterState.READY, PrinterState.PAPER_LOW)


# DLE EOT 1 to 4: printer, reason for being offline, error, paper.
ASK_STATE = (b"\x10\x04\x01", b"\x10\x04\x02", b"\x10\x04\x03", b"\x10\x04\x04")
ASK_IN_ORDER = b"\x1dr\x01"  # GS r 1: answered when everything sent before it is printed
TELL_CHANGES = b"\x1da\xff"  # GS a: automatic status of everything it can tell


@dataclass(frozen=True)
class RealTime:
    """One byte in answer to `DLE EOT n`; it does not say which `n`."""

    byte: int


@dataclass(frozen=True)
class InOrder:
    """The answer to `GS r 1`: everything before it is on paper."""


@dataclass(frozen=True)
class Automatic:
    """The four bytes of an automatic status."""

    block: bytes


Answer = RealTime | InOrder | Automatic


class AnswerReader:
    """Cuts what a printer sends into answers, however it was split on its way."""

    def __init__(self) -> None:
        self.noise = 0  # bytes that fit no answer
        self._block = b""

    def feed(self, data: bytes) -> list[Answer]:
        answers: list[Answer] = []
        for byte in data:
            if self._block and byte & 0x90 == 0:
                self._block += bytes([byte])
                if len(self._block) == 4:
                    answers.append(Automatic(self._block))
                    self._block = b""
            elif byte & 0x93 == 0x12:  # sent in real time, so it may stand in the middle of a block
                answers.append(RealTime(byte))
            elif byte & 0x93 == 0x10:
                self.noise += len(self._block)
                self._block = bytes([byte])
            elif byte & 0x90 == 0:
                answers.append(InOrder())
            else:
                self.noise += 1
        return answers


def state_of_answers(printer: int, offline: int, error: int, paper: int) -> PrinterState:
    """The state by the answers to `DLE EOT` 1, 2, 3 and 4."""
    return _state(
        paper_out=paper & 0x60 != 0 or offline & 0x20 != 0,
        cover_open=offline & 0x04 != 0,
        error=offline & 0x40 != 0 or error & 0x6C != 0,
        offline=printer & 0x08 != 0,
        paper_low=paper & 0x0C != 0,
    )


def state_of_block(block: bytes) -> PrinterState:
    """The state by the four bytes of an automatic status."""
    printer, error, paper, _ = block
    return _state(
        paper_out=paper & 0x0C != 0,
        cover_open=printer & 0x20 != 0,
        error=error & 0x6C != 0,
        offline=printer & 0x08 != 0,
        paper_low=paper & 0x03 != 0,
    )


def _state(*, paper_out: bool, cover_open: bool, error: bool, offline: bool, paper_low: bool) -> PrinterState:
    """What a person has to do first: an open cover hides the paper from its sensor, so it comes before."""
    if cover_open:
        return PrinterState.COVER_OPEN
    if paper_out:
        return PrinterState.PAPER_OUT
    if error:
        return PrinterState.ERROR
    if offline:
        return PrinterState.OFFLINE
    return PrinterState.PAPER_LOW if paper_low else PrinterState.READY

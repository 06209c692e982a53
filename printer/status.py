"""What an ESC/POS printer says about itself: bytes in, answers out, and the `PrinterState` that they mean.

Four kinds of answers share the wire and are told apart by their fixed bits (Epson's ESC/POS reference):

=========  =====================  =======  ====================================================
answer     asked by               length   fixed bits
=========  =====================  =======  ====================================================
real-time  `DLE EOT n`            1 byte   `& 93h = 12h`
in order   `GS r 1`               1 byte   `& 90h = 00h`
automatic  `GS a n` (ASB), at     4 bytes  first `& 93h = 10h`, the next three `& 90h = 00h`
           each change of state
response   `GS ( H`, `DLE DC4 8`  7 or 3   `37h 22h` and a job's mark, or `37h 25h`; at its end `00h`
=========  =====================  =======  ====================================================

The letters of a mark are chosen so that they have none of the fixed bits. No answer is never read as "plenty
of paper": what was not said is not known.
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
FORGET = b"\x10\x14\x08\x01\x03\x14\x01\x06\x02\x08"  # DLE DC4 8: what is not printed yet, at once


@dataclass(frozen=True)
class RealTime:
    """One byte in answer to `DLE EOT n`; it does not say which `n`."""

    byte: int


@dataclass(frozen=True)
class InOrder:
    """The answer to `GS r 1`: all before it was carried out, and this is what the paper's sensor saw."""

    byte: int

    @property
    def paper(self) -> bool:
        return self.byte & 0x0C == 0


@dataclass(frozen=True)
class Completed:
    """The answer to `GS ( H`: everything before this mark is on paper."""

    mark: bytes


@dataclass(frozen=True)
class Forgot:
    """The answer to `DLE DC4 8`: nothing that was sent before will be printed."""


@dataclass(frozen=True)
class Automatic:
    """The four bytes of an automatic status."""

    block: bytes


Answer = RealTime | InOrder | Completed | Forgot | Automatic


def mark(number: int) -> bytes:
    """Four letters for a job, of `@` to `O`."""
    return bytes(0x40 | number >> shift & 0x0F for shift in (12, 8, 4, 0))


def ask_when_completed(mark: bytes) -> bytes:
    """`GS ( H` function 48: say this mark when everything before it is on paper."""
    return b"\x1d(H\x06\x0000" + mark


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
                if len(self._block) == self._length():
                    answers += self._whole(self._block)
                    self._block = b""
            elif byte & 0x93 == 0x12:  # sent in real time, so it may stand in the middle of a block
                answers.append(RealTime(byte))
            elif byte & 0x93 == 0x10 or byte == 0x37:
                self.noise += len(self._block)
                self._block = bytes([byte])
            elif byte & 0x90 == 0:
                answers.append(InOrder(byte))
            else:
                self.noise += 1
        return answers

    def _length(self) -> int:
        """Of the block that has begun."""
        if self._block[0] != 0x37:
            return 4
        return {0x22: 7, 0x25: 3}.get(self._block[1], 2)

    def _whole(self, block: bytes) -> list[Answer]:
        if block[0] != 0x37:
            return [Automatic(block)]
        if len(block) == 7 and block[-1] == 0:
            return [Completed(block[2:6])]
        if len(block) == 3 and block[-1] == 0:
            return [Forgot()]
        self.noise += len(block)
        return []


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


def state_of_usb(byte: int) -> PrinterState:
    """The state by a USB port's status (`LPGETSTATUS`): paper, selected, no fault, as on parallel ports."""
    return _state(
        paper_out=byte & 0x20 != 0,
        cover_open=False,
        error=byte & 0x08 == 0,
        offline=byte & 0x10 == 0,
        paper_low=False,
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

"""A scanner on a serial port, as USB-COM scanners are, and the thread that alone reads it.

Whatever happens to the port (pulled out in the middle of a line, held by another program) ends in the same
way: it is closed, and opened again under the same path as soon as that is possible. What was scanned
meanwhile is gone: nobody stands there any more who waits for it.
"""

import logging
import os
import termios
from collections.abc import Callable
from dataclasses import dataclass
from select import select
from threading import Thread

from serial import Serial

from config.clock import Clock
from scanner.code import Code, Unknown, read
from scanner.lines import Lines

log = logging.getLogger(__name__)

BAUD = 9600  # of a scanner on a real serial port; by USB it means nothing
REOPEN_S = 0.5
CHUNK = 1024

# pyserial's own are OSErrors; a port that vanishes can raise the other.
PORT_ERRORS = (OSError, termios.error)


@dataclass(frozen=True)
class Scanned:
    """Something was scanned."""

    code: Code


@dataclass(frozen=True)
class ScannerChanged:
    """It came or went."""

    state: str


class Scanner:
    """Reads from `with` to its end.

    `tell` gets every `Scanned` and `ScannerChanged`, on the scanner's thread, and an exception that ends it.
    """

    def __init__(self, path: str, tell: Callable[[object], None], *, clock: Clock | None = None) -> None:
        self.state = "absent"  # or "ready"
        self.scans = 0
        self.faults = 0  # lines that were too long, not ended, or no UTF-8
        self.trouble = ""  # why it is absent
        self._path = path
        self._tell = tell
        self._clock = clock or Clock()
        self._bell = os.eventfd(0, os.EFD_CLOEXEC)  # rung once: it is over
        self._thread = Thread(target=self._run, name=f"scanner {path}", daemon=True)

    def __enter__(self) -> "Scanner":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        os.eventfd_write(self._bell, 1)
        self._thread.join()
        os.close(self._bell)

    def __repr__(self) -> str:
        return f"<Scanner {self._path} {self.state}>"

    # The thread

    def _run(self) -> None:
        try:
            while not select([self._bell], [], [], 0)[0]:
                self._use()
        except Exception as error:
            self._tell(error)  # it is the process's: the loop raises it

    def _use(self) -> None:
        """Read for as long as it is there, or wait a moment for it."""
        try:
            with Serial(self._path, BAUD, timeout=0, exclusive=True) as port:
                log.info("the scanner is there port=%s", self._path)
                self.trouble = ""
                self._turn("ready")
                self._read(port.fileno())
        except PORT_ERRORS as error:
            self._turn("absent")
            if str(error) != self.trouble:  # said once
                self.trouble = str(error)
                log.warning("the scanner cannot be used port=%s error=%s", self._path, error)
            select([self._bell], [], [], REOPEN_S)

    def _read(self, port: int) -> None:
        lines = Lines()
        while True:
            ready, _, _ = select([self._bell, port], [], [])
            if self._bell in ready:
                return
            data = os.read(port, CHUNK)
            if not data:
                raise OSError("the port has gone")
            before = lines.faults
            for line in lines.feed(data, self._clock.monotonic()):
                self._scanned(read(line))
            self.faults += lines.faults - before

    def _scanned(self, code: Code) -> None:
        self.scans += 1
        self.faults += code == Unknown(garbled=True)
        log.info("something was scanned kind=%s", type(code).__name__)
        self._tell(Scanned(code))

    def _turn(self, state: str) -> None:
        if state != self.state:
            self.state = state
            self._tell(ScannerChanged(state))

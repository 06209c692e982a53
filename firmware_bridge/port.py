"""A serial port and the thread that alone talks on it; what is said there its master decides.

Whatever happens to the port (an adapter pulled out in the middle of a byte, a line that takes nothing more)
ends in the same way: it is closed, and opened again under the same path as soon as that is possible.
"""

import errno
import logging
import os
import termios
from collections.abc import Callable
from queue import SimpleQueue
from select import select
from threading import Thread
from typing import Protocol

from serial import PARITY_NONE, Serial

from config.clock import Clock
from firmware_bridge.mailbox import Mailbox

log = logging.getLogger(__name__)

REOPEN_S = 0.5
CHUNK = 256  # bytes read at once, many frames

# pyserial's own are OSErrors; a port that vanishes can raise the other.
PORT_ERRORS = (OSError, termios.error)
TROUBLES = {
    errno.ENOENT: "it is not plugged in",
    errno.EACCES: "the user luot may not use it: sudo usermod --append --groups dialout luot",
}


class Master(Protocol):
    """The rules of a talk: bytes and times in, bytes out. Only the port's thread calls these."""

    @property
    def baud(self) -> int:
        """The speed of what `send` gave last."""

    def attach(self) -> None:
        """The port is open: everybody on it is a stranger."""

    def detach(self, why: str) -> None:
        """The port is gone, or still not there."""

    def wake(self) -> float:
        """When `send` is wanted next, should nothing come before."""

    def send(self, now: float) -> bytes:
        """What to put on the line now, perhaps nothing."""

    def receive(self, data: bytes, now: float) -> None:
        """Bytes came from the line."""


class Port:
    """Keeps its master talking for as long as it is open.

    An exception that ends the thread is put into `inbox`.
    """

    def __init__(
        self,
        path: str,
        master: Master,
        inbox: SimpleQueue[object],
        *,
        parity: str = PARITY_NONE,
        clock: Clock | None = None,
    ) -> None:
        self._path = path
        self._parity = parity
        self._master = master
        self._inbox = inbox
        self._clock = clock or Clock()
        self._mailbox = Mailbox()
        self._trouble = ""  # said last, so as not to say it again
        self._closing = False
        self._thread = Thread(target=self._run, name=f"port {path}", daemon=True)

    def __enter__(self) -> "Port":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.do(self._close)
        self._thread.join()
        self._mailbox.close()

    def do(self, work: Callable[[], object]) -> None:
        """Have this done by the thread, between two bytes."""
        self._mailbox.put(work)

    # The thread

    def _close(self) -> None:
        self._closing = True

    def _run(self) -> None:
        try:
            while not self._closing:
                self._use()
        except Exception as error:
            self._inbox.put(error)  # it is the process's: the loop raises it

    def _use(self) -> None:
        """Talk for as long as the port is there, or wait a moment for it."""
        try:
            with Serial(
                self._path, self._master.baud, parity=self._parity, timeout=0, exclusive=True
            ) as serial:
                log.info("the line is there port=%s", self._path)
                self._trouble = ""
                self._master.attach()
                self._talk(serial)
        except PORT_ERRORS as error:
            why = TROUBLES.get(getattr(error, "errno", None) or 0, str(error))
            self._master.detach(why)
            if why != self._trouble:
                self._trouble = why
                log.warning("the line cannot be used port=%s why=%s", self._path, why)
            self._wait(REOPEN_S)

    def _talk(self, serial: Serial) -> None:
        """pyserial has set the port up; to read and write it by itself would take twice the system calls."""
        port = serial.fileno()
        while not self._closing:
            now = self._clock.monotonic()
            data = self._master.send(now)
            if serial.baudrate != self._master.baud:
                serial.baudrate = self._master.baud
            if data and os.write(port, data) < len(data):
                raise OSError("the port takes nothing more")
            if self._wait(self._master.wake() - now, port):
                received = os.read(port, CHUNK)
                if not received:
                    raise OSError("the port has gone")
                self._master.receive(received, self._clock.monotonic())

    def _wait(self, seconds: float, *ports: int) -> bool:
        """Do what others want done meanwhile; true when a port has something to read."""
        bell = self._mailbox.fileno()
        ready, _, _ = select([bell, *ports], [], [], max(0.0, min(seconds, REOPEN_S)))
        if bell in ready:
            self._mailbox.work()
        return any(port in ready for port in ports)

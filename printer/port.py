"""The connection to a printer, whatever the wire is.

Every wait has an end, and one thread owns it. A connection is kept between jobs, because a printer tells its
changes of state only to whoever is connected.
"""

import contextlib
import os
import select
import socket
import termios
from typing import Self

from config.errors import HardwareAbsent
from printer.status import PrinterState
from printer.wires import Handle, Wire

SEND_S = 5.0  # without the printer taking a byte: its buffer is full and it does not print
STALE_READS = 4  # of what was said while nobody listened


class Port:
    """A printer's connection, open or not. Everything that fails raises `HardwareAbsent` and closes it."""

    def __init__(self, wire: Wire, *, send_s: float = SEND_S) -> None:
        self._wire = wire
        self._send_s = send_s
        self.lost = False  # the last connection broke, and what was sent on it may not have arrived
        self._handle: Handle | None = None
        self._bell, self._ring = socket.socketpair()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
        self._bell.close()
        self._ring.close()

    def __repr__(self) -> str:
        return f"Port({self._wire}, {'open' if self.is_open else 'closed'})"

    @property
    def is_open(self) -> bool:
        return self._handle is not None

    def open(self) -> None:
        """Connect."""
        self.close()
        try:
            self._handle = self._wire.open()
            self.lost = False
            for _ in range(STALE_READS):
                if select.select([self._handle], [], [], 0)[0]:
                    os.read(self._handle.fileno(), 4096)
        except OSError as error:
            raise self._absent("cannot be reached", error) from error

    def send(self, data: bytes) -> None:
        """Send all of it; raises when the printer takes nothing for `send_s`."""
        rest = memoryview(data)
        try:
            handle = self._opened()
            while rest:
                if not select.select([], [handle], [], self._send_s)[1]:
                    raise TimeoutError("it is busy for too long")
                with contextlib.suppress(BlockingIOError):
                    rest = rest[os.write(handle.fileno(), rest) :]
        except OSError as error:
            raise self._absent("took the data no further", error) from error

    def receive(self, timeout: float) -> bytes:
        """What the printer says within `timeout` s; nothing when it says nothing, or after an `interrupt`.

        On a closed port it only waits.
        """
        sources = [each for each in (self._bell, self._handle) if each]
        ready, _, _ = select.select(sources, [], [], timeout)
        if self._bell in ready:
            self._bell.recv(4096)
        if self._handle is None or self._handle not in ready:
            return b""
        try:
            data = os.read(self._handle.fileno(), 4096)
            if not data:
                raise ConnectionResetError("it closed the connection")
        except BlockingIOError:
            return b""
        except OSError as error:
            raise self._absent("went away", error) from error
        return data

    def state(self) -> PrinterState | None:
        """What the wire itself says of the printer, if it says anything."""
        try:
            return self._wire.state(self._opened())
        except OSError as error:
            raise self._absent("went away", error) from error

    def interrupt(self) -> None:
        """End a `receive` early; the only thing that another thread may do."""
        with contextlib.suppress(OSError):  # its thread may have closed it just now
            self._ring.send(b"!")

    def close(self) -> None:
        if self._handle:
            with contextlib.suppress(OSError):
                self._handle.close()
        self._handle = None

    def _opened(self) -> Handle:
        if self._handle is None:
            raise ConnectionError("it is not connected")
        return self._handle

    def _absent(self, what: str, error: OSError) -> HardwareAbsent:
        if self._handle:
            self.lost = self._wire.loses
            with contextlib.suppress(OSError, termios.error):  # what a serial port still holds delays its end
                termios.tcflush(self._handle.fileno(), termios.TCOFLUSH)
        self.close()
        return HardwareAbsent(
            f"the printer {what}: {error} address={self._wire}", hint=self._wire.advice(error)
        )

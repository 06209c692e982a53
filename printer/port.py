"""The connection to a printer: TCP, as network printers listen on port 9100.

Every wait has an end, and one thread owns it. A connection is kept between jobs, because a printer tells its
changes of state only to whoever is connected.
"""

import contextlib
import select
import socket
from typing import Self

from config.errors import HardwareAbsent

CONNECT_S = 2.0
SEND_S = 5.0  # without the printer taking a byte: its buffer is full and it does not print


class Port:
    """A printer's connection, open or not. Everything that fails raises `HardwareAbsent` and closes it."""

    def __init__(self, host: str, port: int) -> None:
        self._address = (host, port)
        self._socket: socket.socket | None = None
        self._bell, self._ring = socket.socketpair()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
        self._bell.close()
        self._ring.close()

    def __repr__(self) -> str:
        return f"Port({self._address[0]}:{self._address[1]}, {'open' if self.is_open else 'closed'})"

    @property
    def is_open(self) -> bool:
        return self._socket is not None

    def open(self) -> None:
        """Connect, within `CONNECT_S`."""
        self.close()
        try:
            self._socket = socket.create_connection(self._address, CONNECT_S)
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except (OSError, ValueError) as error:  # ValueError: a host that no name server can be asked for
            raise self._absent("cannot be reached", error) from error

    def send(self, data: bytes) -> None:
        """Send all of it; raises when the printer takes nothing for `SEND_S`."""
        rest = memoryview(data)
        try:
            connection = self._connection()
            connection.settimeout(SEND_S)
            while rest:
                rest = rest[connection.send(rest) :]
        except OSError as error:
            raise self._absent("took the data no further", error) from error

    def receive(self, timeout: float) -> bytes:
        """What the printer says within `timeout` s; nothing when it says nothing, or after an `interrupt`.

        On a closed port it only waits.
        """
        sources = [each for each in (self._bell, self._socket) if each]
        ready, _, _ = select.select(sources, [], [], timeout)
        if self._bell in ready:
            self._bell.recv(4096)
        if self._socket is None or self._socket not in ready:
            return b""
        try:
            data = self._socket.recv(4096)
            if not data:
                raise ConnectionResetError("it closed the connection")
        except OSError as error:
            raise self._absent("went away", error) from error
        return data

    def interrupt(self) -> None:
        """End a `receive` early; the only thing that another thread may do."""
        self._ring.send(b"!")

    def close(self) -> None:
        if self._socket:
            with contextlib.suppress(OSError):
                self._socket.close()
        self._socket = None

    def _connection(self) -> socket.socket:
        if self._socket is None:
            raise ConnectionError("it is not connected")
        return self._socket

    def _absent(self, what: str, error: OSError | ValueError) -> HardwareAbsent:
        self.close()
        return HardwareAbsent(
            f"the printer {what}: {error} address={self._address[0]}:{self._address[1]}",
            hint="see that the printer is on, that its cable is in, and that host and port are its own",
        )

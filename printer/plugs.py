"""The printer's end of its cable, for the twin: TCP, or a pty as a serial line or a USB file."""

import contextlib
import errno
import os
import socket
import tty
from pathlib import Path


class TcpPlug:
    """A listener on loopback that takes one connection at a time, as printers do."""

    def __init__(self, port: int) -> None:
        self.port = port  # 0 until it listens, unless one was asked for
        self._listener: socket.socket | None = None
        self._connection: socket.socket | None = None

    @property
    def is_in(self) -> bool:
        return self._listener is not None

    def plug_in(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", self.port))
        self.port = self._listener.getsockname()[1]

    def pull(self) -> None:
        self.hang_up()
        if self._listener:
            self._listener.close()
        self._listener = None

    def hang_up(self) -> None:
        if self._connection:
            self._connection.close()
        self._connection = None

    def source(self) -> int | None:
        """What to wait for."""
        source = self._connection or self._listener
        return source.fileno() if source else None

    def receive(self) -> bytes | None:
        """What came; None when another begins to talk, or nobody does any more."""
        if self._listener and not self._connection:
            self._connection = self._listener.accept()[0]
            return None
        data = b""
        with contextlib.suppress(OSError):
            data = self._connection.recv(65536) if self._connection else b""
        if not data:
            self.hang_up()
            return None
        return data

    def send(self, data: bytes) -> None:
        with contextlib.suppress(OSError):
            if self._connection:
                self._connection.sendall(data)


class PtyPlug:
    """A file that appears when it is plugged in. Who opens and closes it is not noticed, as on a real one."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._ends: tuple[int, int] | None = None  # ours, and theirs, held open so that it stays a line

    @property
    def is_in(self) -> bool:
        return self._ends is not None

    def plug_in(self) -> None:
        self._ends = os.openpty()
        tty.setraw(self._ends[1])
        os.set_blocking(self._ends[0], False)
        self.path.unlink(missing_ok=True)
        self.path.symlink_to(os.ttyname(self._ends[1]))

    def pull(self) -> None:
        if self._ends:
            self.path.unlink(missing_ok=True)
            for each in self._ends:
                os.close(each)
        self._ends = None

    def hang_up(self) -> None:
        """There is nothing to hang up."""

    def source(self) -> int | None:
        return self._ends[0] if self._ends else None

    def receive(self) -> bytes | None:
        try:
            return os.read(self._ends[0], 65536) if self._ends else None
        except OSError as error:
            if error.errno in (errno.EAGAIN, errno.EIO):
                return None
            raise

    def send(self, data: bytes) -> None:
        with contextlib.suppress(OSError):
            if self._ends:
                os.write(self._ends[0], data)

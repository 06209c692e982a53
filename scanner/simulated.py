"""A scanner that is not there: a pty for a kiosk to read, at a path of its own, as a by-id path is."""

import os
import tty
from pathlib import Path


class SimulatedScanner:
    """A scanner; `path` leads to its port while it is plugged in. One thread may do something to it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._ends: tuple[int, ...] = ()  # of the pty: ours and the kiosk's

    def __enter__(self) -> "SimulatedScanner":
        self.return_()
        return self

    def __exit__(self, *_: object) -> None:
        self.vanish()

    def scan(self, text: str) -> None:
        """Hold something before it."""
        self.write(text.encode() + b"\r")

    def write(self, data: bytes) -> None:
        """Bytes for whoever reads it: a part of a line, or many of them."""
        if self._ends:
            os.write(self._ends[0], data)

    def vanish(self) -> None:
        """Pull it out."""
        self.path.unlink(missing_ok=True)
        for end in self._ends:
            os.close(end)
        self._ends = ()

    def return_(self) -> None:
        """Plug it in: the same path, most likely another port."""
        self.vanish()
        self._ends = os.openpty()
        tty.setraw(self._ends[1])
        self.path.symlink_to(os.ttyname(self._ends[1]))

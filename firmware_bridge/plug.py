"""The plug of a device that is not there: a pty at a path of its own, as a by-id path is, while it is in."""

import os
import tty
from pathlib import Path


class Plug:
    """Its owner's thread alone plugs and writes; who opens `path` has the other end."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.ours: tuple[int, ...] = ()  # our end, to wait for and read; none while it is out
        self._theirs: tuple[int, ...] = ()  # held open, so that it stays a line while nobody has it

    def put_in(self) -> None:
        """The same path as before, most likely another port."""
        self.pull_out()
        ours, theirs = os.openpty()
        tty.setraw(theirs)
        self.ours, self._theirs = (ours,), (theirs,)
        self.path.symlink_to(os.ttyname(theirs))

    def pull_out(self) -> None:
        self.path.unlink(missing_ok=True)
        for end in self.ours + self._theirs:
            os.close(end)
        self.ours = self._theirs = ()

    def write(self, data: bytes) -> None:
        """What the device says; while it is out nobody hears it."""
        for end in self.ours:
            os.write(end, data)

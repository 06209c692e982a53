"""The name of the job that is on its way to the printer, in a file: what a killed process leaves behind.

Only the next start needs it: paper may hang out of the printer, and bytes of a picture may be awaited inside.
What became of a ticket is the issuer's memory (`bus.memory`), so nothing else is kept here.
"""

import contextlib
import os
from pathlib import Path

FILE = "printing"


class UnderWay:
    """One job at most."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE

    def left(self) -> str:
        """The job that was under way when the last process ended, or nothing."""
        with contextlib.suppress(OSError, ValueError):
            return self._path.read_text(encoding="utf-8")
        return ""

    def begin(self, job: str) -> None:
        """Before its first byte is sent: from here on it outlives the process."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._path.write_text(job, encoding="utf-8")

    def sync(self) -> None:
        """While it prints, so that no first byte waits for the disk: from here on it outlives a power cut."""
        with contextlib.suppress(OSError), self._path.open("rb") as file:
            os.fsync(file.fileno())

    def end(self) -> None:
        """Nothing is under way. It need not be on the disk at once: a look too many does no harm."""
        self._path.unlink(missing_ok=True)

"""A file of a device that survives power cuts: SQLite, and a fault of the disk as an error of ours.

A write is one transaction and on the disk when it returns; one that fails has changed nothing.

The version of a file (`PRAGMA user_version`) is the number of steps that were taken: what an older one lacks
is added when it is opened, and one of a newer program is refused.
"""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from bus.folder import proven
from config.errors import LuotError

Settle = Callable[[sqlite3.Connection], None]


class DiskFault(LuotError, OSError):
    """A device cannot use its disk: no number may be printed or shown."""


class Disk:
    """A database, opened at the first use and again at the first use after a fault.

    `steps` are SQL, each from one version to the next: more are added at the end, none is ever changed.
    `settle` is called in a transaction at each opening: it ends what was cut off. Whoever uses a disk does so
    from one thread at a time.
    """

    def __init__(self, path: Path, steps: tuple[str, ...], settle: Settle, *, volatile: bool) -> None:
        self.path = path
        self.steps = steps
        self.settle = settle
        self.volatile = volatile
        self._database: sqlite3.Connection | None = None

    def close(self) -> None:
        if self._database is not None:
            self._database.close()
            self._database = None

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """The database. Raises DiskFault where it fails, then or while it is used."""
        try:
            if self._database is None:
                self._database = self._opened()
            yield self._database
        except DiskFault:
            self.close()
            raise
        except sqlite3.Error as error:
            self.close()
            raise DiskFault(
                f"The file {self.path} cannot be used: {error}.",
                hint="Look at the disk: full, worn or read-only?",
            ) from error

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """The same, in a transaction."""
        with self.reading() as database:
            database.execute("BEGIN IMMEDIATE")
            yield database
            database.execute("COMMIT")

    def _opened(self) -> sqlite3.Connection:
        try:
            proven(self.path.parent, self.volatile)
        except LuotError as error:
            raise DiskFault(error.message, hint=error.hint) from error
        database = sqlite3.connect(self.path, isolation_level=None, timeout=0.0, check_same_thread=False)
        try:
            database.execute("PRAGMA journal_mode = WAL")
            database.execute("PRAGMA synchronous = FULL")  # a commit survives a power cut
            database.execute("BEGIN IMMEDIATE")
            self._upgrade(database)
            self.settle(database)
            database.execute("COMMIT")
        except (sqlite3.Error, DiskFault):
            database.close()
            raise
        return database

    def _upgrade(self, database: sqlite3.Connection) -> None:
        """Take the steps that the file lacks. Raises DiskFault for one of a newer program."""
        (version,) = database.execute("PRAGMA user_version").fetchone()
        if version > len(self.steps):
            raise DiskFault(
                f"The file {self.path} has version {version}; this program knows {len(self.steps)}.",
                hint="Install the newer program again: what it wrote down is still to be told to the hub.",
            )
        for step in self.steps[version:]:
            for statement in step.split(";"):
                database.execute(statement)
        database.execute(f"PRAGMA user_version = {len(self.steps)}")

"""What became of every ticket that a printer was asked for, by its request: none is printed twice for one."""

import sqlite3
from pathlib import Path
from uuid import UUID

from bus.disk import Disk
from bus.messages import Outcome

FILE = "jobs.sqlite"
KEPT = 1000

SCHEMA = "CREATE TABLE job (request TEXT PRIMARY KEY, outcome TEXT)"


class Jobs:
    """On disk before a job is begun. Whatever fails raises `bus.disk.DiskFault`.

    What a killed process left under way is `unknown`: it may have come out.
    """

    def __init__(self, folder: Path, *, volatile: bool = False) -> None:
        self.disk = Disk(folder / FILE, (SCHEMA,), _settle, volatile=volatile)

    def close(self) -> None:
        self.disk.close()

    def begin(self, request: UUID) -> bool:
        """Whether it is a new one; on the disk from here on."""
        with self.disk.writing() as database:
            added = database.execute("INSERT OR IGNORE INTO job (request) VALUES (?)", (str(request),))
            database.execute("DELETE FROM job WHERE rowid <= (SELECT max(rowid) FROM job) - ?", (KEPT,))
            return added.rowcount == 1

    def end(self, request: UUID, outcome: Outcome) -> None:
        with self.disk.writing() as database:
            database.execute("UPDATE job SET outcome = ? WHERE request = ?", (outcome, str(request)))

    def outcome(self, request: UUID) -> Outcome | None:
        """Nothing while it is under way."""
        with self.disk.reading() as database:
            row = database.execute("SELECT outcome FROM job WHERE request = ?", (str(request),)).fetchone()
        return row[0] if row else None


def _settle(database: sqlite3.Connection) -> None:
    database.execute("UPDATE job SET outcome = 'unknown' WHERE outcome IS NULL")

"""What the kiosk must not forget: every `take`, how it ended, and what the hub has yet to hear of it.

It is on the kiosk's own disk. A `take` is written before it is sent, and its end before anything is printed
or shown as final. One that a power cut left open is given up: the hub makes its ticket void, should there be
one. What became of a ticket's paper is told to the hub until it answers.
"""

import logging
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID, uuid4

from bus.asks import Adopt, Delivered, Take
from bus.messages import Outcome, Ticket
from config.errors import LuotError, Refused, Unreachable

log = logging.getLogger(__name__)

FILE = "kiosk.sqlite"
KEPT = 5000  # takes that are over and told: some days' worth
TOLD_AT_ONCE = 200  # given-up requests in one `adopt`

# One row is one `take` with its whole life. `end`: null while it is open, then 'ticket', 'refused' or
# 'given-up'. `report` is the id under which the hub is told of the paper; `told`: nothing is left to say.
SCHEMA = """
BEGIN IMMEDIATE;
CREATE TABLE take (
    request TEXT PRIMARY KEY,
    service TEXT NOT NULL,
    end     TEXT CHECK (end IN ('ticket', 'refused', 'given-up')),
    ticket  TEXT UNIQUE,
    outcome TEXT,
    report  TEXT UNIQUE,
    told    INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX untold ON take (told) WHERE NOT told;
PRAGMA user_version = 1;
COMMIT;
"""


class DiskFault(LuotError, OSError):
    """The kiosk cannot write its disk: no number may be printed or shown."""


class Memory:
    """The kiosk's takes. A write that fails raises `DiskFault` and has changed nothing.

    The file is opened at the first use, and again at the first use after a fault. A `take` that is open then
    was cut off, so it is given up; paper that was under way is `unknown`.
    """

    def __init__(self, folder: Path) -> None:
        self.path = folder / FILE
        self._database: sqlite3.Connection | None = None

    def close(self) -> None:
        if self._database is not None:
            self._database.close()
            self._database = None

    # The life of a take

    def begin(self, take: Take) -> None:
        """Before it is sent."""
        with self._writing() as database:
            database.execute(
                "INSERT INTO take (request, service) VALUES (?, ?)", (str(take.request), take.service)
            )

    def end(self, request: UUID, outcome: Ticket | Refused | Unreachable) -> None:
        """Before anything is printed or shown. Without an answer it is given up."""
        with self._writing() as database:
            row: tuple[str, str | None, bool]
            match outcome:
                case Ticket():
                    row = ("ticket", outcome.id, False)
                case Refused():
                    row = ("refused", None, True)
                case Unreachable():
                    row = ("given-up", None, False)
            changed = database.execute(
                "UPDATE take SET end = ?, ticket = ?, told = ? WHERE request = ? AND end IS NULL",
                (*row, str(request)),
            ).rowcount
            if changed != 1:
                raise DiskFault(f"The take {request} is not open any more.")

    def delivered(self, ticket: str, outcome: Outcome) -> None:
        """What became of a ticket's paper; the first word stays."""
        with self._writing() as database:
            database.execute(
                "UPDATE take SET outcome = ?, report = ? WHERE ticket = ? AND outcome IS NULL",
                (outcome, str(uuid4()), ticket),
            )

    # What the hub has yet to hear

    def given_up(self) -> Adopt | None:
        """The requests that were given up and not yet told."""
        with self._reading() as database:
            rows = database.execute(
                "SELECT request FROM take WHERE NOT told AND end = 'given-up' ORDER BY rowid LIMIT ?",
                (TOLD_AT_ONCE,),
            ).fetchall()
        return Adopt(uuid4(), given_up=tuple(UUID(request) for (request,) in rows)) if rows else None

    def fact(self) -> Delivered | None:
        """The oldest word on a ticket's paper that is not yet told; its request id stays the same."""
        with self._reading() as database:
            row = database.execute(
                "SELECT report, ticket, outcome FROM take WHERE NOT told AND report IS NOT NULL"
                " ORDER BY rowid LIMIT 1"
            ).fetchone()
        return Delivered(UUID(row[0]), row[1], row[2]) if row else None

    def told(self, report: Adopt | Delivered) -> None:
        """The hub answered it."""
        with self._writing() as database:
            if isinstance(report, Adopt):
                rows = [(str(each),) for each in report.given_up]
                database.executemany("UPDATE take SET told = 1 WHERE request = ?", rows)
            else:
                database.execute("UPDATE take SET told = 1 WHERE report = ?", (str(report.request),))

    # The file

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        try:
            if self._database is None:
                self._database = _opened(self.path)
            yield self._database
        except (sqlite3.Error, OSError) as error:
            self.close()
            if isinstance(error, DiskFault):
                raise
            raise DiskFault(
                f"The kiosk cannot use {self.path}: {error}.",
                hint="Look at the disk: full, worn or read-only?",
            ) from error

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with self._reading() as database:
            database.execute("BEGIN IMMEDIATE")
            yield database
            database.execute("COMMIT")


def _opened(path: Path) -> sqlite3.Connection:
    path.parent.mkdir(parents=True, exist_ok=True)
    database = sqlite3.connect(path, isolation_level=None, timeout=0.0)
    try:
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA synchronous = FULL")  # a commit survives a power cut
        if database.execute("PRAGMA user_version").fetchone() == (0,):
            database.executescript(SCHEMA)
        _settle(database)
    except sqlite3.Error:
        database.close()
        raise
    return database


def _settle(database: sqlite3.Connection) -> None:
    """End what was cut off, and let go of what is long over."""
    database.execute("BEGIN IMMEDIATE")
    given_up = database.execute("UPDATE take SET end = 'given-up' WHERE end IS NULL").rowcount
    lost = database.execute("SELECT ticket FROM take WHERE end = 'ticket' AND outcome IS NULL").fetchall()
    database.executemany(
        "UPDATE take SET outcome = 'unknown', report = ? WHERE ticket = ?",
        [(str(uuid4()), ticket) for (ticket,) in lost],
    )
    database.execute("DELETE FROM take WHERE told AND rowid <= (SELECT max(rowid) FROM take) - ?", (KEPT,))
    database.execute("COMMIT")
    if given_up or lost:
        log.warning("work was cut off given_up=%d paper_unknown=%d", given_up, len(lost))

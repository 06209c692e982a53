"""What is true: every event and every answer, in SQLite, on disk before anybody is told.

Two tables. `event` is the history, from which the state is rebuilt. `request` keeps the answer of each
request, refusals too: the same request of the same device gets the same answer for as long as the journal is
kept.
WAL with `synchronous=FULL`: a commit has reached the disk when `commit` returns.
"""

import fcntl
import logging
import secrets
import sqlite3
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import IO, NamedTuple
from uuid import UUID

from bus.events import JournalEvent, decode_body
from bus.messages import encode
from config.errors import LuotError

log = logging.getLogger(__name__)

SCHEMA_VERSION = 1
SCHEMA = (
    "CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID",
    """CREATE TABLE event (
        seq INTEGER PRIMARY KEY,
        device TEXT NOT NULL,
        request BLOB,
        at INTEGER NOT NULL,  -- milliseconds since 1970, UTC, by the hub's time
        body BLOB NOT NULL    -- JSON
    ) STRICT""",
    """CREATE TABLE request (
        device TEXT NOT NULL,
        request BLOB NOT NULL,
        day TEXT NOT NULL,
        answer BLOB NOT NULL, -- JSON, as it was sent
        PRIMARY KEY (device, request)
    ) STRICT, WITHOUT ROWID""",
)


class JournalUnavailable(LuotError):
    """The journal cannot be opened, read or written: no number may be given."""


class Answered(NamedTuple):
    """A request and the answer that it got."""

    device: str
    request: UUID
    day: date | None
    answer: bytes


class Journal:
    """The journal of one centre, for one hub: a second hub that opens it is turned away."""

    def __init__(self, path: Path, center: str) -> None:
        self.path = path
        self.center = center
        self.epoch = ""
        self._lock: IO[str] | None = None
        self._database: sqlite3.Connection | None = None

    def __enter__(self) -> "Journal":
        """Open it, made anew where there is none.

        Raises JournalUnavailable when another hub has it, or it is another centre's or a newer version's.
        """
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._lock = self.path.with_suffix(".lock").open("w")
        except OSError as error:
            raise JournalUnavailable(
                f"The folder {self.path.parent} cannot be written: {error}.",
                hint="Check `data` in the settings, and whose folder it is.",
            ) from error
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise JournalUnavailable(
                f"Another hub is running on the journal {self.path}.",
                hint="A centre has one hub. Stop the other one, or give this one a folder of its own.",
            ) from None
        try:
            self._open()
        except BaseException as error:
            self.__exit__()
            if not isinstance(error, sqlite3.Error):
                raise
            raise JournalUnavailable(
                f"The journal {self.path} cannot be opened: {error}.",
                hint="Check that the disk is mounted, writable and not full, and the file a journal.",
            ) from error
        return self

    def __exit__(self, *_: object) -> None:
        if self._database is not None:
            self._database.close()
            self._database = None
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def __repr__(self) -> str:
        return f"<Journal {self.path} epoch={self.epoch}>"

    @property
    def database(self) -> sqlite3.Connection:
        assert self._database is not None, "the journal is not open"
        return self._database

    def entries(self, after: int = 0) -> Iterator[JournalEvent]:
        """Every event from a sequence number on, in order.

        Raises JournalUnavailable at one that this version does not know: to guess would be to forget.
        """
        rows = self.database.execute(
            "SELECT seq, device, request, at, body FROM event WHERE seq > ? ORDER BY seq", (after,)
        )
        for seq, device, request, at, body in rows:
            try:
                event = decode_body(body)
            except ValueError as error:
                raise JournalUnavailable(
                    f"Event {seq} of the journal {self.path} cannot be read: {error}.",
                    hint="A newer version wrote it: start that version again.",
                ) from error
            moment = datetime.fromtimestamp(at / 1000, UTC)
            yield JournalEvent(seq, device, UUID(bytes=request) if request else None, moment, event)

    def answer(self, device: str, request: UUID) -> bytes | None:
        """The answer that this request got before, if it was ever decided."""
        row = self.database.execute(
            "SELECT answer FROM request WHERE device = ? AND request = ?", (device, request.bytes)
        ).fetchone()
        return row[0] if row else None

    def commit(self, entries: Iterable[JournalEvent], answers: Iterable[Answered]) -> None:
        """Write all of it or nothing, and return once it is on disk.

        Raises JournalUnavailable (disk full, I/O error); then nothing of it was written.
        """
        try:
            self.database.execute("BEGIN IMMEDIATE")
            self.database.executemany(
                "INSERT INTO event VALUES (?, ?, ?, ?, ?)",
                (
                    (each.seq, each.device, each.request.bytes if each.request else None,
                     round(each.at.timestamp() * 1000), encode(each.body))
                    for each in entries
                ),
            )  # fmt: skip
            self.database.executemany(
                "INSERT INTO request VALUES (?, ?, ?, ?)",
                ((each.device, each.request.bytes, str(each.day or ""), each.answer) for each in answers),
            )
            self.database.execute("COMMIT")
        except sqlite3.Error as error:
            if self.database.in_transaction:
                self.database.execute("ROLLBACK")
            raise JournalUnavailable(
                f"The journal {self.path} cannot be written: {error}.",
                hint="Free the disk or replace it; no number is given until then.",
            ) from error

    def _open(self) -> None:
        database = self._database = sqlite3.connect(self.path, isolation_level=None)
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("PRAGMA synchronous=FULL")
        (version,) = database.execute("PRAGMA user_version").fetchone()
        if version == 0:
            database.execute("BEGIN IMMEDIATE")
            for statement in SCHEMA:
                database.execute(statement)
            rows = (("center", self.center), ("epoch", secrets.token_hex(4)))
            database.executemany("INSERT INTO meta VALUES (?, ?)", rows)
            database.execute(f"PRAGMA user_version={SCHEMA_VERSION}")
            database.execute("COMMIT")
        elif version != SCHEMA_VERSION:
            raise JournalUnavailable(
                f"The journal {self.path} is of version {version}, this hub reads {SCHEMA_VERSION}.",
                hint="Start the version of luot that wrote it.",
            )
        meta = dict(database.execute("SELECT key, value FROM meta").fetchall())
        if meta["center"] != self.center:
            raise JournalUnavailable(
                f"The journal {self.path} is of the centre {meta['center']!r}, not of {self.center!r}.",
                hint="Give the hub the folder of its own centre, or the settings their own name.",
            )
        self.epoch = meta["epoch"]

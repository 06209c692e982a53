"""What is true: every event and every answer, in SQLite, on disk before anybody is told.

`event` is the history, from which the state is rebuilt, and `snapshot` the state as it was at an event, so
that a start need not read all of it. `request` keeps the answer of each request, refusals too: the same
request of the same device gets the same answer for as long as the journal is kept. `note` has the words of
staff, which do not stay as long.
WAL with `synchronous=FULL`: a commit has reached the disk when `commit` returns.
"""

import logging
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import IO, NamedTuple
from uuid import UUID

import msgspec

from bus.answers import Answer, Fault
from bus.asks import EventPage
from bus.events import DayOpened, JournalEvent, RequestGivenUp, decode_body
from bus.messages import TicketId, encode
from center import snapshot
from center.database import RESTORE, JournalUnavailable, check, connect, connect_to_read, lock, telling
from center.state import State
from config.settings import CenterSettings

__all__ = ["VOID", "Alive", "Answered", "Journal", "JournalUnavailable", "Note", "check"]

log = logging.getLogger(__name__)

SNAPSHOT_EVERY = 10_000  # events, where no day begins
VOID = encode(Answer(ok=False, error=Fault("void", "This request was given up before.", "request")))


class Answered(NamedTuple):
    """A request and the answer that it got."""

    device: str
    request: UUID
    day: date | None
    answer: bytes


class Note(NamedTuple):
    """What a clerk wrote for the next one, with the event `seq`."""

    seq: int
    ticket: TicketId
    text: str


class Alive(msgspec.Struct, frozen=True):
    """When the hub was last known to be up."""

    at: datetime
    ran: int
    machine: str
    boottime: float  # seconds that the machine ran


class Journal:
    """The journal of one centre, for one hub: a second hub that opens it is turned away.

    With `read_only` it is as it stands at this moment, whoever writes it meanwhile.
    """

    def __init__(self, path: Path, center: str, *, read_only: bool = False) -> None:
        self.path = path
        self.center = center
        self.read_only = read_only
        self._lock: IO[str] | None = None
        self._database: sqlite3.Connection | None = None
        self._snapshot_seq = 0  # of the newest one
        self._day_began = False  # since then

    def __enter__(self) -> "Journal":
        """Open it, made anew where there is none.

        Raises JournalUnavailable when another hub has it, or it is damaged, another centre's or a newer
        version's.
        """
        if self.read_only:
            self._database = connect_to_read(self.path, self.center)
            return self
        self._lock = lock(self.path)
        try:
            self._database = connect(self.path, self.center)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        if self._database is not None:
            self._database.close()
            self._database = None
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def __repr__(self) -> str:
        return f"<Journal {self.path}>"

    @property
    def database(self) -> sqlite3.Connection:
        assert self._database is not None, "the journal is not open"
        return self._database

    # Reading

    def state(self, settings: CenterSettings) -> State:
        """The state that the events make: from the newest snapshot that can be used, and those since."""
        state = self._snapshot(settings)
        self._snapshot_seq = state.seq
        for _ in self.replay(state):
            pass
        return state

    def beginning(self, settings: CenterSettings) -> State:
        """The state before the first event."""
        state = State(settings)
        with telling(self.path, "read"):
            (state.epoch,) = self.database.execute("SELECT value FROM meta WHERE key = 'epoch'").fetchone()
        return state

    def replay(self, state: State) -> Iterator[JournalEvent]:
        """Each event after those of the state, once it has happened to it."""
        notes = {note.seq: note for note in self.notes(state.seq)}
        for entry in self.entries(state.seq):
            try:
                state.apply(entry)
            except Exception as error:
                raise JournalUnavailable(
                    f"Event {entry.seq} of the journal {self.path} does not follow from those before it: "
                    f"{error!r}.",
                    hint=RESTORE,
                ) from error
            if note := notes.get(entry.seq):
                state.note(note.ticket, note.text)
            yield entry

    def entries(self, after: int = 0) -> Iterator[JournalEvent]:
        """Every event after a sequence number, in order.

        Raises JournalUnavailable where one is missing, or is of a kind that this version does not know: to
        guess would be to forget.
        """
        with telling(self.path, "read"):
            rows = self.database.execute(
                "SELECT seq, device, request, at, ran, body FROM event WHERE seq > ? ORDER BY seq", (after,)
            )
            for due, (seq, device, request, at, ran, body) in enumerate(rows, after + 1):
                if seq != due:
                    raise JournalUnavailable(
                        f"Event {due} of the journal {self.path} is missing.", hint=RESTORE
                    )
                try:
                    event = decode_body(body)
                except ValueError as error:
                    raise JournalUnavailable(
                        f"Event {seq} of the journal {self.path} cannot be read: {error}.",
                        hint=f"Where a newer version wrote it, start that version. Else: {RESTORE}",
                    ) from error
                moment = datetime.fromtimestamp(at / 1000, UTC)
                yield JournalEvent(seq, device, UUID(bytes=request) if request else None, moment, event, ran)

    def newest(self) -> int:
        """The sequence number of the newest event; 0 where there is none."""
        with telling(self.path, "read"):
            (seq,) = self.database.execute("SELECT max(seq) FROM event").fetchone()
        return seq or 0

    def page(self, after: int, limit: int) -> EventPage:
        """So many events, for a reader that missed some."""
        events = tuple(entry for entry, _ in zip(self.entries(after), range(limit), strict=False))
        return EventPage(events, self.newest())

    def notes(self, after: int = 0) -> Iterator[Note]:
        """The notes that are still kept, by their events."""
        with telling(self.path, "read"):
            rows = "SELECT seq, ticket, text FROM note WHERE seq > ? ORDER BY seq"
            yield from map(Note._make, self.database.execute(rows, (after,)))

    def snapshots(self) -> list[snapshot.Kept]:
        """The snapshots that are kept, the newest first."""
        with telling(self.path, "read"):
            rows = self.database.execute("SELECT * FROM snapshot ORDER BY seq DESC").fetchall()
        return [snapshot.Kept._make(row) for row in rows]

    def answer(self, device: str, request: UUID) -> bytes | None:
        """The answer that this request got before, if it was ever decided."""
        with telling(self.path, "read"):
            row = self.database.execute(
                "SELECT answer FROM request WHERE device = ? AND request = ?", (device, request.bytes)
            ).fetchone()
        return row[0] if row else None

    def last_alive(self) -> Alive | None:
        """When the hub was last known to be up."""
        with telling(self.path, "read"):
            row = self.database.execute("SELECT value FROM meta WHERE key = 'alive'").fetchone()
        return msgspec.json.decode(row[0], type=Alive) if row else None

    # Writing

    def commit(
        self,
        entries: Sequence[JournalEvent],
        answers: Iterable[Answered],
        notes: Iterable[Note] = (),
        alive: Alive | None = None,
    ) -> None:
        """Write all of it or nothing, and return once it is on disk.

        A request that was given up has its answer from then on, whether it ever came or not.
        Raises JournalUnavailable (disk full, I/O error); then nothing of it was written.
        """
        times = {each.seq: _ms(each.at) for each in entries}
        bodies = [each.body for each in entries]
        given_up = [(each.device, each.request.bytes) for each in bodies if isinstance(each, RequestGivenUp)]
        with self._writing() as database:
            database.executemany(
                "INSERT INTO event (seq, device, request, at, ran, body) VALUES (?, ?, ?, ?, ?, ?)",
                (
                    (each.seq, each.device, each.request.bytes if each.request else None,
                     times[each.seq], each.ran, encode(each.body))
                    for each in entries
                ),
            )  # fmt: skip
            database.executemany(
                "INSERT INTO request VALUES (?, ?, ?, ?)",
                ((each.device, each.request.bytes, str(each.day or ""), each.answer) for each in answers),
            )
            database.executemany(
                "INSERT OR IGNORE INTO request VALUES (?, ?, '', ?)", ((*each, VOID) for each in given_up)
            )
            database.executemany(
                "INSERT INTO note VALUES (?, ?, ?, ?)",
                ((each.seq, each.ticket, times[each.seq], each.text) for each in notes),
            )
            if alive is not None:
                database.execute(
                    "INSERT OR REPLACE INTO meta VALUES ('alive', ?)", (msgspec.json.encode(alive).decode(),)
                )
        self._day_began |= any(isinstance(each, DayOpened) for each in bodies)

    def forget(self, before: datetime) -> None:
        """Delete the notes that are older than that."""
        with self._writing() as database:
            database.execute("DELETE FROM note WHERE at < ?", (_ms(before),))

    def snapshot_if_due(self, state: State) -> None:
        """Keep the state as all events have made it, where a day began, or many events are new.

        Without one nothing is lost but time at the next start, so a fault is only logged.
        """
        if not self._day_began and state.seq - self._snapshot_seq < SNAPSHOT_EVERY:
            return
        self._snapshot_seq, self._day_began = state.seq, False
        try:
            with self._writing() as database:
                row = snapshot.Kept.of(state)
                database.execute("INSERT OR REPLACE INTO snapshot VALUES (?, ?, ?, ?, ?)", row)
                before = "SELECT seq FROM snapshot ORDER BY seq DESC LIMIT 1 OFFSET 1"
                database.execute(f"DELETE FROM snapshot WHERE seq < ({before})")  # two are kept
        except JournalUnavailable as error:
            log.warning("no snapshot was kept seq=%s error=%s", state.seq, error.message)

    def _snapshot(self, settings: CenterSettings) -> State:
        """The newest snapshot that can be used; without one, the state before the first event."""
        for kept in self.snapshots():
            if kept.version != snapshot.VERSION:
                log.info("a snapshot of another version is passed over seq=%s", kept.seq)
            elif kept.damaged:
                log.warning("a snapshot is damaged and passed over seq=%s", kept.seq)
            elif kept.seq > self.newest():
                missing = f"The events up to {kept.seq} of the journal {self.path} are missing."
                raise JournalUnavailable(missing, hint=RESTORE)
            else:
                return snapshot.load(settings, kept.body)
        return self.beginning(settings)

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        """A transaction: all of it is on disk afterwards, or nothing."""
        with telling(self.path, "written"):
            try:
                self.database.execute("BEGIN IMMEDIATE")
                yield self.database
                self.database.execute("COMMIT")
            except BaseException:
                if self.database.in_transaction:
                    self.database.execute("ROLLBACK")
                raise


def _ms(at: datetime) -> int:
    return round(at.timestamp() * 1000)

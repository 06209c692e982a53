"""What the hub knows: the state in step with its journal, and the time; or why there is neither.

Events of a batch are applied to the state in place while it is decided (a copy would cost more the longer the
queue). When the commit fails, that state is dropped and the true one is read again from the journal, so
nothing that failed was ever told or kept.

A hub whose folder, journal or disk is at fault stays up and says so: no number is given, and what failed is
tried again until it works.
"""

import logging
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from threading import Event, Thread
from uuid import UUID

from bus.events import ClockConfirmed, DayOpened, EventBody, HubStarted, JournalEvent, TicketTransferred
from bus.folder import proven
from bus.messages import Stopped
from center.database import RESTORE, JournalInUse
from center.hubtime import HubTime
from center.journal import Answered, Journal, JournalUnavailable, Note, check
from center.state import State
from config.clock import Clock
from config.errors import LuotError
from config.settings import CenterSettings, HubSettings

log = logging.getLogger(__name__)

ALIVE_S = 60.0  # between two words in the journal that the hub is up
AGAIN_S: dict[Stopped, float] = {"folder": 10.0, "journal": 10.0, "disk": 3.0}  # between two attempts


@dataclass(frozen=True)
class Checked:
    """The journal's file was read through."""

    wrong: str | None


class Memory:
    """The memory of one hub: `with Memory(…) as memory`, then batches of `begin`, `record`, `commit`."""

    def __init__(
        self, settings: HubSettings, center: CenterSettings, clock: Clock, tell: Callable[[Checked], None]
    ) -> None:
        self.settings = settings
        self.center = center
        self.clock = clock
        self.tell = tell  # from another thread, what a check has found
        self.journal = Journal(settings.journal, center.center)
        self.state = State(center)
        self.stopped: Stopped = ""
        self.hint = ""
        self.known = False  # the state was read
        self.open = False  # the journal is
        self.entries: list[JournalEvent] = []  # of the present batch
        self.notes: list[Note] = []
        self._start: HubStarted | None = None  # to be written first of all
        self._due = 0.0
        self._damaged: int | None = None  # the file that was found so, until another has taken its place
        self._check: Thread | None = None
        self._check_ended = Event()

    def __enter__(self) -> "Memory":
        """Read what is known. Raises JournalInUse where another hub has the journal."""
        self.time = self._before = HubTime.resumed(self.clock, None)
        self.now = self.time.now()  # of the present batch
        self._open()
        return self

    def __exit__(self, *_: object) -> None:
        self._end_check()  # or SQLite's log would still be beside the file, when another takes its place
        self.journal.__exit__()
        self.open = False

    # A batch

    def begin(self) -> None:
        self.entries, self.notes = [], []
        self.now, self._before = self.time.now(), self.time
        if self._start is not None:
            self.record((self._start,))

    def record(
        self, events: Iterable[EventBody], device: str = "hub", request: UUID | None = None, note: str = ""
    ) -> None:
        """Let events have happened, as far as this batch will be committed."""
        for event in events:
            if isinstance(event, ClockConfirmed):
                self.time = self.time.confirm(event.time)
                self.now = self.time.now()
            entry = JournalEvent(self.state.seq + 1, device, request, self.now.at, event, self.now.ran)
            self.entries.append(entry)
            if isinstance(event, TicketTransferred) and event.noted:
                self.notes.append(Note(entry.seq, event.ticket, note))
            self._apply(entry)

    def undo(self, entries: int, notes: int) -> None:
        """Keep only so many of the batch."""
        del self.entries[entries:], self.notes[notes:]
        try:
            self._read()
        except JournalUnavailable as error:
            self.fail(error)
        self.time = self._before
        for entry in self.entries:
            self._apply(entry)
            if isinstance(entry.body, ClockConfirmed):
                self.time = self.time.confirm(entry.body.time)
        self.now = self.time.now()

    def commit(self, answers: Iterable[Answered]) -> Sequence[JournalEvent]:
        """Write the batch, and return its events once they are on disk.

        Raises JournalUnavailable; then nothing of it has happened, and the hub gives no numbers for a while.
        """
        try:
            self.journal.commit(self.entries, answers, self.notes, self.time.alive(self.now))
        except JournalUnavailable as error:
            self.fail(error)
            raise
        self._start = None
        self._go_on()
        self.journal.snapshot_if_due(self.state)
        if any(isinstance(each.body, DayOpened) for each in self.entries):
            self._new_day()
        return self.entries

    # What may go wrong

    def fail(self, error: JournalUnavailable) -> None:
        """The journal could not be written or read: the batch is dropped."""
        self._stop("disk", error)
        self.entries, self.notes, self.time = [], [], self._before
        try:
            self._read()
        except JournalUnavailable as worse:
            self._close("journal", worse)

    def checked(self, found: Checked) -> None:
        """Give no more numbers from a file that is damaged."""
        if found.wrong is not None and self.open:
            self._damaged = self._file()
            damage = f"The journal {self.journal.path} is damaged: {found.wrong}."
            self._close("journal", JournalUnavailable(damage, hint=RESTORE))

    def mend(self) -> None:
        """Try again what failed, where it is due; else say in the journal, now and then, that we are up."""
        if self.clock.monotonic() < self._due:
            return
        if not self.open:
            if self._damaged is None or self._file() not in (None, self._damaged):
                self._open()
        elif not self.stopped or self._proven():
            self._write()

    def until_due(self) -> float:
        """Seconds until `mend` has something to do."""
        return self._due - self.clock.monotonic()

    def _open(self) -> None:
        """Prove the folder, read the journal, and write down that the hub is up."""
        if not self._proven():
            return
        try:
            self.journal.__enter__()
            self.open = True
            self._read()
            last = self.journal.last_alive()
        except JournalInUse:
            raise
        except JournalUnavailable as error:
            self._close("journal", error)
            return
        state = self.state
        self.time = HubTime.resumed(
            self.clock,
            last,
            corrected=state.confirmed_seq > 0,
            confirmed=state.confirmed_seq > state.machine_seq,
        )
        self._start = HubStarted(
            self.clock.machine(), round(self.time.down.total_seconds()), self.time.outage
        )
        self._begin_check()
        for id_, queue in state.queues.items():
            if len(queue) and id_ not in {each.id for each in self.center.services}:
                log.warning("people wait for a service that is no more in the settings, call them by label "
                            "service=%s waiting=%s", id_, len(queue))  # fmt: skip
        self._write()

    def _proven(self) -> bool:
        """Whether the folder takes what is written to it, and keeps it."""
        try:
            proven(self.settings.folder, self.settings.volatile)
        except LuotError as error:
            self._stop(self.stopped if self.open else "folder", error)
            return False
        return True

    def _write(self) -> None:
        """Prove that the journal can be written, by the word that the hub is up."""
        self.begin()
        with suppress(JournalUnavailable):  # it is said already
            self.commit(())

    def _read(self) -> None:
        self.state, self.known = self.journal.state(self.center), True

    def _apply(self, entry: JournalEvent) -> None:
        self.state.apply(entry)
        for note in self.notes:
            if note.seq == entry.seq:
                self.state.note(note.ticket, note.text)

    def _close(self, reason: Stopped, error: LuotError) -> None:
        self.__exit__()
        self._stop(reason, error)

    def _stop(self, reason: Stopped, error: LuotError) -> None:
        """Give no numbers until it is mended; said once."""
        if (reason, error.hint) != (self.stopped, self.hint):
            log.error("no numbers are given: %s %s reason=%s", error.message, error.hint, reason)
        self.stopped, self.hint = reason, error.hint
        self._due = self.clock.monotonic() + AGAIN_S[reason]

    def _go_on(self) -> None:
        if self.stopped:
            log.warning("numbers are given again after=%s", self.stopped)
        self.stopped, self.hint, self._damaged = "", "", None
        self._due = self.clock.monotonic() + ALIVE_S

    def _new_day(self) -> None:
        """What is done once a day: forget what staff wrote long ago, and look for damage."""
        try:
            if self.now.known:  # a clock in 2036 would forget everything
                self.journal.forget(self.now.at - timedelta(days=self.center.retention_days))
        except JournalUnavailable as error:
            self._stop("disk", error)
        self._begin_check()

    def _begin_check(self) -> None:
        self._end_check()
        path, tell, ended = self.journal.path, self.tell, Event()

        def read_through() -> None:
            wrong = check(path, ended=ended.is_set)
            if not ended.is_set():
                tell(Checked(wrong))

        self._check, self._check_ended = Thread(target=read_through, name="journal-check", daemon=True), ended
        self._check.start()

    def _end_check(self) -> None:
        self._check_ended.set()
        if self._check is not None:
            self._check.join()

    def _file(self) -> int | None:
        """Which file the journal is: a restored one is another."""
        try:
            return self.journal.path.stat().st_ino
        except OSError:
            return None

"""Backups of the journal: taken while the hub runs, and brought back so that no number is given twice.

A backup is one file, with its SHA-256 beside it as `sha256sum` writes it; it is read back from the disk
before it counts. After one is restored, numbers were given that the journal does not know. So it begins a new
epoch: the hub gives none until every issuer has told its day, or staff have set a floor.
"""

import os
import secrets
import shutil
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from hashlib import file_digest
from pathlib import Path
from typing import NamedTuple
from uuid import uuid4

from bus.asks import SetFloor
from bus.events import EpochOpened, EventBody, JournalEvent
from center import leases
from center.database import JournalUnavailable, check, give, lock, logs, move, settle
from center.journal import Journal
from center.state import State
from config.clock import Clock
from config.errors import LuotError
from config.settings import CenterSettings

WORKSHOP = "restoring"  # a folder beside the journal


class Restored(NamedTuple):
    state: State
    events: int  # of the backup
    aside: Path | None  # where the journal is kept that was there before


def back_up(path: Path, center: str, file: Path) -> int:
    """Copy the journal, whoever writes it meanwhile; how many events it has.

    Raises LuotError where there is no sound copy; then there is no file.
    """
    if file.exists():
        raise LuotError(f"{file} is already there.", hint="A backup is never overwritten: name another file.")
    partial = file.with_name(file.name + ".partial")
    try:
        partial.unlink(missing_ok=True)
        partial.touch(mode=0o600)
        with Journal(path, center, read_only=True) as journal, closing(sqlite3.connect(partial)) as copy:
            journal.database.backup(copy)
            copy.execute("PRAGMA journal_mode=DELETE")  # one file, with no log beside it
        written = _checksum(partial)
        _leave_memory(partial)
        if _checksum(partial) != written:
            raise LuotError(f"The disk of {file} gives back other bytes.", hint="Use another disk.")
        if fault := check(partial, whole=True):
            raise LuotError(
                f"The journal {path} is damaged, and so was its copy: {fault}.",
                hint="Keep the backups that you have. luot journal verify tells more.",
            )
        with Journal(partial, center, read_only=True) as journal:
            events = journal.newest()
        _beside(file).write_text(f"{written}  {file.name}\n")
        _leave_memory(_beside(file))
        move(partial, file)
    except (OSError, sqlite3.Error) as error:
        raise LuotError(
            f"The backup {file} cannot be written: {error}.",
            hint="Check that its disk is mounted, writable and not full.",
        ) from error
    finally:
        partial.unlink(missing_ok=True)
    return events


def restore(
    file: Path, path: Path, settings: CenterSettings, clock: Clock, floors: Mapping[str, int]
) -> Restored:
    """Bring a backup back as the journal, while no hub has it. The journal that was there is kept aside.

    Raises LuotError where the backup cannot be trusted; then nothing has changed.
    """
    with closing(lock(path)):
        _prove(file)
        try:
            with _workshop(path) as copy:
                shutil.copyfile(file, copy)
                if fault := check(copy, whole=True):
                    raise LuotError(f"The backup {file} is damaged: {fault}.", hint="Restore an older one.")
                with Journal(copy, settings.center) as journal:
                    state = journal.state(settings)
                    events = state.seq
                    _open_epoch(journal, state, clock, floors)
                aside = _set_aside(path, settings.center, clock)
                move(copy, path)
                give(path)
        except OSError as error:
            raise LuotError(
                f"The backup {file} cannot be brought back: {error}.",
                hint="Check that the disk of the journal is writable and not full.",
            ) from error
    return Restored(state, events, aside)


def _open_epoch(journal: Journal, state: State, clock: Clock, floors: Mapping[str, int]) -> None:
    """Numbers were given since that it does not know."""
    _append(journal, state, EpochOpened(secrets.token_hex(4), leases.issuers(state)), clock)
    if floors:
        for body in leases.set_floor(state, SetFloor(uuid4(), dict(floors))).events:
            _append(journal, state, body, clock)


def _append(journal: Journal, state: State, body: EventBody, clock: Clock) -> None:
    """It happened when the hub was last up: since then no time of the hub has passed."""
    last = journal.last_alive()
    at, ran = (last.at, last.ran) if last else (state.last_at or clock.now(), state.ran)
    entry = JournalEvent(state.seq + 1, "hub", None, at, body, ran)
    journal.commit([entry], ())
    state.apply(entry)


@contextmanager
def _workshop(path: Path) -> Iterator[Path]:
    """A place for a copy of the journal, on the same disk."""
    folder = path.with_name(WORKSHOP)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700)
    try:
        yield folder / path.name
    finally:
        shutil.rmtree(folder)


def _prove(file: Path) -> None:
    """Raises LuotError where a backup is not as it was written."""
    try:
        found = _checksum(file)
        noted = _beside(file).read_text().split()
    except OSError as error:
        lost = f"It needs {_beside(file).name} beside it. Where that is lost: sha256sum FILE > FILE.sha256"
        hint = lost if file.exists() else "Is its disk mounted?"
        raise LuotError(f"The backup cannot be read: {error}.", hint=hint) from error
    if not noted or noted[0] != found:
        raise LuotError(f"The backup {file} is not as it was written.", hint="Restore an older one.")


def _set_aside(path: Path, center: str, clock: Clock) -> Path | None:
    """Give the present journal another name, whatever it is worth.

    A sound one is brought into one file first, which then stands here until it is replaced by the next step.
    """
    if not path.exists():
        return None
    with suppress(JournalUnavailable):
        settle(path, center)
    aside = path.with_name(f"{path.stem}-{clock.now():%Y%m%d-%H%M%S}{path.suffix}")
    aside.hardlink_to(path)
    for log in logs(path):
        log.rename(log.with_name(log.name.replace(path.name, aside.name)))
    return aside


def _beside(file: Path) -> Path:
    return file.with_name(file.name + ".sha256")


def _checksum(file: Path) -> str:
    with file.open("rb") as content:
        return file_digest(content, "sha256").hexdigest()


def _leave_memory(file: Path) -> None:
    """Write it to the disk, so that the next read comes from there."""
    with file.open("rb") as written:
        os.fsync(written.fileno())
        os.posix_fadvise(written.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)

"""The journal's file: locked, made, opened and checked, and what is wrong with it in words.

A file that is damaged, empty, or not this centre's is neither written to nor replaced: it is said, and no
number is given.
"""

import fcntl
import os
import secrets
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import IO

from center import schema
from config.errors import LuotError

DAMAGE = (sqlite3.SQLITE_ERROR, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
RESTORE = (
    "It is left as it is. Stop the hub and bring the newest backup back: luot restore --config FILE BACKUP."
)
FREE = "Check that the disk is mounted, writable and not full; no number is given until then."


class JournalUnavailable(LuotError):
    """The journal cannot be opened, read or written: no number may be given."""


class JournalInUse(JournalUnavailable):
    """Another process has it."""


def lock(path: Path) -> IO[str]:
    """Hold a journal for this process, until it is closed. Raises JournalUnavailable where another has it."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        held = path.with_suffix(".lock").open("w")
        give(path.with_suffix(".lock"))
    except OSError as error:
        raise JournalUnavailable(
            f"The folder {path.parent} cannot be written: {error}.",
            hint="Check `data` in the settings, and whose folder it is.",
        ) from error
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        held.close()
        raise JournalInUse(
            f"Another hub is running on the journal {path}.",
            hint="Stop that one first. A centre has one hub; that of another centre has a folder of its own.",
        ) from None
    return held


def connect(path: Path, center: str) -> sqlite3.Connection:
    """Open the journal of a centre for writing, made anew where there is none, brought to today's tables."""
    with telling(path, "opened"):
        if not path.exists():
            _create(path, center)
        database = _open(path, center, "rw")
        try:
            database.execute("PRAGMA journal_mode=WAL")
            database.execute("PRAGMA synchronous=FULL")
            database.execute("PRAGMA secure_delete=ON")  # a note that is forgotten leaves no trace
            if schema.version_of(database) != schema.VERSION:
                database.execute("BEGIN IMMEDIATE")
                schema.upgrade(database)
                database.execute("COMMIT")
        except BaseException:
            database.close()
            raise
        return database


def connect_to_read(path: Path, center: str) -> sqlite3.Connection:
    """Open a journal as it stands at this moment, whoever writes it meanwhile."""
    with telling(path, "opened"):
        database = _open(path, center, "ro")
        database.execute("BEGIN")  # the moment is that of the next read
        if schema.version_of(database) != schema.VERSION:
            database.close()
            raise JournalUnavailable(
                f"The journal {path} is of an older version.",
                hint="Start the hub once: it brings it up to date.",
            )
        return database


def settle(path: Path, center: str) -> None:
    """Bring what the log of a journal has into its file: they are one file then, until it is opened again."""
    with telling(path, "opened"), closing(_open(path, center, "rw")) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def check(path: Path, *, whole: bool = False, ended: Callable[[], bool] = bool) -> str | None:
    """What is wrong with a file, none where it is sound. Reads all of it; fit for a thread of its own.

    `whole` takes longer and also compares the tables with their indexes. Once `ended` says so it reads no
    further, and what it has found means nothing.
    """
    try:
        with closing(_connection(path, "ro")) as database:
            database.set_progress_handler(ended, 1000)
            (found,) = database.execute(f"PRAGMA {'integrity' if whole else 'quick'}_check(1)").fetchone()
    except sqlite3.Error as error:
        return str(error)
    return None if found == "ok" else str(found)


def logs(path: Path) -> list[Path]:
    """What SQLite has left beside a journal that was not closed, and is a part of it."""
    beside = (path.with_name(path.name + suffix) for suffix in ("-wal", "-shm"))
    return [each for each in beside if each.exists()]


@contextmanager
def telling(path: Path, what: str) -> Iterator[None]:
    """Tell an error of SQLite in words, with what to do."""
    try:
        yield
    except sqlite3.Error as error:
        damaged = (getattr(error, "sqlite_errorcode", 0) & 0xFF) in DAMAGE
        raise JournalUnavailable(
            f"The journal {path} cannot be {what}: {error}.", hint=RESTORE if damaged else FREE
        ) from error


def _connection(path: Path, mode: str) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.resolve().as_uri()}?mode={mode}", uri=True, isolation_level=None)


def _open(path: Path, center: str, mode: str) -> sqlite3.Connection:
    """A connection to what is surely this centre's journal. Nothing is written before that is known."""
    if not path.exists():
        raise JournalUnavailable(f"There is no journal {path}.", hint="Check `data` in the settings.")
    if not path.stat().st_size:  # SQLite would take it for a new one
        raise JournalUnavailable(f"The journal {path} is empty.", hint=RESTORE)
    database = _connection(path, mode)
    try:
        version = schema.version_of(database)
        if not version:
            raise JournalUnavailable(f"The file {path} is no journal.", hint=RESTORE)
        if version > schema.VERSION:
            raise JournalUnavailable(
                f"The journal {path} is of version {version}, this hub reads {schema.VERSION}.",
                hint="Start the version of luot that wrote it.",
            )
        meta = dict(database.execute("SELECT key, value FROM meta").fetchall())
        if meta.get("center") != center:
            raise JournalUnavailable(
                f"The journal {path} is of the centre {meta.get('center')!r}, not of {center!r}.",
                hint="Give the hub the folder of its own centre, or the settings their own name.",
            )
    except BaseException:
        database.close()
        raise
    return database


def _create(path: Path, center: str) -> None:
    """Make it beside its place and move it there: a start that is cut off leaves no half of one."""
    if left := logs(path):
        raise JournalUnavailable(f"The journal {path} is gone, and has left {left[0]}.", hint=RESTORE)
    new = path.with_suffix(".new")
    new.unlink(missing_ok=True)
    with closing(sqlite3.connect(new, isolation_level=None)) as database:
        database.execute("BEGIN IMMEDIATE")
        schema.upgrade(database)
        rows = (("center", center), ("epoch", secrets.token_hex(4)))
        database.executemany("INSERT INTO meta VALUES (?, ?)", rows)
        database.execute("COMMIT")
    move(new, path)


def give(file: Path) -> None:
    """What root makes in the hub's folder belongs to whom the folder belongs, or the hub could not use it."""
    if os.geteuid() == 0:
        owner = file.parent.stat()
        os.chown(file, owner.st_uid, owner.st_gid)


def move(new: Path, path: Path) -> None:
    """Put a file in its place, for good."""
    new.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)

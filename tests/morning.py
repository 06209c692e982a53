"""A morning with a bit of everything, and its journal on disk, for tests of what is kept."""

import resource
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import msgspec
import pytest

from bus.answers import Answer
from bus.events import EventBody, JournalEvent, TicketIssued, TicketTransferred
from bus.messages import encode
from center.journal import Answered, Journal, Note
from center.state import State
from tests.hall import CENTER, MORNING, Hall

NOTE = "Thiếu bản sao"
ROOM = 36_000  # bytes: enough for SQLite's shared memory, too little for a journal that was made to `grow`
FINE = encode(Answer(ok=True))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where a journal is kept."""
    return tmp_path / "hub" / "journal.sqlite"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where its backup goes."""
    (tmp_path / "stick").mkdir()
    return tmp_path / "stick" / "monday.sqlite"


def morning() -> Hall:
    hall = Hall()
    hall.ask("lease", "kiosk-1", "kiosk", install=uuid4())
    hall.open("one")
    hall.open("two")
    request = uuid4()
    hall.take(request=request)
    hall.give_up(request, uuid4())
    for service in ("civil", "land", "civil", "land", "civil", "land"):
        hall.take(service)
        hall.take(service, category="elderly")
    for _ in range(2):
        hall.call("one")
        hall.wait(60)
    hall.act("hold")
    hall.call("two")
    hall.wait(60)
    hall.act("finish", "two")
    hall.call("two")
    hall.wait(60)
    hall.ask("transfer", counter="two", to="one", note=NOTE)
    hall.call("two")
    hall.pay(hall.charge(counter="two").reference)
    hall.ask("shut", service="tax", reason="Mất mạng thuế")
    hall.ask("book", service="land", at=hall.at + timedelta(days=1), code="ABCD12")
    return hall


def commit(journal: Journal, hall: Hall, after: int = 0) -> None:
    """What happened in the hall after that event, one commit each."""
    for entry in hall.journal[after:]:
        first = entry.request is not None and journal.answer(entry.device, entry.request) is None
        journal.commit([entry], [answered(entry)] if first else [], noted(entry))


def answered(entry: JournalEvent) -> Answered:
    """Whoever took a number was told it; what else was answered matters to nobody here."""
    assert entry.request is not None
    body = entry.body
    result = msgspec.json.encode({"id": body.ticket} if isinstance(body, TicketIssued) else {})
    answer = encode(Answer(ok=True, result=msgspec.Raw(result)))
    return Answered(entry.device, entry.request, None, answer)


def noted(entry: JournalEvent) -> list[Note]:
    if isinstance(entry.body, TicketTransferred) and entry.body.noted:
        return [Note(entry.seq, entry.body.ticket, NOTE)]
    return []


def write(path: Path, hall: Hall) -> None:
    """All of it, in a journal that was closed."""
    with Journal(path, "tan-lap") as journal:
        commit(journal, hall)


@contextmanager
def no_room(largest: int) -> Iterator[None]:
    """No file of this process may become larger than that: what a full disk is to a writer."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (largest, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def read(path: Path) -> State:
    with Journal(path, "tan-lap") as journal:
        return journal.state(CENTER)


def same(one: State, other: State) -> bool:
    """The epoch is made with the journal."""
    return {**vars(one), "epoch": ""} == {**vars(other), "epoch": ""}


def entry(seq: int, body: EventBody) -> JournalEvent:
    return JournalEvent(seq, "hub", None, MORNING + timedelta(seconds=seq), body, 1000 * seq)


@contextmanager
def altered(path: Path) -> Iterator[sqlite3.Connection]:
    """The file, to be changed behind the journal's back."""
    with closing(sqlite3.connect(path, isolation_level=None)) as file:
        yield file


def largest(path: Path) -> int:
    """The size of the journal's largest file."""
    return max(each.stat().st_size for each in path.parent.iterdir() if each.suffix != ".sqlite-shm")


def events(path: Path) -> list[JournalEvent]:
    with Journal(path, "tan-lap", read_only=True) as journal:
        return list(journal.entries())


def grow(path: Path) -> None:
    """Let the journal be larger than the room that there is."""
    with Journal(path, "tan-lap") as journal:
        journal.commit([], [Answered("kiosk-1", uuid4(), None, b"{}" + b" " * ROOM)])

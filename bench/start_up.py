"""start-up: from a journal of a million events to the state, beside opening its file and reading one row.

The newest snapshot is as old as it may get, and the file is read from the disk, not from memory. The history
is a simulated day of a busy centre, told again under other dates.
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from itertools import count, islice
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from uuid import UUID

from bench.result import Result, median_ms, within
from bench.year import MORNING, Year
from bus.events import JournalEvent, decode_body
from bus.messages import encode
from center.journal import SNAPSHOT_EVERY, Answered, Journal
from config.load import load_center
from config.settings import CenterSettings
from demo.files import TEMPLATES

EVENTS = 1_000_000
PEOPLE = 600  # a day
ROUNDS = 5
DAY = timedelta(days=1)
ANSWER = b'{"ok":true,"result":{}}' + b" " * 300  # as long as one is


def run() -> list[Result]:
    with TemporaryDirectory(dir="/var/tmp", prefix="luot-bench-") as name:
        return [measure(Path(name) / "journal.sqlite", EVENTS)]


def measure(path: Path, events: int) -> Result:
    settings = load_center(TEMPLATES / "center.toml")
    write(path, settings, events)
    floors, values = [], []
    for _ in range(ROUNDS):
        forget(path)
        began = perf_counter()
        with closing(sqlite3.connect(path)) as database:
            database.execute("SELECT * FROM event LIMIT 1").fetchone()
        floors.append(perf_counter() - began)
        forget(path)
        began = perf_counter()
        with Journal(path, settings.center) as journal:
            state = journal.state(settings)
            values.append(perf_counter() - began)
        if state.seq != events:
            raise RuntimeError(f"the journal has {state.seq} events, not {events}")
    return within("start-up", median_ms(values), "ms", limit=1000, floor=median_ms(floors))


def write(path: Path, settings: CenterSettings, events: int) -> None:
    """A journal of so many events; the last ones that no snapshot has are as many as may be."""
    entries = history(settings)
    requests = count()
    with Journal(path, settings.center) as journal:
        state = journal.state(settings)
        while batch := list(islice(entries, min(SNAPSHOT_EVERY, events - state.seq))):
            answers = [Answered(each.device, UUID(int=next(requests)), state.day, ANSWER) for each in batch]
            journal.commit(batch, answers)
            for entry in batch:
                state.apply(entry)
            if events - state.seq >= SNAPSHOT_EVERY:
                journal.snapshot_if_due(state)


def history(settings: CenterSettings) -> Iterator[JournalEvent]:
    """One day after the other, without end."""
    year = Year(settings, PEOPLE)
    for day in year.days(3):  # the third is like all that come after
        told = MORNING.date() + (day - 1) * DAY
        template = [(each, encode(each.body)) for each in year.hall.entries]
    seq = count(1)
    for days in count():
        for entry, body in template:
            for date in (told + DAY, told):  # in tickets' ids and in times
                body = body.replace(str(date).encode(), str(date + days * DAY).encode())
            at, ran = entry.at + days * DAY, entry.ran + days * DAY // timedelta(milliseconds=1)
            yield JournalEvent(next(seq), entry.device, entry.request, at, decode_body(body), ran)


def forget(path: Path) -> None:
    """Have it read from the disk the next time."""
    with path.open("rb") as file:
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)

"""next-at-depth: what `next` costs with 10,000 people waiting, beside what it costs with 10.

It is the hub's work on one key of a clerk: what is due by itself, the decision, its events, the answer, and
every picture that is shown anew; first in memory alone, then with the journal's commit. The two halls take
turns, and who is called is replaced outside the measured time, so each stays as deep as it is.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import cycle
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from uuid import uuid4

from bench.hall import Hall
from bench.result import Result, against_floor, median_ms
from bus.asks import Next, Open, Take
from bus.messages import encode
from center import views
from center.journal import Answered, Journal
from config.settings import CenterSettings, Counter, Service

ROUNDS = 500
DEEP, SHALLOW = 10_000, 10
APART_S = 5  # a key counts only some seconds after the last call
OFFLINE = (9_000, 9_999)  # of each letter: the rest is enough for the deep hall
LETTERS = "ABCDEF"
COUNTERS = 4


class Depth:
    """A hall with so many people waiting, clerks at its counters, and its journal."""

    def __init__(self, settings: CenterSettings, journal: Journal, waiting: int) -> None:
        self.hall = Hall(settings, datetime(2026, 11, 23, 1, tzinfo=UTC))
        self.journal = journal
        self.services = cycle(each.id for each in settings.services)
        self.counters = cycle(each.id for each in settings.counters)
        self.hall.wait(0)
        for counter in settings.counters:
            self.hall.ask("web", "open", Open(uuid4(), counter.id, 0, f"clerk-{counter.id}"))
        for _ in range(waiting):
            self.come()

    def come(self) -> None:
        self.hall.ask("kiosk", "take", Take(uuid4(), next(self.services)))

    def press(self) -> Iterator[None]:
        """One `next`, in two steps: told, then on disk. After it another person comes, and time passes."""
        hall, counter = self.hall, next(self.counters)
        hall.entries.clear()
        asked = Next(uuid4(), counter, hall.state.counters[counter].turn)
        hall.wait(0)
        answer = encode(hall.ask("web", "next", asked))
        self.show()
        yield
        self.journal.commit(hall.entries, [Answered("web", asked.request, hall.state.day, answer)])
        yield
        self.come()
        hall.wait(APART_S)

    def show(self) -> None:
        state, rev, now = self.hall.state, self.hall.state.rev, self.hall.now
        for service in state.settings.services:
            views.queue(state, service.id, rev, now)
        for counter in state.settings.counters:
            views.counter(state, counter.id, rev)
            views.panel(state, counter.id, rev)
        views.board(state, rev, now.ran)


def run() -> list[Result]:
    with TemporaryDirectory(dir="/var/tmp", prefix="luot-bench-") as name:
        return measure(Path(name))


def measure(folder: Path) -> list[Result]:
    settings = center()
    with (
        Journal(folder / "deep.sqlite", settings.center) as deep,
        Journal(folder / "shallow.sqlite", settings.center) as shallow,
    ):
        halls = (Depth(settings, deep, DEEP), Depth(settings, shallow, SHALLOW))
        in_memory: tuple[list[float], list[float]] = ([], [])
        on_disk: tuple[list[float], list[float]] = ([], [])
        for _ in range(ROUNDS):
            for hall, told, kept in zip(halls, in_memory, on_disk, strict=True):
                steps = hall.press()
                began = perf_counter()
                next(steps)
                told.append(perf_counter() - began)
                next(steps)
                kept.append(perf_counter() - began)
                next(steps, None)
    return [
        against_floor(name, median_ms(at_depth), median_ms(floor), "ms", at_most=1.2)
        for name, (at_depth, floor) in (("next-at-depth", in_memory), ("next-at-depth-on-disk", on_disk))
    ]


def center() -> CenterSettings:
    services = tuple(Service(id=each.lower(), letter=each, name={"vi": each}) for each in LETTERS)
    ids = tuple(each.id for each in services)
    return CenterSettings(
        center="depth",
        title={"vi": "Trung tâm"},
        name={"vi": "Sâu"},
        offline_numbers=OFFLINE,
        services=services,
        counters=tuple(
            Counter(id=str(number), number=str(number), services=ids) for number in range(1, COUNTERS + 1)
        ),
        devices=(),
    )

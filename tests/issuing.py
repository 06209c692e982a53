"""An issuer's memory in somebody's own hands: what is leased, given and taken over."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from uuid import UUID, uuid4

from bus.answers import Adopted, LeaseRange, Leases, Ticket
from bus.asks import Adopt, Take
from bus.memory import FILE, Memory
from bus.messages import Catalog, Rev, ServiceInfo
from config.clock import FakeClock
from tests import paper
from tests.paper import CENTER

YESTERDAY, TODAY, TOMORROW = date(2026, 11, 21), date(2026, 11, 22), date(2026, 11, 23)
CATALOG = Catalog(Rev("e", 1), (ServiceInfo("ho-tich", "A", {"vi": "Hộ tịch"}, {}, "person", {}),), ())


def memory_in(folder: Path, clock: FakeClock | None = None) -> Memory:
    return Memory(folder, clock or FakeClock(), volatile=True)


def take(service: str = "ho-tich") -> Take:
    return Take(uuid4(), service)


def ticket(label: str, day: date = TODAY) -> Ticket:
    return paper.ticket(id=f"{day}-{label}", label=label)


def range_(
    first: int, last: int, day: date = TODAY, service: str = "ho-tich", letter: str = "A"
) -> LeaseRange:
    return LeaseRange(day, service, letter, first, last)


def lease(memory: Memory, *ranges: LeaseRange) -> None:
    memory.leased(Leases(ranges), CENTER, CATALOG)


def give(memory: Memory, service: str = "ho-tich") -> str | None:
    """The label of the next number of our own."""
    asked = take(service)
    memory.begin(asked.request)
    given = memory.give(asked)
    return given[1] if given else None


def adoption(memory: Memory, *, whole: bool = False) -> Adopt:
    adopt = memory.adopt(uuid4(), whole=whole)
    assert adopt is not None
    return adopt


def taken_over(adopt: Adopt) -> Adopted:
    """What the hub answers."""
    return Adopted(adopt.given_up, tuple(each.label for each in adopt.tickets))


def tell(memory: Memory) -> None:
    """The hub hears what there is to tell at once, and takes it over."""
    adopt = adoption(memory)
    memory.adopted(adopt, taken_over(adopt))


def given_up(memory: Memory) -> set[UUID]:
    adopt = memory.adopt(uuid4(), whole=False)
    return set(adopt.given_up) if adopt else set()


@contextmanager
def unwritable(folder: Path) -> Iterator[None]:
    """Nobody can write the file: somebody else holds it."""
    holder = sqlite3.connect(folder / FILE, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    yield
    holder.close()


def power_cut(folder: Path, to: Path, clock: FakeClock | None = None) -> Memory:
    """What is on the disk now is all there is: a copy of the files, while the first issuer has them open."""
    shutil.copytree(folder, to)
    return memory_in(to, clock)

"""The numbers that an issuer may give by itself while the hub is out of reach: its leases.

Each range is for one day and one service, and only the hub's answer adds to them or ends them: no clock of
ours does. A range that is over stays on the disk, so that nothing of it is given twice, should the hub grant
it again.
"""

import sqlite3
from datetime import date

from bus.answers import LeaseRange, Leases
from bus.disk import Disk
from bus.messages import Catalog, CenterState, Id, encode
from bus.reading import read
from config.errors import Refused

AT_ONCE = 208  # ranges, as the contract limits them

# `next` is the first number of a range that was not given yet. `words`: the state of the centre and its
# catalogue, without which no number can be offered or printed.
SCHEMA = """
CREATE TABLE lease (
    day     TEXT NOT NULL,
    letter  TEXT NOT NULL,
    first   INTEGER NOT NULL,
    last    INTEGER NOT NULL,
    service TEXT NOT NULL,
    next    INTEGER NOT NULL,
    over    INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (day, letter, first)
);
CREATE TABLE words (center BLOB NOT NULL, catalog BLOB NOT NULL)
"""


class Reserve:
    """The leases on a disk, and the words of the centre with which their numbers are given."""

    def __init__(self, disk: Disk) -> None:
        self.disk = disk

    def services(self) -> frozenset[Id]:
        """Of which a number is left."""
        with self.disk.reading() as database:
            rows = database.execute("SELECT service FROM lease WHERE NOT over AND next <= last")
            return frozenset(service for (service,) in rows)

    def words(self) -> tuple[CenterState, Catalog] | None:
        """The centre as it was when numbers were last leased, if ever."""
        with self.disk.reading() as database:
            row = database.execute("SELECT center, catalog FROM words").fetchone()
        try:
            return (read(row[0], CenterState), read(row[1], Catalog)) if row else None
        except Refused:  # an older version wrote them
            return None

    # Within a transaction

    def give(self, database: sqlite3.Connection, service: Id) -> tuple[str, str] | None:
        """The next number of a service: its day, the earliest there is, and its label."""
        row = database.execute(
            "SELECT rowid, day, letter, next FROM lease"
            " WHERE service = ? AND NOT over AND next <= last ORDER BY day, first LIMIT 1",
            (service,),
        ).fetchone()
        if row is None:
            return None
        lease, day, letter, number = row
        database.execute("UPDATE lease SET next = next + 1 WHERE rowid = ?", (lease,))
        return day, f"{letter}{number:03}"

    def held(self, database: sqlite3.Connection) -> tuple[LeaseRange, ...]:
        """The ranges that are not over, used up or not."""
        rows = database.execute(
            "SELECT day, service, letter, first, last FROM lease WHERE NOT over"
            " ORDER BY day DESC, first LIMIT ?",
            (AT_ONCE,),
        )
        return tuple(LeaseRange(date.fromisoformat(day), *rest) for day, *rest in rows)

    def replace(
        self, database: sqlite3.Connection, answer: Leases, center: CenterState, catalog: Catalog
    ) -> None:
        """The hub's answer is all that may be given from now on."""
        self.end(database)
        database.executemany(
            "INSERT INTO lease (day, letter, first, last, service, next) VALUES (?, ?, ?, ?, ?, ?)"
            " ON CONFLICT DO UPDATE SET over = 0, last = excluded.last, service = excluded.service",
            [
                (each.day.isoformat(), each.letter, each.first, each.last, each.service, each.first)
                for each in answer.ranges
            ],
        )
        database.execute("DELETE FROM words")
        database.execute("INSERT INTO words VALUES (?, ?)", (encode(center), encode(catalog)))

    def end(self, database: sqlite3.Connection) -> None:
        """Nothing may be given any more."""
        database.execute("UPDATE lease SET over = 1")

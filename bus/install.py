"""Which install of an issuer this is, and how long its machine ran.

Numbers are leased to an install: a new disk is a new one, and so is a disk in another computer, for the card
may have been cloned. The age of a ticket is told by the time that the machine ran, for its wall clock may be
years off; what it was without power is not known and not counted.
"""

import logging
import sqlite3
from pathlib import Path
from uuid import UUID, uuid4

from config.clock import Clock

log = logging.getLogger(__name__)

# A Raspberry Pi has the first; elsewhere a clone is told apart only where its machine id is its own.
BOARD = (Path("/sys/firmware/devicetree/base/serial-number"), Path("/etc/machine-id"))

# One row. `ran` is in seconds, as it was at `boottime` of that start of the machine.
SCHEMA = """
CREATE TABLE install (
    id       TEXT NOT NULL,
    board    TEXT NOT NULL,
    machine  TEXT NOT NULL,
    boottime REAL NOT NULL,
    ran      REAL NOT NULL
)
"""


def board() -> str:
    """Which computer this is."""
    return " ".join(path.read_text().strip("\0\n") for path in BOARD if path.exists())


class Install:
    """The row of this disk, once it is open."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.board = board()
        self.id = UUID(int=0)
        self._before = 0.0  # how long the machine had run when it started this time, s

    def ran(self) -> float:
        """Seconds that the machine ran, over all its starts."""
        return self._before + self.clock.boottime()

    def open(self, database: sqlite3.Connection) -> bool:
        """Read the row, or make it. Whether this is a new install: it has no leases then."""
        machine = self.clock.machine()
        row = database.execute("SELECT id, board, machine, boottime, ran FROM install").fetchone()
        new = row is None or row[1] != self.board
        if row is None:
            row = ("", "", machine, 0.0, 0.0)
            database.execute("INSERT INTO install VALUES (?, ?, ?, ?, ?)", row)
        known, _, started, boottime, ran = row
        self.id = uuid4() if new else UUID(known)
        self._before = ran - boottime if started == machine else ran
        database.execute(
            "UPDATE install SET id = ?, board = ?, machine = ?", (str(self.id), self.board, machine)
        )
        self.note(database)
        if new:
            log.info("this is a new install id=%s", self.id)
        return new

    def note(self, database: sqlite3.Connection) -> None:
        """Write down how long the machine ran until now."""
        database.execute("UPDATE install SET boottime = ?, ran = ?", (self.clock.boottime(), self.ran()))

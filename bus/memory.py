"""What an issuer of numbers must not forget: a kiosk, or the web where staff take numbers for people.

Every request for a number is on its own disk before it is sent, and its end before anything is printed or
shown. One that a power cut left open is given up: the hub makes its ticket void, should there be one. What
became of a ticket's paper is told until the hub answers, and so are the numbers that were given without it.
"""

import logging
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from uuid import UUID, uuid4

from msgspec import structs

from bus import install, reserve
from bus.answers import Adopted, Leases, Ticket
from bus.asks import Adopt, Delivered, Issued, Lease, Take
from bus.disk import Disk, DiskFault
from bus.install import Install
from bus.messages import Catalog, CenterState, Outcome, Rev
from bus.reserve import Reserve
from config.clock import Clock
from config.errors import Refused, Unreachable

log = logging.getLogger(__name__)

FILE = "issuer.sqlite"
KEPT = 5000  # of what is done: some days' worth
GIVEN_UP_AT_ONCE, TICKETS_AT_ONCE = 200, 50  # as the contract limits them
DAY_S = 12 * 3600.0  # a ticket of today is no older

# `ask`: a request for a number; `end` is null while it is open. `ticket`: a number, the hub's or our own, and
# what became of its paper, told under the id `report`. Our own has a request id of its own, for the one that
# was asked is given up. `told`: the hub knows it; `reported`: it knows of the paper too. `seen`: the newest
# revision of each epoch of the hub; the last row is the newest epoch. `further`: services on the same number,
# with spaces between them.
FIRST = f"""
CREATE TABLE ask (
    request TEXT PRIMARY KEY,
    end     TEXT CHECK (end IN ('ticket', 'refused', 'given-up')),
    told    INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE ticket (
    request  TEXT PRIMARY KEY,
    day      TEXT NOT NULL,
    label    TEXT NOT NULL,
    service  TEXT NOT NULL,
    category TEXT NOT NULL,
    language TEXT NOT NULL,
    people   INTEGER NOT NULL,
    ran      REAL NOT NULL,
    told     INTEGER NOT NULL,
    outcome  TEXT,
    report   TEXT UNIQUE,
    reported INTEGER NOT NULL DEFAULT 0,
    UNIQUE (day, label)
);
CREATE INDEX untold_ask ON ask (told) WHERE NOT told;
CREATE INDEX untold_ticket ON ticket (told) WHERE NOT told;
CREATE INDEX unreported_ticket ON ticket (reported) WHERE NOT reported;
CREATE TABLE seen (epoch TEXT PRIMARY KEY, seq INTEGER NOT NULL);
{install.SCHEMA};
{reserve.SCHEMA}
"""
STEPS = (FIRST, "ALTER TABLE ticket ADD COLUMN further TEXT NOT NULL DEFAULT ''")
DONE = {"ask": "(told OR end != 'given-up')", "ticket": "told AND reported", "lease": "over"}


class Memory:
    """An issuer's memory. A write that fails raises `DiskFault` and has changed nothing.

    A request that is open when the file is opened was cut off, so it is given up; paper that was under way is
    `unknown`.
    """

    def __init__(self, folder: Path, clock: Clock, *, volatile: bool = False) -> None:
        self.disk = Disk(folder / FILE, STEPS, self._settle, volatile=volatile)
        self.install = Install(clock)
        self.reserve = Reserve(self.disk)
        self._seen: dict[str, int] = {}

    def close(self) -> None:
        self.disk.close()

    # The life of a request

    def begin(self, request: UUID) -> None:
        """Before it is sent."""
        with self._writing() as database:
            database.execute("INSERT INTO ask (request) VALUES (?)", (str(request),))

    def end(self, request: UUID, outcome: Ticket | Refused | Unreachable) -> None:
        """Before anything is printed or shown. Without an answer it is given up."""
        with self._writing() as database:
            match outcome:
                case Ticket() as given:
                    _end(database, request, "ticket")
                    take = Take(
                        request, given.service, given.category, given.language, given.people, given.then
                    )
                    self._keep(database, take, *_day_and_label(given.id), told=True)
                case Refused():
                    _end(database, request, "refused")
                case Unreachable():
                    _end(database, request, "given-up")

    def give(self, take: Take) -> tuple[str, str] | None:
        """End a request without the hub: it is given up, and a number of our own is given in its place.

        Returns its day and its label, or nothing where none is left.
        """
        with self._writing() as database:
            _end(database, take.request, "given-up")
            given = self.reserve.give(database, take.service)
            if given:
                own = structs.replace(take, request=uuid4())
                self._keep(database, own, *given, told=False)
        return given

    def ended(self, request: UUID) -> str | None:
        """'open', 'ticket', 'refused', 'given-up', or nothing where it was never asked."""
        with self.disk.reading() as database:
            row = database.execute("SELECT end FROM ask WHERE request = ?", (str(request),)).fetchone()
        return (row[0] or "open") if row else None

    def delivered(self, ticket: str, outcome: Outcome) -> None:
        """What became of a ticket's paper; the first word stays."""
        with self._writing() as database:
            database.execute(
                "UPDATE ticket SET outcome = ?, report = ? WHERE day = ? AND label = ? AND outcome IS NULL",
                (outcome, str(uuid4()), *_day_and_label(ticket)),
            )

    # What the hub has yet to hear

    def saw(self, rev: Rev) -> None:
        """A revision of the hub's: the newest is kept with the next write.

        A hub that cannot read its journal has no epoch.
        """
        if not rev.epoch:
            return
        with self.disk.reading():
            self._seen[rev.epoch] = max(rev.seq, self._seen.get(rev.epoch, 0))

    def is_above(self, rev: Rev) -> bool:
        """Whether more was seen of that epoch of the hub's: then it has lost its end."""
        with self.disk.reading():
            return self._seen.get(rev.epoch, 0) > rev.seq

    def adopt(self, request: UUID, *, whole: bool, seen_more: bool = False) -> Adopt | None:
        """What was given up, and the tickets that the hub does not know yet: as much as goes at once.

        None where there is nothing to tell; with `whole` that is told, too, and with `seen_more` what was
        seen of the hub.
        """
        with self.disk.reading() as database:
            given_up = database.execute(
                "SELECT request FROM ask WHERE NOT told AND end = 'given-up' ORDER BY rowid LIMIT ?",
                (GIVEN_UP_AT_ONCE,),
            ).fetchall()
            tickets = database.execute(
                "SELECT label, service, request, rowid, ran, day, category, language, people, further"
                " FROM ticket WHERE NOT told ORDER BY rowid LIMIT ?",
                (TICKETS_AT_ONCE,),
            ).fetchall()
            leases = self.reserve.held(database)
        if not (given_up or tickets or whole or seen_more):
            return None
        return Adopt(
            request,
            given_up=tuple(UUID(each) for (each,) in given_up),
            tickets=tuple(map(self._issued, tickets)),
            install=self.install.id,
            leases=leases,
            seen=self._newest(),
            whole=whole and len(given_up) < GIVEN_UP_AT_ONCE and len(tickets) < TICKETS_AT_ONCE,
        )

    def adopted(self, told: Adopt, answer: Adopted) -> bool:
        """The hub knows these of what it was told. Whether that was news.

        A label alone does not say which: yesterday's may be told again beside today's.
        """
        ended = {*answer.tickets, *answer.refused}
        with self._writing() as database:
            void = [(str(each),) for each in answer.void]
            known = [(str(each.request),) for each in told.tickets if each.label in ended]
            asks = database.executemany("UPDATE ask SET told = 1 WHERE request = ? AND NOT told", void)
            tickets = database.executemany("UPDATE ticket SET told = 1 WHERE request = ? AND NOT told", known)
            return asks.rowcount > 0 or tickets.rowcount > 0

    def tell_again(self, day: date) -> None:
        """A backup was restored: the hub must hear again what was given up, and of that day's tickets."""
        with self._writing() as database:
            database.execute("UPDATE ask SET told = 0 WHERE end = 'given-up'")
            since = (day.isoformat(), self.install.ran() - DAY_S)
            database.execute("UPDATE ticket SET told = 0 WHERE day >= ? OR ran >= ?", since)

    def fact(self) -> Delivered | None:
        """The oldest word on a ticket's paper that is not yet told; its request id stays the same."""
        with self.disk.reading() as database:
            row = database.execute(
                "SELECT report, day, label, outcome FROM ticket"
                " WHERE NOT reported AND report IS NOT NULL AND told ORDER BY rowid LIMIT 1"
            ).fetchone()
        return Delivered(UUID(row[0]), f"{row[1]}-{row[2]}", row[3]) if row else None

    def told(self, fact: Delivered) -> None:
        """The hub answered it."""
        with self._writing() as database:
            database.execute("UPDATE ticket SET reported = 1 WHERE report = ?", (str(fact.request),))

    def lease(self) -> Lease:
        """The request for numbers of our own."""
        with self.disk.reading() as database:
            held = self.reserve.held(database)
        return Lease(uuid4(), self.install.id, held, self._newest())

    def leased(self, answer: Leases, center: CenterState, catalog: Catalog) -> None:
        """All that may be given from now on, and the words with which it is."""
        with self._writing() as database:
            self.reserve.replace(database, answer, center, catalog)

    # The tables

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with self.disk.writing() as database:
            yield database
            self.install.note(database)
            database.executemany(
                "INSERT INTO seen VALUES (?, ?) ON CONFLICT DO UPDATE SET seq = excluded.seq",
                self._seen.items(),
            )

    def _keep(self, database: sqlite3.Connection, take: Take, day: str, label: str, *, told: bool) -> None:
        database.execute(
            "INSERT INTO ticket"
            " (request, day, label, service, category, language, people, further, ran, told)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                str(take.request), day, label, take.service, take.category, take.language, take.people,
                " ".join(take.then), self.install.ran(), told,
            ),
        )  # fmt: skip

    def _issued(self, row: tuple[str, str, str, int, float, str, str, str, int, str]) -> Issued:
        label, service, request, order, ran, day, category, language, people, further = row
        age_s = max(0.0, self.install.ran() - ran)
        on = date.fromisoformat(day)
        then = tuple(further.split())
        return Issued(label, service, UUID(request), order, age_s, on, category, language, people, then)

    def _newest(self) -> Rev | None:
        return Rev(*list(self._seen.items())[-1]) if self._seen else None

    def _settle(self, database: sqlite3.Connection) -> None:
        """End what was cut off, and let go of what is long over."""
        if self.install.open(database):
            self.reserve.end(database)
        known = dict(database.execute("SELECT epoch, seq FROM seen ORDER BY rowid"))
        self._seen = known | {each: max(seq, known.get(each, 0)) for each, seq in self._seen.items()}
        given_up = database.execute("UPDATE ask SET end = 'given-up' WHERE end IS NULL").rowcount
        lost = database.execute("SELECT request FROM ticket WHERE outcome IS NULL").fetchall()
        database.executemany(
            "UPDATE ticket SET outcome = 'unknown', report = ? WHERE request = ?",
            [(str(uuid4()), request) for (request,) in lost],
        )
        for table, done in DONE.items():
            old = f"rowid <= (SELECT max(rowid) FROM {table}) - {KEPT}"
            database.execute(f"DELETE FROM {table} WHERE {done} AND {old}")
        if given_up or lost:
            log.warning("work was cut off given_up=%d paper_unknown=%d", given_up, len(lost))


def _end(database: sqlite3.Connection, request: UUID, end: str) -> None:
    changed = database.execute(
        "UPDATE ask SET end = ? WHERE request = ? AND end IS NULL", (end, str(request))
    ).rowcount
    if changed != 1:
        raise DiskFault(f"The request {request} is not open any more.")


def _day_and_label(ticket: str) -> tuple[str, str]:
    day, _, label = ticket.rpartition("-")
    return day, label

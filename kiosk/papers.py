"""The last tickets of a kiosk and what became of their paper, in a file: what can be printed once more.

What the hub has to know of them is the issuer's memory (`bus.memory`); this is for the people at the kiosk,
and no ticket waits for it.
"""

import contextlib
from datetime import date
from pathlib import Path
from uuid import UUID

import msgspec
from msgspec import structs

from bus.answers import Ticket
from bus.messages import Outcome, Payload
from config.errors import Refused
from printer.spool import CAME_OUT

FILE = "papers.json"
KEPT = 20
OFFERED = 3


class Paper(Payload, frozen=True):
    """A ticket, and what became of it the last time that it was printed: nothing while it is on its way."""

    ticket: Ticket
    outcome: Outcome | None = None
    again: UUID | None = None  # the request that had it printed once more

    @property
    def came_out(self) -> bool:
        return self.outcome in CAME_OUT


class Papers:
    """Oldest first. What a killed process left under way is `unknown`."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE
        self._papers: dict[str, Paper] = {}

    def open(self) -> None:
        """Read what the last process left."""
        with contextlib.suppress(OSError, msgspec.DecodeError):
            for each in msgspec.json.decode(self._path.read_bytes(), type=tuple[Paper, ...]):
                self._papers[each.ticket.id] = structs.replace(each, outcome=each.outcome or "unknown")

    def __getitem__(self, ticket: str) -> Paper:
        """Raises Refused (`unknown-ticket`)."""
        if ticket not in self._papers:
            raise Refused("unknown-ticket", f"The ticket {ticket} is none of the last {KEPT} of this kiosk.")
        return self._papers[ticket]

    def begin(self, ticket: Ticket, again: UUID | None = None) -> None:
        """Its paper is on its way."""
        self._papers[ticket.id] = Paper(ticket, again=again)
        for old in list(self._papers)[:-KEPT]:
            del self._papers[old]
        self._write()

    def end(self, ticket: str, outcome: Outcome) -> None:
        if ticket in self._papers:
            self._papers[ticket] = structs.replace(self._papers[ticket], outcome=outcome)
            self._write()

    def offered(self, day: date) -> tuple[Paper, ...]:
        """The last ones that are not known to have come out, or the very last one.

        None of before that day of the hub's: somebody else has that label now.
        """
        ended = [each for each in self._papers.values() if each.outcome and each.ticket.id >= str(day)]
        missing = [each for each in ended if not each.came_out]
        return tuple(missing[-OFFERED:] or ended[-1:])

    def _write(self) -> None:
        """Whole or not at all. Where the disk takes nothing there is just less to print once more."""
        new = self._path.with_suffix(".new")
        with contextlib.suppress(OSError):
            new.write_bytes(msgspec.json.encode(tuple(self._papers.values())))
            new.replace(self._path)

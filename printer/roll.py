"""How much paper is left on a printer's roll, about: kept over restarts, and pure but for its file.

What was printed since the roll was changed is known; how long a roll is the settings may say (`roll_m`). How
far it goes once its near-end sensor speaks is learned: at the end of a roll, and roughly before that.
"""

import contextlib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta

from printer.status import PrinterState

FILE = "roll.json"
EARLY = 50  # tickets: so few are told as paper that is low, whatever a sensor says
TICKET_MM = 130.0  # until the first ones are measured
CUT_MM = 15.0  # from the print head to the knife: white on every ticket
WEIGHT = 1 / 8  # of the newest ticket in their mean length

Mm = Annotated[float, Meta(ge=0, le=1e9)]


@dataclass(frozen=True)
class Roll:
    """What is known of it; nothing where nobody could know."""

    printed_mm: Mm = 0.0  # since it was changed
    low_at_mm: Mm | None = None  # of that, when its sensor spoke
    opened: bool = False  # since then somebody was at it, or it ended: paper that is not low is another roll
    rest_mm: Mm | None = None  # that is left when the sensor speaks
    ticket_mm: Annotated[float, Meta(ge=1, le=1e4)] = TICKET_MM

    def fed(self, mm: float) -> "Roll":
        """A ticket came out of it."""
        mm += CUT_MM
        return replace(
            self, printed_mm=self.printed_mm + mm, ticket_mm=self.ticket_mm + WEIGHT * (mm - self.ticket_mm)
        )

    def changed(self) -> "Roll":
        """It is a new one."""
        return replace(self, printed_mm=0.0, low_at_mm=None, opened=False)

    def seen(self, state: PrinterState, roll_mm: float | None) -> "Roll":
        """The printer's state changed; of a roll that lasts to its end it is learned how long that takes."""
        low_at, printed = self.low_at_mm, self.printed_mm
        match state:
            case PrinterState.READY if self.opened:
                return self.changed()
            case PrinterState.PAPER_LOW if low_at is None:
                guess = max(0.0, roll_mm - printed) if roll_mm else None
                return replace(
                    self, low_at_mm=printed, rest_mm=guess if self.rest_mm is None else self.rest_mm
                )
            case PrinterState.COVER_OPEN if low_at is not None:
                return replace(self, opened=True)
            case PrinterState.PAPER_OUT:
                rest = self.rest_mm if low_at is None or self.opened else printed - low_at
                return replace(self, opened=True, rest_mm=rest)
        return self

    def tickets_left(self, roll_mm: float | None) -> int | None:
        if self.low_at_mm is not None and self.rest_mm is not None:
            left = self.low_at_mm + self.rest_mm - self.printed_mm
        elif roll_mm is not None:
            left = roll_mm - self.printed_mm
        else:
            return None
        return max(0, int(left / self.ticket_mm))


def read(folder: Path) -> Roll:
    """The roll as the last process left it, or one of which nothing is known."""
    with contextlib.suppress(OSError, msgspec.MsgspecError):
        return msgspec.json.decode((folder / FILE).read_bytes(), type=Roll)
    return Roll()


def write(folder: Path, roll: Roll) -> None:
    """Whole or not at all. It need not be on the disk at once: a few tickets more or less are no matter."""
    new = folder / f"{FILE}.new"
    with contextlib.suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
        new.write_bytes(msgspec.json.encode(roll))
        new.replace(folder / FILE)

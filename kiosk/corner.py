"""The corner for staff: a finger that rests in the upper left corner, a PIN, and what staff do at a kiosk.

Pure, as `kiosk.journey` is. Each wrong PIN makes the next one wait twice as long.
"""

import math
from dataclasses import dataclass, replace
from hmac import compare_digest
from typing import Literal
from uuid import UUID

from bus.asks import Reopen, Shut
from bus.device_asks import Print

HOLD_S = 3.0
STAY_S = 60.0  # without a touch the corner closes
LONGEST_S = 300.0  # that a wrong PIN makes one wait
DIGITS = 8  # the most that a PIN has


@dataclass(frozen=True)
class Pin:
    """The PIN, as far as it is typed; after a wrong one, for how many seconds nothing can be typed."""

    digits: str = ""
    wrong: bool = False
    wait: int = 0


@dataclass(frozen=True)
class Staff:
    """What staff can do here, and what became of what they did last."""

    shelf: int = 0
    told: str = ""


StaffPage = Pin | Staff
Act = Print | Shut | Reopen | Literal["test-print", "restart"]


@dataclass(frozen=True)
class Corner:
    """Closed while it has no page. Without a PIN in the settings it never opens."""

    pin: str
    page: StaffPage | None = None
    until: float = -math.inf
    held: float | None = None  # since when a finger rests there
    wrong: int = 0  # PINs, one after the other
    locked: float = -math.inf  # until then none is taken

    def finger(self, now: float, *, down: bool) -> "Corner":
        """A finger came to rest in the corner, or is there no longer."""
        return replace(self, held=now if down and self.pin else None)

    def passed(self, now: float) -> "Corner":
        """Time went by."""
        if self.page is None and self.held is not None and now - self.held >= HOLD_S:
            return replace(self._show(Pin(), now), held=None)
        if isinstance(self.page, Pin):
            wait = math.ceil(max(0.0, self.locked - now))
            if wait != self.page.wait:
                return replace(self, page=replace(self.page, wait=wait))
        return replace(self, page=None) if self.page is not None and now >= self.until else self

    def left(self, now: float) -> int:
        """Whole seconds until it closes by itself."""
        return max(0, math.ceil(self.until - now))

    def touch(self, target: str, *, request: UUID, now: float) -> tuple["Corner", Act | None]:
        """A finger on a target; `request` is the id of what may be asked for it."""
        kind, _, name = target.partition(":")
        match self.page, kind:
            case _, "done":
                return replace(self, page=None), None
            case Pin(digits, wait=0), "key" if name.isdigit() and len(digits) < DIGITS:
                return self._show(Pin(digits + name), now), None
            case Pin(digits, wait=0), "erase":
                return self._show(Pin(digits[:-1]), now), None
            case Pin(digits, wait=0), "send" if digits:
                return self._try(digits, now), None
            case Staff(shelf=shelf), "more":
                return self._show(Staff(shelf + 1), now), None
            case Staff(shelf=shelf), "shut":
                return self._show(Staff(shelf), now), Shut(request, name)
            case Staff(shelf=shelf), "reopen":
                return self._show(Staff(shelf), now), Reopen(request, name)
            case Staff(shelf=shelf), "print":
                return self._show(Staff(shelf), now), Print(request, name)
            case Staff(shelf=shelf), ("test-print" | "restart") as act:
                return self._show(Staff(shelf), now), act
        return self, None

    def told(self, words: str, now: float) -> "Corner":
        """What became of an act, as a message."""
        return self._show(replace(self.page, told=words), now) if isinstance(self.page, Staff) else self

    def _try(self, digits: str, now: float) -> "Corner":
        if compare_digest(digits, self.pin):
            return replace(self._show(Staff(), now), wrong=0)
        wait = min(LONGEST_S, 2.0 ** (self.wrong + 1))
        shown = self._show(Pin(wrong=True, wait=math.ceil(wait)), now + wait)
        return replace(shown, wrong=self.wrong + 1, locked=now + wait)

    def _show(self, page: StaffPage, now: float) -> "Corner":
        return replace(self, page=page, until=now + STAY_S)

"""What is wrong with a line as a whole, told by what comes from it: a wrong speed, or swapped wires."""

from collections.abc import Callable
from typing import get_args

from bus.messages import LinkHealth
from config.fields import Baud

LOST_S = 5.0  # without a word from anybody, after which other speeds are tried
ZEROS = 16  # requests in a row after which nothing but zeros came: that is the idle line, turned round


class Diagnosis:
    """The state of a line with so many devices; `tell` gets it whenever it is another one."""

    def __init__(self, baud: int, devices: int, tell: Callable[[str], None]) -> None:
        self.state = "absent"  # or "ready", "wrong-speed", "swapped-wires"
        self._baud = baud
        self._others = [each for each in get_args(Baud) if each != baud]
        self._devices = devices
        self._tell = tell
        self._answers_at = 0  # another speed, at which somebody answered
        self._tries = 0  # requests to single devices since nobody is heard any more
        self._zeros = 0  # requests in a row that were followed by nothing but zeros
        self._why_absent = ""
        self._heard_at: float | None = None  # the last frame of a device; or when we began to listen

    def turn(self, state: str) -> None:
        """The line is in this state now."""
        if state == "ready" and self.state == "absent":
            self._zeros = 0
            self._heard_at = None
        if state != self.state:
            self.state = state
            self._tell(state)

    def lost(self, why: str) -> None:
        """The port is gone, or still not there."""
        self._why_absent = why
        self.turn("absent")

    def speed(self, now: float) -> int:
        """Of a request to one device: where nobody answers at all, every other time around another one."""
        if self._heard_at is None:
            self._heard_at = now
        if now - self._heard_at < LOST_S:
            self._tries = 0
            return self._baud
        self._tries += 1
        around = self._tries // self._devices
        return self._others[around // 2 % len(self._others)] if around % 2 else self._baud

    def heard(self, baud: int, now: float) -> bool:
        """A device was heard at this speed; returns whether it is the line's own."""
        if baud != self._baud:
            self._answers_at = baud
            self.turn("wrong-speed")
            return False
        self._heard_at = now
        self.turn("ready")
        return True

    def unanswered(self, *, zeros: bool) -> None:
        """Nobody answered a request; there were `zeros`, and nothing else, or there were not."""
        self._zeros = self._zeros + 1 if zeros else 0
        if self._zeros >= ZEROS:
            self.turn("swapped-wires")

    def health(self, frames: int, errors: int) -> LinkHealth:
        about = {"absent": self._why_absent, "wrong-speed": f"devices answer at {self._answers_at} baud"}
        return LinkHealth("line", self.state, frames, errors, about=about.get(self.state, ""))

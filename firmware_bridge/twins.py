"""Keypads and signs that are not there: what their firmware does with a request, without port and clock."""

from math import ceil
from secrets import randbits

from firmware_bridge.frames import (
    PRESS_LIFE_S,
    Ack,
    Decoder,
    Hello,
    Identity,
    Idle,
    Key,
    Kind,
    Mark,
    Message,
    Press,
    Show,
    Shown,
)

ALONE_S = 5.0  # without a word from the master, after which a sign marks what it shows as old


class SimulatedKeypad:
    """Four keys and a lamp. One press at a time: until it is answered, or given up, other keys do nothing."""

    def __init__(self) -> None:
        self.decoder = Decoder()
        self.boot = randbits(32)
        self.number = 0
        self.lamp = ""  # or "waiting", "accepted", "refused": of the last press
        self.told_at: float | None = None  # when that press first was on the line, whole
        self._key = 0
        self._pressed_at = 0.0

    def press(self, key: Key, now: float) -> None:
        """A finger on a key."""
        if self.lamp != "waiting":
            self.number += 1
            self.lamp = "waiting"
            self.told_at = None
            self._key = key
            self._pressed_at = now

    def tick(self, now: float) -> None:
        """Time passes: what was not answered is given up."""
        if self.lamp == "waiting" and now - self._pressed_at >= PRESS_LIFE_S:
            self.lamp = "refused"

    def hear(self, request: Message, *, alone: bool, now: float) -> Message | None:
        """The answer to the master's request; `alone` says that it was for this keypad only."""
        self.tick(now)
        match request:
            case Hello():
                return Identity(Kind.KEYPAD, 1, 0)
            case Ack(self.boot, self.number, outcome) if self.lamp == "waiting":
                self.lamp = outcome.name.lower()
        if self.lamp == "waiting":
            age_ms = ceil((now - self._pressed_at) * 1000)
            return Press(self.boot, self.number, self._key, age_ms)
        return Idle() if alone else None


class SimulatedSign:
    """A row of characters, blank until it is told what to show."""

    def __init__(self) -> None:
        self.decoder = Decoder()
        self.text = ""
        self.marks = Mark(0)
        self._heard_at = 0.0

    @property
    def looks(self) -> str:
        """The text, with its dot where it has one."""
        return self.text + ("." if Mark.OLD in self.marks else "")

    def tick(self, now: float) -> None:
        """Time passes: a text for which no master stands any more gets its dot."""
        if self.text and now - self._heard_at >= ALONE_S:
            self.marks |= Mark.OLD

    def hear(self, request: Message, *, alone: bool, now: float) -> Message | None:
        """The answer to the master's request; what goes to everyone is not for signs."""
        self._heard_at = now
        match request:
            case Hello() if alone:
                return Identity(Kind.SIGN, 1, 0)
            case Show(marks, text):
                self.marks, self.text = Mark(marks), text
        return Shown(self.marks, self.text) if alone else None

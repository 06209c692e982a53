"""Devices that are not there: what their firmware does with the bytes it hears, without port and clock."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from random import Random
from secrets import token_bytes
from typing import Protocol

from firmware_bridge.codec import Decoder, encode
from firmware_bridge.frames import (
    ALONE_S,
    EVERYONE,
    PRESS_LIFE_S,
    REST_S,
    TEXT_CELLS,
    UNIQUE_BYTES,
    Ack,
    Frame,
    Hello,
    Identity,
    Kind,
    Light,
    Lit,
    Mark,
    Message,
    Poll,
    Press,
    Show,
    Shown,
    slot_time,
)


@dataclass(frozen=True)
class Said:
    """What a device says, so long after the last byte that it heard."""

    after_s: float
    data: bytes


class Twin(Protocol):
    """A device, or what behaves like one: a simulated one, or the reference firmware built for the host."""

    def hear(self, data: bytes, now: float) -> Sequence[Said]:
        """These bytes were on the line; what it says to that."""

    def tick(self, now: float) -> None:
        """Time passes."""

    def press(self, key: int, now: float) -> None:
        """A finger on a key, 1 for the first."""

    @property
    def lamp(self) -> str:
        """Of the last press: "", "waiting", "accepted" or "refused"."""

    @property
    def lights(self) -> Light:
        """The lamps that it lights."""

    @property
    def text(self) -> str:
        """What a sign shows."""

    @property
    def marks(self) -> Mark:
        """What a sign shows beside its text."""

    def close(self) -> None:
        """Its power is gone."""


class SimulatedDevice:
    """What all devices do: they find their own requests in what they hear, and answer."""

    lamp = ""
    text = ""
    marks = Mark(0)

    def __init__(self, address: int, *, baud: int = 19200) -> None:
        self.lights = Light(0, 0)
        self._address = address
        self._slot_s = slot_time(baud)
        self._decoder = Decoder()
        self._unique = token_bytes(UNIQUE_BYTES)
        self._chance = Random(self._unique)
        self._heard_at = 0.0

    def hear(self, data: bytes, now: float) -> Sequence[Said]:
        """These bytes were on the line; what it says to that."""
        said = []
        for frame in self._decoder.feed(data):
            if frame.address not in (self._address, EVERYONE):
                continue
            self.tick(now)
            self._heard_at = now
            answer = self._answer(frame.message, now, alone=frame.address == self._address)
            if answer is not None:
                after_s = REST_S
                if isinstance(frame.message, Hello):
                    after_s += self._chance.randrange(frame.message.slots) * self._slot_s
                said.append(Said(after_s, encode(Frame(self._address, frame.sequence, answer))))
        return said

    def press(self, key: int, now: float) -> None:
        """Not on this one."""

    def tick(self, now: float) -> None:
        """Lamps for which no master stands any more go out."""
        if now - self._heard_at >= ALONE_S:
            self.lights = Light(0, 0)

    def close(self) -> None:
        """Nothing is left of it."""

    def _answer(self, request: Message, now: float, *, alone: bool) -> Message | None:
        """The answer to the master's request; `alone` says that it was for this device only."""
        raise NotImplementedError

    def _identity(self, kind: Kind, *, keys: int = 0, lamps: int = 0, cells: int = 0) -> Identity:
        return Identity(kind, 1, 0, keys, lamps, cells, self._unique)


class SimulatedKeypad(SimulatedDevice):
    """Keys and lamps. One press at a time: until it is answered, or given up, other keys do nothing."""

    def __init__(self, address: int, kind: Kind = Kind.KEYPAD, keys: int = 4, *, baud: int = 19200) -> None:
        super().__init__(address, baud=baud)
        self.boot = self._chance.getrandbits(32)
        self.number = 0
        self._kind = kind
        self._keys = keys
        self._key = 0
        self._pressed_at = 0.0

    def press(self, key: int, now: float) -> None:
        """A finger on a key."""
        if self.lamp != "waiting" and 1 <= key <= self._keys:
            self.number += 1
            self.lamp = "waiting"
            self._key = key
            self._pressed_at = now

    def tick(self, now: float) -> None:
        """What was not answered is given up."""
        super().tick(now)
        if self.lamp == "waiting" and now - self._pressed_at >= PRESS_LIFE_S:
            self.lamp = "refused"

    def _answer(self, request: Message, now: float, *, alone: bool) -> Message | None:
        if not alone and request != Poll():
            return None
        match request:
            case Hello():
                return self._identity(self._kind, keys=self._keys, lamps=3)
            case Light(on, blink):
                self.lights = Light(on, blink)
                return Lit(on, blink)
            case Ack(self.boot, self.number, outcome) if self.lamp == "waiting":
                self.lamp = outcome.name.lower()
            case Poll() | Ack():
                pass
            case _:
                return None
        if self.lamp == "waiting":
            age_ms = ceil((now - self._pressed_at) * 1000)
            return Press(self.boot, self.number, self._key, age_ms)
        return Lit(self.lights.on, self.lights.blink) if alone else None


class SimulatedSign(SimulatedDevice):
    """A row of characters, blank until it is told what to show."""

    def tick(self, now: float) -> None:
        """A text for which no master stands any more gets its dot."""
        if self.text and now - self._heard_at >= ALONE_S:
            self.marks |= Mark.OLD

    def _answer(self, request: Message, now: float, *, alone: bool) -> Message | None:
        if not alone:
            return None
        match request:
            case Hello():
                return self._identity(Kind.SIGN, cells=TEXT_CELLS)
            case Show(marks, text):
                self.marks, self.text = Mark(marks), text
            case Poll():
                pass
            case _:
                return None
        return Shown(self.marks, self.text)


class SimulatedLamp(SimulatedDevice):
    """A call lamp above a counter."""

    def _answer(self, request: Message, now: float, *, alone: bool) -> Message | None:
        if not alone:
            return None
        match request:
            case Hello():
                return self._identity(Kind.LAMP, lamps=1)
            case Light(on, blink):
                self.lights = Light(on, blink)
            case Poll():
                pass
            case _:
                return None
        return Lit(self.lights.on, self.lights.blink)


def simulated(address: int, kind: Kind, baud: int) -> Twin:
    """A device of this kind."""
    match kind:
        case Kind.SIGN:
            return SimulatedSign(address, baud=baud)
        case Kind.LAMP:
            return SimulatedLamp(address, baud=baud)
        case Kind.RATER:
            return SimulatedKeypad(address, kind, 5, baud=baud)
    return SimulatedKeypad(address, kind, 16, baud=baud)

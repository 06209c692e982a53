"""A USB number pad that is not there: a pty that carries the kernel's events, at a path of its own.

It has a light, and can be unplugged at any byte of an event. It cannot be taken for oneself alone: for that a
real one is needed.
"""

import os
import select
import tty
from pathlib import Path
from time import monotonic

from config.settings import PadKey
from firmware_bridge.evdev import DOWN, EV_KEY, EV_LED, EV_SYN, EVENT, KEYS, SYN_REPORT, UP, event

EV_MSC, MSC_SCAN = 0x04, 0x04  # a pad tells the raw code before the key


class SimulatedPad:
    """A pad; `path` leads to it while it is plugged in. One thread may do something to it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.lights: list[bool] = []  # every change of its light since it was plugged in
        self._ends: tuple[int, ...] = ()  # of the pty: ours and the bridge's
        self._heard = b""

    def __enter__(self) -> "SimulatedPad":
        self.return_()
        return self

    def __exit__(self, *_: object) -> None:
        self.vanish()

    def press(self, key: PadKey) -> None:
        """A finger on a key."""
        self.write(self.report(key, DOWN) + self.report(key, UP))

    def report(self, key: PadKey, value: int) -> bytes:
        """What the kernel tells of it: the raw code, the key, the end."""
        code, at = KEYS[key][0], monotonic()
        told = ((EV_MSC, MSC_SCAN, 0x70000 + code), (EV_KEY, code, value), (EV_SYN, SYN_REPORT, 0))
        return b"".join(event(kind, each, what, at) for kind, each, what in told)

    def write(self, data: bytes) -> None:
        """Bytes for whoever reads it: a part of an event, or many of them."""
        if self._ends:
            os.write(self._ends[0], data)

    @property
    def light(self) -> bool:
        """Whether its light is on."""
        self._hear()
        return bool(self.lights) and self.lights[-1]

    @property
    def flashes(self) -> int:
        """How often its light has gone on since it was plugged in."""
        self._hear()
        return self.lights.count(True)

    def vanish(self) -> None:
        """Pull it out."""
        self.path.unlink(missing_ok=True)
        for end in self._ends:
            os.close(end)
        self._ends = ()

    def return_(self) -> None:
        """Plug it in: the same path, most likely another device."""
        self.vanish()
        self.lights.clear()
        self._heard = b""
        self._ends = os.openpty()
        tty.setraw(self._ends[1])
        self.path.symlink_to(os.ttyname(self._ends[1]))

    def _hear(self) -> None:
        """What was written to it."""
        while self._ends and select.select(self._ends[:1], [], [], 0)[0]:
            self._heard += os.read(self._ends[0], EVENT.size * 64)
        while len(self._heard) >= EVENT.size:
            _, _, kind, _, value = EVENT.unpack(self._heard[: EVENT.size])
            self._heard = self._heard[EVENT.size :]
            if kind == EV_LED and (not self.lights or self.lights[-1] != bool(value)):
                self.lights.append(bool(value))

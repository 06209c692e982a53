"""A USB number pad that is not there: a pty that carries the kernel's events, at a path of its own.

It has a light, and can be unplugged at any byte of an event. It cannot be taken for oneself alone: for that a
real one is needed.
"""

import os
from pathlib import Path
from select import select
from time import monotonic

from config.hardware import PadKey
from firmware_bridge.evdev import DOWN, EV_KEY, EV_LED, EV_SYN, EVENT, KEYS, SYN_REPORT, UP, event
from firmware_bridge.plug import Plug

EV_MSC, MSC_SCAN = 0x04, 0x04  # a pad tells the raw code before the key


class SimulatedPad:
    """A pad; `path` leads to it while it is plugged in. One thread may do something to it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.lights: list[bool] = []  # every change of its light since it was plugged in
        self._plug = Plug(path)
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
        self._plug.write(data)

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
        self._plug.pull_out()

    def return_(self) -> None:
        """Plug it in: the same path, most likely another device."""
        self.lights.clear()
        self._heard = b""
        self._plug.put_in()

    def _hear(self) -> None:
        """What was written to it."""
        for end in self._plug.ours:
            while select([end], [], [], 0)[0]:
                self._heard += os.read(end, EVENT.size * 64)
        while len(self._heard) >= EVENT.size:
            _, _, kind, _, value = EVENT.unpack(self._heard[: EVENT.size])
            self._heard = self._heard[EVENT.size :]
            if kind == EV_LED and (not self.lights or self.lights[-1] != bool(value)):
                self.lights.append(bool(value))

"""Keys as the kernel tells them: `struct input_event` of /dev/input, and the calls beside it.

From the kernel's `linux/input.h` and `linux/input-event-codes.h`, for a 64-bit system. A key's code is
that of its place on the pad, whatever NumLock says.
"""

import errno
import os
import struct
from array import array
from collections.abc import Iterator
from fcntl import ioctl
from typing import NamedTuple

from config.hardware import PadKey

EVENT = struct.Struct("@llHHi")  # seconds, microseconds, type, code, value

EV_SYN, EV_KEY, EV_LED = 0x00, 0x01, 0x11
SYN_REPORT, SYN_DROPPED = 0, 3
UP, DOWN, REPEATED = 0, 1, 2  # values of a key
LEDS = (0, 1, 2)  # NumLock, CapsLock, ScrollLock

CLOCK_MONOTONIC = 1


def _code(direction: int, number: int, size: int) -> int:
    """An ioctl's code, as `_IOC` makes it."""
    return direction << 30 | size << 16 | ord("E") << 8 | number


EVIOCGRAB = _code(1, 0x90, 4)
EVIOCSCLOCKID = _code(1, 0xA0, 4)
EVIOCGBIT_LED = _code(2, 0x20 + EV_LED, 1)

# A pad sends the code of its own block, or that of the same key on a whole keyboard.
KEYS: dict[PadKey, tuple[int, ...]] = {
    "0": (82, 11), "1": (79, 2), "2": (80, 3), "3": (81, 4), "4": (75, 5), "5": (76, 6), "6": (77, 7),
    "7": (71, 8), "8": (72, 9), "9": (73, 10), ".": (83, 52, 121, 51), "enter": (96, 28), "+": (78,),
    "-": (74, 12), "*": (55,), "/": (98, 53), "=": (117, 13), "backspace": (14,), "tab": (15,), "esc": (1,),
}  # fmt: skip
NAMES: dict[int, PadKey] = {code: name for name, codes in KEYS.items() for code in codes}


class Pressed(NamedTuple):
    """A key went down."""

    code: int
    at: float  # in the system's monotonic seconds


class Events:
    """Makes presses of a device's bytes, however they were cut.

    A key that is held down repeats itself, which is no press. After the kernel has dropped events (its buffer
    was full: nobody read for long) the rest of that report is no whole one, and is passed over.
    """

    def __init__(self) -> None:
        self.drops = 0
        self._rest = b""
        self._dropping = False

    def feed(self, data: bytes) -> Iterator[Pressed]:
        data = self._rest + data
        whole = len(data) - len(data) % EVENT.size
        self._rest = data[whole:]
        for seconds, micros, kind, code, value in EVENT.iter_unpack(data[:whole]):
            if kind == EV_SYN:
                self._dropping = code == SYN_DROPPED or (self._dropping and code != SYN_REPORT)
                self.drops += code == SYN_DROPPED
            elif kind == EV_KEY and value == DOWN and not self._dropping:
                yield Pressed(code, seconds + micros / 1e6)


def event(kind: int, code: int, value: int, at: float = 0.0) -> bytes:
    """One event as bytes; of what is written to a device the kernel keeps its own time."""
    return EVENT.pack(int(at), int(at % 1 * 1e6), kind, code, value)


def light(led: int, *, on: bool) -> bytes:
    """What switches a device's light."""
    return event(EV_LED, led, on) + event(EV_SYN, SYN_REPORT, 0)


def claim(device: int) -> int | None:
    """Take the open device for ourselves alone, and return its light, if it has one.

    No console and no window gets its keys then, and its times are monotonic. OSError with EBUSY says that
    another program has it, with ENOTTY that it is no input device, which a simulated pad alone may be.
    """
    leds = array("B", [0])
    try:
        ioctl(device, EVIOCGRAB, 1)
        ioctl(device, EVIOCSCLOCKID, array("i", [CLOCK_MONOTONIC]))
        ioctl(device, EVIOCGBIT_LED, leds)
    except OSError as error:
        if error.errno != errno.ENOTTY or not _is_simulated(device):
            raise
        return LEDS[0]
    return next((led for led in LEDS if leds[0] >> led & 1), None)


def _is_simulated(device: int) -> bool:
    """A simulated pad is a pty; a file or a serial adapter is another path than was meant."""
    return os.isatty(device) and os.ttyname(device).startswith("/dev/pts/")


def open_device(path: str) -> int:
    """Open it to read keys and write lights, without ever waiting for it."""
    return os.open(path, os.O_RDWR | os.O_NONBLOCK | os.O_NOCTTY)

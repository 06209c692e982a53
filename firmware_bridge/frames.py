"""What is said on the line between the bridge and our own devices: every message, its type and its bytes.

This is the only list. `published` makes the firmware's C header of it, and the tables of the protocol's page;
`codec` reads and writes by it. Numbers are little-endian. The master's requests carry a device's address, or
`EVERYONE`; an answer carries the address of who answers and the sequence of what it answers.
"""

from dataclasses import dataclass
from enum import IntEnum, IntFlag
from functools import cached_property
from struct import Struct as Packing
from typing import Annotated

from msgspec import Meta, Struct

VERSION = 1
EVERYONE = 0  # the address of a request to all keypads at once
TEXT_CELLS = 6  # the longest text of a sign, in characters
UNIQUE_BYTES = 12  # as microcontrollers have them: 96 bits, shorter ones padded with zeros
SLOTS = 4  # in which devices answer that are suspected to share an address
REST_S = 0.001  # between a request and its answer: the master's adapter turns round
TURN_S = 0.003  # within which a device begins its answer
PRESS_LIFE_S = 5.0  # a press that got no answer for so long is given up by its keypad
ALONE_S = 5.0  # without a word from the master, after which what a device shows is old


class Kind(IntEnum):
    """What a device is."""

    KEYPAD = 1
    SIGN = 2
    RATER = 3  # five keys, 1 the worst, for citizens
    LAMP = 4


class Outcome(IntEnum):
    """What became of a press; the keypad's lamp says it."""

    ACCEPTED = 1
    REFUSED = 2


class Mark(IntFlag):
    """What a sign says beside its text."""

    CALLING = 1  # the text blinks: the person has not come yet
    OLD = 2  # a dot: nobody vouches for the text just now


class Lamp(IntFlag):
    """Lamps, in their order on a keypad or a tower; a device has the first ones, as many as it has."""

    NUMBER = 1  # a number is at the counter; blinks while it is called
    OPEN = 2  # the counter is open; blinks while it is paused
    PRIORITY = 4  # the number is one of priority


AsciiText = Annotated[str, Meta(pattern=r"\A[ -~]*\Z", max_length=TEXT_CELLS)]


class Message(Struct, frozen=True, array_like=True):
    """What a frame says; the fields are the payload, in this order."""


class Hello(Message, frozen=True):
    """Who is there? The answer begins in one of so many slots, drawn by lot; in the only one, at once."""

    slots: Annotated[int, Meta(ge=1, le=SLOTS)] = 1  # 1 to SLOTS


class Poll(Message, frozen=True):
    """Anything new? To everyone: only who has a press to tell answers."""


class Ack(Message, frozen=True):
    """What became of a press: the keypad stops repeating it."""

    boot: int  # of the press
    number: int
    outcome: Outcome  # of `Outcome`


class Show(Message, frozen=True):
    """Show this text."""

    marks: int  # of `Mark`
    text: AsciiText  # from 20 to 7E, padded with zeros


class Light(Message, frozen=True):
    """Light these lamps, and let those of them blink."""

    on: int  # of `Lamp`
    blink: int  # of those that are on


class Identity(Message, frozen=True):
    """The answer to `Hello`."""

    kind: Kind  # of `Kind`
    major: int  # version of the firmware
    minor: int
    keys: int  # how many it has
    lamps: int  # that the master can light
    cells: int  # of a sign: how many characters can be seen at once
    unique: bytes  # no other device has this


class Lit(Message, frozen=True):
    """What a keypad, rating pad or lamp lights; a keypad's answer when there is nothing new."""

    on: int
    blink: int


class Press(Message, frozen=True):
    """A key went down. Repeated in every answer until it is acknowledged or too old."""

    boot: int  # drawn anew at each start of the keypad, so that no two presses are ever taken for one
    number: int  # of this press since then
    key: int  # 1 for the first
    age_ms: int  # since the key went down, rounded up


class Shown(Message, frozen=True):
    """A sign's answer: what it really shows, nothing after it was switched on."""

    marks: int
    text: AsciiText


@dataclass(frozen=True)
class Layout:
    """How a message is written: the frame's type, and each field as `struct` packs it."""

    code: int
    message: type[Message]
    formats: tuple[str, ...] = ()

    @cached_property
    def packing(self) -> Packing:
        """Of the whole payload."""
        return Packing("<" + "".join(self.formats))

    @cached_property
    def kinds(self) -> tuple[object, ...]:
        """The type of each field."""
        return tuple(self.message.__annotations__.values())


# Every message, the only list of types and sizes. A device's types have the high bit, so that a master whose
# adapter hears itself does not take its own request for an answer.
LAYOUTS = (
    Layout(0x01, Hello, ("B",)),
    Layout(0x02, Poll),
    Layout(0x03, Ack, ("I", "I", "B")),
    Layout(0x04, Show, ("B", f"{TEXT_CELLS}s")),
    Layout(0x05, Light, ("B", "B")),
    Layout(0x81, Identity, ("B", "B", "B", "B", "B", "B", f"{UNIQUE_BYTES}s")),
    Layout(0x82, Lit, ("B", "B")),
    Layout(0x83, Press, ("I", "I", "B", "H")),
    Layout(0x84, Shown, ("B", f"{TEXT_CELLS}s")),
)
BY_MESSAGE = {layout.message: layout for layout in LAYOUTS}
BY_CODE = {layout.code: layout for layout in LAYOUTS}
HEADER = Packing("<BBBBB")  # version, address, sequence, type, length
OVERHEAD = HEADER.size + 2 + 1 + 2  # the CRC, COBS, the delimiters
MAX_FRAME = OVERHEAD + max(layout.packing.size for layout in LAYOUTS)


@dataclass(frozen=True)
class Frame:
    """A message, whose it is, and the number that ties an answer to its request."""

    address: int
    sequence: int
    message: Message


def size(message: type[Message]) -> int:
    """How many bytes a frame with this message has, delimiters and all."""
    return OVERHEAD + BY_MESSAGE[message].packing.size


def wire_time(count: int, baud: int) -> float:
    """Seconds that so many bytes take on the line, 8N1."""
    return count * 10 / baud


def slot_time(baud: int) -> float:
    """Seconds of one slot of `Hello`: a turn, and the answer."""
    return TURN_S + wire_time(size(Identity), baud)


def from_device(message: Message) -> bool:
    """Whether a device says this, and not the master."""
    return BY_MESSAGE[type(message)].code >= 0x80

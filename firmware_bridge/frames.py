"""The frames of our own keypads and number signs: messages ↔ bytes, with no port and no clock.

A frame is `00 COBS(version, address, sequence, type, length, payload, CRC-16/X-25) 00`: 10 bytes round its
payload. A zero byte is nothing but a delimiter, and with one at each end noise before a frame costs that
frame nothing. The master's requests carry a device's address, or `EVERYONE`; an answer carries the address
of who answers and the sequence of what it answers. Numbers are little-endian.
"""

from binascii import crc_hqx
from dataclasses import dataclass
from enum import IntEnum, IntFlag
from struct import Struct as Packing

import msgspec
from msgspec import Struct

VERSION = 1
EVERYONE = 0  # the address of a request to all keypads at once
TEXT_CELLS = 6  # the longest text of a sign, in characters
PRESS_LIFE_S = 5.0  # a press that got no answer for so long is given up by its keypad


class Kind(IntEnum):
    """What a device is."""

    KEYPAD = 1
    SIGN = 2


class Key(IntEnum):
    """The keys of a counter's keypad, in their order on it."""

    NEXT = 1
    RECALL = 2
    NO_SHOW = 3
    FINISH = 4


class Outcome(IntEnum):
    """What became of a press; the keypad's lamp says it."""

    ACCEPTED = 1
    REFUSED = 2


class Mark(IntFlag):
    """What a sign says beside its text."""

    CALLING = 1  # the text blinks: the person has not come yet
    OLD = 2  # a dot: nobody vouches for the text just now


class Message(Struct, frozen=True, array_like=True):
    """What a frame says; the fields are the payload, in this order."""


class Hello(Message, frozen=True):
    """Who is there? Asked of a device that is not known, or was silent."""


class Poll(Message, frozen=True):
    """Anything new? To everyone: only keypads with a press answer."""


class Ack(Message, frozen=True):
    """What became of a press: the keypad stops repeating it."""

    boot: int
    number: int
    outcome: Outcome


class Show(Message, frozen=True):
    """Show this text, at most `TEXT_CELLS` of ASCII."""

    marks: int  # of `Mark`
    text: str


class Identity(Message, frozen=True):
    """The answer to `Hello`."""

    kind: Kind
    major: int  # of the firmware
    minor: int


class Idle(Message, frozen=True):
    """A keypad's answer when there is nothing new."""


class Press(Message, frozen=True):
    """A key went down. Repeated in every answer until it is acknowledged or too old."""

    boot: int  # drawn anew at each start of the keypad, so that no two presses are ever taken for one
    number: int  # of this press since then
    key: int
    age_ms: int  # since the key went down, rounded up


class Shown(Message, frozen=True):
    """A sign's answer: what it really shows, nothing after it was switched on."""

    marks: int
    text: str


@dataclass(frozen=True)
class Layout:
    """How a message is written: the frame's type, and the packing of its payload."""

    code: int
    message: type[Message]
    packing: Packing


# Every message, the only list of types and sizes. A device's types have the high bit, so that a master whose
# adapter hears itself does not take its own request for an answer.
LAYOUTS = (
    Layout(0x01, Hello, Packing("<")),
    Layout(0x02, Poll, Packing("<")),
    Layout(0x03, Ack, Packing("<IIB")),
    Layout(0x04, Show, Packing(f"<B{TEXT_CELLS}s")),
    Layout(0x81, Identity, Packing("<BBB")),
    Layout(0x82, Idle, Packing("<")),
    Layout(0x83, Press, Packing("<IIBH")),
    Layout(0x84, Shown, Packing(f"<B{TEXT_CELLS}s")),
)
_BY_MESSAGE = {layout.message: layout for layout in LAYOUTS}
_BY_TYPE = {layout.code: layout for layout in LAYOUTS}
_HEADER = Packing("<BBBBB")
_OVERHEAD = _HEADER.size + 2 + 1 + 2  # the CRC, COBS, the delimiters
MAX_FRAME = _OVERHEAD + max(layout.packing.size for layout in LAYOUTS)


@dataclass(frozen=True)
class Frame:
    """A message, whose it is, and the number that ties an answer to its request."""

    address: int
    sequence: int
    message: Message


def size(message: type[Message]) -> int:
    """How many bytes a frame with this message has, delimiters and all."""
    return _OVERHEAD + _BY_MESSAGE[message].packing.size


def wire_time(count: int, baud: int) -> float:
    """Seconds that so many bytes take on the line, 8N1."""
    return count * 10 / baud


def from_device(message: Message) -> bool:
    """Whether a device says this, and not the master."""
    return _BY_MESSAGE[type(message)].code >= 0x80


def encode(frame: Frame) -> bytes:
    """The frame as it goes on the line."""
    layout = _BY_MESSAGE[type(frame.message)]
    fields = msgspec.structs.astuple(frame.message)
    payload = layout.packing.pack(
        *(each.encode("ascii") if isinstance(each, str) else each for each in fields)
    )
    content = _HEADER.pack(VERSION, frame.address, frame.sequence, layout.code, len(payload)) + payload
    return enclose(content)


def enclose(content: bytes) -> bytes:
    """What makes a frame of its content."""
    return b"\0" + _stuff(content + crc(content)) + b"\0"


class Decoder:
    """Finds the good frames in whatever bytes come, and counts the bad ones."""

    def __init__(self) -> None:
        self.bad = 0
        self._rest = b""

    def feed(self, data: bytes) -> list[Frame]:
        """The frames that these bytes complete."""
        *ended, rest = (self._rest + data).split(b"\0")
        self._rest = rest[:MAX_FRAME]  # longer than any frame's inside: it stays bad, and stays small
        frames = []
        for piece in filter(None, ended):
            frame = _decode(piece)
            if frame is None:
                self.bad += 1
            else:
                frames.append(frame)
        return frames


def _decode(piece: bytes) -> Frame | None:
    content = _unstuff(piece)
    if len(content) < _HEADER.size + 2 or crc(content[:-2]) != content[-2:]:
        return None
    version, address, sequence, code, length = _HEADER.unpack_from(content)
    payload = content[_HEADER.size : -2]
    layout = _BY_TYPE.get(code)
    if version != VERSION or layout is None or not len(payload) == length == layout.packing.size:
        return None
    fields = layout.packing.unpack(payload)
    try:
        values = [each.rstrip(b"\0").decode("ascii") if isinstance(each, bytes) else each for each in fields]
        message: Message = msgspec.convert(values, layout.message)
    except (UnicodeDecodeError, msgspec.ValidationError):
        return None
    return Frame(address, sequence, message)


def _stuff(data: bytes) -> bytes:
    """COBS, for less than 254 bytes: each stretch between zeros, after its length and one."""
    return b"".join(bytes((len(stretch) + 1,)) + stretch for stretch in data.split(b"\0"))


def _unstuff(data: bytes) -> bytes:
    """COBS undone; nothing where a length leads past the end."""
    stretches = []
    at = 0
    while at < len(data):
        after = at + data[at]
        if after > len(data):
            return b""
        stretches.append(data[at + 1 : after])
        at = after
    return b"\0".join(stretches)


_MIRRORED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))


def crc(data: bytes) -> bytes:
    """CRC-16/X-25, low byte first, by the standard library's CRC of the mirrored polynomial."""
    high, low = divmod(crc_hqx(data.translate(_MIRRORED), 0xFFFF) ^ 0xFFFF, 256)
    return bytes((_MIRRORED[high], _MIRRORED[low]))

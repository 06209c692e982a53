"""Frames ↔ bytes, with no port and no clock.

A frame is `00 COBS(version, address, sequence, type, length, payload, CRC-16/X-25) 00`: 10 bytes round its
payload. A zero byte is nothing but a delimiter, and with one at each end noise before a frame costs that
frame nothing.
"""

from binascii import crc_hqx
from functools import lru_cache

import msgspec

from firmware_bridge.frames import BY_CODE, BY_MESSAGE, HEADER, MAX_FRAME, VERSION, Frame, Message


@lru_cache(1024)  # a line that rests says the same 256 requests again and again
def encode(frame: Frame) -> bytes:
    """The frame as it goes on the line."""
    layout = BY_MESSAGE[type(frame.message)]
    fields = msgspec.structs.astuple(frame.message)
    payload = layout.packing.pack(
        *(each.encode("ascii") if isinstance(each, str) else each for each in fields)
    )
    content = HEADER.pack(VERSION, frame.address, frame.sequence, layout.code, len(payload)) + payload
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

    def give_up(self) -> None:
        """Nothing more comes: what has begun is bad."""
        self.bad += bool(self._rest)
        self._rest = b""


def _decode(piece: bytes) -> Frame | None:
    content = _unstuff(piece)
    if len(content) < HEADER.size + 2 or crc(content[:-2]) != content[-2:]:
        return None
    version, address, sequence, code, length = HEADER.unpack_from(content)
    payload = content[HEADER.size : -2]
    layout = BY_CODE.get(code)
    if version != VERSION or layout is None or not len(payload) == length == layout.packing.size:
        return None
    try:
        values = [
            value.rstrip(b"\0").decode("ascii") if isinstance(value, bytes) and kind is not bytes else value
            for value, kind in zip(layout.packing.unpack(payload), layout.kinds, strict=True)
        ]
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

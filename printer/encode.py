"""A composed ticket as ESC/POS bytes, as few as the printer's profile allows.

What real printers taught (see also Epson's ESC/POS reference):

- A picture goes in bands of at most 128 rows, never a multiple of 48 high: clones lose step otherwise.
- A band is cropped to its ink and centred by the printer (`ESC a 1`), by whole bytes on both sides, so that
  no rounding moves it; rows much narrower than those beside them are a band of their own. Blank rows are a
  narrow band and not `ESC J`, whose unit is half a dot on some 203 dpi printers (1/406 inch on a TM-T20).
- A band that is made of dots of two by two, as the number and the QR code are, is sent as one of single dots
  that the printer doubles: a quarter of its bytes.
- A printer looks for real-time commands in everything it receives, pictures too: `DLE DC4` in the middle of a
  band could clear its buffer. Such bytes get one dot more, which nobody sees.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import accumulate, groupby
from typing import TYPE_CHECKING

from escpos.constants import QR_ECLEVEL_M
from PIL import Image, ImageChops

from printer.code import Code
from printer.profiles import Profile
from printer.status import TELL_CHANGES
from printer.ticket import Composed

if TYPE_CHECKING:
    from escpos.printer import Dummy

MAX_ROWS = 128
HEAD = 8  # bytes of a band's command
WIDEST = 576  # dots
LINES_TO_TEAR = 6  # of 30 dots: from the print head past the edge where paper is torn off
PLAIN, DOUBLED = b"\x00", b"\x03"  # how GS v 0 prints a dot
EJECT = b"\x1de\x05"  # GS e 5: out of the presenter

_RUNS = re.compile(rb"\x01+|\x00+")  # inked rows, blank rows
_REAL_TIME = re.compile(rb"\x10[\x04\x05\x14]")  # DLE EOT, DLE ENQ, DLE DC4


def encode(composed: Composed, profile: Profile) -> bytes:
    """The bytes that print this ticket and cut it off, from whatever modes the printer was left in."""
    device = _reset()
    if profile.status == "automatic":
        device._raw(TELL_CHANGES)  # a reset may have ended it
    device.set(align="center")
    for native, group in groupby(composed.parts, lambda part: isinstance(part, Code) and profile.native_qr):
        parts = tuple(group)
        if not native:
            _print(device, Composed(parts, composed.width).picture, doubles=profile.doubles)
            continue
        for code in parts:
            assert isinstance(code, Code)
            device.qr(code.text, ec=QR_ECLEVEL_M, size=code.dots, native=True)
    _cut(device, profile)
    return bytes(device.output)


def separator(profile: Profile) -> bytes:
    """Ends a ticket that broke off on its way, so that the next one stands on paper of its own.

    A printer may still wait for the rest of a band: zeros are white dots there, and nothing anywhere else.
    """
    device = _reset()
    _cut(device, profile)
    return bytes(MAX_ROWS * WIDEST // 8) + bytes(device.output)


def harmless(ink: bytes) -> bytes:
    """A band without the bytes of a real-time command: one dot is put beside another there."""
    return _REAL_TIME.sub(lambda found: bytes([found[0][0], found[0][1] | 0x08]), ink)


def warm_up() -> None:
    """Have done before the first ticket what takes a third of a second once: escpos reads its printers."""
    _reset()


def _reset() -> "Dummy":
    from escpos.printer import Dummy  # not before it is needed: a kiosk's first picture does not wait for it

    # The profile of a printer with 576 dots, a cutter and no page of its own: it decides nothing else here.
    device = Dummy(profile="TM-T20II")
    device.hw("INIT")
    return device


def _cut(device: "Dummy", profile: Profile) -> None:
    match profile.cutter:
        case "none":
            device.print_and_feed(LINES_TO_TEAR)
        case "partial":
            device.cut(mode="PART")
        case "full":
            device.cut(mode="FULL")
        case "presenter":
            device.cut(mode="FULL")
            device._raw(EJECT)


def _print(device: "Dummy", picture: Image.Image, *, doubles: bool) -> None:
    """`GS v 0`, by hand: escpos takes longer to turn a picture into bytes than all else together."""
    for ink, stride in _bands(picture, doubles=doubles):
        half = _halved(ink, stride) if doubles else None
        sent, across = (half, stride // 2) if half else (ink, stride)
        size = across.to_bytes(2, "little") + (len(sent) // across).to_bytes(2, "little")
        device._raw(b"\x1dv0" + (DOUBLED if half else PLAIN) + size + harmless(sent))


def _halved(ink: bytes, stride: int) -> bytes | None:
    """The band at half its size, if every two by two of its dots are the same."""
    rows = len(ink) // stride
    if stride % 2 or rows % 2 or ink[:stride] != ink[stride : 2 * stride]:
        return None
    whole = Image.frombytes("1", (stride * 8, rows), ink)
    half = whole.resize((stride * 4, rows // 2), Image.Resampling.NEAREST)
    return half.tobytes() if half.resize(whole.size, Image.Resampling.NEAREST).tobytes() == ink else None


def _bands(picture: Image.Image, *, doubles: bool) -> Iterator[tuple[bytes, int]]:
    """The picture from top to bottom in bands cropped to their ink: a bit a dot, and how many bytes a row."""
    ink, stride = ImageChops.invert(picture).tobytes(), picture.width // 8
    rows = [ink[start : start + stride] for start in range(0, len(ink), stride)]
    margins = [_margin(row) for row in rows]
    for run in _RUNS.finditer(bytes(margin < stride for margin in margins)):
        top, bottom = run.span()
        if doubles and _halved(ink[top * stride : bottom * stride], stride):
            parts = [bottom - top]  # all of it halves, and parts of odd rows would not
        else:
            parts = list(_parts(margins[top:bottom]))
        for height in (each for part in parts for each in _heights(part)):
            margin = min(*margins[top : top + height], (stride - 1) // 2)
            yield (
                b"".join(row[margin : stride - margin] for row in rows[top : top + height]),
                stride - 2 * margin,
            )
            top += height


def _margin(row: bytes) -> int:
    """Bytes that are white both at its left and at its right."""
    return min(len(row) - len(row.lstrip(b"\0")), len(row) - len(row.rstrip(b"\0")))


def _parts(margins: Sequence[int]) -> Iterator[int]:
    """How many rows each band has: cut in two where that saves the most bytes, again and again."""
    rows, narrow = len(margins), min(margins)
    above = list(accumulate(margins, min))
    below = list(accumulate(reversed(margins), min))[::-1]
    saved, cut = max(
        (
            ((above[at - 1] - narrow) * 2 * at + (below[at] - narrow) * 2 * (rows - at), at)
            for at in range(1, rows)
        ),
        default=(0, 0),
    )
    if saved <= HEAD:
        yield rows
    else:
        yield from _parts(margins[:cut])
        yield from _parts(margins[cut:])


def _heights(rows: int) -> Iterator[int]:
    """Of the bands of so many rows: even ones, as far as it goes, and none a multiple of 48 or of 96."""
    while rows:
        height = min(rows, MAX_ROWS)
        height -= 2 * (height % 48 == 0)
        yield height
        rows -= height

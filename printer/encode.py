"""A composed ticket as ESC/POS bytes, as few as the printer's profile allows.

What real printers taught (see also Epson's ESC/POS reference):

- A picture goes in bands of at most 128 rows, never a multiple of 48 high: clones lose step otherwise.
- A band is cropped to its ink and centred by the printer (`ESC a 1`), by whole bytes on both sides, so that
  no rounding moves it. Blank rows are a band one byte wide and not `ESC J`, whose unit is half a dot on some
  203 dpi printers (1/406 inch on a TM-T20).
- A band that is made of dots of two by two, as the number and the QR code are, is sent as one of single dots
  that the printer doubles: a quarter of its bytes.
- A printer looks for real-time commands in everything it receives, pictures too: `DLE DC4` in the middle of a
  band could clear its buffer. Such bytes get one dot more, which nobody sees.
"""

import re
from collections.abc import Iterator

from escpos.constants import QR_ECLEVEL_M
from escpos.printer import Dummy
from PIL import Image, ImageChops

from printer.code import Code
from printer.profiles import Profile
from printer.status import TELL_CHANGES
from printer.ticket import Composed

MAX_ROWS = 128
MIN_BLANK = 8  # rows; fewer between two lines are not worth a command
WIDEST = 576  # dots
LINES_TO_TEAR = 6  # of 30 dots: from the print head past the edge where paper is torn off
PLAIN, DOUBLED = b"\x00", b"\x03"  # how GS v 0 prints a dot
EJECT = b"\x1de\x05"  # GS e 5: out of the presenter

_RUNS = re.compile(rb"\x01(?:\x00{0,%d}\x01)*|\x00+" % (MIN_BLANK - 1))  # inked rows, blank rows
_REAL_TIME = re.compile(rb"\x10[\x04\x05\x14]")  # DLE EOT, DLE ENQ, DLE DC4


def encode(composed: Composed, profile: Profile) -> bytes:
    """The bytes that print this ticket and cut it off, from whatever modes the printer was left in."""
    device = _reset()
    if profile.status == "automatic":
        device._raw(TELL_CHANGES)  # a reset may have ended it
    device.set(align="center")
    for part in composed.parts:
        if isinstance(part, Code) and profile.native_qr:
            device.qr(part.text, ec=QR_ECLEVEL_M, size=part.dots, native=True)
        else:
            for band in _bands(part.picture if isinstance(part, Code) else part):
                _print(device, band, doubles=profile.doubles)
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


def _reset() -> Dummy:
    # The profile of a printer with 576 dots, a cutter and no page of its own: it decides nothing else here.
    device = Dummy(profile="TM-T20II")
    device.hw("INIT")
    return device


def _cut(device: Dummy, profile: Profile) -> None:
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


def _print(device: Dummy, band: Image.Image, *, doubles: bool) -> None:
    """`GS v 0`, by hand: escpos takes longer to turn a picture into bytes than all else together."""
    half = _halved(band) if doubles else None
    sent = half or band
    size = (sent.width // 8).to_bytes(2, "little") + sent.height.to_bytes(2, "little")
    ink = ImageChops.invert(sent).tobytes()
    device._raw(b"\x1dv0" + (DOUBLED if half else PLAIN) + size + harmless(ink))


def _halved(band: Image.Image) -> Image.Image | None:
    """The band at half its size, if every two by two of its dots are the same."""
    if band.width % 16 or band.height % 2:
        return None
    half = band.resize((band.width // 2, band.height // 2), Image.Resampling.NEAREST)
    whole = half.resize(band.size, Image.Resampling.NEAREST)
    return half if whole.tobytes() == band.tobytes() else None


def _bands(picture: Image.Image) -> Iterator[Image.Image]:
    """The picture from top to bottom, in bands cropped to their ink."""
    ink, stride = ImageChops.invert(picture).tobytes(), (picture.width + 7) // 8
    rows = bytes(any(ink[start : start + stride]) for start in range(0, len(ink), stride))
    for run in _RUNS.finditer(rows):
        top = run.start()
        for height in _heights(run.end() - top):
            yield _crop(picture, top, top + height)
            top += height


def _heights(rows: int) -> Iterator[int]:
    """Of the bands of so many rows: even ones, as far as it goes, and none a multiple of 48 or of 96."""
    while rows:
        height = min(rows, MAX_ROWS)
        height -= 2 * (height % 48 == 0)
        yield height
        rows -= height


def _crop(picture: Image.Image, top: int, bottom: int) -> Image.Image:
    """A band, cut by as many whole bytes at its left as at its right."""
    box = ImageChops.invert(picture.crop((0, top, picture.width, bottom))).getbbox()
    if box is None:
        return picture.crop((0, top, 8, bottom))
    margin = min(box[0], picture.width - box[2]) // 8 * 8
    return picture.crop((margin, top, picture.width - margin, bottom))

"""A composed ticket as ESC/POS bytes.

What real printers taught (see also Epson's ESC/POS reference):

- A picture goes in bands of at most 128 rows, never a multiple of 48 high: clones lose step otherwise.
- A band is cropped to its ink and centred by the printer (`ESC a 1`), by whole bytes on both sides, so that
  no rounding moves it. Blank rows are a band one byte wide and not `ESC J`, whose unit is half a dot on some
  203 dpi printers (1/406 inch on a TM-T20).
- A printer looks for real-time commands in everything it receives, pictures too: `DLE DC4` in the middle of a
  band could clear its buffer. Such bytes get one dot more, which nobody sees.
"""

import re
from collections.abc import Iterator

import qrcode
from escpos.constants import QR_ECLEVEL_M
from escpos.printer import Dummy
from PIL import Image, ImageChops

from config.settings import PrinterPort
from printer.status import TELL_CHANGES
from printer.ticket import BLACK, WHITE, Composed

MAX_ROWS = 128
MIN_BLANK = 8  # rows; fewer between two lines are not worth a command
QR_DOTS = 6  # to a module: 0.75 mm
WIDEST = 576  # dots

_RUNS = re.compile(rb"\x01(?:\x00{0,%d}\x01)*|\x00+" % (MIN_BLANK - 1))  # inked rows, blank rows
_REAL_TIME = re.compile(rb"\x10[\x04\x05\x14]")  # DLE EOT, DLE ENQ, DLE DC4


def encode(composed: Composed, printer: PrinterPort) -> bytes:
    """The bytes that print this ticket and cut it off, from whatever modes the printer was left in."""
    device = _reset()
    if printer.confirm != "none":
        device._raw(TELL_CHANGES)  # a reset may have ended it
    device.set(align="center")
    for band in _bands(composed.picture):
        device.image(harmless(band))
    if composed.qr and printer.native_qr:
        device.qr(composed.qr, ec=QR_ECLEVEL_M, size=QR_DOTS, native=True)
    elif composed.qr:
        for band in _bands(_qr_picture(composed.qr, printer.width)):
            device.image(harmless(band))
    device.cut(mode="PART")
    return bytes(device.output)


def separator() -> bytes:
    """Ends a ticket that broke off on its way, so that the next one stands on paper of its own.

    A printer may still wait for the rest of a band: zeros are white dots there, and nothing anywhere else.
    """
    device = _reset()
    device.cut(mode="PART")
    return bytes(MAX_ROWS * WIDEST // 8) + bytes(device.output)


def harmless(band: Image.Image) -> Image.Image:
    """The band without the bytes of a real-time command: one dot is put beside another there."""
    ink = ImageChops.invert(band).tobytes()
    mended = _REAL_TIME.sub(lambda found: bytes([found[0][0], found[0][1] | 0x08]), ink)
    return band if mended == ink else ImageChops.invert(Image.frombytes("1", band.size, mended))


def _reset() -> Dummy:
    # The profile of a printer with 576 dots, a cutter and no page of its own: it decides nothing else here.
    device = Dummy(profile="TM-T20II")
    device.hw("INIT")
    return device


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
    while rows:
        height = min(rows, MAX_ROWS)
        height -= height % 48 == 0
        yield height
        rows -= height


def _crop(picture: Image.Image, top: int, bottom: int) -> Image.Image:
    """A band, cut by as many whole bytes at its left as at its right."""
    box = ImageChops.invert(picture.crop((0, top, picture.width, bottom))).getbbox()
    if box is None:
        return picture.crop((0, top, 8, bottom))
    margin = min(box[0], picture.width - box[2]) // 8 * 8
    return picture.crop((margin, top, picture.width - margin, bottom))


def _qr_picture(text: str, width: int) -> Image.Image:
    code = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_M, box_size=1, border=0)
    code.add_data(text)
    modules = code.get_matrix()
    dots = min(QR_DOTS, width // len(modules))
    side = len(modules) * dots
    picture = Image.new("1", (width, side), WHITE)
    drawn = Image.new("1", (len(modules), len(modules)))
    drawn.putdata([BLACK if dark else WHITE for row in modules for dark in row])
    picture.paste(drawn.resize((side, side), Image.Resampling.NEAREST), ((width - side) // 2, 0))
    return picture

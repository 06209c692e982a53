"""ESC/POS as a printer reads it: bytes in, strips of paper out.

It reads what `encode` writes and what a person may send by hand (text, feeds), and complains about all else
where a real printer would print garbage. A strip is a picture as wide as the paper.
"""

from dataclasses import dataclass

import qrcode
from PIL import Image, ImageDraw, ImageFont

from printer.code import MASK

WHITE, BLACK = 255, 0
LINE = 30  # dots from one line of text to the next
FONT_WIDTH = 12  # dots of a letter (font A)

# How many bytes follow a command's two.
_ARGUMENTS = {
    b"\x1b@": 0,
    b"\x1ba": 1,
    b"\x1bd": 1,
    b"\x1bJ": 1,
    b"\x1dV": 1,
    b"\x1da": 1,
    b"\x1dr": 1,
    b"\x1de": 1,
    b"\x10\x04": 1,
    b"\x10\x05": 1,
}
_CORRECTIONS = {48: 1, 49: 0, 50: 3, 51: 2}  # of a QR code: L, M, Q, H, and what `qrcode` calls them


@dataclass(frozen=True)
class Print:
    """Paper that comes out, from its upper edge to its lower."""

    strip: Image.Image


@dataclass(frozen=True)
class Cut:
    pass


@dataclass(frozen=True)
class AskedInOrder:
    """`GS r 1`."""


@dataclass(frozen=True)
class AskedWhenCompleted:
    """`GS ( H` function 48, with the mark to answer."""

    mark: bytes


@dataclass(frozen=True)
class Eject:
    """`GS e 5`: out of the presenter."""


@dataclass(frozen=True)
class TellChanges:
    """`GS a n`: automatic status on (or, with zero, off)."""

    mask: int


Effect = Print | Cut | Eject | AskedInOrder | AskedWhenCompleted | TellChanges


class Interpreter:
    """The command interpreter of a printer with `width` dots a row."""

    def __init__(self, width: int) -> None:
        self.width = width
        self.errors: list[str] = []
        self._buffer = b""
        self._line = ""
        self._alignment = 0
        self._qr_text = b""
        self._qr_dots = 3
        self._qr_correction = _CORRECTIONS[48]

    def feed(self, data: bytes) -> None:
        """Bytes as they arrive; `step` carries them out."""
        self._buffer += data

    def forget(self) -> None:
        """`DLE DC4 8`: all that was received is gone, carried out or not; what follows stands for itself."""
        self._buffer, self._line = b"", ""

    def step(self) -> Effect | None:
        """Carry out commands up to the next one with an effect; none when the bytes are used up."""
        while self._buffer:
            before = len(self._buffer)
            effect = self._command()
            if effect is not None:
                return effect
            if len(self._buffer) == before:
                return None  # the rest of a command has not come yet
        return None

    def _command(self) -> Effect | None:
        """Carry out one command. Nothing is taken from the buffer while the command is not whole."""
        if self._buffer[0] not in b"\x1b\x1d\x10":
            return self._text(self._take(1))
        name = self._buffer[:2]
        if name == b"\x1dv":
            return self._raster()
        if name == b"\x1d(":
            return self._extended()
        length = _ARGUMENTS.get(name, 0)
        if name == b"\x1dV" and self._buffer[2:3] in (b"A", b"B"):
            length = 2
        if len(name) < 2 or len(self._buffer) < 2 + length:
            return None
        arguments = self._take(2 + length)[2:]
        match name:
            case b"\x1b@":  # initialise: also the end of automatic status, on the harsher printers
                self._line, self._alignment = "", 0
                return TellChanges(0)
            case b"\x1ba":
                self._alignment = arguments[0] & 3
            case b"\x1bd":
                return self._print_line(arguments[0] * LINE)
            case b"\x1bJ":
                return self._print_line(arguments[0])
            case b"\x1dV":
                return Cut()
            case b"\x1de" if arguments == b"\x05":
                return Eject()
            case b"\x1da":
                return TellChanges(arguments[0])
            case b"\x1dr":
                return AskedInOrder()
            case b"\x10\x04" | b"\x10\x05":
                pass  # real-time requests were answered when they arrived
            case _:
                self.errors.append(f"unknown command {name.hex(' ')}")
        return None

    def _take(self, count: int) -> bytes:
        taken, self._buffer = self._buffer[:count], self._buffer[count:]
        return taken

    def _text(self, byte: bytes) -> Effect | None:
        if byte == b"\n":
            return self._print_line(LINE)
        if byte[0] >= 0x20:
            self._line += byte.decode("cp437")
        return None

    def _print_line(self, rows: int) -> Print:
        """The line of text that was gathered, on `rows` of paper."""
        strip = Image.new("1", (self.width, rows if not self._line else max(rows, LINE)), WHITE)
        draw, font = ImageDraw.Draw(strip), ImageFont.load_default(20)
        for column, letter in enumerate(self._line):
            draw.text((column * FONT_WIDTH, 0), letter, font=font, fill=BLACK)
        self._line = ""
        return Print(strip)

    def _raster(self) -> Effect | None:
        """`GS v 0 m xL xH yL yH data`: a picture, a bit a dot, or (by `m`) two beside or below each other."""
        if len(self._buffer) < 8:
            return None
        columns = int.from_bytes(self._buffer[4:6], "little")
        rows = int.from_bytes(self._buffer[6:8], "little")
        if len(self._buffer) < 8 + columns * rows:
            return None
        head = self._take(8)
        data = self._take(columns * rows)
        across, down = 1 + (head[3] & 1), 1 + (head[3] >> 1 & 1)
        if head[2] not in b"0" or head[3] & ~0x33 or columns * 8 * across > self.width or not data:
            self.errors.append(f"a picture that does not fit: {head.hex(' ')}")
            return None
        ink = bytes(byte ^ 0xFF for byte in data)
        picture = Image.frombytes("1", (columns * 8, rows), ink)
        return Print(
            self._placed(picture.resize((columns * 8 * across, rows * down), Image.Resampling.NEAREST))
        )

    def _extended(self) -> Effect | None:
        """`GS ( k pL pH cn fn …`: a QR code, set up step by step and then printed. `GS ( H`: a query."""
        size = int.from_bytes(self._buffer[3:5], "little")
        if len(self._buffer) < 5 + size:
            return None
        command, data = self._take(5)[2:3], self._take(size)
        if command == b"H" and data[:2] == b"00" and len(data) == 6:
            return AskedWhenCompleted(data[2:])
        if command != b"k" or data[:1] != b"1" or len(data) < 3:
            self.errors.append(f"unknown command 1d 28 {command.hex()} {data[:2].hex(' ')}")
            return None
        function, rest = data[1], data[2:]
        if function == 67:
            self._qr_dots = rest[0]
        elif function == 69:
            self._qr_correction = _CORRECTIONS.get(rest[0], 1)
        elif function == 80:
            self._qr_text = rest[1:]
        elif function == 81:
            return Print(self._placed(self._qr()))
        elif function != 65:
            self.errors.append(f"unknown function of a QR code {function}")
        return None

    def _qr(self) -> Image.Image:
        code = qrcode.QRCode(
            error_correction=self._qr_correction, box_size=self._qr_dots, border=0, mask_pattern=MASK
        )
        code.add_data(self._qr_text)
        drawn: Image.Image = code.make_image().get_image()
        return drawn.convert("1")

    def _placed(self, picture: Image.Image) -> Image.Image:
        """On paper, at the left, in the middle or at the right."""
        strip = Image.new("1", (self.width, picture.height), WHITE)
        strip.paste(picture, ((self.width - picture.width) * self._alignment // 2, 0))
        return strip

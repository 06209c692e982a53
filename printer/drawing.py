"""Strips of a ticket: words and lines as one-bit pictures, each as wide as the paper.

Text is set by Pillow with Raqm and drawn in one bit, in Noto Sans, never below 28 px to the em (3.5 mm at 8
dots a mm): under that the stacked marks of Vietnamese and Êđê run together. Strips that do not change, as the
centre's name, are drawn once.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont, features

from config.errors import HardwareAbsent

WHITE, BLACK = 255, 0  # in Pillow's one-bit pictures; a white of 1 inverts to 254, which is not black


@dataclass(frozen=True)
class Layout:
    """Sizes in dots; of type, to the em."""

    width: int
    margin: int
    small: int
    body: int
    large: int
    number: int

    @property
    def column(self) -> int:
        return self.width - 2 * self.margin


LAYOUTS = {
    576: Layout(width=576, margin=30, small=28, body=30, large=40, number=204),
    384: Layout(width=384, margin=8, small=28, body=28, large=38, number=150),
}


def check_text() -> None:
    """Raises `HardwareAbsent` where text would be drawn wrong: without FriBiDi, in silence."""
    if not (features.check("raqm") and features.check("fribidi")):
        raise HardwareAbsent(
            "Pillow cannot shape text here: the marks of Vietnamese letters would be misplaced.",
            hint="Install it: sudo apt install libfribidi0",
        )
    for bold in (False, True):
        _font(28, bold)


@lru_cache(maxsize=64)
def number(label: str, layout: Layout) -> Image.Image:
    """The label, as large as the paper takes it, cut to its ink.

    It is drawn at half its size and doubled: dots of a quarter of a millimetre, which nobody sees in digits
    of 20 mm, and a printer that doubles by itself gets a quarter of the bytes.
    """
    font = _font(_fit(label, layout.number, True, layout.column) // 2, True)
    left, top, right, bottom = map(int, font.getbbox(label, anchor="ls"))
    half = Image.new("1", (layout.width // 2, bottom - top), WHITE)
    start = (half.width - (right - left)) // 2 - left
    ImageDraw.Draw(half).text((start, -top), label, font=font, fill=BLACK, anchor="ls")
    return half.resize((layout.width, 2 * half.height), Image.Resampling.NEAREST)


@lru_cache(maxsize=64)
def text(words: str, size: int, layout: Layout, *, bold: bool = False) -> Image.Image:
    """Centred lines. Each is as high as the font's ascent and descent, which hold its tallest stacks (Ễ)."""
    font = _font(_fit(words, size, bold, layout.column), bold)
    ascent, descent = font.getmetrics()
    lines = _wrap(words.split(), font, layout.column)
    strip = Image.new("1", (layout.width, len(lines) * (ascent + descent)), WHITE)
    draw = ImageDraw.Draw(strip)
    for index, line in enumerate(lines):
        left = (layout.width - font.getlength(line)) // 2
        draw.text((left, index * (ascent + descent) + ascent), line, font=font, fill=BLACK, anchor="ls")
    return strip


@lru_cache(maxsize=8)
def badge(words: str, layout: Layout) -> Image.Image:
    """White on black: what staff at the counter should see at a glance."""
    font = _font(layout.body, True)
    ascent, descent = font.getmetrics()
    strip = Image.new("1", (layout.width, ascent + descent), WHITE)
    draw = ImageDraw.Draw(strip)
    left = (layout.width - font.getlength(words)) // 2
    box = (left - 16, 0, layout.width - left + 16, strip.height - 1)
    draw.rounded_rectangle(box, radius=8, fill=BLACK)
    draw.text((left, ascent), words, font=font, fill=WHITE, anchor="ls")
    return strip


@cache
def dashes(layout: Layout) -> Image.Image:
    strip = Image.new("1", (layout.width, 30), WHITE)
    draw = ImageDraw.Draw(strip)
    for left in range(layout.margin, layout.width - layout.margin, 10):
        draw.rectangle((left, 14, min(left + 5, layout.width - layout.margin - 1), 15), fill=BLACK)
    return strip


@cache
def line(layout: Layout) -> Image.Image:
    strip = Image.new("1", (layout.width, 22), WHITE)
    ImageDraw.Draw(strip).rectangle((layout.margin, 10, layout.width - layout.margin - 1, 13), fill=BLACK)
    return strip


def ruler(layout: Layout) -> Image.Image:
    """From the first dot to the last, a mark a centimetre."""
    strip = Image.new("1", (layout.width, 24), WHITE)
    draw = ImageDraw.Draw(strip)
    draw.rectangle((0, 10, layout.width - 1, 13), fill=BLACK)
    for left in [*range(0, layout.width, 80), layout.width - 2]:
        draw.rectangle((left, 0, left + 1, 23), fill=BLACK)
    return strip


@cache
def gap(rows: int, layout: Layout) -> Image.Image:
    return Image.new("1", (layout.width, rows), WHITE)


@lru_cache(maxsize=8)
def picture(path: Path, layout: Layout) -> Image.Image:
    """A picture in the middle, black where it is darker than half."""
    with Image.open(path) as opened:
        drawn = opened.convert("RGBA")
    white = Image.new("RGBA", drawn.size, "white")
    drawn = Image.alpha_composite(white, drawn).convert("L")
    drawn.thumbnail((layout.column, drawn.height))
    strip = Image.new("1", (layout.width, drawn.height), WHITE)
    strip.paste(
        drawn.point(lambda grey: WHITE * (grey > 127)).convert("1"), ((layout.width - drawn.width) // 2, 0)
    )
    return strip


def stack(strips: Sequence[Image.Image], width: int) -> Image.Image:
    picture = Image.new("1", (width, sum(strip.height for strip in strips)), WHITE)
    top = 0
    for strip in strips:
        picture.paste(strip, (0, top))
        top += strip.height
    return picture


@cache
def _font(size: int, bold: bool) -> ImageFont.FreeTypeFont:
    name = f"NotoSans-{'Bold' if bold else 'Regular'}.ttf"  # Pillow looks in the system's font folders
    try:
        return ImageFont.truetype(name, size, layout_engine=ImageFont.Layout.RAQM)
    except OSError as error:
        raise HardwareAbsent(
            f"The font {name} is not on this machine.", hint="Install it: sudo apt install fonts-noto-core"
        ) from error


def _fit(words: str, size: int, bold: bool, most: int) -> int:
    """The largest size, up to `size`, at which the longest word fits."""
    needed = max(map(_font(size, bold).getlength, words.split()), default=0.0)
    return size if needed <= most else int(size * most / needed)


def _wrap(words: Sequence[str], font: ImageFont.FreeTypeFont, most: float) -> tuple[str, ...]:
    """The lines with the least ragged edge: a last word alone reads badly."""

    @cache
    def best(start: int) -> tuple[float, tuple[str, ...]]:
        options: list[tuple[float, tuple[str, ...]]] = []
        for end in range(start + 1, len(words) + 1):
            line = " ".join(words[start:end])
            slack = most - font.getlength(line)
            if slack < 0 and options:
                break
            cost, rest = best(end)
            options.append((slack**2 + cost, (line, *rest)))
        return min(options, default=(0.0, ()))

    return best(0)[1]

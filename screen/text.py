"""The one place that text goes through: Noto Sans, shaped, and aligned on its baseline.

pygame.font shapes with HarfBuzz, pygame.freetype does not. Noto Sans has every Vietnamese and Êđê letter
with its marks in place, and its tallest stack (Ễ) fits within its ascent, so nothing is cut. Sizes are px to
the em.
"""

import unicodedata
from functools import cache, lru_cache
from pathlib import Path
from typing import Literal, TypeAlias

import pygame

from config.errors import HardwareAbsent
from screen.theme import Color

Align: TypeAlias = Literal["left", "center", "right"]

CAPITAL = 0.714  # of an em: the height of a capital
LEADING = 1.36  # of an em: from baseline to baseline, so that marks above and below never touch
LARGE = 160  # px; a word of this size or more is megabytes of pixels, so few of them are kept

_FOLDERS = (
    Path("/usr/share/fonts/truetype/noto"),  # Debian, Raspberry Pi OS
    Path("/usr/share/fonts/noto"),
    Path("/usr/share/fonts/google-noto"),
)


@cache
def _file(bold: bool) -> Path:
    name = f"NotoSans-{'Bold' if bold else 'Regular'}.ttf"
    for folder in _FOLDERS:
        if (folder / name).exists():
            return folder / name
    raise HardwareAbsent(
        f"The font {name} is not on this machine.", hint="Install it: sudo apt install fonts-noto-core"
    )


@lru_cache(maxsize=64)
def _font(size: int, bold: bool) -> pygame.Font:
    if not pygame.font.get_init():
        pygame.font.init()
    return pygame.Font(_file(bold), size)


def _render(words: str, size: int, color: Color, bold: bool) -> pygame.Surface:
    return _font(size, bold).render(unicodedata.normalize("NFC", words), True, color)


_rendered = lru_cache(maxsize=256)(_render)
_rendered_large = lru_cache(maxsize=8)(_render)


@lru_cache(maxsize=2048)
def width(words: str, size: int, *, bold: bool = False) -> int:
    """How wide a line is, in px."""
    return _font(size, bold).size(unicodedata.normalize("NFC", words))[0]


@lru_cache(maxsize=2048)
def ink(words: str, size: int, *, bold: bool = False) -> tuple[int, int]:
    """How far a line's ink reaches above its baseline and below it, in px."""
    glyphs = _font(size, bold).metrics(unicodedata.normalize("NFC", words))
    heights = [(top, -bottom) for glyph in glyphs if glyph for _, _, bottom, top, _ in [glyph]]
    return max(top for top, _ in heights), max(bottom for _, bottom in heights)


def capital(size: int) -> int:
    """The height of a capital, in px."""
    return round(size * CAPITAL)


def leading(size: int) -> int:
    """From one baseline to the next, in px."""
    return round(size * LEADING)


def fit(words: str, most: int, size: int, *, bold: bool = False) -> int:
    """The largest size, up to `size`, at which the line is at most `most` px wide."""
    needed = width(words, size, bold=bold)
    while needed > most and size > 1:
        size = min(size - 1, max(1, int(size * most / needed)))
        needed = width(words, size, bold=bold)
    return size


def middle(words: str, x: float, size: int, *, bold: bool = False) -> float:
    """Where a line's middle belongs for its ink to stand about `x`: a "1" has more air right than left."""
    first, last = _font(size, bold).metrics(words[0] + words[-1])
    assert first, f"the font lacks {words[0]}"
    assert last, f"the font lacks {words[-1]}"
    (left, *_), (_, end, _, _, advance) = first, last
    return x + (advance - end - left) / 2


def wrap(words: str, most: int, size: int, *, bold: bool = False) -> list[str]:
    """The lines of a text, each at most `most` px wide where its words allow that; a no-break space holds.

    The lines are about equally long, so that no word is left alone on the last one.
    """
    lines = _filled(words, most, size, bold)
    narrow = 1
    while most - narrow > size // 4:
        middle = (narrow + most) // 2
        if len(tried := _filled(words, middle, size, bold)) > len(lines):
            narrow = middle
        else:
            lines, most = tried, middle
    return lines


def _filled(words: str, most: int, size: int, bold: bool) -> list[str]:
    lines: list[str] = []
    for word in words.split(" "):
        if lines and width(longer := f"{lines[-1]} {word}", size, bold=bold) <= most:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def fitted(
    title: str, words: str, most: int, size: int, small: int, room: int
) -> tuple[int, int, list[str], list[str]]:
    """A title and its words in lines, at the largest sizes up to these at which both have room, px high."""
    titles = wrap(title, most, size, bold=True) if title else []
    lines = wrap(words, most, small) if words else []
    if leading(size) * len(titles) + leading(small) * len(lines) <= room or small < 12:
        return size, small, titles, lines
    return fitted(title, words, most, size - 1 - size // 25, small - 1 - small // 25, room)


def draw(
    surface: pygame.Surface,
    words: str,
    x: float,
    baseline: float,
    size: int,
    color: Color,
    *,
    bold: bool = False,
    align: Align = "left",
) -> pygame.Rect:
    """Draw one line; `x` is its left end, middle or right end. Returns its box, from ascent to descent."""
    rendered = (_rendered if size < LARGE else _rendered_large)(words, size, color, bold)
    left = x - rendered.get_width() * {"left": 0.0, "center": 0.5, "right": 1.0}[align]
    top = baseline - _font(size, bold).get_ascent()
    surface.blit(rendered, (round(left), round(top)))
    return rendered.get_rect(topleft=(round(left), round(top)))

"""The look of every screen: its colours, what is a centre's own, and how a drawing's sizes become pixels.

Every pair of text and ground that is used has a contrast of 7:1 or more.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

Color: TypeAlias = tuple[int, int, int]
Size: TypeAlias = tuple[int, int]

INK: Color = (14, 34, 64)
PAPER: Color = (250, 246, 238)
LACQUER: Color = (158, 27, 50)  # in its place a centre may have a colour of its own
GOLD: Color = (244, 183, 59)  # now: the number being called, or at the counter, and nothing else
ON_GOLD: Color = (19, 19, 19)
GREEN: Color = (10, 92, 69)
SOFT: Color = (233, 225, 210)
MUTED: Color = (68, 80, 104)  # on paper and white
ON_INK: Color = (201, 212, 230)
NIGHT: Color = (9, 24, 48)  # the foot of a board: a darker ink
RULE: Color = (39, 64, 106)  # a line between rows on ink
WHITE: Color = (255, 255, 255)
BLACK: Color = (0, 0, 0)

# For eyes that need more: the same drawing in light on black.
HIGH_CONTRAST: dict[Color, Color] = {
    PAPER: BLACK, WHITE: BLACK, ON_INK: BLACK, INK: WHITE, MUTED: WHITE, SOFT: (48, 48, 48),
    LACQUER: (255, 221, 0), GREEN: (124, 252, 160),
}  # fmt: skip


WORDS = 7.0  # the least contrast of words to their ground
THREAD = 2.0  # that of a thread of the woven band, which says nothing


@dataclass(frozen=True)
class Theme:
    """What is a centre's own: its colour, in tones that are seen where they are used, and its emblem."""

    accent: Color = LACQUER  # for words, on paper and white
    thread: Color = LACQUER  # of the woven band, on ink
    emblem: bytes = b""  # a PNG file


HOUSE = Theme()


@lru_cache(maxsize=4)
def themed(color: str, emblem: bytes = b"") -> Theme:
    """The theme of a centre that chose a colour, as in "#9E1B32", and a PNG file; "" and b"" choose none."""
    if not color:
        return Theme(emblem=emblem)
    red, green, blue = bytes.fromhex(color.removeprefix("#"))
    own = (red, green, blue)
    return Theme(toned(own, PAPER, WORDS), toned(own, INK, THREAD), emblem)


def toned(color: Color, ground: Color, least: float) -> Color:
    """The nearest tone of a colour with that contrast: a darker one on a light ground, else a lighter one."""
    toward = BLACK if contrast(BLACK, ground) > contrast(WHITE, ground) else WHITE
    near, far = 0.0, 1.0  # shares of it that are mixed in: `far` has the contrast, `near` may lack it
    if contrast(color, ground) >= least:
        return color
    while far - near > 1 / 512:
        share = (near + far) / 2
        if contrast(mixed(color, toward, share), ground) >= least:
            far = share
        else:
            near = share
    return mixed(color, toward, far)


def mixed(color: Color, other: Color, share: float) -> Color:
    """A colour with so much of another one in it."""
    red, green, blue = (round(one + (two - one) * share) for one, two in zip(color, other, strict=True))
    return red, green, blue


def contrast(one: Color, other: Color) -> float:
    """How far two colours stand apart, 1 to 21 (WCAG 2)."""
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def _luminance(color: Color) -> float:
    red, green, blue = (
        share / 12.92 if share <= 0.03928 else ((share + 0.055) / 1.055) ** 2.4
        for share in (each / 255 for each in color)
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def scale(size: Size) -> float:
    """Pixels to a unit of a drawing that is 1920 units on its long side and 1080 on its short one."""
    return min(max(size) / 1920, min(size) / 1080)

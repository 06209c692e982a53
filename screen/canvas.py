"""What a screen shows, as a list of marks: laid out as values first, and painted after.

So it can be told where each word stands, how large it is, in which colour and on which, before a pixel is
drawn. Measures are px.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Literal, TypeAlias

import pygame

from screen import band, emblem, icons, rounded, text
from screen.icons import Point
from screen.text import Align
from screen.theme import HOUSE, INK, LACQUER, WHITE, Color, Size, Theme

Kind: TypeAlias = Literal["words", "fill", "icon", "rule", "picture"]


@dataclass(frozen=True)
class Mark:
    """Something drawn: its box, its colour where it has one, its words, and how it is painted.

    The box of words is that of their ink, from the mark on the tallest letter to the foot of the deepest.
    """

    kind: Kind
    box: pygame.Rect
    color: Color | None
    paint: Callable[[pygame.Surface], object]
    words: str = ""
    size: int = 0  # of words, px to the em
    goes_on: bool = False  # the words before are one text with these


class Canvas:
    """The marks of a screen of this size, painted in the order in which they are made."""

    def __init__(self, size: Size, theme: Theme = HOUSE) -> None:
        self.size = size
        self.theme = theme
        self.marks: list[Mark] = []

    @property
    def box(self) -> pygame.Rect:
        """The whole screen."""
        return pygame.Rect((0, 0), self.size)

    def paint(self, surface: pygame.Surface) -> None:
        for mark in self.marks:
            mark.paint(surface)

    def color(self, color: Color) -> Color:
        """What a colour of the house is on this screen; every mark asks it."""
        return self.theme.accent if color == LACQUER else color

    def fill(self, color: Color, box: pygame.Rect | None = None) -> None:
        """A box without corners of its own; the whole screen unless told."""
        box, color = self.box if box is None else box, self.color(color)
        self._mark("fill", box, color, partial(pygame.Surface.fill, color=color, rect=box))

    def line(
        self,
        words: str,
        x: float,
        baseline: float,
        size: int,
        color: Color = INK,
        *,
        bold: bool = False,
        align: Align = "left",
        goes_on: bool = False,
    ) -> pygame.Rect:
        """One line of words, or a part of it that `goes_on`; `x` is its left end, middle or right end.

        Returns the box that a line of any letters would have.
        """
        width = text.width(words, size, bold=bold)
        left = round(x - width * {"left": 0.0, "center": 0.5, "right": 1.0}[align])
        box = pygame.Rect(left, round(baseline - 1.05 * size), width, round(1.3 * size))
        color, base = self.color(color), round(baseline)
        draw = partial(text.draw, words=words, x=left, baseline=base, size=size, color=color, bold=bold)
        if words:
            above, below = text.ink(words, size, bold=bold)
            inked = pygame.Rect(left, base - above, width, above + below)
            self._mark("words", inked, color, draw, words, size, goes_on)
        return box

    def lines(
        self,
        words: Sequence[str],
        x: float,
        baseline: float,
        size: int,
        color: Color = INK,
        *,
        bold: bool = False,
        align: Align = "left",
    ) -> int:
        """Lines one below the other, the first on `baseline`; returns the last one's baseline."""
        for number, each in enumerate(words):
            base = baseline + number * text.leading(size)
            self.line(each, x, base, size, color, bold=bold, align=align, goes_on=number > 0)
        return round(baseline) + max(0, len(words) - 1) * text.leading(size)

    def rounded(
        self, box: pygame.Rect, fill: Color, radius: int, *, border: Color | None = None, weight: int = 0
    ) -> None:
        """A box with round corners; its border, `weight` px, lies inside it."""
        fill, border = self.color(fill), self.color(border) if border else None
        draw = partial(rounded.draw, rect=box, fill=fill, radius=radius, border=border, weight=weight)
        self._mark("fill", box, fill, draw)

    def bar(self, box: pygame.Rect, share: float, color: Color, ground: Color) -> None:
        """A rounded bar, filled from the left by `share` of 0 to 1."""
        radius, filled = box.height // 2, round(box.width * min(1.0, max(0.0, share)))
        self.rounded(box, ground, radius)
        if filled >= box.height:
            self.rounded(pygame.Rect(box.x, box.y, filled, box.height), color, radius)

    def icon(
        self, name: str, center: Point, size: int, color: Color, weight: float = icons.WEIGHT
    ) -> pygame.Rect:
        """A line icon about `center`; returns its box."""
        box = pygame.Rect(0, 0, size, size)
        box.center, color = (round(center[0]), round(center[1])), self.color(color)
        draw = partial(icons.draw, name=name, center=box.center, size=size, color=color, weight=weight)
        self._mark("icon", box, color, draw)
        return box

    def note(self, icon: str, words: str, right: int, baseline: int, size: int, color: Color) -> pygame.Rect:
        """An icon and the words that say it, ending at `right`; returns the box of both."""
        box, side = self.line(words, right, baseline, size, color, align="right"), round(size * 1.2)
        middle = (box.left - side * 0.75, baseline - text.capital(size) / 2)
        return box.union(self.icon(icon, middle, side, color))

    def rule(self, start: tuple[int, int], end: tuple[int, int], color: Color, weight: int) -> None:
        """A straight line, level or upright."""
        box = pygame.Rect(start, (end[0] - start[0] + 1, end[1] - start[1] + 1))
        color = self.color(color)
        draw = partial(pygame.draw.line, color=color, start_pos=start, end_pos=end, width=weight)
        self._mark("rule", box, color, draw)

    def picture(self, image: pygame.Surface, box: pygame.Rect) -> None:
        """Pixels as they are."""
        self._mark("picture", box, None, partial(pygame.Surface.blit, source=image, dest=box))

    def emblem(self, left: int, middle: int, height: int, *, tile: bool = False) -> int:
        """The centre's emblem where it has one, on a white tile where the ground is dark.

        Returns where what stands beside it begins.
        """
        pad = height // 10 if tile else 0
        image = emblem.image(self.theme.emblem, height - 2 * pad)
        if image is None:
            return left
        box = pygame.Rect(left, middle - height // 2, image.get_width() + 2 * pad, height)
        if tile:
            self._mark("fill", box, WHITE, partial(rounded.draw, rect=box, fill=WHITE, radius=pad))
        self.picture(image, image.get_rect(center=box.center))
        return box.right + height // 4

    def band(self, top: int = 0) -> int:
        """The woven band from edge to edge; returns where it ends."""
        box = pygame.Rect(0, top, self.size[0], band.height(self.size))
        self._mark("picture", box, None, partial(band.draw, top=top, color=self.theme.thread))
        return box.bottom

    def _mark(
        self,
        kind: Kind,
        box: pygame.Rect,
        color: Color | None,
        paint: Callable[[pygame.Surface], object],
        words: str = "",
        size: int = 0,
        goes_on: bool = False,
    ) -> None:
        self.marks.append(Mark(kind, box, color, paint, words, size, goes_on))

"""A page as marks and targets: laid out as values first, so that what is shown and what is touched agree.

Measures are px. A `unit` is a quarter of a millimetre on a standing kiosk (21.5 inches and 1080×1920 have
4.03 px a mm). A screen whose short side has less than 1080 px is taken for the small panel of a desk kiosk,
read from nearer (10.1 inches and 1280×800 have 5.9 px a mm, 7 inches and 800×480 have 5.6): there a unit is
more px than the scale of the picture, so that words stay readable, and targets are 20 mm all the same.
"""

import math

import pygame

from kiosk.look import PLAIN, Look
from screen import text
from screen.canvas import Canvas
from screen.theme import HIGH_CONTRAST, HOUSE, INK, LACQUER, PAPER, SOFT, WHITE, Color, Size, Theme

FINGER = 81 / 1080  # of the short side of a large screen: 20 mm, the least that a target measures
FINGER_DESK = 120  # px: 20 mm on a small panel
LARGER = 1.25
REACH = 0.42  # of a tall screen is above what somebody reaches from a wheelchair


class Sheet(Canvas):
    """What one page shows on a screen of this size, and its targets by name."""

    def __init__(self, size: Size, look: Look = PLAIN, focus: str = "", theme: Theme = HOUSE) -> None:
        super().__init__(size, theme)
        self.look = look
        self.focus = focus  # the target that the keys have reached
        self.width, self.height = size
        short = min(size)
        self.upright = self.height > self.width
        desk = short < 1080
        self.unit = 0.4 + 0.6 * short / 1080 if desk else short / 1080
        self.finger = FINGER_DESK if desk else math.ceil(short * FINGER)
        self.small = desk  # a panel on a desk: all of it is within reach
        self.compact = desk and short < 600  # no room for more than what is needed
        self.margin = self.px(22 if self.compact else 42)
        if look.large:
            self.unit *= LARGER
        self.reach = (
            round(self.height * REACH) if look.low and self.upright and not desk else 0
        )  # where targets may begin
        self.targets: dict[str, pygame.Rect] = {}
        self.fill(PAPER)

    def px(self, units: float) -> int:
        return round(units * self.unit)

    def at(self, x: int, y: int) -> str | None:
        """The target that is touched there."""
        return next((name for name, box in self.targets.items() if box.collidepoint(x, y)), None)

    def color(self, color: Color) -> Color:
        """As the citizen's look has it."""
        return HIGH_CONTRAST.get(color, color) if self.look.contrast else super().color(color)

    def target(self, name: str, box: pygame.Rect, ring: float = 9) -> None:
        """A box that can be touched, named before it is drawn.

        A ring shows that the keys have reached it, standing out by so many units.
        """
        self.targets[name] = box
        if name == self.focus:
            out = 2 * self.px(ring)
            self.panel(box.inflate(out, out), PAPER, border=LACQUER, weight=6)

    def panel(self, box: pygame.Rect, fill: Color, *, border: Color | None = None, weight: float = 3) -> None:
        """A box with round corners; on black it always has a border that is seen."""
        if border == SOFT and self.look.contrast:
            border = INK
        radius = min(self.px(28), box.height // 4)
        self.rounded(box, fill, radius, border=border, weight=max(2, self.px(weight)))

    def button(
        self,
        box: pygame.Rect,
        words: str,
        size: int,
        fill: Color = INK,
        ink: Color = WHITE,
        *,
        border: Color | None = None,
    ) -> None:
        """Bold words in a box; long ones shrink, and take two lines before they are hard to read."""
        self.panel(box, fill, border=border)
        most, lines = box.width - 2 * min(box.height // 4, box.width // 12), [words]
        if text.fit(words, most, size, bold=True) < 0.8 * size:
            lines = text.wrap(words, most, round(0.85 * size), bold=True)
            size = min(round(0.85 * size), round(0.85 * box.height / len(lines) / text.LEADING))
        size = min(text.fit(each, most, size, bold=True) for each in lines)
        first = box.centery - (len(lines) - 1) * text.leading(size) / 2 + text.capital(size) / 2
        self.lines(lines, box.centerx, first, size, ink, bold=True, align="center")

    def back(self, box: pygame.Rect, words: str, counted: str) -> None:
        """The way back to the start, and how long until it is gone by itself."""
        self.target("done", box)
        self.panel(box, PAPER, border=INK)
        most = box.width - self.px(40)
        size, small = text.fit(words, most, self.px(36), bold=True), text.fit(counted, most, self.px(28))
        baseline = box.centery - ((text.leading(small) if counted else 0) - text.capital(size)) / 2
        self.line(words, box.centerx, baseline, size, bold=True, align="center")
        if counted:
            self.line(counted, box.centerx, baseline + text.leading(small), small, align="center")

"""What several screens are made of: rounded panels, a bar that runs out, an icon with its words."""

from functools import lru_cache

import pygame

from screen import icons, text
from screen.theme import Color

_FINER = 4


@lru_cache(maxsize=64)
def _disc(radius: int, color: Color) -> pygame.Surface:
    """An antialiased disc, whose quarters are the corners of panels."""
    large = pygame.Surface((2 * radius * _FINER,) * 2, pygame.SRCALPHA)
    large.fill((*color, 0))
    pygame.draw.circle(large, color, (radius * _FINER, radius * _FINER), radius * _FINER)
    return pygame.transform.smoothscale(large, (2 * radius, 2 * radius))


def panel(
    surface: pygame.Surface,
    rect: pygame.Rect,
    fill: Color,
    radius: int,
    *,
    border: Color | None = None,
    weight: int = 0,
) -> None:
    """A box with round corners; its border, `weight` px, lies inside `rect`."""
    if border is not None and weight > 0:
        panel(surface, rect, border, radius)
        panel(surface, rect.inflate(-2 * weight, -2 * weight), fill, max(0, radius - weight))
        return
    radius = min(radius, rect.width // 2, rect.height // 2)
    if radius <= 0:
        surface.fill(fill, rect)
        return
    surface.fill(fill, rect.inflate(0, -2 * radius))
    surface.fill(fill, (rect.x + radius, rect.y, rect.width - 2 * radius, radius))
    surface.fill(fill, (rect.x + radius, rect.bottom - radius, rect.width - 2 * radius, radius))
    disc = _disc(radius, fill)
    for x, column in ((rect.x, 0), (rect.right - radius, radius)):
        for y, row in ((rect.y, 0), (rect.bottom - radius, radius)):
            surface.blit(disc, (x, y), (column, row, radius, radius))


def bar(surface: pygame.Surface, rect: pygame.Rect, share: float, color: Color, ground: Color) -> None:
    """A rounded bar, filled from the left by `share` of 0 to 1."""
    panel(surface, rect, ground, rect.height // 2)
    filled = round(rect.width * min(1.0, max(0.0, share)))
    if filled >= rect.height:
        panel(surface, pygame.Rect(rect.x, rect.y, filled, rect.height), color, rect.height // 2)


def note(
    surface: pygame.Surface, icon: str, words: str, right: int, baseline: int, size: int, color: Color
) -> pygame.Rect:
    """An icon and the words that say it, ending at `right`; returns the box of both."""
    box = text.draw(surface, words, right, baseline, size, color, align="right")
    side = round(size * 1.2)
    image = icons.draw(
        surface, icon, (box.left - side * 0.75, baseline - text.capital(size) / 2), side, color
    )
    return box.union(image)

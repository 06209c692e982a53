"""Rounded panels, with corners that are smooth."""

from functools import lru_cache

import pygame

from screen.theme import Color

_FINER = 4


@lru_cache(maxsize=64)
def _disc(radius: int, color: Color) -> pygame.Surface:
    """An antialiased disc, whose quarters are the corners of panels."""
    large = pygame.Surface((2 * radius * _FINER,) * 2, pygame.SRCALPHA)
    large.fill((*color, 0))
    pygame.draw.circle(large, color, (radius * _FINER, radius * _FINER), radius * _FINER)
    return pygame.transform.smoothscale(large, (2 * radius, 2 * radius))


def draw(
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
        draw(surface, rect, border, radius)
        draw(surface, rect.inflate(-2 * weight, -2 * weight), fill, max(0, radius - weight))
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

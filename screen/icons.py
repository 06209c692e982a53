"""Line icons, drawn by code: strokes of 1.7 units in a box of 24, with round ends and joins.

They are drawn four times as large and scaled down, which is their antialiasing.
"""

from functools import lru_cache
from itertools import pairwise
from math import atan2, cos, hypot, radians, sin, sqrt
from typing import TypeAlias

import pygame

from screen.theme import Color

Point: TypeAlias = tuple[float, float]
Stroke: TypeAlias = tuple[Point, ...]

BOX = 24.0
WEIGHT = 1.7
_FINER = 4


def _arc(x: float, y: float, radius: float, start: float, end: float) -> Stroke:
    """Round (x, y) from angle to angle: degrees, clockwise from the right, as y points down."""
    steps = 120
    angles = (radians(start + (end - start) * step / steps) for step in range(steps + 1))
    return tuple((x + radius * cos(angle), y + radius * sin(angle)) for angle in angles)


def _scallops(x: float, y: float, radius: float, count: int) -> Stroke:
    """An awning's edge: half circles hanging side by side from (x, y)."""
    return tuple(
        point for each in range(count) for point in _arc(x + radius * (2 * each + 1), y, radius, 180, 0)
    )


def _heart() -> Stroke:
    """Two lobes of a circle each, and the straight lines to the point that touch them."""
    lobes = _arc(7.65, 8.9, 4.65, 150, 338) + _arc(16.35, 8.9, 4.65, 202, 390)
    return (*lobes, (12.0, 20.6), lobes[0])


def _half(x: float) -> float:
    """Half the height of the disc of "contrast", so far from its middle."""
    return sqrt(9.5**2 - x**2)


def _face(mouth: Stroke) -> tuple[Stroke, ...]:
    """A face whose mouth says how it was."""
    return (_arc(12, 12, 10, 0, 360), ((8.5, 8.6), (8.5, 9.8)), ((15.5, 8.6), (15.5, 9.8)), mouth)


_ICONS: dict[str, tuple[Stroke, ...]] = {
    "person": (_arc(12, 7, 4, 0, 360), _arc(12, 20.5, 8, 180, 360)),
    "house": (
        ((2, 20.5), (22, 20.5)),
        ((4.5, 20.5), (4.5, 10), (12, 3.5), (19.5, 10), (19.5, 20.5)),
        ((9.4, 20.5), (9.4, 14.5), (14.6, 14.5), (14.6, 20.5)),
    ),
    "shop": (
        ((4.5, 3.5), (19.5, 3.5), (21, 9.5), (3, 9.5), (4.5, 3.5)),
        _scallops(3, 9.5, 2.25, 4),
        ((4.5, 11.5), (4.5, 20.5), (19.5, 20.5), (19.5, 11.5)),
        ((9.2, 20.5), (9.2, 15), (14.8, 15), (14.8, 20.5)),
    ),
    "document": (
        ((5, 2.5), (14.5, 2.5), (19, 7), (19, 21.5), (5, 21.5), (5, 2.5)),
        ((14.5, 2.5), (14.5, 7), (19, 7)),
        ((8.8, 13.8), (11.2, 16.2), (15.4, 11.4)),
    ),
    "heart": (_heart(),),
    "receipt": (
        (
            (5.5, 21), (5.5, 2.5), (18.5, 2.5), (18.5, 21), (16.3, 19.3), (14.2, 21), (12, 19.3),
            (9.8, 21), (7.7, 19.3), (5.5, 21),
        ),
        ((9, 8), (15, 8)),
        ((9, 12), (15, 12)),
    ),
    "check-circle": (_arc(12, 12, 10.5, 0, 360), ((7.4, 12.6), (10.6, 15.7), (16.6, 9.1))),
    "arrow-down": (((12, 3), (12, 20)), ((5, 13), (12, 20), (19, 13))),
    "clock": (_arc(12, 12, 9.5, 0, 360), ((12, 6.5), (12, 12), (15.8, 14.4))),
    "info": (_arc(12, 12, 9.5, 0, 360), ((12, 11), (12, 16.6)), ((12, 7.4), (12, 7.4))),
    "pause": (((8.5, 5), (8.5, 19)), ((15.5, 5), (15.5, 19))),
    "scan": (
        ((3, 8), (3, 3), (8, 3)), ((16, 3), (21, 3), (21, 8)),
        ((21, 16), (21, 21), (16, 21)), ((8, 21), (3, 21), (3, 16)),
        ((3, 12), (21, 12)),
    ),
    "contrast": (
        _arc(12, 12, 9.5, 0, 360),
        *(((12 + x, 12 - _half(x)), (12 + x, 12 + _half(x))) for x in (0, 1.4, 2.8, 4.2, 5.6, 7, 8.4)),
    ),
    "wheelchair": (
        _arc(9.5, 4, 1.9, 0, 360), ((9.5, 7.8), (9.5, 14), (15, 14), (17.6, 20), (20.5, 19)),
        ((9.5, 10.6), (14, 10.6)), _arc(10.5, 16.3, 5.4, 20, 250),
    ),
    "calendar": (
        ((3.5, 5), (20.5, 5), (20.5, 20.5), (3.5, 20.5), (3.5, 5)), ((3.5, 10), (20.5, 10)),
        ((8, 2.5), (8, 6.5)), ((16, 2.5), (16, 6.5)), ((8.4, 15.2), (11, 17.6), (15.6, 12.9)),
    ),
    "list": (
        *(_arc(4.5, y, 1.3, 0, 360) for y in (5.5, 12, 18.5)),
        ((9.5, 5.5), (21, 5.5)), ((9.5, 12), (21, 12)), ((9.5, 18.5), (21, 18.5)),
    ),
    "erase": (
        ((8.5, 5), (21.5, 5), (21.5, 19), (8.5, 19), (2, 12), (8.5, 5)),
        ((12, 9), (18, 15)), ((18, 9), (12, 15)),
    ),
    "headphones": (
        _arc(12, 13, 9, 180, 360), ((3, 13), (3, 18)), ((21, 13), (21, 18)),
        ((3, 14), (7, 14), (7, 21), (4.5, 21), (3, 19.5), (3, 14)),
        ((21, 14), (17, 14), (17, 21), (19.5, 21), (21, 19.5), (21, 14)),
    ),
    "alert": (
        ((12, 3), (22, 20.5), (2, 20.5), (12, 3)),
        ((12, 9.5), (12, 14.2)),
        ((12, 17.4), (12, 17.4)),
    ),
    "face-1": _face(_arc(12, 20, 5.2, 220, 320)),
    "face-2": _face(_arc(12, 21.4, 7.6, 240, 300)),
    "face-3": _face(((8.2, 15.6), (15.8, 15.6))),
    "face-4": _face(_arc(12, 9.2, 7.6, 60, 120)),
    "face-5": _face(_arc(12, 11.6, 5.6, 25, 155)),
    "offline": (
        _arc(12, 18.5, 13, 222, 284), _arc(12, 18.5, 13, 308, 318),  # the waves leave room for the stroke
        _arc(12, 18.5, 7.6, 222, 262), _arc(12, 18.5, 7.6, 301, 318),
        _arc(12, 18.9, 0.5, 0, 360), ((4, 20.5), (20, 4.5)),
    ),
}  # fmt: skip

NAMES = frozenset(_ICONS)


@lru_cache(maxsize=64)
def icon(name: str, size: int, color: Color, weight: float = WEIGHT) -> pygame.Surface:
    """The icon in a box of `size` px, its ground clear; a thinner or bolder `weight` in units."""
    unit = size * _FINER / BOX
    large = pygame.Surface((size * _FINER, size * _FINER), pygame.SRCALPHA)
    large.fill((*color, 0))  # the scaling mixes colours of clear pixels in, too
    for stroke in _ICONS[name]:
        _draw(large, [(x * unit, y * unit) for x, y in stroke], weight * unit / 2, color)
    return pygame.transform.smoothscale(large, (size, size))


def _draw(surface: pygame.Surface, points: list[Point], half: float, color: Color) -> None:
    for x, y in points:
        pygame.draw.circle(surface, color, (x, y), half)
    for (x, y), (to_x, to_y) in pairwise(points):
        if hypot(to_x - x, to_y - y) < 1:
            continue
        angle = atan2(to_y - y, to_x - x)
        dx, dy = -sin(angle) * half, cos(angle) * half
        corners = ((x + dx, y + dy), (to_x + dx, to_y + dy), (to_x - dx, to_y - dy), (x - dx, y - dy))
        pygame.draw.polygon(surface, color, corners)


def draw(
    surface: pygame.Surface, name: str, center: Point, size: int, color: Color, weight: float = WEIGHT
) -> pygame.Rect:
    """Draw the icon about `center`; returns its box."""
    image = icon(name, size, color, weight)
    return surface.blit(image, image.get_rect(center=(round(center[0]), round(center[1]))))

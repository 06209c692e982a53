"""The woven band: diamonds and steps after the brocade of the Central Highlands, the mark of the family."""

from functools import lru_cache

import pygame

from screen.theme import GOLD, INK, LACQUER, WHITE, Color, Size

_WEAVE = (
    "GRGRGRGRGRGR",
    ".....RR.....",
    "....R..R....",
    "...R.RR.R...",
    "..R......R..",
    "GR...WW...RG",
    "GR...WW...RG",
    "..R......R..",
    "...R.RR.R...",
    "....R..R....",
    ".....RR.....",
    "GRGRGRGRGRGR",
)
_THREADS = {"G": GOLD, "W": WHITE, ".": INK}  # "R" is of the centre's colour


def height(size: Size) -> int:
    """How high the band is on a screen of that size, in px: whole pixels a thread, so that it stays crisp."""
    return len(_WEAVE) * max(2, round(min(size) / 270))


@lru_cache(maxsize=4)
def _woven(width: int, thread: int, color: Color) -> pygame.Surface:
    tile = pygame.Surface((len(_WEAVE[0]), len(_WEAVE)))
    for y, row in enumerate(_WEAVE):
        for x, name in enumerate(row):
            tile.set_at((x, y), _THREADS.get(name, color))
    tile = pygame.transform.scale_by(tile, thread)
    band = pygame.Surface((width, tile.get_height()))
    first = (width // 2) % tile.get_width() - tile.get_width() // 2  # a diamond stands in the middle
    for x in range(first - tile.get_width(), width, tile.get_width()):
        band.blit(tile, (x, 0))
    return band


def draw(surface: pygame.Surface, top: int, color: Color = LACQUER) -> pygame.Rect:
    """Draw it from edge to edge, its upper edge at `top`; returns its box."""
    size = surface.get_size()
    return surface.blit(_woven(size[0], height(size) // len(_WEAVE), color), (0, top))

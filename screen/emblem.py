"""A centre's emblem, as its settings have it: a PNG file, scaled to where it stands."""

import io
from functools import lru_cache

import pygame
from PIL import Image

BROAD = 2.5  # of its height an emblem is at most as broad


@lru_cache(maxsize=8)
def image(png: bytes, height: int) -> pygame.Surface | None:
    """The emblem, at most `height` px high; nothing where there is none, or none that can be read."""
    if not png:
        return None
    try:
        with Image.open(io.BytesIO(png)) as whole:
            picture = whole.convert("RGBA")
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError):  # what Pillow raises
        return None  # the hub judged it before it sent it; a screen shows numbers all the same
    share = min(height / picture.height, BROAD * height / picture.width)
    size = max(1, round(picture.width * share)), max(1, round(picture.height * share))
    picture = picture.resize(size, Image.Resampling.LANCZOS)
    return pygame.image.frombytes(picture.tobytes(), picture.size, "RGBA")

"""A QR code on a screen."""

from functools import lru_cache

import pygame
import qrcode

from screen.theme import WHITE

QUIET = 4  # modules of white about the code


@lru_cache(maxsize=2)
def code(content: str, room: int) -> pygame.Surface:
    """The QR code with its quiet zone, as large as whole pixels a module allow within `room` px."""
    drawing = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_M, border=QUIET)
    drawing.add_data(content)
    modules = drawing.get_matrix()
    small = pygame.Surface((len(modules), len(modules)))
    small.fill(WHITE)
    for y, row in enumerate(modules):
        for x, dark in enumerate(row):
            if dark:
                small.set_at((x, y), (0, 0, 0))
    return pygame.transform.scale_by(small, max(1, room // len(modules)))

"""The look of every screen: its colours, and how a drawing's sizes become pixels.

Every pair of text and ground that is used has a contrast of 6.6:1 or more; text that matters has 7:1.
"""

from typing import TypeAlias

Color: TypeAlias = tuple[int, int, int]
Size: TypeAlias = tuple[int, int]

INK: Color = (14, 34, 64)
PAPER: Color = (250, 246, 238)
LACQUER: Color = (158, 27, 50)
GOLD: Color = (244, 183, 59)  # now: the number being called, or at the counter, and nothing else
ON_GOLD: Color = (19, 19, 19)
GREEN: Color = (10, 92, 69)
SOFT: Color = (233, 225, 210)
MUTED: Color = (74, 88, 112)  # on paper and white
ON_INK: Color = (201, 212, 230)
NIGHT: Color = (9, 24, 48)  # the foot of a board: a darker ink
RULE: Color = (39, 64, 106)  # a line between rows on ink
WHITE: Color = (255, 255, 255)


def scale(size: Size) -> float:
    """Pixels to a unit of a drawing that is 1920 units on its long side and 1080 on its short one."""
    return min(max(size) / 1920, min(size) / 1080)

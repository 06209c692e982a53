"""The pulse of a new call: its gold grows light and back, once a second, and after a few seconds it is still.

That is far slower than what can hurt (three flashes a second, WCAG 2.3.1). Who looks up later sees a calm
board, and a board at rest draws nothing.
"""

from math import cos, pi

from screen.theme import GOLD, WHITE, Color

PULSE_S = 3.0  # three times
STEPS = 8  # from gold to its lightest
_LIGHTEST = 0.6  # of the way to white


def glow(age_s: float) -> int:
    """How light the gold of a call is so long after its turn began: 0, which is gold, to `STEPS`."""
    return round(STEPS * (1 - cos(2 * pi * age_s)) / 2) if 0 <= age_s < PULSE_S else 0


def gold(glow: int) -> Color:
    """The gold of a call that glows so much."""
    red, green, blue = (
        round(part + (most - part) * _LIGHTEST * glow / STEPS) for part, most in zip(GOLD, WHITE, strict=True)
    )
    return red, green, blue

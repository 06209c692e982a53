"""How fast numbers are taken: faster than people can come and go are children at play, and staff are called.

Pure; time is monotonic seconds. In a crowd each person steps up, reads, touches and takes the paper out: that
is five seconds and more. Who only touches again and again has a number every two.
"""

import math
from dataclasses import dataclass, replace

NUMBERS, WITHIN_S = 8, 20.0
REST_S = 30.0  # the kiosk then gives none for so long


@dataclass(frozen=True)
class Pace:
    """When the last numbers were given, and until when none is."""

    given: tuple[float, ...] = ()
    until: float = -math.inf

    def gave(self, now: float) -> "Pace":
        """A number was given."""
        given = (*(each for each in self.given if now - each < WITHIN_S), now)
        return replace(self, given=given) if len(given) < NUMBERS else Pace(until=now + REST_S)

    def rest_s(self, now: float) -> float:
        """How long none is given now, seconds."""
        return max(0.0, self.until - now)

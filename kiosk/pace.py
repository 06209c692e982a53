"""How fast numbers are taken: faster than people can come and go are children at play, and staff are called.

Pure; time is monotonic seconds. A hurried crowd takes ten numbers in a minute: each of them reads a page,
touches it twice and takes the paper out.
"""

import math
from dataclasses import dataclass, replace

NUMBERS, WITHIN_S = 12, 60.0
REST_S = 30.0  # the kiosk then gives none for so long


@dataclass(frozen=True)
class Pace:
    """The numbers of the last minute, and until when none is given."""

    given: tuple[float, ...] = ()
    until: float = -math.inf

    def gave(self, now: float) -> "Pace":
        """A number was given."""
        given = (*(each for each in self.given if now - each < WITHIN_S), now)
        return replace(self, given=given) if len(given) < NUMBERS else Pace(until=now + REST_S)

    def rest_s(self, now: float) -> float:
        """How long none is given now, seconds."""
        return max(0.0, self.until - now)

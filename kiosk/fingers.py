"""Which target a finger touches: the one that it comes down on and leaves again, on the same page.

Pure. A finger that slides off takes its touch back, and so does a page that changes under it. Of several at
once the first alone counts, unless it only rests there: an elbow, a hand that leans on the glass.
"""

import math
from dataclasses import dataclass

RESTS_S = 1.5  # a finger that is longer down than this keeps no other from touching


@dataclass(frozen=True)
class Fingers:
    """The finger that counts, and what it came down on; none while nobody touches."""

    finger: int | None = None
    target: str | None = None
    page: object = None  # whatever tells pages apart
    since: float = -math.inf

    def down(self, finger: int, target: str | None, page: object, now: float) -> "Fingers":
        """A finger comes down there."""
        if self.finger not in (None, finger) and now - self.since < RESTS_S:
            return self
        return Fingers(finger, target, page, now)

    def up(self, finger: int, target: str | None, page: object) -> tuple["Fingers", str | None]:
        """A finger leaves from there. The target that it has touched, if any."""
        if finger != self.finger:
            return self, None
        return Fingers(), target if (target, page) == (self.target, self.page) else None

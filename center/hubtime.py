"""The hub's time: it never goes back, whatever the wall clock does."""

from datetime import datetime, timedelta
from pathlib import Path

from config.clock import Clock

SYNCHRONISED = Path("/run/systemd/timesync/synchronized")


class HubTime:
    """The last committed time plus monotonic time; a wall clock that is ahead of it is followed."""

    def __init__(self, clock: Clock, last: datetime | None) -> None:
        self.clock = clock
        self._base = max(last, clock.now()) if last else clock.now()
        self._since = clock.monotonic()

    def now(self) -> datetime:
        """Aware, UTC, cut to milliseconds."""
        steady = self._base + timedelta(seconds=self.clock.monotonic() - self._since)
        wall = self.clock.now()
        if wall > steady:
            self._base, self._since = wall, self.clock.monotonic()
            return wall
        return steady.replace(microsecond=steady.microsecond // 1000 * 1000)

    def synchronised(self) -> bool:
        """Whether systemd-timesyncd has set the wall clock since the machine started."""
        return SYNCHRONISED.exists()

    def drift(self) -> timedelta:
        """The wall clock minus the hub's time: negative where the wall clock is behind."""
        return self.clock.now() - self.now()

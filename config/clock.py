"""Time is handed in, never taken: a part gets a `Clock`, a test gets a `FakeClock`."""

import time
from datetime import UTC, datetime, timedelta


class Clock:
    """The machine's clocks."""

    def now(self) -> datetime:
        """The wall clock: aware, UTC, cut to milliseconds (as the bus writes it)."""
        moment = datetime.now(UTC)
        return moment.replace(microsecond=moment.microsecond // 1000 * 1000)

    def monotonic(self) -> float:
        """Seconds that never jump; only differences mean something."""
        return time.monotonic()


class FakeClock(Clock):
    """A clock that stands still until `advance` moves it."""

    def __init__(self, now: datetime = datetime(2026, 11, 23, 0, 30, tzinfo=UTC)) -> None:
        self._now = now
        self._monotonic = 1000.0

    def now(self) -> datetime:
        return self._now

    def monotonic(self) -> float:
        return self._monotonic

    def advance(self, seconds: float) -> None:
        """Let time pass, on both clocks."""
        self._now += timedelta(seconds=seconds)
        self._monotonic += seconds

    def jump(self, seconds: float) -> None:
        """Move the wall clock alone, as a wrong battery or a late NTP answer does."""
        self._now += timedelta(seconds=seconds)

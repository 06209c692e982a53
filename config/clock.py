"""Time is handed in, never taken: a part gets a `Clock`, a test gets a `FakeClock`.

A Pi may start years in the past, so a clock also tells what its word is worth: whether it was set by others
(`synchronised`), or kept by a battery while the power was off (`real_time_clock`).
"""

import ctypes
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
SYNCHRONISED = Path("/run/systemd/timesync/synchronized")
CLOCK_CHIPS = Path("/sys/class/rtc")
AGREES_S = 60.0
# A chip whose battery is dead starts in 1970, or when it was made: before this product was.
EARLIEST = datetime(2026, 1, 1, tzinfo=UTC)
UNSYNCHRONISED = 5  # the kernel's TIME_ERROR
_KERNEL = ctypes.CDLL(None)


def milliseconds(moment: datetime) -> datetime:
    """The moment in UTC, cut to milliseconds, as the bus writes it."""
    return moment.astimezone(UTC).replace(microsecond=moment.microsecond // 1000 * 1000)


class Clock:
    """The machine's clocks."""

    def now(self) -> datetime:
        """The wall clock: aware, UTC, cut to milliseconds (as the bus writes it)."""
        return milliseconds(datetime.now(UTC))

    def monotonic(self) -> float:
        """Seconds that never jump; only differences mean something."""
        return time.monotonic()

    def machine(self) -> str:
        """Which start of the machine this is: another after each."""
        return BOOT_ID.read_text().strip()

    def boottime(self) -> float:
        """Seconds since the machine started, the same for every process, sleep included."""
        return time.clock_gettime(time.CLOCK_BOOTTIME)

    def synchronised(self) -> bool:
        """Whether the wall clock is set by others now, or was by systemd-timesyncd since the machine started.

        The kernel knows of any other program that does it (chrony, ntpd), by the manual page adjtimex(2).
        """
        return 0 <= _adjtimex() < UNSYNCHRONISED or SYNCHRONISED.exists()

    def real_time_clock(self) -> bool:
        """Whether the wall clock was read from a chip when the machine started, one that can be right."""
        return chip_was_read(CLOCK_CHIPS, self.now())


def chip_was_read(chips: Path, now: datetime) -> bool:
    """Whether the wall clock comes from one of the chips, as Linux lists them, and still agrees with it."""
    for chip in chips.glob("rtc*"):
        try:
            read = (chip / "hctosys").read_text().strip() == "1"
            told = float((chip / "since_epoch").read_text())
        except (OSError, ValueError):  # it does not answer
            continue
        if read:
            return now >= EARLIEST and abs(told - now.timestamp()) < AGREES_S
    return False


def _adjtimex() -> int:
    """The state of the kernel's clock: a mere question, for the first field of `struct timex` is 0."""
    state: int = _KERNEL.adjtimex((ctypes.c_long * 64)())
    return state


class FakeClock(Clock):
    """A clock that stands still until `advance` moves it, on a machine that `power_cut` starts anew."""

    def __init__(
        self,
        now: datetime = datetime(2026, 11, 23, 0, 30, tzinfo=UTC),
        *,
        synchronised: bool = True,
        chip: bool = False,
    ) -> None:
        self.is_synchronised = synchronised
        self.has_chip = chip
        self._now = now
        self._monotonic = 1000.0
        self._boottime = 100.0
        self._machine = uuid4().hex

    def now(self) -> datetime:
        return self._now

    def monotonic(self) -> float:
        return self._monotonic

    def machine(self) -> str:
        return self._machine

    def boottime(self) -> float:
        return self._boottime

    def synchronised(self) -> bool:
        return self.is_synchronised

    def real_time_clock(self) -> bool:
        return self.has_chip

    def advance(self, seconds: float) -> None:
        """Let time pass, on all clocks."""
        self._now += timedelta(seconds=seconds)
        self._monotonic += seconds
        self._boottime += seconds

    def jump(self, seconds: float) -> None:
        """Move the wall clock alone, as a wrong battery or a late NTP answer does."""
        self._now += timedelta(seconds=seconds)

    def power_cut(self, seconds: float) -> None:
        """The machine starts anew, so long without power; only a chip keeps the wall clock going."""
        if self.has_chip:
            self._now += timedelta(seconds=seconds)
        self.is_synchronised = False
        self._monotonic, self._boottime = 5.0, 10.0
        self._machine = uuid4().hex

"""The hub's time: it goes on through restarts, and never goes back unless staff say so.

It is the time last written down plus what the machine ran since, by its boot-time clock: exact when the hub
alone was away. The wall clock is followed where it is ahead, for a machine that was off has lost hours. But
it may be years wrong, so a leap is believed only of a clock that was set by others or kept by a battery; and
once staff have said what time it is, only one that is set by others is followed.

Beside it runs `ran`, which counts only while the hub is up: ages and waits are differences of that.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bus.messages import HubClock
from center.command import Moment
from center.journal import Alive
from config.clock import Clock

LEAP = timedelta(hours=12)
BEHIND = timedelta(minutes=5)  # a clock that lags more contradicts us
OUTAGE = timedelta(minutes=2)  # people at the counters were served by shouting meanwhile


@dataclass
class HubTime:
    """It was `at`, and the hub had run for `ran` ms, when the machine's clocks said so."""

    clock: Clock
    machine: str
    at: datetime
    boottime: float
    ran: int
    monotonic: float
    down: timedelta = timedelta(0)  # that the hub was away before, as far as it is known
    outage: bool = False
    chip: bool = False  # the wall clock was kept by a battery
    corrected: bool = False  # staff once found the wall clock wrong
    confirmed: bool = False  # they have said the time since the machine started
    synchronised: bool = False

    @classmethod
    def resumed(
        cls, clock: Clock, last: Alive | None, *, corrected: bool = False, confirmed: bool = False
    ) -> "HubTime":
        """The time as the hub starts, from what it last wrote down."""
        boottime, monotonic = clock.boottime(), clock.monotonic()
        chip, machine = clock.real_time_clock(), clock.machine()
        if last is None:
            return cls(clock, machine, clock.now(), boottime, 0, monotonic, chip=chip)
        same = last.machine == machine
        at = last.at + timedelta(seconds=boottime - last.boottime) if same else last.at
        time = cls(
            clock, machine, at, boottime, last.ran, monotonic, chip=chip, corrected=corrected,
            confirmed=confirmed and same,
        )  # fmt: skip
        time.down = time.now().at - last.at
        time.outage = not same or time.down >= OUTAGE
        return time

    def now(self) -> Moment:
        """The present moment; it may have just followed the wall clock."""
        boottime, wall = self.clock.boottime(), self.clock.now()
        at = self.at + timedelta(seconds=boottime - self.boottime)
        if wall > at and self._believed(wall - at):
            self.at, self.boottime, at = wall, boottime, wall
        ran = self.ran + round((self.clock.monotonic() - self.monotonic) * 1000)
        at = at.replace(microsecond=at.microsecond // 1000 * 1000)
        return Moment(at, ran, self._known(wall - at))

    def confirm(self, at: datetime) -> "HubTime":
        """The time from now on, when staff say that it is `at`: it may go back."""
        return replace(self, at=at, boottime=self.clock.boottime(), corrected=True, confirmed=True)

    def alive(self, now: Moment) -> Alive:
        """What is to be written down of the present moment, so that time goes on from there."""
        return Alive(now.at, now.ran, self.machine, self.clock.boottime())

    def health(self) -> HubClock:
        """What staff are told of the clock."""
        now = self.now()
        drift = self.clock.now() - now.at
        return HubClock(
            synchronised=self._synchronised(),
            drift_s=round(drift.total_seconds()),
            known=now.known,
            jump_s=round(drift.total_seconds()) if drift > LEAP and not self.confirmed else 0,
        )

    def _believed(self, leap: timedelta) -> bool:
        if self.corrected:
            return self._synchronised()
        return leap <= LEAP or self._trusted()

    def _known(self, drift: timedelta) -> bool:
        agrees = drift > -BEHIND and self._trusted()
        return agrees or (self.confirmed and not self._synchronised())

    def _trusted(self) -> bool:
        return self._synchronised() or (self.chip and not self.corrected)

    def _synchronised(self) -> bool:
        self.synchronised = self.synchronised or self.clock.synchronised()
        return self.synchronised

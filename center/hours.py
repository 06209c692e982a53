"""When a centre has service: the intervals of a day, and how long open time takes by the clock.

Hours are what people read on the door, so they are laid out on each day's own local time: a day on which
clocks are set forward or back has an hour less or more, and no other day is moved by it.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from config.settings import Hours

LOOK_AHEAD = 14  # days
MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Calendar:
    """The hours of a service. One without `hours` has service at any time."""

    zone: ZoneInfo
    hours: Hours | None
    holidays: tuple[date, ...]  # without service

    def intervals(self, day: date) -> tuple[tuple[datetime, datetime], ...]:
        """When that day's service begins and ends, in order, in UTC; none without hours or on a holiday."""
        if self.hours is None or day in self.holidays:
            return ()
        midnight = datetime.combine(day, time.min, self.zone)
        found: list[tuple[datetime, datetime]] = []
        last = midnight.astimezone(UTC)
        for written in getattr(self.hours, Hours.__struct_fields__[day.weekday()]):
            begin, end = ((midnight + _clock(each)).astimezone(UTC) for each in written.split("-"))
            begin = max(begin, last)  # a time that the clocks skip is none
            if begin < end:
                found.append((begin, end))
                last = end
        return tuple(found)

    def is_open(self, at: datetime) -> bool:
        """Whether there is service then."""
        return self.hours is None or any(begin <= at < end for begin, end in self.intervals(self._day(at)))

    def opens(self, at: datetime) -> datetime | None:
        """When service begins next; none while there is service, and where it is more than two weeks away."""
        if self.is_open(at):
            return None
        days = (self._day(at) + timedelta(days=ahead) for ahead in range(LOOK_AHEAD + 1))
        return next((begin for day in days for begin, _ in self.intervals(day) if begin > at), None)

    def taking(self, at: datetime, first: timedelta, last: timedelta) -> bool:
        """Whether numbers are given: from `first` before the day's first hour to `last` before its last.

        They are given in the breaks too.
        """
        if self.hours is None:
            return True
        today = self.intervals(self._day(at))
        return bool(today) and today[0][0] - first <= at < today[-1][1] - last

    def after(self, at: datetime, minutes: float) -> float:
        """In how many minutes so many minutes of service have passed.

        What lies before the day's hours and between them is added. Who is still here at the end of the day is
        served all the same, so what is left then counts as it is.
        """
        left, now = minutes * MINUTE, at
        for begin, end in self.intervals(self._day(at)):
            if end > now:
                now = max(now, begin)
                if left <= end - now:
                    break
                left -= end - now
                now = end
        return (now + left - at) / MINUTE

    def _day(self, at: datetime) -> date:
        return at.astimezone(self.zone).date()


def _clock(written: str) -> timedelta:
    """The time since midnight of "07:30"; "24:00" is the next midnight."""
    hours, minutes = written.split(":")
    return timedelta(hours=int(hours), minutes=int(minutes))

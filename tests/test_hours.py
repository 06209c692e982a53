"""Opening hours: several intervals a day, holidays, and clocks that are set forward or back."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from center.hours import Calendar
from config.settings import Hours

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
OFFICE = ("07:30-11:30", "13:30-17:00")
WEEK = Hours(mon=OFFICE, tue=OFFICE, wed=OFFICE, thu=OFFICE, fri=OFFICE, sat=("08:00-11:00",))
CENTER = Calendar(VIETNAM, WEEK, holidays=(date(2026, 11, 25),))
ALWAYS = Calendar(VIETNAM, None, ())
NEVER_OPEN = Calendar(VIETNAM, Hours(), ())
MONDAY = date(2026, 11, 23)
BEFORE, UNTIL = timedelta(minutes=30), timedelta(minutes=15)


def at(clock: str, day: date = MONDAY) -> datetime:
    """That time at the centre."""
    return datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=VIETNAM)


def local(calendar: Calendar, day: date) -> list[str]:
    """A day's intervals as its door says them."""
    clocks = [
        (begin.astimezone(calendar.zone), end.astimezone(calendar.zone))
        for begin, end in calendar.intervals(day)
    ]
    return [f"{begin:%H:%M}-{end:%H:%M}" for begin, end in clocks]


def test_a_day_has_the_intervals_of_its_weekday_and_a_holiday_none() -> None:
    assert local(CENTER, MONDAY) == list(OFFICE)
    assert local(CENTER, MONDAY + timedelta(days=5)) == ["08:00-11:00"]
    assert local(CENTER, MONDAY + timedelta(days=6)) == []
    assert local(CENTER, date(2026, 11, 25)) == []
    assert CENTER.intervals(MONDAY)[0][0] == datetime(2026, 11, 23, 0, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("clock", "open_"),
    [("07:29", False), ("07:30", True), ("11:29", True), ("11:30", False), ("13:30", True), ("17:00", False)],
)
def test_service_begins_with_the_first_minute_and_ends_before_the_last(clock: str, open_: bool) -> None:
    assert CENTER.is_open(at(clock)) is open_


@pytest.mark.parametrize(
    ("now", "opens"),
    [
        (at("03:00"), at("07:30")),
        (at("12:00"), at("13:30")),
        (at("17:00"), at("07:30", date(2026, 11, 24))),
        (at("17:00", date(2026, 11, 24)), at("07:30", date(2026, 11, 26))),  # a holiday between
        (at("11:00", date(2026, 11, 28)), at("07:30", date(2026, 11, 30))),  # a Sunday between
        (at("09:00"), None),
    ],
)
def test_the_next_beginning_of_service_is_told_while_there_is_none(
    now: datetime, opens: datetime | None
) -> None:
    assert CENTER.opens(now) == opens


def test_holidays_of_more_than_two_weeks_have_no_end_to_be_told() -> None:
    calendar = Calendar(VIETNAM, WEEK, tuple(MONDAY + timedelta(days=each) for each in range(20)))
    assert calendar.opens(at("12:00")) is None
    assert calendar.opens(at("12:00", MONDAY + timedelta(days=7))) == at("07:30", date(2026, 12, 14))
    assert NEVER_OPEN.opens(at("12:00")) is None


@pytest.mark.parametrize(
    ("clock", "taking"),
    [
        ("06:59", False), ("07:00", True), ("11:45", True),
        ("16:44", True), ("16:45", False), ("23:00", False),
    ],
)  # fmt: skip
def test_numbers_are_given_from_before_the_first_hour_to_before_the_last_breaks_included(
    clock: str, taking: bool
) -> None:
    assert CENTER.taking(at(clock), BEFORE, UNTIL) is taking


def test_no_number_is_given_on_a_day_without_service() -> None:
    assert not any(
        CENTER.taking(at(clock, date(2026, 11, 25)), BEFORE, UNTIL) for clock in ("07:30", "14:00")
    )


def test_a_centre_without_hours_is_always_there() -> None:
    now = at("03:00")
    assert ALWAYS.is_open(now)
    assert ALWAYS.taking(now, BEFORE, UNTIL)
    assert ALWAYS.opens(now) is None
    assert ALWAYS.after(now, 25) == 25


@pytest.mark.parametrize(
    ("clock", "minutes", "after"),
    [
        ("09:00", 20, 20),
        ("11:20", 10, 10),
        ("11:20", 20, 140),  # lunch is between
        ("12:30", 20, 80),
        ("07:10", 5, 25),  # before the first hour
        ("16:50", 30, 30),  # the last people are served all the same
        ("20:00", 30, 30),
        ("11:20", 10 + 210 + 40, 120 + 10 + 210 + 40),
    ],
)
def test_breaks_inside_a_wait_are_added_and_nights_are_not(clock: str, minutes: int, after: int) -> None:
    assert CENTER.after(at(clock), minutes) == pytest.approx(after)


def test_an_interval_may_last_to_midnight() -> None:
    calendar = Calendar(VIETNAM, Hours(mon=("22:00-24:00",)), ())
    assert calendar.is_open(at("23:59"))
    assert not calendar.is_open(at("00:00", MONDAY + timedelta(days=1)))
    assert calendar.after(at("23:50"), 30) == 30


BERLIN = ZoneInfo("Europe/Berlin")
NIGHT = Hours(sun=("01:00-02:30", "03:00-05:00"))


def test_a_time_that_the_clocks_skip_is_none() -> None:
    spring = Calendar(BERLIN, NIGHT, ()).intervals(date(2027, 3, 28))  # 02:00 becomes 03:00
    assert spring[0][0] == datetime(2027, 3, 28, 0, 0, tzinfo=UTC)
    assert spring[0][1] <= spring[1][0]
    assert spring[1][1] == datetime(2027, 3, 28, 3, 0, tzinfo=UTC)
    skipped = Calendar(BERLIN, Hours(sun=("02:15-03:00", "09:00-11:00")), ())
    assert local(skipped, date(2027, 3, 28)) == ["09:00-11:00"]


def test_a_day_with_an_hour_twice_has_it_twice() -> None:
    autumn = Calendar(BERLIN, NIGHT, ()).intervals(date(2026, 10, 25))  # 03:00 becomes 02:00
    assert autumn[0][0] == datetime(2026, 10, 24, 23, 0, tzinfo=UTC)
    assert autumn[-1][1] == datetime(2026, 10, 25, 4, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "day", [date(2026, 3, 30), date(2026, 10, 24), date(2026, 10, 26), date(2027, 3, 29)]
)
def test_hours_stay_what_the_door_says_on_the_days_around_a_change_of_clocks(day: date) -> None:
    every_day = Hours(**dict.fromkeys(Hours.__struct_fields__, OFFICE))
    assert local(Calendar(BERLIN, every_day, ()), day) == list(OFFICE)


# Any hours, in zones with and without summer time, with half hours, and across the date line.

ZONES = [
    "Asia/Ho_Chi_Minh",
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",
    "Pacific/Kiritimati",
    "UTC",
]
clocks = st.lists(st.integers(0, 96), unique=True, max_size=6).map(sorted)


@st.composite
def calendars(draw: st.DrawFn) -> Calendar:
    def written(quarters: list[int]) -> tuple[str, ...]:
        said = [f"{each // 4:02}:{each % 4 * 15:02}" for each in quarters]
        return tuple(f"{begin}-{end}" for begin, end in zip(said[::2], said[1::2], strict=False))

    hours = Hours(*(written(draw(clocks)) for _ in Hours.__struct_fields__))
    holidays = draw(st.lists(st.dates(date(2026, 3, 1), date(2026, 11, 30)), max_size=3))
    return Calendar(ZoneInfo(draw(st.sampled_from(ZONES))), hours, tuple(holidays))


moments = st.datetimes(datetime(2026, 3, 1), datetime(2026, 11, 30), timezones=st.just(UTC))  # noqa: DTZ001


def open_minutes(calendar: Calendar, begin: datetime, end: datetime) -> float:
    """How much of that time the day of its beginning has service."""
    today = calendar.intervals(begin.astimezone(calendar.zone).date())
    spans = (min(end, last) - max(begin, first) for first, last in today)
    return sum(max(span, timedelta(0)) / timedelta(minutes=1) for span in spans)


@given(calendars(), moments)
def test_intervals_are_in_order_and_service_is_inside_them(calendar: Calendar, now: datetime) -> None:
    today = calendar.intervals(now.astimezone(calendar.zone).date())
    edges = [edge for interval in today for edge in interval]
    assert edges == sorted(edges)
    assert all(begin < end for begin, end in today)
    assert calendar.is_open(now) == any(begin <= now < end for begin, end in today)


@given(calendars(), moments)
def test_service_is_there_when_it_was_told_to_begin_and_not_before(calendar: Calendar, now: datetime) -> None:
    opens = calendar.opens(now)
    if opens is not None:
        assert not calendar.is_open(now)
        assert calendar.is_open(opens)
        assert not any(calendar.is_open(now + (opens - now) * part / 7) for part in range(7))


@given(calendars(), moments, st.floats(0, 600), st.floats(0, 600))
def test_a_wait_holds_its_open_minutes_and_a_longer_one_ends_later(
    calendar: Calendar, now: datetime, minutes: float, more: float
) -> None:
    wait = calendar.after(now, minutes)
    assert wait >= minutes - 1e-6
    assert calendar.after(now, minutes + more) >= wait + more - 1e-6
    served = open_minutes(calendar, now, now + timedelta(minutes=wait))
    left_today = open_minutes(calendar, now, now + timedelta(days=2))
    assert served == pytest.approx(min(minutes, left_today), abs=1e-3)

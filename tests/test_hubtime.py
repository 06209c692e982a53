"""The hub's time: through restarts, power cuts, leaps of the clock and the word of staff."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from center.hubtime import HubTime
from config.clock import FakeClock

HOUR = 3600.0
DAY = 24 * HOUR
EPOCH = datetime(1970, 1, 1, 0, 2, tzinfo=UTC)


def restarted(time: HubTime) -> HubTime:
    """The time of the next process, on the same clock, from what this one wrote down."""
    last = time.alive(time.now())
    return HubTime.resumed(time.clock, last, corrected=time.corrected, confirmed=time.confirmed)


def after_power_cut(time: HubTime, clock: FakeClock, seconds: float) -> HubTime:
    last = time.alive(time.now())
    clock.power_cut(seconds)
    return HubTime.resumed(clock, last, corrected=time.corrected, confirmed=time.confirmed)


class TestTheWallClock:
    def test_is_followed_where_it_is_ahead(self) -> None:
        clock = FakeClock(synchronised=False)
        time = HubTime.resumed(clock, None)
        clock.jump(11 * HOUR)
        assert time.now().at == clock.now()
        clock.advance(1.5)
        assert (time.now().at, time.now().ran) == (clock.now(), 1500)

    def test_is_not_followed_back(self) -> None:
        clock = FakeClock()
        time = HubTime.resumed(clock, None)
        before = time.now().at
        clock.jump(-HOUR)
        clock.advance(10)
        now = time.now()
        assert now.at == before + timedelta(seconds=10)
        assert time.health().drift_s == -HOUR
        assert not now.known, "it is set by others, and contradicts us"

    def test_failure_07_a_leap_is_not_believed_of_a_clock_that_nobody_set(self) -> None:
        clock = FakeClock(synchronised=False)
        time = HubTime.resumed(clock, None)
        before = time.now().at
        clock.jump(10 * 365 * DAY)
        clock.advance(60)
        assert time.now().at == before + timedelta(seconds=60)
        assert time.health().jump_s == 10 * 365 * DAY
        assert not time.now().known

    def test_failure_07_a_leap_is_believed_once_the_clock_is_synchronised(self) -> None:
        clock = FakeClock(EPOCH, synchronised=False)
        time = HubTime.resumed(clock, None)
        assert not time.now().known
        clock.jump(20_000 * DAY)
        assert time.now().at == EPOCH
        clock.is_synchronised = True
        assert time.now().at == clock.now()
        assert time.now().known
        assert time.health().jump_s == 0

    def test_known_stays_known_when_the_network_is_gone(self) -> None:
        clock = FakeClock()
        time = HubTime.resumed(clock, None)
        assert time.now().known
        clock.is_synchronised = False
        assert time.now().known


class TestRestarts:
    def test_what_the_hub_was_away_is_in_its_time_and_not_in_its_running_time(self) -> None:
        clock = FakeClock()
        time = HubTime.resumed(clock, None)
        clock.advance(100)
        last = time.alive(time.now())
        clock.jump(-9 * HOUR)  # the wall clock is of no help
        clock.advance(300)
        again = HubTime.resumed(clock, last)
        assert again.now().at == last.at + timedelta(seconds=300)
        assert again.now().ran == last.ran == 100_000
        assert (again.down, again.outage) == (timedelta(seconds=300), True)

    @pytest.mark.parametrize(("seconds", "outage"), [(5, False), (119, False), (121, True)])
    def test_a_short_absence_is_no_outage(self, seconds: float, outage: bool) -> None:
        clock = FakeClock()
        time = HubTime.resumed(clock, None)
        last = time.alive(time.now())
        clock.advance(seconds)
        assert HubTime.resumed(clock, last).outage is outage

    def test_a_first_start_follows_no_outage(self) -> None:
        assert not HubTime.resumed(FakeClock(), None).outage

    def test_without_a_chip_time_goes_on_from_where_it_was(self) -> None:
        clock = FakeClock()
        time = HubTime.resumed(clock, None)
        clock.advance(500)
        before = time.now()
        again = after_power_cut(time, clock, 15 * HOUR)
        assert again.now().at == before.at
        assert again.outage
        assert not again.now().known
        clock.jump(15 * HOUR)
        clock.is_synchronised = True
        assert again.now().at == before.at + timedelta(hours=15)
        assert again.now().ran == before.ran

    def test_with_a_chip_a_weekend_has_passed(self) -> None:
        clock = FakeClock(synchronised=False, chip=True)
        time = HubTime.resumed(clock, None)
        before = time.now().at
        again = after_power_cut(time, clock, 60 * HOUR)
        assert again.now().at == before + timedelta(hours=60)
        assert again.now().known
        assert again.down == timedelta(hours=60)


class TestTheWordOfStaff:
    def test_failure_07_it_undoes_a_wrong_time(self) -> None:
        clock = FakeClock(datetime(2036, 1, 1, tzinfo=UTC), synchronised=False)
        wrong = HubTime.resumed(clock, None)
        clock.advance(10)
        today = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
        time = wrong.confirm(today)
        clock.advance(5)
        assert time.now().at == today + timedelta(seconds=5)
        assert time.now().ran == 15_000, "the time that the hub ran is not undone"
        assert time.now().known
        assert time.health().jump_s == 0, "they have said it: they are not asked again"

    def test_it_holds_against_a_wall_clock_ahead(self) -> None:
        clock = FakeClock(synchronised=False)
        time = HubTime.resumed(clock, None)
        at = clock.now() - timedelta(hours=2)
        time = time.confirm(at)
        clock.advance(60)
        assert restarted(time).now().at == time.now().at == at + timedelta(seconds=60)
        assert restarted(time).now().known

    def test_it_outranks_the_chip_until_the_clock_is_synchronised(self) -> None:
        clock = FakeClock(datetime(2036, 1, 1, tzinfo=UTC), synchronised=False, chip=True)
        today = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
        time = HubTime.resumed(clock, None).confirm(today)
        again = after_power_cut(time, clock, HOUR)
        assert again.now().at == today
        assert not again.now().known, "how long the power was off, nobody knows"
        assert again.health().jump_s > 0, "staff are asked"
        clock.jump((today + timedelta(hours=1) - clock.now()).total_seconds())
        clock.is_synchronised = True
        assert again.now().at == today + timedelta(hours=1)
        assert again.now().known


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("advance"), st.floats(0, 2 * DAY)),
        st.tuples(st.just("jump"), st.floats(-400 * DAY, 400 * DAY)),
        st.tuples(st.just("restart"), st.floats(0, HOUR)),
        st.tuples(st.just("power cut"), st.floats(0, 3 * DAY)),
        st.tuples(st.sampled_from(("synchronised", "alone")), st.just(0.0)),
    ),
    max_size=30,
)


@given(steps=STEPS, chip=st.booleans())
def test_the_time_never_goes_back_whatever_the_clock_does(steps: list[tuple[str, float]], chip: bool) -> None:
    clock = FakeClock(synchronised=False, chip=chip)
    time = HubTime.resumed(clock, None)
    before, up = time.now(), 0.0
    for step, seconds in steps:
        match step:
            case "advance":
                clock.advance(seconds)
                up += seconds
            case "jump":
                clock.jump(seconds)
            case "restart":
                last = time.alive(time.now())
                clock.advance(seconds)
                time = HubTime.resumed(clock, last)
            case "power cut":
                time = after_power_cut(time, clock, seconds)
            case _:
                clock.is_synchronised = step == "synchronised"
        now = time.now()
        assert now.at >= before.at
        assert before.ran <= now.ran <= up * 1000 + len(steps)
        before = now

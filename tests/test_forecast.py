"""The wait that people are told: honest, leaning upward, in numbers that people say."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bus.messages import Wait
from center.forecast import SAID, spoken
from tests.hall import Hall


@pytest.mark.parametrize(
    ("minutes", "low", "high"),
    [
        (0, 0, 5),
        (3, 0, 5),
        (7, 5, 10),
        (10, 10, 15),
        (12, 10, 20),
        (27, 25, 40),
        (65, 60, 120),
        (900, 480, 480),
    ],
)
def test_range_is_one_that_people_say(minutes: float, low: int, high: int) -> None:
    assert spoken(minutes) == Wait(low, high)


@given(st.floats(0, 470))
def test_range_holds_the_expected_wait_and_leans_upward(minutes: float) -> None:
    said = spoken(minutes)
    assert said.low <= minutes <= said.high
    assert said.low < said.high
    assert {said.low, said.high} <= set(SAID)


def test_no_counter_open_gives_no_forecast() -> None:
    hall = Hall()
    assert hall.take().wait is None
    hall.open("three")
    assert hall.take().wait is None


def test_free_counter_means_no_wait() -> None:
    hall = Hall()
    hall.open("one")
    assert hall.take().wait == Wait(0, 5)


def test_wait_grows_with_the_people_ahead_and_shrinks_with_the_counters() -> None:
    hall = Hall()
    hall.open("one", services=("civil",))
    for _ in range(4):
        hall.take()
    fifth = hall.take()
    assert (fifth.ahead, fifth.wait) == (4, spoken(5 * 6))
    hall.open("two", services=("civil",))
    sixth = hall.take()
    assert (sixth.ahead, sixth.wait) == (5, spoken(6 * 6 / 2))


def test_people_of_another_service_at_the_same_counter_count() -> None:
    hall = Hall()
    hall.open("two")
    for _ in range(3):
        hall.take("civil")
    behind = hall.take("land")
    assert (behind.ahead, behind.wait) == (0, spoken(3 * 6 + 12))


def test_people_of_another_service_count_by_the_share_of_counters_they_have_in_common() -> None:
    hall = Hall()
    hall.open("one", services=("civil",))
    hall.open("two")
    for _ in range(4):
        hall.take("civil")
    assert hall.take("land").wait == spoken(4 * 6 / 2 + 12)


def test_people_whom_nobody_serves_hold_nobody_up() -> None:
    hall = Hall()
    hall.open("one", services=("civil",))
    for _ in range(9):
        hall.take("tax")
    assert hall.take("civil").wait == Wait(0, 5)


def test_counter_that_helps_out_counts_only_where_no_own_is_open() -> None:
    hall = Hall()
    hall.open("one")
    for _ in range(2):
        hall.take("land")
    assert hall.take("land").wait == spoken(3 * 12)
    hall.open("two", services=("land",))
    assert hall.take("land").wait == spoken(4 * 12)


def test_service_time_is_learned_from_those_who_were_served() -> None:
    hall = Hall()
    hall.open("one")
    queue = hall.state.queues["civil"]
    for _ in range(60):
        hall.take()
        hall.call()
        hall.wait(120)
        hall.act("finish")
    assert 2 < queue.mean < 3
    hall.take()
    hall.call()
    hall.wait(5)
    hall.act("no-show")
    assert queue.served == 60


def test_ticket_forgotten_at_a_counter_hardly_spoils_the_mean() -> None:
    hall = Hall()
    hall.open("one")
    hall.take()
    hall.call()
    hall.wait(3 * 3600)
    hall.act("finish")
    assert hall.state.queues["civil"].mean < 8

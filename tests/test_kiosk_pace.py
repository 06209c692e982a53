"""Numbers taken faster than people come: the kiosk rests, says so, and staff can end it."""

from kiosk.corner import Staff
from kiosk.journey import Given, Home, Trouble
from kiosk.pace import NUMBERS, REST_S, WITHIN_S, Pace
from tests.booth import Booth


def taken(count: int, every_s: float, pace: Pace | None = None, now: float = 1000.0) -> tuple[Pace, float]:
    """So many numbers, and the time of the last one."""
    pace = pace or Pace()
    for number in range(count):
        now += every_s if number else 0
        pace = pace.gave(now)
    return pace, now


def test_a_crowd_in_a_hurry_is_not_held_up() -> None:
    pace, now = taken(200, every_s=4)
    assert pace.rest_s(now) == 0


def test_faster_than_people_come_it_rests_for_a_while_and_goes_on() -> None:
    pace, now = taken(NUMBERS, every_s=2)
    assert pace.rest_s(now) == REST_S
    assert pace.rest_s(now + REST_S - 1) == 1
    assert pace.rest_s(now + REST_S) == 0
    pace, now = taken(NUMBERS - 1, every_s=2, pace=pace, now=now + REST_S)
    assert pace.rest_s(now) == 0
    assert pace.gave(now + 2).rest_s(now + 2) == REST_S


def test_numbers_of_a_while_ago_do_not_count() -> None:
    pace, now = taken(NUMBERS - 1, every_s=1)
    now += WITHIN_S
    assert pace.gave(now).rest_s(now) == 0


def test_children_at_play_wait_and_staff_are_called_and_end_it(booth: Booth) -> None:
    for _ in range(NUMBERS):
        booth.touch("service:ho-tich")
        booth.arrives(Given)
        booth.touch("done")
    booth.touch("service:ho-tich")
    assert booth.page == Trouble("rush")
    assert 0 < (booth.kiosk.journey.left(booth.clock.monotonic()) or 0) <= REST_S
    assert booth.kiosk.device.health_facts().calls == "rush"

    booth.open_corner()
    assert booth.kiosk.corner.page == Staff()
    assert booth.kiosk.device.health_facts().calls == ""
    booth.touch("done")  # out of the corner
    booth.touch("done")  # back to the start
    booth.touch("service:dat-dai")
    assert booth.arrives(Given).ticket.service == "dat-dai"


def test_the_rest_ends_by_itself(booth: Booth) -> None:
    for _ in range(NUMBERS):
        booth.kiosk.pace = booth.kiosk.pace.gave(booth.clock.monotonic())
    booth.touch("service:ho-tich")
    assert booth.page == Trouble("rush")
    booth.pass_time(REST_S)
    booth.arrives(Home)
    booth.touch("service:ho-tich")
    booth.arrives(Given)

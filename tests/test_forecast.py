"""The wait that people are told: from those before them, leaning upward, in numbers that people say."""

from datetime import UTC, datetime

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.days import Scenario
from bench.waits import SCENARIOS, measure
from bus.messages import Wait
from center.forecast import SAID, outlook, spoken
from config.settings import Hours
from tests.hall import CENTER, Hall


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [
        (0, 0, Wait(0, 5)),
        (0.5, 4.8, Wait(0, 5)),
        (5, 10, Wait(5, 10)),
        (7, 11.5, Wait(5, 15)),
        (22, 34, Wait(20, 40)),
        (65, 95, Wait(60, 120)),
        (300, 900, Wait(300, 480)),
        (900, 900, Wait(360, 480)),
    ],
)
def test_range_is_one_that_people_say(low: float, high: float, said: Wait) -> None:
    assert spoken(low, high) == said


@given(st.floats(0, 470), st.floats(0, 470))
def test_range_that_is_said_holds_the_one_that_was_reckoned(one: float, other: float) -> None:
    low, high = sorted((one, other))
    said = spoken(low, high)
    assert said.low <= low <= high <= max(said.high, SAID[-1])
    assert said.low < said.high
    assert {said.low, said.high} <= set(SAID)


def likely(hall: Hall, service: str = "civil", category: str = "ordinary", **fields: object) -> float:
    """The minutes that are likely for somebody who takes a number now."""
    taken = hall.take(service, category, **fields)
    ticket = hall.state.tickets[taken.id]
    found = outlook(hall.state, service, ticket.place, hall.now, priority=ticket.priority)
    assert found is not None
    assert found.low <= found.likely <= found.high
    assert found.high - found.likely >= found.likely - found.low, "it leans upward"
    assert taken.wait == spoken(found.low, found.high)
    return found.likely


# Nobody comes before somebody else here but by the order of arrival.
EQUAL = msgspec.structs.replace(
    CENTER, services=tuple(msgspec.structs.replace(each, target_wait=20) for each in CENTER.services)
)


def busy(*counters: str, services: tuple[str, ...] = ("civil",)) -> Hall:
    """A hall in which each of these counters has just called somebody."""
    hall = Hall(EQUAL)
    for each in counters:
        hall.open(each, services=services)
        hall.take(services[0])
        hall.ask("next", counter=each)
    return hall


def test_no_counter_open_gives_no_forecast() -> None:
    hall = Hall()
    assert hall.take().wait is None
    hall.open("three")
    assert hall.take().wait is None
    hall.open("one")
    assert hall.take().wait is not None
    hall.act("pause")
    assert hall.take().wait is None


def test_free_counter_means_no_wait() -> None:
    hall = Hall()
    hall.open("one")
    assert hall.take().wait == Wait(0, 5)


def test_wait_grows_with_the_people_ahead_and_shrinks_with_the_counters() -> None:
    assert [likely(busy_hall := busy("one"))] + [likely(busy_hall) for _ in range(3)] == [6, 12, 18, 24]
    hall = busy("one", "two")
    waits = [likely(hall) for _ in range(5)]
    assert waits[0] == 6
    assert waits[4] - waits[3] == pytest.approx(3)
    assert waits[4] < 24


def test_range_is_wider_the_longer_the_wait() -> None:
    hall = busy("one")
    waits = [hall.take().wait for _ in range(20)]
    widths = [wait.high - wait.low for wait in waits if wait is not None]
    assert widths[0] <= 15
    assert widths[0] < widths[9] < widths[19] < 120


def test_who_is_being_served_counts_by_what_is_left_of_it() -> None:
    hall = busy("one")
    hall.wait(240)
    assert likely(hall) == pytest.approx(2)
    hall = busy("one")
    hall.wait(1800)
    assert 0 < likely(hall) < 2, "nobody knows, but it takes longer than most"


def test_group_counts_by_its_people() -> None:
    civil = msgspec.structs.replace(CENTER.services[0], people=5)
    hall = Hall(msgspec.structs.replace(CENTER, services=(civil, *CENTER.services[1:])))
    hall.open("one", services=("civil",))
    hall.take(people=2)
    hall.ask("next", counter="one")
    assert likely(hall, people=3) == 2 * 6
    assert likely(hall) == (2 + 3) * 6


def test_people_of_another_service_at_the_same_counter_count() -> None:
    hall = busy("two", services=("civil", "land"))
    for _ in range(3):
        hall.take("civil")
    assert likely(hall, "land") == 6 + 3 * 6


def test_people_of_another_service_count_by_the_share_of_counters_they_have_in_common() -> None:
    hall = Hall(EQUAL)
    hall.open("one", services=("civil",))
    hall.open("two")
    for counter in ("one", "two"):
        hall.take("civil")
        hall.ask("next", counter=counter)
    for _ in range(4):
        hall.take("civil")
    assert likely(hall, "land") == 6 + 4 * 6 / 2


def test_people_whom_nobody_serves_hold_nobody_up() -> None:
    hall = Hall()
    hall.open("one", services=("civil",))
    for _ in range(9):
        hall.take("tax")
    assert hall.take("civil").wait == Wait(0, 5)


def test_people_who_were_sent_to_one_counter_are_before_those_who_come_later() -> None:
    hall = busy("one", "two")
    assert likely(hall) == 6
    for _ in range(3):
        hall.take()
    alone = likely(hall)
    hall.wait(5)
    hall.ask("transfer", counter="two", to="one")
    assert likely(hall) > alone


def test_counter_that_helps_out_counts_while_nobody_of_its_own_waits() -> None:
    hall = busy("two", services=("land",))
    hall.open("one")
    assert likely(hall, "land") == 0
    hall.ask("next", counter="one")
    hall.take("civil")
    assert likely(hall, "land") == 12
    hall.wait(5)
    hall.act("close", "two")
    assert likely(hall, "land") > 12, "now it is the only one"


def served_before(category: str = "ordinary", service: str = "civil") -> Hall:
    """A counter that is busy, after half an hour in which such people came and were served elsewhere."""
    hall = Hall()
    hall.open("two", services=(service,))
    for _ in range(6):
        hall.take(service, category)
        hall.call("two")
        hall.wait(295)
    hall.act("finish", "two")
    hall.act("close", "two")
    hall.open("two", clerk="another", services=("civil", "land"))
    hall.take()
    hall.ask("next", counter="two")
    return hall


def test_who_comes_later_and_is_called_first_is_reckoned_with() -> None:
    among_ordinary, among_priority = served_before(), served_before("priority")
    for hall in (among_ordinary, among_priority):
        hall.take()
    assert likely(among_priority) > likely(among_ordinary)
    assert likely(among_priority, category="priority") == likely(among_ordinary, category="priority")


def test_priority_overtakes_no_longer_than_its_head_start() -> None:
    among_ordinary, among_priority = served_before(), served_before("priority")
    added = [likely(among_priority) - likely(among_ordinary) for _ in range(30)]
    assert 0 < added[0] < added[2]
    assert added[-1] == pytest.approx(added[-5])


def test_who_comes_later_with_a_shorter_target_wait_is_reckoned_with() -> None:
    with_civil, with_land = served_before(service="civil"), served_before(service="land")
    for hall in (with_civil, with_land):
        for _ in range(3):
            hall.take("land")
        hall.state.queues["civil"].mean, hall.state.queues["land"].mean = 6, 12
    assert likely(with_civil, "land") > likely(with_land, "land")


def test_ratio_lets_ordinary_and_priority_tickets_take_turns() -> None:
    hall = Hall(msgspec.structs.replace(CENTER, ratio=2))
    hall.open("one", services=("civil",))
    for _ in range(5):
        hall.take()
    hall.ask("next", counter="one")  # the first ordinary one of two
    assert likely(hall, category="priority") == 6 + 6, "one more ordinary ticket comes before"
    behind_all = 6 + (4 + 1) * 6  # the priority ticket comes before, and perhaps one that is still to come
    assert behind_all < likely(hall) <= behind_all + 6


OFFICE = ("07:30-11:30", "13:30-17:00")
WITH_HOURS = msgspec.structs.replace(CENTER, hours=Hours(mon=OFFICE))


def local(clock: str) -> datetime:
    """That time of a Monday at the centre."""
    return datetime.fromisoformat(f"2026-11-23T{clock}+07:00").astimezone(UTC)


def test_break_inside_a_wait_is_added() -> None:
    hall = Hall(WITH_HOURS, at=local("11:20"))
    hall.open("one", services=("civil",))
    hall.take()
    hall.ask("next", counter="one")
    assert hall.take().wait == Wait(0, 150), "before the break, or after it"
    hall.take()
    assert hall.take().wait == Wait(120, 150)


def test_break_is_not_added_while_the_clock_is_not_known() -> None:
    hall = Hall(WITH_HOURS, at=local("11:20"))
    hall.known = False
    hall.open("one", services=("civil",))
    hall.take()
    hall.ask("next", counter="one")
    assert [likely(hall) for _ in range(3)] == [6, 12, 18]


def test_free_counter_before_the_first_hour_means_a_wait_until_then() -> None:
    hall = Hall(WITH_HOURS, at=local("07:11"))
    hall.open("one")
    assert hall.take().wait == Wait(15, 20)


def test_clerks_who_pause_for_a_break_are_back_after_it() -> None:
    hall = Hall(WITH_HOURS, at=local("11:45"))
    for counter in ("one", "two"):
        hall.open(counter, services=("civil",))
        hall.act("pause", counter)
    for _ in range(5):
        assert hall.take().wait is None, "nobody is open"
    hall.wait((local("13:25") - hall.at).total_seconds())
    hall.open("one", services=("civil",))
    place = hall.state.tickets[hall.take().id].place
    one_is_back = outlook(hall.state, "civil", place, hall.now)
    hall.open("two", services=("civil",))
    assert one_is_back == outlook(hall.state, "civil", place, hall.now) is not None


@given(st.lists(st.sampled_from(["civil", "civil priority", "land", "call one", "call two"]), max_size=40))
def test_place_further_back_never_has_a_shorter_wait(acts: list[str]) -> None:
    hall = busy("one", "two")
    for act in acts:
        if act.startswith("call"):
            counter = act.removeprefix("call ")
            hall.wait(60)
            if any(hall.state.queues["civil"]):
                hall.ask("next", counter=counter)
        else:
            hall.take(*act.split())
    places = sorted(each.place for each in hall.state.queues["civil"])
    found = [outlook(hall.state, "civil", each, hall.now) for each in places]
    waits = [each.likely for each in found if each is not None]
    assert len(waits) == len(places)
    assert waits == sorted(waits)


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


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_forecast_is_nearer_than_the_last_waits_and_its_range_is_kept(scenario: Scenario) -> None:
    assert not [each for each in measure(scenario, days=2) if not each.holds]

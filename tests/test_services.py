"""Hours, quotas, categories and streams, shutting by hand, appointments, and taking a number back."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from msgspec.structs import replace

from bus.events import TicketCancelled
from bus.messages import Rev
from center import views
from config.categories import CATEGORIES, Category
from config.settings import Hours
from tests.hall import CENTER, MORNING, Hall, refused

REV = Rev("", 0)
DAY = ("07:30-11:30", "13:30-17:00")
OFFICE = Hours(mon=DAY, tue=DAY, wed=DAY, thu=DAY, fri=("07:30-11:30",))
OPEN = replace(CENTER, hours=OFFICE, last_number=15, holidays=(date(2026, 11, 26),))


def at(hour: int, minute: int = 0, day: int = 23) -> datetime:
    """That hour at the centre, on a day of November 2026; the 23rd is a Monday."""
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC) - timedelta(hours=7)


def why(hall: Hall, service: str = "civil") -> str:
    return views.queue(hall.state, service, REV, hall.now).why


# Hours


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        (at(6, 59), "hours"),
        (at(7, 0), ""),  # half an hour before the doors open
        (at(12, 0), ""),  # in the break people may queue
        (at(16, 44), ""),
        (at(16, 45), "hours"),  # the last number was a quarter of an hour before closing
        (at(15, 0, 27), "hours"),  # Friday afternoon
        (at(9, 0, 26), "hours"),  # a holiday
        (at(9, 0, 29), "hours"),  # Sunday
    ],
)
def test_numbers_are_given_from_before_opening_until_before_closing(moment: datetime, expected: str) -> None:
    hall = Hall(OPEN, at=moment)
    assert why(hall) == expected
    if expected:
        assert refused(hall, "take", service="civil").code == "not-taking"
    else:
        hall.take()


def test_queue_and_ticket_say_when_service_begins() -> None:
    hall = Hall(OPEN, at=at(7, 10))
    ticket = hall.take()
    assert (ticket.opens, ticket.wait) == (at(7, 30), None)
    assert views.queue(hall.state, "civil", REV, hall.now).opens == at(7, 30)
    hall.wait(1200)
    assert views.queue(hall.state, "civil", REV, hall.now).opens is None


def test_service_has_hours_of_its_own() -> None:
    services = (replace(CENTER.services[0], hours=Hours(mon=("09:00-10:00",))), *CENTER.services[1:])
    hall = Hall(replace(OPEN, services=services), at=at(15))
    assert (why(hall, "civil"), why(hall, "land")) == ("hours", "")


def test_failure_08_hours_hold_only_while_the_clock_is_known() -> None:
    hall = Hall(OPEN, at=at(3))
    hall.known = False
    assert hall.take().label == "A001"
    assert views.queue(hall.state, "civil", REV, hall.now).opens is None
    hall.known = True
    assert refused(hall, "take", service="civil").code == "not-taking"


# Quotas, streams, classes


def test_quota_of_a_service_is_for_a_day() -> None:
    hall = Hall(replace(CENTER, services=(replace(CENTER.services[0], quota=2), *CENTER.services[1:])))
    hall.take()
    hall.take()
    assert why(hall) == "full"
    assert refused(hall, "take", service="civil").code == "not-taking"
    hall.wait(86400)
    assert hall.take().label == "A001"


def test_agents_have_a_stream_and_a_quota_of_their_own() -> None:
    agent = Category(id="agent", name={"vi": "Dịch vụ nhiều hồ sơ"}, letter="X", quota=2, staff=True)
    hall = Hall(replace(CENTER, categories=(*CATEGORIES, agent)))
    hall.open("one")
    hall.take()
    assert [hall.take(category="agent").label, hall.take("land", "agent").label] == ["X001", "X002"]
    assert refused(hall, "take", service="civil", category="agent").code == "not-taking"
    assert hall.take().label == "A002"
    assert hall.call("one").label == "A001"
    assert hall.call("one").label == "X001"


@pytest.mark.parametrize("category", [each.id for each in CATEGORIES if each.priority])
def test_every_class_of_priority_has_its_head_start(category: str) -> None:
    hall = Hall()
    hall.take()
    assert hall.take(category=category).ahead == 0


def test_one_number_may_be_for_several_people_where_the_service_allows_it() -> None:
    hall = Hall(replace(CENTER, services=(replace(CENTER.services[0], people=4), *CENTER.services[1:])))
    assert hall.take(people=4).people == 4
    assert refused(hall, "take", service="civil", people=5).field == "people"
    assert refused(hall, "take", service="land", people=2).field == "people"


# By hand


def test_service_that_is_shut_gives_no_numbers_and_serves_who_has_one() -> None:
    hall = Hall()
    hall.open("one")
    ticket = hall.take()
    told = hall.ask("shut", service="civil", reason="Mất điện máy chủ hộ tịch")
    assert (told.taking, told.why, told.notice) == (False, "shut", "Mất điện máy chủ hộ tịch")
    assert refused(hall, "take", service="civil").code == "not-taking"
    assert hall.call("one").id == ticket.id
    assert hall.ask("reopen", service="civil").taking
    assert refused(hall, "reopen", service="civil").code == "conflict"


def test_shut_is_for_today() -> None:
    hall = Hall()
    hall.ask("shut", service="civil")
    hall.wait(86400)
    assert hall.take().label == "A001"


def test_kiosk_takes_its_own_number_back_within_two_minutes() -> None:
    hall = Hall()
    ticket, other = hall.take(), hall.take()
    hall.ask("cancel", "kiosk-1", "kiosk", ticket=ticket.id)
    assert hall.events()[-1] == TicketCancelled(ticket.id)
    assert refused(hall, "cancel", "kiosk-2", "kiosk", ticket=other.id).code == "forbidden"
    hall.wait(121)
    assert refused(hall, "cancel", "kiosk-1", "kiosk", ticket=other.id).code == "forbidden"
    hall.ask("cancel", ticket=other.id)
    assert not hall.state.queues["civil"]
    assert refused(hall, "cancel", ticket=other.id).code == "conflict"
    assert hall.take().label == "A003"


def test_number_of_somebody_at_a_counter_is_not_taken_back() -> None:
    hall = Hall()
    hall.open("one")
    ticket = hall.take()
    hall.call("one")
    assert refused(hall, "cancel", ticket=ticket.id).code == "conflict"


# Appointments


def book(hall: Hall, when: datetime, **fields: Any) -> str:
    answer = hall.ask("book", service="civil", at=when, **fields)
    assert answer.at == when
    return str(answer.code)


def check_in(hall: Hall, code: str) -> Any:
    return hall.ask("check-in", "kiosk-1", "kiosk", code=code)


@pytest.fixture
def hall() -> Hall:
    """Eight in the morning; counter one is open."""
    hall = Hall()
    hall.open("one")
    return hall


def test_appointment_in_time_is_called_before_who_came_since(hall: Hall) -> None:
    code = book(hall, MORNING + timedelta(minutes=10))
    walk_in = hall.take()  # due at 08:20
    ticket = check_in(hall, code)
    assert (ticket.category, ticket.ahead) == ("appointment", 0)
    assert [hall.call().label, hall.call().label] == [ticket.label, walk_in.label]


def test_coming_early_wins_nothing(hall: Hall) -> None:
    code = book(hall, MORNING + timedelta(hours=2))
    ticket = check_in(hall, code)
    walk_in = hall.take()
    assert [hall.call().label, hall.call().label] == [walk_in.label, ticket.label]


@pytest.mark.parametrize(("late", "first"), [(14, True), (16, False)])
def test_coming_a_little_late_loses_nothing_and_much_later_is_a_walk_in(
    hall: Hall, late: int, first: bool
) -> None:
    code = book(hall, MORNING + timedelta(minutes=10))
    hall.wait((10 + late) * 60)
    walk_in = hall.take()
    ticket = check_in(hall, code)
    assert (hall.call().label == ticket.label) is first
    assert walk_in.label == "A001"


def test_appointment_gives_one_number(hall: Hall) -> None:
    code = book(hall, MORNING + timedelta(hours=1), code="K7M2Q9")
    ticket = check_in(hall, code)
    error = refused(hall, "check-in", "kiosk-1", "kiosk", code=code)
    assert (error.code, error.state) == ("conflict", ticket.label)


def test_appointment_of_another_day_or_unknown_is_refused(hall: Hall) -> None:
    code = book(hall, MORNING + timedelta(days=1))
    assert refused(hall, "check-in", "kiosk-1", "kiosk", code=code).code == "conflict"
    assert refused(hall, "check-in", "kiosk-1", "kiosk", code="NOBODY").code == "unknown-ticket"
    assert refused(hall, "take", service="civil", category="appointment").code == "bad-request"
    hall.wait(86400)
    assert check_in(hall, code).label == "A001"


def test_appointment_is_moved_and_cancelled_until_its_holder_is_here(hall: Hall) -> None:
    code = book(hall, MORNING + timedelta(days=1), code="K7M2Q9")
    book(hall, MORNING + timedelta(hours=1), code=code)
    assert len(hall.state.appointments) == 1
    other = book(hall, MORNING + timedelta(hours=2))
    hall.ask("cancel-appointment", code=other)
    assert refused(hall, "check-in", "kiosk-1", "kiosk", code=other).code == "unknown-ticket"
    check_in(hall, code)
    assert refused(hall, "cancel-appointment", code=code).code == "conflict"
    assert (
        refused(hall, "book", service="civil", at=MORNING + timedelta(hours=3), code=code).code == "conflict"
    )


@pytest.mark.parametrize("away", [timedelta(minutes=-1), timedelta(days=730), timedelta(days=2_900_000)])
def test_past_and_far_future_are_not_booked(hall: Hall, away: timedelta) -> None:
    assert refused(hall, "book", service="civil", at=MORNING + away).field == "at"


def test_check_in_that_was_given_up_is_void(hall: Hall) -> None:
    code, request = book(hall, MORNING + timedelta(hours=1)), uuid4()
    hall.give_up(request)
    assert refused(hall, "check-in", "kiosk-1", "kiosk", code=code, request=request).code == "void"


def test_who_was_told_of_no_number_checks_in_again(hall: Hall) -> None:
    code, request = book(hall, MORNING + timedelta(hours=1)), uuid4()
    lost = hall.ask("check-in", "kiosk-1", "kiosk", code=code, request=request)
    hall.give_up(request)
    assert check_in(hall, code).label != lost.label

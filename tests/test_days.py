"""Days under wrong clocks: a hall is never emptied by a jump, and no label is given again too soon."""

from datetime import UTC, date, datetime, timedelta

import pytest
from msgspec.structs import replace

from bus.events import ClockConfirmed, DayOpened
from tests.hall import CENTER, Hall, refused

FRIDAY, MONDAY = date(2026, 11, 20), date(2026, 11, 23)
FRIDAY_8 = timedelta(days=-3)  # from Monday at eight


@pytest.fixture
def jumped() -> Hall:
    """A hub without a real-time clock woke up in Friday; people came, and then it learned that it is Monday.

    A001 to A003 are of the real Friday; A004 and A005 were given this morning, and wait.
    """
    hall = Hall(at=Hall().at + FRIDAY_8)
    hall.open("one")
    for _ in range(3):
        hall.take()
        hall.call()
        hall.wait(60)
    hall.act("close")
    hall.wait(9 * 3600)
    hall.restart(machine="woken")
    hall.open("one")
    hall.take()
    hall.take()
    hall.jump(timedelta(days=2, hours=15))
    hall.wait(0)
    return hall


def test_failure_06_jump_with_a_full_hall_expires_nobody(jumped: Hall) -> None:
    assert jumped.state.day == FRIDAY
    assert [jumped.call().label, jumped.call().label] == ["A004", "A005"]


def test_failure_06_the_day_begins_once_the_hall_is_empty_and_reuses_no_young_label(jumped: Hall) -> None:
    for _ in range(2):
        jumped.call()
        jumped.wait(60)
    jumped.act("finish")
    jumped.wait(0)
    assert jumped.state.day == MONDAY
    assert jumped.events()[-1] == DayOpened(MONDAY)
    labels = [jumped.take().label for _ in range(5)]
    assert labels == ["A001", "A002", "A003", "A006", "A007"]  # 4 and 5 are in pockets still


def test_failure_06_numbers_go_on_while_the_old_day_does(jumped: Hall) -> None:
    ticket = jumped.take()
    assert (ticket.label, ticket.id) == ("A006", f"{FRIDAY}-A006")


def test_failure_06_staff_who_see_an_empty_hall_begin_the_new_day(jumped: Hall) -> None:
    jumped.ask("end-day")
    assert jumped.state.day == MONDAY
    assert jumped.events()[-1] == DayOpened(MONDAY, expired=(f"{FRIDAY}-A004", f"{FRIDAY}-A005"))
    labels = [jumped.take().label for _ in range(4)]
    assert labels == ["A001", "A002", "A003", "A006"]  # 4 and 5 may be in pockets still


def test_day_that_is_not_over_is_not_ended_by_staff(hall: Hall) -> None:
    ticket = hall.take()
    assert refused(hall, "end-day").code == "conflict"
    assert hall.call().id == ticket.id


def test_failure_07_a_wrong_day_is_undone_and_labels_go_on() -> None:
    hall = Hall()
    hall.take()
    first_of_all = hall.take()
    for label in ("A001", "A002"):
        hall.ask("cancel", ticket=f"{MONDAY}-{label}")
    hall.jump(timedelta(days=3650))
    hall.wait(0)
    assert hall.state.day == MONDAY + timedelta(days=3650)
    wrong = hall.take()
    right = hall.at - timedelta(days=3650)
    hall.ask("confirm-clock", at=right)
    hall.at = right
    hall.wait(1)
    assert hall.events()[-2:] == [ClockConfirmed(right), DayOpened(MONDAY, undone=True)]
    after = hall.take()
    assert hall.state.day == MONDAY
    assert after.label not in (first_of_all.label, wrong.label)
    hall.open("one")
    assert hall.call().id == wrong.id


@pytest.mark.parametrize("year", [1, 1970, 2100, 9999])
def test_year_that_cannot_be_is_not_confirmed(year: int) -> None:
    wrong = datetime(year, 11, 23, tzinfo=UTC)
    assert refused(Hall(), "confirm-clock", at=wrong).field == "at"


def test_days_that_come_back_after_a_wrong_clock_give_no_number_twice() -> None:
    """Tuesday began too early, was undone, and begins again at its time."""
    hall = Hall()
    given = [hall.take().id]
    hall.ask("cancel", ticket=given[0])
    hall.jump(timedelta(days=1))
    hall.wait(0)
    given += [hall.take().id for _ in range(3)]
    hall.ask("confirm-clock", at=hall.at - timedelta(days=1))
    hall.jump(timedelta(days=-1))
    given += [hall.take().id for _ in range(3)]
    hall.wait(30 * 3600)
    assert hall.state.day == date(2026, 11, 24)
    given += [hall.take().id for _ in range(9)]
    assert len(set(given)) == len(given)


def test_queue_is_carried_over_where_a_centre_wants_it() -> None:
    hall = Hall(replace(CENTER, carry_over=True))
    hall.open("one")
    served, kept = hall.take(), hall.take()
    hall.call()
    hall.wait(60)
    hall.act("finish")
    hall.wait(86400)
    assert hall.state.day == date(2026, 11, 24)
    labels = [hall.take().label for _ in range(2)]
    assert labels == [served.label, "A003"]  # the kept label is passed over
    hall.open("one")
    assert hall.call().id == kept.id


def test_expired_tickets_are_told_and_gone() -> None:
    hall = Hall()
    ticket = hall.take()
    hall.wait(86400)
    assert hall.events()[-1] == DayOpened(date(2026, 11, 24), expired=(ticket.id,))
    assert not hall.state.tickets
    assert not hall.state.takes

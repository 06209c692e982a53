"""A restored backup, a disk that lied, a clock that was years off: what a hub must not do after them."""

from datetime import UTC, datetime, timedelta, timezone
from uuid import uuid4

import pytest
from msgspec.structs import replace

from bus.answers import LeaseRange
from bus.events import DayOpened, EpochOpened, TicketAdopted
from bus.messages import encode
from bus.reading import read
from config.errors import Refused
from config.settings import Account
from tests.hall import CENTER, MORNING, Hall, refused
from tests.kiosks import TestKiosk

TWO = replace(CENTER, devices=(*CENTER.devices, Account(id="kiosk-2", role="kiosk")))
FLOOR = {"A": 40, "B": 40, "C": 40}
IN_TEN_YEARS = MORNING + timedelta(days=3650)


@pytest.fixture
def hall() -> Hall:
    return Hall(TWO)


@pytest.fixture
def first(hall: Hall) -> TestKiosk:
    return TestKiosk(hall, "kiosk-1")


@pytest.fixture
def second(hall: Hall) -> TestKiosk:
    return TestKiosk(hall, "kiosk-2")


def restore(hall: Hall, backup: int, *awaits: str) -> None:
    """Only so many events are left, and these issuers are awaited."""
    del hall.journal[backup:]
    hall.state = hall.rebuilt()
    hall.record(EpochOpened("newepoch", awaits or ("kiosk-1", "kiosk-2", "web-1")))


def test_failure_13_nobody_gets_the_range_of_a_kiosk_without_which_staff_went_on(
    hall: Hall, first: TestKiosk, second: TestKiosk
) -> None:
    second.lease()
    backup = len(hall.journal)
    first.lease()  # and it is cut off from now on
    restore(hall, backup)
    second.tell_all()
    hall.ask("set-floor", numbers=FLOOR)
    second.lease()
    held = {second.give() for _ in range(40)} - {None}
    assert held
    assert first.give() not in held
    hall.wait(86400)
    assert second.lease().ranges == tuple(each for each in second.ranges if each.day == hall.state.day)


def test_failure_13_tickets_of_a_kiosk_without_which_staff_went_on_are_taken_over_later(
    hall: Hall, first: TestKiosk, second: TestKiosk
) -> None:
    backup = len(hall.journal)
    first.lease()
    first.take()
    offline = first.give()
    restore(hall, backup)
    second.tell_all()
    hall.ask("set-floor", numbers=FLOOR)
    assert second.take().label == "A041"
    assert refused(hall, "lease", "kiosk-1", "kiosk", install=first.install).code == "busy"
    assert first.tell_all().refused == ()
    assert {"A001", offline} <= hall.state.labels.keys()
    first.lease()
    second.lease()
    assert not {each.first for each in first.ranges} & {each.first for each in second.ranges}


def test_failure_13_a_day_that_is_told_in_portions_keeps_its_order(hall: Hall, first: TestKiosk) -> None:
    backup = len(hall.journal)
    first.lease()
    for _ in range(60):
        first.take()
    hall.wait(3600)
    restore(hall, backup, "kiosk-1")
    hall.wait(3600)
    told = [first._issued(each) for each in first.today]
    for portion, whole in ((told[:50], False), (told[50:], True)):
        first.ask("adopt", tickets=tuple(portion), install=first.install, leases=first.ranges, whole=whole)
    ages = {each.age_ms for each in hall.events() if isinstance(each, TicketAdopted)}
    assert ages == {7_200_000}


def test_failure_13_ranges_told_in_portions_are_granted_once_and_made_up_later(
    hall: Hall, first: TestKiosk
) -> None:
    first.lease()
    before = {letter: len(grants) for letter, grants in hall.state.grants.items()}
    hall.record(EpochOpened("newepoch", ("kiosk-1",)))
    for whole in (False, False, True):
        first.ask("adopt", install=first.install, leases=first.ranges, given_up=(uuid4(),), whole=whole)
    assert {letter: len(grants) for letter, grants in hall.state.grants.items()} == before
    while first.give() not in ("A810", None):
        pass
    first.adopt()
    held = [each for each in first.lease().ranges if each.service == "civil" and each.day == hall.state.day]
    assert len(held) == 2


def test_failure_13_a_second_loss_during_the_recovery_loses_nobody(
    hall: Hall, first: TestKiosk, second: TestKiosk
) -> None:
    backup = len(hall.journal)
    first.take()
    ticket = second.take()
    first.take()
    restore(hall, backup)
    first.tell_all()
    hall.record(EpochOpened("thirdone", ("kiosk-1", "kiosk-2")))
    second.tell_all()
    assert ticket.label in hall.state.labels


def test_floor_among_the_leased_numbers_is_refused(hall: Hall) -> None:
    hall.record(EpochOpened("newepoch", ("kiosk-1",)))
    error = refused(hall, "set-floor", numbers={**FLOOR, "A": 812})
    assert (error.code, error.field) == ("bad-request", "numbers")
    assert "799" in error.message


@pytest.mark.parametrize(("letter", "first_number", "last"), [("AB", 1, 9), ("A", -5, 9), ("A", 1, 10**12)])
def test_range_that_cannot_be_is_not_read(letter: str, first_number: int, last: int) -> None:
    wrong = (
        f'{{"day":"2026-11-23","service":"civil","letter":"{letter}","first":{first_number},"last":{last}}}'
    )
    with pytest.raises(Refused):
        read(wrong.encode(), LeaseRange)


def test_failure_07_the_day_ends_after_a_wrong_clock_was_put_right_and_a_power_cut() -> None:
    hall = Hall(at=IN_TEN_YEARS)
    hall.take()
    hall.ask("confirm-clock", at=MORNING)
    hall.at = MORNING
    hall.restart(machine="after the power cut", down_s=60)
    hall.wait(3 * 86400)
    assert hall.state.day == hall.state.local_date(hall.at)


def test_failure_07_labels_given_under_a_wrong_clock_are_given_again_some_day() -> None:
    hall = Hall(at=IN_TEN_YEARS)
    hall.open("one")
    hall.take()
    hall.call()
    hall.wait(60)
    hall.act("finish")
    hall.ask("confirm-clock", at=MORNING)
    hall.at = MORNING
    hall.restart(machine="after the power cut", down_s=60)
    hall.wait(3 * 86400)
    assert hall.take().label == "A001"


def test_call_that_was_due_long_ago_does_not_come_with_the_end_of_its_day() -> None:
    auto = replace(CENTER.counters[0], auto_call=True)
    hall = Hall(replace(CENTER, counters=(auto, *CENTER.counters[1:])), at=MORNING + timedelta(hours=10))
    hall.open("one")
    hall.take()
    hall._pass(14 * 3_600_000)  # the disk was full all night: nothing was due
    hall.wait(0)
    assert isinstance(hall.events()[-1], DayOpened)


def test_hubs_time_is_utc_whatever_offset_staff_send() -> None:
    at_the_centre = datetime(2026, 11, 23, 9, 0, tzinfo=timezone(timedelta(hours=7)))
    told = Hall().ask("confirm-clock", at=at_the_centre)
    assert told.at.tzinfo is UTC
    assert b'"2026-11-23T02:00:00.000Z"' in encode(told)


def test_two_bookings_without_a_code_are_two_appointments() -> None:
    hall = Hall()  # what is random here begins alike each time
    codes = {hall.ask("book", service="civil", at=hall.at + timedelta(hours=2)).code for _ in range(3)}
    assert codes == hall.state.appointments.keys()
    assert len(codes) == 3

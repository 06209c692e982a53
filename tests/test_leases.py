"""Offline numbers: granted once, given without the hub, and taken over in the order of their issue."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from msgspec.structs import replace

from bus.answers import LeaseRange
from bus.asks import Issued
from bus.events import EpochOpened, LeaseGranted, TicketAdopted, TicketPresented, TicketTransferred
from bus.messages import Rev
from config.settings import Account
from tests.hall import CENTER, Hall, refused
from tests.kiosks import TestKiosk

TODAY = date(2026, 11, 23)
FIVE = replace(
    CENTER, devices=(*CENTER.devices, *(Account(id=f"kiosk-{n}", role="kiosk") for n in range(2, 6)))
)


@pytest.fixture
def hall() -> Hall:
    """Eight in the morning; counter two serves `civil` and `land`."""
    hall = Hall(FIVE)
    hall.open("two")
    return hall


@pytest.fixture
def kiosk(hall: Hall) -> TestKiosk:
    kiosk = TestKiosk(hall, "kiosk-1")
    kiosk.lease()
    return kiosk


def numbers(ranges: tuple[LeaseRange, ...]) -> list[tuple[str, int]]:
    return [(each.letter, number) for each in ranges for number in range(each.first, each.last + 1)]


def test_lease_is_for_every_service_for_today_and_the_next_day(kiosk: TestKiosk) -> None:
    assert {(each.day, each.service) for each in kiosk.ranges} == {
        (day, service.id) for day in (TODAY, TODAY + timedelta(days=1)) for service in CENTER.services
    }
    assert all(each.first >= 800 and each.last <= 999 for each in kiosk.ranges)


def test_further_errands_of_an_offline_number_are_taken_over_with_it(hall: Hall, kiosk: TestKiosk) -> None:
    label = kiosk.give("civil", then=("land", "gone"))
    kiosk.adopt()
    adopted = hall.events()[-1]
    assert isinstance(adopted, TicketAdopted)
    assert (adopted.label, adopted.then) == (label, ("land",))
    hall.call("two")
    hall.wait(60)
    hall.act("finish", "two")
    assert hall.events()[-1] == TicketTransferred(adopted.ticket, "two", "land")


def test_lease_asked_again_is_the_same_and_makes_nothing_new(hall: Hall, kiosk: TestKiosk) -> None:
    before, events = kiosk.ranges, len(hall.journal)
    assert kiosk.lease().ranges == before
    assert len(hall.journal) == events


def test_failure_10_no_number_is_granted_twice(hall: Hall) -> None:
    """Five kiosks, one of them twice anew: a cloned card, a new disk."""
    kiosks = [TestKiosk(hall, f"kiosk-{n}") for n in range(1, 6)]
    granted = [number for kiosk in kiosks for number in numbers(kiosk.lease().ranges)]
    for _ in range(2):
        kiosks[0].reinstall()
        granted += numbers(kiosks[0].lease().ranges)
    assert len(granted) == len(set(granted))


def test_failure_10_over_a_week_no_two_kiosks_may_give_the_same_label(hall: Hall) -> None:
    kiosks = [TestKiosk(hall, f"kiosk-{n}") for n in (1, 2)]
    for _ in range(7):
        for kiosk in kiosks:
            kiosk.lease()
        first, second = (set(numbers(kiosk.ranges)) for kiosk in kiosks)
        assert not first & second
        today = hall.state.day
        assert today is not None
        days = {each.day for each in kiosks[0].ranges if each.service == "civil"}
        assert days == {today, today + timedelta(days=1)}
        hall.wait(86400)


def test_failure_10_nothing_is_granted_once_every_number_is(hall: Hall) -> None:
    kiosk = TestKiosk(hall, "kiosk-1")
    while kiosk.lease().ranges:
        kiosk.reinstall()
    granted = [each.body for each in hall.journal if isinstance(each.body, LeaseGranted)]
    assert 590 < sum(len(numbers(each.ranges)) for each in granted) <= 600


def test_lease_that_runs_low_is_made_up_after_what_was_given_is_adopted(hall: Hall, kiosk: TestKiosk) -> None:
    while kiosk.give() != "A804":
        pass
    kiosk.adopt()
    left = [each for each in kiosk.lease().ranges if each.service == "civil" and each.day == TODAY]
    assert len(left) == 2


def test_lease_whose_answer_was_lost_stays_good_until_the_kiosk_lets_go_of_it(
    hall: Hall, kiosk: TestKiosk
) -> None:
    old = kiosk.ranges
    hall.wait(2 * 86400)
    hall.ask("lease", "kiosk-1", "kiosk", install=kiosk.install, holds=old)  # and the answer is lost
    label = kiosk.give()
    assert kiosk.adopt().tickets == (label,)
    kiosk.lease()
    kiosk.lease()
    assert not {each.first for each in old if each.day == TODAY} & {each.first for each in kiosk.ranges}


def test_adopted_tickets_wait_in_the_order_of_their_issue(hall: Hall, kiosk: TestKiosk) -> None:
    before = hall.take()
    other = TestKiosk(hall, "kiosk-2")
    other.lease()
    hall.wait(60)
    first = kiosk.give()
    hall.wait(60)
    second = other.give()
    hall.wait(60)
    third = kiosk.give()
    hall.wait(60)
    after = hall.take()
    other.adopt()
    kiosk.adopt()
    called = [hall.call("two").label for _ in range(5)]
    assert called == [before.label, first, second, third, after.label]


def test_numbers_given_while_the_hub_was_down_come_in_order_and_after_who_waited_before(
    hall: Hall, kiosk: TestKiosk
) -> None:
    other = TestKiosk(hall, "kiosk-2")
    other.lease()
    hall.wait(600)
    before = hall.take()
    given = []
    for each in (kiosk, other, kiosk):
        kiosk.clock_ms += 300_000
        other.clock_ms += 300_000
        given.append(each.give())
    hall.restart(down_s=900, outage=True)
    hall.ask("report-served", counter="two", labels=())
    hall.wait(1)
    after = hall.take()
    other.adopt()
    kiosk.adopt()
    assert [hall.call("two").label for _ in range(5)] == [before.label, *given, after.label]


def test_adoption_is_told_twice_and_happens_once(hall: Hall, kiosk: TestKiosk) -> None:
    kiosk.give()
    pending = list(kiosk.pending)
    kiosk.adopt()
    events = len(hall.journal)
    kiosk.pending = pending
    assert kiosk.adopt().refused == ()
    assert len(hall.journal) == events
    assert len(hall.state.queues["civil"]) == 1


def test_number_that_is_not_of_the_kiosks_lease_is_refused(hall: Hall, kiosk: TestKiosk) -> None:
    stranger = TestKiosk(hall, "kiosk-2", ranges=kiosk.ranges)
    label = stranger.give()
    assert stranger.adopt().refused == (label,)
    own = Issued("A001", "civil", uuid4(), 0, 1.0, TODAY)
    assert kiosk.ask("adopt", tickets=(own,)).refused == ("A001",)
    assert not hall.state.tickets


def test_failure_11_ticket_of_yesterdays_lease_enters_today_with_its_label(
    hall: Hall, kiosk: TestKiosk
) -> None:
    hall.wait(20 * 3600)
    label = kiosk.give()
    assert hall.state.day == TODAY + timedelta(days=1)
    other = TestKiosk(hall, "kiosk-2")
    other.lease()
    hall.wait(3600)
    kiosk.adopt()
    assert hall.events()[-1].ticket == f"{hall.state.day}-{label}"  # type: ignore[union-attr]
    kiosk.ask("delivered", ticket=f"{TODAY}-{label}", outcome="printed")  # as its paper says it
    assert other.give() != label
    hall.open("two")
    assert hall.call("two").label == label


def test_failure_11_hour_of_issue_lies_between_the_last_lease_of_the_kiosk_and_now(
    hall: Hall, kiosk: TestKiosk
) -> None:
    word = hall.at
    hall.wait(300)
    kiosk.clock_ms -= 50 * 365 * 86_400_000  # its clock says 1970: the age it tells is half a century
    kiosk.give()
    kiosk.clock_ms += 50 * 365 * 86_400_000
    kiosk.adopt()
    adopted = hall.events()[-1]
    assert isinstance(adopted, TicketAdopted)
    assert adopted.issued == word
    assert hall.state.labels[adopted.label].ran == 0


def test_failure_12_leased_number_at_a_counter_before_its_adoption_becomes_that_ticket(
    hall: Hall, kiosk: TestKiosk
) -> None:
    label = kiosk.give("land", "priority")
    assert label is not None
    shown = hall.call("two", label)
    assert (shown.label, shown.service) == (label, "land")
    assert isinstance(hall.events()[-2], TicketPresented)
    kiosk.adopt()
    ticket = hall.state.labels[label]
    assert (ticket.category, ticket.device, ticket.status, ticket.counter) == (
        "priority", "kiosk-1", "called", "two",
    )  # fmt: skip
    assert len(hall.state.tickets) == 1
    assert hall.state.queues["land"].issued == 1


def test_failure_12_adoption_after_it_was_served_brings_nobody_back(hall: Hall, kiosk: TestKiosk) -> None:
    label = kiosk.give()
    hall.call("two", label)
    hall.wait(60)
    hall.act("finish", "two")
    kiosk.adopt()
    assert refused(hall, "next", counter="two").code == "nobody-waiting"


def test_label_that_no_lease_has_is_unknown_at_the_counter(hall: Hall, kiosk: TestKiosk) -> None:
    assert refused(hall, "call", counter="two", label="A990").code == "unknown-ticket"


@pytest.mark.parametrize("wrong", [timedelta(0), timedelta(days=3650)])
def test_numbers_of_a_kiosk_that_is_never_seen_again_are_free_after_a_while(wrong: timedelta) -> None:
    """Also where the clock was years ahead when they were granted."""
    hall = Hall(FIVE)
    hall.jump(wrong)
    hall.wait(0)
    lost = TestKiosk(hall, "kiosk-5")
    lost.lease()
    hall.ask("confirm-clock", at=hall.at - wrong)
    hall.jump(-wrong)

    def kept() -> bool:
        return any(each.device == "kiosk-5" for grants in hall.state.grants.values() for each in grants)

    hall.wait(6 * 24 * 3600)
    assert kept()
    hall.wait(3 * 24 * 3600)
    assert not kept()


# A restored backup


@pytest.fixture
def restored(hall: Hall, kiosk: TestKiosk) -> Hall:
    """The hub came back with a backup of before the last two numbers; counter two is open."""
    kiosk.take()
    backup = len(hall.journal)
    kiosk.take()
    kiosk.give()
    del hall.journal[backup:]
    hall.state = hall.rebuilt()
    hall.record(EpochOpened("newepoch", ("kiosk-1", "kiosk-2")))
    return hall


def test_failure_13_restored_hub_gives_no_number_until_every_issuer_has_told_its_day(
    restored: Hall, kiosk: TestKiosk
) -> None:
    assert refused(restored, "take", "kiosk-1", "kiosk", service="civil").code == "busy"
    kiosk.tell_all()
    assert refused(restored, "take", "kiosk-1", "kiosk", service="civil").code == "busy"
    TestKiosk(restored, "kiosk-2").tell_all()
    assert restored.state.awaits == ()
    assert kiosk.take().label == "A003"
    assert [each.label for each in restored.state.queues["civil"]] == ["A001", "A002", "A800", "A003"]


def test_failure_13_staff_may_set_a_floor_for_every_letter_and_go_on(
    restored: Hall, kiosk: TestKiosk
) -> None:
    kiosk.tell_all()
    assert refused(restored, "set-floor", numbers={"A": 40}).field == "numbers"
    restored.ask("set-floor", numbers={"A": 40, "B": 0, "C": 7})
    assert (kiosk.take().label, kiosk.take("land").label, kiosk.take("tax").label) == ("A041", "B001", "C008")
    assert refused(restored, "set-floor", numbers={"A": 1, "B": 1, "C": 1}).code == "conflict"


def test_failure_13_ranges_granted_after_the_backup_are_not_granted_again(hall: Hall) -> None:
    lost = TestKiosk(hall, "kiosk-1")
    backup = len(hall.journal)
    lost.lease()
    del hall.journal[backup:]
    hall.state = hall.rebuilt()
    hall.record(EpochOpened("newepoch", ("kiosk-1",)))
    label = lost.give()
    lost.tell_all()
    other = TestKiosk(hall, "kiosk-2")
    other.lease()
    assert not set(numbers(other.ranges)) & set(numbers(lost.ranges))
    assert label in hall.state.labels


def test_failure_13_a_revision_above_the_hubs_own_opens_a_new_epoch(hall: Hall, kiosk: TestKiosk) -> None:
    seen = Rev(hall.state.epoch, hall.state.seq + 1)
    hall.ask("adopt", "kiosk-1", "kiosk", seen=seen)
    opened = hall.events()[-1]
    assert isinstance(opened, EpochOpened)
    assert set(opened.awaits) == {"kiosk-1", "kiosk-2", "kiosk-3", "kiosk-4", "kiosk-5", "web-1"}
    assert refused(hall, "lease", "kiosk-1", "kiosk", install=kiosk.install).code == "busy"
    hall.ask("adopt", "kiosk-1", "kiosk", seen=seen)  # of the epoch before: it is known by now
    assert hall.events()[-1] is opened


def test_guest_is_never_awaited(hall: Hall) -> None:
    guest = Account(id="guest", role="kiosk", guest=True)
    hall.state.settings = replace(CENTER, devices=(*CENTER.devices, guest))
    hall.ask("adopt", "kiosk-1", "kiosk", seen=Rev("another", 1))
    assert hall.state.awaits == ("kiosk-1", "web-1")

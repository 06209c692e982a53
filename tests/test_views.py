"""What the hub shows of its state."""

from datetime import date

import msgspec
import pytest

from bus.messages import (
    Board,
    Catalog,
    CenterState,
    CounterState,
    GroupInfo,
    HubClock,
    Panel,
    Payload,
    QueueState,
    Rev,
    Wait,
    encode,
)
from center import views
from center.places import place
from config.settings import Group
from tests.hall import CENTER, Hall

REV = Rev("e", 7)


@pytest.fixture
def hall() -> Hall:
    """Counter one has called A001, A002 and B001 wait."""
    hall = Hall()
    hall.open("one")
    hall.take()
    hall.take(language="en")
    hall.take("land")
    hall.call("one")
    return hall


def test_catalog_names_counters_and_places_in_every_language() -> None:
    catalog = views.catalog(CENTER, REV)
    one, two, three = catalog.counters
    assert one.name == {"vi": "Quầy 1", "en": "Counter 1"}
    assert three.name == {"vi": "Bàn thuế"}
    assert (two.number, two.services, one.overflow) == ("2", ("civil", "land"), ("land",))
    civil, land, tax = catalog.services
    assert civil.place == {"vi": "Quầy 1 hoặc Quầy 2", "en": "Counter 1 or Counter 2"}
    assert land.place == {"vi": "Quầy 2", "en": "Counter 2"}
    assert tax.place == {"vi": "Tầng 2"}


def test_catalog_says_which_services_belong_together() -> None:
    civil, *others = CENTER.services
    center = msgspec.structs.replace(
        CENTER,
        groups=(Group(id="people", name={"vi": "Con người"}, icon="person"),),
        services=(msgspec.structs.replace(civil, group="people"), *others),
    )
    catalog = views.catalog(center, REV)
    assert catalog.groups == (GroupInfo("people", {"vi": "Con người"}, "person"),)
    assert [each.group for each in catalog.services] == ["people", None, None]


def test_a_ticket_says_its_further_errands(hall: Hall) -> None:
    ticket = hall.take("land", then=("civil", "tax"))
    assert ticket.then == ("civil", "tax")


def test_place_lists_three_counters_as_people_do() -> None:
    service, counter = CENTER.services[0], CENTER.counters[0]
    counters = tuple(msgspec.structs.replace(counter, id=f"c{n}", number=str(n)) for n in (1, 2, 3))
    center = msgspec.structs.replace(CENTER, counters=counters)
    assert place(center, service)["vi"] == "Quầy 1, Quầy 2 hoặc Quầy 3"
    assert place(msgspec.structs.replace(CENTER, counters=()), service) == {"vi": "", "en": ""}


def test_center_tells_its_day_and_the_hubs_time(hall: Hall) -> None:
    state = views.center(hall.state, REV, hall.now, HubClock(synchronised=True, drift_s=0), "boot")
    assert (state.day, state.open, state.at, state.boot) == (date(2026, 11, 23), True, hall.at, "boot")
    assert (state.center, state.languages, state.timezone) == ("tan-lap", ("vi", "en"), "Asia/Ho_Chi_Minh")


def test_queue_counts_who_waits_who_is_served_and_all_of_today(hall: Hall) -> None:
    queue = views.queue(hall.state, "civil", REV, hall.now)
    assert (queue.waiting, queue.serving, queue.issued, queue.taking) == (1, 1, 2, True)
    assert queue.wait == Wait(5, 20)
    tax = views.queue(hall.state, "tax", REV, hall.now)
    assert (tax.waiting, tax.serving, tax.issued, tax.wait) == (0, 0, 0, None)


def test_queue_without_numbers_left_takes_nobody() -> None:
    hall = Hall()
    for _ in range(799):
        hall.take()
    assert not views.queue(hall.state, "civil", REV, hall.now).taking
    assert views.queue(hall.state, "land", REV, hall.now).taking


def test_counter_shows_its_ticket_while_it_has_one(hall: Hall) -> None:
    counter = views.counter(hall.state, "one", REV)
    assert (counter.status, counter.label, counter.service) == ("calling", "A001", "civil")
    assert (counter.category, counter.since, counter.recalled) == ("ordinary", hall.at, 0)
    hall.wait(5)
    hall.act("recall")
    assert views.counter(hall.state, "one", REV).recalled == 1
    hall.wait(5)
    hall.act("finish")
    free = views.counter(hall.state, "one", REV)
    assert (free.status, free.ticket, free.label, free.recalled) == ("free", None, None, 0)


def test_counter_shows_its_open_order(hall: Hall) -> None:
    order = hall.charge()
    assert views.counter(hall.state, "one", REV).order == order.id
    hall.ask("paid-cash", counter="one")
    assert views.counter(hall.state, "one", REV).order is None


def test_board_lists_the_last_six_calls_newest_first(hall: Hall) -> None:
    for _ in range(7):
        hall.take()
        hall.call()
    calls = views.board(hall.state, REV, hall.ran).calls
    assert [each.label for each in calls] == ["A008", "A007", "A006", "A005", "A004", "A003"]
    assert [each.calling for each in calls] == [True] + [False] * 5
    assert [each.age_s for each in calls] == [0, 5, 10, 15, 20, 25]


def test_board_has_one_entry_a_ticket_its_latest_call(hall: Hall) -> None:
    hall.open("two")
    hall.call("two")
    hall.wait(5)
    hall.act("recall", "one")
    first, second = views.board(hall.state, REV, hall.ran + 1_900).calls
    assert (first.label, first.nth, first.number, first.age_s) == ("A001", 2, "1", 1)
    assert (second.label, second.nth, second.counter) == ("A002", 1, "two")
    assert first.seq > second.seq


def test_panel_shows_the_payment_until_it_ends(hall: Hall) -> None:
    assert views.panel(hall.state, "one", REV) == Panel(REV, counter="one", show="idle")
    order = hall.charge(15_000)
    panel = views.panel(hall.state, "one", REV)
    assert (panel.show, panel.qr, panel.amount, panel.label) == ("pay", order.qr, 15_000, "A001")
    assert (panel.reference, panel.since, panel.expires) == (order.reference, hall.at, order.expires)
    hall.wait(10)
    hall.ask("paid-cash", counter="one")
    paid = views.panel(hall.state, "one", REV)
    assert (paid.show, paid.qr, paid.amount, paid.since) == ("paid", None, 15_000, hall.at)


def test_order_of_a_centre_that_lost_its_account_has_no_code(hall: Hall) -> None:
    hall.charge()
    hall.state = hall.rebuilt(msgspec.structs.replace(CENTER, bank=None))
    assert views.panel(hall.state, "one", REV).qr == ""


def test_call_is_announced_in_the_centres_language_and_the_citizens(hall: Hall) -> None:
    first = views.call(hall.state, hall.journal[-1])
    assert (first.label, first.number, first.name["vi"], first.nth) == ("A001", "1", "Quầy 1", 1)
    assert (first.seq, first.languages) == (hall.state.seq, ("vi",))
    hall.call("one")
    assert views.call(hall.state, hall.journal[-1]).languages == ("vi", "en")
    listed = views.board(hall.state, REV, hall.now.ran).calls
    assert [each.languages for each in listed] == [("vi", "en"), ("vi",)]


def test_every_state_reads_back_from_its_bytes(hall: Hall) -> None:
    hall.charge()
    shown: list[Payload] = [
        views.catalog(CENTER, REV),
        views.center(hall.state, REV, hall.now, HubClock(synchronised=False, drift_s=-3), "boot"),
        views.queue(hall.state, "civil", REV, hall.now),
        views.counter(hall.state, "one", REV),
        views.counter(hall.state, "two", REV),
        views.board(hall.state, REV, hall.ran),
        views.panel(hall.state, "one", REV),
    ]
    kinds = (Catalog, CenterState, QueueState, CounterState, CounterState, Board, Panel)
    for each, kind in zip(shown, kinds, strict=True):
        assert msgspec.json.decode(encode(each), type=kind) == each

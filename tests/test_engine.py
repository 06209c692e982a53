"""The rules of numbers, days and who may ask what, one test a rule."""

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from msgspec.structs import replace

from bus.asks import VERBS, CounterAct, Request, Take
from bus.events import (
    CounterClosed,
    DayOpened,
    RequestGivenUp,
    TicketDelivered,
    TicketIssued,
    TicketRequeued,
)
from bus.messages import Nothing, Role
from center import engine
from center.state import State
from config.errors import Refused
from config.settings import CenterSettings
from tests.hall import CENTER, MORNING, Hall, refused


@pytest.fixture
def hall() -> Hall:
    """Eight in the morning, both counters of `civil` open, nobody waits."""
    hall = Hall()
    hall.open("one")
    hall.open("two")
    return hall


# Numbers


def test_labels_count_up_from_001_for_each_letter() -> None:
    hall = Hall()
    taken = [hall.take(service).label for service in ("civil", "land", "civil", "tax", "civil")]
    assert taken == ["A001", "B001", "A002", "C001", "A003"]


def test_ticket_says_how_many_come_before_it_and_where_to_go(hall: Hall) -> None:
    hall.take()
    ticket = hall.take(language="en")
    assert (ticket.id, ticket.label, ticket.at) == ("2026-11-23-A002", "A002", MORNING)
    assert (ticket.ahead, ticket.language, ticket.category) == (1, "en", "ordinary")
    assert ticket.place == {"vi": "Quầy 1 hoặc Quầy 2", "en": "Counter 1 or Counter 2"}
    assert ticket.track == "https://example.vn/2026-11-23-A002"


def test_after_799_numbers_of_a_letter_none_is_given() -> None:
    hall = Hall()
    assert [hall.take().label for _ in range(799)][-1] == "A799"
    assert refused(hall, "take", service="civil").code == "not-taking"
    assert hall.take("land").label == "B001"


def test_letter_that_the_settings_give_to_another_service_goes_on_counting() -> None:
    hall = Hall()
    hall.take("civil")
    civil, land, tax = CENTER.services
    hall.state = hall.rebuilt(
        replace(CENTER, services=(replace(civil, letter="D"), replace(land, letter="A"), tax))
    )
    assert (hall.take("land").label, hall.take("civil").label) == ("A002", "D001")


def test_take_of_an_unknown_service_or_category_names_the_field() -> None:
    hall = Hall()
    error = refused(hall, "take", service="passports")
    assert (error.code, error.field) == ("unknown-service", "service")
    error = refused(hall, "take", service="civil", category="vip")
    assert (error.code, error.field) == ("bad-request", "category")


def test_priority_is_due_earlier_by_its_head_start_and_not_before_everybody(hall: Hall) -> None:
    long_waiting = hall.take()
    hall.wait(16 * 60)
    newly_come = hall.take()
    priority = hall.take(category="priority")
    assert (newly_come.ahead, priority.ahead) == (1, 1)
    called = [hall.call().label for _ in range(3)]
    assert called == [long_waiting.label, priority.label, newly_come.label]


def test_tickets_due_at_the_same_moment_are_called_in_order_of_issue(hall: Hall) -> None:
    given = [hall.take().label for _ in range(5)]
    assert [hall.call().label for _ in range(5)] == given


def test_delivery_is_recorded_from_the_device_that_took_the_ticket(hall: Hall) -> None:
    ticket = hall.take()
    assert hall.ask("delivered", "kiosk-1", "kiosk", ticket=ticket.id, outcome="printed") == Nothing()
    assert hall.events()[-1] == TicketDelivered(ticket.id, "printed")
    stranger = refused(hall, "delivered", "kiosk-2", "kiosk", ticket=ticket.id, outcome="printed")
    assert stranger.code == "forbidden"
    assert refused(hall, "delivered", ticket="2026-11-23-A999", outcome="printed").code == "unknown-ticket"


# What a kiosk gave up


def test_ticket_of_a_request_given_up_is_void_and_never_called(hall: Hall) -> None:
    lost = uuid4()
    ghost, real = hall.take(request=lost), hall.take()
    assert hall.give_up(lost).void == (lost,)
    assert hall.events()[-1] == RequestGivenUp("kiosk-1", lost, ghost.id)
    assert hall.call().label == real.label
    assert refused(hall, "call", counter="two", label=ghost.label).code == "conflict"


def test_take_that_comes_after_it_was_given_up_is_void() -> None:
    hall = Hall()
    late = uuid4()
    hall.give_up(late)
    assert hall.events()[-1] == RequestGivenUp("kiosk-1", late)
    assert refused(hall, "take", "kiosk-1", "kiosk", service="civil", request=late).code == "void"
    hall.wait(3 * 86400)
    assert refused(hall, "take", "kiosk-1", "kiosk", service="civil", request=late).code == "void"


def test_giving_up_is_the_askers_own_affair() -> None:
    hall = Hall()
    request = uuid4()
    hall.give_up(request)
    ticket = hall.ask("take", "kiosk-2", "kiosk", service="civil", request=request)
    assert ticket.label == "A001"


def test_giving_up_twice_is_recorded_once(hall: Hall) -> None:
    request = uuid4()
    hall.give_up(request, request)
    assert hall.give_up(request).void == (request,)
    assert [each for each in hall.events() if isinstance(each, RequestGivenUp)] == [
        RequestGivenUp("kiosk-1", request)
    ]


def test_voiding_a_ticket_at_a_counter_frees_the_counter(hall: Hall) -> None:
    lost = uuid4()
    hall.take(request=lost)
    hall.call("one")
    turn = hall.state.counters["one"].turn
    hall.give_up(lost)
    assert hall.status("one") == "free"
    assert hall.state.counters["one"].turn > turn
    assert hall.state.calls == []


def test_missed_ticket_that_is_given_up_does_not_come_back(hall: Hall) -> None:
    lost = uuid4()
    label = hall.take(request=lost).label
    hall.call()
    hall.wait(5)
    hall.act("no-show")
    hall.give_up(lost)
    assert refused(hall, "call", counter="one", label=label).code == "conflict"


def test_person_who_was_served_is_not_undone_by_giving_up(hall: Hall) -> None:
    lost = uuid4()
    hall.take(request=lost)
    hall.call()
    hall.wait(5)
    hall.act("finish")
    hall.give_up(lost)
    assert hall.events()[-1] == RequestGivenUp("kiosk-1", lost)


# The day


def test_day_is_the_date_at_the_centre() -> None:
    late_evening_in_utc = datetime(2026, 11, 23, 18, 30, tzinfo=UTC)
    assert Hall(at=late_evening_in_utc).state.day == date(2026, 11, 24)


def test_new_day_begins_at_midnight_with_numbers_from_001(hall: Hall) -> None:
    hall.take()
    hall.call()
    hall.wait(5)
    hall.act("finish")
    midnight = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)
    assert engine.due(hall.state) == midnight
    hall.wait((midnight - hall.at).total_seconds())
    assert hall.events()[-1] == DayOpened(date(2026, 11, 24))
    assert hall.take().id == "2026-11-24-A001"
    assert hall.state.queues["civil"].issued == 1


def test_day_goes_on_while_people_of_the_last_12_hours_are_here() -> None:
    hall = Hall(at=MORNING + timedelta(hours=13))  # 21:00
    waiting = hall.take()
    hall.open("two")
    at_counter = hall.call("two")
    hall.take("land")
    assert at_counter.id == waiting.id
    hall.wait(11 * 3600)
    assert hall.state.day == date(2026, 11, 23)
    hall.wait(3600)
    assert hall.events()[-1] == DayOpened(date(2026, 11, 24), expired=("2026-11-23-A001", "2026-11-23-B001"))
    assert hall.status("two") == "free"


def test_day_begins_as_soon_as_the_last_person_of_the_old_one_has_gone() -> None:
    hall = Hall(at=MORNING + timedelta(hours=15))
    hall.open()
    hall.take()
    hall.call()
    hall.wait(4 * 3600)
    assert hall.state.day == date(2026, 11, 23)
    hall.act("finish")
    hall.wait(0)
    assert hall.state.day == date(2026, 11, 24)


def test_time_that_jumps_over_days_opens_the_present_one() -> None:
    hall = Hall()
    hall.at += timedelta(days=3, hours=2)
    hall.wait(0)
    assert hall.state.day == date(2026, 11, 26)


def test_time_that_lags_behind_the_day_opens_none() -> None:
    hall = Hall()
    assert engine.tick(hall.state, hall.at - timedelta(days=2)) == ()


def test_no_number_is_given_before_the_day_is_open() -> None:
    asked = Take(uuid4(), "civil")
    with pytest.raises(Refused) as caught:
        engine.decide(State(CENTER), engine.Command("kiosk-1", "kiosk", "take", asked, MORNING, "X" * 26))
    assert caught.value.code == "day-closed"


def test_counters_stay_open_over_midnight_and_learn_no_more_of_yesterday(hall: Hall) -> None:
    hall.take()
    hall.wait(86400)
    assert hall.status("one") == "free"
    assert not hall.state.queues["civil"].line


# Who may ask


@pytest.mark.parametrize("verb", list(VERBS))
def test_verb_is_for_the_roles_of_the_contract_only(hall: Hall, verb: str) -> None:
    roles: tuple[Role, ...] = ("kiosk", "display", "bridge", "web", "technician")
    for role in roles:
        if role in VERBS[verb].who:
            continue
        command = engine.Command("someone", role, verb, Request(uuid4()), MORNING, "X" * 26)
        with pytest.raises(Refused) as caught:
            engine.decide(hall.state, command)
        assert caught.value.code == "forbidden"


def test_bridge_acts_for_its_own_counters_only(hall: Hall) -> None:
    assert hall.ask("pause", "bridge-1", "bridge", counter="one").status == "paused"
    assert refused(hall, "pause", "bridge-1", "bridge", counter="two").code == "forbidden"
    assert refused(hall, "pause", "bridge-9", "bridge", counter="two").code == "forbidden"


def test_unknown_counter_is_said_to_be_unknown(hall: Hall) -> None:
    error = refused(hall, "next", counter="nine", seen=0)
    assert (error.code, error.field) == ("unknown-counter", "counter")


@pytest.mark.parametrize("fields", [Request(uuid4()), CounterAct(uuid4(), "one", 1)])
def test_fields_that_no_rule_knows_are_a_bad_request(hall: Hall, fields: Request) -> None:
    with pytest.raises(Refused) as caught:
        engine.decide(hall.state, engine.Command("hub", None, "lease", fields, MORNING, "X" * 26))
    assert caught.value.code == "bad-request"


# A journal that is older than the settings


def without(*, counter: str = "", service: str = "") -> CenterSettings:
    return replace(
        CENTER,
        counters=tuple(each for each in CENTER.counters if each.id != counter),
        services=tuple(each for each in CENTER.services if each.id != service),
    )


def test_counter_that_the_settings_lost_is_closed_and_its_ticket_waits_again(hall: Hall) -> None:
    ticket = hall.take()
    hall.call("one")
    hall.state = hall.rebuilt(without(counter="one"))
    hall.wait(0)
    assert hall.events()[-2:] == [TicketRequeued(ticket.id, "one"), CounterClosed("one")]
    assert hall.call("two").id == ticket.id
    assert refused(hall, "next", counter="one").code == "unknown-counter"


def test_ticket_of_a_service_that_the_settings_lost_can_still_be_called(hall: Hall) -> None:
    ticket = hall.take("tax")
    hall.state = hall.rebuilt(without(service="tax"))
    assert hall.call("one", ticket.label).id == ticket.id
    assert refused(hall, "take", service="tax").code == "unknown-service"


# The state


def test_state_rebuilt_from_the_journal_is_the_live_one(hall: Hall) -> None:
    hall.take()
    hall.take("land", category="priority")
    hall.call("two")
    hall.charge(counter="two")
    assert vars(hall.rebuilt()) == vars(hall.state)
    assert isinstance(hall.journal[3].body, TicketIssued)


def test_event_tells_the_device_and_the_request_that_it_came_from(hall: Hall) -> None:
    request = uuid4()
    hall.take(request=request)
    assert (hall.journal[-1].device, hall.journal[-1].request) == ("kiosk-1", request)

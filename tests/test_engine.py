"""The rules of days and of who may ask what, and what a state is made of."""

from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import msgspec
import pytest
from msgspec.structs import replace

from bus.asks import VERBS, Request, Take, Verb
from bus.events import CounterClosed, DayOpened, TicketIssued, TicketRequeued
from bus.messages import Role
from center import engine
from center.state import State
from config.errors import Refused
from config.settings import CenterSettings
from tests.hall import CENTER, MORNING, Hall, refused

NOW = engine.Moment(MORNING, 0)


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
    assert engine.due(hall.state, hall.now) == (midnight - hall.at) // timedelta(milliseconds=1)
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
    assert hall.status("two") == "closed"


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
    assert engine.tick(hall.state, engine.Moment(hall.at - timedelta(days=2), hall.ran)) == ()


def test_no_number_is_given_before_the_day_is_open() -> None:
    asked = Take(uuid4(), "civil")
    with pytest.raises(Refused) as caught:
        engine.decide(State(CENTER), engine.Command("kiosk-1", "kiosk", "take", asked, NOW, "X" * 26))
    assert caught.value.code == "day-closed"


def test_a_counter_that_nobody_closed_is_anybodys_the_next_day(hall: Hall) -> None:
    hall.take()
    hall.wait(86400)
    assert hall.status("one") == "closed"
    assert not hall.state.queues["civil"]
    assert hall.ask("open", counter="one", clerk="somebody-else").status == "free"


# Who may ask


@pytest.mark.parametrize("verb", list(VERBS))
def test_verb_is_for_the_roles_of_the_contract_only(hall: Hall, verb: str) -> None:
    roles: tuple[Role, ...] = ("kiosk", "display", "bridge", "web", "technician")
    for role in roles:
        if role in VERBS[verb].who:
            continue
        command = engine.Command("someone", role, verb, Request(uuid4()), NOW, "X" * 26)
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


RULED = {name: verb for name, verb in VERBS.items() if name != "events"}  # the hub answers that one by itself


@pytest.mark.parametrize("verb", RULED.values(), ids=RULED)
def test_every_verb_of_the_contract_has_a_rule(hall: Hall, verb: Verb) -> None:
    examples = {
        "service": "civil", "ticket": "2026-11-23-A001", "outcome": "printed", "counter": "one", "seen": 0,
        "clerk": "lan", "label": "A001", "amount": 1, "purpose": "x", "provider": "x", "transaction": "x",
        "reference": "x", "account": "x", "at": MORNING, "install": uuid4(), "code": "K7M2Q9", "score": 5,
        "numbers": {"A": 1},
    }  # fmt: skip
    wanted = {each.name for each in msgspec.structs.fields(verb.fields) if each.required} - {"request"}
    with suppress(Refused):
        hall.ask(verb.name, "kiosk-1", verb.who[0], **{name: examples[name] for name in wanted})


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

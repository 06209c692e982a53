"""Turns at a counter beyond the four keys: return, hold, requeue, transfer, more services, ratio, rating."""

from typing import Any

import pytest
from msgspec.structs import replace

from bus.answers import Ticket
from bus.events import (
    OutageAnswered,
    ServiceRated,
    TicketCalled,
    TicketFinished,
    TicketHeld,
    TicketRequeued,
    TicketServing,
    TicketTransferred,
)
from bus.messages import Rev
from center import views
from center.turns import ARRIVAL_MS, AUTO_MS
from config.settings import CenterSettings
from tests.hall import CENTER, Hall, refused

REV = Rev("", 0)


@pytest.fixture
def called(hall: Hall) -> Ticket:
    """The ticket that counter one called five seconds ago; another one waits."""
    hall.take()
    hall.take()
    ticket = hall.call("one")
    hall.wait(5)
    return ticket


def with_counter(index: int, **fields: object) -> CenterSettings:
    counters = list(CENTER.counters)
    counters[index] = replace(counters[index], **fields)
    return replace(CENTER, counters=tuple(counters))


# Did they come?


def test_start_says_that_the_person_is_there(hall: Hall, called: Ticket) -> None:
    turn = hall.state.counters["one"].turn
    assert hall.act("start").status == "serving"
    assert hall.state.counters["one"].turn == turn + 1
    hall.call("one")
    assert TicketFinished(called.id, "one") in hall.events()


def test_start_after_it_was_guessed_changes_nothing(hall: Hall, called: Ticket) -> None:
    hall.wait(ARRIVAL_MS / 1000)
    events = len(hall.journal)
    assert hall.act("start").status == "serving"
    assert len(hall.journal) == events


def test_person_is_recalled_three_times_and_then_it_is_a_no_show(hall: Hall, called: Ticket) -> None:
    for _ in range(3):
        hall.act("recall")
    error = refused(hall, "recall", counter="one")
    assert (error.code, "no-show" in error.message) == ("conflict", True)
    hall.wait(3)
    assert hall.act("no-show").status == "free"


def test_no_show_may_come_back_for_an_hour(hall: Hall, called: Ticket) -> None:
    hall.act("no-show")
    hall.wait(3595)
    assert hall.call("two", called.label).id == called.id


@pytest.mark.parametrize("verb", ["call", "requeue"])
def test_no_show_that_comes_back_too_late_takes_a_new_number(hall: Hall, called: Ticket, verb: str) -> None:
    hall.act("no-show")
    hall.wait(3601)
    error = refused(hall, verb, counter="one", label=called.label)
    assert (error.code, error.field) == ("conflict", "label")


def test_no_show_that_comes_back_waits_at_its_own_place(hall: Hall, called: Ticket) -> None:
    hall.act("no-show")
    hall.act("requeue", label=called.label)
    assert hall.call("two").id == called.id


# Aside, back, and elsewhere


def test_held_ticket_waits_at_its_counter_until_it_is_called_back(hall: Hall, called: Ticket) -> None:
    state = hall.act("hold")
    assert (state.status, state.held) == ("free", (called.label,))
    assert hall.events()[-1] == TicketHeld(called.id, "one")
    assert hall.call("one").label == "A002"
    assert refused(hall, "call", counter="two", label=called.label).code == "conflict"
    assert hall.call("one", called.label).id == called.id
    assert views.counter(hall.state, "one", REV).held == ()


def test_held_ticket_goes_back_to_the_queue_when_its_counter_closes(hall: Hall, called: Ticket) -> None:
    hall.act("hold")
    hall.act("close")
    assert hall.call("two").id == called.id


def test_requeue_gives_the_present_person_back_their_place(hall: Hall, called: Ticket) -> None:
    assert hall.act("requeue").status == "free"
    assert hall.events()[-1] == TicketRequeued(called.id, "one")
    assert hall.call("two").id == called.id


def test_transfer_keeps_label_and_place_and_hands_a_note_on(hall: Hall, called: Ticket) -> None:
    hall.wait(60)
    later = hall.take("tax")
    moved = hall.ask("transfer", counter="one", service="tax", note="Đã đủ bản sao")
    assert (moved.label, moved.service, moved.ahead) == (called.label, "tax", 0)
    hall.open("three")
    assert hall.call("three").label == called.label
    assert views.counter(hall.state, "three", REV).note == "Đã đủ bản sao"
    assert "Đã đủ" not in str(hall.journal)
    assert hall.call("three").label == later.label


def test_transfer_to_a_counter_waits_for_that_one_alone(hall: Hall, called: Ticket) -> None:
    hall.ask("transfer", counter="one", to="two")
    assert views.counter(hall.state, "two", REV).waiting == (called.label,)
    assert hall.call("one").label == "A002"
    assert hall.call("two").label == called.label


def test_who_was_sent_to_a_counter_that_closes_waits_for_the_service_again(
    hall: Hall, called: Ticket
) -> None:
    hall.ask("transfer", counter="one", to="two")
    hall.act("close", "two")
    assert hall.call("one").label == called.label


@pytest.mark.parametrize(
    ("to", "code"),
    [
        ({}, "bad-request"),
        ({"service": "passports"}, "unknown-service"),
        ({"to": "nine"}, "unknown-counter"),
        ({"to": "three"}, "conflict"),
        ({"to": "one"}, "conflict"),
    ],
)
def test_transfer_to_nowhere_is_refused(hall: Hall, called: Ticket, to: dict[str, Any], code: str) -> None:
    assert refused(hall, "transfer", counter="one", **to).code == code


def test_second_service_of_a_visit_follows_with_the_same_number(hall: Hall) -> None:
    ticket = hall.take("civil", then=("land", "tax"))
    hall.call("one")
    hall.wait(60)
    hall.act("finish")
    assert hall.events()[-1] == TicketTransferred(ticket.id, "one", "land")
    hall.call("two")
    hall.wait(60)
    hall.act("close", "two")
    hall.open("three")
    assert hall.call("three").label == ticket.label
    hall.wait(60)
    hall.act("finish", "three")
    assert hall.events()[-1] == TicketFinished(ticket.id, "three")


# Clerks


def test_clerk_takes_over_from_another_and_the_person_stays(hall: Hall, called: Ticket) -> None:
    state = hall.open("one", "hoa", take_over=True)
    assert (state.clerk, state.label, state.status) == ("hoa", called.label, "calling")


def test_clerk_who_moves_to_another_counter_leaves_the_first_one_closed(hall: Hall, called: Ticket) -> None:
    hall.open("three", "clerk-one", take_over=True)
    assert hall.status("one") == "closed"
    assert hall.call("two").id == called.id


def test_clerk_does_not_move_away_from_an_open_payment(hall: Hall, called: Ticket) -> None:
    hall.charge()
    assert refused(hall, "open", counter="three", clerk="clerk-one", take_over=True).code == "conflict"


def test_pause_says_why_until_it_ends(hall: Hall) -> None:
    assert hall.act("pause", reason="Họp").reason == "Họp"
    assert hall.open("one").reason == ""


def test_counter_that_calls_by_itself_does_so_once_it_is_free_for_a_moment() -> None:
    hall = Hall(with_counter(0, auto_call=True))
    hall.open("one")
    hall.wait(60)
    ticket = hall.take()
    hall.wait(0)
    assert hall.events()[-1] == TicketCalled(ticket.id, "one", 1)
    following = hall.take()
    hall.wait(10)
    hall.act("finish")
    hall.wait((AUTO_MS - 1) / 1000)
    assert hall.status() == "free"
    hall.wait(0.001)
    assert hall.events()[-1] == TicketCalled(following.id, "one", 1)
    hall.wait(10)
    hall.act("finish")
    hall.act("pause")
    hall.take()
    hall.wait(60)
    assert hall.status() == "paused"


def test_two_counters_that_call_by_themselves_call_two_people() -> None:
    both = replace(CENTER, counters=tuple(replace(each, auto_call=True) for each in CENTER.counters))
    hall = Hall(both)
    first, second = hall.take(), hall.take()
    hall.open("one")
    hall.open("two")
    hall.wait(60)
    assert {each.ticket.id for each in hall.state.counters.values() if each.ticket} == {first.id, second.id}


# Priority by a ratio


def test_ratio_calls_two_ordinary_for_one_priority() -> None:
    hall = Hall(replace(CENTER, ratio=2))
    hall.open("one")
    ordinary = [hall.take().label for _ in range(5)]
    priority = [hall.take(category=each).label for each in ("priority", "elderly", "war-invalid")]
    called = [hall.call().label for _ in range(8)]
    assert called == [*ordinary[:2], priority[0], *ordinary[2:4], priority[1], ordinary[4], priority[2]]


def test_sign_says_that_a_priority_is_served(hall: Hall) -> None:
    hall.take(category="pregnant")
    hall.call("one")
    assert views.counter(hall.state, "one", REV).priority
    hall.take()
    hall.call("two")
    assert not views.counter(hall.state, "two", REV).priority


# The hub was away


def test_failure_05_every_counter_is_asked_whom_it_served_before_its_first_call(hall: Hall) -> None:
    served, waits = hall.take(), hall.take()
    hall.restart(down_s=1200, outage=True)
    assert views.counter(hall.state, "one", REV).outage
    assert refused(hall, "next", counter="one").field == "outage"
    told = hall.ask("report-served", counter="one", labels=(served.label, "B777"))
    assert (told.tickets, told.unknown) == ((served.id,), ("B777",))
    assert hall.call("one").id == waits.id
    assert views.counter(hall.state, "two", REV).outage


def test_failure_05_keypad_cannot_say_whom_so_its_call_answers_nobody(hall: Hall) -> None:
    ticket = hall.take()
    hall.restart(down_s=1200, outage=True)
    assert hall.ask("next", "bridge-1", "bridge", counter="one").id == ticket.id
    assert hall.events()[-2:] == [OutageAnswered("one"), TicketCalled(ticket.id, "one", 1)]


def test_failure_05_time_that_the_hub_was_down_counts_against_nobody(hall: Hall) -> None:
    land = hall.take("land")  # due in 30 minutes
    hall.restart(down_s=3600, outage=True)
    for counter in ("one", "two"):
        hall.ask("report-served", counter=counter)
    civil = hall.take("civil", category="priority")  # due in 5
    assert hall.call("one").id == civil.id  # it helps out with land only when that is overdue
    hall.call("two", land.label)
    assert hall.state.queues["land"].said == 1
    assert hall.state.queues["land"].kept == 1


def test_short_restart_asks_nobody(hall: Hall) -> None:
    hall.take()
    hall.restart(down_s=2)
    hall.call("one")


# Rating


def test_service_is_rated_once_by_whoever_was_served() -> None:
    hall = Hall(replace(CENTER, rating=True))
    hall.open("one")
    ticket = hall.take()
    hall.call("one")
    hall.wait(60)
    hall.act("finish")
    assert views.panel(hall.state, "one", REV).show == "rate"
    hall.ask("rate", "panel-1", "display", counter="one", score=5)
    assert hall.events()[-1] == ServiceRated(ticket.id, "one", "civil", 5)
    assert views.panel(hall.state, "one", REV).show == "thanks"
    assert refused(hall, "rate", "panel-1", "display", counter="one", score=1).code == "conflict"
    hall.wait(5)
    assert views.panel(hall.state, "one", REV).show == "idle"


def test_panel_stops_asking_when_the_next_person_is_called() -> None:
    hall = Hall(replace(CENTER, rating=True))
    hall.open("one")
    hall.take()
    hall.take()
    hall.call("one")
    hall.wait(60)
    hall.call("one")
    assert views.panel(hall.state, "one", REV).show == "idle"


def test_guess_that_somebody_came_is_nobodys_act(hall: Hall, called: Ticket) -> None:
    turn = hall.state.counters["one"].turn
    hall.wait(60)
    assert hall.events()[-1] == TicketServing(called.id, "one")
    assert hall.state.counters["one"].turn == turn

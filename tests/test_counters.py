"""The rules of the counters: who is called, and that no act ever hits the wrong person."""

import pytest

from bus.answers import Ticket
from bus.events import (
    CounterClosed,
    TicketCalled,
    TicketFinished,
    TicketMissed,
    TicketRequeued,
    TicketServing,
)
from center.turns import ARRIVAL_MS
from tests.hall import Hall, refused

ARRIVAL_S = ARRIVAL_MS / 1000


@pytest.fixture
def called(hall: Hall) -> Ticket:
    """The ticket that counter one called just now; another one waits."""
    hall.take()
    hall.take()
    return hall.call("one")


# Opening


def test_counter_opens_with_all_its_services_unless_some_are_named() -> None:
    hall = Hall()
    assert hall.open("one").serves == ("civil", "land")
    assert hall.open("two", services=("land", "land")).serves == ("land",)


def test_open_of_a_service_that_the_counter_does_not_have_is_refused() -> None:
    error = refused(Hall(), "open", counter="three", clerk="hoa", services=("tax", "land"))
    assert (error.code, error.field) == ("bad-request", "services")
    assert "land" in error.message


def test_open_counter_is_not_taken_over_by_another_clerk(hall: Hall) -> None:
    error = refused(hall, "open", counter="one", clerk="hoa")
    assert (error.code, error.field) == ("conflict", "clerk")
    hall.act("pause")
    assert refused(hall, "open", counter="one", clerk="hoa").code == "conflict"


def test_clerk_has_one_counter(hall: Hall) -> None:
    error = refused(hall, "open", counter="three", clerk="clerk-one")
    assert (error.code, error.field) == ("conflict", "clerk")
    hall.act("close", "one")
    assert hall.open("three", clerk="clerk-one").status == "free"


def test_same_clerk_may_open_again_to_serve_something_else(hall: Hall, called: Ticket) -> None:
    again = hall.open("one", services=("civil",))
    assert (again.status, again.label, again.serves) == ("calling", called.label, ("civil",))


def test_pause_is_for_a_free_counter_and_ends_with_open_or_next(hall: Hall) -> None:
    assert hall.act("pause").status == "paused"
    assert refused(hall, "pause", counter="one").code == "conflict"
    assert hall.open("one").status == "free"
    hall.act("pause")
    assert refused(hall, "next", counter="one").code == "nobody-waiting"
    hall.take()
    hall.call("one")
    assert refused(hall, "pause", counter="one").code == "conflict"


# Whom a counter calls


def test_nobody_waiting_is_said_and_ends_no_turn(hall: Hall) -> None:
    hall.take()
    hall.call()
    hall.wait(60)
    assert refused(hall, "next", counter="one").code == "nobody-waiting"


def test_next_and_call_at_a_closed_counter_are_refused(hall: Hall) -> None:
    label = hall.take("tax").label
    assert refused(hall, "next", counter="three").code == "conflict"
    assert refused(hall, "call", counter="three", label=label).code == "conflict"


def test_earliest_due_of_all_its_services_is_called(hall: Hall) -> None:
    land = hall.take("land")  # due in 30 minutes
    hall.wait(11 * 60)
    civil = hall.take("civil")  # due in 20 minutes: one minute later
    assert [hall.call("two").label, hall.call("two").label] == [land.label, civil.label]


def test_counter_helps_out_only_when_none_of_its_own_waits(hall: Hall) -> None:
    land = hall.take("land")
    hall.wait(15 * 60)
    civil = hall.take("civil")
    assert [hall.call("one").label, hall.call("one").label] == [civil.label, land.label]


def test_failure_03_service_without_an_open_counter_counts_as_own_where_it_is_overflow(hall: Hall) -> None:
    hall.act("pause", "two")
    land = hall.take("land")
    hall.wait(15 * 60)
    hall.take("civil")
    assert hall.call("one").label == land.label


def test_failure_03_overdue_service_counts_as_own_where_it_is_overflow(hall: Hall) -> None:
    land = hall.take("land")
    hall.wait(30 * 60 + 1)
    hall.take("civil", category="priority")
    assert hall.call("one").label == land.label


def test_two_counters_never_call_the_same_ticket(hall: Hall) -> None:
    given = {hall.take().label for _ in range(6)}
    called = [hall.call(counter).label for counter in ("one", "two") * 3]
    assert set(called) == given


# The wrong person


def test_failure_01_act_that_saw_an_older_turn_is_refused_with_the_present_state(
    hall: Hall, called: Ticket
) -> None:
    hall.wait(5)
    error = refused(hall, "finish", counter="one", seen=0)
    assert (error.code, error.field) == ("conflict", "seen")
    assert f"calling {called.label}" in error.message


def test_failure_01_key_pressed_twice_calls_one_person(hall: Hall) -> None:
    hall.take()
    hall.take()
    seen = hall.state.counters["one"].turn
    hall.ask("next", counter="one", seen=seen)
    hall.wait(0.2)
    assert refused(hall, "next", counter="one", seen=seen).code == "conflict"
    assert hall.state.counters["one"].recalled == 0


@pytest.mark.parametrize("verb", ["next", "finish", "no-show", "close"])
def test_failure_01_nothing_ends_a_ticket_right_after_its_call(hall: Hall, called: Ticket, verb: str) -> None:
    hall.wait(2.999)
    assert refused(hall, verb, counter="one").code == "conflict"
    hall.wait(0.001)
    hall.ask(verb, counter="one")
    assert hall.state.tickets[called.id].counter is None


def test_call_of_a_label_right_after_a_call_is_refused(hall: Hall, called: Ticket) -> None:
    assert refused(hall, "call", counter="one", label="A002").code == "conflict"


@pytest.mark.parametrize("verb", ["recall", "finish", "no-show"])
def test_act_on_nobody_is_refused(hall: Hall, verb: str) -> None:
    assert refused(hall, verb, counter="one").code == "conflict"


# How a turn ends


def test_failure_01_next_makes_a_no_show_of_somebody_just_called(hall: Hall, called: Ticket) -> None:
    following = hall.call("one")
    assert hall.events()[-2:] == [TicketMissed(called.id, "one"), TicketCalled(following.id, "one", 1)]


def test_person_who_is_not_missed_for_a_while_is_there_and_next_ends_the_service(
    hall: Hall, called: Ticket
) -> None:
    turn = hall.state.counters["one"].turn
    hall.wait(ARRIVAL_S)
    assert hall.events()[-1] == TicketServing(called.id, "one")
    assert hall.state.counters["one"].turn == turn  # a key pressed at this moment is still right
    following = hall.call("one")
    assert hall.events()[-2:] == [TicketFinished(called.id, "one"), TicketCalled(following.id, "one", 1)]


def test_recall_announces_again_and_starts_the_wait_for_the_person_anew(hall: Hall, called: Ticket) -> None:
    hall.wait(ARRIVAL_S - 1)
    recalled = hall.act("recall")
    assert (recalled.status, recalled.recalled) == ("calling", 1)
    assert hall.events()[-1] == TicketCalled(called.id, "one", 2)
    hall.wait(ARRIVAL_S - 1)
    assert hall.status() == "calling"
    hall.wait(1)
    assert hall.status() == "serving"
    assert hall.act("recall").status == "calling"


def test_no_show_also_corrects_the_guess_that_somebody_came(hall: Hall, called: Ticket) -> None:
    hall.wait(ARRIVAL_S + 10)
    assert hall.act("no-show").status == "free"
    assert hall.events()[-1] == TicketMissed(called.id, "one")


def test_missed_person_comes_back_by_their_label(hall: Hall, called: Ticket) -> None:
    hall.wait(5)
    hall.act("no-show")
    back = hall.call("two", called.label)
    assert (back.id, back.ahead) == (called.id, 0)
    assert hall.events()[-1] == TicketCalled(called.id, "two", 2)
    assert hall.state.counters["two"].recalled == 0


def test_call_of_a_label_takes_it_out_of_its_turn(hall: Hall) -> None:
    hall.take()
    second = hall.take()
    assert hall.call("one", second.label).id == second.id
    assert hall.call("two").label == "A001"


def test_ticket_is_at_one_counter_at_most(hall: Hall, called: Ticket) -> None:
    error = refused(hall, "call", counter="two", label=called.label)
    assert (error.code, error.field) == ("conflict", "label")
    hall.wait(5)
    assert refused(hall, "call", counter="one", label=called.label).code == "conflict"


def test_label_that_nobody_has_or_that_was_served_is_not_called(hall: Hall, called: Ticket) -> None:
    hall.wait(5)
    hall.act("finish")
    assert refused(hall, "call", counter="one", label="A077").code == "unknown-ticket"
    assert refused(hall, "call", counter="one", label=called.label).code == "conflict"


def test_close_sends_a_called_person_back_to_their_own_place(hall: Hall, called: Ticket) -> None:
    hall.wait(5)
    assert hall.act("close").status == "closed"
    assert hall.events()[-2:] == [TicketRequeued(called.id, "one"), CounterClosed("one")]
    assert hall.state.calls == []
    again = hall.call("two")
    assert (again.id, hall.events()[-1]) == (called.id, TicketCalled(called.id, "two", 2))


def test_close_finishes_a_person_who_is_served(hall: Hall, called: Ticket) -> None:
    hall.wait(ARRIVAL_S)
    hall.act("close")
    assert hall.events()[-2:] == [TicketFinished(called.id, "one"), CounterClosed("one")]
    assert refused(hall, "close", counter="one").code == "conflict"

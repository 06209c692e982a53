"""The rules of numbers: each is given once, has its place, and what is given up is void."""

from uuid import uuid4

from msgspec.structs import replace

from bus.answers import Nothing
from bus.events import RequestGivenUp, TicketDelivered
from tests.hall import CENTER, MORNING, Hall, refused

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

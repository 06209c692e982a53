"""Payments: only the exact money, in time, once, pays an order; everything else is shown to a person."""

import pytest
from msgspec.structs import replace

from bus.answers import PaymentResult, Ticket
from bus.events import (
    OrderCancelled,
    OrderExpired,
    OrderMade,
    OrderPaid,
    PanelCleared,
    PaymentUnmatched,
    TicketServing,
)
from bus.messages import Rev
from center import views
from center.vietqr import vietqr
from tests.hall import BANK, CENTER, Hall, refused


@pytest.fixture
def hall() -> Hall:
    hall = Hall()
    hall.open("one")
    return hall


@pytest.fixture
def called(hall: Hall) -> Ticket:
    """The ticket that counter one called just now; another one waits."""
    hall.take()
    hall.take()
    return hall.call("one")


def shown(hall: Hall) -> str:
    return views.panel(hall.state, "one", Rev("e", 1)).show


def test_charge_makes_an_order_that_a_banking_app_can_pay(hall: Hall, called: Ticket) -> None:
    order = hall.charge(15_000)
    assert (order.counter, order.ticket, order.label) == ("one", called.id, "A001")
    assert (order.amount, order.status) == (15_000, "open")
    assert order.reference.startswith("LPA001")
    assert order.qr == vietqr(BANK, 15_000, order.reference)
    assert (order.expires - hall.at).total_seconds() == 5 * 60
    assert hall.state.counters["one"].open_order is not None
    assert shown(hall) == "pay"


def test_charged_person_is_there(hall: Hall, called: Ticket) -> None:
    hall.charge()
    served, made = hall.events()[-2:]
    assert served == TicketServing(called.id, "one")
    assert isinstance(made, OrderMade)


def test_counter_can_charge_somebody_without_a_number(hall: Hall) -> None:
    order = hall.charge()
    assert (order.ticket, order.label, len(order.reference)) == (None, None, 14)


def test_references_differ_for_the_same_ticket(hall: Hall, called: Ticket) -> None:
    first = hall.charge().reference
    hall.ask("cancel-charge", counter="one")
    assert hall.charge().reference != first


def test_charge_needs_an_account_an_open_counter_and_no_other_open_order(hall: Hall) -> None:
    def error(counter: str) -> str:
        return refused(hall, "charge", counter=counter, amount=5_000, purpose="Sao y").message

    hall.charge()
    assert "open there already" in error("one")
    assert "Open it first" in error("two")
    hall.state = hall.rebuilt(replace(CENTER, bank=None))
    assert "bank account" in error("one")


def test_nobody_is_called_before_the_code_of_somebody_else(hall: Hall, called: Ticket) -> None:
    hall.charge()
    hall.wait(5)
    for verb in ("next", "finish", "no-show", "close"):
        assert "payment" in refused(hall, verb, counter="one").message
    hall.ask("cancel-charge", counter="one")
    assert hall.call("one").label == "A002"


def test_cash_pays_the_open_order(hall: Hall) -> None:
    order = hall.charge()
    assert hall.ask("paid-cash", counter="one").status == "paid"
    assert hall.events()[-1] == OrderPaid(order.id, "cash")
    assert refused(hall, "paid-cash", counter="one").code == "conflict"


def test_cancelled_order_leaves_an_idle_panel(hall: Hall) -> None:
    order = hall.charge()
    assert hall.ask("cancel-charge", counter="one").status == "cancelled"
    assert hall.events()[-1] == OrderCancelled(order.id)
    assert shown(hall) == "idle"
    assert refused(hall, "cancel-charge", counter="one").code == "conflict"


def test_paid_is_shown_for_a_while(hall: Hall) -> None:
    order = hall.charge()
    assert hall.pay(order.reference) == PaymentResult("matched", order.id)
    assert shown(hall) == "paid"
    hall.wait(7.9)
    assert shown(hall) == "paid"
    hall.wait(0.1)
    assert shown(hall) == "idle"
    assert hall.events()[-1] == PanelCleared("one")


def test_order_expires_and_that_is_shown_for_a_while(hall: Hall) -> None:
    order = hall.charge()
    hall.wait(5 * 60)
    assert hall.events()[-1] == OrderExpired(order.id)
    assert shown(hall) == "expired"
    assert hall.state.counters["one"].open_order is None
    hall.wait(20)
    assert shown(hall) == "idle"


@pytest.mark.parametrize(
    "text", ["{}", "MBVCB.1234.{}.CT tu 0123 toi 0456", "thanh toan {} cam on", "xLPLP{}LP", "Lệ phí {}-QR"]
)
def test_reference_is_found_whatever_stands_around_it(hall: Hall, called: Ticket, text: str) -> None:
    order = hall.charge()
    assert hall.pay(text.format(order.reference)).match == "matched"


def test_reference_is_found_in_small_letters_and_in_pieces(hall: Hall, called: Ticket) -> None:
    reference = hall.charge().reference
    assert hall.pay(f"{reference[:2]} {reference[2:6]}-{reference[6:]}".lower()).match == "matched"


def test_payment_told_twice_is_a_duplicate_and_changes_nothing(hall: Hall) -> None:
    reference = hall.charge().reference
    hall.pay(reference, transaction="t1")
    events = len(hall.journal)
    assert hall.pay(reference, transaction="t1") == PaymentResult("duplicate")
    assert hall.pay("something else", transaction="t1") == PaymentResult("duplicate")
    assert len(hall.journal) == events


def test_unmatched_payment_told_twice_is_a_duplicate_too(hall: Hall) -> None:
    assert hall.pay("rent", transaction="t1").reason == "reference"
    assert hall.pay("rent", transaction="t1").match == "duplicate"


def test_wrong_amount_is_for_a_person_to_see(hall: Hall) -> None:
    order = hall.charge(15_000)
    assert hall.pay(order.reference, 14_999) == PaymentResult("unmatched", order.id, "amount")
    unmatched = hall.events()[-1]
    assert isinstance(unmatched, PaymentUnmatched)
    assert (unmatched.amount, unmatched.order) == (14_999, order.id)
    assert shown(hall) == "pay"


def test_money_on_another_account_pays_nothing(hall: Hall) -> None:
    order = hall.charge()
    assert hall.pay(order.reference, account="11012345678").reason == "account"
    hall.state = hall.rebuilt(replace(CENTER, bank=None))
    assert hall.pay(order.reference).reason == "account"


def test_money_after_the_end_of_the_order_is_late(hall: Hall) -> None:
    order = hall.charge()
    hall.wait(5 * 60)
    assert hall.pay(order.reference) == PaymentResult("unmatched", order.id, "late")
    cancelled = hall.charge()
    hall.ask("cancel-charge", counter="one")
    assert hall.pay(cancelled.reference).reason == "late"


def test_second_payment_of_an_order_is_seen(hall: Hall) -> None:
    order = hall.charge()
    hall.ask("paid-cash", counter="one")
    assert hall.pay(order.reference) == PaymentResult("unmatched", order.id, "twice")


def test_order_is_known_for_a_week_after_its_end(hall: Hall) -> None:
    order = hall.charge()
    hall.pay(order.reference, transaction="t1")
    hall.wait(6 * 86400)
    assert hall.pay(order.reference, transaction="t2").reason == "twice"
    assert hall.pay(order.reference, transaction="t1").match == "duplicate"
    hall.wait(2 * 86400)
    assert hall.pay(order.reference, transaction="t3").reason == "reference"
    assert [key for key in hall.state.payments if key[1] == "t1"] == []


def test_open_order_outlives_midnight(hall: Hall) -> None:
    hall.wait(16 * 3600 - 60 - 5)
    order = hall.charge()
    hall.wait(120)
    assert hall.state.day is not None
    assert hall.pay(order.reference).match == "matched"

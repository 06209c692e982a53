"""Payments: asking for one at a counter, and knowing the money when it comes."""

from datetime import timedelta

from bus.answers import PaymentResult
from bus.asks import Charge, Payment
from bus.events import EventBody, OrderCancelled, OrderMade, OrderPaid, PaymentUnmatched, TicketServing
from bus.reference import LENGTH, PREFIX, references
from center import views
from center.command import Command, Decision
from center.counters import conflict
from center.records import Counter, Order
from center.state import State


def charge(state: State, counter: Counter, command: Command, asked: Charge) -> Decision:
    """Ask whoever is at the counter for money; that they are there is then known."""
    if state.settings.bank is None:
        raise conflict(counter, "The centre has no bank account in its settings.")
    if counter.status in ("closed", "paused"):
        raise conflict(counter, "Open it first.")
    if counter.open_order is not None:
        raise conflict(counter, "A payment is open there already.")
    ticket = counter.ticket
    reference = f"{PREFIX}{ticket.label if ticket else ''}{command.fresh}"[:LENGTH]
    made = OrderMade(
        order=reference,
        counter=asked.counter,
        ticket=ticket.id if ticket else None,
        amount=asked.amount,
        purpose=asked.purpose,
        reference=reference,
        expires=command.now.at + timedelta(minutes=state.settings.pay_minutes),
    )
    events: tuple[EventBody, ...] = (made,)
    if ticket is not None and counter.status == "calling":
        events = (TicketServing(ticket.id, asked.counter), made)
    return _told(reference, *events)


def cancel(counter: Counter) -> Decision:
    """The payment is not asked for any longer."""
    order = _open(counter)
    return _told(order.id, OrderCancelled(order.id))


def paid_cash(counter: Counter) -> Decision:
    """The clerk took the money."""
    order = _open(counter)
    return _told(order.id, OrderPaid(order.id, "cash"))


def payment(state: State, paid: Payment) -> Decision:
    """Money came in. It pays an order by the exact amount, in time, once; all else is for a person to see."""
    if (paid.provider, paid.transaction) in state.payments:
        return Decision((), lambda _: PaymentResult("duplicate"))
    order = _meant(state, paid.reference)
    reason = _objection(state, paid, order)
    if order is not None and not reason:
        event = OrderPaid(order.id, "transfer", paid.provider, paid.transaction)
        return Decision((event,), lambda _: PaymentResult("matched", event.order))
    unmatched = PaymentUnmatched(
        paid.provider, paid.transaction, paid.amount, reason, order.id if order is not None else None
    )
    return Decision((unmatched,), lambda _: PaymentResult("unmatched", unmatched.order, unmatched.reason))


def _open(counter: Counter) -> Order:
    if counter.open_order is None:
        raise conflict(counter, "No payment is open there.")
    return counter.open_order


def _told(order: str, *events: EventBody) -> Decision:
    return Decision(events, lambda after: views.order(after, after.orders[order]))


def _meant(state: State, text: str) -> Order | None:
    """The order whose reference is in the text of a transfer, whatever a bank put around it or took out."""
    found = (state.orders.get(each) for each in references(text))
    return next((order for order in found if order is not None), None)


def _objection(state: State, paid: Payment, order: Order | None) -> str:
    """Why that money does not pay that order, or nothing."""
    bank = state.settings.bank
    if bank is None or paid.account != bank.account:
        return "account"
    if order is None:
        return "reference"
    if order.status != "open":
        return "twice" if order.status == "paid" else "late"
    return "amount" if paid.amount != order.amount else ""

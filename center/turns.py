"""Turns: who is called to a counter, and how that ends.

Somebody who is called is on the way. Whoever is not missed within ARRIVAL_MS of the last call is taken to be
there, because a clerk with four keys says nothing when a person comes. It is a guess that the clerk can undo:
`recall` and `no-show` go on working. Who is charged is there, so that is said at once. Therefore `next` makes
a no-show of somebody just called, and ends the service of somebody who is there.

While a payment is asked for at a counter nobody else is called to it: the next person would stand before the
code of the last one.
"""

from bus.answers import Nothing, Served
from bus.asks import CallLabel, Rate, ReportServed, Requeue, Transfer
from bus.events import (
    EventBody,
    OutageAnswered,
    ServiceRated,
    TicketCalled,
    TicketHeld,
    TicketMissed,
    TicketPresented,
    TicketReported,
    TicketRequeued,
    TicketServing,
    TicketTransferred,
)
from bus.messages import Label
from center import leases, views
from center.command import Command, Decision, Moment
from center.counters import conflict, keep_here, served, told
from center.records import BY_PLACE, Counter, Ticket
from center.state import State
from center.taking import setting
from config.errors import Refused

ARRIVAL_MS = 45_000
AUTO_MS = 5_000  # a counter that calls by itself leaves its clerk that long to pause


def next_(state: State, counter: Counter, command: Command) -> Decision:
    """Call whoever is due first, and end the present turn."""
    events = _may_call(counter, command)
    ticket = due_first(state, counter, command.now)
    if ticket is None:
        raise Refused("nobody-waiting", f"Nobody waits for counter {counter.setting.id}.")
    return _call(counter, ticket, command.now, *events)


def call(state: State, counter: Counter, act: CallLabel, command: Command) -> Decision:
    """Call one named ticket: somebody out of turn, put aside here, or back after a no-show.

    A leased number that its kiosk could not report yet becomes a ticket, as it is presented.
    """
    events = _may_call(counter, command)
    ticket = state.labels.get(act.label)
    if ticket is None:
        presented = _presented(state, counter, act.label)
        called = TicketCalled(presented.ticket, counter.setting.id, 1)
        return _calling(called, command.now, *events, *_ended(counter), presented, called)
    if ticket.status == "called":
        raise conflict(counter, f"{act.label} is at counter {ticket.counter}.", field="label")
    if ticket.status == "held" and ticket.counter != act.counter:
        raise conflict(counter, f"{act.label} is put aside at counter {ticket.counter}.", field="label")
    if ticket.status not in ("waiting", "held"):
        _may_return(state, counter, ticket, command.now)
    return _call(counter, ticket, command.now, *events)


def recall(state: State, counter: Counter) -> Decision:
    """Call the present ticket once more, a few times."""
    ticket = _present(counter)
    if counter.recalled >= state.settings.recalls:
        raise conflict(counter, f"{ticket.label} was recalled {counter.recalled} times: is it a no-show?")
    return told(counter, TicketCalled(ticket.id, counter.setting.id, ticket.calls + 1))


def start(counter: Counter) -> Decision:
    """The person has come."""
    ticket = _present(counter)
    if counter.status == "serving":  # it was guessed before it was said
        return told(counter)
    return told(counter, TicketServing(ticket.id, counter.setting.id))


def finish(counter: Counter, now: Moment) -> Decision:
    """The present ticket was served."""
    keep_here(counter, now)
    return told(counter, served(counter, _present(counter)))


def no_show(counter: Counter, now: Moment) -> Decision:
    """The person did not come. They may: `call` or `requeue` brings their number back."""
    keep_here(counter, now)
    return told(counter, TicketMissed(_present(counter).id, counter.setting.id))


def hold(counter: Counter, now: Moment) -> Decision:
    """Put the present ticket aside until the person is back."""
    keep_here(counter, now)
    return told(counter, TicketHeld(_present(counter).id, counter.setting.id))


def requeue(state: State, counter: Counter, act: Requeue, now: Moment) -> Decision:
    """Back to its own place: the present ticket, or a named one that is put aside here or was missed."""
    if act.label is None:
        keep_here(counter, now)
        return told(counter, TicketRequeued(_present(counter).id, counter.setting.id))
    ticket = _known(state, act.label)
    if ticket.status != "held" or ticket.counter != act.counter:
        _may_return(state, counter, ticket, now)
    return told(counter, TicketRequeued(ticket.id, counter.setting.id))


def transfer(state: State, counter: Counter, act: Transfer, now: Moment) -> Decision:
    """To another service, or to one counter alone. Label and place stay."""
    keep_here(counter, now)
    ticket = _present(counter)
    if act.service is None and act.to is None:
        raise Refused("bad-request", "Say a service or a counter to transfer to.", field="service")
    if act.service is not None:
        setting(state, act.service)
    if act.to is not None:
        to = state.counters.get(act.to)
        if to is None or to.removed:
            raise Refused("unknown-counter", f"There is no counter {act.to!r}.", field="to")
        if to is counter or to.status == "closed":
            raise conflict(counter, f"Nobody can be sent to counter {act.to} now.", field="to")
    event = TicketTransferred(
        ticket.id, counter.setting.id, act.service or ticket.service, act.to, noted=bool(act.note)
    )
    return Decision((event,), lambda after: views.ticket(after, after.tickets[ticket.id], now), act.note)


def report_served(state: State, counter: Counter, act: ReportServed) -> Decision:
    """Whom a counter served by shouting, while the hub was away."""
    events: list[EventBody] = []
    unknown: list[Label] = []
    ended: list[str] = []
    for label in dict.fromkeys(act.labels):
        ticket = state.labels.get(label)
        if ticket is None:
            if leases.granted(state, label) is None:
                unknown.append(label)
                continue
            presented = _presented(state, counter, label)
            events.append(presented)
            ended.append(presented.ticket)
        elif ticket.status in ("waiting", "held", "missed") or ticket is counter.ticket:
            ended.append(ticket.id)
        else:
            unknown.append(label)
    events += [TicketReported(each, act.counter) for each in ended]
    if counter.outage:
        events.append(OutageAnswered(act.counter))
    return Decision(tuple(events), lambda _: Served(tuple(ended), tuple(unknown)))


def rate(state: State, told: Rate) -> Decision:
    """How the last service at a counter was; once."""
    if (told.ticket is None) == (told.counter is None):
        raise Refused("bad-request", "Name the ticket or the counter.", field="ticket")
    for id_, counter in state.counters.items():
        last = counter.last
        if last is not None and (id_ == told.counter or last.id == told.ticket):
            rated = ServiceRated(last.id, id_, last.service, told.score)
            return Decision((rated,), lambda _: Nothing())
    raise Refused("conflict", "There is no service to rate there now.", field="counter")


def calls_itself(state: State, counter: Counter, now: Moment) -> TicketCalled | None:
    """The call of a free counter that calls by itself; it is due AUTO_MS after it became free."""
    if not counter.setting.auto_call or counter.status != "free" or counter.outage or counter.open_order:
        return None
    ticket = due_first(state, counter, now)
    return TicketCalled(ticket.id, counter.setting.id, ticket.calls + 1) if ticket else None


def due_first(state: State, counter: Counter, now: Moment) -> Ticket | None:
    """The earliest due of its own services and of who was sent here, else of those where it helps out."""
    ratio = state.settings.ratio
    first = [ticket for each in counter.serves if (ticket := state.queues[each].first(ratio))]
    own = [each for each in first if _counts_as_own(state, counter, each, now)]
    if sent := counter.line.first():
        own.append(sent)
    return min(own or first, key=BY_PLACE, default=None)


def _counts_as_own(state: State, counter: Counter, ticket: Ticket, now: Moment) -> bool:
    """So does a service where it helps out, while that has no counter open or its first is overdue."""
    return (
        ticket.service in counter.setting.services
        or ticket.place[0] < now.ran
        or not any(ticket.service in each.setting.services for each in state.team(ticket.service).values())
    )


def _may_call(counter: Counter, command: Command) -> tuple[EventBody, ...]:
    """Refuse a call from a counter that may not call now.

    After an outage a counter says first whom it served meanwhile. A keypad cannot say it: its call counts as
    the answer that there was nobody.
    """
    keep_here(counter, command.now)
    if counter.status == "closed":
        raise conflict(counter, "Open it first.")
    if not counter.outage:
        return ()
    if command.role != "bridge":
        raise conflict(counter, "Say first who was served there while the hub was away.", field="outage")
    return (OutageAnswered(counter.setting.id),)


def _may_return(state: State, counter: Counter, ticket: Ticket, now: Moment) -> None:
    """Refuse all but a no-show that comes back in time."""
    if ticket.status != "missed":
        raise conflict(counter, f"{ticket.label} is {ticket.status}.", field="label")
    minutes = state.settings.return_minutes
    if now.ran - ticket.missed_ran > minutes * 60_000:
        raise conflict(
            counter, f"{ticket.label} did not come, and that is over {minutes} min ago.", field="label"
        )


def _presented(state: State, counter: Counter, label: Label) -> TicketPresented:
    grant = leases.granted(state, label)
    if grant is None:
        raise Refused("unknown-ticket", f"There is no ticket {label} today.", field="label")
    return TicketPresented(f"{state.day}-{label}", label, grant.service, counter.setting.id)


def _known(state: State, label: Label) -> Ticket:
    if label not in state.labels:
        raise Refused("unknown-ticket", f"There is no ticket {label} today.", field="label")
    return state.labels[label]


def _present(counter: Counter) -> Ticket:
    if counter.ticket is None:
        raise conflict(counter, "Nobody is there.")
    return counter.ticket


def _ended(counter: Counter) -> tuple[EventBody, ...]:
    """How the present turn ends by the next call."""
    if counter.ticket is None:
        return ()
    if counter.status == "calling":
        return (TicketMissed(counter.ticket.id, counter.setting.id),)
    return (served(counter, counter.ticket),)


def _call(counter: Counter, ticket: Ticket, now: Moment, *before: EventBody) -> Decision:
    called = TicketCalled(ticket.id, counter.setting.id, ticket.calls + 1)
    return _calling(called, now, *before, *_ended(counter), called)


def _calling(called: TicketCalled, now: Moment, *events: EventBody) -> Decision:
    return Decision(events, lambda after: views.ticket(after, after.tickets[called.ticket], now))

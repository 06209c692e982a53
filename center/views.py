"""What the state looks like from outside: payloads of the bus, made of the state, changing nothing."""

from datetime import datetime

from bus import answers, messages
from bus.events import JournalEvent, TicketCalled
from bus.messages import Id, Rev
from center.command import Moment
from center.forecast import forecast
from center.places import counter_name, place
from center.records import Order, Ticket, place_at
from center.state import State
from center.taking import not_taking
from center.vietqr import vietqr
from config import settings

RESTORED = (
    "A backup was restored: wait for these devices, or give the last numbers printed as the floor, "
    "without those that kiosks gave by themselves."
)


def catalog(center: settings.CenterSettings, rev: Rev, emblem: bytes = b"") -> messages.Catalog:
    """Services and counters as people see them, and what the screens have of the centre's own."""
    return messages.Catalog(
        rev,
        services=tuple(
            messages.ServiceInfo(
                id=each.id,
                letter=each.letter,
                name=each.name,
                hint=each.hint,
                icon=each.icon,
                place=place(center, each),
                fees=tuple(messages.FeeInfo(fee.purpose, fee.amount) for fee in each.fees),
                people=each.people,
                group=each.group,
            )
            for each in center.services
        ),
        counters=tuple(
            messages.CounterInfo(
                id=each.id,
                number=each.number,
                name=counter_name(center, each),
                services=each.services,
                overflow=each.overflow,
            )
            for each in center.counters
        ),
        categories=tuple(
            messages.CategoryInfo(each.id, each.name, each.priority, each.staff, each.letter or "")
            for each in center.categories
        ),
        recalls=center.recalls,
        theme=messages.Theme(center.theme.color if center.theme else "", emblem),
        groups=tuple(messages.GroupInfo(each.id, each.name, each.icon) for each in center.groups),
    )


def center(
    state: State,
    rev: Rev,
    now: Moment,
    clock: messages.HubClock,
    boot: str,
    *,
    stopped: messages.Stopped = "",
    hint: str = "",
    questions: tuple[messages.Question, ...] = (),
) -> messages.CenterState:
    """The centre itself, at that moment."""
    settings = state.settings
    return messages.CenterState(
        rev,
        center=settings.center,
        title=settings.title,
        name=settings.name,
        languages=settings.languages,
        timezone=settings.timezone,
        day=state.day or state.local_date(now.at),
        open=state.day is not None,
        notices=settings.notices,
        clock=clock,
        boot=boot,
        at=now.at,
        stopped=stopped or ("restored" if state.awaits else ""),
        hint=hint or (RESTORED if state.awaits else ""),
        awaits=(*state.awaits, *state.late),
        questions=questions,
    )


def queue(state: State, service: Id, rev: Rev, now: Moment) -> messages.QueueState:
    """The queue of a service; its wait is that of an ordinary ticket taken now."""
    queue = state.queues[service]
    newest = place_at(now.ran + queue.service.target_wait * 60_000, now.at, state.seq + 1)
    why = not_taking(state, queue.service, now)
    return messages.QueueState(
        rev,
        service=service,
        waiting=len(queue),
        serving=sum(
            each.ticket is not None and each.ticket.service == service for each in state.counters.values()
        ),
        issued=queue.issued,
        wait=forecast(state, service, newest, now),
        taking=not why,
        why=why,
        notice=queue.shut or "",
        opens=_opens(state, service, now),
        kept=round(100 * queue.kept / queue.said) if queue.said else None,
    )


def counter(state: State, counter: Id, rev: Rev) -> messages.CounterState:
    """A counter, as its clerk and its sign see it."""
    here = state.counters[counter]
    return messages.CounterState(
        rev,
        counter=counter,
        turn=here.turn,
        status=here.status,
        since=here.since,
        ticket=here.ticket.id if here.ticket else None,
        label=here.ticket.label if here.ticket else None,
        category=here.ticket.category if here.ticket else None,
        service=here.ticket.service if here.ticket else None,
        recalled=here.recalled if here.ticket else 0,
        serves=here.serves,
        order=here.open_order.id if here.open_order else None,
        clerk=here.clerk,
        priority=here.ticket.priority if here.ticket else False,
        reason=here.reason,
        note=state.notes.get(here.ticket.id, "") if here.ticket else "",
        held=tuple(each.label for each in here.held),
        waiting=tuple(each.label for each in here.line),
        outage=here.outage,
    )


def board(state: State, rev: Rev, ran: int) -> messages.Board:
    """The last calls, newest first, one a ticket, each with its age at that running time of the hub."""
    return messages.Board(
        rev,
        calls=tuple(
            messages.BoardCall(
                ticket=each.ticket.id,
                nth=each.nth,
                seq=each.seq,
                label=each.ticket.label,
                counter=each.counter.setting.id,
                number=each.counter.setting.number,
                calling=each.counter.ticket is each.ticket and each.counter.status == "calling",
                age_s=(ran - each.ran) // 1000,
                languages=_languages(state, each.ticket),
            )
            for each in state.calls
        ),
    )


def panel(state: State, counter: Id, rev: Rev) -> messages.Panel:
    """What the QR panel of a counter shows."""
    here = state.counters[counter]
    order = here.order
    if order is None or order.status == "cancelled":
        label = here.last.label if here.asks == "rate" and here.last else None
        return messages.Panel(rev, counter=counter, show=here.asks or "idle", label=label)
    return messages.Panel(
        rev,
        counter=counter,
        show="pay" if order.status == "open" else order.status,
        order=order.id,
        label=order.label,
        qr=_qr(state, order) if order.status == "open" else None,
        amount=order.amount,
        purpose=order.purpose,
        reference=order.id,
        since=order.ended or order.at,
        expires=order.expires,
    )


def call(state: State, entry: JournalEvent) -> messages.Call:
    """The announcement of a `TicketCalled`."""
    event = entry.body
    assert isinstance(event, TicketCalled)
    ticket, counter = state.tickets[event.ticket], state.counters[event.counter].setting
    return messages.Call(
        ticket=ticket.id,
        nth=event.nth,
        seq=entry.seq,
        label=ticket.label,
        counter=counter.id,
        number=counter.number,
        name=counter_name(state.settings, counter),
        languages=_languages(state, ticket),
    )


def _languages(state: State, called: Ticket) -> tuple[str, ...]:
    """In which languages somebody is called: the centre's first one, and the citizen's."""
    return tuple(dict.fromkeys((state.settings.languages[0], called.language)))


def ticket(state: State, ticket: Ticket, now: Moment) -> answers.Ticket:
    """A ticket as its holder sees it; once it was called nobody is ahead."""
    queue = state.queues[ticket.service]
    waiting = ticket.status == "waiting"
    if ticket.to is not None:
        ahead, wait = state.counters[ticket.to].line.ahead(ticket.place), None
    else:
        ahead = queue.ahead(ticket.place) if waiting else 0
        wait = (
            forecast(state, ticket.service, ticket.place, now, priority=ticket.priority)
            if waiting
            else messages.Wait(0, 0)
        )
    return answers.Ticket(
        id=ticket.id,
        label=ticket.label,
        service=ticket.service,
        category=ticket.category,
        language=ticket.language,
        at=ticket.at,
        ahead=ahead,
        wait=wait,
        place=state.places.get(ticket.service, {}),
        track=state.settings.track_url.replace("{id}", ticket.id),
        people=ticket.people,
        then=ticket.then,
        priority=ticket.priority,
        opens=_opens(state, ticket.service, now) if waiting else None,
    )


def order(state: State, order: Order) -> answers.Order:
    """A payment order as its clerk sees it."""
    return answers.Order(
        id=order.id,
        counter=order.counter,
        ticket=order.ticket,
        label=order.label,
        amount=order.amount,
        purpose=order.purpose,
        reference=order.id,
        qr=_qr(state, order),
        status=order.status,
        expires=order.expires,
    )


def _opens(state: State, service: Id, now: Moment) -> datetime | None:
    """When there is service again, where that is known."""
    calendar = state.calendars.get(service)
    return calendar.opens(now.at) if calendar is not None and now.known else None


def _qr(state: State, order: Order) -> str:
    bank = state.settings.bank
    return vietqr(bank, order.amount, order.id) if bank else ""

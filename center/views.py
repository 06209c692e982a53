"""What the state looks like from outside: payloads of the bus, made of the state, changing nothing."""

from datetime import datetime, timedelta

from bus import messages
from bus.events import JournalEvent, TicketCalled
from bus.messages import Id, Rev, Text
from center.forecast import forecast
from center.records import Order, Ticket
from center.state import State
from center.vietqr import vietqr
from config import settings
from config.words import pick, say


def catalog(center: settings.CenterSettings, rev: Rev) -> messages.Catalog:
    """Services and counters as people see them."""
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
    )


def center(state: State, rev: Rev, at: datetime, clock: messages.HubClock, boot: str) -> messages.CenterState:
    """The centre itself, at that time of the hub."""
    settings = state.settings
    return messages.CenterState(
        rev,
        center=settings.center,
        title=settings.title,
        name=settings.name,
        languages=settings.languages,
        timezone=settings.timezone,
        day=state.day or state.local_date(at),
        open=state.day is not None,
        notices=settings.notices,
        clock=clock,
        boot=boot,
        at=at,
    )


def queue(state: State, service: Id, rev: Rev, at: datetime) -> messages.QueueState:
    """The queue of a service; its wait is that of an ordinary ticket taken now."""
    queue = state.queues[service]
    newest = (at + timedelta(minutes=queue.service.target_wait), state.seq + 1)
    return messages.QueueState(
        rev,
        service=service,
        waiting=len(queue),
        serving=sum(
            each.ticket is not None and each.ticket.service == service for each in state.counters.values()
        ),
        issued=queue.issued,
        wait=forecast(state, service, newest),
        taking=state.day is not None and state.next_label(queue.service.letter) is not None,
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
    )


def board(state: State, rev: Rev, at: datetime) -> messages.Board:
    """The last calls, newest first, one a ticket, each with its age at that time of the hub."""
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
                age_s=int((at - each.at).total_seconds()),
            )
            for each in state.calls
        ),
    )


def panel(state: State, counter: Id, rev: Rev) -> messages.Panel:
    """What the QR panel of a counter shows."""
    order = state.counters[counter].order
    if order is None or order.status == "cancelled":
        return messages.Panel(rev, counter=counter, show="idle")
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
    """The announcement of a `TicketCalled`: in the centre's first language, and in the citizen's."""
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
        languages=tuple(dict.fromkeys((state.settings.languages[0], ticket.language))),
    )


def ticket(state: State, ticket: Ticket) -> messages.Ticket:
    """A ticket as its holder sees it; once it was called nobody is ahead."""
    queue = state.queues[ticket.service]
    waiting = ticket.status == "waiting"
    return messages.Ticket(
        id=ticket.id,
        label=ticket.label,
        service=ticket.service,
        category=ticket.category,
        language=ticket.language,
        at=ticket.at,
        ahead=queue.ahead(ticket.place) if waiting else 0,
        wait=forecast(state, ticket.service, ticket.place) if waiting else messages.Wait(0, 0),
        place=place(state.settings, queue.service),
        track=state.settings.track_url.replace("{id}", ticket.id),
    )


def order(state: State, order: Order) -> messages.Order:
    """A payment order as its clerk sees it."""
    return messages.Order(
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


def counter_name(center: settings.CenterSettings, counter: settings.Counter) -> Text:
    """The counter's own name, or "Counter 3" in every language of the centre."""
    return counter.name or {
        language: say(language, "Counter {number}", number=counter.number) for language in center.languages
    }


def place(center: settings.CenterSettings, service: settings.Service) -> Text:
    """Where to go: what the settings say, or "Counter 1 or Counter 2", those whose own service it is."""
    if service.place:
        return service.place
    names = [counter_name(center, each) for each in center.counters if service.id in each.services]
    return {language: _either(names, language) for language in center.languages}


def _either(names: list[Text], language: str) -> str:
    words = [pick(name, language) for name in names]
    if len(words) < 2:
        return "".join(words)
    return say(language, "{a} or {b}", a=", ".join(words[:-1]), b=words[-1])


def _qr(state: State, order: Order) -> str:
    bank = state.settings.bank
    return vietqr(bank, order.amount, order.id) if bank else ""

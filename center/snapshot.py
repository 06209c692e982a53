"""The state as JSON, so that a start need not read a journal from its first event.

A record that several others lead to is written once, and linked again by its id when it is read. What the
settings say is taken from the present ones. Only the version that wrote a snapshot reads it, others replay
the events: `VERSION` names the program and the shape of every record.
"""

from dataclasses import replace
from datetime import date, datetime
from hashlib import sha256
from importlib.metadata import version
from typing import NamedTuple
from uuid import UUID

import msgspec

from bus.messages import Category, Code, Id, Label, TicketId
from center.records import Appointment, Counter, Grant, Line, Order, Queue, RecentCall, Stamp, Ticket
from center.state import State
from config.settings import CenterSettings


class Linked(msgspec.Struct, frozen=True):
    """A counter without its links, and where they lead."""

    counter: Counter
    ticket: TicketId | None
    last: TicketId | None
    held: tuple[TicketId, ...]
    order: str | None


class Called(msgspec.Struct, frozen=True):
    ticket: TicketId
    counter: Id
    nth: int
    seq: int
    ran: int


class Plain(msgspec.Struct, frozen=True):
    """What the state has by the same names, and is written as it is."""

    epoch: str
    epochs: list[str]
    awaits: tuple[Id, ...]
    late: tuple[Id, ...]
    lost: Stamp | None
    kept: dict[str, int]
    seq: int
    ran: int
    last_at: datetime | None
    machine: str
    machine_seq: int
    resumed_ran: int
    down_ms: int
    confirmed_seq: int
    day: date | None
    numbers: dict[str, int]
    days: dict[date, dict[str, int]]
    before: dict[Label, Stamp]
    issued: dict[Category, int]
    notes: dict[TicketId, str]
    grants: dict[str, list[Grant]]
    leased: dict[Id, Stamp]
    appointments: dict[Code, Appointment]
    orders: dict[str, Order]


class Body(msgspec.Struct, frozen=True):
    settings: str  # that the state was made with
    plain: Plain
    tickets: list[Ticket]
    takes: list[tuple[Id, UUID, TicketId]]
    calls: list[Called]
    queues: list[Queue]
    counters: list[Linked]
    given_up: list[tuple[Id, UUID, int]]
    payments: list[tuple[str, str, datetime]]


SHAPE = sha256(msgspec.json.encode(msgspec.json.schema(Body))).hexdigest()
VERSION = f"{version('luot')}-{SHAPE[:12]}"
_decode = msgspec.json.Decoder(Body).decode


class Kept(NamedTuple):
    """A snapshot as the journal keeps it."""

    seq: int
    at: int  # milliseconds since 1970
    version: str
    body: bytes
    checksum: str

    @classmethod
    def of(cls, state: State) -> "Kept":
        body = dump(state)
        at = round(state.last_at.timestamp() * 1000) if state.last_at else 0
        return cls(state.seq, at, VERSION, body, sha256(body).hexdigest())

    @property
    def damaged(self) -> bool:
        return sha256(self.body).hexdigest() != self.checksum


def dump(state: State) -> bytes:
    """The state, whole."""
    body = Body(
        settings=_digest(state.settings),
        plain=Plain(**{name: getattr(state, name) for name in Plain.__struct_fields__}),
        tickets=list(state.tickets.values()),
        takes=[(*key, ticket.id) for key, ticket in state.takes.items()],
        calls=[
            Called(each.ticket.id, each.counter.setting.id, each.nth, each.seq, each.ran)
            for each in state.calls
        ],
        queues=[replace(each, ordinary=Line(), priority=Line()) for each in state.queues.values()],
        counters=[_linked(each) for each in state.counters.values()],
        given_up=[(*key, ran) for key, ran in state.given_up.items()],
        payments=[(*key, at) for key, at in state.payments.items()],
    )
    return msgspec.json.encode(body)


def load(settings: CenterSettings, body: bytes) -> State:
    """The state that was dumped, under these settings."""
    found = _decode(body)
    state = State(settings)
    for name in Plain.__struct_fields__:
        setattr(state, name, getattr(found.plain, name))
    for queue in found.queues:
        gone = Queue.gone(queue.service.id)
        present = state.queues.get(queue.service.id, gone)
        state.queues[queue.service.id] = replace(queue, service=present.service)
    state.tickets = {each.id: each for each in found.tickets}
    state.labels = {each.label: each for each in found.tickets}
    for linked in found.counters:
        counter = _counter(linked, state)
        state.counters[counter.setting.id] = counter
    for ticket in found.tickets:
        if ticket.status == "waiting":
            line = state.queues[ticket.service] if ticket.to is None else state.counters[ticket.to].line
            line.enter(ticket)
    state.takes = {(device, request): state.tickets[id_] for device, request, id_ in found.takes}
    state.calls = [
        RecentCall(state.tickets[each.ticket], state.counters[each.counter], each.nth, each.seq, each.ran)
        for each in found.calls
    ]
    state.given_up = {(device, request): ran for device, request, ran in found.given_up}
    state.payments = {(provider, transaction): at for provider, transaction, at in found.payments}
    return state


def same_settings(settings: CenterSettings, body: bytes) -> bool:
    """Whether a snapshot was made under these very settings."""
    return _decode(body).settings == _digest(settings)


def _linked(counter: Counter) -> Linked:
    return Linked(
        replace(counter, ticket=None, last=None, held=[], line=Line(), order=None),
        ticket=counter.ticket.id if counter.ticket else None,
        last=counter.last.id if counter.last else None,
        held=tuple(each.id for each in counter.held),
        order=counter.order.id if counter.order else None,
    )


def _counter(linked: Linked, state: State) -> Counter:
    id_ = linked.counter.setting.id
    present = state.counters.get(id_, Counter.gone(id_))
    return replace(
        linked.counter,
        setting=present.setting,
        removed=present.removed,
        ticket=state.tickets[linked.ticket] if linked.ticket else None,
        last=state.tickets[linked.last] if linked.last else None,
        held=[state.tickets[each] for each in linked.held],
        order=state.orders.get(linked.order) if linked.order else None,
    )


def _digest(settings: CenterSettings) -> str:
    return sha256(msgspec.json.encode(settings)).hexdigest()

"""The books of a day: what people were told, held against the journal.

The ledger goes by the journal's events alone and knows nothing of the engine's state, so a mistake of the one
cannot hide in the other. What does not add up is told in sentences, under one of four heads:

- lost: somebody holds a number that the journal has not, or that is void
- twice: two people hold one number, or the journal gives it twice
- double calls: one ticket at two counters, or a call that was told otherwise than it is written
- unreconciled: the hub shows what the journal does not say, or a number that nobody holds waits
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Literal
from uuid import UUID

from bus.events import (
    CounterClosed,
    DayOpened,
    JournalEvent,
    RequestGivenUp,
    TicketAdopted,
    TicketCalled,
    TicketCancelled,
    TicketDelivered,
    TicketFinished,
    TicketHeld,
    TicketIssued,
    TicketMissed,
    TicketPresented,
    TicketReported,
    TicketRequeued,
    TicketTransferred,
)
from bus.messages import Call, Id, Label, Payload, TicketId
from bus.states import States

Fate = Literal["waiting", "called", "held", "missed", "served", "void", "cancelled", "expired"]
GONE: tuple[Fate, ...] = ("void", "cancelled", "expired")


class Paper(Payload, frozen=True):
    """A number in somebody's hand: nothing takes it back."""

    device: Id
    request: UUID  # that was asked; a number of the kiosk's own has another one
    label: Label
    offline: bool


@dataclass(frozen=True)
class ToldCall:
    """The answer to a `next` or a `call`, as a clerk read it."""

    device: Id
    request: UUID
    counter: Id
    seen: int
    ticket: TicketId


@dataclass
class Findings:
    """What does not add up; empty where everything does."""

    lost: list[str] = field(default_factory=list)
    twice: list[str] = field(default_factory=list)
    double_calls: list[str] = field(default_factory=list)
    unreconciled: list[str] = field(default_factory=list)

    def sentences(self) -> list[str]:
        """All of them, each with its head."""
        return [f"{head}: {sentence}" for head, found in asdict(self).items() for sentence in found]


class Ledger:
    """What became of each ticket, as the journal's events tell it."""

    def __init__(self, findings: Findings) -> None:
        self.findings = findings
        self.fates: dict[TicketId, Fate] = {}
        self.counters: dict[TicketId, Id] = {}  # that a called or held ticket is at
        self.labels: dict[Label, TicketId] = {}
        self.givers: dict[TicketId, tuple[Id, UUID]] = {}  # by which device, and for which request
        self.calls: dict[tuple[Id, UUID], tuple[TicketId, Id]] = {}  # ticket and counter, by who asked
        self.announced: dict[tuple[TicketId, int], Id] = {}
        self.presented: set[TicketId] = set()  # called before their kiosk told of them
        self.delivered: set[TicketId] = set()

    def enter(self, entry: JournalEvent) -> None:
        """The next event of the journal."""
        match entry.body:
            case TicketIssued() as event:
                self._give(event.ticket, event.label)
                self.givers[event.ticket] = event.device, event.request
            case TicketPresented() as event:
                self._give(event.ticket, event.label)
                self.presented.add(event.ticket)
            case TicketAdopted() as event:
                if event.ticket in self.presented:
                    self.presented.remove(event.ticket)
                else:
                    self._give(event.ticket, event.label)
                self.givers[event.ticket] = event.device, event.request
            case TicketCalled() as event:
                self._call(event)
                if entry.request is not None:
                    self.calls[entry.device, entry.request] = (event.ticket, event.counter)
            case TicketFinished() | TicketReported() as event:
                self._end(event.ticket, "served")
            case TicketMissed() as event:
                self._end(event.ticket, "missed")
            case TicketRequeued() | TicketTransferred() as event:
                self._end(event.ticket, "waiting")
            case TicketHeld() as event:
                self._end(event.ticket, "held")
                self.counters[event.ticket] = event.counter
            case CounterClosed() as event:  # what it holds waits again
                for ticket in [each for each, counter in self.counters.items() if counter == event.counter]:
                    self._end(ticket, "waiting")
            case TicketCancelled() as event:
                self._end(event.ticket, "cancelled")
            case RequestGivenUp(ticket=str() as ticket):
                self._end(ticket, "void")
            case TicketDelivered() as event:
                self.delivered.add(event.ticket)
            case DayOpened() as event:
                for ticket in event.expired:
                    self._end(ticket, "expired")

    def _give(self, ticket: TicketId, label: Label) -> None:
        if label in self.labels:
            self.findings.twice.append(f"the journal gives {label} as {self.labels[label]} and as {ticket}")
        self.fates[ticket] = "waiting"
        self.labels[label] = ticket

    def _call(self, event: TicketCalled) -> None:
        had, fate = self.counters.get(event.ticket, event.counter), self.fates.get(event.ticket)
        if had != event.counter:
            self.findings.double_calls.append(f"{event.ticket} is at {had}, and {event.counter} calls it")
        if fate not in ("waiting", "called", "held", "missed"):
            self.findings.double_calls.append(f"{event.ticket} is {fate}, and {event.counter} calls it")
        if (event.ticket, event.nth) in self.announced:
            self.findings.double_calls.append(f"call {event.nth} of {event.ticket} is written twice")
        self.fates[event.ticket] = "called"
        self.counters[event.ticket] = event.counter
        self.announced[event.ticket, event.nth] = event.counter

    def _end(self, ticket: TicketId, fate: Fate) -> None:
        self.fates[ticket] = fate
        self.counters.pop(ticket, None)


def check_papers(ledger: Ledger, papers: Sequence[Paper]) -> None:
    """Every number that somebody holds is in the journal, and every number that waits is held by somebody."""
    findings = ledger.findings
    for label, people in Counter(each.label for each in papers).items():
        if people > 1:
            findings.twice.append(f"{people} people hold {label}")
    for paper in papers:
        name = f"{paper.label} of {paper.device}"
        ticket = ledger.labels.get(paper.label)
        device, request = ledger.givers.get(ticket or "", (None, None))
        if ticket is None:
            findings.lost.append(f"{name} is not in the journal")
        elif ledger.fates[ticket] in GONE:
            findings.lost.append(f"{name} is {ledger.fates[ticket]} in the journal")
        elif device != paper.device or (request != paper.request and not paper.offline):
            findings.unreconciled.append(f"{name} is in the journal as given by {device} for {request}")
    held = {each.label for each in papers}
    for label, ticket in ledger.labels.items():
        if label not in held and ledger.fates[ticket] not in GONE and ticket not in ledger.delivered:
            findings.unreconciled.append(f"nobody holds {ticket}, and nobody says why")


def check_calls(ledger: Ledger, told: Sequence[ToldCall], heard: Iterable[Call]) -> None:
    """Every call that a clerk or the hall was told of is in the journal, and a turn has one call."""
    findings = ledger.findings
    for (counter, seen), calls in Counter((each.counter, each.seen) for each in told).items():
        if calls > 1:
            findings.double_calls.append(f"{calls} people were called to {counter} for its turn {seen}")
    for each in told:
        written = ledger.calls.get((each.device, each.request))
        if written != (each.ticket, each.counter):
            findings.double_calls.append(
                f"{each.counter} was told {each.ticket}, and the journal has {written}"
            )
    for call in heard:
        if ledger.announced.get((call.ticket, call.nth)) != call.counter:
            findings.double_calls.append(
                f"call {call.nth} of {call.ticket} to {call.counter} is not in the journal"
            )


def check_shown(ledger: Ledger, states: States) -> None:
    """What the hub shows is what the journal tells."""
    at: dict[Id, dict[Fate, set[TicketId]]] = defaultdict(lambda: defaultdict(set))
    for ticket, counter in ledger.counters.items():
        at[counter][ledger.fates[ticket]].add(ticket)
    for id_, shown in states.counters.items():
        here = {shown.ticket} - {None}
        held = {ledger.labels[label] for label in shown.held if label in ledger.labels}
        if (here, held) != (at[id_]["called"], at[id_]["held"]):
            ledger.findings.unreconciled.append(
                f"counter {id_} shows {shown}, the journal has {dict(at[id_])}"
            )
    shown_waiting = sum(each.waiting for each in states.queues.values())
    shown_waiting += sum(len(each.waiting) for each in states.counters.values())
    waiting = sum(fate == "waiting" for fate in ledger.fates.values())
    if shown_waiting != waiting:
        ledger.findings.unreconciled.append(f"{shown_waiting} are shown waiting, {waiting} do")

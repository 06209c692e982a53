"""Reads a journal from its first event: whether it holds together, and what it makes."""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import get_args

import msgspec

from bus.answers import Answer
from bus.events import JournalEvent, TicketAdopted, TicketIssued, TicketPresented
from bus.messages import Payload, TicketId
from center import snapshot
from center.database import check, telling
from center.journal import Journal, JournalUnavailable
from center.records import TicketStatus
from center.state import State
from config.errors import Refused
from config.settings import CenterSettings

Watch = Callable[[Iterator[JournalEvent]], Iterator[JournalEvent]]  # lets somebody see how it goes on

UNANSWERED = """
    SELECT event.seq FROM event LEFT JOIN request USING (device, request)
    WHERE event.request IS NOT NULL AND request.answer IS NULL ORDER BY event.seq LIMIT 1
"""


class Named(Payload, frozen=True):
    """What every answer to a given number has."""

    id: TicketId


class Audit:
    """Everything that can be proved of a journal: `run` it, then read `findings` and `faults`."""

    def __init__(self, journal: Journal, settings: CenterSettings) -> None:
        self.journal = journal
        self.settings = settings
        self.findings: dict[str, str] = {}
        self.faults: list[str] = []
        self._tickets: dict[TicketId, type] = {}  # and the event that they came with

    def run(self, watch: Watch = iter) -> None:
        """Read all of it."""
        size = self.journal.path.stat().st_size / 1e6
        self.findings["file"] = f"{self.journal.path}, {size:,.1f} MB"
        if fault := check(self.journal.path, whole=True):
            self.faults.append(f"The file is damaged: {fault}.")
        try:
            self._events(watch)
            self._answers()
        except JournalUnavailable as error:  # what comes after it cannot be judged
            self.faults.append(error.message)

    def _events(self, watch: Watch) -> None:
        state = self.journal.beginning(self.settings)
        kept = {each.seq: each for each in self.journal.snapshots()}
        began: datetime | None = None
        for entry in watch(self.journal.replay(state)):
            began = began or entry.at
            self._given(entry)
            if entry.seq in kept:
                self._compare(kept[entry.seq], state)
        span = f", from {_local(state, began)} to {_local(state, state.last_at)}"
        self.findings["events"] = f"{state.seq:,}{span}"
        self.findings["numbers"] = f"{len(self._tickets):,} given"
        usable = sum(each.version == snapshot.VERSION for each in kept.values())
        self.findings["snapshots"] = f"{len(kept)}, {usable} of this version"

    def _given(self, entry: JournalEvent) -> None:
        """No number twice; but a counter may have called one before its kiosk could tell of it."""
        event = entry.body
        if not isinstance(event, TicketIssued | TicketAdopted | TicketPresented):
            return
        before = self._tickets.get(event.ticket)
        if before is not None and not (before is TicketPresented and isinstance(event, TicketAdopted)):
            self.faults.append(f"Event {entry.seq} gives {event.ticket} a second time.")
        self._tickets[event.ticket] = type(event)
        if isinstance(event, TicketIssued):
            answer = self.journal.answer(event.device, event.request)
            if answer is None or not _names(answer, event.ticket):
                self.faults.append(f"The answer to the request of event {entry.seq} is not {event.ticket}.")

    def _compare(self, kept: snapshot.Kept, state: State) -> None:
        """A snapshot is what the events make, as far as one version and the same settings can tell."""
        if kept.damaged:
            self.faults.append(f"The snapshot at event {kept.seq} is damaged; it is passed over.")
        elif kept.version == snapshot.VERSION and snapshot.same_settings(self.settings, kept.body):
            loaded = vars(snapshot.load(self.settings, kept.body))
            if differing := [name for name, value in vars(state).items() if loaded[name] != value]:
                self.faults.append(f"The snapshot at event {kept.seq} has other {', '.join(differing)}.")

    def _answers(self) -> None:
        database = self.journal.database
        with telling(self.journal.path, "read"):
            if row := database.execute(UNANSWERED).fetchone():
                self.faults.append(f"The request of event {row[0]} has no answer.")
            (count,) = database.execute("SELECT count(*) FROM request").fetchone()
        self.findings["answers"] = f"{count:,}"


def replay(journal: Journal, settings: CenterSettings, to: int | None, watch: Watch = iter) -> State:
    """The state after that event, or the newest, made of every event before it."""
    state = journal.beginning(settings)
    for entry in watch(journal.replay(state)):
        if entry.seq == to:
            break
    return state


def table(state: State) -> str:
    """What the state is, for people."""
    by_status = Counter(each.status for each in state.tickets.values())
    lines = [
        f"after event {state.seq:,}, {_local(state, state.last_at)}",
        f"day      {state.day or 'none yet'}",
        "tickets  " + "  ".join(f"{status} {by_status[status]}" for status in get_args(TicketStatus)),
        "",
        f"{'service':<20} {'letter':<6} {'waiting':>7} {'issued':>7} {'minutes':>7}",
    ]
    for id_, queue in state.queues.items():
        row = f"{id_:<20} {queue.service.letter:<6} {len(queue):>7} {queue.issued:>7} {queue.mean:>7.1f}"
        lines.append(f"{row}{'  shut' if queue.shut is not None else ''}")
    lines += ["", f"{'counter':<20} {'status':<8} {'ticket':<6} {'held':>4} clerk"]
    for id_, counter in state.counters.items():
        label = counter.ticket.label if counter.ticket else "–"
        row = f"{id_:<20} {counter.status:<8} {label:<6} {len(counter.held):>4} {counter.clerk or '–'}"
        lines.append(row)
    return "\n".join(lines)


def _names(answer: bytes, ticket: TicketId) -> bool:
    try:
        told = msgspec.json.decode(answer, type=Answer)
        return told.ok and told.read(Named).id == ticket
    except (ValueError, Refused):
        return False


def _local(state: State, at: datetime | None) -> str:
    return f"{at.astimezone(state.zone):%Y-%m-%d %H:%M}" if at else "nothing"

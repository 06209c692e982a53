"""What goes into the engine and what comes out of it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from bus.asks import Request
from bus.events import EventBody
from bus.messages import Payload, Role
from center.state import State


@dataclass(frozen=True)
class Moment:
    """A point of time, by both of the hub's clocks."""

    at: datetime  # the hub's time: aware, UTC, whole milliseconds
    ran: int  # milliseconds that the hub ever ran: no jump of a clock and no outage is in it
    known: bool = True  # whether `at` can be trusted: opening hours hold only then


@dataclass(frozen=True)
class Command:
    """A request with all that the engine may not make itself: the asker, the time and something random."""

    device: str
    role: Role
    verb: str
    fields: Request
    now: Moment
    fresh: str  # random, 26 or more of A-Z0-9, never given twice


@dataclass(frozen=True)
class Decision:
    """What an accepted request changes, and the answer.

    Most answers tell the state that the events make, so `answer` is asked once they are applied, and
    before the next command is decided.
    """

    events: tuple[EventBody, ...]
    answer: Callable[[State], Payload]
    note: str = ""  # of a transfer, to be kept beside the event

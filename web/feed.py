"""What the clerks' pages are told: the whole state, each time, as a server-sent event."""

from datetime import datetime
from typing import Literal

from bus.messages import Catalog, CenterState, CounterState, Id, Panel, Payload, QueueState, encode
from web.machines import Need


class Picture(Payload, frozen=True):
    """The centre as the web knows it now. `center` carries the hub's boot id and the revision."""

    live: bool  # the hub spoke within its beat and we are connected: acts can be carried out
    at: datetime | None  # the hub's time, the only one that pages show
    center: CenterState | None
    catalog: Catalog | None
    queues: dict[str, QueueState]
    counters: dict[str, CounterState]
    panels: dict[str, Panel]
    needs: tuple[Need, ...]  # machines that staff have to see to


class Told(Payload, frozen=True):
    """What one page is told."""

    version: str  # of the web: a page of another one loads itself anew
    clerk: Id
    role: Literal["clerk", "manager"]
    counters: tuple[Id, ...]  # that this clerk may open; none named: all
    counter: Id | None  # the one where this clerk works
    facts: int  # that the hub has yet to hear from us
    picture: Picture


def event(told: Payload) -> bytes:
    """The message as `text/event-stream` wants it: JSON has no line breaks, so one `data` line is enough."""
    return b"event: told\ndata: " + encode(told) + b"\n\n"


# The session is over: the page goes to the login, and the stream ends.
OUT = b"event: out\ndata: {}\n\n"

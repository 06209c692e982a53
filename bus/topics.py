"""Every topic of the contract: who owns it, what it carries, and how it is sent.

This table is the code's only list of topics: `luot contract` and `docs/bus.md` are made from it.
"""

import re
from dataclasses import dataclass
from functools import cached_property

from bus.answers import Answer
from bus.asks import Request
from bus.events import JournalEvent
from bus.messages import (
    Board,
    Call,
    Catalog,
    CenterState,
    CounterState,
    Health,
    Panel,
    Payload,
    QueueState,
    Status,
)

VERSION = 1


@dataclass(frozen=True)
class Topic:
    """A topic below the centre's root, with `{names}` where an id stands."""

    name: str
    owner: str
    payload: type[Payload]
    retained: bool = False
    qos: int = 1
    expires_s: int | None = None

    def path(self, center: str, **ids: str) -> str:
        """The topic itself; every `{name}` must be given."""
        return f"luot/{VERSION}/{center}/{self.name.format(**ids)}"

    def filter(self, center: str, **ids: str) -> str:
        """A subscription: `+` for every `{name}` that is not given."""
        return re.sub(
            r"\{(\w+)\}", lambda found: ids.get(found[1], "+"), f"luot/{VERSION}/{center}/{self.name}"
        )

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        return re.compile(r"luot/\d+/[^/]+/" + re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", self.name))

    def match(self, path: str) -> dict[str, str] | None:
        """The ids in a received topic, or none when it is another one."""
        found = self._pattern.fullmatch(path)
        return found.groupdict() if found else None


STATE_CENTER = Topic("state/center", "hub", CenterState, retained=True)
STATE_CATALOG = Topic("state/catalog", "hub", Catalog, retained=True)
STATE_QUEUE = Topic("state/queue/{service}", "hub", QueueState, retained=True)
STATE_COUNTER = Topic("state/counter/{counter}", "hub", CounterState, retained=True)
STATE_BOARD = Topic("state/board", "hub", Board, retained=True)
STATE_PANEL = Topic("state/panel/{counter}", "hub", Panel, retained=True)
CALL = Topic("call", "hub", Call, expires_s=15)
JOURNAL = Topic("journal", "hub", JournalEvent)
ASK = Topic("ask/{device}/{verb}", "the device", Request)
REPLY = Topic("reply/{device}", "hub", Answer)
STATUS = Topic("device/{device}/status", "the device", Status, retained=True)
HEALTH = Topic("device/{device}/health", "the device", Health, retained=True, qos=0)
DEVICE_ASK = Topic("device/{device}/ask/{verb}", "a technician", Request)
PEER_ASK = Topic("ask/{asker}/{device}/{verb}", "the asker", Request)
DEVICE_REPLY = Topic("device/{device}/reply/{asker}", "the device", Answer)

TOPICS = (
    STATE_CENTER, STATE_CATALOG, STATE_QUEUE, STATE_COUNTER, STATE_BOARD, STATE_PANEL, CALL, JOURNAL,
    ASK, REPLY, STATUS, HEALTH, DEVICE_ASK, PEER_ASK, DEVICE_REPLY,
)  # fmt: skip
STATES = tuple(topic for topic in TOPICS if topic.name.startswith("state/"))

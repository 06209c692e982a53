"""The hub's retained state as a device sees it, and the hub's time."""

from datetime import datetime, timedelta

from bus.messages import Board, Catalog, CenterState, CounterState, Panel, QueueState, Rev, State
from bus.reading import read
from bus.topics import STATES, Topic
from config.clock import Clock

OLD_S = 15.0  # the hub's beat comes every 5 s


class States:
    """A mirror of `state/#`: each topic holds the newest picture, and an older revision never replaces it."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.center: CenterState | None = None
        self.catalog: Catalog | None = None
        self.board: Board | None = None
        self.queues: dict[str, QueueState] = {}
        self.counters: dict[str, CounterState] = {}
        self.panels: dict[str, Panel] = {}
        self.behind: float | None = None  # when it last came of a hub that knows less than it told before
        self.beat: float | None = None  # when the hub's own word last came, and its time then
        self._beat_at = clock.now()
        self._revs: dict[str, Rev] = {}

    def fresh(self) -> bool:
        """Whether the hub spoke lately, by our own clock: retained state of a dead hub looks alive."""
        return self.beat is not None and self.clock.monotonic() - self.beat < OLD_S

    def hub_now(self) -> datetime | None:
        """The hub's time now, the only one that screens show: a device's own clock may be years off."""
        if self.beat is None:
            return None
        return self._beat_at + timedelta(seconds=self.clock.monotonic() - self.beat)

    def receive(self, path: str, payload: bytes, *, kept: bool) -> tuple[Topic, dict[str, str], State] | None:
        """Take a message of `state/#`: what changed, or nothing where it is older than what is known.

        `kept` says that the broker had it: it tells nothing about whether the hub is alive now.

        Raises Refused (`bad-request`) when it cannot be read as its struct.
        """
        for topic in STATES:
            ids = topic.match(path)
            if ids is None:
                continue
            if not payload:
                self._forget(ids)
                return None
            state = read(payload, topic.payload)
            assert isinstance(state, State)
            known = self._revs.get(path)
            if known is not None and known.epoch == state.rev.epoch and state.rev.seq < known.seq:
                if isinstance(state, CenterState) and not kept:
                    self.behind = self.clock.monotonic()
                return None
            self._revs[path] = state.rev
            self._keep(state)
            if isinstance(state, CenterState) and not kept:
                self.beat, self._beat_at = self.clock.monotonic(), state.at
            return topic, ids, state
        return None

    def _keep(self, state: State) -> None:
        match state:
            case CenterState():
                self.center = state
            case Catalog():
                self.catalog = state
            case Board():
                self.board = state
            case QueueState():
                self.queues[state.service] = state
            case CounterState():
                self.counters[state.counter] = state
            case Panel():
                self.panels[state.counter] = state

    def _forget(self, ids: dict[str, str]) -> None:
        """A retained topic was cleared: the catalogue has it no longer."""
        self.queues.pop(ids.get("service", ""), None)
        self.counters.pop(ids.get("counter", ""), None)
        self.panels.pop(ids.get("counter", ""), None)

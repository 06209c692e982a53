"""A clerk who presses every key there is, as fast as the hub lets them, and some that it must refuse."""

import random
import threading
from collections import deque
from collections.abc import Callable, Sequence
from functools import partial
from uuid import uuid4

from bench.books import ToldCall
from bus.answers import Ticket
from bus.asks import (
    CallLabel,
    Close,
    CounterAct,
    Finish,
    Hold,
    Next,
    NoShow,
    Open,
    Pause,
    Recall,
    ReportServed,
    Requeue,
    Start,
    Transfer,
)
from bus.device import Device
from bus.messages import CounterState, CounterStatus, Id, Label, Payload
from bus.topics import STATES
from center.counters import GUARD_MS
from config.errors import Refused, Unreachable
from config.settings import Device as Settings

Outcome = Payload | Refused | Unreachable

KEY_S = 5.0  # a key waits that long for its answer
TURN_S = 0.1
SHOWN_S = 0.5  # what a key has changed is seen within that time
DOUBLE, STALE, EARLY = 0.1, 0.05, 0.2  # shares of presses

# What is pressed at a counter, and how often.
KEYS: dict[CounterStatus, dict[str, float]] = {
    "closed": {"open": 1},
    "paused": {"open": 1, "next": 1},
    "free": {"next": 12, "call": 4, "requeue": 1, "pause": 0.5, "close": 0.5, "report-served": 0.2},
    "calling": {
        "next": 3, "recall": 2, "start": 3, "finish": 3, "no-show": 2, "hold": 1, "requeue": 1, "transfer": 1,
        "call": 1, "close": 0.3,
    },
}  # fmt: skip
KEYS["serving"] = KEYS["calling"]
PLAIN: dict[str, type[CounterAct]] = {
    "next": Next, "recall": Recall, "start": Start, "finish": Finish, "no-show": NoShow, "hold": Hold,
    "pause": Pause, "close": Close,
}  # fmt: skip
AFTER_GUARD = ("next", "finish", "no-show", "hold", "requeue", "transfer", "call", "close")


class Clerk:
    """The clerk of one counter, on a thread of their own. `told` is every call that they were told of."""

    def __init__(
        self,
        settings: Settings,
        counter: Id,
        counters: Sequence[Id],
        services: Sequence[Id],
        shown: Callable[[], Label | None],
        *,
        seed: int,
    ) -> None:
        self.device = Device(settings, "bridge", [topic.filter(settings.center) for topic in STATES])
        self.counter = counter
        self.others = [each for each in counters if each != counter]
        self.services = services
        self.shown = shown  # a number that somebody in the hall shows
        self.told: list[ToldCall] = []
        self._chance = random.Random(seed)
        self._missed: deque[Label] = deque(maxlen=5)
        self._since = 0.0  # when the present call was first seen
        self._call: tuple[str | None, int] = (None, 0)
        self._going_home = threading.Event()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._work, name=f"clerk-{counter}", daemon=True)

    def __enter__(self) -> "Clerk":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def go_home(self) -> None:
        """Close the counter and leave, however often it takes."""
        self._going_home.set()

    @property
    def gone(self) -> bool:
        return not self._thread.is_alive()

    def _work(self) -> None:
        with self.device:
            while not self._stop.is_set():
                self.device.step(TURN_S)
                state = self.device.states.counters.get(self.counter)
                if state is None or not self.device.states.fresh():
                    continue
                self._look(state)
                if not self._going_home.is_set():
                    self._press(self._key(state), state)
                elif state.status != "closed":
                    self._press("close", state)
                else:
                    return

    def _look(self, state: CounterState) -> None:
        if (state.ticket, state.recalled) != self._call:
            self._call = (state.ticket, state.recalled)
            self._since = self._now()

    def _key(self, state: CounterState) -> str:
        keys = KEYS[state.status]
        if state.outage and self._chance.random() < 0.5:
            return "report-served"
        return self._chance.choices(list(keys), list(keys.values()))[0]

    def _press(self, verb: str, state: CounterState) -> None:
        """Once, or twice as a hand that trembles does; then see what came of it."""
        if verb in AFTER_GUARD and state.ticket is not None and self._chance.random() >= EARLY:
            self._rest(self._since + GUARD_MS / 1000 - self._now())
        outcomes: list[Outcome] = []
        presses = 2 if self._chance.random() < DOUBLE else 1
        for _ in range(presses):
            act = self._act(verb, state)
            self.device.ask(verb, act, within=KEY_S, then=partial(self._hear, act, state.label, outcomes))
        while len(outcomes) < presses and not self._stop.is_set():
            self.device.step(TURN_S)
        if not all(isinstance(each, Refused | Unreachable) for each in outcomes):
            until = self._now() + SHOWN_S
            while self.device.states.counters[self.counter].turn == state.turn and self._now() < until:
                self.device.step(TURN_S)

    def _hear(self, act: CounterAct, label: Label | None, outcomes: list[Outcome], outcome: Outcome) -> None:
        outcomes.append(outcome)
        if isinstance(outcome, Ticket) and isinstance(act, Next | CallLabel):
            self.told.append(ToldCall(self.device.name, act.request, act.counter, act.seen, outcome.id))
        if isinstance(act, NoShow) and label and isinstance(outcome, CounterState):
            self._missed.append(label)

    def _act(self, verb: str, state: CounterState) -> CounterAct:
        chance, counter, request = self._chance, self.counter, uuid4()
        seen = state.turn - (chance.random() < STALE)
        match verb:
            case "open":
                clerk = chance.choice([counter] * 9 + self.others[:1])
                return Open(request, counter, seen, f"clerk-{clerk}", take_over=chance.random() < 0.5)
            case "call":
                return CallLabel(request, counter, seen, self._label(state))
            case "requeue":
                return Requeue(request, counter, seen, None if state.ticket else self._label(state))
            case "transfer" if chance.random() < 0.5:
                return Transfer(request, counter, seen, service=chance.choice(self.services))
            case "transfer":
                return Transfer(request, counter, seen, to=chance.choice(self.others), note="bản chính")
            case "report-served":
                labels = (self._label(state),) if chance.random() < 0.3 else ()
                return ReportServed(request, counter, seen, labels)
        return PLAIN[verb](request, counter, seen)

    def _label(self, state: CounterState) -> Label:
        """Of somebody who was put aside, who did not come, or who stands before the counter."""
        labels = [*state.held, *self._missed, *([shown] if (shown := self.shown()) else [])]
        return self._chance.choice(labels or ["A001"])

    def _rest(self, seconds: float) -> None:
        until = self._now() + seconds
        while (left := until - self._now()) > 0 and not self._stop.is_set():
            self.device.step(min(left, TURN_S))

    def _now(self) -> float:
        return self.device.clock.monotonic()

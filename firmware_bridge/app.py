"""The bridge: keys become requests to the hub, and the number at a counter goes on its sign."""

import logging
from contextlib import ExitStack
from functools import partial
from uuid import UUID, uuid5

from bus.asks import CounterAct, Finish, Next, NoShow, Recall
from bus.device import Changed, Device
from bus.health import HealthFacts
from bus.messages import CounterState, Payload
from bus.topics import STATE_CENTER, STATE_COUNTER
from config.clock import Clock
from config.errors import LuotError, Refused, Unreachable
from config.settings import BridgeSettings
from firmware_bridge.frames import PRESS_LIFE_S, Key, Mark, Outcome, Show
from firmware_bridge.line import Line
from firmware_bridge.master import KeyPressed, LinkChanged

log = logging.getLogger(__name__)

ACTS: dict[int, tuple[str, type[CounterAct]]] = {
    Key.NEXT: ("next", Next),
    Key.RECALL: ("recall", Recall),
    Key.NO_SHOW: ("no-show", NoShow),
    Key.FINISH: ("finish", Finish),
}
PRESSES = UUID("6f0c1f4e-3d0b-4a55-9a51-0d6d0c9f2b7e")  # the name space of the presses of all keypads
NO_NUMBER = "----"
STEP_S = 1.0  # signs turn old by themselves, so it looks at them that often


class Bridge:
    """Keypads and signs of one line, for the counters that its settings name."""

    def __init__(self, settings: BridgeSettings, *, clock: Clock | None = None) -> None:
        self._keypads = {keypad.address: keypad.counter for keypad in settings.line.keypads}
        self._signs = {sign.address: sign.counter for sign in settings.line.signs}
        topics = [
            STATE_COUNTER.path(settings.center, counter=counter)
            for counter in {*self._keypads.values(), *self._signs.values()}
        ]
        self.device = Device(settings, "bridge", [STATE_CENTER.path(settings.center), *topics], clock=clock)
        self.line = Line(settings.line, self.device.inbox, clock=self.device.clock)
        self._turns: dict[str, tuple[int, float]] = {}  # of each counter, and since when we know of it
        self._presses: list[KeyPressed] = []  # not asked yet
        self._shown: dict[int, Show] = {}
        self._opened = ExitStack()

    def __enter__(self) -> "Bridge":
        self.device.health_facts = lambda: HealthFacts(links=self.line.health())
        with ExitStack() as opening:
            opening.enter_context(self.device)
            opening.enter_context(self.line)
            self._opened = opening.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._opened.close()

    def step(self, timeout: float = STEP_S) -> None:
        """Take what is new, waiting for it up to `timeout` seconds, and act on it."""
        linked = False
        for news in self.device.step(timeout):
            match news:
                case KeyPressed():
                    self._presses.append(news)
                case LinkChanged(name, state):
                    log.info("something on the line changed name=%s state=%s", name, state)
                    linked = True
                case Changed(payload=CounterState() as counter):
                    self._note_turn(counter)
                case Exception():
                    raise news
        if linked:
            self.device.report()
        self._act()
        self._show()

    def _note_turn(self, state: CounterState) -> None:
        now, hub_now = self.device.clock.monotonic(), self.device.states.hub_now()
        known = self._turns.get(state.counter)
        if known is not None:
            if known[0] != state.turn:
                self._turns[state.counter] = state.turn, now
        elif hub_now is not None:  # a press that this bridge's last life left may be older than the turn
            self._turns[state.counter] = state.turn, now - (hub_now - state.since).total_seconds()

    def _act(self) -> None:
        """Ask the hub for what was pressed, as soon as it is known at which turn of its counter."""
        now = self.device.clock.monotonic()
        presses, self._presses = self._presses, []
        for press in presses:
            counter = self._keypads[press.address]
            if counter not in self._turns and (state := self.device.states.counters.get(counter)):
                self._note_turn(state)
            left_s = press.at + PRESS_LIFE_S - now
            if press.key not in ACTS:
                self._refuse(press, f"there is no key {press.key}")
            elif left_s <= 0:
                self._refuse(press, "too late")
            elif counter not in self._turns:
                self._presses.append(press)
            else:
                turn, since = self._turns[counter]
                verb, act = ACTS[press.key]
                name = f"{self.device.name}/{press.address}/{press.boot}/{press.number}"
                request = act(uuid5(PRESSES, name), counter, turn if since <= press.at else turn - 1)
                self.device.ask(verb, request, within=left_s, then=partial(self._answered, press))

    def _answered(self, press: KeyPressed, outcome: Payload | Refused | Unreachable) -> None:
        if isinstance(outcome, LuotError):
            self._refuse(press, outcome.message)
        else:
            self.line.answer(press, Outcome.ACCEPTED)

    def _refuse(self, press: KeyPressed, why: str) -> None:
        counter = self._keypads[press.address]
        log.warning("a key was refused counter=%s key=%s why=%s", counter, press.key, why)
        self.line.answer(press, Outcome.REFUSED)

    def _show(self) -> None:
        """Every sign is to show what is true; only what is new is told to the line."""
        states = self.device.states
        for address, counter in self._signs.items():
            wanted = face(states.counters.get(counter), fresh=states.fresh())
            if wanted != self._shown.get(address):
                self._shown[address] = wanted
                self.line.show(address, wanted)


def face(counter: CounterState | None, *, fresh: bool) -> Show:
    """What a counter's sign shows: the number that is called or served there, and whether that is sure."""
    marks = Mark(0) if fresh else Mark.OLD
    if counter is None or counter.label is None or counter.status not in ("calling", "serving"):
        return Show(marks, NO_NUMBER)
    return Show(marks | Mark.CALLING if counter.status == "calling" else marks, counter.label)


def run(settings: BridgeSettings) -> None:
    """Carry keys and numbers for ever."""
    with Bridge(settings) as bridge:
        while True:
            bridge.step()

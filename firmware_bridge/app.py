"""The bridge: keys become requests to the hub, and what a counter shows goes on its signs and lamps."""

import logging
from contextlib import ExitStack
from functools import partial
from uuid import UUID, uuid5

from bus.asks import (
    Close,
    CounterAct,
    Finish,
    Hold,
    Next,
    NoShow,
    Open,
    Pause,
    Rate,
    Recall,
    Request,
    Requeue,
    Start,
)
from bus.device import Changed, Device
from bus.health import HealthFacts
from bus.messages import CounterState, LinkHealth, Payload
from bus.topics import STATE_CENTER, STATE_COUNTER
from config.clock import Clock
from config.errors import LuotError, Refused, Unreachable
from config.settings import BridgeSettings
from firmware_bridge.driver import Driver, Face, KeyPressed, LinkChanged
from firmware_bridge.frames import PRESS_LIFE_S, Outcome
from firmware_bridge.line import Line
from firmware_bridge.modbus_line import ModbusLine
from firmware_bridge.pads import Pads

log = logging.getLogger(__name__)

ACTS: dict[str, type[CounterAct]] = {
    "next": Next, "recall": Recall, "start": Start, "finish": Finish, "no-show": NoShow, "hold": Hold,
    "requeue": Requeue, "pause": Pause, "close": Close,
}  # fmt: skip
SCORES = {f"rate-{score}": score for score in range(1, 6)}
PRESSES = UUID("6f0c1f4e-3d0b-4a55-9a51-0d6d0c9f2b7e")  # the name space of the presses of all keypads
STEP_S = 1.0  # faces turn old by themselves, so it looks at them that often


class Bridge:
    """All hardware that its settings name, for the counters that they name."""

    def __init__(self, settings: BridgeSettings, *, clock: Clock | None = None) -> None:
        topics = [topic.filter(settings.center) for topic in (STATE_CENTER, STATE_COUNTER)]
        self.device = Device(settings, "bridge", topics, clock=clock)
        self.drivers = drivers(settings, self.device)
        self._keypads = {
            name: (each, counter) for each in self.drivers for name, counter in each.keypads.items()
        }
        self._faces = {name: (each, counter) for each in self.drivers for name, counter in each.faces.items()}
        self._turns: dict[str, tuple[int, float]] = {}  # of each counter, and since when we know of it
        self._presses: list[KeyPressed] = []  # not asked yet
        self._shown: dict[str, Face] = {}
        self._opened = ExitStack()

    def __enter__(self) -> "Bridge":
        self.device.health_facts = lambda: HealthFacts(links=self.links())
        with ExitStack() as opening:
            opening.enter_context(self.device)
            for each in self.drivers:
                opening.enter_context(each)
            self._opened = opening.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._opened.close()

    def links(self) -> tuple[LinkHealth, ...]:
        """How good every link is."""
        return tuple(link for each in self.drivers for link in each.health())

    def step(self, timeout: float = STEP_S) -> None:
        """Take what is new, waiting for it up to `timeout` seconds, and act on it."""
        linked = False
        for news in self.device.step(timeout):
            match news:
                case KeyPressed():
                    self._presses.append(news)
                case LinkChanged(name, state):
                    log.info("a link changed name=%s state=%s", name, state)
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
            _, counter = self._keypads[press.keypad]
            state = self.device.states.counters.get(counter)
            if state and counter not in self._turns:
                self._note_turn(state)
            known = self._turns.get(counter) if state else None
            left_s = press.at + PRESS_LIFE_S - now
            if not press.act:
                self._refuse(press, "this key has no act")
            elif left_s <= 0:
                self._refuse(press, "too late" if known else "nothing is known of this counter")
            elif state is None or known is None:
                self._presses.append(press)
            else:
                turn, since = known
                verb, request = self._request(press, state, turn if since <= press.at else turn - 1)
                self.device.ask(verb, request, within=left_s, then=partial(self._answered, press))

    def _request(self, press: KeyPressed, counter: CounterState, seen: int) -> tuple[str, Request]:
        """What the press asks of the hub, and by which verb."""
        name = f"{self.device.name}/{press.keypad}/{press.boot}/{press.number}"
        id_ = uuid5(PRESSES, name)
        if press.act in SCORES:
            return "rate", Rate(id_, SCORES[press.act], counter=counter.counter)
        if press.act == "open":
            # From a pause the same clerk is back; else nobody said who it is: the counter stands for them.
            return "open", Open(id_, counter.counter, seen, counter.clerk or counter.counter)
        return press.act, ACTS[press.act](id_, counter.counter, seen)

    def _answered(self, press: KeyPressed, outcome: Payload | Refused | Unreachable) -> None:
        if isinstance(outcome, LuotError):
            self._refuse(press, outcome.message)
        else:
            self._keypads[press.keypad][0].answer(press, Outcome.ACCEPTED)

    def _refuse(self, press: KeyPressed, why: str) -> None:
        driver, counter = self._keypads[press.keypad]
        log.warning("a key was refused counter=%s act=%s why=%s", counter, press.act, why)
        driver.answer(press, Outcome.REFUSED)

    def _show(self) -> None:
        """Every face is to be true; only what is new is told to its driver."""
        states = self.device.states
        sure = states.fresh()
        for name, (driver, counter) in self._faces.items():
            wanted = Face.of(states.counters.get(counter), sure=sure)
            if wanted != self._shown.get(name):
                self._shown[name] = wanted
                driver.show(name, wanted)


def drivers(settings: BridgeSettings, device: Device) -> tuple[Driver, ...]:
    """A driver for each kind of hardware that there is."""
    found: list[Driver] = []
    if settings.line is not None:
        found.append(Line(settings.line, device.inbox, clock=device.clock))
    if settings.pads:
        found.append(Pads(settings.pads, device.inbox, clock=device.clock))
    if settings.modbus is not None:
        found.append(ModbusLine(settings.modbus, device.inbox, clock=device.clock))
    if settings.gpio is not None:
        from firmware_bridge.gpio import Pins  # gpiozero takes 11 MB, which no other bridge needs to pay

        found.append(Pins(settings.gpio, device.inbox, clock=device.clock))
    return tuple(found)


def run(settings: BridgeSettings) -> None:
    """Carry keys and numbers for ever."""
    with Bridge(settings) as bridge:
        while True:
            bridge.step()

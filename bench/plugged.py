"""A bridge with everything that can be plugged, and clerks who press its keys: for whoever pulls plugs.

A real hub and a real bridge, and the twins of the hardware of four counters: keypads and signs on our line,
Modbus signs, and two number pads. What each clerk was told of a key is kept, as its lamp tells it.
"""

import random
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from time import monotonic
from typing import Literal, get_args
from uuid import uuid4

from bus.asks import Open, Take
from bus.device import Received
from bus.messages import Health, LinkHealth
from bus.topics import HEALTH
from center.broker import PrivateBroker
from config.load import load_center
from demo.files import TEMPLATES, Places, write_settings
from demo.member import Member
from demo.part import Part
from firmware_bridge.evdev import DOWN
from firmware_bridge.line import NO_NUMBER
from firmware_bridge.simulated import SimulatedLine
from firmware_bridge.simulated_modbus import SimulatedModbusLine
from firmware_bridge.simulated_pad import SimulatedPad

Outcome = Literal["taken", "refused", "lost", "unsure"]  # given up; or who would tell lost its memory
OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)

BRIDGE = "bridge-1"
COUNTERS = (1, 2, 3, 4)  # also the addresses of their keypads and Modbus signs
SIGN = 10  # and of their signs on the line, with this added
PADS = (1, 2)  # counters that have a number pad besides
NUMBER, LETTER = 0, 1  # the registers of a Modbus sign
HARDWARE = """
[modbus]
port = "{folder}/modbus"
signs = [{signs}]
"""
PAD = """
[[pads]]
device = "{folder}/pad-{counter}"
counter = "{counter}"
"""
PRESS_S = 2.5  # between two keys of a keypad, on average
WAITING = 3  # people, at least, for each service
GIVEN_UP_S = 4.5  # a keypad gives up after 5 s by itself, and its lamp says the same then
STILL_S = 0.5  # of a pad's light that has said what it has to say
START_S = 30.0
TURN_S = 0.02


class Keypad:
    """A keypad on the line, in a clerk's hand."""

    def __init__(self, line: SimulatedLine, address: int) -> None:
        self._line = line
        self._address = address
        self._pressed_at = 0.0

    def press(self) -> None:
        self._pressed_at = monotonic()
        self._line.press(self._address, "next")

    def outcome(self) -> Outcome | None:
        """What became of the last press, once the lamp says it."""
        match self._line.lamp(self._address):
            case "waiting":
                return None
            case "accepted":
                return "taken"
            case "refused":
                return "refused" if monotonic() - self._pressed_at < GIVEN_UP_S else "lost"
        return "unsure"


class Pad:
    """A number pad, in a clerk's hand."""

    def __init__(self, pad: SimulatedPad) -> None:
        self._pad = pad
        self._flashes = 0
        self._still_since = 0.0

    def press(self) -> None:
        self._flashes = self._pad.flashes
        self._still_since = monotonic()
        self._pad.press("enter")

    def outcome(self) -> Outcome | None:
        """What became of the last press, once the light has said it."""
        flashes = self._pad.flashes - self._flashes
        if self._pad.light or not flashes:
            self._still_since = monotonic()
        if monotonic() - self._still_since < STILL_S:
            return None
        return "taken" if flashes == 1 else "refused"


class PluggedBridge:
    """`with PluggedBridge(folder, chance) as room: room.work(5)`."""

    def __init__(self, folder: Path, chance: random.Random) -> None:
        self.settings = load_center(TEMPLATES / "center.toml")
        self.told: Counter[tuple[str, Outcome]] = Counter()  # by counter
        self.plugs: dict[str, tuple[Callable[[], None], Callable[[], None]]] = {}  # out, in
        self._folder = folder
        self._chance = chance
        self._signs = [SIGN + counter for counter in COUNTERS]
        self._line = SimulatedLine(folder / "line", keypads=COUNTERS, signs=self._signs)
        self._modbus = SimulatedModbusLine(folder / "modbus", COUNTERS)
        self._pads = {f"pad-{counter}": SimulatedPad(folder / f"pad-{counter}") for counter in PADS}
        self._keys: dict[str, Keypad | Pad] = {
            f"keypad-{counter}": Keypad(self._line, counter) for counter in COUNTERS
        }
        self._keys |= {name: Pad(pad) for name, pad in self._pads.items()}
        self._pressed: set[str] = set()  # that are not answered yet
        self._out: set[str] = set()
        self._press_at = dict.fromkeys(self._keys, 0.0)
        self._links: tuple[LinkHealth, ...] = ()  # as the bridge told last
        self._opened = ExitStack()

    def __enter__(self) -> "PluggedBridge":
        with ExitStack() as opening:
            broker = opening.enter_context(PrivateBroker(self._folder / "broker", self.settings))
            opening.enter_context(self._line)
            opening.enter_context(self._modbus)
            for pad in self._pads.values():
                opening.enter_context(pad)
            write_settings(self._folder, broker, Places(1, self._line.path, 1, "", ""))
            self._plug_everything()
            opening.enter_context(Part("hub", self._folder / "hub.toml"))
            self._web = opening.enter_context(Member(broker, "guest-web", "web", self._folder))
            self._watch = opening.enter_context(
                Member(broker, "guest-technician", "technician", self._folder, topics=(HEALTH,))
            )
            self.bridge = opening.enter_context(Part("bridge", self._folder / f"{BRIDGE}.toml"))
            for counter in COUNTERS:
                name = str(counter)
                self._web.get("open", Open(uuid4(), name, self._web.turn(name), f"clerk-{name}"))
            self._opened = opening.pop_all()
        if wrong := self.rest(START_S):
            self._opened.close()
            raise RuntimeError(f"it does not even begin: {wrong}")
        return self

    def __exit__(self, *_: object) -> None:
        self._opened.close()

    def work(self, seconds: float) -> None:
        """Everybody goes on for so long."""
        until = monotonic() + seconds
        while (left := until - monotonic()) > 0:
            self._step(left)
            for name in self._keys.keys() - self._pressed - self._out:
                if monotonic() >= self._press_at[name]:
                    self._press(name)

    def rest(self, seconds: float) -> list[str]:
        """Nobody presses, until all is right, or for so long; what is wrong then."""
        until = monotonic() + seconds
        while (wrong := self.wrong() + self._unanswered()) and (left := until - monotonic()) > 0:
            self._step(left)
        return wrong

    def pull(self, name: str) -> None:
        """Out with it; a pad may be in the middle of telling a key."""
        if name in self._pads and name not in self._pressed:
            report = self._pads[name].report("enter", DOWN)
            self._pads[name].write(report[: self._chance.randrange(len(report))])
            self._pressed.add(name)
        out, _ = self.plugs[name]
        out()
        self._out.add(name)
        if name in self._pressed:
            self._tell(name, "unsure")

    def put_back(self, name: str) -> None:
        _, back = self.plugs[name]
        back()
        self._out.discard(name)

    def wrong(self) -> list[str]:
        """What is not as it should be."""
        wrong = [] if self.bridge.restarts == 0 else [f"the bridge ended: {self.bridge.last_words()}"]
        wrong += [f"{each.name} is {each.state}" for each in self._links if each.state != "ready"]
        if len(self._links) != len(self.plugs):
            wrong.append(f"{len(self._links)} links of {len(self.plugs)} are told of")
        for counter in COUNTERS:
            state = self._web.states.counters.get(str(counter))
            label = state.label if state else None
            if (shown := self._line.shown(SIGN + counter)) != (label or NO_NUMBER):
                wrong.append(f"sign {SIGN + counter} shows {shown}, and not {label}")
            registers = {NUMBER: int(label[1:]) if label else 0, LETTER: ord(label[0]) if label else 0}
            if (kept := self._modbus.registers(counter)) != registers:
                wrong.append(f"Modbus sign {counter} has {kept}, and not {registers}")
        return wrong

    def _unanswered(self) -> list[str]:
        return [f"{name} has no answer" for name in sorted(self._pressed)]

    def _plug_everything(self) -> None:
        """Write it into the bridge's settings, and know how each is pulled out and put back."""
        signs = ", ".join(
            f'{{ address = {each}, counter = "{each}", register = {NUMBER}, letter = {LETTER} }}'
            for each in COUNTERS
        )
        with (self._folder / f"{BRIDGE}.toml").open("a") as file:
            for counter in PADS:
                file.write(PAD.format(folder=self._folder, counter=counter))
            file.write(HARDWARE.format(folder=self._folder, signs=signs))
        self.plugs |= {"line": (self._line.vanish, self._line.return_)}
        self.plugs |= {"modbus": (self._modbus.vanish, self._modbus.return_)}
        self.plugs |= {name: (pad.vanish, pad.return_) for name, pad in self._pads.items()}
        line, modbus = self._line, self._modbus
        for counter in COUNTERS:
            sign = SIGN + counter
            self.plugs |= {
                f"keypad-{counter}": (partial(line.unplug, counter), partial(line.plug, counter)),
                f"sign-{sign}": (partial(line.unplug, sign), partial(line.plug, sign)),
                f"modbus-{counter}": (partial(modbus.unplug, counter), partial(modbus.plug, counter)),
            }

    def _step(self, left: float) -> None:
        """Hear what is new, and look at every lamp."""
        self._web.step(min(left, TURN_S))
        for news in self._watch.step(0):
            match news:
                case Received(ids={"device": "bridge-1"}, payload=Health(links=links)):
                    self._links = links
        for name in sorted(self._pressed):
            if outcome := self._keys[name].outcome():
                self._tell(name, outcome)

    def _press(self, name: str) -> None:
        """There is always somebody to be called."""
        counter = name[-1]
        service = next(each.services[0] for each in self.settings.counters if each.id == counter)
        queue = self._web.states.queues.get(service)
        if queue is None or queue.waiting < WAITING:
            self._web.get("take", Take(uuid4(), service))
        self._keys[name].press()
        self._pressed.add(name)

    def _tell(self, name: str, outcome: Outcome) -> None:
        self._pressed.discard(name)
        self.told[name[-1], outcome] += 1
        self._press_at[name] = monotonic() + self._chance.expovariate(1 / PRESS_S)

"""A whole centre to be tortured: broker, hub, ten kiosks, eight clerks, and somebody who watches the hall."""

import random
from collections.abc import Callable
from contextlib import ExitStack
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from pathlib import Path
from time import monotonic
from uuid import uuid4

import msgspec
from msgspec import structs

from bench import jumping_hub, pressed_kiosk
from bench.books import Paper, ToldCall
from bench.child import Child, preload
from bench.clerk import Clerk
from bench.faults import HUB
from bench.jumping_hub import Shift
from bench.network import Network, Wire
from bench.shown import differences, missing, newest, picture, shown_since
from bus.asks import Events
from bus.device import Device, Received
from bus.events import JournalEvent
from bus.messages import Call, Label
from bus.topics import CALL, JOURNAL, STATES
from center.broker import PrivateBroker
from config.errors import LuotError
from config.settings import Account, CenterSettings, Counter, HubSettings, Service
from config.settings import Device as Settings

KIOSKS = tuple(f"kiosk-{number}" for number in range(1, 11))
COUNTERS = tuple(str(number) for number in range(1, 9))
LETTERS = "ABCDEFGH"
OFFLINE = (5_000, 9_999)  # of each letter: minutes of presses without pause need more than a day of people
WATCH, NEWCOMER = "watch", "newcomer"
START_S = 60.0
TURN_S = 0.05
LATELY = 200  # papers: who stands before a counter shows one of those


def center_settings() -> CenterSettings:
    """Eight services; each counter has two and helps out with a third; the last one calls by itself."""
    ids = [letter.lower() for letter in LETTERS]
    return CenterSettings(
        center="torture",
        title={"vi": "Trung tâm"},
        name={"vi": "Thử thách"},
        offline_numbers=OFFLINE,
        services=tuple(Service(id=id_, letter=id_.upper(), name={"vi": id_}) for id_ in ids),
        counters=tuple(
            Counter(
                id=number,
                number=number,
                services=(ids[place], ids[place - 1]),
                overflow=(ids[place - 2],),
                auto_call=number == COUNTERS[-1],
            )
            for place, number in enumerate(COUNTERS)
        ),
        devices=(
            *(Account(each, "kiosk") for each in KIOSKS),
            *(Account(f"bridge-{each}", "bridge", counters=(each,)) for each in COUNTERS),
            Account(WATCH, "web"),
            Account(NEWCOMER, "web"),
        ),
    )


class TorturedCenter:
    """`with TorturedCenter(folder, seed) as center: center.work(60)`. Its lists have what was told."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.folder = folder
        self.seed = seed
        self.settings = center_settings()
        self.broker = PrivateBroker(folder / "broker", self.settings)
        self.shift = folder / "shift.json"
        self.doors = folder / "doors-open"
        self.wires: dict[str, Wire] = {}
        self.kiosks: dict[str, Child] = {}
        self.clerks: list[Clerk] = []
        self.papers: list[Paper] = []
        self.heard: list[Call] = []
        self.written: list[JournalEvent] = []  # the events that the hub has told of
        self._printers: list[Connection] = []
        self._chance = random.Random(seed)
        self._running = ExitStack()

    def __enter__(self) -> "TorturedCenter":
        preload("bench.jumping_hub", "bench.pressed_kiosk")
        Shift().write(self.shift)
        self.doors.touch()
        with ExitStack() as starting:
            starting.enter_context(self.broker)
            network = starting.enter_context(Network(self.broker.port))
            clients = (HUB, *KIOSKS, *(f"bridge-{each}" for each in COUNTERS))
            self.wires = {each: network.wire() for each in clients}
            self._start(starting)
            self._running = starting.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._running.close()

    def _start(self, starting: ExitStack) -> None:
        logs = self.folder / "logs"
        logs.mkdir(exist_ok=True)
        hub = HubSettings(**structs.asdict(self._settings(HUB)))
        self.hub = Child(HUB, logs / "hub.log", jumping_hub.serve, hub, self.settings, self.shift)
        starting.enter_context(self.hub)
        topics = [each.filter(self.settings.center) for each in (*STATES, CALL, JOURNAL)]
        self.watch = Device(self._settings(WATCH), "web", topics)
        starting.enter_context(self.watch)
        self.wait_for("the hub", self.watch.states.fresh, START_S)
        services = [each.id for each in self.settings.services]
        for name in KIOSKS:
            printer, paper = Pipe(duplex=False)
            self._printers.append(printer)
            arguments = (self._settings(name), services, self.doors, paper)
            self.kiosks[name] = Child(name, logs / f"{name}.log", pressed_kiosk.serve, *arguments)
            starting.enter_context(self.kiosks[name])
        for place, counter in enumerate(COUNTERS):
            settings = self._settings(f"bridge-{counter}")
            seed = self.seed + place
            self.clerks.append(Clerk(settings, counter, COUNTERS, services, self._shown, seed=seed))
            starting.enter_context(self.clerks[-1])
        self.wait_for("every kiosk", lambda: {each.device for each in self.papers} == {*KIOSKS}, START_S)

    def _settings(self, name: str) -> Settings:
        address = self.broker.address(name)
        if name in self.wires:
            address = structs.replace(address, port=self.wires[name].port)
        return Settings(self.settings.center, name, address, self.folder / name, volatile=True)

    @property
    def told(self) -> list[ToldCall]:
        """Every call that a clerk was told of."""
        return [call for clerk in self.clerks for call in clerk.told]

    def _shown(self) -> Label | None:
        """A number that somebody in the hall holds."""
        return self._chance.choice(self.papers[-LATELY:]).label if self.papers else None

    # Time passes

    def work(self, seconds: float) -> None:
        """So long everybody does what they do."""
        until = monotonic() + seconds
        while (left := until - monotonic()) > 0:
            self._step(min(left, TURN_S))

    def wait_for(self, what: str, holds: Callable[[], bool], within: float) -> None:
        """Work on until it holds. Raises LuotError where it does not in time (seconds)."""
        until = monotonic() + within
        while not holds():
            if monotonic() > until:
                raise LuotError(f"{what}: not within {within:.0f} s", hint=f"See {self.folder / 'logs'}.")
            self._step(TURN_S)

    def _step(self, timeout: float) -> None:
        for news in self.watch.step(timeout):
            if isinstance(news, Received) and isinstance(news.payload, Call):
                self.heard.append(news.payload)
            elif isinstance(news, Received) and isinstance(news.payload, JournalEvent):
                self.written.append(news.payload)
        for printer in self._printers:
            while printer.poll():
                self.papers.append(msgspec.json.decode(printer.recv_bytes(), type=Paper))

    # The end of the day

    def close_doors(self, within: float) -> list[str]:
        """Nobody comes any more, and the clerks go home. Returns who is not back in time (seconds)."""
        self.doors.unlink()
        for clerk in self.clerks:
            clerk.go_home()
        until = monotonic() + within
        while (away := self._away()) and monotonic() < until:
            self._step(TURN_S)
        return away

    def _away(self) -> list[str]:
        away = [f"{name} has not told all" for name, kiosk in self.kiosks.items() if not kiosk.ended]
        away += [f"the clerk of {each.counter} cannot close" for each in self.clerks if not each.gone]
        return away if self.watch.states.fresh() else [*away, "the hub is silent"]

    def welcome(self) -> list[str]:
        """Returns what a device that comes only now is not told in time: the broker was killed meanwhile."""
        until = monotonic() + START_S
        topics = [each.filter(self.settings.center) for each in STATES]
        with Device(self._settings(NEWCOMER), "web", topics) as newcomer:
            while (untold := missing(newcomer.states)) and monotonic() < until:
                newcomer.step(TURN_S)
                self._step(0.0)
        return [f"who comes late is not told the {each}" for each in untold]

    def restart_hub(self) -> list[str]:
        """End it as a power cut does. Returns what it shows otherwise once it is back."""
        states, answers = self.watch.states, list[object]()
        self.watch.ask("events", Events(uuid4(), after=0), within=START_S, then=answers.append)
        self.wait_for("the hub", lambda: bool(answers), START_S)  # it answers after all that it shows
        shown, last = picture(states), newest(states)
        self.hub.kill()
        self.wait_for("the hub's new start", lambda: shown_since(states, last), START_S)
        return differences(shown, picture(states))

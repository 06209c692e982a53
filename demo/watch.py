"""The bus side of the control room: a technician's device that watches the whole centre.

It has a thread of its own. Others read its fields at any time (what is told is replaced, never changed in
place), and hand it what they want done through `look` and `touch`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from threading import Thread
from uuid import uuid4
from zoneinfo import ZoneInfo

from bus.device import Changed, Device, Received
from bus.device_asks import Touch
from bus.messages import Health, Panel, Payload, Status
from bus.remote import ask_device
from bus.session import Connected, Message
from bus.states import States
from bus.topics import ASK, CALL, DEVICE_REPLY, HEALTH, REPLY, STATES, STATUS
from center.broker import PrivateBroker
from config.clock import Clock
from config.settings import Device as Settings
from demo.figures import Figures
from demo.lines import Line, health_line, line, panel_line
from demo.overheard import Answered, Asked, Overheard
from demo.screens import Screens

ACCOUNT = "control-room"
KIOSK, BOARD = "kiosk-1", "board-1"
SCREENS = (KIOSK, BOARD, "panel-1", "sign-1")
LINES = 200
STEP_S = 1.0


class Finger(Payload, frozen=True):
    """The last touch of the kiosk: shares of width and height, and which touch it was."""

    count: int = 0
    x: float = 0.0
    y: float = 0.0


@dataclass(frozen=True)
class Heard:
    """A line of the bus, and when it was heard, in the centre's zone; `number` counts them from 1."""

    number: int
    at: datetime
    line: Line


class Watch:
    """`with Watch(broker, folder) as watch: watch.figures`. `folder` is for the files of all devices."""

    def __init__(self, broker: PrivateBroker, folder: Path) -> None:
        center = broker.center.center
        self.changed: Callable[[], object] = lambda: None  # called on its thread at any news
        self.figures = Figures()
        self.heard: tuple[Heard, ...] = ()  # oldest first
        self.finger = Finger()
        self.calls = 0  # that were announced
        self.connections = 0  # to the broker, so far
        self.statuses: dict[str, Status] = {}  # by device, since the last connection
        self.births: dict[str, float] = {}  # when a device's present run came online, in monotonic seconds
        self.healths: dict[str, Health] = {}
        self._zone = ZoneInfo(broker.center.timezone)
        self._clock = Clock()
        self._device = Device(
            Settings(center, ACCOUNT, broker.address(ACCOUNT), folder / ACCOUNT),
            "technician",
            [
                *(topic.filter(center) for topic in (*STATES, CALL, ASK, REPLY, STATUS, HEALTH)),
                DEVICE_REPLY.filter(center, asker=ACCOUNT),
            ],
            clock=self._clock,
        )
        self.screens = Screens(self._device, SCREENS, measured=BOARD)
        self._overheard = Overheard()
        self._shows: dict[str, str] = {}  # of the QR panels
        self._stopping = False
        self._thread = Thread(target=self._run, name="watch", daemon=True)

    def __enter__(self) -> "Watch":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._device.inbox.put(self._stop)
        self._thread.join()

    @property
    def connected(self) -> bool:
        """To the broker."""
        return self._device.connected

    @property
    def states(self) -> States:
        """The hub's retained state."""
        return self._device.states

    def look(self, looking: bool) -> None:
        """Somebody looks at the screens from now on, or nobody does any more."""
        self._device.inbox.put(lambda: self.screens.look(looking))

    def touch(self, name: str, x: float, y: float) -> None:
        """Touch a screen, at a share of its width and height."""
        request = Touch(uuid4(), x, y)
        self.finger = Finger(self.finger.count + 1, x, y)
        session, center = self._device.session, self._device.center
        self._device.inbox.put(lambda: ask_device(session, center, name, "touch", request))

    # The thread

    def _run(self) -> None:
        with self._device:
            while not self._stopping:
                wait = self.screens.step(self._clock.monotonic())
                for news in self._device.step(min(STEP_S, wait)):
                    self._take(news, self._clock.monotonic())
                    self.changed()

    def _stop(self) -> None:
        self._stopping = True

    def _take(self, news: object, now: float) -> None:
        match news:
            case Connected():
                self._reconnected()
            case Message():
                self._note(self._overheard.ask(news, now))
            case Received() if news.topic is REPLY:
                self._note(self._overheard.answer(news, now))
            case Received() if news.topic is DEVICE_REPLY:
                screen = self.screens.receive(news, now)
                if screen is not None and screen.name == BOARD:
                    self.figures.board_shown(now)
            case Received(payload=Status() as status):
                self._status(news, status, now)
            case Received(payload=Health() as health):
                device = news.ids["device"]
                self._tell(health_line(device, self.healths.get(device), health))
                self.healths = self.healths | {device: health}
            case Received() if news.topic is CALL:
                self.calls += 1
                self._note(news)
            case Changed(payload=Panel() as panel):
                if self._shows.get(panel.counter, "idle") != panel.show:
                    self._tell(panel_line(panel))
                self._shows[panel.counter] = panel.show
            case Callable():  # what another thread wants done, on this one
                news()

    def _reconnected(self) -> None:
        """The broker may be another one, that knows nobody: everything is told anew."""
        self.connections += 1
        self.statuses = {}
        for name in SCREENS:
            self.screens.renew(name)

    def _status(self, received: Received, status: Status, now: float) -> None:
        device = received.ids["device"]
        if self.statuses.get(device) != status:
            self.births = self.births | {device: now}
            self.statuses = self.statuses | {device: status}
            self.screens.renew(device)
            self._tell(line(received))

    def _note(self, news: Asked | Answered | Received | None) -> None:
        if news is not None:
            self.figures.hear(news)
            self._tell(line(news))

    def _tell(self, words: Line | None) -> None:
        if words is not None:
            number = self.heard[-1].number + 1 if self.heard else 1
            heard = Heard(number, self._clock.now().astimezone(self._zone), words)
            self.heard = (*self.heard, heard)[-LINES:]

"""The display: a hall board, a counter's sign or a counter's payment panel, as its settings say."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from typing import TypeAlias

from bus.answers import Nothing
from bus.asks import Request
from bus.device import Changed, Device, Received, Reply
from bus.health import HealthFacts
from bus.messages import Board, Call
from bus.remote import serve_screen
from bus.topics import CALL, STATE_BOARD, STATE_CATALOG, STATE_CENTER, STATE_COUNTER, STATE_PANEL
from config.clock import Clock
from config.settings import DisplaySettings
from config.words import hour
from display import hall, panel, sign
from display.announcer import Announcer
from display.board import BoardView
from display.layout import room_of
from display.panel import PanelView
from display.pictures import Pictures
from display.rater import Rater
from display.sign import SignView
from display.voice import Voice
from screen.remote import Remote
from screen.sound import Sound
from screen.window import Closed, Exposed, Touch, Window

View: TypeAlias = BoardView | SignView | PanelView

TURN_S = 0.1  # the bus wakes the loop; the clock, a countdown and the window may wait that long


class Display:
    """A screen that shows what the hub says."""

    def __init__(self, settings: DisplaySettings, *, clock: Clock | None = None) -> None:
        self.settings = settings
        self.device = Device(settings, "display", list(_subscriptions(settings)), clock=clock)
        self.window = Window(settings.screen, f"Lượt · {settings.device}", self.device.clock)
        self.remote = Remote(self.window, self.device.inbox.put)
        self.announcer = Announcer()
        self.voice: Voice | None = None
        if settings.sound and settings.shows == "board":
            self.voice = Voice(Sound(self.device.clock), settings.voice)
        self.pictures: Pictures | None = None
        if settings.pictures and settings.shows == "board":
            self.pictures = Pictures(settings.pictures, lambda: room_of(self.window.size))
        self.shown: View | None = None  # the view of the last frame
        self._rater = Rater(self.device, settings.counter or "")
        self._opened = ExitStack()

    def __enter__(self) -> "Display":
        self.device.health_facts = lambda: HealthFacts(frame_age_s=self.window.frame_age_s)
        touch = self.window.touch if self.settings.screen.remote_touch else None
        serve_screen(self.device, self.remote.picture, touch)
        if self.settings.shows == "board":
            self.device.serve("reload", self._reload)
            self.device.serve("test-call", self._test_call)
        with ExitStack() as opening:
            opening.enter_context(self.window)
            opening.enter_context(self.remote)
            if self.voice:
                self.voice.read()
                opening.enter_context(self.voice.sound)
            if self.pictures:
                opening.enter_context(self.pictures)
            opening.enter_context(self.device)
            self._opened = opening.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._opened.close()

    def step(self, timeout: float = TURN_S) -> None:
        """Take what is new, waiting for it up to `timeout` seconds, and show it."""
        for item in self.device.step(timeout):
            now = self.device.clock.monotonic()
            match item:
                case Received(payload=Call() as call):
                    self.announcer.hear(call, now)
                case Changed(payload=Board() as state):
                    self.announcer.read(state, now, live=self.device.states.fresh())
        now = self.device.clock.monotonic()
        if (begun := self.announcer.step(now)) and self.voice:
            center, at = self.device.states.center, self.device.states.hub_now()
            loud = volume(self.settings.volume, hour(at, center.timezone) if center and at else "12:00")
            over = self.voice.say(begun, now, loud, brief=self.announcer.waiting)
            self.announcer.hold(over)
        again = self.window.stale
        for event in self.window.events():
            match event:
                case Closed():
                    raise SystemExit(0)
                case Exposed():
                    again = True
                case Touch() as touch if isinstance(self.shown, PanelView) and self.shown.show == "rate":
                    self._rater.touch(touch, self.window.size)
        view = self._look(now)
        if again or view != self.shown:
            view.canvas(self.window.size).paint(self.window.surface)
            self.window.present()
            self.shown = view
        self.remote.step()

    def _reload(self, _request: Request, reply: Reply) -> None:
        """Take the clips as they are now; settings are read at the start, pictures at their turn."""
        if self.voice:
            self.voice.read()
        reply(Nothing())

    def _test_call(self, request: Request, reply: Reply) -> None:
        """Call a number that nobody has to a counter that is none."""
        call = Call(str(request.request), 1, 0, "A000", "", "0", {}, ("vi", "en"))
        self.announcer.hear(call, self.device.clock.monotonic())
        self._reload(request, reply)

    def _look(self, now: float) -> View:
        states, counter = self.device.states, self.settings.counter or ""
        match self.settings.shows:
            case "board":
                return hall.look(states, self.announcer, now, self.pictures.at if self.pictures else None)
            case "sign":
                return sign.look(states, counter)
            case "panel":
                return panel.look(states, counter, self._rater.chosen(states.panels.get(counter)))


def volume(by_hour: Mapping[str, int], at: str) -> float:
    """How loud calls are at that hour, 0 to 1; before the first hour of a day the last one's holds."""
    begun = [each for each in by_hour if each <= at]
    return by_hour[max(begun or by_hour)] / 100 if by_hour else 1.0


def _subscriptions(settings: DisplaySettings) -> Iterator[str]:
    """What this display reads of the hub: what concerns all, and its own counter."""
    yield STATE_CENTER.path(settings.center)
    yield STATE_CATALOG.path(settings.center)
    match settings.shows:
        case "board":
            yield STATE_BOARD.path(settings.center)
            yield STATE_COUNTER.filter(settings.center)
            yield CALL.path(settings.center)
        case "sign":
            yield STATE_COUNTER.filter(settings.center, counter=settings.counter or "")
        case "panel":
            yield STATE_PANEL.filter(settings.center, counter=settings.counter or "")


def run(settings: DisplaySettings) -> None:
    """Show it for ever."""
    with Display(settings) as display:
        while True:
            display.step()

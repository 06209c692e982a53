"""The window of a screen: what was touched comes in, and what changed is presented.

`pygame.event.wait` is a 1 ms polling loop inside (2 % of a core for nothing), so a screen waits on its bus
inbox and reads what SDL has with `events`.
"""

import os
from dataclasses import dataclass
from types import TracebackType
from typing import Literal, TypeAlias

import pygame

from config.clock import Clock
from config.errors import HardwareAbsent
from config.settings import Screen
from screen.theme import Size

UNSEEN = (1280, 720)  # px: the size of a window until the compositor has given it its output's
LAG = 3  # frames until one of a new size is where it belongs: SDL's buffers have the old one (Wayland)
AGAIN_S = 10.0  # a frame older than this is presented again: proof of life, and a compositor may have lost it
_MOUSE = -1  # the touch device whose touches are a mouse's echo (SDL_MOUSE_TOUCHID)


@dataclass(frozen=True)
class Touch:
    """A finger, or a mouse's left button, in px of the window."""

    kind: Literal["down", "move", "up"]
    x: int
    y: int
    finger: int = 0  # which one, of several at once


KeyName: TypeAlias = Literal[
    "next", "previous", "left", "right", "up", "down", "enter", "back", "erase", "help", "louder", "softer"
]


@dataclass(frozen=True)
class Key:
    """A key that leads through a page."""

    name: KeyName


@dataclass(frozen=True)
class Letter:
    """A key with a letter or a digit, always a capital."""

    letter: str


@dataclass(frozen=True)
class Exposed:
    """The window's content is gone, or its size is another: draw it whole."""


@dataclass(frozen=True)
class Closed:
    """A person closed the window, on a desktop."""


ScreenEvent: TypeAlias = Touch | Key | Letter | Exposed | Closed

_FINGER: dict[int, Literal["down", "move", "up"]] = {
    pygame.FINGERDOWN: "down",
    pygame.FINGERMOTION: "move",
    pygame.FINGERUP: "up",
}
_BUTTON: dict[int, Literal["down", "up"]] = {pygame.MOUSEBUTTONDOWN: "down", pygame.MOUSEBUTTONUP: "up"}
_VOLUME_UP, _VOLUME_DOWN = 0x40000080, 0x40000081  # SDL's keycodes, which pygame has no names for
_SIGNS: dict[str, KeyName] = {"+": "louder", "-": "softer"}
_KEY: dict[int, KeyName] = {
    pygame.K_TAB: "next", pygame.K_LEFT: "left", pygame.K_RIGHT: "right", pygame.K_UP: "up",
    pygame.K_DOWN: "down", pygame.K_RETURN: "enter", pygame.K_KP_ENTER: "enter", pygame.K_SPACE: "enter",
    pygame.K_ESCAPE: "back", pygame.K_BACKSPACE: "erase", pygame.K_F1: "help", pygame.K_HELP: "help",
    _VOLUME_UP: "louder", pygame.K_KP_PLUS: "louder", _VOLUME_DOWN: "softer", pygame.K_KP_MINUS: "softer",
}  # fmt: skip
_EXPOSED = (pygame.WINDOWEXPOSED, pygame.WINDOWSIZECHANGED, pygame.WINDOWRESTORED)


def read(event: pygame.Event, size: Size) -> ScreenEvent | None:
    """What an event of SDL means to a screen of that size, if anything.

    A touch may come twice, as a finger and as a mouse that echoes it (or the other way round); the echo is
    left out.
    """
    if event.type in _FINGER and event.touch_id != _MOUSE:
        at = round(event.x * size[0]), round(event.y * size[1])
        return Touch(_FINGER[event.type], *at, event.finger_id)
    if event.type in _BUTTON and not event.touch and event.button == pygame.BUTTON_LEFT:
        return Touch(_BUTTON[event.type], *event.pos)
    if event.type == pygame.MOUSEMOTION and not event.touch and event.buttons[0]:
        return Touch("move", *event.pos)
    if event.type == pygame.KEYDOWN:
        return _pressed(event)
    if event.type in _EXPOSED:
        return Exposed()
    return Closed() if event.type == pygame.QUIT else None


def _pressed(event: pygame.Event) -> Key | Letter | None:
    if event.key in _KEY:
        back = event.key == pygame.K_TAB and event.mod & pygame.KMOD_SHIFT
        return Key("previous" if back else _KEY[event.key])
    if event.unicode in _SIGNS:
        return Key(_SIGNS[event.unicode])
    letter = event.unicode.upper()
    return Letter(letter) if letter.isascii() and letter.isalnum() else None


class Window:
    """A window of the size that is set, or the whole screen."""

    def __init__(self, settings: Screen, title: str, clock: Clock) -> None:
        self._settings = settings
        self._title = title
        self._clock = clock
        self._window: pygame.Window | None = None
        self._settled: Size | None = None  # the size of the last frame
        self._presented: float | None = None
        self.frame = -1  # the last one presented, counted from 0

    def __enter__(self) -> "Window":
        try:
            self._window = self._open()
        except pygame.error as error:
            raise HardwareAbsent(
                f"No screen can be opened: {error}",
                hint="Is the compositor running, and WAYLAND_DISPLAY or DISPLAY set for this service?",
            ) from error
        pygame.mouse.set_visible(self._settings.size is not None)
        return self

    def _open(self) -> pygame.Window:
        """Open it where it belongs: the compositor knows an output's window by its name (weston.ini).

        A window that asks for the whole screen says which, and SDL would say the first; one that does not is
        made as large as the output by the compositor itself. It is hidden until it has its surface, for SDL
        makes it anew then, and would ask after all.
        """
        output, size = self._settings.output, self._settings.size
        os.environ["SDL_MOUSE_FOCUS_CLICKTHROUGH"] = "1"  # a touch counts that brings it to the front
        if output:
            os.environ["SDL_VIDEO_WAYLAND_WMCLASS"] = output
        pygame.display.init()
        whole = size is None and not output
        window = pygame.Window(
            self._title, size or UNSEEN, hidden=True, resizable=not whole, fullscreen_desktop=whole
        )
        window.get_surface()
        window.show()
        return window

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._window is not None:
            self._window.destroy()
        pygame.display.quit()

    @property
    def surface(self) -> pygame.Surface:
        """What is drawn on."""
        assert self._window is not None, "the window is not open"
        return self._window.get_surface()

    @property
    def size(self) -> Size:
        """Width and height, px."""
        return self.surface.get_size()

    def events(self) -> list[ScreenEvent]:
        """What came since the last time; never waits."""
        size = self.size
        return [each for event in pygame.event.get() if (each := read(event, size)) is not None]

    def present(self) -> None:
        """Show what was drawn, in one update."""
        assert self._window is not None, "the window is not open"
        for _ in range(1 if self._window.size == self._settled else LAG):
            self._window.flip()
        self._settled = self._window.size
        self.frame += 1
        self._presented = self._clock.monotonic()

    @property
    def frame_age_s(self) -> float | None:
        """Seconds since a frame was presented; none before the first."""
        return None if self._presented is None else self._clock.monotonic() - self._presented

    @property
    def stale(self) -> bool:
        """Whether the screen should be drawn and presented though nothing changed."""
        return self.frame_age_s is None or self.frame_age_s >= AGAIN_S

    def touch(self, x: float, y: float) -> None:
        """Touch the screen from afar: a finger down and up again, `x` and `y` in shares of its size."""
        for kind in (pygame.FINGERDOWN, pygame.FINGERUP):
            pygame.event.post(pygame.Event(kind, touch_id=0, finger_id=0, x=x, y=y, dx=0, dy=0, pressure=1))

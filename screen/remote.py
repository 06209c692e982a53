"""Pictures of what a screen shows, for those who watch it from far away.

A watcher names the last frame that it has and is answered once a newer one is shown: it sees every change
without polling. Pictures are scaled and compressed on a thread of their own, so that no call is shown later
because somebody watches.
"""

import io
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from types import TracebackType
from typing import Literal, TypeAlias

import pygame
from PIL import Image

from screen.window import Window

Media: TypeAlias = Literal["image/png", "image/jpeg"]
QUALITY = 88
MOST_BYTES = 2_500_000  # of a PNG: the broker takes 4 MB a message, and base64 makes four bytes of three


@dataclass(frozen=True)
class Shot:
    """A picture of a frame; unscaled it is a PNG, to the pixel, unless a photograph makes that too large."""

    frame: int
    media: Media
    data: bytes


Then: TypeAlias = Callable[[Shot], None]


def take(surface: pygame.Surface, frame: int, width: int | None) -> Shot:
    """The picture of a surface that nobody draws on meanwhile."""
    if width is not None and width < surface.get_width():
        height = round(surface.get_height() * width / surface.get_width())
        return _jpeg(pygame.transform.smoothscale(surface, (width, height)), frame)
    file = io.BytesIO()
    _image(surface).save(file, "PNG", compress_level=1)
    return Shot(frame, "image/png", file.getvalue()) if file.tell() <= MOST_BYTES else _jpeg(surface, frame)


def _jpeg(surface: pygame.Surface, frame: int) -> Shot:
    file = io.BytesIO()
    _image(surface).save(file, "JPEG", quality=QUALITY, subsampling=0)  # full colour: small text stays sharp
    return Shot(frame, "image/jpeg", file.getvalue())


def _image(surface: pygame.Surface) -> Image.Image:
    return Image.frombytes("RGB", surface.get_size(), pygame.image.tobytes(surface, "RGB"))


@dataclass(frozen=True)
class Taken:
    """A picture is done."""


@dataclass(frozen=True)
class _Wanted:
    width: int | None
    after: int
    then: Then


class Remote:
    """Takes the pictures of a window; its loop calls `step` after it has drawn.

    When a picture is done a `Taken` is `put` into the loop's inbox, from another thread, to wake it.
    """

    def __init__(self, window: Window, put: Callable[[object], None]) -> None:
        self._window = window
        self._put = put
        self._wanted: list[_Wanted] = []
        self._thread = ThreadPoolExecutor(1, "picture")
        self._taken: deque[tuple[Future[Shot], list[Then]]] = deque()  # in the order of the thread

    def __enter__(self) -> "Remote":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._thread.shutdown(cancel_futures=True)

    def picture(self, width: int | None, after: int, then: Then) -> None:
        """Hand a picture, `width` px wide, to `then` once a frame newer than `after` is shown."""
        self._wanted.append(_Wanted(width, after, then))

    def step(self) -> None:
        """Take the pictures that can be taken, and hand out those that are done."""
        while self._taken and self._taken[0][0].done():
            shot, thens = self._taken.popleft()
            for then in thens:
                then(shot.result())
        frame = self._window.frame
        # Another frame than the last is an older one, or one of our life before a restart.
        due = [each for each in self._wanted if each.after != frame]
        if frame < 0 or self._taken or not due:
            return  # one at a time: those who wait meanwhile get a newer frame
        self._wanted = [each for each in self._wanted if each.after == frame]
        surface = self._window.surface.convert(32)  # a copy that can be scaled, whatever the screen has
        for width in {each.width for each in due}:
            thens = [each.then for each in due if each.width == width]
            shot = self._thread.submit(take, surface, frame, width)
            self._taken.append((shot, thens))
            shot.add_done_callback(lambda _: self._put(Taken()))

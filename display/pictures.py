"""The pictures of a folder, which a board shows in turn while nobody is called.

To read one may take a second, and no call waits for that: it is done on a thread of its own, ahead of its
turn. The folder is read anew for every picture, so a centre changes them by copying files.
"""

import logging
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

import pygame
from PIL import Image, ImageOps

from screen.theme import INK, Size

log = logging.getLogger(__name__)

KINDS = (".png", ".jpg", ".jpeg")
MOST_PIXELS = 50_000_000  # more than any camera's picture; it would take a Pi's memory


@dataclass(frozen=True, eq=False)
class Picture:
    """A picture as it is drawn: whole, and as large as the room allows."""

    surface: pygame.Surface


class Pictures:
    """`room` says how large a picture may be now, px."""

    def __init__(self, folder: Path, room: Callable[[], Size]) -> None:
        self._folder = folder
        self._room = room
        self._thread = ThreadPoolExecutor(1, "pictures")
        self._prepared: dict[tuple[int, Size], Future[Picture | None]] = {}
        self._broken: dict[Path, int] = {}  # with the time of its last change; only the thread's

    def __enter__(self) -> "Pictures":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._thread.shutdown(cancel_futures=True)

    def at(self, turn: int) -> Picture | None:
        """The picture whose turn it is, if it is ready and there is one; the next is made ready meanwhile."""
        room = self._room()
        wanted = ((turn, room), (turn + 1, room))
        self._prepared = {
            each: self._prepared.get(each) or self._thread.submit(self._prepare, *each) for each in wanted
        }
        present = self._prepared[turn, room]
        return present.result() if present.done() else None

    # The thread

    def _prepare(self, turn: int, room: Size) -> Picture | None:
        """The folder's picture of that turn, passing over those that cannot be read."""
        while files := self._files():
            file, changed = files[turn % len(files)]
            try:
                return Picture(_fitted(file, room))
            except Exception as error:  # Pillow raises whatever a decoder stumbles over
                log.warning("a picture cannot be shown file=%s error=%s", file, error)
                self._broken[file] = changed
        return None

    def _files(self) -> list[tuple[Path, int]]:
        """Those that are not known to be broken, each with the time of its last change."""
        files = []
        for path in pictures_in(self._folder):
            with suppress(OSError):  # gone meanwhile
                if (changed := path.stat().st_mtime_ns) != self._broken.get(path):
                    files.append((path, changed))
        return files


def pictures_in(folder: Path) -> list[Path]:
    """Its pictures in the order of their names, whether or not they can be read; none of a lost folder."""
    with suppress(OSError):
        return sorted(path for path in folder.glob("*") if path.suffix.lower() in KINDS)
    return []


def _fitted(file: Path, room: Size) -> pygame.Surface:
    with Image.open(file) as image:
        if image.width * image.height > MOST_PIXELS:
            raise ValueError(f"it has {image.width}×{image.height} pixels")
        image.draft("RGB", room)  # a JPEG need not be read finer than it is shown
        upright = ImageOps.contain(ImageOps.exif_transpose(image), room).convert("RGBA")
    ground = Image.new("RGBA", upright.size, INK)
    ground.alpha_composite(upright)
    return pygame.image.frombytes(ground.convert("RGB").tobytes(), ground.size, "RGB")

"""`luot gallery`: every state of every screen, in every language and size, as pictures to look at.

No window opens: the states of `demo.scenes` and `demo.views` are drawn by the screens' own code. Tests judge
each of them, and compare them with small pictures of how they looked when somebody last agreed.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, NamedTuple, TypeAlias

import click
import pygame
from PIL import Image

from config.errors import LuotError
from demo.scenes import LANGUAGES, scenes
from demo.views import VIEWS
from display.app import View
from kiosk.pages import lay_out
from kiosk.scene import Scene
from screen import remote, text
from screen.canvas import Canvas
from screen.theme import INK, SOFT, Size

KEPT = Path(__file__).parent.parent / "docs" / "pictures" / "states"
KEPT_PX = 320  # the long side of a kept picture
SHEET_PX, CAPTION_PX = 2400, 22

Name: TypeAlias = Literal["kiosk", "board", "sign", "panel"]


class Glass(NamedTuple):
    """What a screen is shown on, lying, and from where it is read: all of it, and what it says first."""

    size: Size
    mm: Size
    near_m: float
    far_m: float
    stands: bool = True  # it may also be upright

    @property
    def standing(self) -> "Glass":
        return self._replace(size=self.size[::-1], mm=self.mm[::-1])


INCHES_7, INCHES_10 = ((800, 480), (154, 86)), ((1280, 800), (217, 136))
GLASS: dict[Name, tuple[Glass, ...]] = {
    "kiosk": (
        Glass((1920, 1080), (476, 268), 0.5, 1.1),
        Glass((3840, 2160), (596, 335), 0.5, 1.1),
        Glass(*INCHES_10, 0.4, 0.6),
        Glass(*INCHES_7, 0.38, 0.6, stands=False),  # 86 mm have no room for three languages
    ),
    "board": (
        Glass((1920, 1080), (941, 529), 2.2, 5),
        Glass((3840, 2160), (1209, 680), 2.8, 6),
        Glass(*INCHES_10, 0.45, 1),
        Glass(*INCHES_7, 0.35, 0.8),
    ),
    "sign": (
        Glass(*INCHES_7, 0.7, 1.3),
        Glass(*INCHES_10, 1, 2),
        Glass((1920, 1080), (344, 194), 1.2, 3),
        Glass((3840, 2160), (596, 335), 2, 4.8),
    ),
    "panel": (
        Glass(*INCHES_10, 0.5, 0.8),
        Glass(*INCHES_7, 0.4, 0.6),
        Glass((1920, 1080), (344, 194), 0.5, 1),
        Glass((3840, 2160), (344, 194), 0.5, 1),
    ),
}
USUAL: dict[Name, Size] = {
    "kiosk": (1080, 1920), "board": (1920, 1080), "sign": (800, 480), "panel": (1280, 800)
}  # fmt: skip


@dataclass(frozen=True)
class Picture:
    """A state of a screen in a language, on that glass."""

    screen: Name
    state: str
    language: str
    glass: Glass
    shows: Scene | View

    def __str__(self) -> str:
        return f"{self.screen} {self.state} ({self.language})"

    def canvas(self) -> Canvas:
        if isinstance(self.shows, Scene):
            return lay_out(self.shows, self.glass.size)
        return self.shows.canvas(self.glass.size)

    def draw(self) -> pygame.Surface:
        surface = pygame.Surface(self.glass.size)
        self.canvas().paint(surface)
        return surface

    def image(self) -> Image.Image:
        return Image.frombytes("RGB", self.glass.size, pygame.image.tobytes(self.draw(), "RGB"))

    @property
    def file(self) -> str:
        """Its file's name: "kiosk-no-paper.png"."""
        words = "".join(each if each.isalnum() else " " for each in f"{self.screen} {self.state}")
        return "-".join(words.lower().split()) + ".png"


def glasses(screen: Name) -> Iterator[Glass]:
    """Every one that the screen may be on, either way up."""
    for each in GLASS[screen]:
        yield each
        if each.stands:
            yield each.standing


def pictures(screen: Name, glass: Glass, language: str) -> Iterator[Picture]:
    """Every state of a screen there is.

    Boards, signs and panels speak to everybody at once: Vietnamese, with English beside it or without.
    """
    if screen == "kiosk":
        for state, scene in scenes(language):
            yield Picture(screen, state, language, glass, scene)
    for name, view in VIEWS.items():
        belongs_to, _, state = name.partition(" ")
        if belongs_to == screen:
            yield Picture(screen, state, language, glass, replace(view, english=language == "en"))


def languages(screen: Name) -> tuple[str, ...]:
    """Those that the screen may show."""
    return LANGUAGES if screen == "kiosk" else ("vi", "en")


def kept_pictures() -> Iterator[Picture]:
    """One of each state, in the language and the size that it has most often."""
    for screen in GLASS:
        glass = next(each for each in glasses(screen) if each.size == USUAL[screen])
        yield from pictures(screen, glass, "vi")


def small(picture: Picture) -> Image.Image:
    """The picture as small as it is kept: a few hundred kB for all of them."""
    image = picture.image()
    share = KEPT_PX / max(image.size)
    return image.resize((round(image.width * share), round(image.height * share)), Image.Resampling.BOX)


def save_kept(picture: Picture, folder: Path) -> Path:
    """Save it as it is kept; returns where."""
    image = small(picture).quantize(64, Image.Quantize.MEDIANCUT, kmeans=1, dither=Image.Dither.NONE)
    image.save(path := folder / picture.file, optimize=True)
    return path


def keep(folder: Path = KEPT) -> None:
    """Agree with how everything looks now."""
    folder.mkdir(parents=True, exist_ok=True)
    kept = {save_kept(each, folder) for each in kept_pictures()}
    for gone in set(folder.glob("*.png")) - kept:
        gone.unlink()
    click.echo(f"{folder}: {len(kept)} pictures, {sum(each.stat().st_size for each in kept) / 1000:.0f} kB")


def run(folder: Path, only: str = "") -> None:
    """Draw all of them into that folder; `only` those whose sheet has that in its name.

    Raises LuotError where none has it.
    """
    sheets = {
        f"{screen}-{glass.size[0]}x{glass.size[1]}-{language}": (screen, glass, language)
        for screen in GLASS
        for glass in glasses(screen)
        for language in languages(screen)
    }
    wanted = [name for name in sheets if only in name]
    if not wanted:
        raise LuotError(f"No sheet has {only!r} in its name.", hint=f"They begin with {', '.join(GLASS)}.")
    for name in wanted:
        _save(folder, name, list(pictures(*sheets[name])))


def _save(folder: Path, name: str, shown: list[Picture]) -> None:
    """The single pictures, and a sheet of all of them below one another."""
    (folder / name).mkdir(parents=True, exist_ok=True)
    width, height = shown[0].glass.size
    scale = min(1.0, (240 if height > width else 460) / width)
    cell = (round(width * scale), round(height * scale) + CAPTION_PX)
    columns = SHEET_PX // (cell[0] + CAPTION_PX)
    rows = -(-len(shown) // columns)
    sheet = pygame.Surface((columns * (cell[0] + CAPTION_PX), rows * (cell[1] + CAPTION_PX)))
    sheet.fill(SOFT)
    for number, picture in enumerate(shown):
        surface = picture.draw()
        (folder / name / picture.file).write_bytes(remote.take(surface, 0, None).data)
        row, column = divmod(number, columns)
        x, y = column * (cell[0] + CAPTION_PX), row * (cell[1] + CAPTION_PX)
        text.draw(sheet, picture.state, x + 8, y + CAPTION_PX - 6, 14, INK)
        sheet.blit(pygame.transform.smoothscale_by(surface, scale), (x + 8, y + CAPTION_PX))
    path = folder / f"{name}.png"
    path.write_bytes(remote.take(sheet, 0, None).data)
    click.echo(f"{path}  {len(shown)} pictures")

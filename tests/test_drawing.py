"""What the hall board, the counter sign and the QR panel draw; `test_gallery` judges how all of it looks."""

import subprocess
from pathlib import Path

import pygame
import pytest

from demo.views import PAY, QR, VIEWS
from display import rating
from display.app import View
from display.panel import PanelView
from screen import band
from screen.code import QUIET, code
from screen.theme import GOLD, GREEN, ON_GOLD, Color, Size

SIZES: tuple[Size, ...] = (
    (1920, 1080),
    (800, 480),
    (1280, 800),
    (1080, 1920),
    (1024, 768),
    (480, 800),
    (3840, 2160),
)


def drawn(view: View, size: Size = (1280, 800)) -> pygame.Surface:
    surface = pygame.Surface(size)
    view.canvas(surface.get_size()).paint(surface)
    return surface


def share(surface: pygame.Surface, color: Color) -> float:
    """How much of it has that colour, the woven band aside."""
    size = surface.get_size()
    above = pygame.Rect(0, band.height(size), size[0], size[1] - 2 * band.height(size))
    return pygame.mask.from_threshold(surface.subsurface(above), color, (1, 1, 1)).count() / (
        size[0] * size[1]
    )


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def test_code_on_the_panel_reads_as_the_string_of_the_hub(size: Size, tmp_path: Path) -> None:
    pygame.image.save(drawn(PanelView(**PAY), size), tmp_path / "panel.png")
    read = subprocess.run(
        ["zbarimg", "--quiet", "--raw", tmp_path / "panel.png"], capture_output=True, check=True
    )
    assert read.stdout.decode().removesuffix("\n") == QR


@pytest.mark.parametrize("length", [40, 120, 331])
def test_code_has_four_white_modules_about_it_and_whole_pixels_a_module(length: int) -> None:
    image = code("7" * length, 600)
    dark = pygame.mask.from_threshold(image, (0, 0, 0), (1, 1, 1)).get_bounding_rects()
    box = dark[0].unionall(dark[1:])
    module = box.left // QUIET
    assert module >= 4
    assert box == image.get_rect().inflate(-8 * module, -8 * module)
    assert (box.width // module - 17) % 4 == 0  # a code has 21, 25, 29 … modules a side
    assert 540 < image.get_width() <= 600


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def test_number_that_is_called_is_large_on_gold(size: Size) -> None:
    surface = drawn(VIEWS["board calls"], size)
    assert share(surface, GOLD) > 0.2
    ink = pygame.mask.from_threshold(surface, ON_GOLD, (40, 40, 40)).get_bounding_rects()
    assert max(each.height for each in ink) > 0.12 * size[1]


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def test_every_face_can_be_touched_and_what_is_beside_them_is_none(size: Size) -> None:
    cards = rating.lay_out(size).cards
    assert [rating.score_at(size, *card.center) for card in cards] == [1, 2, 3, 4, 5]
    assert rating.score_at(size, size[0] // 2, 0) is None
    smallest = min(min(card.size) for card in cards)
    assert smallest >= 20 * max(size) / 154  # mm, on a panel of 7 inches


@pytest.mark.parametrize("name", VIEWS)
def test_gold_means_now(name: str) -> None:
    now = "calls" in name or "serves" in name
    assert (share(drawn(VIEWS[name]), GOLD) > 0.05) == now


def test_paid_panel_is_green() -> None:
    assert share(drawn(VIEWS["panel paid"]), GREEN) > 0.8

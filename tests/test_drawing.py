"""What the hall board, the counter sign and the QR panel draw: it can all be seen and read, at every size."""

import subprocess
from itertools import combinations
from pathlib import Path
from typing import Any

import pygame
import pytest

from display import panel, rating
from display.app import View
from display.board import BoardView, Row
from display.panel import PanelView
from display.sign import SignView
from screen import band, text
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
QR = (
    "00020101021238570010A00000072701270006970403011300110123456780208QRIBFTTA"
    "530370454061800005802VN62340107NPS68690819thanh toan don hang63042E2E"
)
ROWS = tuple(
    Row(label, "Quầy", number, f"Counter {number}")
    for label, number in zip(("B031", "D007", "A010", "E004", "F006", "C002"), "421323", strict=True)
)
CENTER: dict[str, Any] = {
    "title": "Trung tâm Phục vụ hành chính công", "name": "Phường Tân Lập", "time": "08:12", "english": True,
    "fresh": True, "notices": ("Quầy 3 tạm nghỉ đến 08:30.", "Phí và lệ phí trả bằng mã QR tại quầy."),
}  # fmt: skip
SMALLEST = 0.02  # of the shorter side of a screen: an em
LONG_NOTICE = (
    "Từ ngày 01/12 trung tâm nhận hồ sơ đất đai cả sáng thứ Bảy. Ông bà vui lòng mang theo căn cước và bản "
    "chính các giấy tờ có liên quan."
)
LONG = "Lệ phí cấp giấy chứng nhận đăng ký hộ kinh doanh lần đầu"
PAY: dict[str, Any] = {
    "show": "pay", "counter": "Quầy 1", "label": "Số A012", "qr": QR, "amount": "15.000\u00a0₫",
    "purpose": "Lệ phí chứng thực", "reference": "LPA0128F3K2Q", "left_s": 216, "whole_s": 300,
    "english": True, "fresh": True,
}  # fmt: skip

VIEWS: dict[str, View] = {
    "board calls": BoardView(**CENTER, current=Row("A012", "Quầy", "1", "Counter 1"), recent=ROWS),
    "board calls the first": BoardView(**CENTER, current=Row("A001", "Quầy", "1", "Counter 1")),
    "board calls to a desk with a name": BoardView(
        **CENTER | {"fresh": False},
        current=Row("M0128", "Bàn tiếp nhận và trả kết quả", "", "Reception"),
        recent=(*ROWS[:2], Row("M0127", "Bàn tiếp nhận và trả kết quả", "", "Reception")),
    ),
    "board after a call": BoardView(**CENTER, recent=ROWS),
    "board with something to say": BoardView(
        **CENTER, recent=ROWS, notice=CENTER["notices"][1],
        away="Tạm nghỉ: Quầy 2, 4 · Quầy đóng: Bàn tiếp nhận và trả kết quả",
    ),
    "board with little to say": BoardView(**CENTER | {"notices": ()}, recent=ROWS, away="Tạm nghỉ: Quầy 2"),
    "board with much to say": BoardView(**CENTER | {"notice": LONG_NOTICE}, recent=ROWS[:2]),
    "board before the first call": BoardView(**CENTER),
    "board of a closed centre": BoardView(**CENTER | {"open": False}),
    "board without a hub": BoardView(),
    "sign calls": SignView("Quầy 1", "Hộ tịch · Chứng thực", "calling", "A012", fresh=True),
    "sign serves priority": SignView("Quầy 1", "Hộ tịch · Chứng thực", "serving", "M0128", True, fresh=True),
    "sign of many services": SignView(
        "Quầy 12", "Hộ tịch · Đất đai · Đăng ký kinh doanh · Chứng thực · Bảo trợ xã hội", "free", fresh=True
    ),
    "sign free": SignView("Quầy 1", "Hộ tịch", "free", english=True, fresh=True),
    "sign paused": SignView("Quầy 1", "Hộ tịch", "paused", english=True, fresh=True),
    "sign paused for a reason": SignView(
        "Quầy 1", "Hộ tịch", "paused", reason="Họp đến 09:30", english=True, fresh=True
    ),
    "sign closed": SignView("Bàn tiếp nhận", "Hộ tịch", "closed", english=True),
    "sign without a hub": SignView(),
    "panel asks": PanelView(**PAY),
    "panel asks without a hub": PanelView(**PAY | {"fresh": False}),
    "panel asks much for much": PanelView(
        **PAY | {"purpose": LONG, "amount": "125.000.000\u00a0₫", "reference": "LPM0128F3K2Q1234567"}
    ),
    "panel asks for cash": PanelView(**PAY | {"qr": "", "fresh": False}),
    "panel paid": PanelView(**PAY | {"show": "paid", "time": "08:14", "purpose": LONG}),
    "panel expired": PanelView(**PAY | {"show": "expired"}),
    "panel idle": PanelView("idle", "Quầy 1", fresh=True),
    "panel asks how it was": PanelView("rate", "Quầy 1", english=True, fresh=True),
    "panel is told how it was": PanelView("rate", "Quầy 1", chosen=4, english=True),
    "panel says thanks": PanelView("thanks", "Quầy 1", english=True, fresh=True),
    "panel without a hub": PanelView(),
}  # fmt: skip


def drawn(view: View, size: Size = (1280, 800)) -> pygame.Surface:
    surface = pygame.Surface(size)
    view.draw(surface)
    return surface


def share(surface: pygame.Surface, color: Color) -> float:
    """How much of it has that colour, the woven band aside."""
    size = surface.get_size()
    above = pygame.Rect(0, band.height(size), size[0], size[1] - 2 * band.height(size))
    return pygame.mask.from_threshold(surface.subsurface(above), color, (1, 1, 1)).count() / (
        size[0] * size[1]
    )


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("name", VIEWS)
def test_every_word_is_whole_on_the_screen_and_covers_no_other(
    name: str, size: Size, monkeypatch: pytest.MonkeyPatch
) -> None:
    inks: list[tuple[str, pygame.Rect]] = []
    draw = text.draw

    def note_and_draw(surface: pygame.Surface, words: str, *at: Any, **how: Any) -> pygame.Rect:
        box = draw(surface, words, *at, **how)
        _, _, em, color = at
        assert not words or em >= SMALLEST * min(size), f"{words!r} is too small"
        ink = text._render(words, em, color, how.get("bold", False)).get_bounding_rect()
        inks.append((words, ink.move(box.topleft)))
        return box

    monkeypatch.setattr(text, "draw", note_and_draw)
    surface = drawn(VIEWS[name], size)
    for words, ink in inks:
        assert surface.get_rect().contains(ink), f"{words!r} is cut"
    for (words, ink), (others, other) in combinations(inks, 2):
        assert not ink.colliderect(other), f"{words!r} and {others!r} touch"


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def test_code_on_the_panel_reads_as_the_string_of_the_hub(size: Size, tmp_path: Path) -> None:
    pygame.image.save(drawn(PanelView(**PAY), size), tmp_path / "panel.png")
    read = subprocess.run(
        ["zbarimg", "--quiet", "--raw", tmp_path / "panel.png"], capture_output=True, check=True
    )
    assert read.stdout.decode().removesuffix("\n") == QR


@pytest.mark.parametrize("length", [40, 120, 331])
def test_code_has_four_white_modules_about_it_and_whole_pixels_a_module(length: int) -> None:
    image = panel.code("7" * length, 600)
    dark = pygame.mask.from_threshold(image, (0, 0, 0), (1, 1, 1)).get_bounding_rects()
    box = dark[0].unionall(dark[1:])
    module = box.left // panel.QUIET
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

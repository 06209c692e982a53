"""The pygame toolkit: text with its marks, shapes, the window's events, pictures from afar."""

import io
import os
import subprocess
import time
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from queue import SimpleQueue
from typing import get_args, get_type_hints

import pygame
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from config.clock import Clock, FakeClock
from config.errors import HardwareAbsent
from config.settings import Screen, Service
from demo.desktop import VirtualDesktop
from screen import band, icons, rounded, text, theme
from screen.canvas import Canvas
from screen.remote import Remote, Shot
from screen.window import AGAIN_S, Closed, Exposed, Key, Letter, Touch, Window, read

SIZE = (400, 240)
VOWELS = "aăâeêioôơuưy"
VIETNAMESE = {
    unicodedata.normalize("NFC", letter + tone)
    for letter in VOWELS
    for tone in ("", *"\u0300\u0301\u0309\u0303\u0323")
} | {"đ"}
EDE = set("ăâđêôơưčñ") | {"ƀ"} | {letter + "\u0306" for letter in "eêioôơuư"}
LETTERS = sorted(letter for each in VIETNAMESE | EDE for letter in (each, each.upper()))


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def window(monkeypatch: pytest.MonkeyPatch, clock: FakeClock) -> Iterator[Window]:
    """A window that nobody sees."""
    monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")
    with Window(Screen(size=SIZE), "test", clock) as window:
        window.events()
        yield window


def pixels(words: str, *, bold: bool = False) -> bytes:
    surface = pygame.Surface((600, 160))
    text.draw(surface, words, 10, 110, 64, theme.WHITE, bold=bold)
    return pygame.image.tobytes(surface, "RGB")


# Text


@pytest.mark.parametrize("bold", [False, True])
def test_every_vietnamese_and_ede_letter_has_a_glyph_of_its_own(bold: bool) -> None:
    drawn = {letter: pixels(letter, bold=bold) for letter in LETTERS}
    missing = pixels("\ufffe", bold=bold)
    assert missing not in drawn.values()
    assert len(set(drawn.values())) == len(LETTERS)


def test_letters_in_parts_are_drawn_as_whole_ones() -> None:
    words = "Ông bà cần làm gì? Ễ Ặ ợ"
    assert pixels(unicodedata.normalize("NFD", words)) == pixels(words)
    apart, whole = (text.width(unicodedata.normalize(form, words), 40) for form in ("NFD", "NFC"))
    assert apart == whole


def ink(size: int) -> pygame.Rect:
    """What is drawn of the tallest and the deepest letters, about a baseline at 0."""
    surface = pygame.Surface((size * 8, size * 4), pygame.SRCALPHA)
    text.draw(surface, "ỄẪỖẮgjyỵ", size, size * 2, size, theme.WHITE, bold=True)
    return surface.get_bounding_rect().move(0, -2 * size)


@pytest.mark.parametrize("size", [14, 41, 96, 210])
def test_no_mark_is_cut_above_or_below(size: int) -> None:
    true = ink(960)
    assert ink(size).top == pytest.approx(true.top * size / 960, abs=1.2)
    assert ink(size).bottom == pytest.approx(true.bottom * size / 960, abs=1.2)


@pytest.mark.parametrize(("align", "at"), [("left", 0), ("center", 0.5), ("right", 1)])
def test_text_is_aligned_where_it_is_told(align: text.Align, at: float) -> None:
    surface = pygame.Surface(SIZE)
    box = text.draw(surface, "Xong", 200, 100, 40, theme.WHITE, align=align)
    assert abs(box.left + at * box.width - 200) <= 1
    ink = pygame.mask.from_threshold(surface, theme.WHITE, (90, 90, 90)).get_bounding_rects()
    assert min(each.top for each in ink) == pytest.approx(100 - text.capital(40), abs=2)


@pytest.mark.parametrize("label", ["A011", "B002", "F117"])
def test_ink_stands_about_the_middle(label: str) -> None:
    surface = pygame.Surface((800, 300), pygame.SRCALPHA)
    x = text.middle(label, 400, 200, bold=True)
    text.draw(surface, label, x, 200, 200, theme.WHITE, bold=True, align="center")
    assert abs(surface.get_bounding_rect().centerx - 400) <= 2


@given(st.text("ỄẪgjyĂ1a m.", min_size=1, max_size=12), st.integers(12, 200), st.booleans())
def test_ink_is_told_as_it_is_painted(words: str, size: int, bold: bool) -> None:
    canvas, surface = Canvas((3000, 600)), pygame.Surface((3000, 600), pygame.SRCALPHA)
    canvas.line(words, 100, 300, size, theme.WHITE, bold=bold)
    canvas.paint(surface)
    (mark,), painted = canvas.marks, surface.get_bounding_rect()
    assert mark.box.inflate(4, 2).contains(painted) or not words.strip()


@given(st.text("Đăng ký, hộ!", min_size=1, max_size=40), st.integers(8, 500), st.integers(8, 90))
def test_fitting_size_is_the_largest_that_fits(words: str, most: int, size: int) -> None:
    fitting = text.fit(words, most, size)
    assert 1 <= fitting <= size
    if fitting > 1:
        assert text.width(words, fitting) <= most
    if fitting < size:
        assert text.width(words, int(fitting * 1.1) + 2) > most


@given(st.lists(st.text("ăộgiM", min_size=1, max_size=9), min_size=1, max_size=12), st.integers(30, 600))
def test_wrapped_lines_keep_every_word_and_fit(words: list[str], most: int) -> None:
    lines = text.wrap(" ".join(words), most, 24)
    assert " ".join(lines) == " ".join(words)
    assert all(text.width(line, 24) <= most or " " not in line for line in lines)


def test_wrapped_lines_are_balanced_and_money_stays_together() -> None:
    lines = text.wrap(
        "Xin trả đúng số tiền 15.000\u00a0₫ ạ", text.width("Xin trả đúng số tiền 15.000", 30), 30
    )
    assert lines == ["Xin trả đúng số", "tiền 15.000\u00a0₫ ạ"]


def test_machine_without_the_font_is_told_what_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(text, "_FOLDERS", (tmp_path,))
    text._file.cache_clear()
    try:
        with pytest.raises(HardwareAbsent, match=r"NotoSans-Bold\.ttf") as caught:
            text.width("a", 771, bold=True)
    finally:
        text._file.cache_clear()
    assert "fonts-noto" in caught.value.hint


# Shapes


def test_every_icon_that_settings_may_name_can_be_drawn() -> None:
    assert set(get_args(get_type_hints(Service)["icon"])) <= icons.NAMES


@pytest.mark.parametrize("name", sorted(icons.NAMES))
def test_icon_is_whole_within_its_box_and_of_its_colour(name: str) -> None:
    image = icons.icon(name, 96, theme.LACQUER)
    ink = image.get_bounding_rect()
    assert image.get_rect().inflate(-2, -2).contains(ink)
    assert ink.width > 20
    colors = {
        tuple(image.get_at((x, y)))[:3] for x in range(96) for y in range(96) if image.get_at((x, y)).a > 200
    }
    assert colors == {theme.LACQUER}


@pytest.mark.parametrize("size", [(800, 480), (1080, 1920), (3840, 2160), (1366, 768)])
def test_band_reaches_from_edge_to_edge_with_a_diamond_in_the_middle(size: theme.Size) -> None:
    surface = pygame.Surface(size)
    surface.fill(theme.PAPER)
    box = band.draw(surface, 10)
    assert (box.left, box.width, box.height) == (0, size[0], band.height(size))
    row = [tuple(surface.get_at((x, box.centery)))[:3] for x in range(size[0])]
    assert theme.PAPER not in row
    assert row[size[0] // 2] == row[size[0] // 2 - 1] == theme.WHITE
    assert set(row) == {theme.INK, theme.LACQUER, theme.GOLD, theme.WHITE}


def test_panel_is_round_at_its_corners_and_its_border_lies_inside() -> None:
    surface = pygame.Surface((120, 100))
    rect = pygame.Rect(10, 10, 100, 80)
    rounded.draw(surface, rect, theme.WHITE, 20, border=theme.SOFT, weight=4)
    assert surface.get_at(rect.topleft)[:3] == (0, 0, 0)
    assert surface.get_at(rect.midtop)[:3] == theme.SOFT
    assert surface.get_at((60, 14))[:3] == theme.WHITE
    assert surface.get_at(rect.center)[:3] == theme.WHITE
    assert surface.get_at((60, 90))[:3] == (0, 0, 0)


def test_bar_is_filled_by_its_share() -> None:
    canvas, surface = Canvas((220, 20)), pygame.Surface((220, 20))
    canvas.bar(pygame.Rect(10, 0, 200, 20), 0.75, theme.INK, theme.SOFT)
    canvas.paint(surface)
    assert surface.get_at((150, 10))[:3] == theme.INK
    assert surface.get_at((170, 10))[:3] == theme.SOFT


# The window


def finger(kind: int, x: float, y: float, touch_id: int = 3) -> pygame.Event:
    return pygame.Event(kind, touch_id=touch_id, finger_id=1, x=x, y=y)


def mouse(kind: int, pos: tuple[int, int], *, touch: bool = False, button: int = 1) -> pygame.Event:
    return pygame.Event(kind, pos=pos, button=button, touch=touch, buttons=(1, 0, 0))


def pressed(key: int, letter: str, mod: int = 0) -> pygame.Event:
    return pygame.Event(pygame.KEYDOWN, key=key, unicode=letter, mod=mod)


@pytest.mark.parametrize(
    ("event", "meaning"),
    [
        (finger(pygame.FINGERDOWN, 0.5, 0.25), Touch("down", 200, 60, 1)),
        (finger(pygame.FINGERMOTION, 0.5, 0.5), Touch("move", 200, 120, 1)),
        (finger(pygame.FINGERUP, 0.1, 0.1), Touch("up", 40, 24, 1)),
        (mouse(pygame.MOUSEBUTTONDOWN, (7, 9)), Touch("down", 7, 9)),
        (mouse(pygame.MOUSEBUTTONUP, (7, 9)), Touch("up", 7, 9)),
        (mouse(pygame.MOUSEBUTTONDOWN, (7, 9), button=3), None),
        (mouse(pygame.MOUSEBUTTONDOWN, (7, 9), touch=True), None),
        (mouse(pygame.MOUSEBUTTONUP, (7, 9), touch=True), None),
        (finger(pygame.FINGERDOWN, 0.5, 0.25, touch_id=-1), None),
        (pygame.Event(pygame.WINDOWEXPOSED), Exposed()),
        (pygame.Event(pygame.QUIT), Closed()),
        (pressed(pygame.K_TAB, "\t"), Key("next")),
        (pressed(pygame.K_TAB, "\t", pygame.KMOD_LSHIFT), Key("previous")),
        (pressed(pygame.K_SPACE, " "), Key("enter")),
        (pressed(pygame.K_k, "k"), Letter("K")),
        (pressed(pygame.K_KP7, "7"), Letter("7")),
        (pressed(pygame.K_o, "ộ"), None),
        (pressed(pygame.K_F4, ""), None),
    ],
)
def test_event_is_read_once_whether_finger_mouse_or_key(event: pygame.Event, meaning: object) -> None:
    assert read(event, SIZE) == meaning


def test_touch_from_afar_comes_as_a_real_one(window: Window) -> None:
    window.touch(0.25, 0.5)
    assert window.events() == [Touch("down", 100, 120), Touch("up", 100, 120)]


def test_window_knows_how_old_its_last_frame_is(window: Window, clock: FakeClock) -> None:
    assert (window.frame, window.frame_age_s, window.stale) == (-1, None, True)
    window.present()
    assert (window.frame, window.frame_age_s, window.stale) == (0, 0, False)
    clock.advance(AGAIN_S)
    assert (window.frame_age_s, window.stale) == (AGAIN_S, True)
    window.present()
    assert (window.frame, window.stale) == (1, False)


def test_window_has_the_name_of_its_output_for_the_compositor_to_place_it(
    monkeypatch: pytest.MonkeyPatch, clock: FakeClock
) -> None:
    monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")
    monkeypatch.setenv("SDL_VIDEO_WAYLAND_WMCLASS", "")
    with Window(Screen(output="HDMI-A-2"), "test", clock):
        assert os.environ["SDL_VIDEO_WAYLAND_WMCLASS"] == "HDMI-A-2"


def test_a_touch_counts_though_the_window_hears_at_once_that_it_is_in_front(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A slow machine reads both together; SDL would let a click go that brings a window to the front."""
    with VirtualDesktop(*SIZE) as desktop:
        for name, value in desktop.environment.items():
            monkeypatch.setenv(name, value)
        with Window(Screen(size=SIZE), "test", Clock()) as window:
            subprocess.run(["xdotool", "mousemove", "90", "60", "sleep", "0.1", "click", "1"], check=True)
            heard: list[object] = []
            deadline = time.monotonic() + 30
            while Touch("up", 90, 60) not in heard and time.monotonic() < deadline:
                heard += window.events()
    assert Touch("down", 90, 60) in heard


def test_machine_without_a_screen_is_told_so(monkeypatch: pytest.MonkeyPatch, clock: FakeClock) -> None:
    monkeypatch.setenv("SDL_VIDEODRIVER", "none-such")
    with pytest.raises(HardwareAbsent, match="No screen"), Window(Screen(size=SIZE), "test", clock):
        pass


# Pictures from afar


def shots_of(remote: Remote, shots: list[Shot], count: int) -> list[Shot]:
    """What the watchers were handed, once they are `count`."""
    deadline = time.monotonic() + 30
    while len(shots) < count:
        assert time.monotonic() < deadline, f"{len(shots)} of {count} pictures came"
        remote.step()
    return shots


def test_picture_shows_the_frame_to_the_pixel(window: Window) -> None:
    window.surface.fill(theme.PAPER)
    window.surface.fill(theme.GOLD, (10, 20, 30, 40))
    window.present()
    with Remote(window, SimpleQueue[object]().put) as remote:
        shots: list[Shot] = []
        remote.picture(None, -1, shots.append)
        [shot] = shots_of(remote, shots, 1)
    assert (shot.frame, shot.media) == (0, "image/png")
    image = Image.open(io.BytesIO(shot.data))
    assert image.tobytes() == pygame.image.tobytes(window.surface, "RGB")


def test_picture_is_scaled_to_the_width_that_was_asked_and_never_enlarged(window: Window) -> None:
    window.present()
    with Remote(window, SimpleQueue[object]().put) as remote:
        shots: list[Shot] = []
        remote.picture(100, -1, shots.append)
        remote.picture(1000, -1, shots.append)
        sizes = {Image.open(io.BytesIO(shot.data)).size for shot in shots_of(remote, shots, 2)}
    assert sizes == {(100, 60), SIZE}


def test_watcher_is_answered_when_something_newer_is_shown_and_not_before(window: Window) -> None:
    with Remote(window, SimpleQueue[object]().put) as remote:
        early: list[Shot] = []
        remote.picture(64, -1, early.append)
        remote.step()  # nothing was shown yet
        window.present()
        assert shots_of(remote, early, 1)[0].frame == 0
        late: list[Shot] = []
        remote.picture(64, 0, late.append)
        remote.step()  # the watcher has this frame
        window.present()
        assert shots_of(remote, late, 1)[0].frame == 1


def test_watcher_who_knows_a_frame_from_before_a_restart_is_answered_at_once(window: Window) -> None:
    window.present()
    with Remote(window, SimpleQueue[object]().put) as remote:
        shots: list[Shot] = []
        remote.picture(64, 517, shots.append)
        assert shots_of(remote, shots, 1)[0].frame == 0

"""The pictures of a board that calls nobody: whole, in turn, and gone at once when somebody is called."""

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pygame
import pytest
from click.testing import CliRunner
from PIL import Image

from bus.messages import YOUNG_CALL_S, Board, BoardCall, Call
from display.announcer import Announcer
from display.board import BoardView
from display.hall import NOTICE_S, look
from display.layout import room_of
from display.pictures import Picture, Pictures, pictures_in
from screen.theme import INK, Size
from technician.command import luot
from tests.test_display import Hub

ROOM = (200, 100)
RED, GREEN = (200, 0, 0), (0, 200, 0)


def save(path: Path, size: Size, color: tuple[int, ...] = RED, **how: Any) -> None:
    """A picture of one colour; an alpha of less than 255 lets what is behind it through."""
    Image.new("RGBA" if len(color) == 4 else "RGB", size, color).save(path, **how)


@pytest.fixture
def pictures(tmp_path: Path) -> Iterator[Pictures]:
    with Pictures(tmp_path, lambda: ROOM) as pictures:
        yield pictures


def ready(pictures: Pictures, turn: int) -> pygame.Surface:
    """The picture of that turn, once it is there."""
    deadline = time.monotonic() + 30
    while (picture := pictures.at(turn)) is None:
        assert time.monotonic() < deadline, "there is no picture"
        time.sleep(0.005)
    return picture.surface


# As they are read


@pytest.mark.parametrize(
    ("size", "shown"), [((4000, 1000), (200, 50)), ((300, 900), (33, 100)), ((20, 10), (200, 100))]
)
def test_picture_is_whole_and_as_large_as_fits(
    pictures: Pictures, tmp_path: Path, size: Size, shown: Size
) -> None:
    save(tmp_path / "one.jpg", size)
    assert ready(pictures, 0).get_size() == pytest.approx(shown, abs=1)


def test_photograph_of_a_turned_telephone_stands_upright(pictures: Pictures, tmp_path: Path) -> None:
    turned = Image.Exif()
    turned[0x0112] = 6  # the orientation: its top is on the right
    save(tmp_path / "one.jpg", (900, 300), exif=turned)
    assert ready(pictures, 0).get_size() == (33, 100)


def test_clear_parts_show_the_boards_own_ink(pictures: Pictures, tmp_path: Path) -> None:
    save(tmp_path / "one.png", ROOM, (*RED, 0))
    assert ready(pictures, 0).get_at((50, 50))[:3] == INK


def test_pictures_come_in_the_order_of_their_names_and_again_from_the_first(
    pictures: Pictures, tmp_path: Path
) -> None:
    save(tmp_path / "a.png", ROOM, RED)
    save(tmp_path / "b.PNG", ROOM, GREEN)
    (tmp_path / "notes.txt").write_text("no picture")
    assert [ready(pictures, turn).get_at((9, 9))[:3] for turn in range(3)] == [RED, GREEN, RED]


def test_broken_picture_is_passed_over_and_said_once_until_it_is_another(
    pictures: Pictures, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    save(tmp_path / "a.png", ROOM, RED)
    save(tmp_path / "b.png", ROOM, GREEN)
    whole = (tmp_path / "a.png").read_bytes()
    (tmp_path / "a.png").write_bytes(whole[: len(whole) // 2])
    assert {ready(pictures, turn).get_at((9, 9))[:3] for turn in range(4)} == {GREEN}
    assert caplog.text.count("a picture cannot be shown") == 1
    (tmp_path / "a.png").write_bytes(whole)
    os.utime(tmp_path / "a.png", (1, 1))
    assert {ready(pictures, turn).get_at((9, 9))[:3] for turn in range(8, 10)} == {RED, GREEN}


def test_picture_that_its_decoder_stumbles_over_is_passed_over_too(
    pictures: Pictures, tmp_path: Path
) -> None:
    turned = Image.Exif()
    turned[0x0112], turned[0x8825] = 6, {1: "N"}
    save(tmp_path / "a.jpg", (900, 300), exif=turned)
    north, version = b"\x00\x01\x00\x02\x00\x00\x00\x02N", b"\x00\x00\x00\x02\x00\x00\x00\x02N"
    whole = (tmp_path / "a.jpg").read_bytes()
    assert whole.count(north) == 1
    (tmp_path / "a.jpg").write_bytes(whole.replace(north, version))  # in letters, where bytes should stand
    save(tmp_path / "b.png", ROOM, GREEN)
    assert ready(pictures, 0).get_at((9, 9))[:3] == GREEN


def test_folder_that_cannot_be_read_has_no_pictures(tmp_path: Path) -> None:
    """As one on a stick that fails; here its name is longer than any folder's."""
    lost = tmp_path / ("a" * 300)
    with pytest.raises(OSError, match="too long"):
        lost.is_dir()
    assert pictures_in(lost) == []


def test_folder_may_be_empty_or_absent_until_the_first_picture_comes(tmp_path: Path) -> None:
    with Pictures(tmp_path / "pictures", lambda: ROOM) as pictures:
        assert pictures.at(0) is None
        (tmp_path / "pictures").mkdir()
        save(tmp_path / "pictures" / "one.png", ROOM, GREEN)
        assert ready(pictures, 9).get_at((9, 9))[:3] == GREEN


# As they are shown


@pytest.fixture
def hub_said() -> Hub:
    return Hub()


@pytest.fixture
def shown(hub_said: Hub) -> Callable[[Announcer, float], BoardView]:
    """What the board shows, with a picture that is always ready."""
    picture = Picture(pygame.Surface(ROOM))
    return lambda announcer, now: look(hub_said.states, announcer, now, lambda _: picture)


def turns(hub_said: Hub, view: Callable[[], BoardView], count: int = 6) -> list[str]:
    """What stands large, turn by turn: a notice, a picture, or what the board has else."""
    told = []
    for _ in range(count):
        one = view()
        told.append("picture" if one.picture else one.notice)
        hub_said.clock.advance(NOTICE_S)
        hub_said.beat(notices=({"vi": "Một"}, {"vi": "Hai"}))
    return told


def test_notices_and_pictures_take_turns_once_nobody_was_called_for_a_while(
    hub_said: Hub, shown: Callable[[Announcer, float], BoardView]
) -> None:
    announcer = Announcer()
    hub_said.beat(notices=({"vi": "Một"}, {"vi": "Hai"}))
    come = BoardCall("2026-11-23-A001", 1, 1, "A001", "one", "1", False, 90)
    announcer.read(Board(hub_said.rev(), calls=(come,)), 0.0)
    told = turns(hub_said, lambda: shown(announcer, 0.0))
    assert told.count("picture") == 2
    assert set(told) == {"picture", "Một", "Hai"}


def test_before_the_first_call_pictures_take_turns_with_what_there_is_to_do(
    hub_said: Hub, shown: Callable[[Announcer, float], BoardView]
) -> None:
    told = turns(hub_said, lambda: shown(Announcer(), 0.0))
    assert sorted(told) == [""] * 3 + ["picture"] * 3


def test_call_takes_the_screen_back_at_once_and_keeps_it_for_a_while(
    hub_said: Hub, shown: Callable[[Announcer, float], BoardView]
) -> None:
    announcer = Announcer()
    announcer.hear(Call("2026-11-23-A001", 1, 1, "A001", "one", "1", {}, ("vi",)), 0.0)
    announcer.step(0.0)
    assert set(turns(hub_said, lambda: shown(announcer, 0.0))) == {""}
    assert shown(announcer, 0.0).current is not None
    assert "picture" not in turns(hub_said, lambda: shown(announcer, YOUNG_CALL_S - 1))
    assert "picture" in turns(hub_said, lambda: shown(announcer, YOUNG_CALL_S))


@pytest.mark.parametrize("closed", [{"open": False}, {"stopped": "disk"}])
def test_pictures_stay_away_from_a_board_that_must_be_read(
    hub_said: Hub, shown: Callable[[Announcer, float], BoardView], closed: dict[str, object]
) -> None:
    for _ in range(4):
        hub_said.beat(**closed)
        assert shown(Announcer(), 0.0).picture is None
        hub_said.clock.advance(NOTICE_S)


@pytest.mark.parametrize("size", [(1920, 1080), (800, 480), (2160, 3840)])
def test_picture_stands_between_head_and_foot(size: Size) -> None:
    room = room_of(size)
    surface, image = pygame.Surface(size), pygame.Surface(room)
    image.fill(RED)
    view = BoardView(time="08:12", name="Phường Tân Lập", fresh=True, picture=Picture(image))
    view.canvas(size).paint(surface)
    seen = pygame.mask.from_threshold(surface, RED, (1, 1, 1))
    assert seen.count() == room[0] * room[1]
    assert room[0] * room[1] > 0.7 * size[0] * size[1]


def test_check_of_a_boards_settings_counts_its_pictures(tmp_path: Path) -> None:
    folder, file = tmp_path / "pictures", tmp_path / "board-1.toml"
    file.write_text(
        f'center = "tan-lap"\nrole = "display"\ndevice = "board-1"\nshows = "board"\npictures = "{folder}"\n'
    )
    assert f"without pictures: {folder} has none" in CliRunner().invoke(luot, ["check", str(file)]).output
    folder.mkdir()
    for name in ("a.png", "b.jpg"):
        save(folder / name, ROOM)
    assert "with 2 pictures" in CliRunner().invoke(luot, ["check", str(file)]).output

"""A centre's own colour and emblem: read on every screen whatever was chosen, and judged before they are."""

from dataclasses import replace
from pathlib import Path
from tempfile import NamedTemporaryFile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from bus.messages import Theme as Told
from center.broker import PrivateBroker
from config.emblem import MOST_BYTES, fault
from config.load import load_center
from demo.files import TEMPLATES
from demo.member import Member, expect
from demo.part import Part
from demo.scenes import EMBLEM, OFFER, OWN, scenes
from demo.views import VIEWS
from display.board import BoardView
from kiosk.pages import lay_out
from screen import emblem
from screen.canvas import Canvas
from screen.theme import GOLD, HOUSE, INK, LACQUER, PAPER, SOFT, WHITE, Color, Theme, contrast, themed, toned
from technician.check import notes
from tests import eyes

colors = st.tuples(*[st.integers(0, 255)] * 3)
HOMES = [scene for name, scene in scenes("vi") if name in ("home", "printed", "cut off", "an unknown code")]


def written(color: Color) -> str:
    return "#" + bytes(color).hex()


def shown(theme: Theme) -> list[Canvas]:
    """Screens that have much of the centre's colour."""
    pages = [lay_out(replace(scene, offer=replace(OFFER, theme=theme)), (1080, 1920)) for scene in HOMES]
    views = [view for name, view in VIEWS.items() if name in ("panel asks", "panel idle", "panel expired")]
    return [*pages, *(replace(view, theme=theme).canvas((1280, 800)) for view in views)]


@given(colors)
@settings(max_examples=500)
def test_any_colour_becomes_one_that_can_be_read(color: Color) -> None:
    theme = themed(written(color))
    assert contrast(theme.accent, PAPER) >= 7
    assert contrast(theme.accent, WHITE) >= 7
    assert contrast(theme.accent, SOFT) >= 4.5
    assert contrast(theme.thread, INK) >= 2
    for lacking in eyes.LACKING:
        assert contrast(eyes.seen(theme.accent, lacking), eyes.seen(PAPER, lacking)) >= 4.5


@given(colors, st.sampled_from([PAPER, WHITE, INK, GOLD]), st.floats(1, 9))
@settings(max_examples=300)
def test_the_tone_is_the_nearest_and_of_the_same_hue(color: Color, ground: Color, least: float) -> None:
    tone = toned(color, ground, least)
    if contrast(color, ground) >= least:
        assert tone == color
    else:
        assert least <= contrast(tone, ground) < 1.1 * least + 0.1
        darker, lighter = (
            all(a <= b for a, b in zip(*pair, strict=True)) for pair in ((tone, color), (color, tone))
        )
        assert darker or lighter


@given(colors)
@settings(max_examples=20)
def test_lacquer_is_nowhere_on_the_screens_of_a_centre_with_another_colour(color: Color) -> None:
    theme = themed(written(color))
    for canvas in shown(theme):
        drawn = {mark.color for mark in canvas.marks}
        assert theme.accent in drawn
        assert LACQUER not in drawn or theme.accent == LACQUER


def test_a_centre_without_a_theme_looks_like_the_house() -> None:
    assert themed("") == HOUSE
    assert themed("#9e1b32") == HOUSE


def test_light_on_black_is_for_eyes_and_not_for_the_centre() -> None:
    (scene,) = (scene for name, scene in scenes("vi") if name == "contrast: number")
    marks = lay_out(replace(scene, offer=replace(OFFER, theme=OWN)), (1080, 1920)).marks
    assert OWN.accent not in {mark.color for mark in marks}


def test_an_emblem_that_cannot_be_read_is_left_out() -> None:
    view = BoardView(title="Trung tâm", name="Tân Lập", time="08:12", theme=Theme(emblem=EMBLEM[:500]))
    whole, without = (each.canvas((1920, 1080)).marks for each in (view, replace(view, theme=HOUSE)))
    assert [mark.box for mark in whole] == [mark.box for mark in without]


@given(st.data())
@settings(max_examples=200)
def test_no_damaged_emblem_stops_a_screen_or_the_check(data: st.DataObject) -> None:
    damaged = bytearray(EMBLEM)
    for _ in range(data.draw(st.integers(1, 3))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    emblem.image(bytes(damaged), 40)
    with NamedTemporaryFile() as file:
        Path(file.name).write_bytes(damaged)
        fault(Path(file.name))


# The centre's file


def center_file(folder: Path, theme: str) -> Path:
    path = folder / "center.toml"
    path.write_text((TEMPLATES / "center.toml").read_text() + f"\n[theme]\n{theme}\n")
    return path


def test_a_file_that_is_no_emblem_is_told_of(tmp_path: Path) -> None:
    path = tmp_path / "emblem.png"
    assert fault(path) == f"names no file: {path}"
    path.write_bytes(EMBLEM)
    assert fault(path) == ""
    path.write_bytes(EMBLEM[: len(EMBLEM) // 2])
    assert "cannot be read as a PNG file" in fault(path)
    path.write_bytes(EMBLEM + bytes(MOST_BYTES))
    assert "make it 32 kB or less" in fault(path)
    Image.new("1", (1025, 40)).save(path)
    assert "measures 1025 by 40 pixels: make it 1024 by 1024 or less" in fault(path)
    Image.new("RGB", (40, 40)).save(path, "JPEG")
    assert "cannot be read as a PNG file" in fault(path)


def test_check_tells_in_which_tones_a_colour_is_shown(tmp_path: Path) -> None:
    def about_color(color: str) -> list[str]:
        told = notes(center_file(tmp_path, f'color = "{color}"'))
        return [note for note in told if "theme" in note]

    [note] = about_color("#FFC800")
    assert note.endswith("`theme.color` is shown as #685100 in words and icons, as #FFC800 in the band")
    assert about_color("#9E1B32") == []


@pytest.mark.parametrize("color", ["red", "#9E1B3", "9E1B32"])
def test_what_is_no_colour_is_a_mistake(tmp_path: Path, color: str) -> None:
    with pytest.raises(ValueError, match='must be a colour in quotes, as in "#9E1B32"'):
        load_center(center_file(tmp_path, f'color = "{color}"'))


def test_every_screen_is_told_by_the_hub(broker: PrivateBroker, files: Path, tmp_path: Path) -> None:
    (files / "emblem.png").write_bytes(EMBLEM)
    (files / "center.d").mkdir()
    (files / "center.d" / "theme.toml").write_text('[theme]\ncolor = "#00788A"\nemblem = "../emblem.png"\n')
    with Part("hub", files / "hub.toml"), Member(broker, "board-1", "display", tmp_path) as board:
        expect(board, "the catalogue", lambda: board.states.catalog is not None)
        assert board.states.catalog is not None
        assert board.states.catalog.theme == Told("#00788A", EMBLEM)

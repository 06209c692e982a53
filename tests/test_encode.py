"""From the composed picture to bytes, and back to paper as a printer reads them: dot for dot."""

import re
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Literal

import pytest
from escpos.printer import Dummy
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops

from printer.drawing import stack
from printer.encode import LINES_TO_TEAR, MAX_ROWS, encode, separator
from printer.interpreter import LINE, Cut, Interpreter, Print
from printer.profiles import PROFILES, Profile
from printer.template import SHIPPED, Template, load
from printer.ticket import Composed, compose
from tests.paper import CENTER, is_part, nearly_same, same, ticket

ADDRESS = "https://luot.example.vn/t/2026-11-22-A012"
REAL_TIME = re.compile(rb"\x10[\x04\x05\x14]")

TICKET, SHORT = load(SHIPPED / "ticket.toml"), load(SHIPPED / "short.toml")
EPSON = PROFILES["epson-tm-t20"]

profiles = pytest.mark.parametrize("profile", PROFILES.values(), ids=PROFILES)
templates = pytest.mark.parametrize("template", [TICKET, SHORT], ids=["ticket", "short"])
languages = pytest.mark.parametrize("language", ["vi", "en", "rad"])


def printed(data: bytes, width: int) -> tuple[list[Image.Image], list[str]]:
    """The papers that these bytes print, the last one perhaps not cut off, and what was not understood."""
    interpreter = Interpreter(width)
    interpreter.feed(data)
    papers: list[list[Image.Image]] = [[]]
    while effect := interpreter.step():
        if isinstance(effect, Print):
            papers[-1].append(effect.strip)
        elif isinstance(effect, Cut):
            papers.append([])
    return [stack(strips, width) for strips in papers if strips], interpreter.errors


def paper_of(data: bytes, profile: Profile) -> tuple[Image.Image, list[str]]:
    """The one ticket that these bytes print, and what the printer would not have understood."""
    (paper,), errors = printed(data, profile.width)
    return paper, errors


def upper_part(paper: Image.Image, picture: Image.Image) -> Image.Image:
    return paper.crop((0, 0, *picture.size))


def bands(data: bytes) -> list[tuple[int, int, int]]:
    """Bytes a row, rows, and how many times each dot is printed, of every band."""
    found = []
    at = 0
    while band := re.compile(rb"\x1dv0([\x00\x03])(..)(..)", re.DOTALL).search(data, at):
        times = 2 if band[1] == b"\x03" else 1
        columns, rows = (int.from_bytes(each, "little") for each in band.group(2, 3))
        found.append((columns, rows, times))
        at = band.end() + columns * rows
    return found


@profiles
@templates
@languages
@pytest.mark.parametrize("priority", [False, True])
def test_paper_shows_the_composed_picture_dot_for_dot(
    profile: Profile, template: Template, language: str, priority: bool
) -> None:
    given = ticket(language=language, priority=priority, track=ADDRESS)
    composed = compose(given, CENTER, "Chứng thực, Ễ", profile.width, template, again=priority)
    paper, errors = paper_of(encode(composed, profile), profile)
    assert errors == []
    assert nearly_same(upper_part(paper, composed.picture), composed.picture)
    assert ImageChops.invert(paper.crop((0, composed.picture.height, *paper.size))).getbbox() is None


@profiles
@templates
def test_code_on_paper_is_read_back(profile: Profile, template: Template, tmp_path: Path) -> None:
    composed = compose(ticket(track=ADDRESS), CENTER, "Hộ tịch", profile.width, template)
    paper, _ = paper_of(encode(composed, profile), profile)
    paper.save(tmp_path / "paper.png")
    read = subprocess.run(
        ["zbarimg", "--quiet", "--raw", tmp_path / "paper.png"], capture_output=True, check=True
    )
    assert read.stdout.decode().strip() == ADDRESS


@pytest.mark.parametrize("width", [576, 384])
def test_all_ways_of_printing_look_the_same(width: Literal[384, 576]) -> None:
    composed = compose(ticket(track=ADDRESS), CENTER, "Hộ tịch", width, TICKET)
    ways = [
        replace(EPSON, width=width, native_qr=native_qr, doubles=doubles)
        for native_qr in (True, False)
        for doubles in (True, False)
    ]
    first, *others = [paper_of(encode(composed, way), way)[0] for way in ways]
    assert all(same(first, other) for other in others)


@profiles
def test_bands_are_of_heights_that_every_printer_takes(profile: Profile) -> None:
    composed = compose(ticket(track=ADDRESS), CENTER, "Hộ tịch", profile.width, TICKET)
    for columns, rows, times in bands(encode(composed, replace(profile, native_qr=False))):
        assert 0 < rows * times <= MAX_ROWS
        assert rows % 48
        assert columns == 1 or (profile.width // 8 - columns * times) % 2 == 0  # centred by whole bytes


@profiles
@languages
def test_bytes_are_few(profile: Profile, language: str) -> None:
    """What an 80 mm ticket may take; on a serial line, where 10 kB are a second, it is the short one."""
    given = ticket(language=language, track=ADDRESS, priority=True)
    for template, most in ((TICKET, 20_000), (SHORT, 15_000)):
        composed = compose(given, CENTER, "Đất đai và xây dựng", profile.width, template)
        assert len(encode(composed, profile)) < most


@pytest.mark.parametrize("doubles", [True, False])
def test_picture_is_what_another_program_sends_for_it(doubles: bool) -> None:
    """python-escpos, whose pictures real printers have printed for years."""
    composed = compose(ticket(label="A888"), CENTER, "Hộ tịch", 576, TICKET)
    other = Dummy()
    other.hw("INIT")
    other.image(composed.picture, fragment_height=100)
    profile = replace(EPSON, doubles=doubles)
    ours, _ = paper_of(encode(composed, profile), profile)
    (theirs,), errors = printed(bytes(other.output), 576)
    assert errors == []
    assert nearly_same(upper_part(ours, composed.picture), theirs)


@pytest.mark.parametrize("across", [1, 2])
@pytest.mark.parametrize("down", [1, 2])
def test_twin_reads_another_programs_pictures_feeds_and_cuts(across: int, down: int) -> None:
    """No program that reads ESC/POS was found to hold the twin against: one that writes it has to do."""
    picture = Image.new("1", (64, 40), 255)
    picture.putpixel((3, 7), 0)
    other = Dummy(profile="TM-T20II")
    other.hw("INIT")
    other.set(align="right")
    other.image(picture, high_density_horizontal=across == 1, high_density_vertical=down == 1)
    other.print_and_feed(2)
    other.cut(mode="FULL")
    other.print_and_feed(3)
    papers, errors = printed(bytes(other.output), 576)
    assert errors == []
    assert [paper.height for paper in papers] == [40 * down + (2 + LINES_TO_TEAR) * LINE, 3 * LINE]
    left, top, right, bottom = ImageChops.invert(papers[0]).getbbox() or (0, 0, 0, 0)
    assert (right - left, bottom - top) == (across, down)
    assert (left, top) == (576 - (64 - 3) * across, 7 * down)


def test_each_cutter_is_told_in_its_words() -> None:
    composed = compose(ticket(), CENTER, "Hộ tịch", 576, TICKET)
    ends = {
        "full": b"\x1dV\x00",
        "partial": b"\x1dV\x01",
        "presenter": b"\x1dV\x00\x1de\x05",
        "none": b"\x1bd\x06",
    }
    for cutter, end in ends.items():
        profile = replace(EPSON, cutter=cutter)  # type: ignore[arg-type]
        assert encode(composed, profile).endswith(end)
        assert separator(profile).endswith(end)


@st.composite
def pictures(draw: st.DrawFn) -> Image.Image:
    """Pictures that are full of what looks like real-time commands."""
    rows = draw(st.integers(1, 150))
    some = draw(st.lists(st.sampled_from(b"\x00\x00\x00\x10\x04\x05\x14\xff"), min_size=1, max_size=200))
    ink = bytes(some) * (72 * rows // len(some) + 1)
    return ImageChops.invert(Image.frombytes("1", (576, rows), ink[: 72 * rows]))


@given(pictures())
def test_no_picture_holds_a_real_time_command_and_no_dot_is_lost(picture: Image.Image) -> None:
    data = encode(Composed((picture,), 576), EPSON)
    assert not REAL_TIME.search(data)
    paper, errors = paper_of(data, EPSON)
    assert errors == []
    wanted, shown = ImageChops.invert(picture), ImageChops.invert(upper_part(paper, picture))
    assert is_part(wanted, shown)
    added = ImageChops.logical_and(shown, picture)
    assert is_part(added, ImageChops.offset(wanted, -1, 0))  # beside a dot that is there


@settings(max_examples=40, deadline=None)
@given(st.data())
@profiles
def test_ticket_after_one_that_broke_off_is_whole(profile: Profile, data: st.DataObject) -> None:
    broken = encode(compose(ticket(track=ADDRESS), CENTER, "Hộ tịch", profile.width, TICKET), profile)
    composed = compose(ticket(label="A013"), CENTER, "Hộ tịch", profile.width, TICKET)
    at = data.draw(st.integers(1, len(broken) - 1))
    sheet, _ = printed(broken[:at] + separator(profile) + encode(composed, profile), profile.width)
    rows = composed.picture.height + LINES_TO_TEAR * LINE
    last = sheet[-1].crop((0, sheet[-1].height - rows, *sheet[-1].size))
    assert nearly_same(upper_part(last, composed.picture), composed.picture)

"""From the composed picture to bytes, and back to paper as a printer reads them: dot for dot."""

import re
import subprocess
from pathlib import Path
from typing import Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops

from config.settings import PrinterPort
from printer.encode import MAX_ROWS, encode, harmless, separator
from printer.interpreter import Cut, Interpreter, Print
from printer.ticket import Composed, compose
from tests.paper import CENTER, same, ticket

ADDRESS = "https://luot.example.vn/t/2026-11-22-A012"
REAL_TIME = re.compile(rb"\x10[\x04\x05\x14]")

widths = pytest.mark.parametrize("width", [576, 384])


def port(width: Literal[384, 576], *, native_qr: bool = True) -> PrinterPort:
    return PrinterPort(host="localhost", width=width, native_qr=native_qr)


def printed(data: bytes, width: int) -> tuple[list[Image.Image], list[str]]:
    """The tickets that these bytes print, and what a printer would not have understood."""
    interpreter = Interpreter(width)
    interpreter.feed(data)
    tickets: list[Image.Image] = []
    strips: list[Image.Image] = []
    while effect := interpreter.step():
        if isinstance(effect, Print):
            strips.append(effect.strip)
        elif isinstance(effect, Cut):
            paper = Image.new("1", (width, sum(strip.height for strip in strips)), 255)
            top = 0
            for strip in strips:
                paper.paste(strip, (0, top))
                top += strip.height
            tickets.append(paper)
            strips = []
    return tickets, interpreter.errors


def upper_part(paper: Image.Image, picture: Image.Image) -> Image.Image:
    return paper.crop((0, 0, *picture.size))


def bands(data: bytes) -> list[tuple[int, int]]:
    """Bytes a row and rows of every band."""
    found = []
    at = data.find(b"\x1dv0\x00")
    while at >= 0:
        columns, rows = (int.from_bytes(data[at + n : at + n + 2], "little") for n in (4, 6))
        found.append((columns, rows))
        at = data.find(b"\x1dv0\x00", at + 8 + columns * rows)
    return found


@widths
@pytest.mark.parametrize("language", ["vi", "en", "rad"])
@pytest.mark.parametrize("category", ["ordinary", "priority"])
def test_paper_shows_the_composed_picture_dot_for_dot(
    width: Literal[384, 576], language: str, category: str
) -> None:
    composed = compose(ticket(language=language, category=category), CENTER, "Chứng thực, Ễ", width)
    (paper,), errors = printed(encode(composed, port(width)), width)
    assert errors == []
    assert same(upper_part(paper, composed.picture), harmless(composed.picture))
    assert ImageChops.invert(paper.crop((0, composed.picture.height, *paper.size))).getbbox() is None


@widths
@pytest.mark.parametrize("native_qr", [True, False])
def test_code_on_paper_is_read_back(width: Literal[384, 576], native_qr: bool, tmp_path: Path) -> None:
    composed = compose(ticket(track=ADDRESS), CENTER, "Hộ tịch", width)
    (paper,), errors = printed(encode(composed, port(width, native_qr=native_qr)), width)
    assert errors == []
    paper.save(tmp_path / "paper.png")
    read = subprocess.run(
        ["zbarimg", "--quiet", "--raw", tmp_path / "paper.png"], capture_output=True, check=True
    )
    assert read.stdout.decode().strip() == ADDRESS


@widths
def test_both_ways_of_printing_a_code_look_the_same(width: Literal[384, 576]) -> None:
    composed = compose(ticket(track=ADDRESS), CENTER, "Hộ tịch", width)
    native, drawn = (
        printed(encode(composed, port(width, native_qr=native_qr)), width)[0][0]
        for native_qr in (True, False)
    )
    assert same(native, drawn)


@widths
def test_bands_are_of_heights_that_every_printer_takes(width: Literal[384, 576]) -> None:
    composed = compose(ticket(track=ADDRESS), CENTER, "Hộ tịch", width)
    for columns, rows in bands(encode(composed, port(width, native_qr=False))):
        assert 0 < rows <= MAX_ROWS
        assert rows % 48
        assert columns == 1 or (width // 8 - columns) % 2 == 0  # centred by whole bytes


def test_ticket_takes_half_of_its_picture_or_less() -> None:
    composed = compose(ticket(), CENTER, "Hộ tịch", 576)
    whole = composed.picture.width * composed.picture.height // 8
    assert len(encode(composed, port(576))) < 0.6 * whole


@st.composite
def pictures(draw: st.DrawFn) -> Image.Image:
    """Pictures that are full of what looks like real-time commands."""
    rows = draw(st.integers(1, 150))
    some = draw(st.lists(st.sampled_from(b"\x00\x00\x00\x10\x04\x05\x14\xff"), min_size=1, max_size=200))
    ink = bytes(some) * (72 * rows // len(some) + 1)
    return ImageChops.invert(Image.frombytes("1", (576, rows), ink[: 72 * rows]))


@given(pictures())
def test_no_picture_holds_a_real_time_command_and_no_dot_is_lost(picture: Image.Image) -> None:
    data = encode(Composed(picture), port(576))
    assert not REAL_TIME.search(data)
    (paper,), errors = printed(data, 576)
    assert errors == []
    wanted, shown = ImageChops.invert(picture), ImageChops.invert(upper_part(paper, picture))
    assert is_part(wanted, shown)
    added = ImageChops.logical_and(shown, picture)
    assert is_part(added, ImageChops.offset(wanted, -1, 0))  # beside a dot that is there


def is_part(some: Image.Image, whole: Image.Image) -> bool:
    return ImageChops.logical_and(some, ImageChops.invert(whole)).getbbox() is None


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_ticket_after_one_that_broke_off_is_whole(data: st.DataObject) -> None:
    broken = encode(compose(ticket(track=ADDRESS), CENTER, "Hộ tịch", 576), port(576))
    composed = compose(ticket(label="A013"), CENTER, "Hộ tịch", 576)
    at = data.draw(st.integers(1, len(broken) - 1))
    tickets, _ = printed(broken[:at] + separator() + encode(composed, port(576)), 576)
    assert same(upper_part(tickets[-1], composed.picture), harmless(composed.picture))

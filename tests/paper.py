"""A centre, a ticket, and looking for words on paper."""

from functools import cache, partial
from typing import Any

import pytest
from PIL import Image, ImageChops, ImageDraw, ImageFont

from bus.answers import Ticket
from bus.messages import Wait
from printer.drawing import LAYOUTS
from printer.sample import CENTER, TAKEN
from printer.simulated import CUTTER
from printer.spool import Spool

__all__ = [
    "CENTER", "be_patient", "drawn", "find", "is_marked", "is_part", "is_ticket", "nearly_same", "same",
    "ticket",
]  # fmt: skip

ANSWER_S, PRINT_S = 30.0, 60.0  # of who is patient with a printer


def ticket(**changes: Any) -> Ticket:
    """A012 for hộ tịch, in Vietnamese, with four people ahead."""
    fields: dict[str, Any] = {
        "id": "2026-11-22-A012",
        "label": "A012",
        "service": "ho-tich",
        "category": "ordinary",
        "language": "vi",
        "at": TAKEN,
        "ahead": 4,
        "wait": Wait(5, 10),
        "place": {"vi": "Quầy 1 hoặc Quầy 2", "en": "Counter 1 or Counter 2"},
    }
    return Ticket(**{**fields, **changes})


def be_patient(patch: pytest.MonkeyPatch) -> None:
    """A twin whose thread stands still for seconds is no printer that is silent."""
    patch.setattr("printer.press.Spool", partial(Spool, answer_s=ANSWER_S, print_s=PRINT_S))


@cache
def drawn(words: str, size: int, *, bold: bool = False) -> Image.Image:
    """The words' ink alone, drawn far from every edge, so that nothing of it can be cut."""
    font = ImageFont.truetype(f"NotoSans-{'Bold' if bold else 'Regular'}.ttf", size)
    page = Image.new("1", (2000, 6 * size), 255)
    ImageDraw.Draw(page).text((500, 3 * size), words, font=font, fill=0, anchor="ls")
    return page.crop(ImageChops.invert(page).getbbox())


def find(picture: Image.Image, words: str, size: int, *, bold: bool = False) -> tuple[int, int] | None:
    """Where exactly these words stand, dot for dot (left, top), or none."""
    wanted = drawn(words, size, bold=bold)
    rows, wanted_rows = _rows(picture), _rows(wanted)
    for top in range(len(rows) - len(wanted_rows) + 1):
        left = rows[top].find(wanted_rows[0])
        while left >= 0:
            if all(rows[top + index].startswith(row, left) for index, row in enumerate(wanted_rows)):
                return left, top
            left = rows[top].find(wanted_rows[0], left + 1)
    return None


def is_ticket(paper: Image.Image) -> bool:
    """Whether it is one, or the upper part of one: not where only a rest came out."""
    return find(paper, "Số của ông bà", LAYOUTS[paper.width].body) is not None


def is_marked(paper: Image.Image) -> bool:
    """Whether IN LẠI stands on it, white on black: it was printed before."""
    above = paper.crop((0, 0, paper.width, CUTTER + 60))
    return find(ImageChops.invert(above), "IN LẠI", LAYOUTS[paper.width].body, bold=True) is not None


def same(one: Image.Image, other: Image.Image) -> bool:
    """Whether two pictures have the same size and the same dots."""
    return one.size == other.size and ImageChops.logical_xor(one, other).getbbox() is None


def nearly_same(paper: Image.Image, picture: Image.Image) -> bool:
    """Dot for dot, but for those that keep real-time commands out of a picture."""
    added = ImageChops.logical_xor(paper, picture).histogram()[-1]
    return (
        paper.size == picture.size
        and added <= 8
        and is_part(ImageChops.invert(picture), ImageChops.invert(paper))
    )


def is_part(some: Image.Image, whole: Image.Image) -> bool:
    """Whether every white dot of one is white in the other."""
    return ImageChops.logical_and(some, ImageChops.invert(whole)).getbbox() is None


def _rows(picture: Image.Image) -> list[bytes]:
    """A byte a dot."""
    dots = picture.convert("L").tobytes()
    return [dots[start : start + picture.width] for start in range(0, len(dots), picture.width)]

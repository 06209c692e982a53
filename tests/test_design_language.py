"""The page of the design language says what the code does."""

import re
from pathlib import Path

import pytest

from screen import theme
from screen.theme import Color
from tests import eyes

PAGE = (Path(__file__).parent.parent / "docs" / "design-language.md").read_text(encoding="utf-8")
PAIRS = re.findall(r"^\| `(\w+)` \| `#(\w{6})` \|[^|]*\| `(\w+)` \| ([\d.]+) \|$", PAGE, re.MULTILINE)
NAMED = re.findall(r"`([A-Z_]+)` (?:is )?`#(\w{6})`", PAGE)


def color(name: str) -> Color:
    red, green, blue = getattr(theme, name)
    return red, green, blue


@pytest.mark.parametrize(("name", "code", "ground", "told"), PAIRS)
def test_a_pair_has_the_contrast_that_the_page_says(name: str, code: str, ground: str, told: str) -> None:
    assert bytes(color(name)).hex() == code.lower()
    assert f"{theme.contrast(color(name), color(ground)):.1f}" == told
    assert float(told) >= 7


@pytest.mark.parametrize(("name", "code", "ground", "told"), PAIRS)
@pytest.mark.parametrize("lacking", eyes.LACKING)
def test_a_pair_is_read_by_eyes_that_lack_cones(
    name: str, code: str, ground: str, told: str, lacking: str
) -> None:
    assert theme.contrast(eyes.seen(color(name), lacking), eyes.seen(color(ground), lacking)) >= 4.5


def test_every_ground_has_the_colour_that_the_page_says() -> None:
    assert len(PAIRS) == 10
    assert [name for name, _ in NAMED] == ["PAPER", "SOFT", "GOLD"]
    assert all(bytes(color(name)).hex() == code.lower() for name, code in NAMED)


def test_contrast_is_that_of_wcag() -> None:
    assert theme.contrast(theme.BLACK, theme.WHITE) == pytest.approx(21)
    assert theme.contrast((118, 118, 118), theme.WHITE) == pytest.approx(4.54, abs=0.01)

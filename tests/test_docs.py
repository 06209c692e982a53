"""The pages for people: every link leads somewhere, and the pictures are those that `luot pictures` takes."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from demo.pictures import PICTURES

ROOT = Path(__file__).parent.parent
DRAWN = ROOT / "docs" / "pictures"
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
MOST_BYTES = 1_500_000  # everybody who clones has them


def links(page: Path) -> Iterator[str]:
    """What the page's links and pictures lead to, code aside."""
    text = re.sub(r"```.*?```|`[^`\n]*`", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    yield from re.findall(r"\]\(([^)\s]+)\)", text)


def anchors(page: Path) -> set[str]:
    """The names that a page's headings have as targets."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", each.lower()).replace(" ", "-") for each in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_somewhere(page: Path) -> None:
    for link in links(page):
        if not re.match(r"https://", link):
            path, _, anchor = link.partition("#")
            target = page.parent / path if path else page
            assert target.exists(), f"{page.name}: {link}"
            assert not anchor or anchor in anchors(target), f"{page.name}: {link}"


def test_the_pages_show_every_picture_that_the_command_takes_and_no_other() -> None:
    shown = {
        (page.parent / link).resolve() for page in PAGES for link in links(page) if link.endswith(".png")
    }
    assert shown == {DRAWN / f"{name}.png" for name in PICTURES}
    assert shown == set(DRAWN.glob("*.png"))


def test_the_pictures_are_small() -> None:
    assert sum(path.stat().st_size for path in DRAWN.glob("*.png")) < MOST_BYTES

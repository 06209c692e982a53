"""The kiosk by keys only: every target of every page is reached, and a whole journey is made."""

import os
import subprocess
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path
from uuid import uuid4

import pytest
from pygame import Rect

from bus.answers import Appointment
from bus.asks import Book
from center.broker import PrivateBroker
from config.clock import Clock
from demo.desktop import VirtualDesktop
from demo.member import Member
from demo.part import Part
from demo.scenes import SCREENS, scenes
from kiosk.focus import moved
from kiosk.journey import Given, Home, Trouble, Typing
from kiosk.pages import lay_out
from screen.window import KeyName
from tests.booth import Booth, open_booth

GRID = {
    name: Rect(100 * column, 100 * row, 90, 90)
    for name, column, row in (("a", 0, 0), ("b", 1, 0), ("c", 2, 0), ("d", 0, 1), ("e", 2, 1))
}


@pytest.mark.parametrize(
    ("focus", "key", "then"),
    [
        ("", "next", "a"), ("", "previous", "e"), ("gone", "down", "a"),
        ("a", "next", "b"), ("e", "next", "a"), ("a", "previous", "e"),
        ("a", "right", "b"), ("a", "down", "d"), ("e", "up", "c"), ("e", "left", "d"), ("a", "up", "a"),
    ],
)  # fmt: skip
def test_a_key_leads_to_the_target_that_one_expects(focus: str, key: KeyName, then: str) -> None:
    assert moved(GRID, focus, key) == then
    assert moved({}, focus, key) == ""


@pytest.mark.parametrize("size", SCREENS, ids="{0[0]}x{0[1]}".format)
def test_arrows_alone_reach_every_target_of_every_page(size: tuple[int, int]) -> None:
    for name, scene in scenes("vi"):
        targets = lay_out(scene, size).targets
        reached, new = set[str](), {moved(targets, "", "down")} - {""}
        while new:
            reached |= new
            new = {
                moved(targets, each, key) for each in new for key in ("up", "down", "left", "right")
            } - reached
        assert reached == set(targets), name


class Keys:
    """Somebody with a keyboard before the kiosk's real window."""

    def __init__(self, booth: Booth, desktop: VirtualDesktop) -> None:
        self.booth = booth
        self.desktop = desktop

    def press(self, *keys: str) -> None:
        env = {**os.environ, "DISPLAY": self.desktop.display}
        subprocess.run(["xdotool", "key", "--delay", "30", *keys], env=env, check=True)

    def wait(self) -> None:
        """A moment, and not over a question that the hub has still to answer."""
        self.booth.until("the hub's answers", lambda: not self.booth.kiosk.device.asker.pending)
        self.booth.pass_time(1)

    def go(self, target: str) -> None:
        """Tab to it, and press Enter once the page has been there for a moment."""
        self.wait()
        for _ in self.booth.targets:
            if self.booth.kiosk.focus == target:
                break
            self._tab(self.booth.kiosk.focus)
        assert self.booth.kiosk.focus == target
        self.press("Return")

    def _tab(self, before: str) -> None:
        self.press("Tab")
        self.booth.until("the next target", lambda: self.booth.kiosk.focus != before)


@pytest.fixture
def keys(broker: PrivateBroker, hub: Part, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Keys]:
    assert hub
    with VirtualDesktop(540, 960) as desktop, open_booth(broker, tmp_path) as booth:
        monkeypatch.setenv("SDL_VIDEODRIVER", "x11")
        monkeypatch.setenv("SDL_FRAMEBUFFER_ACCELERATION", "0")
        monkeypatch.setenv("DISPLAY", desktop.display)
        booth.start()
        yield Keys(booth, desktop)


def test_a_journey_by_keys_only(keys: Keys, broker: PrivateBroker, tmp_path: Path) -> None:
    booth = keys.booth
    keys.go("look:contrast")
    booth.until("the look", lambda: booth.kiosk.journey.look.contrast)
    keys.go("service:dat-dai")
    assert booth.arrives(Given).ticket.label == "B001"
    keys.go("done")
    assert booth.arrives(Home) == Home()
    assert not booth.kiosk.journey.look.contrast

    with Member(broker, "guest-web", "web", tmp_path) as clerk:
        made = clerk.get("book", Book(uuid4(), "ho-tich", Clock().now() + timedelta(seconds=60)))
    assert isinstance(made, Appointment)
    for first in (True, False):
        keys.go("check-in")
        booth.arrives(Typing)
        keys.wait()
        for count, letter in enumerate(made.code, 1):
            keys.wait()
            keys.press(letter.lower())
            booth.until(letter, partial(_is_typed, booth, made.code[:count]))
        keys.press("Return")  # without a way to the button first
        if first:
            given = booth.arrives(Given)
            assert given.ticket.category == "appointment"
        else:
            assert booth.arrives(Trouble) == Trouble("has-number", label=given.ticket.label)
        keys.wait()
        keys.press("Escape")
        booth.arrives(Home)


def _is_typed(booth: Booth, code: str) -> bool:
    return isinstance(booth.page, Typing) and booth.page.code == code

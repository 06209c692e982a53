"""Fingers before the kiosk: which touch counts, and a whole journey by touch, as a touch screen tells it."""

import os
import subprocess
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pygame
import pytest

from bus.events import TicketIssued
from center.broker import PrivateBroker
from demo.desktop import VirtualDesktop
from demo.part import Part
from kiosk.fingers import RESTS_S, Fingers
from kiosk.journey import QUIET_S, Given, Home, Waiting
from tests.booth import Booth, frozen, open_booth


class Hand:
    """Fingers on targets of one page after the other."""

    def __init__(self) -> None:
        self.fingers = Fingers()
        self.now = 0.0
        self.page = 1
        self.touched: list[str] = []

    def down(self, target: str | None, finger: int = 0) -> None:
        self.fingers = self.fingers.down(finger, target, self.page, self.now)

    def up(self, target: str | None, finger: int = 0) -> None:
        self.fingers, touched = self.fingers.up(finger, target, self.page)
        self.touched += [touched] if touched else []


def test_a_finger_touches_what_it_comes_down_on_and_leaves() -> None:
    hand = Hand()
    for _ in range(2):
        hand.down("a")
        hand.up("a")
    assert hand.touched == ["a", "a"]


@pytest.mark.parametrize(("down", "up"), [("a", "b"), ("a", None), (None, "a"), (None, None)])
def test_a_finger_that_slides_touches_nothing(down: str | None, up: str | None) -> None:
    hand = Hand()
    hand.down(down)
    hand.up(up)
    assert hand.touched == []


def test_of_three_fingers_the_first_alone_touches_in_whatever_order_they_leave() -> None:
    for order in ((1, 2, 3), (3, 2, 1), (2, 1, 3)):
        hand = Hand()
        for finger, target in enumerate("abc", 1):
            hand.down(target, finger)
        for finger in order:
            hand.up("abc"[finger - 1], finger)
        assert hand.touched == ["a"]


def test_a_page_that_changes_under_a_finger_is_not_touched() -> None:
    hand = Hand()
    hand.down("done")
    hand.page = 2
    hand.up("done")
    assert hand.touched == []


def test_a_hand_that_leans_on_the_glass_keeps_nobody_from_touching() -> None:
    hand = Hand()
    hand.down(None, 7)
    hand.now += RESTS_S
    hand.down("a", 8)
    hand.up("a", 8)
    hand.up(None, 7)
    assert hand.touched == ["a"]


def test_a_finger_whose_leaving_was_lost_counts_when_it_comes_down_again() -> None:
    hand = Hand()
    hand.down("a")
    hand.down("b")
    hand.up("b")
    assert hand.touched == ["b"]


# On the kiosk, by the events that SDL makes of a touch screen


@pytest.fixture
def booth(booth: Booth) -> Booth:
    """Its page has been there for a moment."""
    booth.pass_time(2 * QUIET_S)
    return booth


def finger(booth: Booth, kind: int, target: pygame.Rect, number: int = 0) -> None:
    (x, y), (width, height) = target.center, booth.kiosk.window.size
    pygame.event.post(pygame.Event(kind, touch_id=4, finger_id=number, x=x / width, y=y / height))
    booth.kiosk.step(0)


def test_a_drag_over_the_page_takes_no_number(booth: Booth) -> None:
    here, there = booth.targets["service:ho-tich"], booth.targets["service:dat-dai"]
    finger(booth, pygame.FINGERDOWN, here)
    finger(booth, pygame.FINGERMOTION, there)
    finger(booth, pygame.FINGERUP, there)
    assert booth.page == Home()


def test_three_fingers_at_once_take_one_number(booth: Booth) -> None:
    cards = [booth.targets[f"service:{each}"] for each in ("ho-tich", "dat-dai", "thue")]
    for number, card in enumerate(cards):
        finger(booth, pygame.FINGERDOWN, card, number)
    for number, card in enumerate(cards):
        finger(booth, pygame.FINGERUP, card, number)
    assert booth.arrives(Given).ticket.service == "ho-tich"
    booth.until("the hub's record of it", lambda: bool(booth.happened(TicketIssued)))
    assert len(booth.happened(TicketIssued)) == 1


def test_what_a_finger_is_on_is_ringed_until_it_leaves(booth: Booth) -> None:
    priority = booth.targets["priority"]
    finger(booth, pygame.FINGERDOWN, priority)
    assert booth.kiosk.scene is not None
    assert booth.kiosk.scene.focus == "priority"
    finger(booth, pygame.FINGERUP, priority)
    assert booth.kiosk.scene.focus == ""
    assert booth.page == Home("priority")


def test_a_touch_during_the_change_to_another_page_is_let_go(booth: Booth, hub: Part) -> None:
    here, there = booth.targets["service:ho-tich"], booth.targets["service:dat-dai"]
    with frozen(hub):
        finger(booth, pygame.FINGERDOWN, here)
        finger(booth, pygame.FINGERUP, here)
        assert isinstance(booth.page, Waiting)
        finger(booth, pygame.FINGERDOWN, there)
    given = booth.arrives(Given)
    booth.tap(booth.targets["done"].center)  # an impatient finger, where the way back has appeared
    assert isinstance(booth.page, Given)
    assert given.ticket.service == "ho-tich"


# By the X server's touches


class Screen:
    """A finger before the kiosk's real window."""

    def __init__(self, booth: Booth, desktop: VirtualDesktop) -> None:
        self.booth = booth
        self.desktop = desktop

    def touch(self, target: str, *more: str) -> None:
        """Once the page has been there for a moment; `more` of what xdotool does there."""
        self.booth.pass_time(2 * QUIET_S)
        x, y = self.booth.targets[target].center
        self.do("mousemove", str(x), str(y), "sleep", "0.1", *(more or ("click", "1")))

    def do(self, *what: str) -> None:
        env = {**os.environ, "DISPLAY": self.desktop.display}
        subprocess.run(["xdotool", *what], env=env, check=True)


@pytest.fixture
def screen(
    broker: PrivateBroker, hub: Part, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Screen]:
    assert hub
    with VirtualDesktop(540, 960) as desktop, open_booth(broker, tmp_path) as booth:
        monkeypatch.setenv("SDL_VIDEODRIVER", "x11")
        monkeypatch.setenv("SDL_FRAMEBUFFER_ACCELERATION", "0")
        monkeypatch.setenv("SDL_MOUSE_TOUCH_EVENTS", "1")  # a click comes as a touch too, as on a panel
        monkeypatch.setenv("DISPLAY", desktop.display)
        booth.start()
        yield Screen(booth, desktop)


def test_a_journey_by_touch_only(screen: Screen) -> None:
    booth = screen.booth
    screen.touch("look:contrast")
    booth.until("the look", lambda: booth.kiosk.journey.look.contrast)
    screen.touch("errands")
    booth.until("the errands", lambda: booth.page == Home(errands=()))
    for service in ("dat-dai", "thue"):
        screen.touch(f"service:{service}")
        booth.until(service, partial(_is_chosen, booth, service))
    screen.touch("send", "click", "--repeat", "3", "--delay", "40", "1")
    given = booth.arrives(Given)
    assert (given.ticket.label, given.ticket.then) == ("B001", ("thue",))
    booth.until("paper", lambda: len(booth.paper.tickets) == 1)
    booth.until("its end", lambda: isinstance(booth.page, Given) and booth.page.paper == "printed")
    screen.touch("done")
    assert booth.arrives(Home) == Home()

    beside = booth.targets["service:ho-tich"].center
    slide = ("mousedown", "1", "mousemove", *map(str, beside), "sleep", "0.1", "mouseup", "1")
    screen.touch("service:thue", *slide)
    screen.touch("priority")
    booth.until("priority", lambda: booth.page == Home("priority"))
    (issued,) = booth.happened(TicketIssued)
    assert (issued.service, issued.then) == ("dat-dai", ("thue",))


def _is_chosen(booth: Booth, service: str) -> bool:
    return isinstance(booth.page, Home) and service in (booth.page.errands or ())

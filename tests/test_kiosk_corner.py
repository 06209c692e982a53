"""The corner for staff: hidden, behind a PIN that cannot be tried out, and what is done there."""

from uuid import uuid4

import pygame
import pytest
from msgspec import structs

from bus.asks import Reopen, Shut
from bus.events import ServiceReopened, ServiceShut
from config.settings import Screen
from kiosk.corner import HOLD_S, STAY_S, Act, Corner, Pin, Staff, StaffPage
from tests.booth import STAFF_PIN, Booth


class Clerk:
    """Staff before a kiosk."""

    def __init__(self, pin: str = STAFF_PIN) -> None:
        self.corner = Corner(pin)
        self.now = 50.0
        self.acts: list[Act] = []

    def wait(self, seconds: float) -> None:
        self.now += seconds
        self.corner = self.corner.passed(self.now)

    def hold(self, seconds: float = HOLD_S) -> None:
        self.corner = self.corner.finger(self.now, down=True)
        self.wait(seconds)
        self.corner = self.corner.finger(self.now, down=False)

    def touch(self, *targets: str) -> None:
        for target in targets:
            self.corner, act = self.corner.touch(target, request=uuid4(), now=self.now)
            self.acts += [act] if act else []

    def type(self, pin: str) -> None:
        self.touch(*(f"key:{digit}" for digit in pin), "send")


def test_only_a_finger_that_rests_in_the_corner_opens_it() -> None:
    clerk = Clerk()
    clerk.hold(HOLD_S / 2)
    clerk.wait(HOLD_S)
    assert clerk.corner.page is None
    clerk.hold()
    assert clerk.corner.page == Pin()


def test_without_a_pin_in_the_settings_there_is_no_corner() -> None:
    clerk = Clerk("")
    clerk.hold()
    assert clerk.corner.page is None


def test_the_pin_opens_it_and_it_closes_when_left_alone() -> None:
    clerk = Clerk()
    clerk.hold()
    clerk.type(STAFF_PIN)
    assert clerk.corner.page == Staff()
    clerk.wait(STAY_S)
    assert clerk.corner.page is None


def test_each_wrong_pin_makes_one_wait_twice_as_long() -> None:
    clerk = Clerk()
    waits = []
    for _ in range(4):
        clerk.hold()
        clerk.type("0000")
        assert isinstance(clerk.corner.page, Pin)
        waits.append(clerk.corner.page.wait)
        clerk.type(STAFF_PIN)  # nothing is taken meanwhile
        assert isinstance(clerk.corner.page, Pin)
        clerk.touch("done")  # nor does it help to begin anew
        clerk.hold(HOLD_S)
        clerk.wait(0)
        clerk.wait(max(0, waits[-1] - HOLD_S))
    assert waits == [2, 4, 8, 16]
    clerk.hold()
    clerk.type(STAFF_PIN)
    assert clerk.corner.page == Staff()


def test_what_staff_touch_is_done() -> None:
    clerk = Clerk()
    clerk.touch("shut:thue", "restart")  # before the PIN
    clerk.hold()
    clerk.touch("shut:thue", "restart")
    assert clerk.acts == []
    clerk.type(STAFF_PIN)
    clerk.touch("shut:thue", "reopen:thue", "test-print", "restart")
    shut, reopened, *others = clerk.acts
    assert isinstance(shut, Shut)
    assert isinstance(reopened, Reopen)
    assert (shut.service, reopened.service, others) == ("thue", "thue", ["test-print", "restart"])


def shown(booth: Booth) -> StaffPage | None:
    return booth.kiosk.corner.page


def test_staff_stop_and_take_up_a_service_and_print_a_test(booth: Booth) -> None:
    booth.ask_for_pin()
    assert shown(booth) == Pin()
    for target in (*(f"key:{digit}" for digit in STAFF_PIN), "send"):
        booth.touch(target)
    assert shown(booth) == Staff()
    booth.touch("shut:thue")
    booth.until("the hub's record of it", lambda: bool(booth.happened(ServiceShut)))
    booth.until("the other button", lambda: "reopen:thue" in booth.targets)
    booth.touch("reopen:thue")
    booth.until("the hub's record of it", lambda: bool(booth.happened(ServiceReopened)))
    booth.touch("test-print")
    booth.until("the paper", lambda: len(booth.paper.tickets) == 1)
    booth.until("its end", lambda: shown(booth) == Staff(told="Đã xong."))
    with pytest.raises(SystemExit):
        booth.touch("restart")


def test_a_finger_that_rests_on_a_card_is_no_member_of_staff(booth: Booth) -> None:
    """On the smallest screen the first card reaches into the corner."""
    booth.stop()
    booth.settings = structs.replace(booth.settings, screen=Screen(size=(800, 480)))
    booth.start()
    card = booth.targets["service:ho-tich"]
    assert booth.kiosk.sheet
    corner = booth.kiosk.sheet.finger
    for place, page in (((card.x + 5, card.y + 5), None), ((card.x + 5, card.y - 5), Pin())):
        assert max(place) < corner
        booth.pass_time(1)
        press(booth, pygame.FINGERDOWN, place)
        booth.pass_time(HOLD_S)
        assert shown(booth) == page
        press(booth, pygame.FINGERUP, (corner, 5))  # slid off: no number is taken


def press(booth: Booth, kind: int, place: tuple[int, int]) -> None:
    (x, y), (width, height) = place, booth.kiosk.window.size
    pygame.event.post(pygame.Event(kind, touch_id=0, finger_id=0, x=x / width, y=y / height))
    booth.kiosk.step(0)

"""A day at a running centre in somebody's own hands: touches, keys, clicks and payments."""

import io
import time
from collections.abc import Callable
from functools import cached_property
from uuid import uuid4

from PIL import Image
from playwright.sync_api import Browser, Page, ViewportSize

from bus.asks import Take
from bus.states import States
from center.counters import GUARD_MS
from config.errors import Unreachable
from demo.member import Member
from demo.people import PASSWORD, SOME_TICKET, People
from demo.room import Room
from demo.table import keypad
from demo.watch import KIOSK
from kiosk import journey
from kiosk.journey import Given, Home
from kiosk.look import PLAIN, Look
from kiosk.offer import Offer
from kiosk.pages import lay_out
from kiosk.scene import Scene
from printer.status import PrinterState
from screen.theme import Size

REST_S = 0.7  # a screen that did not change for so long shows what it will
QUIET_S = 0.8  # a kiosk lets touches go that come too soon after a change
PATIENCE_S = 30.0
SECOND_KIOSK = "guest-kiosk"
ROOM: ViewportSize = {"width": 1600, "height": 1000}
DESK: ViewportSize = {"width": 1440, "height": 900}
PHONE: ViewportSize = {"width": 390, "height": 844}


class Day:
    """The people of a running centre, and a camera: each method is done when its effect is seen."""

    def __init__(self, room: Room, browser: Browser, kiosk: Size) -> None:
        self.room = room
        self.center = room.center
        self.printer = room.center.printer
        self.counters = tuple(each.id for each in room.center.broker.center.counters)
        self._browser = browser
        self._kiosk = kiosk
        self._other = Member(self.center.broker, SECOND_KIOSK, "kiosk", self.center.folder / "data")
        center = room.center
        # Faster ones would call more than the board can show in turn while so many wait.
        self.people = People(room.watch, center.line, center.web, center.bank, seed=1, speed=0.7)
        center.people = self.people

    def __enter__(self) -> "Day":
        self._other.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self._other.__exit__()

    # What is seen

    @property
    def states(self) -> States:
        return self.room.watch.states

    @property
    def prints(self) -> bool:
        """Whether the kiosk's printer has paper, as the kiosk says."""
        return self.room.watch.healths[KIOSK].printer == "ready"

    def until(self, what: str, holds: Callable[[], bool]) -> None:
        """Wait until it holds. Raises Unreachable when it does not come."""
        deadline = time.monotonic() + PATIENCE_S
        while not holds():
            if time.monotonic() > deadline:
                raise Unreachable(f"{what} did not come within {PATIENCE_S:.0f} s.")
            time.sleep(0.02)

    def see(self, name: str, rest_s: float = REST_S) -> Image.Image:
        """What that screen shows, once it has come to rest."""
        screen = self.room.watch.screens.get(name)
        assert screen is not None
        self.room.watch.look(True)
        count = screen.count
        self.until("a picture", lambda: screen.count > count)
        while screen.count != count:
            count = screen.count
            time.sleep(rest_s)
        self.room.watch.look(False)
        assert screen.picture is not None
        return Image.open(io.BytesIO(screen.picture.data))

    # A citizen's hands

    def take(self, service: str) -> None:
        """A number from the other kiosk of the hall."""
        self._other.get("take", Take(uuid4(), service))

    def touch(self, target: str, page: journey.Page | None = None, *, look: Look = PLAIN) -> None:
        """Touch the kiosk where its page has that target, which looks as it was chosen there before."""
        time.sleep(QUIET_S)
        page = page or (Given(SOME_TICKET) if target == "done" else Home())
        offer = Offer.of(self.states, online=self.states.fresh())
        printer = PrinterState(self.room.watch.healths[KIOSK].printer or "")
        scene = Scene(page, "vi", offer, printer=printer, look=look)
        box = lay_out(scene, self._kiosk).targets[target]
        self.room.watch.touch(KIOSK, box.centerx / self._kiosk[0], box.centery / self._kiosk[1])

    def pay(self, counter: str) -> None:
        """Pay the code on a counter's panel."""
        code = self.states.panels[counter].qr
        assert code is not None
        self.center.bank.pay(code)
        self.until("the thanks", lambda: self.states.panels[counter].show == "paid")

    # A clerk's hands

    def call(self, counter: str) -> None:
        """Finish with whoever is there, their fee too, and call the next one."""
        if self.states.panels[counter].show == "pay":
            self.pay(counter)
        if self.states.counters[counter].label:
            self._press(counter, "finish")
        self._press(counter, "next")

    def _press(self, counter: str, key: str) -> None:
        """Press a key; again where the keypad refuses it, as its bridge may hear of the last act after us."""
        turn, line = self.states.counters[counter].turn, self.center.line
        address = keypad(self.counters.index(counter))

        def taken() -> bool:
            if line.lamp(address) == "refused":
                line.press(address, key)
            return self.states.counters[counter].turn != turn

        self.until("the last key's answer", lambda: line.lamp(address) != "waiting")
        line.press(address, key)
        self.until(f"the effect of {key}", taken)

    def guard(self) -> None:
        """Let the moment pass in which nobody who was just called can be finished."""
        time.sleep(GUARD_MS / 1000)

    # Browsers

    @cached_property
    def room_page(self) -> Page:
        """The control room."""
        page = self._browser.new_page(viewport=ROOM, bypass_csp=True)  # `wait_for_function` evaluates
        page.goto(self.room.address)
        return page

    @cached_property
    def desk(self) -> Page:
        """The clerk's page of counter 1, on a PC."""
        return self._log_in(self._browser.new_page(viewport=DESK, locale="vi"))

    @cached_property
    def phone(self) -> Page:
        """The same, on a phone."""
        return self._log_in(
            self._browser.new_page(
                viewport=PHONE, locale="vi", device_scale_factor=2, has_touch=True, is_mobile=True
            )
        )

    def _log_in(self, page: Page) -> Page:
        page.goto(self.center.web)
        page.fill("#name", "clerk-1")
        page.fill("#password", PASSWORD)
        page.click("#enter")
        page.wait_for_selector("#desk:visible")
        return page

    def photograph(self, page: Page, when: str = "true") -> Image.Image:
        """The page at rest, at a moment of which the JavaScript expression `when` holds."""
        page.mouse.move(0, 0)
        page.wait_for_timeout(1000 * REST_S)
        page.wait_for_function(when)
        return Image.open(io.BytesIO(page.screenshot(animations="disabled")))

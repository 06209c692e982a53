"""A whole centre, nothing of ours replaced: a touch becomes paper, a key pixels, a fee a code that is paid.

Every part is the process that it is in a centre, its windows are real ones on Xvfb, the clerk's page is in
Chromium, the code is read by zbar. Only hardware is simulated: a printer on TCP, keypad and sign on a pty.
"""

import os
import re
import subprocess
from binascii import crc_hqx
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from tempfile import NamedTemporaryFile
from time import monotonic

import pygame
import pytest
from PIL import Image, ImageChops, ImageGrab, ImageStat
from playwright.sync_api import Page, expect, sync_playwright

from bus.events import TicketDelivered
from bus.messages import Panel
from demo.center import DemoCenter, open_center
from demo.desktop import VirtualDesktop
from demo.member import Member
from demo.member import expect as wait_for
from demo.people import PASSWORD
from display.announcer import Announcer
from display.hall import look
from kiosk.journey import Home
from kiosk.offer import Offer
from kiosk.pages import lay_out
from kiosk.scene import Scene
from kiosk.sheet import Sheet
from printer.status import PrinterState
from tests.committed import committed

CHROMIUM = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
KIOSK, BOARD, PANEL = (540, 960), (1280, 720), (960, 600)
MIDDLE, HEAD = (0, 0.12, 0.6, 0.88), (0, 0.03, 0.7, 0.085)  # of a screen: shares of its width and height


class Hall:
    """The centre, the three screens as a camera sees them, and a finger."""

    def __init__(self, center: DemoCenter, desktops: dict[str, VirtualDesktop], witness: Member) -> None:
        self.center = center
        self.desktops = desktops
        self.witness = witness

    def see(self, device: str) -> Image.Image:
        """The pixels of that screen."""
        desktop = self.desktops[device]
        return ImageGrab.grab(xdisplay=desktop.display).crop((0, 0, *desktop.size))

    def touch(self, target: str, *, times: int = 1) -> None:
        """Put a finger on a target of the kiosk's start page, with the X server's own pointer."""
        box = self.start_page().targets[target]
        click = ["click", "--repeat", str(times), "--delay", "60", "1"]
        self._act("mousemove", str(box.centerx), str(box.centery), "sleep", "0.1", *click)

    def start_page(self, printer: PrinterState = PrinterState.READY) -> Sheet:
        """What the kiosk shows while nobody touches it, once it has heard the hub."""
        offer = Offer.of(self.witness.states, online=True)
        return lay_out(Scene(Home(), "vi", offer, printer=printer), KIOSK)

    def is_home(self, printer: PrinterState = PrinterState.READY) -> bool:
        """Whether somebody who stands before the kiosk sees its start page, and the word of its printer."""
        surface = pygame.Surface(KIOSK)
        self.start_page(printer).paint(surface)
        return all(alike(self.see("kiosk-1"), picture(surface), area) for area in (MIDDLE, HEAD))

    def go_back(self) -> None:
        """Press the key that leads back to the kiosk's start page."""
        self._act("key", "Escape")

    def _act(self, *words: str) -> None:
        env = {**os.environ, "DISPLAY": self.desktops["kiosk-1"].display}
        subprocess.run(["xdotool", *words], env=env, check=True)

    def until(self, what: str, holds: Callable[[], bool], *, within: float = 60.0) -> None:
        wait_for(self.witness, what, holds, within=within)


@pytest.fixture
def hall(tmp_path: Path) -> Iterator[Hall]:
    with ExitStack() as stack:
        sizes = {"kiosk-1": KIOSK, "board-1": BOARD, "panel-1": PANEL}
        desktops = {name: stack.enter_context(VirtualDesktop(*size)) for name, size in sizes.items()}
        other = stack.enter_context(VirtualDesktop(800, 480))
        room = stack.enter_context(
            open_center(tmp_path, 0, lambda device: desktops.get(device, other).environment)
        )
        center = room.center
        witness = stack.enter_context(Member(center.broker, "guest-web", "web", tmp_path / "witness"))
        wait_for(witness, "the queues", lambda: len(witness.states.queues) == 6)
        hall = Hall(center, desktops, witness)
        hall.until("the kiosk's start page", hall.is_home)
        yield hall


@pytest.fixture
def page(hall: Hall) -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=CHROMIUM)
        page = browser.new_page(base_url=hall.center.web)
        page.set_default_timeout(60_000)
        yield page
        browser.close()


def test_the_whole_way(hall: Hall, page: Page) -> None:
    center, states = hall.center, hall.witness.states

    # A touch becomes a number, and paper. A second tap of a trembling finger changes nothing.
    hall.touch("service:ho-tich", times=2)
    hall.until("paper", lambda: len(center.printer.tickets) == 1)
    hall.until("its number", lambda: states.queues["ho-tich"].issued == 1)
    paper = center.printer.tickets[0]
    assert paper.width == 576
    assert ImageStat.Stat(paper.convert("L")).mean[0] < 250
    assert not center.printer.errors
    hall.until("the kiosk's report", lambda: "ticket-delivered" in journal(center.folder))

    # The clerk comes, and opens counter 1.
    page.goto("/")
    page.fill("#name", "clerk-1")
    page.fill("#password", PASSWORD)
    page.click("#enter")
    page.click("#open")
    expect(page.locator("#desk")).to_be_visible()
    hall.until("an open counter", lambda: states.counters["1"].status == "free")

    # A key becomes a call: on the hall board's pixels, on the serial sign, on the clerk's page.
    center.line.press(1, "next")
    hall.until("the sign on the line", lambda: center.line.shown(11).startswith("A001"))
    hall.until("the call", lambda: bool(states.board and states.board.calls))
    hall.until("the board's pixels", lambda: alike(hall.see("board-1"), called("A001", hall)))
    assert not alike(hall.see("board-1"), called("B002", hall))
    expect(page.locator("#number")).to_have_text("A001")

    # A fee becomes a code that a banking app can read.
    expect(page.locator("#fees button").first).to_be_enabled()
    page.click("#fees button >> nth=0")
    hall.until("the charge", lambda: states.panels["1"].show == "pay")
    panel = states.panels["1"]
    hall.until("the code", lambda: scanned(hall.see("panel-1")) == [expected_code(panel)])

    # Paid, as the bank's provider tells it.
    center.bank.pay(scanned(hall.see("panel-1"))[0])
    hall.until("the thanks", lambda: states.panels["1"].show == "paid")
    green = (0x0A, 0x5C, 0x45)
    hall.until("the green panel", lambda: share_of(hall.see("panel-1"), green) > 0.5)
    expect(page.locator("#order")).to_contain_text("Đã nhận")

    # Finished, at the keypad, once the panel is idle again.
    hall.until("an idle panel", lambda: states.panels["1"].show == "idle")
    center.line.press(1, "finish")
    hall.until("a free counter", lambda: states.counters["1"].status == "free")

    # And the journal has it all.
    assert journal(center.folder) == [
        "hub-started", "day-opened", "lease-granted", "ticket-issued", "ticket-delivered", "counter-opened",
        "ticket-called", "ticket-serving", "order-made", "order-paid", "panel-cleared", "ticket-finished",
    ]  # fmt: skip


def test_no_paper_is_said_before_and_after(hall: Hall) -> None:
    """The number stands on the screen, the kiosk's report says what became of the paper, and all goes on."""
    hall.center.printer.take_paper_out()
    hall.until("the kiosk to say so", lambda: hall.is_home(PrinterState.PAPER_OUT))
    hall.touch("service:thue")
    hall.until("its number", lambda: states_issued(hall, "thue") == 1)
    hall.until("the report", lambda: "ticket-delivered" in journal(hall.center.folder))
    assert "failed" in outcomes(hall.center.folder)
    assert not hall.center.printer.tickets
    hall.center.printer.load_paper()
    hall.until("a touch that counts again", lambda: touched_until(hall, "dat-dai", 1))
    hall.until("paper", lambda: len(hall.center.printer.tickets) == 1)


def test_every_part_comes_back(hall: Hall) -> None:
    """Hub, bridge, board and broker killed at once: the centre is as it was, and nobody touched it."""
    states = hall.witness.states
    hall.touch("service:ho-tich")
    hall.until("its number", lambda: states_issued(hall, "ho-tich") == 1)
    for name in ("hub", "bridge-1", "board-1", "kiosk-1"):
        hall.center.parts[name].kill()
    hall.center.broker.kill()
    hall.center.broker.start()
    boot = states.center.boot if states.center else ""
    hall.until("another hub", lambda: states.center is not None and states.center.boot != boot)
    assert states_issued(hall, "ho-tich") == 1
    hall.until("a touch that counts again", lambda: touched_until(hall, "ho-tich", 2))


def touched_until(hall: Hall, service: str, issued: int) -> bool:
    """Touch the service on the start page until a touch was heard; those of a slow time add up."""
    if states_issued(hall, service) < issued:
        hall.go_back()
        if hall.is_home():
            hall.touch(f"service:{service}")
    return states_issued(hall, service) >= issued


def states_issued(hall: Hall, service: str) -> int:
    return hall.witness.states.queues[service].issued


def called(label: str, hall: Hall) -> Image.Image:
    """What the hall board should show while that label is called to counter 1."""
    announcer, states = Announcer(), hall.witness.states
    assert states.board is not None
    announcer.read(states.board, monotonic())
    announcer.step(monotonic())
    view = look(states, announcer, monotonic())
    assert view.current is not None
    view = replace(view, current=replace(view.current, label=label))
    surface = pygame.Surface(BOARD)
    view.canvas(surface.get_size()).paint(surface)
    return picture(surface)


def picture(surface: pygame.Surface) -> Image.Image:
    return Image.frombytes("RGB", surface.get_size(), pygame.image.tobytes(surface, "RGB"))


def alike(one: Image.Image, other: Image.Image, area: Sequence[float] = MIDDLE) -> bool:
    """Whether two screens show the same but for the clock: a few pixels may differ between versions."""
    width, height = one.size
    left, top, right, bottom = area
    box = (round(width * left), round(height * top), round(width * right), round(height * bottom))
    difference = ImageChops.difference(one.convert("RGB").crop(box), other.convert("RGB").crop(box))
    return sum(ImageStat.Stat(difference).mean) / 3 < 1.0


def scanned(screen: Image.Image) -> list[str]:
    """The codes that zbar reads off a screen."""
    with NamedTemporaryFile(suffix=".png") as file:
        screen.save(file.name)
        found = subprocess.run(
            ["zbarimg", "--quiet", "--raw", file.name], capture_output=True, text=True, check=False
        )
    return found.stdout.split("\n")[:-1]


def expected_code(panel: Panel) -> str:
    """The VietQR of 8.000 ₫ to the centre's account, written out by hand with its checksum."""
    reference = panel.reference or ""
    assert re.fullmatch("[A-Z0-9]{1,19}", reference)
    purpose = f"08{len(reference):02}{reference}"
    code = (
        "000201" "010212" "38570010A00000072701270006970403011300110123456780208QRIBFTTA" "5303704"
        f"54048000" f"5802VN" f"62{len(purpose):02}{purpose}" "6304"
    )  # fmt: skip
    return code + f"{crc_hqx(code.encode(), 0xFFFF):04X}"


def share_of(screen: Image.Image, color: tuple[int, int, int]) -> float:
    """How much of a screen has that colour."""
    pixels = screen.convert("RGB").getcolors(maxcolors=1 << 24) or []
    same = (count for count, each in pixels if each == color)
    return sum(same) / (screen.width * screen.height)


def journal(folder: Path) -> list[object]:
    """The names of the events."""
    return [each.__struct_config__.tag for each in committed(folder)]


def outcomes(folder: Path) -> list[str]:
    return [each.outcome for each in committed(folder) if isinstance(each, TicketDelivered)]

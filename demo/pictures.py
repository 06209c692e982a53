"""`luot pictures`: every picture of the README and of `docs/`, taken of a centre that runs.

The centre is brought into each state as its people would, and every screen is asked for what it shows, in
the size that it has in a hall. Only another centre's colours are of the gallery.
"""

import logging
import time
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import click
from PIL import Image, ImageOps
from playwright.sync_api import sync_playwright

from demo import gallery
from demo.center import open_center
from demo.day import Day
from demo.people import FEE_COUNTER
from display.announcer import SHOW_S
from kiosk.journey import Home, Typing
from kiosk.look import PLAIN
from screen.theme import SOFT

SIZES = {"kiosk-1": (1080, 1920), "board-1": (1920, 1080), "panel-1": (1280, 800)}
SCREENS = {"SDL_VIDEODRIVER": "dummy", "SDL_AUDIODRIVER": "dummy"}
CHROMIUM = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
MORNING_S = 90.0  # of simulated people, before the first picture with people
HUB_AWAY_S = 25.0
MANY_COLORS = 4096
LIT = "performance.now() % 1000 > 300 && performance.now() % 1000 < 400"  # numbers that blink are seen then
CROWD = {"ho-tich": 4, "dat-dai": 7, "kinh-doanh": 3, "chung-thuc": 7, "bao-tro": 5, "thue": 5}


def run(folder: Path) -> None:
    """Take all pictures and save them there."""
    logging.getLogger().setLevel(logging.ERROR)  # the hub is killed on purpose
    folder.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        files = Path(stack.enter_context(TemporaryDirectory(prefix="luot-pictures-"))).resolve()
        _prepare(files)
        room = stack.enter_context(open_center(files, 0, lambda _: SCREENS))
        playwright = stack.enter_context(sync_playwright())
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=CHROMIUM)
        stack.callback(browser.close)
        day = stack.enter_context(Day(room, browser, SIZES["kiosk-1"]))
        for name, take in PICTURES.items():
            path = folder / f"{name}.png"
            _save(take(day), path)
            click.echo(f"{path}  {path.stat().st_size / 1000:.0f} kB")


def _prepare(files: Path) -> None:
    """Settings on top of the demo's: screens of real size, and a zone in which it is eight in the morning."""
    east = (8 - datetime.now(UTC).hour + 11) % 24 - 11
    layers = {"center": f'timezone = "Etc/GMT{-east:+d}"'}  # these names count hours to the west
    layers |= {name: f"[screen]\nsize = [{width}, {height}]" for name, (width, height) in SIZES.items()}
    for name, text in layers.items():
        (files / f"{name}.d").mkdir()
        (files / f"{name}.d" / "pictures.toml").write_text(text + "\n")


def _save(picture: Image.Image, path: Path) -> None:
    """Small, where nothing is lost by it: soft shadows, which are many colours, would show as steps."""
    picture = picture.convert("RGB")
    if picture.getcolors(MANY_COLORS) is not None:
        picture = picture.quantize(256, Image.Quantize.MAXCOVERAGE, kmeans=1, dither=Image.Dither.NONE)
    picture.save(path, optimize=True)


# The pictures, in the order in which they are taken: each goes on from what the one before it left.


def a_morning(day: Day) -> Image.Image:
    """People come and are served for a while; then the hub is killed, and everybody is called at once."""
    for service, people in CROWD.items():
        for _ in range(people):
            day.take(service)
    day.people.start()
    time.sleep(MORNING_S)
    day.people.stop()
    day.touch("done")
    day.room_page.click("#kill-hub")
    day.room_page.wait_for_selector("#stories .done")
    day.guard()
    for counter in day.counters:
        day.call(counter)
    day.room_page.click("#ask-fee")
    time.sleep(SHOW_S * len(day.counters))  # each call has its time on the board
    return day.photograph(day.room_page, when=LIT)


def a_start_page(day: Day) -> Image.Image:
    """The kiosk may still have the language that the last of them chose."""
    day.room_page.close()
    day.touch("language:vi")
    return day.see("kiosk-1")


def as_wished(day: Day, name: str) -> Image.Image:
    """With one of the looks that a citizen may choose, and back."""
    day.touch(f"look:{name}")
    picture = day.see("kiosk-1")
    day.touch(f"look:{name}", look=PLAIN.turned(name))
    return picture


def a_code(day: Day) -> Image.Image:
    """Somebody with an appointment types its code."""
    day.touch("check-in")
    for letter in "K7M2":
        day.touch(f"key:{letter}", Typing())
    picture = day.see("kiosk-1")
    day.touch("done", Typing())
    return picture


def in_english(day: Day) -> Image.Image:
    day.touch("language:en")
    return day.see("kiosk-1")


def a_number(day: Day, language: str) -> Image.Image:
    day.touch("done")
    day.touch(f"language:{language}")
    printed = len(day.printer.tickets)
    day.touch("service:ho-tich")
    day.until("the paper", lambda: len(day.printer.tickets) > printed)
    return day.see("kiosk-1")


def a_ticket(day: Day) -> Image.Image:
    """White paper would have no edges on a white page."""
    return ImageOps.expand(day.printer.tickets[-1].convert("RGB"), 40, SOFT)


def a_call(day: Day) -> Image.Image:
    day.see("board-1", rest_s=SHOW_S + 1)  # earlier calls have their turns first
    day.call(FEE_COUNTER)
    return day.see("board-1")


def a_fee(day: Day) -> Image.Image:
    day.guard()
    day.desk.click("#fees button >> nth=0")
    day.until("the code", lambda: day.states.panels[FEE_COUNTER].show == "pay")
    return day.see("panel-1")


def a_payment(day: Day) -> Image.Image:
    day.pay(FEE_COUNTER)
    return day.see("panel-1")


def a_priority_call(day: Day) -> Image.Image:
    day.touch("priority")
    day.touch("service:chung-thuc", Home("priority"))
    day.call(FEE_COUNTER)
    return day.see("sign-1")


def of_the_gallery(screen: gallery.Name, state: str) -> Image.Image:
    (picture,) = (each for each in gallery.kept_pictures() if (each.screen, each.state) == (screen, state))
    return picture.image()


def no_paper(day: Day) -> Image.Image:
    day.touch("done")
    day.printer.take_paper_out()
    day.until("the end of paper", lambda: not day.prints)
    day.touch("service:thue")
    return day.see("kiosk-1")


def no_hub(day: Day) -> Image.Image:
    day.printer.load_paper()
    day.touch("done")
    hub = day.center.parts["hub"]
    hub.restart_s = HUB_AWAY_S
    hub.kill()
    day.until("a hub that is missed", lambda: not day.states.fresh())
    return day.see("kiosk-1")


PICTURES: dict[str, Callable[[Day], Image.Image]] = {
    "sign-closed": lambda day: day.see("sign-1"),
    "panel-idle": lambda day: day.see("panel-1"),
    "board-waiting": lambda day: day.see("board-1"),
    "control-room": a_morning,
    "kiosk": a_start_page,
    "kiosk-large": lambda day: as_wished(day, "large"),
    "kiosk-contrast": lambda day: as_wished(day, "contrast"),
    "kiosk-low": lambda day: as_wished(day, "low"),
    "kiosk-code": a_code,
    "kiosk-en": in_english,
    "kiosk-rad-number": lambda day: a_number(day, "rad"),
    "kiosk-number": lambda day: a_number(day, "vi"),
    "ticket": a_ticket,
    "board": a_call,
    "sign-calling": lambda day: day.see("sign-1"),
    "phone": lambda day: day.photograph(day.phone),
    "panel-pay": a_fee,
    "desk": lambda day: day.photograph(day.desk),
    "sign-serving": lambda day: day.see("sign-1"),
    "panel-paid": a_payment,
    "sign-priority": a_priority_call,
    "kiosk-no-paper": no_paper,
    "kiosk-no-hub": no_hub,
    "own-kiosk": lambda _: of_the_gallery("kiosk", "of a centre's own colours"),
    "own-board": lambda _: of_the_gallery("board", "calls in a centre's own colours"),
}

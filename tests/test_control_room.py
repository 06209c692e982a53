"""The control room in a browser: the kiosk touched, keys pressed, and every trouble mended by itself."""

import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from time import monotonic
from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from bus.asks import Open
from demo.center import HEADLESS, open_center
from demo.console import Console
from demo.people import PASSWORD

FIRST = re.compile("A001|A800")  # the kiosk's own, where the hub was too slow for it
CHROMIUM = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
MENDED_MS = 60_000


@pytest.fixture
def page(tmp_path: Path) -> Iterator[Page]:
    with open_center(tmp_path, 0, lambda _: HEADLESS) as room, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=CHROMIUM)
        page = browser.new_page(base_url=room.address, viewport={"width": 1600, "height": 1000})
        page.set_default_timeout(60_000)
        wrong: list[str] = []
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.goto("/")
        yield page
        browser.close()
        assert not wrong


def test_touch_key_and_every_trouble(page: Page) -> None:
    expect(page.locator("#rail button")).to_have_count(7)

    # A number, at the kiosk: the card in the upper left corner is the first service.
    glass = page.locator("#kiosk-glass").bounding_box()
    assert glass is not None
    touch_until_given(page, glass["x"] + glass["width"] * 0.27, glass["y"] + glass["height"] * 0.18)
    expect(page.locator("#given")).to_have_text("1")
    expect(page.locator("#tickets li")).to_have_count(1)

    # A clerk opens the counter, and calls with the keypad.
    console = Console(page.locator("#clerk").get_attribute("href") or "", "clerk-1", PASSWORD)
    console.log_in()
    console.act("open", Open(uuid4(), "1", 0, "clerk-1"))
    expect(page.locator("#counter-1")).to_have_attribute("data-status", "free")
    page.click('#counter-1 [data-key="next"]')
    expect(page.locator("#counter-1 canvas.led")).to_have_attribute("aria-label", FIRST)
    expect(page.locator("#called")).to_have_text("1")

    # Whatever is broken comes back by itself, and nothing is lost.
    story(page, "#kill-hub", "nothing lost")
    story(page, "#paper", "the kiosk knew")
    story(page, "#paper", "the kiosk prints again")
    story(page, "#keypad", "the bridge knew")
    story(page, "#keypad", "it works again")
    story(page, "#cut", "nothing lost")
    story(page, '#rail button[data-part="board-1"]', "back after")
    expect(page.locator("#counter-1 canvas.led")).to_have_attribute("aria-label", FIRST)

    # Who has an appointment touches nothing.
    story(page, "#scan", "without a touch")
    expect(page.locator("#given")).to_have_text("2")


def touch_until_given(page: Page, x: float, y: float) -> None:
    """Again where nothing comes of it: the kiosk may have just begun, and what it has given stays there."""
    deadline = monotonic() + 60
    while page.locator("#given").text_content() == "0":
        assert monotonic() < deadline, "no number is given"
        page.mouse.click(x, y)
        with suppress(AssertionError):
            expect(page.locator("#given")).not_to_have_text("0", timeout=5_000)


def story(page: Page, button: str, words: str) -> None:
    """Press a trouble button, and wait until the centre has mended itself."""
    page.click(button)
    told = page.locator("#stories li").first
    expect(told).to_contain_text(words, timeout=MENDED_MS)
    expect(told).to_have_class("done", timeout=MENDED_MS)
    expect(told).not_to_contain_text("LOST")

"""The pages in a real browser, with a real hub behind them: fixtures and hands for the tests of the web."""

import hashlib
import hmac
import json
import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import (
    APIRequestContext,
    APIResponse,
    Browser,
    Page,
    Playwright,
    Route,
    expect,
    sync_playwright,
)

from bus.answers import Ticket
from bus.asks import Take
from bus.messages import CounterState, QueueState
from center.broker import PrivateBroker, free_port
from center.hub import Hub
from config.clock import Clock
from config.load import load, load_center
from config.settings import HubSettings
from demo.files import Places, write_settings
from demo.member import Member
from demo.member import expect as wait_for
from demo.part import Part
from web.login import hash_password

PASSWORD = "mật khẩu của lan"
SECRET = "whsec-for-tests"
HASH = hash_password(PASSWORD)
expect.set_options(timeout=30_000)  # ms
ARMED = "ARMED_MS = 3_000;"  # as the pages have it
CHROMIUM = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="module")
def browser(playwright: Playwright) -> Iterator[Browser]:
    chromium = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=CHROMIUM)
    yield chromium
    chromium.close()


@pytest.fixture
def origin() -> str:
    return f"http://127.0.0.1:{free_port()}"


@pytest.fixture
def web_files(tmp_path: Path, broker: PrivateBroker, origin: str) -> Path:
    """The settings of the web, in a folder beside those of the others."""
    folder = tmp_path / "web"
    folder.mkdir()
    port = int(origin.rpartition(":")[2])
    write_settings(folder, broker, Places(1, folder / "line", port, HASH, SECRET))
    return folder


@pytest.fixture
def web(web_files: Path, hub: Part, origin: str) -> Iterator[Part]:
    """The web server as a process; it comes back when it is killed."""
    with Part("web", web_files / "web-1.toml") as part:
        answers(int(origin.rpartition(":")[2]))
        yield part


def answers(port: int) -> None:
    deadline = time.monotonic() + 30
    while socket.socket().connect_ex(("127.0.0.1", port)):
        assert time.monotonic() < deadline, "the web server does not come up"
        time.sleep(0.02)


@pytest.fixture
def page(web: Part, browser: Browser, origin: str) -> Iterator[Page]:
    """A page at the login. Whatever goes wrong in its scripts fails the test."""
    context = browser.new_context(base_url=origin, locale="vi")
    context.set_default_timeout(30_000)
    page = context.new_page()
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.route("**/pages/keys.js", be_patient)
    page.goto("/")
    yield page
    context.close()
    assert not wrong


def be_patient(route: Route) -> None:
    """Between the two presses of a key that parts from somebody a machine may stand still."""
    answer = route.fetch()
    script = answer.text()
    assert ARMED in script
    route.fulfill(response=answer, body=script.replace(ARMED, "ARMED_MS = 60_000;"))


def twice_at_once(page: Page, path: str, key: str) -> None:
    """Click a key twice; the act is answered only after the second click, however slow that is."""
    held: list[Route] = []
    clicked = False

    def hold(route: Route) -> None:
        if clicked:
            route.continue_()
        else:
            held.append(route)

    page.route(path, hold)
    with page.expect_request(path):
        page.dblclick(key)
    clicked = True
    for route in held:
        route.continue_()


class MovedClock(Clock):
    """The machine's clocks; a test moves them on, and says whether the wall clock can be trusted."""

    def __init__(self) -> None:
        self.ahead_s = 0.0
        self.jumped_s = 0.0  # the wall clock alone
        self.trusted = True

    def now(self) -> datetime:
        return super().now() + timedelta(seconds=self.ahead_s + self.jumped_s)

    def monotonic(self) -> float:
        return super().monotonic() + self.ahead_s

    def boottime(self) -> float:
        return super().boottime() + self.ahead_s

    def synchronised(self) -> bool:
        return self.trusted

    def real_time_clock(self) -> bool:
        return self.trusted


class HubByHand:
    """The real hub in a thread of its own, on clocks that the test moves."""

    def __init__(self, settings: Path) -> None:
        self.settings = settings
        self.clock = MovedClock()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._hub: Hub | None = None

    def start(self) -> None:
        self._stopping.clear()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        self._thread.join()

    def misses(self, device: str) -> bool:
        """Whether the hub knows that the device is gone."""
        return self._hub is not None and self._hub.absences.away(device)

    def _run(self) -> None:
        settings = load(self.settings)
        assert isinstance(settings, HubSettings)
        with Hub(settings, load_center(settings.catalog), clock=self.clock) as hub:
            self._hub = hub
            while not self._stopping.is_set():
                hub.step(0.05)


@contextmanager
def hub_by_hand(files: Path) -> Iterator[HubByHand]:
    hub = HubByHand(files / "hub.toml")
    hub.start()
    yield hub
    hub.stop()


@contextmanager
def clerk_at(browser: Browser, origin: str, clerk: str) -> Iterator[Page]:
    """Another clerk in another browser, at the own counter."""
    context = browser.new_context(base_url=origin, locale="vi")
    context.set_default_timeout(30_000)
    page = context.new_page()
    page.goto("/")
    open_counter(page, clerk)
    yield page
    context.close()


@pytest.fixture
def kiosk(broker: PrivateBroker, hub: Part, tmp_path: Path) -> Iterator[Member]:
    with Member(broker, "kiosk-1", "kiosk", tmp_path) as member:
        yield member


@pytest.fixture
def keypad(broker: PrivateBroker, hub: Part, tmp_path: Path) -> Iterator[Member]:
    with Member(broker, "bridge-1", "bridge", tmp_path) as member:
        yield member


@pytest.fixture
def http(web: Part, playwright: Playwright, origin: str) -> Iterator[APIRequestContext]:
    """A browser without a page: it sends what our pages would send."""
    context = playwright.request.new_context(
        base_url=origin,
        extra_http_headers={"Origin": origin, "X-Luot": "1", "Content-Type": "application/json"},
    )
    yield context
    context.dispose()


def take(kiosk: Member, service: str = "ho-tich", category: str = "ordinary") -> Ticket:
    ticket = kiosk.get("take", Take(uuid4(), service, category))
    assert isinstance(ticket, Ticket)
    return ticket


def log_in(page: Page, password: str = PASSWORD, *, name: str = "clerk-1") -> None:
    page.fill("input#name", name)  # the page that is being left may have a name, too
    page.fill("#password", password)
    page.click("#enter")


def open_counter(page: Page, clerk: str = "clerk-1") -> None:
    """Log in and open the only counter that this clerk may use."""
    log_in(page, name=clerk)
    page.click("#open")
    expect(page.locator("#desk")).to_be_visible()


def press_key(page: Page, letter: str, key: str) -> None:
    """Press the shortcut of a key, once the page lets it be pressed."""
    expect(page.locator(key)).to_be_enabled()
    page.keyboard.press(letter)


def counter(member: Member, holds: Callable[[CounterState], bool], id_: str = "1") -> CounterState:
    """A counter on the bus, once that holds."""
    counters = member.states.counters
    wait_for(member, f"counter {id_}", lambda: id_ in counters and holds(counters[id_]))
    return counters[id_]


def queue(member: Member, holds: Callable[[QueueState], bool], service: str = "ho-tich") -> QueueState:
    """The queue of a service on the bus, once that holds."""
    queues = member.states.queues
    wait_for(member, f"the queue of {service}", lambda: service in queues and holds(queues[service]))
    return queues[service]


def freeze(hub: Part) -> None:
    """The hub answers nobody until it thaws."""
    assert hub.pid
    os.kill(hub.pid, signal.SIGSTOP)


def thaw(hub: Part) -> None:
    assert hub.pid
    os.kill(hub.pid, signal.SIGCONT)


def refusal(answer: APIResponse) -> tuple[int, str]:
    return answer.status, answer.json()["error"]["code"]


def pay(
    http: APIRequestContext, reference: str, amount: int, *, transaction: int = 1, secret: str = SECRET,
    direction: str = "in",
) -> APIResponse:  # fmt: skip
    """A payment as SePay tells it."""
    message = {
        "id": transaction, "gateway": "Vietcombank", "transactionDate": "2026-11-23 08:12:31",
        "accountNumber": "0011012345678", "content": f"MBVCB.1.{reference}.CT tu NGUYEN VAN AN",
        "transferType": direction, "transferAmount": amount, "accumulated": 19077000, "subAccount": None,
        "code": None, "referenceCode": "MBVCB.1", "description": "",
    }  # fmt: skip
    body = json.dumps(message)
    timestamp = str(int(time.time()))
    signature = hmac.digest(secret.encode(), f"{timestamp}.{body}".encode(), hashlib.sha256).hex()
    return http.post(
        "/payments/sepay",
        data=body,
        headers={"X-SePay-Timestamp": timestamp, "X-SePay-Signature": f"sha256={signature}"},
    )


def paid(http: APIRequestContext, reference: str, amount: int, **told: Any) -> APIResponse:
    """The same, told again for as long as the hub does not answer in time, as SePay does."""
    deadline = time.monotonic() + 60
    while (answer := pay(http, reference, amount, **told)).status == 503:
        assert time.monotonic() < deadline, answer.text()
    return answer

"""The clerk's page in a real browser, and the web server with a real hub behind it."""

import hashlib
import hmac
import json
import re
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import msgspec
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

from bus.asks import ERROR_CODES, Charge, Next, Open, Recall, Take
from bus.messages import CounterState, Order, Ticket
from center.broker import PrivateBroker, free_port
from config.words import catalogue
from demo.files import Places, write_settings
from demo.member import Member
from demo.member import expect as wait_for
from demo.part import Part
from web.app import PAGES
from web.login import hash_password

PASSWORD = "mật khẩu của lan"
SECRET = "whsec-for-tests"
HASH = hash_password(PASSWORD)
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
def web(files: Path, broker: PrivateBroker, hub: Part, origin: str) -> Iterator[Part]:
    """The web server as a process; it comes back when it is killed."""
    port = int(origin.rpartition(":")[2])
    write_settings(files, broker, Places(1, files / "line", port, HASH, SECRET))
    with Part("web", files / "web-1.toml") as part:
        answers(port)
        yield part


def answers(port: int) -> None:
    deadline = time.monotonic() + 10
    while socket.socket().connect_ex(("127.0.0.1", port)):
        assert time.monotonic() < deadline, "the web server does not come up"
        time.sleep(0.02)


@pytest.fixture
def page(web: Part, browser: Browser, origin: str) -> Iterator[Page]:
    """A page at the login. Whatever goes wrong in its scripts fails the test."""
    context = browser.new_context(base_url=origin, locale="vi")
    context.set_default_timeout(10_000)
    page = context.new_page()
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.goto("/")
    yield page
    context.close()
    assert not wrong


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


def take(kiosk: Member, service: str = "ho-tich") -> Ticket:
    ticket = kiosk.get("take", Take(uuid4(), service))
    assert isinstance(ticket, Ticket)
    return ticket


def log_in(page: Page, password: str = PASSWORD) -> None:
    page.fill("#name", "clerk-1")
    page.fill("#password", password)
    page.click("#enter")


def open_counter(page: Page) -> None:
    """Log in and open counter 1, the only one this clerk may use."""
    log_in(page)
    page.click("#open")
    expect(page.locator("#desk")).to_be_visible()


def press_key(page: Page, letter: str, key: str) -> None:
    """Press the shortcut of a key, once the page lets it be pressed."""
    expect(page.locator(key)).to_be_enabled()
    page.keyboard.press(letter)


def counter(member: Member, holds: Callable[[CounterState], bool]) -> CounterState:
    """Counter 1 on the bus, once that holds."""
    wait_for(
        member, "counter 1", lambda: "1" in member.states.counters and holds(member.states.counters["1"])
    )
    return member.states.counters["1"]


def refusal(answer: APIResponse) -> tuple[int, str]:
    return answer.status, answer.json()["error"]["code"]


class TestClerk:
    def test_serves_somebody_from_the_login_to_the_fee(
        self, page: Page, kiosk: Member, http: APIRequestContext
    ) -> None:
        label = take(kiosk).label
        open_counter(page)
        expect(page.locator("#own strong").first).to_have_text("1")
        press_key(page, "t", "#next")
        expect(page.locator("#number")).to_have_text(label)
        expect(page.locator("#status")).to_have_text("Đang gọi")
        assert counter(kiosk, lambda state: state.status == "calling").label == label

        page.click(".fee >> nth=0")
        expect(page.locator("#order .amount")).to_have_text("8.000\u00a0₫")
        expect(page.locator("#next")).to_be_disabled()
        reference = page.locator("#order .reference b").inner_text()
        assert pay(http, reference, 8000).ok
        expect(page.locator("#order")).to_contain_text("Đã nhận")

        press_key(page, "x", "#finish")
        expect(page.locator("#status")).to_have_text("Quầy đang trống")
        page.click("#close")
        page.click("#closing .primary")
        expect(page.locator("#choose")).to_be_visible()
        counter(kiosk, lambda state: state.status == "closed")

    def test_a_wrong_password_is_said_and_not_let_in(self, page: Page) -> None:
        log_in(page, "sai")
        expect(page.locator("#wrong")).to_have_text("Tên đăng nhập hoặc mật khẩu chưa đúng.")
        page.goto("/")
        expect(page.locator("#form")).to_be_visible()

    def test_a_double_click_is_one_act(self, page: Page, kiosk: Member) -> None:
        first = take(kiosk).label
        take(kiosk)
        open_counter(page)
        turn = counter(kiosk, lambda state: state.status == "free").turn
        page.dblclick("#next")
        expect(page.locator("#number")).to_have_text(first)
        expect(page.locator("#notice")).to_be_hidden()
        assert counter(kiosk, lambda state: state.status == "calling").turn == turn + 1

    def test_a_space_after_a_click_presses_nothing(self, page: Page, kiosk: Member) -> None:
        take(kiosk)
        open_counter(page)
        page.click("#next")
        expect(page.locator("#recall")).to_be_enabled()
        page.dblclick("#recall")
        expect(page.locator("#calls")).to_have_text("Đã gọi 2 lần")
        expect(page.locator("#recall")).to_be_enabled()
        page.keyboard.press("Space")
        page.keyboard.press("Enter")
        page.keyboard.press("g")
        expect(page.locator("#calls")).to_have_text("Đã gọi 3 lần")

    def test_calls_a_number_by_hand(self, page: Page, kiosk: Member) -> None:
        take(kiosk)
        second = take(kiosk).label
        open_counter(page)
        press_key(page, "s", "#call")
        page.fill("#label", f"a{int(second[1:])}")
        page.keyboard.press("Enter")
        expect(page.locator("#number")).to_have_text(second)

    def test_an_act_that_comes_too_late_changes_nothing(
        self, page: Page, kiosk: Member, keypad: Member
    ) -> None:
        """The keypad is pressed while the page's key is under way."""
        first = take(kiosk).label
        open_counter(page)

        def keypad_first(route: Route) -> None:
            turn = counter(keypad, lambda state: state.status == "free").turn
            keypad.get("next", Next(uuid4(), "1", turn))
            route.continue_()

        page.route("**/act/next", keypad_first)
        page.click("#next")
        expect(page.locator("#notice")).to_contain_text("Quầy đã chuyển sang số khác")
        expect(page.locator("#number")).to_have_text(first)
        expect(page.locator("#recall")).to_be_enabled()

    def test_what_the_keypad_does_is_on_the_page_at_once(
        self, page: Page, kiosk: Member, keypad: Member
    ) -> None:
        label = take(kiosk).label
        open_counter(page)
        keypad.get("next", Next(uuid4(), "1", counter(keypad, lambda it: it.status == "free").turn))
        keypad.get("recall", Recall(uuid4(), "1", counter(keypad, lambda it: it.status == "calling").turn))
        expect(page.locator("#number")).to_have_text(label)
        expect(page.locator("#calls")).to_have_text("Đã gọi 2 lần")

    def test_a_lost_answer_is_asked_for_again_under_the_same_id(self, page: Page, kiosk: Member) -> None:
        first = take(kiosk).label
        take(kiosk)
        open_counter(page)
        asked: list[str] = []

        def lose_the_first_answer(route: Route) -> None:
            asked.append(json.loads(route.request.post_data or "")["request"])
            if len(asked) == 1:
                route.fetch()
                route.abort()
            else:
                route.continue_()

        page.route("**/act/next", lose_the_first_answer)
        page.click("#next")
        expect(page.locator("#number")).to_have_text(first)
        expect(page.locator("#finish")).to_be_enabled()
        assert len(asked) == 2
        assert len(set(asked)) == 1
        expect(page.locator("#notice")).to_be_hidden()
        wait_for(kiosk, "one to wait still", lambda: kiosk.states.queues["ho-tich"].waiting == 1)

    def test_a_second_tab_shows_the_same_and_leaves_when_the_first_logs_out(
        self, page: Page, kiosk: Member
    ) -> None:
        open_counter(page)
        other = page.context.new_page()
        other.goto("/")
        expect(other.locator("#desk")).to_be_visible()
        press_key(other, "d", "#close")
        other.click("#closing .primary")
        expect(page.locator("#choose")).to_be_visible()
        page.click("#leave")
        expect(other.locator("#form")).to_be_visible()

    def test_english_is_one_press_away(self, page: Page) -> None:
        open_counter(page)
        page.click("#language")
        expect(page.locator("#next")).to_contain_text("Next")
        expect(page.locator("#counter")).to_have_text("Counter 1")


class TestMending:
    def test_a_killed_web_server_is_found_again(self, page: Page, kiosk: Member, web: Part) -> None:
        label = take(kiosk).label
        open_counter(page)
        web.kill()
        expect(page.locator("#trouble")).to_contain_text("Mất liên lạc")
        expect(page.locator("#next")).to_be_disabled()
        expect(page.locator("#next")).to_be_enabled(timeout=15_000)
        expect(page.locator("#trouble")).to_be_hidden()
        press_key(page, "t", "#next")
        expect(page.locator("#number")).to_have_text(label)

    def test_a_killed_broker_is_waited_for(self, page: Page, kiosk: Member, broker: PrivateBroker) -> None:
        label = take(kiosk).label
        open_counter(page)
        broker.kill()
        expect(page.locator("#trouble")).to_contain_text("Trung tâm chưa trả lời")
        expect(page.locator("#next")).to_be_disabled()
        broker.start()
        expect(page.locator("#next")).to_be_enabled(timeout=20_000)
        press_key(page, "t", "#next")
        expect(page.locator("#number")).to_have_text(label)

    def test_a_reload_comes_back_to_the_counter(self, page: Page, kiosk: Member) -> None:
        open_counter(page)
        page.reload()
        expect(page.locator("#desk")).to_be_visible()
        expect(page.locator("#counter")).to_have_text("Quầy 1")


class TestServer:
    def log_in(self, http: APIRequestContext, name: str = "clerk-1") -> None:
        assert http.post("/login", data={"name": name, "password": PASSWORD}).ok

    def opened(self, http: APIRequestContext, kiosk: Member) -> CounterState:
        turn = kiosk.turn("1")
        act = Open(uuid4(), "1", turn, "clerk-1")
        assert http.post("/act/open", data=msgspec.to_builtins(act)).ok
        return counter(kiosk, lambda state: state.turn > turn)

    def test_nobody_acts_without_a_login(self, http: APIRequestContext) -> None:
        act = msgspec.to_builtins(Next(uuid4(), "1", 0))
        assert refusal(http.post("/act/next", data=act)) == (401, "logged-out")
        assert http.get("/", max_redirects=0).status == 303
        assert http.get("/events").text().startswith("event: out")

    def test_another_site_acts_for_nobody(
        self, http: APIRequestContext, kiosk: Member, playwright: Playwright, origin: str
    ) -> None:
        self.log_in(http)
        act = msgspec.to_builtins(Open(uuid4(), "1", 0, "clerk-1"))
        login = {"name": "clerk-1", "password": PASSWORD}
        for foreign in ("http://evil.example", "null", ""):
            for path, data in (("/act/open", act), ("/logout", {}), ("/login", login)):
                answer = http.post(path, data=data, headers={"Origin": foreign})
                assert refusal(answer) == (403, "forbidden"), (path, foreign)
        form = playwright.request.new_context(base_url=origin, extra_http_headers={"Origin": origin})
        assert refusal(form.post("/login", form={**login})) == (403, "forbidden")
        form.dispose()
        assert kiosk.turn("1") == 0

    def test_the_session_is_out_of_reach_of_scripts_and_other_sites(self, http: APIRequestContext) -> None:
        cookie = http.post("/login", data={"name": "clerk-1", "password": PASSWORD}).headers["set-cookie"]
        assert "HttpOnly" in cookie
        assert "SameSite=strict" in cookie

    def test_a_clerk_acts_only_at_the_own_counter_in_the_own_name(
        self, http: APIRequestContext, kiosk: Member
    ) -> None:
        self.log_in(http)
        for act in (
            Open(uuid4(), "2", kiosk.turn("2"), "clerk-1"),  # not a counter of this login
            Open(uuid4(), "1", kiosk.turn("1"), "clerk-2"),  # not this clerk
            Next(uuid4(), "1", kiosk.turn("1")),  # not opened yet
        ):
            verb = "next" if isinstance(act, Next) else "open"
            assert refusal(http.post(f"/act/{verb}", data=msgspec.to_builtins(act))) == (403, "forbidden")

    def test_the_hub_s_refusals_reach_the_page(self, http: APIRequestContext, kiosk: Member) -> None:
        self.log_in(http)
        turn = self.opened(http, kiosk).turn
        stale = msgspec.to_builtins(Next(uuid4(), "1", turn - 1))
        assert refusal(http.post("/act/next", data=stale)) == (409, "conflict")
        nobody = msgspec.to_builtins(Next(uuid4(), "1", turn))
        assert refusal(http.post("/act/next", data=nobody)) == (409, "nobody-waiting")

    def test_what_cannot_be_read_is_said_to_be_so(self, http: APIRequestContext) -> None:
        self.log_in(http)
        for verb, body in (
            ("next", "{"),
            ("next", '{"counter":"1"}'),
            ("next", '{"request":"x","counter":"1","seen":1}'),
            ("next", " " * 20_000),
            ("take", "{}"),
            ("no-such", "{}"),
        ):
            assert refusal(http.post(f"/act/{verb}", data=body)) == (400, "bad-request"), body[:50]

    def test_health_says_whether_the_hub_is_there(
        self, http: APIRequestContext, kiosk: Member, broker: PrivateBroker
    ) -> None:
        def health() -> tuple[int, bool]:
            answer = http.get("/health")
            return answer.status, answer.json()["live"]

        wait_for(kiosk, "a healthy web", lambda: health() == (200, True))
        broker.kill()
        wait_for(kiosk, "the web to miss the hub", lambda: health() == (503, False))

    def test_every_answer_keeps_foreign_scripts_out(self, http: APIRequestContext) -> None:
        for path in ("/login", "/pages/console.js", "/words/vi", "/health", "/nothing"):
            headers = http.get(path).headers
            assert "default-src 'none'" in headers["content-security-policy"], path
            assert headers["x-content-type-options"] == "nosniff"
        assert http.get("/pages/console.js").headers["content-type"].startswith("text/javascript")


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


class TestPayments:
    @pytest.fixture
    def order(self, http: APIRequestContext, kiosk: Member, keypad: Member) -> Order:
        """An open order over 15 000 đồng at counter 1."""
        keypad.get("open", Open(uuid4(), "1", keypad.turn("1"), "clerk-1"))
        turn = counter(keypad, lambda state: state.status == "free").turn
        order = keypad.get("charge", Charge(uuid4(), "1", turn, 15000, "Lệ phí chứng thực"))
        assert isinstance(order, Order)
        return order

    def shown(self, kiosk: Member, show: str) -> bool:
        wait_for(kiosk, "the panel", lambda: "1" in kiosk.states.panels)
        wait_for(kiosk, f"the panel to show {show}", lambda: kiosk.states.panels["1"].show == show)
        return True

    def test_the_exact_amount_pays_the_order(
        self, http: APIRequestContext, kiosk: Member, order: Order
    ) -> None:
        answer = pay(http, order.reference, 15000)
        assert (answer.status, answer.json()) == (200, {"success": True})
        assert self.shown(kiosk, "paid")
        assert pay(http, order.reference, 15000).json() == {"success": True}  # told again: known already

    def test_other_money_is_taken_note_of_and_pays_nothing(
        self, http: APIRequestContext, kiosk: Member, order: Order
    ) -> None:
        assert pay(http, "", 15000, transaction=1).json() == {"success": True}
        assert pay(http, order.reference, 14999, transaction=2).json() == {"success": True}
        assert pay(http, order.reference, 15000, transaction=3, direction="out").json() == {"success": True}
        guessed = pay(http, order.reference, 15000, transaction=4, secret="guessed")
        assert refusal(guessed) == (403, "forbidden")
        assert self.shown(kiosk, "pay")

    def test_sepay_is_told_to_come_again_while_the_hub_is_away(
        self, http: APIRequestContext, kiosk: Member, order: Order, broker: PrivateBroker
    ) -> None:
        broker.kill()
        assert refusal(pay(http, order.reference, 15000)) == (503, "unreachable")
        assert http.get("/health").json()["payments_left"] == 1
        broker.start()
        wait_for(kiosk, "the way to the hub", lambda: http.get("/health").ok, within=20)
        assert pay(http, order.reference, 15000).json() == {"success": True}
        assert self.shown(kiosk, "paid")
        assert http.get("/health").json()["payments_left"] == 0


class TestWords:
    SOURCES = "\n".join(path.read_text() for path in PAGES.glob("*.*"))

    def test_every_word_of_the_pages_has_its_vietnamese(self) -> None:
        said = set(re.findall(r'say\("([^"]+)"|data-(?:say|hint)="([^"]+)"', self.SOURCES))
        asked = {one or other for one, other in said}
        tables = re.findall(r"const (?:REFUSALS|CONFLICTS|STATUS) = \{(.*?)\};", self.SOURCES, re.DOTALL)
        asked |= {text for table in tables for text in re.findall(r': "([^"]+)"', table)}
        assert len(asked) > 50
        assert asked - catalogue("vi").keys() == set()

    def test_every_refusal_that_an_act_can_meet_has_its_words(self) -> None:
        assert {code for code in ERROR_CODES if f'"{code}":' not in self.SOURCES} == {"void"}

"""The clerk's page in a real browser, and the web server with a real hub behind it."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import get_args
from uuid import uuid4

import msgspec
import pytest
from playwright.sync_api import APIRequestContext, Browser, Page, Playwright, Route, expect

from bus.answers import Order
from bus.asks import ERROR_CODES, Charge, Next, Open, Recall
from bus.events import OrderPaid
from bus.messages import CounterState, QueueState, Stopped
from center.broker import PrivateBroker
from config.words import LANGUAGE_NAMES, catalogue
from demo.member import Member
from demo.member import expect as wait_for
from demo.part import Part
from tests.browsing import (
    PASSWORD,
    HubByHand,
    clerk_at,
    counter,
    freeze,
    hub_by_hand,
    log_in,
    open_counter,
    paid,
    pay,
    press_key,
    refusal,
    take,
    thaw,
    twice_at_once,
)
from tests.committed import committed
from web.app import PAGES
from web.appointments import MISTAKES


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
        assert paid(http, reference, 8000).ok
        expect(page.locator("#order")).to_contain_text("Đã nhận")

        press_key(page, "x", "#finish")
        page.keyboard.press("x")
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
        twice_at_once(page, "**/act/next", "#next")
        expect(page.locator("#number")).to_have_text(first)
        expect(page.locator("#notice")).to_be_hidden()
        assert counter(kiosk, lambda state: state.status == "calling").turn == turn + 1

    def test_a_space_after_a_click_presses_nothing(self, page: Page, kiosk: Member) -> None:
        take(kiosk)
        open_counter(page)
        page.click("#next")
        expect(page.locator("#recall")).to_be_enabled()
        twice_at_once(page, "**/act/recall", "#recall")
        expect(page.locator("#calls")).to_have_text("Đã gọi lại 1/3 lần")
        expect(page.locator("#recall")).to_be_enabled()
        page.keyboard.press("Space")
        page.keyboard.press("Enter")
        page.keyboard.press("g")
        expect(page.locator("#calls")).to_have_text("Đã gọi lại 2/3 lần")

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
        expect(page.locator("#calls")).to_have_text("Đã gọi lại 1/3 lần")

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
        assert len(asked) > 1
        assert len(set(asked)) == 1
        expect(page.locator("#notice")).to_be_hidden()
        wait_for(kiosk, "one to wait still", lambda: kiosk.states.queues["ho-tich"].waiting == 1)

    def test_a_letter_typed_by_mistake_parts_from_nobody(self, page: Page, kiosk: Member) -> None:
        label = take(kiosk).label
        open_counter(page)
        press_key(page, "t", "#next")
        for letter, key in (("x", "#finish"), ("v", "#no-show"), ("l", "#hold"), ("t", "#next")):
            press_key(page, letter, key)
            expect(page.locator("#notice")).to_contain_text(f"Nhấn {letter.upper()} lần nữa")
        expect(page.locator("#number")).to_have_text(label)
        page.keyboard.press("x")
        expect(page.locator("#number")).to_have_text(label)
        page.keyboard.press("x")
        expect(page.locator("#status")).to_have_text("Quầy đang trống")

    def test_somebody_is_put_aside_and_called_back(self, page: Page, kiosk: Member) -> None:
        label = take(kiosk).label
        open_counter(page)
        press_key(page, "t", "#next")
        press_key(page, "e", "#start")
        expect(page.locator("#status")).to_have_text("Đang phục vụ")
        expect(page.locator("#start")).to_be_disabled()
        expect(page.locator("#hold")).to_be_enabled()
        page.click("#hold")
        expect(page.locator("#held-labels strong")).to_have_text(label)
        assert counter(kiosk, lambda state: state.status == "free").held == (label,)
        page.click("#held-labels [data-verb=call]")
        expect(page.locator("#number")).to_have_text(label)
        expect(page.locator("#held")).to_be_hidden()

    def test_somebody_goes_back_into_the_queue(self, page: Page, kiosk: Member) -> None:
        label = take(kiosk).label
        open_counter(page)
        press_key(page, "t", "#next")
        expect(page.locator("#requeue")).to_be_enabled()
        page.click("#requeue")
        expect(page.locator("#own strong").first).to_have_text("1")
        press_key(page, "t", "#next")
        expect(page.locator("#number")).to_have_text(label)

    def test_who_was_missed_comes_back(self, page: Page, kiosk: Member) -> None:
        label = take(kiosk).label
        open_counter(page)
        press_key(page, "t", "#next")
        expect(page.locator("#no-show")).to_be_enabled()
        page.click("#no-show")
        expect(page.locator("#status")).to_have_text("Quầy đang trống")
        press_key(page, "s", "#call")
        page.fill("#label", label)
        page.click("#calling [value=requeue]")
        expect(page.locator("#own strong").first).to_have_text("1")

    def test_a_transfer_takes_its_note_to_the_other_counter(
        self, page: Page, kiosk: Member, origin: str, browser: Browser
    ) -> None:
        label = take(kiosk).label
        open_counter(page)
        press_key(page, "t", "#next")
        press_key(page, "c", "#transfer")
        page.check("[value='service dat-dai']")
        page.fill("#transfer-note", "Thiếu bản sao trích lục")
        expect(page.locator("#transferring small")).to_have_text(
            "Đừng ghi họ tên, số giấy tờ hay số điện thoại."
        )
        page.click("#transferring .primary")
        expect(page.locator("#status")).to_have_text("Quầy đang trống")
        with clerk_at(browser, origin, "clerk-4") as other:
            press_key(other, "t", "#next")
            expect(other.locator("#number")).to_have_text(label)
            expect(other.locator("#note-words")).to_have_text("Thiếu bản sao trích lục")

    def test_a_transfer_to_a_counter_waits_for_that_one_alone(
        self, page: Page, kiosk: Member, origin: str, browser: Browser
    ) -> None:
        label = take(kiosk).label
        with clerk_at(browser, origin, "clerk-4") as other:
            open_counter(page)
            press_key(page, "t", "#next")
            press_key(page, "c", "#transfer")
            page.check("[value='to 4']")
            page.click("#transferring .primary")
            expect(other.locator("#sent-labels strong")).to_have_text(label)
            expect(other.locator("#about")).to_have_text("1 người đang chờ quầy này")
            other.click("#sent-labels button")
            expect(other.locator("#number")).to_have_text(label)

    def test_a_transfer_that_is_thought_over_too_long_moves_nobody_else(
        self, page: Page, kiosk: Member, keypad: Member
    ) -> None:
        """The keypad calls the next person while the clerk still chooses where to send the first."""
        take(kiosk)
        second = take(kiosk).label
        open_counter(page)
        press_key(page, "t", "#next")
        press_key(page, "c", "#transfer")
        page.check("[value='service dat-dai']")
        keypad.get("next", Next(uuid4(), "1", counter(keypad, lambda it: it.status == "calling").turn))
        expect(page.locator("#number")).to_have_text(second)
        page.click("#transferring .primary")
        expect(page.locator("#notice")).to_contain_text("Quầy đã chuyển sang số khác")
        expect(page.locator("#number")).to_have_text(second)

    def test_a_pause_has_a_reason(self, page: Page, kiosk: Member) -> None:
        open_counter(page)
        press_key(page, "n", "#pause")
        page.click("#reasons button >> nth=1")
        expect(page.locator("#about")).to_have_text("Ăn trưa")
        assert counter(kiosk, lambda state: state.status == "paused").reason == "Ăn trưa"
        press_key(page, "t", "#next")
        expect(page.locator("#status")).to_have_text("Quầy đang trống")
        press_key(page, "n", "#pause")
        page.fill("#reason", "Lấy mực in")
        page.keyboard.press("Enter")
        expect(page.locator("#about")).to_have_text("Lấy mực in")

    def test_priority_is_marked_with_its_kind(self, page: Page, kiosk: Member) -> None:
        take(kiosk, category="elderly")
        open_counter(page)
        press_key(page, "t", "#next")
        expect(page.locator("#priority")).to_have_text("Người cao tuổi")

    def test_a_counter_in_use_is_taken_over_only_after_a_question(
        self, page: Page, kiosk: Member, keypad: Member
    ) -> None:
        label = take(kiosk).label
        keypad.get("open", Open(uuid4(), "1", keypad.turn("1"), "minh"))
        keypad.get("next", Next(uuid4(), "1", counter(keypad, lambda it: it.status == "free").turn))
        log_in(page)
        page.click("#open")
        expect(page.locator("#taking-over-words")).to_contain_text(f"minh đang ngồi ở Quầy 1, số {label}")
        page.keyboard.press("Escape")
        assert counter(kiosk, lambda state: state.status == "calling").clerk == "minh"
        page.click("#open")
        page.click("#taking-over .primary")
        expect(page.locator("#number")).to_have_text(label)


class TestAfterAnOutage:
    @pytest.fixture
    def hub(self, files: Path) -> Iterator[HubByHand]:
        with hub_by_hand(files) as hub:
            yield hub

    def test_failure_05_a_counter_says_first_whom_it_served_by_shouting(
        self, page: Page, kiosk: Member, hub: HubByHand
    ) -> None:
        served, waits = take(kiosk).label, take(kiosk).label
        open_counter(page)
        hub.stop()
        hub.clock.ahead_s += 300
        hub.start()
        expect(page.locator("#outage")).to_be_visible()
        page.keyboard.press("Escape")
        expect(page.locator("#outage")).to_be_visible()  # there is no way round it
        page.fill("#served", f"{served}, z999")
        page.click("#outage .primary")
        expect(page.locator("#notice")).to_have_text("Chưa ai có số Z999.")
        press_key(page, "t", "#next")
        expect(page.locator("#number")).to_have_text(waits)

    def test_failure_05_nobody_is_an_answer_too(self, page: Page, kiosk: Member, hub: HubByHand) -> None:
        waits = take(kiosk).label
        open_counter(page)
        hub.stop()
        hub.clock.ahead_s += 300
        hub.start()
        expect(page.locator("#outage")).to_be_visible()
        with page.expect_response("**/act/report-served"):
            page.click("#outage [value=nobody]")
        press_key(page, "t", "#next")
        expect(page.locator("#number")).to_have_text(waits)


class TestCash:
    def test_failure_18_cash_that_was_taken_is_told_even_after_the_web_was_killed(
        self, page: Page, kiosk: Member, hub: Part, web: Part, files: Path
    ) -> None:
        """Nobody takes the money twice, so nobody would tell it twice."""
        take(kiosk)
        open_counter(page)
        press_key(page, "t", "#next")
        page.click(".fee >> nth=0")
        expect(page.locator("#order .amount")).to_be_visible()
        freeze(hub)
        page.click("text=Đã trả tiền mặt")
        expect(page.locator("#notice")).to_have_text("Đã ghi lại ở đây, sẽ báo ngay khi trung tâm trả lời.")
        expect(page.locator("#trouble")).to_contain_text("đang giữ 1 việc")
        web.kill()
        thaw(hub)

        def told() -> list[OrderPaid]:
            return [each for each in committed(files) if isinstance(each, OrderPaid)]

        wait_for(kiosk, "the hub to hear of it", lambda: len(told()) == 1)
        expect(page.locator("#trouble")).to_be_hidden()
        assert [each.how for each in told()] == ["cash"]


class TestMending:
    def test_a_killed_web_server_is_found_again(
        self, page: Page, kiosk: Member, web: Part, web_files: Path
    ) -> None:
        label = take(kiosk).label
        open_counter(page)
        web.restart_s = 3600  # not before the page has missed it
        web.kill()
        expect(page.locator("#trouble")).to_contain_text("Mất liên lạc")
        expect(page.locator("#next")).to_be_disabled()
        with Part("web", web_files / "web-1.toml"):
            expect(page.locator("#next")).to_be_enabled()
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
        expect(page.locator("#next")).to_be_enabled()
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
        answer = paid(http, order.reference, 15000)
        assert (answer.status, answer.json()) == (200, {"success": True})
        assert self.shown(kiosk, "paid")
        assert paid(http, order.reference, 15000).json() == {"success": True}  # told again: known already

    def test_other_money_is_taken_note_of_and_pays_nothing(
        self, http: APIRequestContext, kiosk: Member, order: Order
    ) -> None:
        assert paid(http, "", 15000, transaction=1).json() == {"success": True}
        assert paid(http, order.reference, 14999, transaction=2).json() == {"success": True}
        assert paid(http, order.reference, 15000, transaction=3, direction="out").json() == {"success": True}
        guessed = pay(http, order.reference, 15000, transaction=4, secret="guessed")
        assert refusal(guessed) == (403, "forbidden")
        assert self.shown(kiosk, "pay")

    def test_sepay_is_told_to_come_again_while_the_hub_is_away(
        self, http: APIRequestContext, kiosk: Member, order: Order, broker: PrivateBroker
    ) -> None:
        broker.kill()
        assert refusal(pay(http, order.reference, 15000)) == (503, "unreachable")
        assert http.get("/health").json()["facts_left"] == 1
        broker.start()
        wait_for(kiosk, "the way to the hub", lambda: http.get("/health").ok)
        assert paid(http, order.reference, 15000).json() == {"success": True}
        assert self.shown(kiosk, "paid")
        assert http.get("/health").json()["facts_left"] == 0


class TestWords:
    SOURCES = "\n".join(path.read_text() for path in PAGES.glob("*.*"))
    TABLES = "REFUSALS|FIELDS|STATUS|STOPPED|WAYS|CLOSED|LABEL_KEYS|REASONS|HEADS"

    def test_every_word_of_the_pages_has_its_vietnamese(self) -> None:
        said = set(re.findall(r'say\(\s*"([^"]+)"|data-(?:say|hint)="([^"]+)"', self.SOURCES))
        asked = {one or other for one, other in said} | set(MISTAKES)
        asked |= set(re.findall(r'[?:] say\("([^"]+)"', self.SOURCES))
        for table in re.findall(rf"const (?:{self.TABLES}) = [\[{{](.*?)[\]}}];", self.SOURCES, re.DOTALL):
            asked |= set(re.findall(r'"([A-Z][^"]+)"', table))
        assert len(asked) > 150
        assert asked - catalogue("vi").keys() == set()

    def test_every_refusal_that_an_act_can_meet_has_its_words(self) -> None:
        assert {code for code in ERROR_CODES if f'"{code}":' not in self.SOURCES} == set()

    def test_every_state_of_the_centre_has_its_words(self) -> None:
        for states in (Stopped, QueueState.__annotations__["why"]):
            for state in filter(None, get_args(states)):
                assert re.search(rf'^  "?{state}"?: "', self.SOURCES, re.MULTILINE), state

    def test_the_pages_know_what_every_language_calls_itself(self) -> None:
        named = re.search(r"LANGUAGES = \{(.*?)\}", self.SOURCES)
        assert named
        assert dict(re.findall(r'(\w+): "([^"]+)"', named[1])) == LANGUAGE_NAMES

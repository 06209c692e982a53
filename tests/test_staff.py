"""The manager's page: services, appointments, and what the centre asks of staff when something was wrong."""

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import msgspec
import pytest
from playwright.sync_api import APIRequestContext, Page, expect

from bus.asks import (
    CallLabel,
    CancelAppointment,
    CheckIn,
    ConfirmClock,
    EndDay,
    Next,
    Open,
    Requeue,
    SetFloor,
    Shut,
)
from bus.health import HealthFacts
from bus.messages import Status
from bus.topics import STATUS
from center.backup import back_up, restore
from center.broker import PrivateBroker
from config.clock import Clock
from config.errors import Refused
from config.load import load_center
from demo.member import Member
from demo.member import expect as wait_for
from demo.part import Part
from tests.browsing import PASSWORD, HubByHand, counter, hub_by_hand, log_in, queue, refusal, take


@pytest.fixture
def page(page: Page) -> Page:
    """A manager's page."""
    log_in(page, name="manager-1")
    expect(page.locator("#figures button").first).to_be_enabled()
    return page


@pytest.fixture
def staff(broker: PrivateBroker, hub: Part, tmp_path: Path) -> Iterator[Member]:
    """Another web of the centre, in the test's hands."""
    with Member(broker, "guest-web", "web", tmp_path) as member:
        yield member


def lost(watcher: Member, device: str) -> bool:
    """Whether the broker has told that the device is gone."""
    return any(
        isinstance(each.payload, Status) and each.payload.status == "lost" and each.ids["device"] == device
        for each in watcher.heard
    )


class TestServices:
    def test_one_is_shut_with_a_notice_and_opened_again(self, page: Page, kiosk: Member) -> None:
        row = page.locator("#figures tr").first
        row.locator("button").click()
        page.fill("#shut-reason", "Hệ thống hộ tịch đang bảo trì")
        page.click("#shutting .primary")
        expect(row).to_contain_text("Hôm nay ngừng nhận · Hệ thống hộ tịch đang bảo trì")
        shut = queue(kiosk, lambda it: not it.taking)
        assert (shut.why, shut.notice) == ("shut", "Hệ thống hộ tịch đang bảo trì")
        expect(row.locator("button")).to_be_enabled()
        row.locator("button").click()
        expect(row.locator("button")).to_have_text("Ngừng phát số")
        queue(kiosk, lambda it: it.taking)

    def test_thinking_better_of_it_shuts_nothing(self, page: Page, kiosk: Member) -> None:
        page.click("#figures tr:first-child button")
        page.keyboard.press("Escape")
        take(kiosk)
        expect(page.locator("#figures tr:first-child td").first).to_have_text("1")
        assert queue(kiosk, lambda it: it.issued == 1).taking

    def test_the_figures_are_those_of_now(self, page: Page, kiosk: Member, keypad: Member) -> None:
        take(kiosk)
        take(kiosk)
        keypad.get("open", Open(uuid4(), "1", keypad.turn("1"), "clerk-1"))
        keypad.get("next", Next(uuid4(), "1", counter(keypad, lambda it: it.status == "free").turn))
        cells = page.locator("#figures tr:first-child td")
        expect(cells.nth(0)).to_have_text("2")
        expect(cells.nth(1)).to_have_text("1")
        expect(cells.nth(2)).to_have_text("1")


class TestAppointments:
    def test_one_is_made_and_cancelled(self, page: Page, staff: Member) -> None:
        page.select_option("#booked-service", "dat-dai")
        page.fill("#booked-time", "2027-01-12T08:30")
        page.click("#booking .key")
        expect(page.locator("#booked-rows")).to_contain_text("12/01/2027 08:30")
        code = page.locator("#booked-rows b").inner_text()
        page.fill("#unbooked", code.lower())
        page.click("#unbooking .key")
        expect(page.locator("#booked-words")).to_have_text(f"Đã hủy lịch hẹn {code}.")
        with pytest.raises(Refused, match="no appointment"):
            staff.get("cancel-appointment", CancelAppointment(uuid4(), code))

    def test_the_past_is_not_booked(self, page: Page) -> None:
        page.fill("#booked-time", "2020-01-12T08:30")
        page.click("#booking .key")
        expect(page.locator("#notice")).to_have_text("Giờ này đã qua rồi.")

    def test_a_file_with_mistakes_books_nothing_and_one_without_books_once(
        self, page: Page, staff: Member
    ) -> None:
        rows = "code,service,date,time\r\nHEN1,Đất đai,12/01/2027,8:30\r\n,thue,12/01/2027,9:00\r\n"
        self.upload(page, rows + "HEN2,khong,12/01/2027,9:30\r\n")
        expect(page.locator("#booked-words")).to_contain_text("Chưa đặt lịch nào")
        expect(page.locator("#mistakes li")).to_have_count(1)
        expect(page.locator("#mistakes")).to_contain_text("Dòng 4: Không có dịch vụ “khong”.")
        with pytest.raises(Refused, match="no appointment"):
            staff.get("check-in", CheckIn(uuid4(), "HEN1"))

        self.upload(page, rows)
        expect(page.locator("#booked-words")).to_have_text("Đã đặt 2 lịch hẹn.")
        codes = page.locator("#booked-rows b").all_inner_texts()
        assert codes[0] == "HEN1"
        with page.expect_response("**/appointments") as answer:
            self.upload(page, rows)
        assert [each["code"] for each in answer.value.json()["result"]["appointments"]] == codes
        expect(page.locator("#booked-rows b")).to_have_text(codes)
        with page.expect_download() as saved:
            page.click("#download")
        text = saved.value.path().read_text(encoding="utf-8-sig")
        assert text.splitlines()[1:] == [
            "HEN1,dat-dai,12/01/2027,08:30",
            f"{codes[1]},thue,12/01/2027,09:00",
        ]

    def upload(self, page: Page, text: str) -> None:
        file = {"name": "appointments.csv", "mimeType": "text/csv", "buffer": text.encode()}
        page.set_input_files("#file", file)  # type: ignore[arg-type]
        page.click("#import")
        expect(page.locator("#import")).to_be_enabled()


class TestRoles:
    def test_a_clerk_has_no_way_to_it(self, page: Page) -> None:
        page.click("#leave")
        log_in(page)
        expect(page.locator("#choose")).to_be_visible()
        expect(page.locator("#ways a")).to_have_text(["Quầy", "Lấy số hộ"])
        page.goto("/staff")
        expect(page.locator("#choose")).to_be_visible()

    def test_a_clerk_may_not_act_as_a_manager(self, http: APIRequestContext, kiosk: Member) -> None:
        now = Clock().now()
        for verb, act in (
            ("shut", Shut(uuid4(), "ho-tich")),
            ("cancel-appointment", CancelAppointment(uuid4(), "HEN1")),
            ("confirm-clock", ConfirmClock(uuid4(), now)),
            ("end-day", EndDay(uuid4())),
            ("set-floor", SetFloor(uuid4(), {"A": 5})),
            ("requeue", Requeue(uuid4(), "2", kiosk.turn("2"))),
        ):
            assert refusal(http.post(f"/act/{verb}", data=msgspec.to_builtins(act)))[1] == "logged-out"
        http.post("/login", data={"name": "clerk-1", "password": PASSWORD})
        for verb, act in (
            ("shut", Shut(uuid4(), "ho-tich")),
            ("cancel-appointment", CancelAppointment(uuid4(), "HEN1")),
            ("confirm-clock", ConfirmClock(uuid4(), now)),
            ("end-day", EndDay(uuid4())),
            ("set-floor", SetFloor(uuid4(), {"A": 5})),
            ("requeue", Requeue(uuid4(), "2", kiosk.turn("2"))),
        ):
            assert refusal(http.post(f"/act/{verb}", data=msgspec.to_builtins(act))) == (403, "forbidden")
        assert refusal(http.post("/appointments", data={"csv": ""})) == (403, "forbidden")
        for verb in ("adopt", "payment", "lease", "events", "rate"):
            body = {"request": str(uuid4()), "install": str(uuid4()), "after": 0, "score": 5}
            assert http.post(f"/act/{verb}", data=body).status == 400, verb


class TestTrouble:
    """A real hub on clocks that the test moves."""

    @pytest.fixture
    def hub(self, files: Path) -> Iterator[HubByHand]:
        with hub_by_hand(files) as hub:
            yield hub

    def test_a_printer_without_paper_is_told_on_every_page(self, page: Page, kiosk: Member) -> None:
        kiosk.health_facts = lambda: HealthFacts(printer="paper-out")
        kiosk.report()
        expect(page.locator("#needs")).to_have_text("kiosk-1: hết giấy. Lắp cuộn mới và đóng nắp.")
        page.goto("/assist")
        expect(page.locator("#needs")).to_be_visible()
        kiosk.health_facts = lambda: HealthFacts(printer="ready")
        kiosk.report()
        expect(page.locator("#needs")).to_be_hidden()

    def test_failure_04_staff_are_asked_about_a_counter_that_nobody_reaches(
        self, page: Page, kiosk: Member, broker: PrivateBroker, hub: HubByHand, tmp_path: Path
    ) -> None:
        label = take(kiosk).label
        watcher = Member(broker, "guest-technician", "technician", tmp_path, topics=(STATUS,))
        with watcher:
            with Member(broker, "guest-bridge", "bridge", tmp_path) as keypad:
                keypad.get("open", Open(uuid4(), "2", keypad.turn("2"), "minh"))
                turn = counter(keypad, lambda it: it.status == "free", "2").turn
                keypad.get("call", CallLabel(uuid4(), "2", turn, label))
            wait_for(watcher, "its loss", lambda: lost(watcher, "guest-bridge"))
            wait_for(watcher, "the hub to hear of it, too", lambda: hub.misses("guest-bridge"))
        hub.clock.ahead_s += 12 * 60
        expect(page.locator("#asked")).to_contain_text(f"Quầy 2 mất liên lạc 12 phút, còn giữ số {label}.")
        page.click("#asked .key >> nth=0")
        queue(kiosk, lambda it: it.waiting == 1)
        expect(page.locator("#questions")).to_be_hidden()
        expect(page.locator("#asked")).to_contain_text("Quầy 2 mất liên lạc 12 phút.")
        page.click("#asked .key >> nth=1")
        expect(page.locator("#questions")).to_be_hidden()

    def test_failure_06_staff_end_a_day_that_waits_for_people_who_have_left(
        self, page: Page, kiosk: Member, staff: Member, hub: HubByHand
    ) -> None:
        day = page.locator("#old-day")
        expect(day).to_be_hidden()
        take(kiosk)
        hub.clock.jumped_s += 24 * 3600
        expect(page.locator("#old-numbers")).to_contain_text("Còn 1 người")
        page.click("#end-day")
        page.click("#ending .primary")
        expect(day).to_be_hidden()
        queue(kiosk, lambda it: it.waiting == 0 and it.taking)

    def test_failure_08_staff_say_what_time_it_is(self, page: Page, staff: Member, hub: HubByHand) -> None:
        expect(page.locator("#clock-doubt")).to_be_hidden()
        hub.clock.trusted = False
        hub.stop()
        hub.start()
        expect(page.locator("#clock-doubt")).to_be_visible()
        page.fill("#right-time", "2027-01-12T08:30")
        page.click("#time .key")
        expect(page.locator("#clock-doubt")).to_be_hidden()
        expect(page.locator("#clock")).to_have_text("08:30")

        def day() -> str:
            return staff.states.center.day.isoformat() if staff.states.center else ""

        wait_for(staff, "the day that they said", lambda: day() == "2027-01-12")

    def test_failure_13_after_a_restored_backup_the_web_tells_its_day_and_staff_say_where_to_go_on(
        self, page: Page, kiosk: Member, hub: HubByHand, files: Path, tmp_path: Path
    ) -> None:
        journal, file = files / "data" / "hub" / "journal.sqlite", tmp_path / "backup.sqlite"
        back_up(journal, "tan-lap", file)
        page.goto("/assist")
        page.click("[data-service=ho-tich]")
        expect(page.locator("#given-label")).to_have_text("A001")
        hub.stop()
        restore(file, journal, load_center(files / "center.toml"), hub.clock, {})
        hub.start()
        expect(page.locator("#stopped")).to_contain_text("Vừa khôi phục bản sao lưu")
        page.goto("/")
        expect(page.locator("#stopped")).to_contain_text("Vừa khôi phục bản sao lưu")
        page.goto("/staff")
        expect(page.locator("#awaits")).to_contain_text("kiosk-1.")  # and not web-1
        for letter in page.locator("#letters input").all():
            letter.fill("5")
        page.click("#floor .key")
        expect(page.locator("#stopped")).to_be_hidden()
        queue(kiosk, lambda it: it.waiting == 1 and it.taking)  # A001, from the web
        assert take(kiosk).label == "A006"

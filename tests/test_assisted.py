"""Staff take numbers for people: the web is an issuer, and loses or doubles none."""

import json
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from playwright.sync_api import Page, Route, expect

from bus.answers import Appointment
from bus.asks import Book, EventPage, Events
from bus.events import EventBody, RequestGivenUp, TicketDelivered, TicketIssued
from bus.memory import FILE
from center.broker import PrivateBroker
from config.clock import Clock
from demo.member import Member
from demo.member import expect as wait_for
from demo.part import Part
from tests.browsing import freeze, log_in, queue, take, thaw


@pytest.fixture
def page(page: Page) -> Page:
    """A page where a clerk takes numbers for people."""
    log_in(page)
    page.click("#ways [href='/assist']")
    expect(page.locator("#offers button").first).to_be_enabled()
    return page


@pytest.fixture
def reader(broker: PrivateBroker, hub: Part, tmp_path: Path) -> Iterator[Member]:
    """Reads the journal."""
    with Member(broker, "guest-web", "web", tmp_path) as member:
        yield member


def happened(reader: Member) -> list[EventBody]:
    page = reader.get("events", Events(uuid4(), after=0, limit=200))
    assert isinstance(page, EventPage)
    return [each.body for each in page.events]


def written_down(folder: Path) -> list[str]:
    """The requests for a number that the web has on its disk."""
    with closing(sqlite3.connect(f"file:{folder / FILE}?mode=ro", uri=True, timeout=30)) as database:
        return [request for (request,) in database.execute("SELECT request FROM ask")]


def touch(page: Page, service: str = "ho-tich") -> None:
    page.click(f"[data-service={service}]")


def label(page: Page) -> str:
    expect(page.locator("#given-label")).to_have_text(re.compile(r"^[A-Z]\d{3}$"))
    return page.locator("#given-label").inner_text()


class TestNumber:
    def test_is_taken_for_an_old_person_who_speaks_ede(
        self, page: Page, kiosk: Member, reader: Member
    ) -> None:
        take(kiosk)
        page.check("[value=elderly]")
        page.check("[value=rad]")
        touch(page)
        assert label(page) == "A002"
        expect(page.locator("#given-place")).to_have_text("Quầy 1")
        expect(page.locator("#given-ahead")).to_have_text("không có ai")  # by priority
        issued = [each for each in happened(reader) if isinstance(each, TicketIssued)][-1]
        assert (issued.category, issued.language, issued.device) == ("elderly", "rad", "web-1")

        def shown() -> list[str]:
            told = (each for each in happened(reader) if isinstance(each, TicketDelivered))
            return [each.outcome for each in told if each.ticket == issued.ticket]

        wait_for(reader, "the hub to know that it was shown", lambda: shown() == ["shown"])
        page.click("#another")
        expect(page.locator("[name=category]:checked")).to_have_value("ordinary")

    def test_a_lost_answer_brings_the_same_number(self, page: Page, kiosk: Member) -> None:
        asked: list[str] = []

        def lose_the_first_answer(route: Route) -> None:
            asked.append(json.loads(route.request.post_data or "")["request"])
            if len(asked) == 1:
                route.fetch()
                route.abort()
            else:
                route.continue_()

        page.route("**/act/take", lose_the_first_answer)
        touch(page)
        assert label(page) == "A001"
        assert len(asked) > 1
        assert len(set(asked)) == 1
        assert queue(kiosk, lambda it: it.waiting > 0).issued == 1

    def test_is_taken_back(self, page: Page, kiosk: Member) -> None:
        touch(page)
        label(page)
        queue(kiosk, lambda it: it.waiting == 1)
        page.click("#take-back")
        expect(page.locator("#offers")).to_be_visible()
        queue(kiosk, lambda it: it.waiting == 0)

    def test_an_appointment_brings_its_number_once(self, page: Page, reader: Member) -> None:
        dossier = "38.98.H29-210519-0013"
        booked = reader.get("book", Book(uuid4(), "dat-dai", Clock().now() + timedelta(seconds=30), dossier))
        assert isinstance(booked, Appointment)
        page.fill("#code", dossier.lower())
        page.click("#check-in")
        assert label(page) == "B001"
        page.click("#another")
        page.fill("#code", dossier)
        page.click("#check-in")
        expect(page.locator("#notice")).to_contain_text("Người có lịch hẹn này đã lấy số")
        page.fill("#code", "HEN8")
        page.click("#check-in")
        expect(page.locator("#notice")).to_have_text("Không có lịch hẹn này.")


class TestPeople:
    @pytest.fixture
    def files(self, files: Path) -> Path:
        """A centre where a family may come on one number of the first service."""
        center = files / "center.toml"
        center.write_text(
            center.read_text().replace("target_wait = 20\n", "target_wait = 20\npeople = 4\n", 1)
        )
        return files

    def test_several_come_on_one_number_where_the_service_allows_it(self, page: Page, reader: Member) -> None:
        page.fill("#count", "3")
        expect(page.locator("[data-service=dat-dai]")).to_be_disabled()
        touch(page)
        label(page)
        assert [each.people for each in happened(reader) if isinstance(each, TicketIssued)] == [3]

    def test_several_errands_are_done_on_one_number_in_their_order(self, page: Page, reader: Member) -> None:
        page.check("#several")
        for service in ("thue", "dat-dai", "ho-tich", "thue"):  # the last takes the first back
            touch(page, service)
        page.click("#take-several")
        assert label(page) == "B001"
        expect(page.locator("#given-then")).to_have_text("sau đó: Hộ tịch")
        (issued,) = [each for each in happened(reader) if isinstance(each, TicketIssued)]
        assert (issued.service, issued.then) == ("dat-dai", ("ho-tich",))
        page.click("#another")
        expect(page.locator("#several")).not_to_be_checked()


class TestFailures:
    def test_failure_09_what_the_hub_did_not_answer_in_time_is_given_up(
        self, page: Page, reader: Member, kiosk: Member, hub: Part
    ) -> None:
        """The page says that there is no number, so there must be none, however late the hub decides."""
        asked: list[str] = []
        page.on("request", lambda sent: asked.append(sent.post_data or "") if "/take" in sent.url else None)
        freeze(hub)
        touch(page)
        expect(page.locator("#notice")).to_contain_text("chưa có số nào được phát")
        thaw(hub)
        request = json.loads(asked[0])["request"]

        def given_up() -> list[str]:
            return [str(each.request) for each in happened(reader) if isinstance(each, RequestGivenUp)]

        wait_for(reader, "the hub to hear of it", lambda: given_up() == [request])
        expect(page.locator("#offers button").first).to_be_enabled()
        touch(page)
        label(page)
        assert json.loads(asked[-1])["request"] != request
        queue(kiosk, lambda it: it.waiting == 1)

    def test_failure_09_what_a_power_cut_left_open_is_given_up(
        self, page: Page, reader: Member, hub: Part, web: Part, web_files: Path
    ) -> None:
        freeze(hub)
        with page.expect_request("**/act/take") as sent:
            touch(page)
        request = json.loads(sent.value.post_data or "")["request"]
        wait_for(
            reader, "the web to write it down", lambda: request in written_down(web_files / "data" / "web-1")
        )
        page.goto("about:blank")
        web.kill()
        thaw(hub)

        def given_up() -> list[str]:
            return [str(each.request) for each in happened(reader) if isinstance(each, RequestGivenUp)]

        wait_for(reader, "the hub to hear of it", lambda: given_up() == [request])

    def test_failure_22_without_its_disk_the_web_gives_no_number_and_says_so(
        self, page: Page, web_files: Path, web: Part, kiosk: Member
    ) -> None:
        web.stop()
        memory = web_files / "data" / "web-1" / "issuer.sqlite"
        for file in memory.parent.glob(f"{memory.name}*"):
            file.unlink()
        memory.mkdir()
        expect(page.locator("#offers button").first).to_be_disabled()
        with Part("web", web_files / "web-1.toml"):
            expect(page.locator("#offers button").first).to_be_enabled()
            touch(page)
            expect(page.locator("#notice")).to_contain_text("không ghi được xuống ổ đĩa")
        assert queue(kiosk, lambda it: it.taking).issued == 0

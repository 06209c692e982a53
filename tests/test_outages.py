"""What the hub does when something around it is at fault: a page, a folder, its journal, a clock."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from threading import Event
from time import sleep
from typing import Literal
from uuid import uuid4

import pytest
from msgspec import structs

from bus.answers import HubTime, Ticket
from bus.asks import ConfirmClock, EventPage, Events, Take
from bus.events import HubStarted, TicketIssued
from bus.messages import Status, encode
from bus.session import Session
from bus.topics import STATUS
from center.absences import PATIENCE_S
from center.broker import PrivateBroker
from center.database import check, logs
from center.hub import BEAT_S, Hub
from center.memory import Checked, Memory
from config.clock import FakeClock
from config.settings import CenterSettings, Hours, HubSettings
from demo.member import Member
from tests.hubs import CENTER, act, center_of, codes, expect_of, open_counter, request, served, take
from tests.morning import altered

FRIDAY = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)  # 08:00 at the centre
MONDAY = FRIDAY + timedelta(days=3)
HOUR = 3600.0
MANY = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 30000) SELECT i FROM n"


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(MONDAY)


@pytest.fixture
def own(settings: CenterSettings, settings_of_hub: HubSettings, clock: FakeClock) -> Iterator[Hub]:
    """A hub in our own hands."""
    with Hub(settings_of_hub, settings, clock=clock) as hub:
        yield hub


@pytest.fixture
def web(broker: PrivateBroker, tmp_path: Path) -> Iterator[Member]:
    with Member(broker, "guest-web", "web", tmp_path) as member:
        yield member


def test_failure_04_a_lost_page_moves_nobody_and_after_ten_minutes_staff_are_asked(
    broker: PrivateBroker, own: Hub, web: Member, clock: FakeClock
) -> None:
    with Session(broker.address("web-1"), "web-1", ()) as page:

        def says(word: Literal["online", "lost"]) -> None:
            status = Status(word, "page", "web", "", "")
            page.publish(STATUS.path(CENTER, device="web-1"), encode(status), retain=True)

        def asked(times: int) -> None:
            clock.advance(BEAT_S)
            expect_of(own, web, "a beat", lambda: center_of(web).at == clock.now())
            assert len(center_of(web).questions) == times

        expect_of(own, web, "everybody", lambda: web.states.fresh() and page.connected)
        says("online")
        expect_of(own, web, "the page", lambda: not own.absences.away("web-1"))
        label = take(own).label
        open_counter(own)
        assert act(own, "next").ok
        clock.advance(PATIENCE_S)
        asked(0)
        says("lost")
        expect_of(own, web, "the loss", lambda: own.absences.away("web-1"))
        clock.advance(PATIENCE_S - 2 * BEAT_S)
        asked(0)
        asked(1)
        (question,) = center_of(web).questions
        assert (question.counter, question.label) == ("1", label)
        assert own.memory.state.labels[label].counter == "1", "nobody is moved by it"
        says("online")
        expect_of(own, web, "the page", lambda: not own.absences.away("web-1"))
        asked(0)


def test_failure_05_who_was_served_meanwhile_is_asked_after_an_outage_and_not_after_a_restart(
    settings: CenterSettings, settings_of_hub: HubSettings, clock: FakeClock
) -> None:
    asked, waited = [], []
    for seconds in (0, 30, 600):
        clock.advance(seconds)
        with Hub(settings_of_hub, settings, clock=clock) as hub:
            take(hub)
            asked.append(hub.memory.state.counters["1"].outage)
            waited.append(hub.memory.now.ran - hub.memory.state.labels["A001"].ran)
            open_counter(hub)
            clock.advance(10)
            take(hub)
    assert asked == [False, False, True]
    assert waited == [0, 10_000, 20_000], "what the hub was away counts against nobody"


def test_failure_06_monday_comes_to_a_full_hall_that_was_friday(
    settings: CenterSettings, settings_of_hub: HubSettings
) -> None:
    """A machine without a chip wakes up in the past; hours later somebody tells it the date."""
    clock = FakeClock(FRIDAY)
    with Hub(settings_of_hub, settings, clock=clock) as hub:
        assert take(hub).label == "A001"
        open_counter(hub)
        act(hub, "next")
        act(hub, "close")
    clock.power_cut(70 * HOUR)
    with Hub(settings_of_hub, settings, clock=clock) as hub:
        given = [take(hub) for _ in range(3)]
        assert [each.label for each in given] == ["A002", "A003", "A004"]
        clock.advance(HOUR)
        clock.jump((MONDAY + timedelta(hours=1) - clock.now()).total_seconds())
        clock.is_synchronised = True
        hub.step(0)
        assert hub.memory.now.at.date() == MONDAY.date()
        assert hub.memory.state.day == date(2026, 11, 20), "people are here: their day goes on"
        assert len(hub.memory.state.queues["ho-tich"]) == 3
        assert take(hub).label == "A005"


def test_failure_07_a_year_too_late_is_not_believed_and_undone_by_staff(
    settings: CenterSettings, settings_of_hub: HubSettings
) -> None:
    clock = FakeClock(MONDAY, synchronised=False)
    with Hub(settings_of_hub, settings, clock=clock) as hub:
        take(hub)
        clock.jump(365 * 24 * HOUR)
        clock.advance(1)
        hub.step(0)
        assert hub.memory.state.day == MONDAY.date()
        assert hub.memory.time.health().jump_s == 365 * 24 * HOUR


def test_failure_07_staff_undo_a_clock_in_2036_and_labels_go_on(
    settings: CenterSettings, settings_of_hub: HubSettings
) -> None:
    clock = FakeClock(datetime(2036, 5, 1, 2, 0, tzinfo=UTC), synchronised=False)
    with Hub(settings_of_hub, settings, clock=clock) as hub:
        assert take(hub).id == "2036-05-01-A001"
        told = ConfirmClock(uuid4(), MONDAY)
        (answer,) = served(hub, request(told, "confirm-clock", "web-1"))
        assert answer.read(HubTime) == HubTime(MONDAY.date(), MONDAY)
        assert take(hub).id == "2026-11-23-A002"
    clock.advance(60)
    with Hub(settings_of_hub, settings, clock=clock) as hub:
        assert take(hub).id == "2026-11-23-A003", "a restart does not bring 2036 back"
        assert hub.memory.now.at == MONDAY + timedelta(seconds=60)


def test_failure_08_hours_of_a_wrong_clock_close_nothing(
    settings: CenterSettings, settings_of_hub: HubSettings
) -> None:
    open_hours = structs.replace(settings, hours=Hours(mon=("07:30-11:30",)))
    at_night = FakeClock(MONDAY - timedelta(hours=5), synchronised=False)
    with Hub(settings_of_hub, open_hours, clock=at_night) as hub:
        assert codes(served(hub, request(Take(uuid4(), "ho-tich")))) == ["ok"]
        at_night.is_synchronised = True
        assert codes(served(hub, request(Take(uuid4(), "ho-tich")))) == ["not-taking"]


def test_failure_21_what_the_settings_have_lost_is_cleared_from_the_broker(
    settings: CenterSettings, settings_of_hub: HubSettings, web: Member
) -> None:
    with Hub(settings_of_hub, settings) as hub:
        expect_of(hub, web, "all of it", lambda: "thue" in web.states.queues and "4" in web.states.panels)
        take(hub, "thue")
    smaller = structs.replace(
        settings,
        services=tuple(each for each in settings.services if each.id != "thue"),
        counters=tuple(structs.replace(each, services=("ho-tich",)) for each in settings.counters[:3]),
    )
    with Hub(settings_of_hub, smaller) as hub:
        expect_of(hub, web, "a clean broker", lambda: "thue" not in web.states.queues)
        expect_of(
            hub,
            web,
            "a clean broker",
            lambda: {*web.states.counters} == {*web.states.panels} == {"1", "2", "3"},
        )
        open_counter(hub)
        called = act(hub, "call", label="F001")
        assert called.read(Ticket).label == "F001", "who waits there can be called"


def test_all_is_told_to_a_new_broker_though_a_number_was_waiting(
    broker: PrivateBroker, own: Hub, web: Member, tmp_path: Path
) -> None:
    """The number changes its queue, which is told first: that must not pass for all that there is to tell."""
    expect_of(own, web, "the hub", web.states.fresh)
    broker.kill()
    expect_of(own, web, "the loss", lambda: not (own.device.connected or own._caught_up))
    own._requests.append(request(Take(uuid4(), "ho-tich")))
    broker.start()
    with Member(broker, "guest-kiosk", "kiosk", tmp_path) as kiosk:
        expect_of(own, kiosk, "the number", lambda: own.memory.state.tickets != {})
        expect_of(own, kiosk, "the board", lambda: kiosk.states.board is not None)
        expect_of(own, kiosk, "the catalogue", lambda: kiosk.states.catalog is not None)


def test_failure_24_no_number_is_given_from_a_folder_that_forgets(
    settings: CenterSettings, settings_of_hub: HubSettings, clock: FakeClock, web: Member, tmp_path: Path
) -> None:
    folder = Path("/dev/shm") / f"luot-{uuid4().hex}"
    forgetful = structs.replace(settings_of_hub, data=folder, volatile=False)
    try:
        with Hub(forgetful, settings, clock=clock) as hub:
            expect_of(hub, web, "the hub", lambda: web.states.fresh())
            assert center_of(web).stopped == "folder"
            assert "`data`" in center_of(web).hint
            assert codes(served(hub, request(Take(uuid4(), "ho-tich")))) == ["busy"]
            assert not list(folder.iterdir())
            folder.rmdir()
            folder.symlink_to(tmp_path)  # the partition is mounted
            clock.advance(11)
            expect_of(hub, web, "numbers again", lambda: not center_of(web).stopped)
            assert take(hub).label == "A001"
    finally:
        folder.unlink()


class TestTheJournal:
    def test_one_that_is_damaged_stops_the_numbers_and_not_the_hub(
        self, settings: CenterSettings, settings_of_hub: HubSettings, clock: FakeClock, web: Member
    ) -> None:
        journal = settings_of_hub.folder / "journal.sqlite"
        with Hub(settings_of_hub, settings, clock=clock) as hub:
            take(hub)
        sound = journal.read_bytes()
        journal.write_bytes(b"nothing of it is left".ljust(len(sound)))
        with Hub(settings_of_hub, settings, clock=clock) as hub:
            expect_of(hub, web, "the hub", lambda: web.states.fresh())
            assert center_of(web).stopped == "journal"
            assert "luot restore" in center_of(web).hint
            assert codes(served(hub, request(Take(uuid4(), "ho-tich")))) == ["busy"]
            assert journal.read_bytes().startswith(b"nothing"), "it is left as it is"
            journal.write_bytes(sound)
            clock.advance(11)
            expect_of(hub, web, "numbers again", lambda: not center_of(web).stopped)
            assert take(hub).label == "A002"

    def test_damage_that_is_found_later_stops_the_numbers_until_another_file_is_there(
        self, settings: CenterSettings, settings_of_hub: HubSettings, clock: FakeClock, web: Member
    ) -> None:
        journal = settings_of_hub.folder / "journal.sqlite"
        with Hub(settings_of_hub, settings, clock=clock) as hub:
            for _ in range(200):
                take(hub)
        sound = journal.read_bytes()
        half = len(sound) // 2
        journal.write_bytes(sound[:half] + b"\xff" * 8192 + sound[half + 8192 :])
        with Hub(settings_of_hub, settings, clock=clock) as hub:
            expect_of(
                hub, web, "the damage", lambda: web.states.fresh() and center_of(web).stopped == "journal"
            )
            clock.advance(11)
            hub.step(0)
            assert hub.memory.stopped, "it is the same file"
            restored = journal.with_suffix(".restored")
            restored.write_bytes(sound)
            restored.replace(journal)
            clock.advance(11)
            expect_of(hub, web, "numbers again", lambda: not center_of(web).stopped)

    def test_once_the_hub_has_ended_it_is_one_file_though_it_was_being_read_through(
        self,
        settings: CenterSettings,
        settings_of_hub: HubSettings,
        clock: FakeClock,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        """A log that is left beside it would be taken for a part of the file that is put in its place."""
        found: list[Checked] = []
        with Memory(settings_of_hub, settings, clock, found.append):
            pass
        with altered(settings_of_hub.journal) as file:
            file.execute(f"CREATE TABLE many AS {MANY}")
        found.clear()
        reading = Event()

        def check_slowly(path: Path, *, ended: Callable[[], bool]) -> str | None:
            """It is in the midst of the file until it is told that nobody wants to know any more."""

            def wait_for_the_end() -> bool:
                reading.set()
                while not ended():
                    sleep(0.01)
                return True

            return check(path, ended=wait_for_the_end)

        monkeypatch.setattr("center.memory.check", check_slowly)
        with Memory(settings_of_hub, settings, clock, found.append):
            assert reading.wait(30)
        assert not logs(settings_of_hub.journal)
        assert not found, "a file that was read in part says nothing"

    def test_a_reader_that_missed_events_asks_for_them(self, own: Hub) -> None:
        take(own)
        (page,) = served(own, request(Events(uuid4(), after=0), "events", "web-1"))
        (again,) = served(own, request(Events(uuid4(), after=1, limit=1), "events", "web-1"))
        events = page.read(EventPage)
        assert isinstance(events.events[0].body, HubStarted)
        assert isinstance(events.events[-1].body, TicketIssued)
        assert events.last == own.memory.state.seq == events.events[-1].seq
        assert again.read(EventPage).events == events.events[1:2]
        assert codes(served(own, request(Events(uuid4(), after=0), "events", "kiosk-1"))) == ["forbidden"]

    def test_a_note_is_in_no_answer(self, own: Hub, clock: FakeClock) -> None:
        """Answers are kept for good, notes are not."""
        served(own)  # the day
        take(own)
        open_counter(own)
        assert act(own, "next").ok
        clock.advance(5)
        assert act(own, "transfer", service="ho-tich", note="Đã đủ bản sao").ok
        assert act(own, "next").ok
        assert act(own, "start").ok
        answers = own.memory.journal.database.execute("SELECT answer FROM request").fetchall()
        assert not any("Đã đủ".encode() in answer for (answer,) in answers)
        assert list(own.memory.state.notes.values()) == ["Đã đủ bản sao"]

    def test_nothing_is_decided_before_what_the_broker_kept_is_read(self, own: Hub) -> None:
        own._requests.append(request(Take(uuid4(), "ho-tich")))
        own.step(0)  # a day is due
        assert own.memory.state.day is not None
        assert not own.memory.state.tickets

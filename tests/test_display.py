"""What a display shows of what the hub says: from payloads, and with a real hub."""

import io
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import msgspec
import pygame
import pytest
from msgspec import structs
from PIL import Image

from bus.answers import Answer, Ticket
from bus.asks import Finish, Next, Open, Start, Take
from bus.device import Received
from bus.device_asks import DeviceRequest, Picture, Screenshot
from bus.events import JournalEvent, ServiceRated
from bus.messages import (
    YOUNG_CALL_S,
    Board,
    BoardCall,
    Call,
    Catalog,
    CenterState,
    CounterInfo,
    CounterState,
    HubClock,
    Panel,
    Rev,
    ServiceInfo,
    State,
    encode,
)
from bus.remote import ask_device
from bus.states import OLD_S, States
from bus.topics import DEVICE_REPLY, JOURNAL, STATE_CATALOG, STATE_CENTER, STATE_COUNTER, STATE_PANEL, Topic
from center.broker import PrivateBroker
from center.counters import GUARD_MS
from config.clock import FakeClock
from config.load import load
from config.settings import DisplaySettings
from demo.member import Member, expect
from demo.part import Part
from display import panel, rating, sign
from display.announcer import Announcement, Announcer
from display.app import TURN_S, Display, View, volume
from display.board import BoardView, Row
from display.hall import NOTICE_S, look
from display.panel import PanelView
from display.sign import SignView
from screen.theme import GOLD
from tests.test_voice import make_pack

# What is shown, from what the hub says


QR = "00020101021238570010A0000007270127"


class Hub:
    """What a display has heard of a hub."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.states = States(self.clock)
        self.seq = 0
        self.say(STATE_CATALOG, Catalog(
            self.rev(),
            services=tuple(
                ServiceInfo(key, letter, {"vi": name}, {}, "person", {}) for key, letter, name in
                (("civil", "A", "Hộ tịch"), ("copies", "D", "Chứng thực"))
            ),
            counters=(
                CounterInfo("one", "1", {"vi": "Quầy 1", "en": "Counter 1"}, ("civil", "copies")),
                CounterInfo("two", "2", {"vi": "Bàn thuế", "en": "Tax desk"}, ("civil",)),
            ),
        ))  # fmt: skip
        self.beat()

    def rev(self) -> Rev:
        self.seq += 1
        return Rev("e", self.seq)

    def say(self, topic: Topic, state: State, **ids: str) -> None:
        self.states.receive(topic.path("tan-lap", **ids), encode(state), kept=False)

    def beat(self, **changes: Any) -> None:
        self.say(STATE_CENTER, structs.replace(CenterState(
            self.rev(), "tan-lap", {"vi": "Trung tâm"}, {"vi": "Phường Tân Lập"}, ("vi", "en"),
            "Asia/Ho_Chi_Minh", self.clock.now().date(), True, (), HubClock(True, 0), "boot",
            self.clock.now(),
        ), **changes))  # fmt: skip

    def counter(self, status: str, **fields: Any) -> SignView:
        state = CounterState(self.rev(), "one", 1, status, self.clock.now(), **fields)  # type: ignore[arg-type]
        self.say(STATE_COUNTER, state, counter="one")
        return sign.look(self.states, "one")

    def panel(self, show: str, **fields: Any) -> PanelView:
        self.say(STATE_PANEL, Panel(self.rev(), "one", show, **fields), counter="one")  # type: ignore[arg-type]
        return panel.look(self.states, "one")


@pytest.fixture
def hub_said() -> Hub:
    return Hub()


def test_board_says_where_to_go_as_the_catalogue_names_it(hub_said: Hub) -> None:
    announcer = Announcer()
    announcer.read(Board(hub_said.rev(), calls=(
        BoardCall("2026-11-23-A002", 1, 2, "A002", "two", "2", True, 0, ("vi", "en")),
        BoardCall("2026-11-23-A001", 1, 1, "A001", "one", "1", False, 9),
    )), 0.0)  # fmt: skip
    view = look(hub_said.states, announcer, hub_said.clock.monotonic())
    assert view.current == Row("A002", "Bàn thuế", "", "Number A002, please go to Tax desk")
    assert view.recent == (Row("A001", "Quầy", "1"),)
    assert (view.time, view.open, view.fresh) == ("07:30", True, True)


def test_clock_goes_on_and_the_mark_appears_when_the_hub_is_silent(hub_said: Hub) -> None:
    hub_said.clock.advance(OLD_S + 60)
    view = look(hub_said.states, Announcer(), hub_said.clock.monotonic())
    assert (view.time, view.fresh) == ("07:31", False)
    hub_said.beat()
    assert look(hub_said.states, Announcer(), hub_said.clock.monotonic()).fresh


def test_board_says_that_numbers_are_stopped_and_whom_to_ask(hub_said: Hub) -> None:
    hub_said.beat(notices=({"vi": "Một"},), stopped="disk")
    assert "Xin hỏi nhân viên" in look(hub_said.states, Announcer(), 0.0).notices[0]


def test_board_names_counters_that_are_paused_or_closed_unless_all_are(hub_said: Hub) -> None:
    def away() -> str:
        return look(hub_said.states, Announcer(), 0.0).away

    hub_said.counter("paused", reason="Họp")
    assert away() == "Tạm nghỉ: Quầy 1"
    state = CounterState(hub_said.rev(), "two", 1, "closed", hub_said.clock.now())
    hub_said.say(STATE_COUNTER, state, counter="two")
    assert away() == "Tạm nghỉ: Quầy 1 · Quầy đóng: Bàn thuế"
    hub_said.counter("closed")
    assert away() == ""
    hub_said.counter("free")
    assert away() == "Quầy đóng: Bàn thuế"


def test_notice_stands_large_once_nobody_was_called_for_a_while(hub_said: Hub) -> None:
    announcer, notice = Announcer(), {"vi": "Phí trả bằng mã QR."}
    hub_said.beat(notices=(notice,))
    called = Call("2026-11-23-A001", 1, 1, "A001", "one", "1", {"vi": "Quầy 1"}, ("vi",))
    announcer.hear(called, 0.0)
    announcer.step(0.0)
    come = BoardCall(called.ticket, 1, 1, "A001", "one", "1", False, 0)
    announcer.read(Board(hub_said.rev(), calls=(come,)), 0.0)
    shown = [look(hub_said.states, announcer, now) for now in (0.0, 10.0, YOUNG_CALL_S)]
    assert [view.notice for view in shown] == ["", "", notice["vi"]]
    assert [view.foot for view in shown] == [(notice["vi"],), (notice["vi"],), ()]
    assert [len(view.rows) for view in shown] == [0, 0, 1]


def test_sign_says_why_the_counter_is_paused_and_not_why_it_was(hub_said: Hub) -> None:
    assert hub_said.counter("paused", reason="Họp").reason == "Họp"
    assert hub_said.counter("serving", label="A012", reason="Họp").reason == ""


def test_notices_take_turns(hub_said: Hub) -> None:
    hub_said.beat(notices=({"vi": "Một"}, {"vi": "Hai"}))
    first = look(hub_said.states, Announcer(), 0.0)
    hub_said.clock.advance(NOTICE_S)
    assert look(hub_said.states, Announcer(), 0.0).turn == first.turn + 1


def test_sign_has_the_number_while_called_and_served_and_says_priority(hub_said: Hub) -> None:
    called = hub_said.counter("calling", label="A012", category="elderly", priority=True, serves=("copies",))
    assert (called.label, called.priority, called.services) == ("A012", True, "Chứng thực")
    assert hub_said.counter("serving", label="A012", category="ordinary").priority is False
    free = hub_said.counter("free")
    assert (free.label, free.services) == (None, "Hộ tịch · Chứng thực")


def test_panel_counts_down_by_the_time_of_the_hub(hub_said: Hub) -> None:
    now = hub_said.clock.now()
    asked = hub_said.panel(
        "pay", qr=QR, amount=15_000, purpose="Lệ phí", reference="LPA", label="A012", since=now,
        expires=now + timedelta(minutes=5),
    )  # fmt: skip
    assert (asked.qr, asked.amount, asked.label) == (QR, "15.000\u00a0₫", "Số A012")
    assert (asked.left_s, asked.whole_s) == (300, 300)
    hub_said.clock.advance(84)
    hub_said.clock.jump(-7200)  # the panel's own clock is wrong
    assert panel.look(hub_said.states, "one").left_s == 216


def test_code_is_taken_away_when_its_time_is_over_though_the_hub_is_silent(hub_said: Hub) -> None:
    now = hub_said.clock.now()
    hub_said.panel("pay", qr=QR, amount=15_000, since=now, expires=now + timedelta(minutes=5))
    hub_said.clock.advance(300)
    view = panel.look(hub_said.states, "one")
    assert (view.show, view.qr, view.fresh) == ("expired", "", False)


def test_paid_panel_says_how_much_and_when(hub_said: Hub) -> None:
    view = hub_said.panel("paid", amount=15_000, purpose="Lệ phí", since=hub_said.clock.now())
    assert (view.show, view.amount, view.time) == ("paid", "15.000\u00a0₫", "07:30")


def test_panel_is_idle_where_there_is_nothing_to_pay(hub_said: Hub) -> None:
    assert hub_said.panel("idle").show == "idle"


def test_panel_asks_how_it_was_and_says_thanks(hub_said: Hub) -> None:
    assert (hub_said.panel("rate", label="A012").show, hub_said.panel("thanks").show) == ("rate", "thanks")


def test_loudness_is_that_of_the_hour() -> None:
    by_hour = {"07:00": 80, "11:30": 40, "17:00": 0}
    for at, loud in (("06:59", 0.0), ("07:00", 0.8), ("11:29", 0.8), ("12:00", 0.4), ("23:00", 0.0)):
        assert volume(by_hour, at) == loud
    assert volume({}, "12:00") == 1.0


# The whole of it, with a real hub


@pytest.fixture
def hall(monkeypatch: pytest.MonkeyPatch, hub: Part, files: Path) -> Iterator[Display]:
    """The demo's hall board, running, with a picture for when nobody is called.

    Time passes for it as it turns, so that no pause of the machine takes anything off its screen.
    """
    monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")
    monkeypatch.setenv("SDL_AUDIODRIVER", "disk")  # it writes what is heard
    monkeypatch.setenv("SDL_DISKAUDIOFILE", str(files / "heard.raw"))
    monkeypatch.setenv("SDL_DISKAUDIODELAY", "1")
    monkeypatch.setattr("screen.sound.END_S", 30.0)  # its thread plays into no other test
    settings = load(files / "board-1.toml")
    assert isinstance(settings, DisplaySettings)
    make_pack(files / "voice", "vi")
    (files / "pictures").mkdir()
    Image.new("RGB", (40, 30), (200, 0, 0)).save(files / "pictures" / "red.png")
    monkeypatch.setattr("display.hall.NOTICE_S", 0.4)
    settings = structs.replace(settings, voice=files / "voice", pictures=files / "pictures")
    with Display(settings, clock=FakeClock()) as display:
        yield display


def until(display: Display, what: str, holds: Callable[[Any], bool]) -> View:
    """The view of a board or panel, once that holds."""
    deadline = time.monotonic() + 30
    while True:
        display.step()
        assert display.shown is not None
        if holds(display.shown):
            return display.shown
        assert time.monotonic() < deadline, f"it did not show {what}: {display.shown}"
        if isinstance(display.device.clock, FakeClock):
            display.device.clock.advance(TURN_S)


def test_called_number_is_on_the_board_of_a_running_centre_and_in_its_picture(
    hall: Display, broker: PrivateBroker, tmp_path: Path
) -> None:
    until(hall, "a picture", lambda view: view.picture is not None)
    with (
        Member(broker, "kiosk-1", "kiosk", tmp_path) as kiosk,
        Member(broker, "web-1", "web", tmp_path) as clerk,
        Member(broker, "control-room", "technician", tmp_path, topics=(DEVICE_REPLY,)) as watcher,
    ):
        ticket = kiosk.get("take", Take(uuid4(), "ho-tich", language="en"))
        assert isinstance(ticket, Ticket)
        opened = clerk.get("open", Open(uuid4(), "1", clerk.turn("1"), "lan"))
        assert isinstance(opened, CounterState)
        clerk.get("next", Next(uuid4(), "1", opened.turn))
        view = until(hall, "the call", lambda view: view.current is not None)
        assert isinstance(view, BoardView)
        in_english = f"Number {ticket.label}, please go to Counter 1"
        assert view.current == Row(ticket.label, "Quầy", "1", in_english)
        gold = pygame.mask.from_threshold(hall.window.surface, GOLD, (1, 1, 1))
        assert gold.count() > 0.3 * hall.window.size[0] * hall.window.size[1]

        wanted = Screenshot(uuid4(), after=hall.window.frame - 1)
        ask_device(watcher.session, watcher.center, "board-1", "screenshot", wanted)
        shown: dict[int, bytes] = {}
        deadline = time.monotonic() + 30
        while not watcher.heard:
            assert time.monotonic() < deadline, "no picture came"
            hall.step()
            shown[hall.window.frame] = pygame.image.tobytes(hall.window.surface, "RGB")
            watcher.heard += [news for news in watcher.step(0) if isinstance(news, Received)]
        until(hall, "the pulse", lambda view: view.glow > 0)
    answer = watcher.heard[0].payload
    assert isinstance(answer, Answer)
    assert isinstance(answer.result, msgspec.Raw)
    picture = msgspec.json.decode(answer.result, type=Picture)
    seen = Image.open(io.BytesIO(picture.data))
    assert seen.tobytes() == shown[picture.frame]


def test_technician_calls_a_number_that_nobody_has(
    hall: Display, broker: PrivateBroker, tmp_path: Path
) -> None:
    until(hall, "the centre", lambda view: view.fresh)
    with Member(broker, "control-room", "technician", tmp_path, topics=(DEVICE_REPLY,)) as watcher:
        ask_device(watcher.session, watcher.center, "board-1", "test-call", DeviceRequest(uuid4()))
        view = until(hall, "the test", lambda view: view.current is not None)
        assert isinstance(view, BoardView)
    assert view.current == Row("A000", "Quầy", "0", "Number A000, please go to Counter 0")
    assert hall.voice is not None
    words = hall.voice.words(Announcement("", 1, "A000", "", "0"))
    heard = tmp_path / "heard.raw"
    until(hall, "the words", lambda _: heard.exists() and words in heard.read_bytes())


def test_technician_lets_the_board_take_its_clips_anew(
    hall: Display, broker: PrivateBroker, tmp_path: Path
) -> None:
    assert hall.voice is not None
    voice, call = hall.voice, Announcement("", 1, "A000", "", "0")
    assert voice.words(call)
    (tmp_path / "voice" / "vi" / "A.wav").unlink()
    until(hall, "the centre", lambda view: view.fresh)
    with Member(broker, "control-room", "technician", tmp_path) as watcher:
        ask_device(watcher.session, watcher.center, "board-1", "reload", DeviceRequest(uuid4()))
        until(hall, "that it lacks a clip", lambda _: not voice.words(call))


def test_face_that_is_touched_after_the_service_reaches_the_hub_once(
    monkeypatch: pytest.MonkeyPatch, broker: PrivateBroker, files: Path, tmp_path: Path
) -> None:
    monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")
    monkeypatch.setattr("display.rater.PATIENCE_S", 30.0)
    monkeypatch.setattr("bus.session.RECEIVE_MAXIMUM", 1)  # thanks are seen, however late they are read
    (files / "center.d").mkdir()
    (files / "center.d" / "rating.toml").write_text("rating = true\n")
    settings = load(files / "panel-1.toml")
    assert isinstance(settings, DisplaySettings)
    with (
        Part("hub", files / "hub.toml", restart_s=0),
        Display(settings) as display,
        Member(broker, "kiosk-1", "kiosk", tmp_path) as kiosk,
        Member(broker, "web-1", "web", tmp_path, topics=(STATE_COUNTER, JOURNAL)) as clerk,
    ):
        kiosk.get("take", Take(uuid4(), "ho-tich"))
        turn = clerk.turn("1")
        clerk.get("open", Open(uuid4(), "1", turn, "lan"))
        clerk.get("next", Next(uuid4(), "1", turn + 1))
        clerk.get("start", Start(uuid4(), "1", turn + 2))
        time.sleep(GUARD_MS / 1000)  # so soon after the call a finish is refused
        clerk.get("finish", Finish(uuid4(), "1", turn + 3))
        until(display, "the faces", lambda view: view.show == "rate")
        bad, *_, good, _ = rating.lay_out(display.window.size).cards
        finger(display, pygame.FINGERDOWN, bad.center)
        finger(display, pygame.FINGERUP, good.center)  # thought better of it: nothing is chosen by sliding
        for _ in range(2):
            finger(display, pygame.FINGERDOWN, good.center)
            finger(display, pygame.FINGERUP, good.center)
        until(display, "the chosen face", lambda view: view.chosen == 4)
        until(display, "thanks", lambda view: view.show == "thanks")
        expect(clerk, "the rating", lambda: [each.score for each in ratings(clerk)] == [4])


def finger(display: Display, kind: int, at: tuple[int, int]) -> None:
    """A finger on the screen, as SDL tells it."""
    (x, y), (width, height) = at, display.window.size
    how: dict[str, Any] = {"touch_id": 0, "finger_id": 0, "dx": 0, "dy": 0, "pressure": 1}
    pygame.event.post(pygame.Event(kind, x=x / width, y=y / height, **how))


def ratings(clerk: Member) -> list[ServiceRated]:
    """What the journal has of ratings."""
    entries = [each.payload for each in clerk.heard if isinstance(each.payload, JournalEvent)]
    return [entry.body for entry in entries if isinstance(entry.body, ServiceRated)]

"""The control room: its figures, its bank, and buttons that only its own page can press."""

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic, sleep
from urllib.error import HTTPError
from urllib.request import Request as HttpRequest
from urllib.request import urlopen
from uuid import uuid4

import msgspec
import pytest

from bus.answers import Answer, Fault, Ticket
from bus.asks import Delivered, Next, Open, Request, Take
from bus.device import Received
from bus.messages import CounterState, Payload, encode
from bus.session import Message
from bus.topics import ASK, REPLY
from center.broker import PrivateBroker
from center.vietqr import vietqr
from config.errors import LuotError, Refused
from config.settings import Bank as Account
from demo.bank import Bank, Transfer, message, read_code, sign
from demo.center import KEYPADS, SIGNS, DemoCenter
from demo.figures import Figures, Times
from demo.lines import Line, line
from demo.member import Member
from demo.overheard import Overheard
from demo.part import Part
from demo.room import Room
from firmware_bridge.simulated import SimulatedLine
from printer.simulated import SimulatedPrinter
from scanner.simulated import SimulatedScanner
from web import sepay

SECRET = "a secret of the test"
TICKET = Ticket(
    id="2026-11-23-A012", label="A012", service="ho-tich", category="ordinary", language="vi",
    at=datetime(2026, 11, 23, 1, 12, tzinfo=UTC), ahead=4, wait=None, place={},
)  # fmt: skip


class Tape:
    """A recorded piece of the bus: who asked what and was answered what, at which second."""

    def __init__(self) -> None:
        self.overheard = Overheard()
        self.figures = Figures()
        self.lines: list[str] = []

    def ask(self, device: str, verb: str, fields: Request, at: float) -> None:
        topic = ASK.path("tan-lap", device=device, verb=verb)
        heard = Message(topic, encode(fields), False, None, fields.request.bytes, 1, 1, 1)
        news = self.overheard.ask(heard, at)
        if news is not None:
            self.figures.hear(news)
            self._note(line(news))

    def answer(self, device: str, request: Request, outcome: Payload | Fault, at: float) -> None:
        if isinstance(outcome, Fault):
            answer = Answer(ok=False, error=outcome)
        else:
            answer = Answer(ok=True, result=msgspec.Raw(encode(outcome)))
        news = self.overheard.answer(Received(REPLY, {"device": device}, answer, request.request.bytes), at)
        if news is not None:
            self.figures.hear(news)
            self._note(line(news))

    def _note(self, told: Line | None) -> None:
        if told is not None:
            self.lines.append(f"{told.topic} {told.words}")


# What is overheard


def test_touch_to_paper_counts_from_the_first_asking_to_the_printers_word() -> None:
    tape, take = Tape(), Take(uuid4(), "ho-tich")
    tape.ask("kiosk-1", "take", take, 10.0)
    tape.ask("kiosk-1", "take", take, 10.5)  # the hub was slow: the same touch again
    tape.answer("kiosk-1", take, TICKET, 10.6)
    tape.answer("kiosk-1", take, TICKET, 10.7)  # both are answered
    tape.ask("kiosk-1", "delivered", Delivered(uuid4(), TICKET.id, "printed"), 11.2)

    figures = tape.figures
    assert (len(figures.given), len(figures.printed)) == (1, 1)
    assert figures.touch_to_paper.seconds == [pytest.approx(1.2)]
    assert tape.lines == [
        "ask/kiosk-1/take service=ho-tich",
        "reply/kiosk-1 A012, 4 ahead · 600 ms",
        "ask/kiosk-1/delivered ticket=A012 outcome=printed",
    ]


def test_a_refused_number_is_not_given_and_a_failed_ticket_is_not_printed() -> None:
    tape, refused, given = Tape(), Take(uuid4(), "thue"), Take(uuid4(), "ho-tich")
    tape.ask("kiosk-1", "take", refused, 1.0)
    tape.answer("kiosk-1", refused, Fault("not-taking", "This service is closed."), 1.1)
    tape.ask("kiosk-1", "take", given, 2.0)
    tape.answer("kiosk-1", given, TICKET, 2.1)
    tape.ask("kiosk-1", "delivered", Delivered(uuid4(), TICKET.id, "failed"), 3.0)

    assert (len(tape.figures.given), len(tape.figures.printed)) == (1, 0)
    assert tape.figures.touch_to_paper.median is None
    assert "reply/kiosk-1 not-taking: This service is closed." in tape.lines


def test_key_to_screen_ends_with_the_boards_next_picture() -> None:
    tape, pressed, again = Tape(), Next(uuid4(), "1", 4), Next(uuid4(), "1", 4)
    tape.figures.board_shown(0.9)  # of something else, before
    tape.ask("bridge-1", "next", pressed, 1.0)
    tape.answer("bridge-1", pressed, TICKET, 1.004)
    tape.ask("bridge-1", "next", again, 1.010)
    tape.answer("bridge-1", again, Fault("conflict", "The counter has moved on."), 1.012)
    tape.figures.board_shown(1.040)
    tape.figures.board_shown(9.0)

    assert tape.figures.key_to_screen.seconds == [pytest.approx(0.040)]


def test_what_cannot_be_read_is_passed_over() -> None:
    overheard = Overheard()
    topic = ASK.path("tan-lap", device="kiosk-1", verb="take")
    assert overheard.ask(Message(topic, b'{"request": "tru', False, None, b"1", 1, 1, 1), 0.0) is None


def test_the_99th_percentile_is_a_time_that_was_measured() -> None:
    assert Times([0.1] * 98 + [0.2, 5.0]).percentile_99 == 0.2
    assert Times([0.1] * 97 + [0.2, 5.0]).percentile_99 == 5.0
    assert Times([0.3]).percentile_99 == 0.3


# The bank


def test_the_bank_reads_what_a_panel_shows() -> None:
    code = vietqr(Account(bin="970403", account="0011012345678"), 15_000, "LPA0128F3K2Q")
    assert read_code(code) == Transfer("0011012345678", 15_000, "LPA0128F3K2Q")


def test_a_code_that_a_banking_app_would_refuse_is_not_paid() -> None:
    account = Account(bin="970403", account="0011012345678")
    code = vietqr(account, 15_000, "LPA0128F3K2Q")
    with pytest.raises(LuotError, match="damaged"):
        read_code(code.replace("15000", "15001"))
    with pytest.raises(LuotError, match="amount"):
        read_code(vietqr(account))


def test_the_banks_message_is_one_that_the_web_accepts() -> None:
    body = message(Transfer("0011012345678", 15_000, "LPA0128F3K2Q"), 42)
    now = datetime.now(UTC)
    timestamp = str(int(now.timestamp()))
    sepay.verify(SECRET, timestamp, sign(SECRET, timestamp, body), body, [now])

    payment = sepay.read(body).payment()
    assert (payment.amount, payment.account, payment.transaction) == (15_000, "0011012345678", "42")
    assert "LPA0128F3K2Q" in payment.reference
    assert abs((payment.at - now).total_seconds()) < 60


def test_a_message_signed_with_another_secret_is_not_accepted() -> None:
    body = message(Transfer("0011012345678", 15_000, "LPA0128F3K2Q"), 42)
    now = datetime.now(UTC)
    timestamp = str(int(now.timestamp()))
    with pytest.raises(Refused):
        sepay.verify(SECRET, timestamp, sign("another", timestamp, body), body, [now])


# The room itself, on a real hub


@pytest.fixture
def room(tmp_path: Path, broker: PrivateBroker, hub: Part, monkeypatch: pytest.MonkeyPatch) -> Iterator[Room]:
    monkeypatch.setattr("firmware_bridge.twins.PRESS_LIFE_S", 60.0)  # nobody answers
    with ExitStack() as stack:
        printer = stack.enter_context(SimulatedPrinter())
        wire = stack.enter_context(SimulatedLine(tmp_path / "line", keypads=KEYPADS, signs=SIGNS))
        web = "http://127.0.0.1:9"  # nobody is there
        scanner = SimulatedScanner(tmp_path / "scanner")
        center = DemoCenter(tmp_path, broker, printer, wire, scanner, web, Bank(web, SECRET), {"hub": hub})
        room = Room(center)
        room.start()
        stack.callback(room.stop)
        until("the hub", lambda: "hub" in room.watch.statuses and room.watch.states.center is not None)
        yield room


def until(what: str, holds: Callable[[], bool], *, within: float = 30.0) -> None:
    deadline = monotonic() + within
    while not holds():
        assert monotonic() < deadline, f"waited {within} s in vain for {what}"
        sleep(0.01)


def post(room: Room, path: str, *, origin: str | None = None, host: str | None = None) -> int:
    """The answer's status, asked as our own page asks unless told otherwise."""
    headers = {"Origin": origin or room.address, "X-Luot": "1"} | ({"Host": host} if host else {})
    try:
        with urlopen(HttpRequest(room.address + path, b"{}", headers), timeout=90) as answer:
            return int(answer.status)
    except HTTPError as error:
        return error.code


def told(room: Room) -> dict[str, object]:
    """The first message to a page that has just been opened."""
    with urlopen(f"{room.address}/events", timeout=30) as stream:
        assert stream.readline() == b"event: told\n"
        news = json.loads(stream.readline().removeprefix(b"data: "))
    assert isinstance(news, dict)
    return news


def test_a_page_of_another_origin_presses_no_button(room: Room) -> None:
    restarts = room.center.parts["hub"].restarts
    for path in ("/kill/hub", "/trouble/paper", "/keys/1/next", "/touch"):
        assert post(room, path, origin="http://elsewhere.example") == 403
    assert post(room, "/kill/hub", origin="http://elsewhere.example", host="elsewhere.example") == 400
    assert room.center.parts["hub"].restarts == restarts
    assert not room.trouble.paper_out
    assert room.center.line.lamp(1) == ""


def test_a_page_is_told_the_whole_table(room: Room, broker: PrivateBroker, tmp_path: Path) -> None:
    with Member(broker, "kiosk-1", "kiosk", tmp_path) as kiosk:
        kiosk.get("take", Take(uuid4(), "ho-tich"))
    until("the number", lambda: len(room.figures.given) == 1)
    news = told(room)
    table, lines = news["table"], news["lines"]
    assert isinstance(table, dict)
    assert isinstance(lines, list)
    assert table["figures"]["given"] == 1
    assert [each["name"] for each in table["processes"] if each["up"]] == ["hub"]
    assert [each["name"] for each in table["counters"]] == ["Quầy 1", "Quầy 2", "Quầy 3", "Quầy 4"]
    assert f"-p {broker.port} -u guest-technician" in table["subscribe"]
    assert any(each["topic"] == "ask/kiosk-1/take" for each in lines)


def test_a_key_of_the_page_is_pressed_on_the_keypad(room: Room) -> None:
    assert post(room, "/keys/3/next") == 200
    until("the lamp", lambda: room.center.line.lamp(3) == "waiting")
    assert room.center.line.lamp(1) == ""
    assert post(room, "/keys/9/next") == 400
    assert post(room, "/keys/1/explode") == 400


def test_a_killed_hub_comes_back_and_the_story_says_that_nothing_was_lost(
    room: Room, broker: PrivateBroker, tmp_path: Path
) -> None:
    with Member(broker, "web-1", "web", tmp_path) as web:
        opened = web.get("open", Open(uuid4(), "1", web.turn("1"), "clerk-1"))
        assert isinstance(opened, CounterState)
        web.get("take", Take(uuid4(), "ho-tich"))
        until("the number", lambda: room.watch.states.queues["ho-tich"].waiting == 1)
        assert post(room, "/kill/hub") == 200
        story = room.trouble.stories[0]
        assert (story.state, story.steps[0]) == ("done", "hub killed")
        assert "nothing lost" in story.steps[-1]
        ticket = web.get("next", Next(uuid4(), "1", opened.turn))
        assert isinstance(ticket, Ticket)
        assert ticket.label == "A001"


def test_paying_without_a_fee_says_so(room: Room) -> None:
    assert post(room, "/trouble/pay") == 200
    story = room.trouble.stories[0]
    assert (story.state, story.steps[-1]) == ("failed", "no fee is open: ask for one first")


def test_pictures_of_a_screen_come_as_it_changes_and_again_after_its_death(
    room: Room, broker: PrivateBroker, files: Path, tmp_path: Path
) -> None:
    screen = room.watch.screens.get("board-1")
    assert screen is not None
    unseen = {"SDL_VIDEODRIVER": "dummy", "SDL_AUDIODRIVER": "dummy"}
    with (
        Part("display", files / "board-1.toml", environment=unseen, restart_s=0) as board,
        Member(broker, "bridge-1", "bridge", tmp_path) as bridge,
        Member(broker, "kiosk-1", "kiosk", tmp_path) as kiosk,
    ):
        room.watch.look(True)
        until("a picture", lambda: screen.picture is not None)
        kiosk.get("take", Take(uuid4(), "ho-tich"))
        opened = bridge.get("open", Open(uuid4(), "1", bridge.turn("1"), "clerk-1"))
        assert isinstance(opened, CounterState)
        seen = screen.count
        bridge.get("next", Next(uuid4(), "1", opened.turn))
        until("a picture of the call", lambda: len(room.figures.key_to_screen.seconds) == 1)
        assert screen.count > seen
        assert 0 < room.figures.key_to_screen.seconds[0] < 60

        session = room.watch.statuses["board-1"].session
        board.kill()
        until("the board", lambda: room.watch.statuses["board-1"].session != session)
        seen = screen.count
        until("a picture of its new life", lambda: screen.count > seen)

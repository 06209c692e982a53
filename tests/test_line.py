"""The line on a real pty, with its twins, and with everything that happens to a cable."""

from collections.abc import Callable, Iterator
from pathlib import Path
from queue import Empty, SimpleQueue
from random import Random
from time import monotonic, sleep

import pytest
import serial

from config.settings import Keypad, OnLine
from config.settings import Line as Settings
from firmware_bridge.driver import Face, KeyPressed, LinkChanged
from firmware_bridge.frames import Outcome
from firmware_bridge.line import Line
from firmware_bridge.simulated import Noise, SimulatedLine

KEYPADS, SIGNS = (1, 2), (11, 12)
BAD = Noise(lost=0.2, garbled=0.1, delay_s=0.03)


class Clerk:
    """Reads what the line tells, answers every press, and waits for what is to come."""

    def __init__(self, line: Line, inbox: SimpleQueue[object], twins: SimulatedLine) -> None:
        self.line = line
        self.inbox = inbox
        self.twins = twins
        self.presses: list[KeyPressed] = []
        self.changes: list[tuple[str, str]] = []

    def expect(self, what: str, holds: Callable[[], bool], *, within: float = 10.0) -> None:
        deadline = monotonic() + within
        while not holds():
            assert monotonic() < deadline, f"waited {within} s in vain for {what}"
            try:
                news = self.inbox.get(timeout=0.005)
            except Empty:
                continue
            match news:
                case KeyPressed():
                    self.presses.append(news)
                    self.line.answer(news, Outcome.ACCEPTED)
                case LinkChanged(name, state):
                    self.changes.append((name, state))
                case _:
                    raise AssertionError(news)

    def expect_everybody(self) -> None:
        self.expect("everybody", lambda: {each.state for each in self.line.health()} == {"ready"})

    def expect_shown(self, address: int, text: str) -> None:
        self.expect(f"{text} on sign {address}", lambda: self.twins.shown(address) == text)


@pytest.fixture
def twins(tmp_path: Path) -> Iterator[SimulatedLine]:
    with SimulatedLine(tmp_path / "line", keypads=KEYPADS, signs=SIGNS, baud=115200) as line:
        yield line


@pytest.fixture
def clerk(twins: SimulatedLine) -> Iterator[Clerk]:
    settings = Settings(
        port=str(twins.path),
        baud=115200,
        keypads=tuple(Keypad(address, "1") for address in KEYPADS),
        signs=tuple(OnLine(address, "1") for address in SIGNS),
    )
    inbox: SimpleQueue[object] = SimpleQueue()
    with Line(settings, inbox) as line:
        clerk = Clerk(line, inbox, twins)
        clerk.expect_everybody()
        yield clerk


def test_a_press_is_told_and_its_keypad_learns_what_became_of_it(clerk: Clerk) -> None:
    clerk.twins.press(2, "no-show")
    clerk.expect("the lamp", lambda: clerk.twins.lamp(2) == "accepted")
    (press,) = clerk.presses
    assert (press.keypad, press.act) == ("keypad-2", "no-show")
    assert clerk.twins.lamp(1) == ""


def test_a_sign_shows_what_it_is_told(clerk: Clerk) -> None:
    clerk.line.show("sign-11", Face("calling", "A012", sure=True))
    clerk.line.show("sign-12", Face("serving", "B007"))
    clerk.expect_shown(11, "A012")
    clerk.expect_shown(12, "B007.")
    assert (clerk.twins.blinks(11), clerk.twins.blinks(12)) == (True, False)


def test_every_press_arrives_once_on_a_line_that_loses_a_fifth_each_way(clerk: Clerk) -> None:
    clerk.twins.noise = BAD
    for nth in range(1, 16):
        clerk.twins.press(1, "next")
        clerk.expect("the press", lambda: clerk.twins.lamp(1) == "accepted")
        assert [press.number for press in clerk.presses] == list(range(1, nth + 1))


def test_two_keypads_pressed_at_once_are_both_heard(clerk: Clerk) -> None:
    for nth in range(1, 11):
        for keypad in KEYPADS:
            clerk.twins.press(keypad, "next")
        clerk.expect("both lamps", lambda: all(clerk.twins.lamp(each) == "accepted" for each in KEYPADS))
        assert len(clerk.presses) == 2 * nth


def test_the_last_text_wins_on_a_bad_line(clerk: Clerk) -> None:
    clerk.twins.noise = BAD
    for number in range(30):
        clerk.line.show("sign-11", Face("serving", f"A{number:03}", sure=True))
    clerk.expect_shown(11, "A029")


def test_a_sign_that_was_unplugged_shows_the_present_number_when_it_is_back(clerk: Clerk) -> None:
    clerk.line.show("sign-11", Face("serving", "A012", sure=True))
    clerk.expect_shown(11, "A012")
    clerk.twins.unplug(11)
    clerk.expect("silence", lambda: ("sign-11", "silent") in clerk.changes)
    clerk.line.show("sign-11", Face("serving", "A013", sure=True))
    clerk.twins.plug(11)
    clerk.expect_shown(11, "A013")


def test_a_keypad_works_again_as_soon_as_it_is_plugged_in(clerk: Clerk) -> None:
    clerk.twins.unplug(1)
    clerk.expect("silence", lambda: ("keypad-1", "silent") in clerk.changes)
    clerk.twins.plug(1)
    clerk.twins.press(1, "finish")
    clerk.expect("the press", lambda: clerk.twins.lamp(1) == "accepted")


def test_after_the_adapter_was_pulled_out_all_is_as_before(clerk: Clerk) -> None:
    clerk.line.show("sign-11", Face("serving", "A012", sure=True))
    clerk.expect_shown(11, "A012")
    clerk.twins.vanish()
    clerk.expect("the line to be missed", lambda: ("line", "absent") in clerk.changes)
    clerk.line.show("sign-11", Face("serving", "A013", sure=True))
    clerk.twins.return_()
    clerk.expect_shown(11, "A013")
    clerk.expect_everybody()
    clerk.twins.press(1, "next")
    clerk.expect("the press", lambda: clerk.twins.lamp(1) == "accepted")


def test_a_press_survives_the_adapter_pulled_out_before_it_was_answered(clerk: Clerk) -> None:
    clerk.twins.vanish()
    pressed = monotonic()
    clerk.twins.press(1, "next")
    clerk.expect("the line to be missed", lambda: ("line", "absent") in clerk.changes)
    clerk.twins.return_()
    clerk.expect("the press", lambda: clerk.twins.lamp(1) == "accepted")
    (press,) = clerk.presses
    assert pressed - 0.002 < press.at < pressed + 0.1


def test_it_comes_back_however_often_and_whenever_it_is_pulled_out(clerk: Clerk) -> None:
    chance = Random(7)
    for number in range(8):
        clerk.line.show("sign-11", Face("serving", f"A{number:03}", sure=True))
        clerk.twins.press(1, "next")
        sleep(chance.uniform(0, 0.03))  # so that it is anywhere in a frame
        clerk.twins.vanish()
        clerk.twins.return_()
        clerk.expect_shown(11, f"A{number:03}")
        clerk.expect("the press", lambda: clerk.twins.lamp(1) == "accepted")
        assert len(clerk.presses) == number + 1


def test_nobody_else_can_open_the_port(clerk: Clerk) -> None:
    with pytest.raises(serial.SerialException, match="lock"):
        serial.Serial(str(clerk.twins.path), exclusive=True)


def test_health_counts_the_faults_of_a_bad_line(clerk: Clerk) -> None:
    clerk.twins.noise = Noise(garbled=0.5)
    clerk.expect("faults", lambda: sum(each.errors for each in clerk.line.health()) > 3)
    clerk.expect("retries", lambda: sum(each.retries for each in clerk.line.health()) > 3)
    clerk.twins.noise = Noise()
    clerk.expect_everybody()


def test_an_error_of_ours_reaches_the_loop_and_is_not_lost_with_the_thread(clerk: Clerk) -> None:
    clerk.line.show("sign-99", Face())
    assert isinstance(clerk.inbox.get(timeout=5), KeyError)

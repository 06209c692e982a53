"""The line on a real pty, with its twins, and with everything that happens to a cable."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import SimpleQueue
from random import Random
from time import monotonic, sleep

import pytest
import serial

from bus.messages import LinkHealth
from config.clock import Clock
from config.hardware import Keypad, OnLine
from config.hardware import Line as Settings
from firmware_bridge.diagnosis import LOST_S
from firmware_bridge.driver import Face, KeyPressed, LinkChanged
from firmware_bridge.frames import Outcome
from firmware_bridge.line import Line
from firmware_bridge.peer import GREET_S, VISIT_S
from firmware_bridge.simulated import Noise, SimulatedLine
from firmware_bridge.twins import simulated
from tests.devices import Maker
from tests.inbox import take_until

KEYPADS, SIGNS = (1, 2), (11, 12)
LONG_S = 60.0  # that a press waits, or a machine stands still
BAD = Noise(lost=0.2, garbled=0.1, delay_s=0.03)


class FastClock(Clock):
    """The machine's clock, some seconds ahead."""

    ahead_s = 0.0

    def monotonic(self) -> float:
        return super().monotonic() + self.ahead_s


class Clerk:
    """Reads what the line tells, answers every press, and waits for what is to come."""

    def __init__(
        self, line: Line, inbox: SimpleQueue[object], twins: SimulatedLine, clock: FastClock
    ) -> None:
        self.line = line
        self.inbox = inbox
        self.twins = twins
        self.clock = clock
        self.presses: list[KeyPressed] = []
        self.changes: list[tuple[str, str]] = []

    def expect(self, what: str, holds: Callable[[], bool], *, within: float = 60.0) -> None:
        take_until(self.inbox, self._take, what, holds, within=within)

    def _take(self, news: object) -> None:
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
def clerk(maker: Maker, tmp_path: Path) -> Iterator[Clerk]:
    """With simulated devices, and with the reference firmware."""
    with working(tmp_path, maker) as clerk:
        yield clerk


@pytest.fixture
def one_clerk(tmp_path: Path) -> Iterator[Clerk]:
    """With simulated devices alone, for what takes seconds and is the bridge's."""
    with working(tmp_path, simulated) as clerk:
        yield clerk


@contextmanager
def working(folder: Path, maker: Maker) -> Iterator[Clerk]:
    settings = Settings(
        port=str(folder / "line"),
        baud=115200,
        keypads=tuple(Keypad(address, "1") for address in KEYPADS),
        signs=tuple(OnLine(address, "1") for address in SIGNS),
    )
    inbox: SimpleQueue[object] = SimpleQueue()
    clock = FastClock()
    with (
        pytest.MonkeyPatch.context() as patient,
        SimulatedLine(folder / "line", keypads=KEYPADS, signs=SIGNS, baud=115200, device=maker) as twins,
        Line(settings, inbox, clock=clock) as line,
    ):
        patient.setattr("firmware_bridge.twins.PRESS_LIFE_S", 10 * LONG_S)
        clerk = Clerk(line, inbox, twins, clock)
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
    for nth in range(1, 9):
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


def test_a_sign_that_was_unplugged_shows_the_present_number_when_it_is_back(one_clerk: Clerk) -> None:
    one_clerk.line.show("sign-11", Face("serving", "A012", sure=True))
    one_clerk.expect_shown(11, "A012")
    one_clerk.twins.unplug(11)
    one_clerk.clock.ahead_s += VISIT_S
    one_clerk.expect("silence", lambda: ("sign-11", "silent") in one_clerk.changes)
    one_clerk.line.show("sign-11", Face("serving", "A013", sure=True))
    one_clerk.twins.plug(11)
    one_clerk.expect_shown(11, "A013")


def test_a_keypad_works_again_as_soon_as_it_is_plugged_in(clerk: Clerk) -> None:
    clerk.twins.unplug(1)
    clerk.clock.ahead_s += VISIT_S
    clerk.expect("silence", lambda: ("keypad-1", "silent") in clerk.changes)
    clerk.twins.plug(1)
    clerk.twins.press(1, "finish")
    clerk.expect("the press", lambda: clerk.twins.lamp(1) == "accepted")


def test_after_the_adapter_was_pulled_out_all_is_as_before(one_clerk: Clerk) -> None:
    one_clerk.line.show("sign-11", Face("serving", "A012", sure=True))
    one_clerk.expect_shown(11, "A012")
    one_clerk.twins.vanish()
    one_clerk.expect("the line to be missed", lambda: ("line", "absent") in one_clerk.changes)
    one_clerk.line.show("sign-11", Face("serving", "A013", sure=True))
    one_clerk.twins.return_()
    one_clerk.expect_shown(11, "A013")
    one_clerk.expect_everybody()
    one_clerk.twins.press(1, "next")
    one_clerk.expect("the press", lambda: one_clerk.twins.lamp(1) == "accepted")


def test_a_press_survives_the_adapter_pulled_out_before_it_was_answered(one_clerk: Clerk) -> None:
    one_clerk.twins.vanish()
    pressed = monotonic() - LONG_S
    (keypad,) = one_clerk.twins._plugged[1]
    one_clerk.twins._do(lambda: keypad.press(1, pressed))
    one_clerk.expect("the line to be missed", lambda: ("line", "absent") in one_clerk.changes)
    one_clerk.twins.return_()
    one_clerk.expect("the press", lambda: one_clerk.twins.lamp(1) == "accepted")
    (press,) = one_clerk.presses
    assert pressed - 0.05 < press.at < pressed + LONG_S, "the time that it waited counts"


def test_it_comes_back_however_often_and_whenever_it_is_pulled_out(one_clerk: Clerk) -> None:
    chance = Random(7)
    for number in range(8):
        one_clerk.line.show("sign-11", Face("serving", f"A{number:03}", sure=True))
        one_clerk.twins.press(1, "next")
        sleep(chance.uniform(0, 0.03))  # so that it is anywhere in a frame
        one_clerk.twins.vanish()
        one_clerk.twins.return_()
        one_clerk.expect_shown(11, f"A{number:03}")
        one_clerk.expect("the press", lambda: one_clerk.twins.lamp(1) == "accepted")
        assert len(one_clerk.presses) == number + 1


def test_nobody_else_can_open_the_port(one_clerk: Clerk) -> None:
    with pytest.raises(serial.SerialException, match="lock"):
        serial.Serial(str(one_clerk.twins.path), exclusive=True)


def test_health_counts_the_faults_of_a_bad_line(one_clerk: Clerk) -> None:
    one_clerk.twins.noise = Noise(garbled=0.5)
    one_clerk.expect("faults", lambda: sum(each.errors for each in one_clerk.line.health()) > 3)
    one_clerk.expect("retries", lambda: sum(each.retries for each in one_clerk.line.health()) > 3)
    one_clerk.twins.noise = Noise()
    one_clerk.expect_everybody()


def test_an_error_of_ours_reaches_the_loop_and_is_not_lost_with_the_thread(one_clerk: Clerk) -> None:
    one_clerk.line.show("sign-99", Face())
    while isinstance(news := one_clerk.inbox.get(timeout=30), LinkChanged):
        pass  # of the line's beginning
    assert isinstance(news, KeyError)


def test_a_wrong_speed_is_named_on_a_real_port(one_clerk: Clerk) -> None:
    one_clerk.twins.baud = 9600
    one_clerk.clock.ahead_s += LOST_S

    def line() -> LinkHealth:
        return one_clerk.line.health()[0]

    one_clerk.expect("the speed", lambda: line().state == "wrong-speed")
    assert line().about == "devices answer at 9600 baud"
    one_clerk.twins.baud = 115200
    one_clerk.expect_everybody()


def test_swapped_wires_are_named_on_a_real_port(one_clerk: Clerk) -> None:
    one_clerk.twins.swapped = True
    one_clerk.expect("the wires", lambda: one_clerk.line.health()[0].state == "swapped-wires")
    one_clerk.twins.swapped = False
    one_clerk.expect_everybody()


def test_two_devices_with_one_address_are_named(clerk: Clerk) -> None:
    clerk.twins.plug(11)
    greeted = 0.0

    def two() -> bool:
        nonlocal greeted
        if monotonic() - greeted > 1:  # it asks who is there: on a slow machine not all answers are in time
            greeted = monotonic()
            clerk.clock.ahead_s += GREET_S
        return clerk.line.health()[3].state == "two-devices"

    clerk.expect("two", two)
    assert clerk.line.health()[3].name == "sign-11"

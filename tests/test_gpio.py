"""What is wired to a Pi's pins, on gpiozero's mock pins: each kind of device, and pins that are not there."""

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import Empty, SimpleQueue
from time import monotonic, sleep
from uuid import uuid4

import pytest
from gpiozero import Device
from gpiozero.pins.mock import MockFactory
from msgspec import structs

from bus.asks import Open, Take
from bus.messages import LinkHealth
from center.broker import PrivateBroker
from config.clock import FakeClock
from config.errors import HardwareAbsent
from config.hardware import (
    Button,
    Gpio,
    Keypad,
    Line,
    Modbus,
    ModbusSign,
    OnLine,
    Pad,
    Sensor,
    Switched,
    Tower,
)
from config.load import load
from config.settings import BridgeSettings
from demo.member import Member
from demo.part import Part
from firmware_bridge import gpio
from firmware_bridge.app import Bridge
from firmware_bridge.driver import Face, KeyPressed, LinkChanged
from firmware_bridge.frames import Outcome
from firmware_bridge.gpio import Pins
from firmware_bridge.lights import Light, is_new_call, lamp_of, tower_of

NEXT, FINISH, LAMP, GREEN, AMBER, RED, BUZZER, DOOR, PAPER = 5, 6, 17, 22, 23, 24, 18, 13, 19
WIRED = Gpio(
    buttons=(Button(pin=NEXT, counter="1"), Button(pin=FINISH, counter="1", key="finish", bounce_ms=0)),
    lamps=(Switched(pin=LAMP, counter="1"),),
    towers=(Tower(green=GREEN, amber=AMBER, red=RED, counter="1"),),
    buzzers=(Switched(pin=BUZZER, counter="1"),),
    sensors=(Sensor(pin=DOOR, watches="door"), Sensor(pin=PAPER, watches="paper")),
)
CALLING = Face("calling", "A012", sure=True)
SERVING = Face("serving", "A012", sure=True)
FREE = Face("free", sure=True)


class Desk:
    """A driver on mock pins, and a hand at each of them."""

    def __init__(self, settings: Gpio = WIRED) -> None:
        self.board = Device.pin_factory
        self.inbox: SimpleQueue[object] = SimpleQueue()
        self.clock = FakeClock()
        self.pins = Pins(settings, self.inbox, clock=self.clock)

    def __enter__(self) -> "Desk":
        self.pins.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self.pins.__exit__()

    def close_contact(self, pin: int) -> None:
        """Join the pin to ground."""
        self.board.pin(pin).drive_low()

    def open_contact(self, pin: int) -> None:
        self.board.pin(pin).drive_high()

    def press(self, pin: int) -> None:
        self.close_contact(pin)
        self.open_contact(pin)

    def news(self) -> list[object]:
        """What the driver told."""
        told = []
        while True:
            try:
                told.append(self.inbox.get_nowait())
            except Empty:
                return told

    def lit(self, *pins: int) -> list[bool]:
        return [self.board.pin(pin).state for pin in pins]

    def watch(self, pin: int) -> None:
        """Forget what the pin did."""
        self.board.pin(pin).clear_states()

    def expect(self, pin: int, *states: bool) -> None:
        """Wait until the pin has done this since it is watched."""
        deadline = monotonic() + 30
        while (seen := [each.state for each in self.board.pin(pin).states])[: len(states)] != list(states):
            assert monotonic() < deadline, seen
            sleep(0.005)


@pytest.fixture(autouse=True)
def board() -> Iterator[MockFactory]:
    """The pins that gpiozero finds."""
    Device.pin_factory = MockFactory()
    yield Device.pin_factory
    Device.pin_factory.reset()
    Device.pin_factory = None


@pytest.fixture
def desk() -> Iterator[Desk]:
    with Desk() as desk:
        yield desk


@contextmanager
def silence() -> Iterator[None]:
    """Nothing sounds or blinks at the end that did not before: gpiozero has a thread for each that does."""
    before = set(threading.enumerate())
    yield
    assert set(threading.enumerate()) <= before


def test_a_button_is_a_key_of_its_counter(desk: Desk) -> None:
    assert desk.pins.keypads == {"gpio-5": "1", "gpio-6": "1"}
    desk.press(NEXT)
    desk.press(FINISH)
    desk.press(NEXT)
    presses = [each for each in desk.news() if isinstance(each, KeyPressed)]
    assert [(each.keypad, each.act) for each in presses] == [
        ("gpio-5", "next"), ("gpio-6", "finish"), ("gpio-5", "next"),
    ]  # fmt: skip
    assert len({(each.boot, each.number) for each in presses}) == 3
    assert presses[0].at == desk.clock.monotonic() - 0.03, "the contact was still for that long before"
    assert presses[1].at == desk.clock.monotonic()


def test_a_button_that_is_held_is_pressed_once(desk: Desk) -> None:
    desk.close_contact(NEXT)
    desk.close_contact(NEXT)
    assert len(desk.news()) == 1


def test_a_contact_must_be_still_to_count(desk: Desk) -> None:
    assert [desk.board.pin(pin).bounce for pin in (NEXT, FINISH)] == [0.03, None]


def test_a_button_may_be_wired_to_3_volts() -> None:
    with Desk(Gpio(buttons=(Button(pin=NEXT, counter="1", pull_up=False),))) as desk:
        assert desk.board.pin(NEXT).pull == "down"
        desk.board.pin(NEXT).drive_high()
        assert len(desk.news()) == 1


def test_no_button_is_the_same_press_after_a_new_start() -> None:
    boots = []
    for _ in range(2):
        with Desk() as desk:
            desk.press(NEXT)
            boots += [each.boot for each in desk.news() if isinstance(each, KeyPressed)]
    assert boots[0] != boots[1]


SURE_AND_NOT: list[tuple[Face, Light, tuple[Light, Light, Light]]] = [
    (Face("closed", sure=True), "off", ("off", "off", "on")),
    (Face("paused", sure=True), "off", ("off", "on", "off")),
    (FREE, "off", ("on", "off", "off")),
    (CALLING, "blinking", ("blinking", "off", "off")),
    (SERVING, "on", ("on", "off", "off")),
    (Face("serving", "A012", sure=False), "off", ("off", "blinking", "off")),
]


@pytest.mark.parametrize(("face", "lamp", "tower"), SURE_AND_NOT)
def test_what_lights_say(face: Face, lamp: Light, tower: tuple[Light, Light, Light]) -> None:
    assert lamp_of(face) == (lamp,)
    assert tower_of(face) == tower


def test_lights_are_dark_until_they_are_told(desk: Desk) -> None:
    assert desk.lit(LAMP, GREEN, AMBER, RED, BUZZER) == [False] * 5


def test_a_lamp_is_lit_while_somebody_is_served(desk: Desk) -> None:
    desk.pins.show("gpio-17", SERVING)
    assert desk.lit(LAMP) == [True]
    desk.pins.show("gpio-17", FREE)
    assert desk.lit(LAMP) == [False]


def test_a_lamp_blinks_while_somebody_is_called(desk: Desk) -> None:
    desk.watch(LAMP)
    desk.pins.show("gpio-17", CALLING)
    desk.expect(LAMP, False, True, False)
    desk.pins.show("gpio-17", SERVING)
    assert desk.lit(LAMP) == [True]


def test_a_tower_shows_one_light_at_a_time(desk: Desk) -> None:
    for face, lights in ((FREE, [1, 0, 0]), (Face("paused", sure=True), [0, 1, 0])):
        desk.pins.show("gpio-22", face)
        assert desk.lit(GREEN, AMBER, RED) == lights
    desk.pins.show("gpio-22", Face("closed", sure=True))
    assert desk.lit(GREEN, AMBER, RED) == [0, 0, 1]


def test_a_relay_may_be_switched_by_a_low_pin() -> None:
    with Desk(Gpio(lamps=(Switched(pin=LAMP, counter="1", active_high=False),))) as desk:
        assert desk.lit(LAMP) == [True]
        desk.pins.show("gpio-17", SERVING)
        assert desk.lit(LAMP) == [False]


def test_a_buzzer_sounds_once_for_a_new_call(desk: Desk) -> None:
    desk.pins.show("gpio-18", FREE)
    desk.watch(BUZZER)
    desk.pins.show("gpio-18", CALLING)
    desk.expect(BUZZER, False, True, False)
    with silence():
        desk.pins.show("gpio-18", SERVING)


@pytest.mark.parametrize(
    ("before", "face", "sounds"),
    [
        (None, CALLING, False),  # the bridge has begun: that call is not of now
        (FREE, CALLING, True),
        (CALLING, CALLING, False),
        (CALLING, Face("calling", "A013", sure=True), True),
        (SERVING, Face("calling", "A012", sure=True), True),  # called back
        (CALLING, SERVING, False),
        (CALLING, FREE, False),
    ],
)
def test_which_call_is_new(before: Face | None, face: Face, sounds: bool) -> None:
    assert is_new_call(before, face) is sounds


def test_a_call_that_was_known_before_the_hub_was_away_is_not_new(desk: Desk) -> None:
    with silence():
        for sure in (True, False, True):
            desk.pins.show("gpio-18", Face("calling", "A012", sure=sure))


def test_a_button_that_was_refused_sounds_twice(desk: Desk) -> None:
    desk.watch(BUZZER)
    desk.press(NEXT)
    (press,) = desk.news()
    assert isinstance(press, KeyPressed)
    with silence():
        desk.pins.answer(press, Outcome.ACCEPTED)
    desk.pins.answer(press, Outcome.REFUSED)
    desk.expect(BUZZER, False, True, False, True, False)


def test_a_cut_wire_is_told_as_an_open_door_and_as_low_paper(desk: Desk) -> None:
    assert desk.pins.health() == (LinkHealth("door-13", "open"), LinkHealth("paper-19", "low"))
    desk.close_contact(DOOR)
    desk.close_contact(PAPER)
    assert desk.news() == [LinkChanged("door-13", "closed"), LinkChanged("paper-19", "ready")]
    assert desk.pins.health() == (LinkHealth("door-13", "closed"), LinkHealth("paper-19", "ready"))
    desk.open_contact(DOOR)
    assert desk.news() == [LinkChanged("door-13", "open")]


def test_what_was_lit_is_dark_and_no_thread_is_left_when_the_bridge_ends() -> None:
    with silence(), Desk() as desk:
        desk.pins.show("gpio-17", CALLING)
        desk.pins.show("gpio-22", Face(sure=False))
        lamp = desk.board.pin(LAMP)
    assert lamp.function == "input"


def test_a_pin_that_cannot_be_used_is_named() -> None:
    pulled_up_on_the_board = Gpio(buttons=(Button(pin=3, counter="1", pull_up=False),))
    with pytest.raises(HardwareAbsent, match="GPIO 3 cannot be used"), Desk(pulled_up_on_the_board):
        pass


def test_a_machine_without_pins_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gpio, "SYSTEM_PACKAGES", "/nowhere")
    monkeypatch.setitem(sys.modules, "lgpio", None)
    monkeypatch.setattr(Device, "pin_factory", None)
    with pytest.raises(HardwareAbsent) as absent, Pins(WIRED, SimpleQueue()):
        pass
    assert absent.value.hint == "sudo apt-get install -y python3-lgpio"


def test_a_button_calls_and_all_that_is_wired_to_its_counter_says_so(
    broker: PrivateBroker, files: Path, hub: Part, board: MockFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("firmware_bridge.app.PRESS_LIFE_S", 60.0)
    settings = load(files / "bridge-1.toml")
    assert isinstance(settings, BridgeSettings)
    wired = structs.replace(WIRED, buttons=(Button(pin=NEXT, counter="1", bounce_ms=0),))
    settings = structs.replace(settings, line=None, gpio=wired)
    with (
        Member(broker, "web-1", "web", files) as web,
        Member(broker, "kiosk-1", "kiosk", files) as kiosk,
        Bridge(settings) as bridge,
    ):

        def until(what: str, holds: Callable[[], bool]) -> None:
            deadline = monotonic() + 30
            while not holds():
                assert monotonic() < deadline, f"waited in vain for {what}"
                bridge.step(0.005)

        def blinks(pin: int) -> bool:
            return [each.state for each in board.pin(pin).states][-2:] == [True, False]

        web.get("open", Open(uuid4(), "1", web.turn("1"), "clerk-1"))
        kiosk.get("take", Take(uuid4(), "ho-tich"))
        until("green", lambda: bool(board.pin(GREEN).state) and not board.pin(RED).state)
        for pin in (LAMP, GREEN, BUZZER):
            board.pin(pin).clear_states()
        board.pin(NEXT).drive_low()
        until("the lamp", lambda: blinks(LAMP))
        until("the tower", lambda: blinks(GREEN))
        until("the buzzer", lambda: blinks(BUZZER))
        assert [link.name for link in bridge.links()] == ["door-13", "paper-19"]


def test_no_two_devices_of_a_bridge_have_the_same_name() -> None:
    """Whatever their addresses and pins are."""
    settings = BridgeSettings(
        center="x",
        device="bridge-1",
        line=Line("a", keypads=(Keypad(5, "1"),), signs=(OnLine(18, "1"),), lamps=(OnLine(17, "1"),)),
        pads=(Pad("b", "17"), Pad("c", "5")),
        modbus=Modbus("d", (ModbusSign(17, "1", 0),)),
        gpio=WIRED,
    )
    drivers = Bridge(settings).drivers
    names = [name for each in drivers for name in {*each.keypads, *each.faces}]
    assert len(names) == len(set(names))

"""The bridge between a real hub and simulated devices: a key has one effect, a sign tells the truth."""

from collections.abc import Callable, Iterator
from pathlib import Path
from time import monotonic
from uuid import uuid4

import pytest

from bus.answers import Ticket
from bus.asks import Open, Recall, Take
from bus.device import Received
from bus.messages import CounterState, CounterStatus, Health, LinkHealth, Rev
from bus.topics import HEALTH, STATE_COUNTER
from center.broker import PrivateBroker
from config.clock import Clock, FakeClock
from config.load import load
from config.settings import BridgeSettings
from demo.member import Member, expect
from demo.part import Part
from firmware_bridge.app import Bridge
from firmware_bridge.driver import Face
from firmware_bridge.frames import Lamp, Light, Mark, Show
from firmware_bridge.line import NO_NUMBER, sign_of
from firmware_bridge.simulated import Noise, SimulatedLine
from firmware_bridge.twins import SimulatedKeypad

COUNTER, KEYPAD, SIGN = "1", 1, 11  # of the demo's centre; the second ones are 2, 2 and 12
RATER, LAMP = 21, 31  # of the first counter, too
MORE = """
[line]
keypads = [
    { address = 1, counter = "1", keys = ["next", "recall", "no-show", "finish", "open", "pause", "close"] },
    { address = 2, counter = "2" },
    { address = 3, counter = "3" },
    { address = 4, counter = "4" },
]
raters = [{ address = 21, counter = "1" }]
lamps = [{ address = 31, counter = "1" }]
"""
OPEN, PAUSE, CLOSE = 5, 6, 7  # keys
EARLIER_S = 10.0
LIFE_S = 60.0  # of a press that nobody answers, on a machine that stands still at times


class FastClock(Clock):
    """The machine's clock, some seconds ahead."""

    ahead_s = 0.0

    def monotonic(self) -> float:
        return super().monotonic() + self.ahead_s


class Hall:
    """A hub, a bridge with its line, and a web page and a kiosk in the test's hands."""

    def __init__(self, broker: PrivateBroker, files: Path, twins: SimulatedLine) -> None:
        settings = load(files / "bridge-1.toml")
        assert isinstance(settings, BridgeSettings)
        self.settings = settings
        self.clock = FastClock()
        self.twins = twins
        self.web = Member(broker, "web-1", "web", files)
        self.kiosk = Member(broker, "kiosk-1", "kiosk", files)
        self.bridge = Bridge(settings, clock=self.clock)

    def __enter__(self) -> "Hall":
        for each in (self.web, self.kiosk, self.bridge):
            each.__enter__()
        self.expect("everybody on the line", lambda: {each.state for each in self.links()} == {"ready"})
        self.expect("the hub", self.bridge.device.states.fresh)
        for counter in (COUNTER, "2"):
            self.web.get("open", Open(uuid4(), counter, self.web.turn(counter), f"clerk-{counter}"))
            self.expect_status("free", counter)
        return self

    def __exit__(self, *_: object) -> None:
        for each in (self.bridge, self.kiosk, self.web):
            each.__exit__()

    def expect(self, what: str, holds: Callable[[], bool], *, within: float = 30.0) -> None:
        deadline = monotonic() + within
        while not holds():
            assert monotonic() < deadline, f"waited {within} s in vain for {what}"
            self.bridge.step(0.005)
            self.web.step(0.0)

    def links(self) -> tuple[LinkHealth, ...]:
        return self.bridge.links()

    def counter(self, name: str = COUNTER) -> CounterState:
        return self.web.states.counters[name]

    def take(self, service: str = "ho-tich") -> str:
        ticket = self.kiosk.get("take", Take(uuid4(), service))
        assert isinstance(ticket, Ticket)
        return ticket.label

    def press(self, key: str, keypad: int = KEYPAD) -> str:
        """Press a key, and return what its lamp says in the end."""
        self.twins.press(keypad, key)
        return self.said(keypad)

    def press_key(self, key: int) -> str:
        """The same with a key that has another act here than elsewhere."""
        self.twins.press_key(KEYPAD, key)
        return self.said(KEYPAD)

    def said(self, keypad: int) -> str:
        """What becomes of the press."""
        self.expect("an answer to the key", lambda: self.twins.lamp(keypad) != "waiting")
        return self.twins.lamp(keypad)

    def expect_shown(self, text: str, sign: int = SIGN) -> None:
        self.expect(f"{text} on the sign", lambda: self.twins.shown(sign) == text)

    def expect_status(self, status: str, counter: str = COUNTER) -> None:
        """Wait until everybody knows of it."""
        known = (self.web.states.counters, self.bridge.device.states.counters)
        self.expect(
            f"counter {counter} {status}",
            lambda: {each[counter].status if counter in each else "" for each in known} == {status},
        )

    def begin_anew(self) -> None:
        """The bridge dies without a word, and another one takes its place."""
        self.bridge.__exit__()
        self.bridge = Bridge(self.settings, clock=self.clock)
        self.bridge.__enter__()


@pytest.fixture
def hall(broker: PrivateBroker, files: Path, hub: Part, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hall]:
    for each in ("app", "twins"):
        monkeypatch.setattr(f"firmware_bridge.{each}.PRESS_LIFE_S", LIFE_S)
    (files / "bridge-1.d").mkdir()
    (files / "bridge-1.d" / "more.toml").write_text(MORE)
    keypads, signs = (1, 2, 3, 4), (11, 12, 13, 14)
    with (
        SimulatedLine(files / "line", keypads=keypads, signs=signs, raters=(RATER,), lamps=(LAMP,)) as twins,
        Hall(broker, files, twins) as hall,
    ):
        yield hall


def test_a_key_calls_the_next_number_and_the_sign_blinks_with_it(hall: Hall) -> None:
    label = hall.take()
    hall.expect_shown(NO_NUMBER)
    assert hall.press("next") == "accepted"
    hall.expect_shown(label)
    assert hall.twins.blinks(SIGN)
    hall.expect_shown(NO_NUMBER, 12)


def test_each_key_does_what_is_written_on_it(hall: Hall) -> None:
    for keypad in (1, 2):
        hall.take("chung-thuc")
        assert hall.press("next", keypad) == "accepted"
        hall.expect_status("calling", str(keypad))
    assert hall.press("recall") == "accepted"
    hall.expect("the recall", lambda: hall.counter().recalled == 1)
    hall.expect("the guard after a call to be over", lambda: hall.press("no-show", 2) == "accepted")
    hall.expect("the guard after a call to be over", lambda: hall.press("finish", 1) == "accepted")
    hall.expect_shown(NO_NUMBER, 11)
    hall.expect_shown(NO_NUMBER, 12)
    assert hall.press("rate-4", RATER) == "accepted"
    assert hall.press("rate-1", RATER) == "refused"  # once a service


def test_a_counter_is_opened_paused_and_closed_by_keys_that_are_set_so(hall: Hall) -> None:
    for key, status in ((PAUSE, "paused"), (OPEN, "free"), (CLOSE, "closed"), (OPEN, "free")):
        assert hall.press_key(key) == "accepted"
        hall.expect_status(status)
    assert hall.counter().clerk == COUNTER  # nobody said who it is


def test_lamps_show_what_the_counter_does(hall: Hall) -> None:
    hall.expect("an open counter", lambda: hall.twins.lights(LAMP) == Light(Lamp.OPEN, 0))
    hall.take()
    assert hall.press("next") == "accepted"
    called = Light(Lamp.NUMBER | Lamp.OPEN, Lamp.NUMBER)
    hall.expect("the call", lambda: {hall.twins.lights(each) for each in (LAMP, KEYPAD)} == {called})


def test_what_the_hub_refuses_is_refused_to_the_clerk(hall: Hall) -> None:
    assert hall.press("next") == "refused"  # nobody waits
    hall.take("chung-thuc")
    assert hall.press("next", keypad=3) == "refused"  # its counter is closed
    assert hall.press("next") == "accepted"
    assert hall.press("next") == "refused"  # the finger trembled


def test_two_clerks_who_press_at_once_get_two_numbers(hall: Hall) -> None:
    labels = {hall.take("chung-thuc"), hall.take("chung-thuc")}
    for keypad in (1, 2):
        hall.twins.press(keypad, "next")
    hall.expect("both lamps", lambda: {hall.twins.lamp(keypad) for keypad in (1, 2)} == {"accepted"})
    hall.expect("both numbers", lambda: {hall.twins.shown(sign) for sign in (11, 12)} == labels)


def test_a_press_has_one_effect_on_a_line_that_loses_a_fifth_each_way(hall: Hall) -> None:
    label = hall.take()
    turn = hall.web.turn(COUNTER)
    hall.twins.noise = Noise(lost=0.2, garbled=0.1)
    assert hall.press("next") == "accepted"
    hall.expect_shown(label)
    hall.expect_status("calling")
    assert hall.web.turn(COUNTER) == turn + 1


def test_a_press_has_one_effect_though_the_bridge_died_before_it_said_so(hall: Hall) -> None:
    hall.take()
    hall.take()
    turn = hall.web.turn(COUNTER)
    hall.twins.press(KEYPAD, "next")
    hall.expect("the request", lambda: bool(hall.bridge.device.asker.pending))
    expect(hall.web, "the hub to act", lambda: hall.web.turn(COUNTER) > turn)
    assert hall.twins.lamp(KEYPAD) == "waiting"
    hall.begin_anew()
    hall.expect("an answer to the key", lambda: hall.twins.lamp(KEYPAD) != "waiting")
    assert hall.twins.lamp(KEYPAD) == "accepted"
    assert hall.web.turn(COUNTER) == turn + 1


def test_a_press_has_one_effect_though_the_hub_was_killed_in_the_middle_of_it(hall: Hall, hub: Part) -> None:
    label = hall.take()
    hall.take()
    turn = hall.web.turn(COUNTER)
    hall.twins.press(KEYPAD, "next")
    hall.expect("the request", lambda: bool(hall.bridge.device.asker.pending))
    hub.kill()
    assert hall.said(KEYPAD) == "accepted"
    hall.expect_shown(label)
    hall.expect("the hub's word", lambda: hall.web.turn(COUNTER) == turn + 1)


def test_a_key_pressed_before_the_bridge_knows_its_counter_waits_for_it(
    hall: Hall, broker: PrivateBroker
) -> None:
    hall.take()
    turn = hall.web.turn(COUNTER)
    broker.kill()
    hall.begin_anew()
    hall.twins.press(KEYPAD, "next")
    hall.expect("the key on the line", lambda: hall.twins.told_at(KEYPAD) is not None)
    broker.start()
    hall.expect("an answer to the key", lambda: hall.twins.lamp(KEYPAD) != "waiting")
    assert hall.twins.lamp(KEYPAD) == "accepted"
    hall.expect_status("calling")
    assert hall.web.turn(COUNTER) == turn + 1


def test_a_key_pressed_while_the_broker_is_away_is_refused_and_never_acts_later(
    hall: Hall, broker: PrivateBroker
) -> None:
    hall.take()
    turn = hall.web.turn(COUNTER)
    broker.kill()
    hall.expect("the loss to be noticed", lambda: not hall.bridge.device.connected)
    hall.twins.press(KEYPAD, "next")
    hall.expect("the request", lambda: bool(hall.bridge.device.asker.pending))
    hall.clock.ahead_s += LIFE_S
    hall.expect("an answer to the key", lambda: hall.twins.lamp(KEYPAD) == "refused")
    broker.start()
    hall.expect("the hub", hall.bridge.device.states.fresh)
    assert hall.press("next") == "accepted"
    hall.expect_status("calling")
    assert hall.web.turn(COUNTER) == turn + 1


def test_a_key_of_a_counter_that_the_hub_has_no_more_is_refused(
    hall: Hall, caplog: pytest.LogCaptureFixture
) -> None:
    settings, states = hall.settings, hall.bridge.device.states
    states.receive(STATE_COUNTER.path(settings.center, counter=COUNTER), b"", kept=False)
    hall.twins.press_key(KEYPAD, OPEN)
    hall.expect("the press at the bridge", lambda: bool(hall.bridge._presses))
    hall.clock.ahead_s += LIFE_S  # not before: the bridge counts from when its line heard the key
    assert hall.said(KEYPAD) == "refused"
    assert "why=nothing is known of this counter" in caplog.text


def test_a_key_acts_only_on_the_turn_that_its_clerk_saw(hall: Hall) -> None:
    hall.take()
    assert hall.press("next") == "accepted"
    hall.expect_status("calling")
    hall.twins.vanish()
    hall.twins.press(KEYPAD, "recall")
    (keypad,) = hall.twins._plugged[KEYPAD]
    assert isinstance(keypad, SimulatedKeypad)
    keypad._pressed_at -= EARLIER_S  # what the way to the bridge takes, it takes for less of an age
    turn = hall.web.turn(COUNTER)
    hall.web.get("recall", Recall(uuid4(), COUNTER, turn))  # a colleague was faster
    hall.expect("the bridge to know", lambda: hall.bridge.device.states.counters[COUNTER].turn > turn)
    hall.twins.return_()
    hall.expect("an answer to the key", lambda: hall.twins.lamp(KEYPAD) != "waiting")
    assert hall.twins.lamp(KEYPAD) == "refused"
    assert hall.counter().recalled == 1


def test_a_sign_has_a_dot_while_the_hub_is_away(hall: Hall, hub: Part, files: Path) -> None:
    label = hall.take()
    assert hall.press("next") == "accepted"
    hall.expect_shown(label)
    hub.stop()
    hall.clock.ahead_s += 15
    hall.expect_shown(f"{label}.")
    with Part("hub", files / "hub.toml"):
        hall.expect_shown(label)


def test_a_sign_that_was_unplugged_shows_the_number_of_now(hall: Hall) -> None:
    hall.twins.unplug(SIGN)
    label = hall.take()
    assert hall.press("next") == "accepted"
    assert hall.twins.shown(SIGN) == ""
    hall.twins.plug(SIGN)
    hall.expect_shown(label)


def test_health_names_every_device_on_the_line_as_soon_as_it_changes(
    hall: Hall, broker: PrivateBroker, files: Path
) -> None:
    with Member(broker, "control-room", "technician", files, topics=(HEALTH,)) as technician:

        def states() -> dict[str, str]:
            technician.heard += [news for news in technician.step(0) if isinstance(news, Received)]
            links: dict[str, str] = {}
            for news in technician.heard:
                if isinstance(news.payload, Health) and news.ids["device"] == "bridge-1":
                    links = {link.name: link.state for link in news.payload.links}
            return links

        everybody = {
            "line",
            *(f"keypad-{each}" for each in range(1, 5)),
            *(f"sign-1{each}" for each in range(1, 5)),
            f"rater-{RATER}",
            f"lamp-{LAMP}",
        }
        hall.expect("everybody", lambda: states() == dict.fromkeys(everybody, "ready"))
        hall.twins.unplug(KEYPAD)
        hall.expect("the keypad to be missed", lambda: states()["keypad-1"] == "silent")
        hall.twins.vanish()
        hall.expect("the line to be missed", lambda: states()["line"] == "absent")


def at_counter(status: CounterStatus, label: str | None) -> CounterState:
    return CounterState(Rev("e", 1), "1", 1, status, FakeClock().now(), label=label)


@pytest.mark.parametrize(
    ("counter", "shown"),
    [
        (None, Show(0, "----")),
        (at_counter("closed", None), Show(0, "----")),
        (at_counter("paused", None), Show(0, "----")),
        (at_counter("free", None), Show(0, "----")),
        (at_counter("calling", "A012"), Show(Mark.CALLING, "A012")),
        (at_counter("serving", "A0123"), Show(0, "A0123")),
    ],
)
def test_the_face_of_a_sign(counter: CounterState | None, shown: Show) -> None:
    assert sign_of(Face.of(counter, sure=True)) == shown
    assert sign_of(Face.of(counter, sure=False)) == Show(shown.marks | Mark.OLD, shown.text)

"""USB number pads: a press has one effect whatever happens to bytes and plug, and the light tells of it."""

import errno
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import pairwise
from pathlib import Path
from queue import SimpleQueue
from time import monotonic
from typing import get_args
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from bus.answers import Ticket
from bus.asks import Open, Take
from center.broker import PrivateBroker
from config.hardware import Pad as Settings
from config.hardware import PadKey
from config.load import load
from config.settings import BridgeSettings
from demo.member import Member, expect
from demo.part import Part
from firmware_bridge import evdev
from firmware_bridge.app import Bridge
from firmware_bridge.driver import KeyPressed, LinkChanged
from firmware_bridge.evdev import DOWN, EV_KEY, EV_SYN, KEYS, REPEATED, SYN_DROPPED, SYN_REPORT, UP, event
from firmware_bridge.frames import Outcome
from firmware_bridge.pads import Pads
from firmware_bridge.simulated_pad import SimulatedPad
from tests.inbox import take_until

NUM_LOCK = 69
END = event(EV_SYN, SYN_REPORT, 0)
ENTER = KEYS["enter"][0]


def key(code: int, value: int, at: float = 0.0) -> bytes:
    return event(EV_KEY, code, value, at) + END


# What the kernel tells


@given(st.lists(st.integers(0, 100)))
def test_bytes_mean_the_same_however_they_are_cut(cuts: list[int]) -> None:
    said = key(ENTER, DOWN, 12.25) + key(ENTER, REPEATED) + key(ENTER, UP) + key(78, DOWN, 13.5)
    events = evdev.Events()
    edges = sorted({0, len(said), *(cut * len(said) // 100 for cut in cuts)})
    pieces = [said[one:other] for one, other in pairwise(edges)]
    found = [pressed for piece in pieces for pressed in events.feed(piece)]
    assert found == [(ENTER, 12.25), (78, 13.5)]


def test_what_is_left_of_a_report_that_was_dropped_is_no_press() -> None:
    events = evdev.Events()
    dropped = event(EV_SYN, SYN_DROPPED, 0) + event(EV_KEY, ENTER, DOWN) + END
    assert [pressed.code for pressed in events.feed(dropped + key(78, DOWN))] == [78]
    assert events.drops == 1


@given(st.binary(max_size=200))
def test_no_bytes_are_too_strange(data: bytes) -> None:
    list(evdev.Events().feed(data))


def test_the_calls_are_those_of_the_kernel() -> None:
    assert (evdev.EVIOCGRAB, evdev.EVIOCSCLOCKID, evdev.EVIOCGBIT_LED) == (0x40044590, 0x400445A0, 0x80014531)
    assert evdev.EVENT.size == 24
    assert set(KEYS) == set(get_args(PadKey))
    codes = [code for each in KEYS.values() for code in each]
    assert len(set(codes)) == len(codes)


# On its file


class Clerk:
    """Reads what the pads tell, and waits for what is to come."""

    def __init__(self, pads: Pads, inbox: SimpleQueue[object]) -> None:
        self.pads = pads
        self.inbox = inbox
        self.presses: list[KeyPressed] = []
        self.changes: list[tuple[str, str]] = []

    @property
    def acts(self) -> list[str]:
        return [press.act for press in self.presses]

    def expect(self, what: str, holds: Callable[[], bool]) -> None:
        take_until(self.inbox, self._take, what, holds)

    def _take(self, news: object) -> None:
        match news:
            case KeyPressed():
                self.presses.append(news)
            case LinkChanged(name, state):
                self.changes.append((name, state))
            case _:
                raise AssertionError(news)

    def expect_press(self, nth: int) -> KeyPressed:
        self.expect(f"press {nth}", lambda: len(self.presses) == nth)
        return self.presses[-1]

    def answer(self, outcome: Outcome = Outcome.ACCEPTED) -> None:
        self.pads.answer(self.presses[-1], outcome)

    def expect_lights(self, pad: SimulatedPad, *lights: bool) -> None:
        def shown() -> bool:
            return not pad.light and tuple(pad.lights) == lights

        self.expect(f"its light {lights}", shown)


@pytest.fixture
def pad(tmp_path: Path) -> Iterator[SimulatedPad]:
    with SimulatedPad(tmp_path / "pad-1") as pad:
        yield pad


@pytest.fixture
def clerk(pad: SimulatedPad) -> Iterator[Clerk]:
    inbox: SimpleQueue[object] = SimpleQueue()
    with Pads((Settings(str(pad.path), "1"),), inbox) as pads:
        clerk = Clerk(pads, inbox)
        clerk.expect("the pad", lambda: clerk.changes == [("pad-1", "ready")])
        yield clerk


def test_a_press_is_told_once_and_its_light_goes_off_when_it_was_taken(
    clerk: Clerk, pad: SimulatedPad
) -> None:
    before = monotonic()
    pad.press("enter")
    press = clerk.expect_press(1)
    assert (press.keypad, press.act) == ("pad-1", "next")
    assert before - 0.001 <= press.at <= monotonic()
    clerk.expect("its light", lambda: pad.light)
    clerk.answer()
    clerk.expect_lights(pad, False, True, False)
    pad.press("+")
    assert clerk.expect_press(2).act == "recall"
    assert clerk.presses[0].boot == clerk.presses[1].boot
    assert clerk.pads.health()[0].frames == 2


def test_what_was_refused_blinks_three_times(clerk: Clerk, pad: SimulatedPad) -> None:
    pad.press("7")
    assert clerk.expect_press(1).act == ""  # it has none: the bridge refuses it
    clerk.expect("its light", lambda: pad.light)
    clerk.answer(Outcome.REFUSED)
    clerk.expect_lights(pad, False, True, False, True, False, True, False, True, False)


def test_a_key_that_is_held_down_is_one_press(clerk: Clerk, pad: SimulatedPad) -> None:
    pad.write(pad.report("enter", DOWN) + pad.report("enter", REPEATED) * 30 + pad.report("enter", UP))
    clerk.expect_press(1)
    clerk.answer()
    clerk.expect_lights(pad, False, True, False)
    pad.press("-")
    assert clerk.expect_press(2).act == "no-show"


def test_a_press_is_answered_before_the_next_one_counts(clerk: Clerk, pad: SimulatedPad) -> None:
    for name in ("enter", "enter", "+"):
        pad.press(name)
    clerk.expect("all three keys", lambda: clerk.pads.health()[0].frames == 3)
    clerk.expect_press(1)
    clerk.answer()
    clerk.expect_lights(pad, False, True, False)
    pad.press("0")
    clerk.expect_press(2)
    assert clerk.acts == ["next", "finish"]


def test_num_lock_that_some_pads_send_round_every_key_is_none(clerk: Clerk, pad: SimulatedPad) -> None:
    lock = key(NUM_LOCK, DOWN) + key(NUM_LOCK, UP)
    pad.write(lock + pad.report("0", DOWN) + pad.report("0", UP) + lock)
    clerk.expect_press(1)
    assert clerk.acts == ["finish"]


def test_a_pad_that_is_pulled_out_within_an_event_is_found_again(clerk: Clerk, pad: SimulatedPad) -> None:
    told = pad.report("enter", DOWN)
    for nth, cut in enumerate((1, 47), 1):
        pad.write(told[:cut])  # up to the value of the key, so never a press
        pad.vanish()
        clerk.expect("its loss", lambda n=nth: clerk.changes.count(("pad-1", "absent")) == n)  # type: ignore[misc]
        assert clerk.pads.health()[0].state == "absent"
        pad.return_()
        clerk.expect("the pad", lambda n=nth: clerk.changes.count(("pad-1", "ready")) == n + 1)  # type: ignore[misc]
        if cut == 1:
            pad.press("+")
            clerk.expect_press(1)
            clerk.answer()
    assert clerk.acts == ["recall"]


def test_an_answer_to_a_pad_that_is_away_does_not_stop_its_next_press(
    clerk: Clerk, pad: SimulatedPad
) -> None:
    pad.press("enter")
    clerk.expect_press(1)
    pad.vanish()
    clerk.expect("its loss", lambda: clerk.changes[-1] == ("pad-1", "absent"))
    clerk.answer()
    pad.return_()
    clerk.expect("the pad", lambda: clerk.changes[-1] == ("pad-1", "ready"))
    pad.press("enter")
    clerk.expect_press(2)


def test_every_pad_has_its_own_keys_and_its_own_light(tmp_path: Path) -> None:
    inbox: SimpleQueue[object] = SimpleQueue()
    with ExitStack() as opened:
        one, other = (opened.enter_context(SimulatedPad(tmp_path / name)) for name in ("one", "other"))
        settings = (Settings(str(one.path), "1"), Settings(str(other.path), "2", {"5": "start"}))
        clerk = Clerk(opened.enter_context(Pads(settings, inbox)), inbox)
        assert clerk.pads.keypads == {"pad-1": "1", "pad-2": "2"}
        clerk.expect("both", lambda: {each.state for each in clerk.pads.health()} == {"ready"})
        one.press("enter")
        clerk.expect_press(1)
        other.press("5")
        assert (clerk.expect_press(2).keypad, clerk.acts) == ("pad-2", ["next", "start"])
        clerk.answer()
        clerk.expect_lights(other, False, True, False)
        assert one.light


def test_a_pad_that_another_program_holds_is_told_apart_from_one_that_is_away(
    pad: SimulatedPad, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    held = [True]

    def ioctl(_device: int, request: int, _what: object) -> int:
        if request == evdev.EVIOCGRAB and held:
            raise OSError(errno.EBUSY, "held")
        raise OSError(errno.ENOTTY, "no input device")

    monkeypatch.setattr(evdev, "ioctl", ioctl)
    inbox: SimpleQueue[object] = SimpleQueue()
    settings = (Settings(str(pad.path), "1"), Settings(str(tmp_path / "none"), "2"))
    with Pads(settings, inbox) as pads:
        clerk = Clerk(pads, inbox)
        clerk.expect("it to be held", lambda: ("pad-1", "busy") in clerk.changes)
        clerk.expect("the log", lambda: "why=it is not plugged in" in caplog.text)
        assert "name=pad-1" in caplog.text
        assert "why=another program holds it" in caplog.text
        held.clear()
        clerk.expect("the pad", lambda: ("pad-1", "ready") in clerk.changes)
    said = [(each.state, each.about) for each in pads.health()]
    assert said == [("ready", ""), ("absent", "it is not plugged in")]


def test_what_is_no_pad_is_told_and_left_as_it_is(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    file, folder = tmp_path / "file", tmp_path / "folder"
    file.write_bytes(b"notes")
    folder.mkdir()
    places = (file, folder, Path("/dev/null"))
    settings = tuple(Settings(str(place), str(nth)) for nth, place in enumerate(places, 1))
    with Pads(settings, SimpleQueue()) as pads:
        Clerk(pads, SimpleQueue()).expect("each", lambda: all(each.about for each in pads.health()))
        assert all("this is no number pad" in each.about for each in pads.health())
    assert "a number pad is there" not in caplog.text
    assert file.read_bytes() == b"notes"


# With a hub


def test_a_press_acts_once_though_the_bridge_dies_before_its_answer(
    broker: PrivateBroker, files: Path, hub: Part, pad: SimulatedPad, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("firmware_bridge.app.PRESS_LIFE_S", 60.0)
    settings = load(files / "bridge-1.toml")
    assert isinstance(settings, BridgeSettings)
    settings = structs.replace(settings, line=None, pads=(Settings(str(pad.path), "1"),))
    with Member(broker, "web-1", "web", files) as web, Member(broker, "kiosk-1", "kiosk", files) as kiosk:
        web.get("open", Open(uuid4(), "1", web.turn("1"), "clerk-1"))
        for _ in range(2):
            assert isinstance(kiosk.get("take", Take(uuid4(), "ho-tich")), Ticket)

        def wait(bridge: Bridge, what: str, holds: Callable[[], bool]) -> None:
            deadline = monotonic() + 30
            while not holds():
                assert monotonic() < deadline, f"waited in vain for {what}"
                bridge.step(0.005)
                web.step(0.0)

        def knows(bridge: Bridge) -> bool:
            known = bridge.device.states.counters.get("1")
            return bridge.device.states.fresh() and known is not None and known.turn == web.turn("1")

        expect(web, "the counter to be open", lambda: web.states.counters["1"].status == "free")
        turn = web.turn("1")
        with Bridge(settings) as bridge:
            wait(bridge, "the hub", lambda: knows(bridge))
            wait(bridge, "the pad", lambda: [each.state for each in bridge.links()] == ["ready"])
            pad.press("enter")
            wait(bridge, "the request", lambda: bool(bridge.device.asker.pending))
        expect(web, "the hub to act", lambda: web.turn("1") > turn)
        with Bridge(settings) as bridge:
            wait(bridge, "the hub", lambda: knows(bridge))
            wait(bridge, "the pad", lambda: [each.state for each in bridge.links()] == ["ready"])
            assert web.turn("1") == turn + 1
            pad.press("+")
            wait(bridge, "the recall", lambda: web.states.counters["1"].recalled == 1)
            wait(bridge, "its light", lambda: not pad.light and pad.flashes == 2)
        assert web.turn("1") == turn + 2

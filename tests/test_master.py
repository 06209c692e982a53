"""The rules of the line's master, in made-up time: who is asked what and when, and what comes of it."""

from collections.abc import Sequence
from itertools import pairwise
from random import Random
from typing import Protocol

from config.hardware import Keypad, Line, OnLine
from firmware_bridge.codec import Decoder, encode
from firmware_bridge.driver import KeyPressed, LinkChanged
from firmware_bridge.frames import (
    EVERYONE,
    REST_S,
    Ack,
    Frame,
    Hello,
    Identity,
    Kind,
    Light,
    Lit,
    Mark,
    Message,
    Outcome,
    Poll,
    Show,
    Shown,
)
from firmware_bridge.master import Master
from firmware_bridge.simulated import collide
from firmware_bridge.twins import Said, SimulatedKeypad, SimulatedLamp, SimulatedSign

BEGUN_S, WIRE_S = 0.007, 0.015  # until an answer begins, and ends, about as at 19200 baud
A012 = Show(Mark.CALLING, "A012")
NEXT, RECALL = 1, 2  # keys
KEYPAD = Identity(Kind.KEYPAD, 1, 0, 4, 0, 0, bytes(12))
SIGN = Identity(Kind.SIGN, 1, 0, 0, 0, 4, bytes(12))


class Twin(Protocol):
    def hear(self, data: bytes, now: float) -> Sequence[Said]: ...


class Talk:
    """A master, the twins that answer it, and all that was said and told."""

    def __init__(self) -> None:
        line = Line(
            port="",
            keypads=(Keypad(1, "1"), Keypad(2, "2")),
            signs=(OnLine(11, "1"),),
        )
        self.told: list[KeyPressed | LinkChanged] = []
        self.master = Master(line, self.told.append)
        self.keypad, self.other, self.sign = SimulatedKeypad(1), SimulatedKeypad(2), SimulatedSign(11)
        self.twins: dict[int, Twin] = {1: self.keypad, 2: self.other, 11: self.sign}
        self.double: Twin | None = None  # a device with an address that another one has
        self.deaf = False  # the master: what is answered is lost on its way
        self.lost = 0.0  # the share of all that is said that is lost, each way
        self.chance = Random(1)
        self.baud = 19200  # of the devices
        self.idle = b""  # what the idle line brings
        self.asked: list[tuple[float, int, Message]] = []
        self.now = 1000.0
        self.master.attach()

    def run(self, seconds: float) -> list[Message]:
        """Let them talk, and return what the master said to one device alone."""
        self.asked = []
        end = self.now + seconds
        while self.now < end:
            data = self._arriving(self.master.send(self.now))
            said: dict[float, bytes] = {}
            for frame in Decoder().feed(data):
                self.asked.append((self.now, frame.address, frame.message))
                for twin in filter(None, [*self.twins.values(), self.double]):
                    if self.master.baud == self.baud:
                        for each in twin.hear(data, self.now):
                            said[each.after_s] = collide(said.get(each.after_s, b""), each.data)
            asked = self.now
            for after_s, answer in sorted(said.items()):
                self.now = asked + BEGUN_S + after_s - REST_S
                self._reach(data + answer[:1])  # it may hear itself
                self.now = asked + WIRE_S + after_s - REST_S
                self._reach(self._arriving(answer[1:]))
                data = b""
            if not said:
                if data:
                    self._reach(data)
                    self._reach(self.idle)
                self.now = min(self.master.wake(), end)
        return [message for _, address, message in self.asked if address != EVERYONE]

    def _arriving(self, data: bytes) -> bytes:
        return b"" if self.chance.random() < self.lost else data

    def _reach(self, data: bytes) -> None:
        if data and not self.deaf:
            self.master.receive(data, self.now)

    def presses(self) -> list[KeyPressed]:
        return [news for news in self.told if isinstance(news, KeyPressed)]

    def changes(self) -> list[tuple[str, str]]:
        return [(news.name, news.state) for news in self.told if isinstance(news, LinkChanged)]

    def state(self, name: str) -> str:
        return next(each.state for each in self.master.health() if each.name == name)


def test_strangers_are_greeted() -> None:
    talk = Talk()
    assert talk.run(0.2)[:3] == [Hello()] * 3
    ready = {("line", "ready"), ("keypad-1", "ready"), ("keypad-2", "ready"), ("sign-11", "ready")}
    assert set(talk.changes()) == ready


def test_while_nobody_presses_everyone_is_asked_every_40_ms_and_each_device_every_other_second() -> None:
    talk = Talk()
    talk.run(5)
    alone = talk.run(20)
    assert alone.count(Poll()) in (24, 25)  # of three devices
    assert alone.count(Hello()) == 6  # is it still the same one?
    rounds = [at for at, address, _ in talk.asked if address == EVERYONE]
    assert max(after - before for before, after in pairwise(rounds)) < 0.040 + WIRE_S + 0.001
    assert 460 < len(rounds) <= 500


def test_for_a_quarter_of_an_hour_after_a_press_everyone_is_asked_every_10_ms() -> None:
    talk = Talk()
    talk.run(1)
    talk.keypad.press(NEXT, talk.now)
    talk.run(6)  # nobody answers it: it is given up
    talk.now += 885
    talk.run(5)
    rounds = [at for at, address, _ in talk.asked if address == EVERYONE]
    assert max(after - before for before, after in pairwise(rounds)) < 0.010 + WIRE_S + 0.001
    talk.run(5)
    talk.run(1)
    assert 20 < sum(address == EVERYONE for _, address, _ in talk.asked) <= 25


def test_a_press_is_told_once_and_repeated_until_it_is_answered() -> None:
    talk = Talk()
    talk.run(1)
    pressed = talk.now
    talk.keypad.press(RECALL, pressed)
    talk.run(1)
    (press,) = talk.presses()
    assert (press.keypad, press.act, press.boot, press.number) == ("keypad-1", "recall", talk.keypad.boot, 1)
    assert abs(press.at - pressed) < 0.01
    assert talk.keypad.lamp == "waiting"

    talk.master.answer(press, Outcome.ACCEPTED)
    assert Ack(press.boot, press.number, Outcome.ACCEPTED) in talk.run(0.1)
    assert talk.keypad.lamp == "accepted"
    talk.run(2)
    assert talk.presses() == [press]


def test_an_answer_that_was_lost_is_given_again() -> None:
    talk = Talk()
    talk.run(1)
    talk.keypad.press(NEXT, talk.now)
    talk.run(0.1)
    (press,) = talk.presses()
    talk.twins[1] = SimulatedSign(1)  # nobody there who would understand it
    talk.master.answer(press, Outcome.REFUSED)
    talk.run(0.1)
    assert talk.keypad.lamp == "waiting"
    talk.twins[1] = talk.keypad
    talk.run(0.1)
    assert talk.keypad.lamp == "refused"
    assert talk.presses() == [press]


def test_an_answer_to_a_keypad_that_was_restarted_is_not_taken_for_its_new_press() -> None:
    talk = Talk()
    talk.run(1)
    talk.keypad.press(NEXT, talk.now)
    talk.run(0.1)
    (old,) = talk.presses()
    talk.twins[1] = restarted = SimulatedKeypad(1)
    restarted.press(NEXT, talk.now)
    talk.master.answer(old, Outcome.ACCEPTED)
    talk.run(0.1)
    assert restarted.lamp == "waiting"
    assert [press.number for press in talk.presses()] == [1, 1]
    talk.master.answer(old, Outcome.ACCEPTED)
    assert not any(isinstance(message, Ack) for message in talk.run(0.1))


def test_a_press_that_nobody_answers_is_given_up_by_its_keypad() -> None:
    talk = Talk()
    talk.run(1)
    talk.keypad.press(NEXT, talk.now)
    talk.run(4.9)
    assert talk.keypad.lamp == "waiting"
    talk.run(0.2)
    assert talk.keypad.lamp == "refused"


def test_every_press_is_told_once_and_soon_answered_on_a_line_that_loses_a_fifth_each_way() -> None:
    talk = Talk()
    talk.run(1)
    talk.lost = 0.2
    for nth in range(1, 201):
        talk.keypad.press(NEXT, talk.now)
        pressed = talk.now
        while talk.keypad.lamp == "waiting":
            assert talk.now < pressed + 3
            talk.run(0.05)
            for press in talk.presses()[-1:]:
                talk.master.answer(press, Outcome.ACCEPTED)
        assert [press.number for press in talk.presses()] == list(range(1, nth + 1))


def test_two_presses_at_once_are_both_heard_soon() -> None:
    talk = Talk()
    talk.run(1)
    talk.keypad.press(NEXT, talk.now)
    talk.other.press(NEXT, talk.now)
    talk.run(0.14)
    assert {press.keypad for press in talk.presses()} == {"keypad-1", "keypad-2"}


def test_a_sign_is_told_until_it_shows_it() -> None:
    talk = Talk()
    talk.run(1)
    talk.deaf = True
    talk.master.show("sign-11", A012)
    assert talk.run(0.2).count(A012) > 1
    talk.deaf = False
    talk.run(0.1)
    assert talk.sign.text == "A012"
    assert A012 not in talk.run(3)


def test_a_sign_that_lost_its_text_gets_it_again() -> None:
    talk = Talk()
    talk.master.show("sign-11", A012)
    talk.run(1)
    talk.twins[11] = restarted = SimulatedSign(11)  # so soon that nobody noticed
    talk.run(1.2)
    assert restarted.text == "A012"


def test_a_sign_that_does_not_obey_does_not_hog_the_line() -> None:
    class Stubborn:
        def hear(self, data: bytes, now: float) -> Sequence[Said]:
            said = []
            for frame in Decoder().feed(data):
                if frame.address == 11:
                    answer = SIGN if isinstance(frame.message, Hello) else Shown(0, "8888")
                    said.append(Said(REST_S, encode(Frame(11, frame.sequence, answer))))
            return said

    talk = Talk()
    talk.twins[11] = Stubborn()
    talk.master.show("sign-11", A012)
    talk.run(1)
    assert talk.run(20).count(A012) in (10, 11)


def test_who_does_not_answer_is_silent_and_asked_less_often_until_it_is_back() -> None:
    talk = Talk()
    talk.master.show("sign-11", A012)
    talk.run(1)
    del talk.twins[11]
    talk.run(3)
    assert talk.changes()[-1] == ("sign-11", "silent")
    talk.run(10)
    assert [(address, asked) for _, address, asked in talk.asked].count((11, Hello())) in (9, 10)

    talk.twins[11] = SimulatedSign(11)
    talk.run(1.2)
    assert talk.changes()[-1] == ("sign-11", "ready")
    assert A012 in [message for _, _, message in talk.asked]


def test_a_late_answer_does_not_end_the_wait_for_the_one_to_come() -> None:
    talk = Talk()
    asked = Frame(EVERYONE, 0, Poll())
    while asked.address == EVERYONE:
        talk.now = talk.master.wake()
        (asked,) = Decoder().feed(talk.master.send(talk.now))
    late = Frame(asked.address, asked.sequence - 1, Lit(0, 0))
    talk.master.receive(encode(late), talk.now + 0.01)
    assert talk.master.send(talk.now + 0.01) == b""
    answer = Frame(asked.address, asked.sequence, KEYPAD)
    talk.master.receive(encode(answer), talk.now + 0.02)
    assert talk.master.send(talk.now + 0.02) != b""


def test_a_keypad_where_a_sign_should_be_is_named() -> None:
    talk = Talk()
    talk.twins[11] = wrong = SimulatedKeypad(11)
    talk.run(1)
    assert ("sign-11", "wrong-kind") in talk.changes()
    wrong.press(NEXT, talk.now)
    talk.run(1)
    assert talk.presses() == []


def test_health_counts_frames_faults_and_retries_of_each_device() -> None:
    talk = Talk()
    talk.run(5)
    del talk.twins[11]
    talk.run(2)
    line, keypad, _, sign = talk.master.health()
    assert (line.name, line.state, keypad.name, sign.name) == ("line", "ready", "keypad-1", "sign-11")
    assert (keypad.state, keypad.errors, keypad.retries) == ("ready", 0, 0)
    assert keypad.frames >= 3
    assert keypad.round_trip_ms == 15.0
    assert (sign.state, sign.retries) == ("silent", 8)

    talk.master.receive(b"\x01\x02\x03\x00", talk.now)
    assert sum(each.errors for each in talk.master.health()) == 1


def test_everybody_is_a_stranger_after_the_line_was_gone() -> None:
    talk = Talk()
    talk.master.show("sign-11", A012)
    talk.run(1)
    talk.master.detach("it is not plugged in")
    assert [each.state for each in talk.master.health()] == ["absent", "silent", "silent", "silent"]
    talk.twins[11] = restarted = SimulatedSign(11)
    talk.master.attach()
    talk.run(0.3)
    assert [each.state for each in talk.master.health()] == ["ready"] * 4
    assert restarted.text == "A012"


def test_two_devices_with_one_address_are_named_and_none_of_their_keys_acts() -> None:
    talk = Talk()
    talk.run(1)
    talk.double = SimulatedKeypad(1)
    talk.run(15)
    assert talk.state("keypad-1") == "two-devices"
    assert talk.state("keypad-2") == talk.state("sign-11") == "ready"
    talk.keypad.press(NEXT, talk.now)
    talk.run(1)
    assert talk.presses() == []

    talk.double = None
    talk.run(5)
    assert talk.state("keypad-1") == "ready"


def test_two_devices_with_one_address_are_named_though_they_were_there_first() -> None:
    talk = Talk()
    talk.double = SimulatedSign(11)
    talk.run(10)
    assert talk.state("sign-11") == "two-devices"


def test_answers_that_can_never_be_read_are_garbled_and_not_two_devices() -> None:
    class Faulty:
        def hear(self, data: bytes, now: float) -> Sequence[Said]:
            said = sign.hear(data, now)
            return [Said(each.after_s, each.data[:5] + each.data[6:]) for each in said]

    talk = Talk()
    sign = SimulatedSign(11)
    talk.twins[11] = Faulty()
    talk.run(15)
    assert talk.state("sign-11") == "garbled"
    talk.twins[11] = sign
    talk.run(3)
    assert talk.state("sign-11") == "ready"


def test_a_device_that_took_the_place_of_another_is_no_second_one() -> None:
    talk = Talk()
    talk.run(1)
    talk.twins[1] = SimulatedKeypad(1)
    talk.run(15)
    assert talk.state("keypad-1") == "ready"


def test_the_speed_at_which_devices_answer_is_named() -> None:
    talk = Talk()
    talk.baud = 38400
    talk.run(20)
    assert talk.state("line") == "wrong-speed"
    assert "38400" in talk.master.health()[0].about
    assert talk.state("sign-11") == "silent"
    talk.baud = 19200
    talk.run(3)
    assert [each.state for each in talk.master.health()] == ["ready"] * 4


def test_swapped_wires_are_named_by_the_idle_line_turned_round() -> None:
    talk = Talk()
    twins, talk.twins, talk.idle = talk.twins, {}, b"\0"
    talk.run(1)
    assert talk.state("line") == "swapped-wires"
    talk.twins, talk.idle = twins, b""
    talk.run(2)
    assert [each.state for each in talk.master.health()] == ["ready"] * 4


def test_a_line_with_nobody_on_it_is_silent_and_nothing_else() -> None:
    talk = Talk()
    talk.twins = {}
    talk.run(20)
    assert [each.state for each in talk.master.health()] == ["ready", "silent", "silent", "silent"]


def test_a_rating_pad_has_scores_for_keys_and_a_lamp_is_lit() -> None:
    talk = Talk()
    line = Line(port="", raters=(OnLine(21, "1"),), lamps=(OnLine(31, "1"),))
    talk.master = Master(line, talk.told.append)
    rater, lamp = SimulatedKeypad(21, Kind.RATER, 5), SimulatedLamp(31)
    talk.twins = {21: rater, 31: lamp}
    talk.master.attach()
    talk.master.show("lamp-31", Light(1, 1))
    talk.run(1)
    assert lamp.lights == Light(1, 1)
    rater.press(4, talk.now)
    talk.run(0.1)
    assert [(press.keypad, press.act) for press in talk.presses()] == [("rater-21", "rate-4")]


def test_a_lamp_goes_out_when_no_master_stands_for_it() -> None:
    lamp = SimulatedLamp(31)
    lamp.hear(encode(Frame(31, 1, Light(1, 0))), 100.0)
    lamp.tick(104.9)
    assert lamp.lights == Light(1, 0)
    lamp.tick(105.0)
    assert lamp.lights == Light(0, 0)


def test_keys_without_an_act_are_told_as_such_and_a_keypad_with_fewer_keys_is_the_wrong_one() -> None:
    talk = Talk()
    talk.run(1)
    talk.other = SimulatedKeypad(2, keys=16)
    talk.twins = {1: SimulatedKeypad(1, keys=3), 2: talk.other}
    talk.run(12)
    assert talk.state("keypad-1") == "wrong-kind"
    talk.other.press(16, talk.now)
    talk.run(0.1)
    assert [press.act for press in talk.presses()] == [""]

"""The rules of the line's master, in made-up time: who is asked what and when, and what comes of it."""

from itertools import pairwise
from typing import Protocol

from config.settings import Keypad, Line, OnLine
from firmware_bridge.driver import KeyPressed, LinkChanged
from firmware_bridge.frames import (
    EVERYONE,
    Ack,
    Decoder,
    Frame,
    Hello,
    Identity,
    Idle,
    Key,
    Kind,
    Mark,
    Message,
    Outcome,
    Poll,
    Show,
    Shown,
    encode,
)
from firmware_bridge.master import Master
from firmware_bridge.simulated import collide
from firmware_bridge.twins import SimulatedKeypad, SimulatedSign

ANSWER_S = 0.015  # until the end of an answer, about as at 19200 baud
A012 = Show(Mark.CALLING, "A012")


class Twin(Protocol):
    def hear(self, request: Message, *, alone: bool, now: float) -> Message | None: ...


class Talk:
    """A master, the twins that answer it, and all that was said and told."""

    def __init__(self) -> None:
        keypads = (Keypad(1, "1"), Keypad(2, "2"))
        self.told: list[KeyPressed | LinkChanged] = []
        self.master = Master(Line(port="", keypads=keypads, signs=(OnLine(11, "1"),)), self.told.append)
        self.keypad, self.other, self.sign = SimulatedKeypad(), SimulatedKeypad(), SimulatedSign()
        self.twins: dict[int, Twin] = {1: self.keypad, 2: self.other, 11: self.sign}
        self.deaf = False  # the master: what is answered is lost on its way
        self.asked: list[tuple[float, int, Message]] = []
        self.now = 1000.0
        self.master.attach()

    def run(self, seconds: float) -> list[Message]:
        """Let them talk, and return what the master said to one device alone."""
        self.asked = []
        end = self.now + seconds
        while self.now < end:
            data = self.master.send(self.now)
            answers = b""
            for frame in Decoder().feed(data):
                self.asked.append((self.now, frame.address, frame.message))
                for address, twin in self.twins.items():
                    if frame.address in (address, EVERYONE):
                        alone = frame.address == address
                        answer = twin.hear(frame.message, alone=alone, now=self.now)
                        if answer is not None:
                            answers = collide(answers, encode(Frame(address, frame.sequence, answer)))
            self.now = min(self.now + ANSWER_S, end) if answers else min(self.master.wake(), end)
            if not self.deaf:
                self.master.receive(data + answers, self.now)  # it may hear itself
        return [message for _, address, message in self.asked if address != EVERYONE]

    def presses(self) -> list[KeyPressed]:
        return [news for news in self.told if isinstance(news, KeyPressed)]

    def changes(self) -> list[tuple[str, str]]:
        return [(news.name, news.state) for news in self.told if isinstance(news, LinkChanged)]


def test_strangers_are_greeted() -> None:
    talk = Talk()
    assert talk.run(0.2)[:3] == [Hello()] * 3
    ready = {("line", "ready"), ("keypad-1", "ready"), ("keypad-2", "ready"), ("sign-11", "ready")}
    assert set(talk.changes()) == ready


def test_while_nobody_presses_everyone_is_asked_at_once_every_20_ms_and_each_device_every_second() -> None:
    talk = Talk()
    talk.run(5)
    assert talk.run(10) == [Poll()] * 30
    rounds = [at for at, address, _ in talk.asked if address == EVERYONE]
    assert max(after - before for before, after in pairwise(rounds)) < 0.020 + 3 * ANSWER_S + 0.001
    assert len(rounds) > 400


def test_a_press_is_told_once_and_repeated_until_it_is_answered() -> None:
    talk = Talk()
    talk.run(1)
    pressed = talk.now
    talk.keypad.press(Key.RECALL, pressed)
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
    talk.keypad.press(Key.NEXT, talk.now)
    talk.run(0.1)
    (press,) = talk.presses()
    talk.twins[1] = SimulatedSign()  # nobody there who would understand it
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
    talk.keypad.press(Key.NEXT, talk.now)
    talk.run(0.1)
    (old,) = talk.presses()
    talk.twins[1] = restarted = SimulatedKeypad()
    restarted.press(Key.NEXT, talk.now)
    talk.master.answer(old, Outcome.ACCEPTED)
    talk.run(0.1)
    assert restarted.lamp == "waiting"
    assert [press.number for press in talk.presses()] == [1, 1]
    talk.master.answer(old, Outcome.ACCEPTED)
    assert not any(isinstance(message, Ack) for message in talk.run(0.1))


def test_a_press_that_nobody_answers_is_given_up_by_its_keypad() -> None:
    talk = Talk()
    talk.run(1)
    talk.keypad.press(Key.NEXT, talk.now)
    talk.run(4.9)
    assert talk.keypad.lamp == "waiting"
    talk.run(0.2)
    assert talk.keypad.lamp == "refused"


def test_two_presses_at_once_are_both_heard_soon() -> None:
    talk = Talk()
    talk.run(1)
    talk.keypad.press(Key.NEXT, talk.now)
    talk.other.press(Key.NEXT, talk.now)
    talk.run(0.1)
    assert {press.keypad for press in talk.presses()} == {"keypad-1", "keypad-2"}


def test_a_sign_is_told_until_it_shows_it() -> None:
    talk = Talk()
    talk.run(1)
    talk.deaf = True
    talk.master.show("sign-11", A012)
    assert talk.run(0.2).count(A012) > 1
    talk.deaf = False
    talk.run(0.1)
    assert talk.sign.looks == "A012"
    assert A012 not in talk.run(3)


def test_a_sign_that_lost_its_text_gets_it_again() -> None:
    talk = Talk()
    talk.master.show("sign-11", A012)
    talk.run(1)
    talk.twins[11] = restarted = SimulatedSign()  # so soon that nobody noticed
    talk.run(1.2)
    assert restarted.looks == "A012"


def test_a_sign_that_does_not_obey_does_not_hog_the_line() -> None:
    class Stubborn:
        def hear(self, request: Message, *, alone: bool, now: float) -> Message | None:
            if isinstance(request, Hello):
                return Identity(Kind.SIGN, 1, 0)
            return Shown(0, "8888") if alone else None

    talk = Talk()
    talk.twins[11] = Stubborn()
    talk.master.show("sign-11", A012)
    talk.run(1)
    assert talk.run(10).count(A012) == 10


def test_who_does_not_answer_is_silent_and_asked_less_often_until_it_is_back() -> None:
    talk = Talk()
    talk.master.show("sign-11", A012)
    talk.run(1)
    del talk.twins[11]
    talk.run(3)
    assert talk.changes()[-1] == ("sign-11", "silent")
    assert talk.run(10).count(Hello()) in (9, 10)

    talk.twins[11] = SimulatedSign()
    talk.run(1.2)
    assert talk.changes()[-1] == ("sign-11", "ready")
    assert A012 in [message for _, _, message in talk.asked]


def test_a_late_answer_does_not_end_the_wait_for_the_one_to_come() -> None:
    talk = Talk()
    talk.run(0.02)
    (asked,) = Decoder().feed(talk.master.send(talk.now))
    late = Frame(asked.address, asked.sequence - 1, Idle())
    talk.master.receive(encode(late), talk.now + 0.01)
    assert talk.master.send(talk.now + 0.01) == b""
    answer = Frame(asked.address, asked.sequence, Identity(Kind.KEYPAD, 1, 0))
    talk.master.receive(encode(answer), talk.now + 0.02)
    assert talk.master.send(talk.now + 0.02) != b""


def test_a_keypad_where_a_sign_should_be_is_named() -> None:
    talk = Talk()
    talk.twins[11] = wrong = SimulatedKeypad()
    talk.run(1)
    assert ("sign-11", "wrong-kind") in talk.changes()
    wrong.press(Key.NEXT, talk.now)
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
    assert keypad.frames >= 5
    assert keypad.round_trip_ms == 15.0
    assert (sign.state, sign.retries) == ("silent", 8)

    talk.master.receive(b"\x01\x02\x03\x00", talk.now)
    assert sum(each.errors for each in talk.master.health()) == 1


def test_everybody_is_a_stranger_after_the_line_was_gone() -> None:
    talk = Talk()
    talk.master.show("sign-11", A012)
    talk.run(1)
    talk.master.detach()
    assert [each.state for each in talk.master.health()] == ["absent", "silent", "silent", "silent"]
    talk.twins[11] = restarted = SimulatedSign()
    talk.master.attach()
    talk.run(0.3)
    assert [each.state for each in talk.master.health()] == ["ready"] * 4
    assert restarted.looks == "A012"

"""What a device of the line does with what it hears: the simulated ones and the reference firmware alike."""

from collections.abc import Callable, Iterator

import pytest

from firmware_bridge.codec import Decoder, encode
from firmware_bridge.frames import (
    EVERYONE,
    REST_S,
    SLOTS,
    TURN_S,
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
    Press,
    Show,
    Shown,
    slot_time,
)
from firmware_bridge.twins import Said, Twin
from tests.devices import Maker

ADDRESS, OTHER, BAUD = 3, 4, 19200


class Bench:
    """A device and its master's words, in made-up time."""

    def __init__(self, twin: Twin) -> None:
        self.twin = twin
        self.now = 500.0
        self.sequence = 0
        self.twin.tick(self.now)

    def pass_(self, seconds: float) -> None:
        self.now += seconds
        self.twin.tick(self.now)

    def said(self, request: Message, to: int = ADDRESS) -> list[Said]:
        self.now += 0.01
        self.sequence += 1
        return [*self.twin.hear(encode(Frame(to, self.sequence, request)), self.now)]

    def ask(self, request: Message, to: int = ADDRESS) -> Message | None:
        """The answer to a request, which must be this device's and to this very request."""
        answers = [frame for each in self.said(request, to) for frame in Decoder().feed(each.data)]
        assert [(each.address, each.sequence) for each in answers] in ([], [(ADDRESS, self.sequence)])
        return answers[0].message if answers else None

    def press(self, key: int) -> None:
        self.twin.press(key, self.now)

    def pressed(self, to: int = ADDRESS) -> Press:
        press = self.ask(Poll(), to)
        assert isinstance(press, Press)
        return press


@pytest.fixture
def bench(maker: Maker) -> Iterator[Callable[[Kind], Bench]]:
    """Switches a device on."""
    made: list[Twin] = []

    def begin(kind: Kind) -> Bench:
        made.append(maker(ADDRESS, kind, BAUD))
        return Bench(made[-1])

    yield begin
    for each in made:
        each.close()


@pytest.mark.parametrize("kind", Kind)
def test_it_says_who_it_is(bench: Callable[[Kind], Bench], kind: Kind) -> None:
    one, other = bench(kind), bench(kind)
    identity = one.ask(Hello())
    assert isinstance(identity, Identity)
    assert identity.kind is kind
    assert (identity.keys > 0, identity.cells > 0) == (kind in (Kind.KEYPAD, Kind.RATER), kind is Kind.SIGN)
    assert identity == one.ask(Hello())
    assert identity != other.ask(Hello())


@pytest.mark.parametrize("kind", Kind)
def test_it_begins_its_answer_in_time(bench: Callable[[Kind], Bench], kind: Kind) -> None:
    (said,) = bench(kind).said(Poll())
    assert REST_S <= said.after_s <= TURN_S


def test_slots_are_drawn_by_lot(bench: Callable[[Kind], Bench]) -> None:
    device = bench(Kind.SIGN)
    begins = [device.said(Hello(SLOTS))[0].after_s for _ in range(60)]
    slots = {round((begin - REST_S) / slot_time(BAUD)) for begin in begins}
    assert slots == set(range(SLOTS))
    assert max(begins) <= TURN_S + (SLOTS - 1) * (slot_time(BAUD) + 0.001)


@pytest.mark.parametrize("kind", Kind)
def test_it_is_quiet_to_everyone_and_to_what_is_not_for_it(
    bench: Callable[[Kind], Bench], kind: Kind
) -> None:
    device = bench(kind)
    for request in (Hello(), Poll(), Ack(1, 1, Outcome.ACCEPTED), Show(0, "A012"), Light(1, 0)):
        assert device.ask(request, EVERYONE) is None
        assert device.ask(request, OTHER) is None
    assert device.ask(Light(1, 0) if kind is Kind.SIGN else Show(0, "A012")) is None
    if kind in (Kind.SIGN, Kind.LAMP):
        assert device.ask(Ack(1, 1, Outcome.ACCEPTED)) is None


@pytest.mark.parametrize("kind", [Kind.KEYPAD, Kind.RATER])
def test_a_press_is_told_until_it_is_answered(bench: Callable[[Kind], Bench], kind: Kind) -> None:
    device = bench(kind)
    assert device.ask(Poll()) == Lit(0, 0)
    device.press(3)
    assert device.twin.lamp == "waiting"
    first = device.pressed(EVERYONE)
    assert (first.number, first.key) == (1, 3)
    device.pass_(1)
    again = device.pressed()
    assert (again.boot, again.number, again.key) == (first.boot, 1, 3)
    assert 950 <= again.age_ms - first.age_ms <= 1050
    assert isinstance(device.ask(Ack(first.boot ^ 1, 1, Outcome.ACCEPTED)), Press)
    assert isinstance(device.ask(Ack(first.boot, 2, Outcome.ACCEPTED)), Press)

    assert device.ask(Ack(first.boot, 1, Outcome.ACCEPTED)) == Lit(0, 0)
    assert device.twin.lamp == "accepted"
    assert device.ask(Poll(), EVERYONE) is None


def test_while_a_press_waits_other_keys_do_nothing(bench: Callable[[Kind], Bench]) -> None:
    device = bench(Kind.KEYPAD)
    device.press(1)
    device.pass_(0.5)
    device.press(2)
    press = device.pressed()
    assert (press.number, press.key) == (1, 1)
    device.ask(Ack(press.boot, 1, Outcome.REFUSED))
    assert device.twin.lamp == "refused"
    device.press(16)
    press = device.pressed()
    assert (press.number, press.key) == (2, 16)


def test_a_press_that_is_not_answered_is_given_up(bench: Callable[[Kind], Bench]) -> None:
    device = bench(Kind.KEYPAD)
    device.press(1)
    boot = device.pressed().boot
    device.pass_(4.9)
    assert device.twin.lamp == "waiting"
    device.pass_(0.2)
    assert device.twin.lamp == "refused"
    assert device.ask(Ack(boot, 1, Outcome.ACCEPTED)) == Lit(0, 0)
    assert device.twin.lamp == "refused"


def test_no_two_starts_share_a_boot_number(bench: Callable[[Kind], Bench]) -> None:
    boots = set()
    for _ in range(3):
        device = bench(Kind.KEYPAD)
        device.press(1)
        boots.add(device.pressed().boot)
    assert len(boots) == 3


def test_a_sign_shows_what_it_is_told_until_nobody_stands_for_it(bench: Callable[[Kind], Bench]) -> None:
    device = bench(Kind.SIGN)
    assert device.ask(Poll()) == Shown(0, "")
    assert device.ask(Show(Mark.CALLING, "A012")) == Shown(Mark.CALLING, "A012")
    assert (device.twin.text, device.twin.marks) == ("A012", Mark.CALLING)
    for _ in range(3):
        device.pass_(4)
        device.ask(Poll(), EVERYONE)
    assert device.twin.marks == Mark.CALLING
    device.pass_(5)
    assert device.twin.marks == Mark.CALLING | Mark.OLD
    assert device.ask(Poll()) == Shown(Mark.CALLING | Mark.OLD, "A012")
    assert device.ask(Show(0, "B1")) == Shown(0, "B1")


@pytest.mark.parametrize("kind", [Kind.KEYPAD, Kind.RATER, Kind.LAMP])
def test_lamps_are_lit_until_nobody_stands_for_them(bench: Callable[[Kind], Bench], kind: Kind) -> None:
    device = bench(kind)
    assert device.ask(Light(3, 1)) == Lit(3, 1)
    assert device.ask(Poll()) == Lit(3, 1)
    device.pass_(5.1)
    assert device.twin.lights == Light(0, 0)
    assert device.ask(Poll()) == Lit(0, 0)


def test_what_is_damaged_leaves_no_trace(bench: Callable[[Kind], Bench]) -> None:
    device = bench(Kind.SIGN)
    good = encode(Frame(ADDRESS, 1, Show(0, "A012")))
    for at in range(1, len(good) - 1):
        assert device.twin.hear(good[:at] + bytes((good[at] ^ 0x10,)) + good[at + 1 :], device.now) == []
    assert device.twin.text == ""
    assert len(device.twin.hear(b"\x55\xaa" + good, device.now)) == 1  # noise before it
    assert device.twin.text == "A012"

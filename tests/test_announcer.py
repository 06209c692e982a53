"""Which call is shown and when: none lost, none twice, each long enough."""

from dataclasses import dataclass, field
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from bus.messages import YOUNG_CALL_S, Board, BoardCall, Call, Rev
from display.announcer import SHORT_S, SHOW_S, Announcement, Announcer

TURN_S = 1 / 30


@dataclass
class Scene:
    """A hub that calls, and a board's own time."""

    announcer: Announcer = field(default_factory=Announcer)
    now: float = 100.0
    calls: list[tuple[BoardCall, float]] = field(default_factory=list)  # oldest first, with the hour of each
    began: list[tuple[Announcement, float]] = field(default_factory=list)

    def call(self, ticket: str, nth: int = 1, counter: str = "1", *others: str) -> Call:
        """The hub calls, in Vietnamese and in `others`: what it will say of it."""
        label, languages = ticket[-4:], ("vi", *others)
        seq = len(self.calls) + 1
        self.calls = [each for each in self.calls if each[0].ticket != ticket]
        listed = BoardCall(ticket, nth, seq, label, counter, counter, True, 0, languages)
        self.calls.append((listed, self.now))
        return Call(ticket, nth, seq, label, counter, counter, {"vi": f"Quầy {counter}"}, languages)

    def come(self, ticket: str) -> None:
        """The person is at the counter: nobody is called there any more."""
        for place, (each, at) in enumerate(self.calls):
            if each.ticket == ticket:
                self.calls[place] = (replace(each, calling=False), at)

    def board(self) -> Board:
        """`state/board` as the hub would publish it now."""
        return Board(
            Rev("e", len(self.calls)),
            calls=tuple(replace(each, age_s=int(self.now - at)) for each, at in reversed(self.calls)),
        )

    def wait(self, seconds: float) -> None:
        """Time passes, and the board's loop turns."""
        until = self.now + seconds
        while True:
            if begun := self.announcer.step(self.now):
                self.began.append((begun, self.now))
            if self.now >= until:
                return
            self.now = min(until, self.now + TURN_S)

    @property
    def shown(self) -> str | None:
        current = self.announcer.current(self.now)
        return current.label if current else None

    @property
    def listed(self) -> list[str]:
        return [each.label for each in self.announcer.recent(self.now)]


def ticket(number: int) -> str:
    return f"2026-11-23-A{number:03}"


WAYS = ("call", "board", "call, board", "board, call", "call, call, board, board")


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(1, 6), st.sampled_from(WAYS), st.sampled_from([0.0, 0.01, 0.5, 3.9, 4.0, 9.0])),
        max_size=9,
    )
)
def test_failure_02_every_call_is_announced_once_in_turn_and_long_enough(
    calls: list[tuple[int, str, float]],
) -> None:
    scene, made, nth = Scene(), [], dict.fromkeys(range(10), 0)
    for number, way, pause in calls:
        nth[number] += 1
        call = scene.call(ticket(number), nth[number])
        made.append((call.ticket, call.nth))
        for said in way.split(", "):
            if said == "call":
                scene.announcer.hear(call, scene.now)
            else:
                scene.announcer.read(scene.board(), scene.now)
        scene.wait(pause)
    scene.wait(SHOW_S * (len(calls) + 1))
    assert [(each.ticket, each.nth) for each, _ in scene.began] == made
    starts = [at for _, at in scene.began]
    assert all(later >= earlier + SHORT_S for earlier, later in pairwise(starts))


def test_call_is_shown_at_once() -> None:
    scene = Scene()
    scene.announcer.hear(scene.call(ticket(1), counter="3"), scene.now)
    scene.wait(0)
    assert scene.announcer.current(scene.now) == Announcement(ticket(1), 1, "A001", "3", "3")


def test_calls_that_come_together_are_each_alone_on_the_board_the_last_of_them_longer() -> None:
    scene, seen = Scene(), []
    for number in (1, 2, 3):
        scene.announcer.hear(scene.call(ticket(number)), scene.now)
    scene.announcer.read(scene.board(), scene.now)
    for time_s in (SHORT_S, SHORT_S, SHOW_S):
        scene.wait(0.1)
        seen.append(scene.shown)
        scene.wait(time_s - 0.2)
        assert scene.shown == seen[-1]
        scene.wait(0.1)
    assert seen == ["A001", "A002", "A003"]


def test_call_waits_for_the_words_of_the_one_before_it() -> None:
    scene = Scene()
    scene.announcer.hear(scene.call(ticket(1)), scene.now)
    scene.wait(0)
    scene.announcer.hold(scene.now + 7)
    scene.announcer.hear(scene.call(ticket(2)), scene.now)
    scene.wait(6.9)
    assert scene.shown == "A001"
    scene.wait(0.2)
    assert scene.shown == "A002"


def test_failure_02_twelve_calls_in_ten_seconds_are_all_shown_and_the_waiting_ones_are_listed() -> None:
    scene, seen = Scene(), set()
    for number in range(1, 13):
        scene.announcer.hear(scene.call(ticket(number)), scene.now)
        scene.announcer.read(scene.board(), scene.now)
        seen |= {scene.shown, *scene.listed[:5]}
        assert f"A{number:03}" in seen, "a call is to be seen at once"
        scene.wait(10 / 12)
    scene.wait(30)
    assert [each.label for each, _ in scene.began] == [f"A{number:03}" for number in range(1, 13)]


def test_calls_that_nothing_could_keep_up_with_end_by_their_age_and_the_log_says_so(
    caplog: pytest.LogCaptureFixture,
) -> None:
    scene = Scene()
    for number in range(1, 41):
        scene.announcer.hear(scene.call(ticket(number)), scene.now)
    scene.wait(200)
    announced = [each.label for each, _ in scene.began]
    assert announced == [f"A{number:03}" for number in range(1, len(announced) + 1)]
    assert len(announced) == YOUNG_CALL_S / SHORT_S
    assert caplog.text.count("only listed") == 40 - len(announced)


def test_last_call_stays_while_nobody_has_come_and_goes_when_the_person_has() -> None:
    scene = Scene()
    scene.announcer.hear(scene.call(ticket(1)), scene.now)
    scene.announcer.read(scene.board(), scene.now)
    scene.wait(600)
    assert scene.shown == "A001"
    scene.come(ticket(1))
    scene.announcer.read(scene.board(), scene.now)
    assert scene.shown is None
    assert scene.listed == ["A001"]


def test_call_keeps_its_time_though_the_person_comes_at_once() -> None:
    scene = Scene()
    scene.announcer.hear(scene.call(ticket(1)), scene.now)
    scene.wait(1)
    scene.come(ticket(1))
    scene.announcer.read(scene.board(), scene.now)
    scene.wait(SHOW_S - 1.1)
    assert scene.shown == "A001"
    scene.wait(0.2)
    assert scene.shown is None


def test_when_the_newest_has_come_the_one_still_called_is_shown_again_but_not_announced() -> None:
    scene = Scene()
    for number in (1, 2):
        scene.announcer.hear(scene.call(ticket(number)), scene.now)
    scene.announcer.read(scene.board(), scene.now)
    scene.wait(2 * SHOW_S)
    scene.come(ticket(2))
    scene.announcer.read(scene.board(), scene.now)
    scene.wait(1)
    assert (scene.shown, len(scene.began)) == ("A001", 2)


def test_recall_is_announced_again() -> None:
    scene = Scene()
    scene.announcer.hear(scene.call(ticket(1)), scene.now)
    scene.wait(10)
    scene.announcer.hear(scene.call(ticket(1), nth=2), scene.now)
    scene.wait(1)
    assert [each.nth for each, _ in scene.began] == [1, 2]


def test_failure_02_after_a_reconnect_young_calls_are_announced_oldest_first() -> None:
    scene = Scene()
    scene.call(ticket(1))
    scene.wait(YOUNG_CALL_S - 20)
    scene.call(ticket(2))
    scene.wait(10)
    scene.call(ticket(3))
    scene.call(ticket(4))
    scene.come(ticket(3))
    scene.wait(10)  # the first is 60 s old now
    scene.announcer.read(scene.board(), scene.now)
    scene.wait(20)
    assert [each.label for each, _ in scene.began] == ["A002", "A004"]


def test_call_that_was_never_heard_is_said_in_its_citizens_language_too() -> None:
    scene = Scene()
    scene.call(ticket(1), 1, "1", "en")
    scene.announcer.read(scene.board(), scene.now)
    scene.wait(0)
    assert [each.languages for each, _ in scene.began] == [("vi", "en")]
    scene.wait(SHOW_S)
    current = scene.announcer.current(scene.now)
    assert current is not None
    assert current.languages == ("vi", "en")


def test_old_call_that_waits_is_shown_after_a_restart_without_a_chime() -> None:
    scene = Scene()
    scene.call(ticket(1))
    scene.wait(300)
    scene.announcer.read(scene.board(), scene.now)
    scene.wait(1)
    assert (scene.shown, scene.began) == ("A001", [])


def test_list_has_the_other_calls_newest_first() -> None:
    scene = Scene()
    for number in (1, 2, 3):
        scene.announcer.hear(scene.call(ticket(number)), scene.now)
        scene.announcer.read(scene.board(), scene.now)
        scene.wait(SHOW_S)
    assert (scene.shown, scene.listed) == ("A003", ["A002", "A001"])

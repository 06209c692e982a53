"""Which call is shown and when: none lost, none twice, each long enough."""

from dataclasses import dataclass, field
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from bus.messages import YOUNG_CALL_S, Board, BoardCall, Call, Rev
from display.announcer import SHOW_S, Announcement, Announcer

TURN_S = 1 / 30


@dataclass
class Scene:
    """A hub that calls, and a board's own time."""

    announcer: Announcer = field(default_factory=Announcer)
    now: float = 100.0
    calls: list[tuple[BoardCall, float]] = field(default_factory=list)  # oldest first, with the hour of each
    began: list[tuple[Announcement, float]] = field(default_factory=list)

    def call(self, ticket: str, nth: int = 1, counter: str = "1") -> Call:
        """The hub calls: what it will say of it."""
        label = ticket[-4:]
        seq = len(self.calls) + 1
        self.calls = [each for each in self.calls if each[0].ticket != ticket]
        self.calls.append((BoardCall(ticket, nth, seq, label, counter, counter, True, 0), self.now))
        return Call(ticket, nth, seq, label, counter, counter, {"vi": f"Quầy {counter}"}, ("vi",))

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
                scene.announcer.hear(call)
            else:
                scene.announcer.read(scene.board())
        scene.wait(pause)
    scene.wait(SHOW_S * (len(calls) + 1))
    assert [(each.ticket, each.nth) for each, _ in scene.began] == made
    starts = [at for _, at in scene.began]
    assert all(later >= earlier + SHOW_S for earlier, later in pairwise(starts))


def test_call_is_shown_at_once() -> None:
    scene = Scene()
    scene.announcer.hear(scene.call(ticket(1), counter="3"))
    scene.wait(0)
    assert scene.announcer.current(scene.now) == Announcement(ticket(1), 1, "A001", "3", "3")


def test_calls_that_come_together_are_each_alone_on_the_board_for_four_seconds() -> None:
    scene, seen = Scene(), []
    for number in (1, 2, 3):
        scene.announcer.hear(scene.call(ticket(number)))
    scene.announcer.read(scene.board())
    for _ in range(3):
        scene.wait(0.1)
        seen.append(scene.shown)
        scene.wait(SHOW_S - 0.2)
        assert scene.shown == seen[-1]
        scene.wait(0.1)
    assert seen == ["A001", "A002", "A003"]


def test_last_call_stays_while_nobody_has_come_and_goes_when_the_person_has() -> None:
    scene = Scene()
    scene.announcer.hear(scene.call(ticket(1)))
    scene.announcer.read(scene.board())
    scene.wait(600)
    assert scene.shown == "A001"
    scene.come(ticket(1))
    scene.announcer.read(scene.board())
    assert scene.shown is None
    assert scene.listed == ["A001"]


def test_call_keeps_its_time_though_the_person_comes_at_once() -> None:
    scene = Scene()
    scene.announcer.hear(scene.call(ticket(1)))
    scene.wait(1)
    scene.come(ticket(1))
    scene.announcer.read(scene.board())
    scene.wait(SHOW_S - 1.1)
    assert scene.shown == "A001"
    scene.wait(0.2)
    assert scene.shown is None


def test_when_the_newest_has_come_the_one_still_called_is_shown_again_but_not_announced() -> None:
    scene = Scene()
    for number in (1, 2):
        scene.announcer.hear(scene.call(ticket(number)))
    scene.announcer.read(scene.board())
    scene.wait(2 * SHOW_S)
    scene.come(ticket(2))
    scene.announcer.read(scene.board())
    scene.wait(1)
    assert (scene.shown, len(scene.began)) == ("A001", 2)


def test_recall_is_announced_again() -> None:
    scene = Scene()
    scene.announcer.hear(scene.call(ticket(1)))
    scene.wait(10)
    scene.announcer.hear(scene.call(ticket(1), nth=2))
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
    scene.announcer.read(scene.board())
    scene.wait(20)
    assert [each.label for each, _ in scene.began] == ["A002", "A004"]


def test_old_call_that_waits_is_shown_after_a_restart_without_a_chime() -> None:
    scene = Scene()
    scene.call(ticket(1))
    scene.wait(300)
    scene.announcer.read(scene.board())
    scene.wait(1)
    assert (scene.shown, scene.began) == ("A001", [])


def test_list_has_the_other_calls_newest_first() -> None:
    scene = Scene()
    for number in (1, 2, 3):
        scene.announcer.hear(scene.call(ticket(number)))
        scene.announcer.read(scene.board())
        scene.wait(SHOW_S)
    assert (scene.shown, scene.listed) == ("A003", ["A002", "A001"])

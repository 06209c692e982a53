"""Which call a hall board shows, and when: each one once, in turn, long enough, and none lost.

A call comes twice, as a `call` message and in `state/board`, and after an outage perhaps only in the latter:
it is announced from whichever comes first, once per (ticket, nth).
"""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass

from bus.messages import YOUNG_CALL_S, Board, BoardCall, Call

SHOW_S = 4.0  # how long each call has the screen for itself, however many come at once
_REMEMBERED = 2000  # more calls than a day has


@dataclass(frozen=True)
class Announcement:
    """A call as the hall is told it."""

    ticket: str
    nth: int
    label: str
    counter: str
    number: str  # of the counter, as it is drawn


def _announcement(call: Call | BoardCall) -> Announcement:
    return Announcement(call.ticket, call.nth, call.label, call.counter, call.number)


class Announcer:
    """Fed with what the hub says, it tells what to show; `step` says when a call's turn begins."""

    def __init__(self) -> None:
        self._calls: tuple[BoardCall, ...] = ()  # as the hub lists them: the newest first
        self._heard: dict[tuple[str, int], None] = {}
        self._waiting: deque[Announcement] = deque()
        self._announced: Announcement | None = None
        self._until = 0.0  # when its time is over

    def hear(self, call: Call) -> None:
        """Take a `call` message."""
        self._take([call])

    def read(self, board: Board, *, live: bool = True) -> None:
        """Take `state/board`: it may have calls that were never heard.

        One that is not the living hub's word is only listed: its ages are those of another hour.
        """
        self._calls = board.calls
        if live:
            self._take(each for each in reversed(board.calls) if each.calling and each.age_s < YOUNG_CALL_S)

    def _take(self, calls: Iterable[Call | BoardCall]) -> None:
        for call in calls:
            key = (call.ticket, call.nth)
            if key in self._heard:
                continue
            self._heard[key] = None
            if len(self._heard) > _REMEMBERED:
                del self._heard[next(iter(self._heard))]
            self._waiting.append(_announcement(call))

    def step(self, now: float) -> Announcement | None:
        """The call whose turn begins at `now` (monotonic seconds), if one does."""
        if not self._waiting or now < self._until:
            return None
        self._announced = self._waiting.popleft()
        self._until = now + SHOW_S
        return self._announced

    def current(self, now: float) -> Announcement | None:
        """The call that is being announced; after its time the newest that nobody has followed yet."""
        if now < self._until:
            return self._announced
        return next((_announcement(each) for each in self._calls if each.calling), None)

    def recent(self, now: float) -> list[Announcement]:
        """The last calls but the current one, newest first, each ticket once."""
        current = self.current(now)
        seen = {current.ticket} if current else set()
        calls = []
        for each in self._calls:
            if each.ticket not in seen:
                seen.add(each.ticket)
                calls.append(_announcement(each))
        return calls

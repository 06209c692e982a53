"""Which call a hall board shows, and when: each one once, in turn, long enough, and none lost.

A call comes twice, as a `call` message and in `state/board`, and after an outage perhaps only in the latter:
it is announced from whichever comes first, once per (ticket, nth). The calls that wait are on the list
meanwhile; one that waited until it is old has had its time there.
"""

import logging
from collections import deque
from dataclasses import dataclass
from math import inf

from bus.messages import YOUNG_CALL_S, Board, BoardCall, Call
from config.words import FALLBACK

log = logging.getLogger(__name__)

SHOW_S = 4.0  # how long a call has the screen for itself
SHORT_S = 2.5  # while others wait
_REMEMBERED = 2000  # more calls than a day has


@dataclass(frozen=True)
class Announcement:
    """A call as the hall is told it."""

    ticket: str
    nth: int
    label: str
    counter: str
    number: str  # of the counter, as it is drawn
    languages: tuple[str, ...] = (FALLBACK,)


def _announcement(call: Call | BoardCall) -> Announcement:
    languages = call.languages or (FALLBACK,)
    return Announcement(call.ticket, call.nth, call.label, call.counter, call.number, languages)


class Announcer:
    """Fed with what the hub says, it tells what to show; `step` says when a call's turn begins.

    `now` is in monotonic seconds.
    """

    def __init__(self) -> None:
        self._calls: tuple[BoardCall, ...] = ()  # as the hub lists them: the newest first
        self._heard: dict[tuple[str, int], None] = {}
        self._waiting: deque[tuple[Announcement, float]] = deque()  # with the time of the call
        self._announced: Announcement | None = None
        self._began = -inf
        self._said = 0.0  # when its words are over

    def hear(self, call: Call, now: float) -> None:
        """Take a `call` message."""
        self._take(call, now)

    def read(self, board: Board, now: float, *, live: bool = True) -> None:
        """Take `state/board`: it may have calls that were never heard.

        One that is not the living hub's word is only listed: its ages are those of another hour.
        """
        self._calls = board.calls
        for each in reversed(board.calls) if live else ():
            if each.calling and each.age_s < YOUNG_CALL_S:
                self._take(each, now - each.age_s)

    def _take(self, call: Call | BoardCall, at: float) -> None:
        key = (call.ticket, call.nth)
        if key in self._heard:
            return
        self._heard[key] = None
        if len(self._heard) > _REMEMBERED:
            del self._heard[next(iter(self._heard))]
        self._waiting.append((_announcement(call), at))

    def step(self, now: float) -> Announcement | None:
        """The call whose turn begins at `now`, if one does."""
        while self._waiting and now - self._waiting[0][1] >= YOUNG_CALL_S:
            old, _ = self._waiting.popleft()
            log.warning("too many calls at once: one is only listed label=%s", old.label)
        if not self._waiting or self.busy(now):
            return None
        self._announced, _ = self._waiting.popleft()
        self._began = self._said = now
        return self._announced

    @property
    def waiting(self) -> bool:
        """Whether calls wait for their turn."""
        return bool(self._waiting)

    def hold(self, until: float) -> None:
        """The words of the present call are not over before `until`."""
        self._said = until

    def busy(self, now: float) -> bool:
        """Whether a call is being announced: for a shorter time while others wait, never amid its words."""
        return now < max(self._began + (SHORT_S if self._waiting else SHOW_S), self._said)

    def age(self, now: float) -> float:
        """Seconds since the turn of the last call began."""
        return now - self._began

    def quiet(self, now: float) -> bool:
        """Whether nobody was called for a while."""
        return self.age(now) >= YOUNG_CALL_S

    def current(self, now: float) -> Announcement | None:
        """The call that is being announced; after its time the newest that nobody has followed yet."""
        if self.busy(now):
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

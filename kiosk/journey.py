"""A citizen's way through the kiosk: pages, touches, and what is to be done for them.

Pure: time (monotonic seconds), the ids of requests and what the centre offers are handed in; a new journey
and at most one effect come out. A double touch gives one ticket: while a `take` is under way, and for a
moment after every change, touches are let go.
"""

import math
from dataclasses import dataclass, replace
from typing import Literal
from uuid import UUID

from bus.asks import Take
from bus.messages import Category, Outcome, Ticket
from config.errors import LuotError, Refused, Unreachable
from config.words import FALLBACK
from kiosk.offer import PRIORITY, Offer, Why

QUIET_S = 0.6  # after a change touches are let go: a trembling finger, an impatient one
SLOW_S = 0.4  # a `take` that is answered sooner needs no page of its own
IDLE_S = 30.0  # a language or a priority chosen by somebody who went away
TROUBLE_S = 20.0

Paper = Literal["printing"] | Outcome

# How long the number is shown, by what became of its paper.
SHOWN_S: dict[Paper, float] = {
    "printing": 60.0, "printed": 10.0, "sent": 20.0, "shown": 20.0, "unknown": 40.0, "failed": 40.0,
}  # fmt: skip


@dataclass(frozen=True)
class Home:
    """The services to choose from; `category` is that of the next number."""

    category: Category = "ordinary"


@dataclass(frozen=True)
class Waiting:
    """For the hub's answer; `slow` once it takes long enough to be told."""

    take: Take
    slow: bool = False


@dataclass(frozen=True)
class Given:
    """The number, while the paper prints and after."""

    ticket: Ticket
    paper: Paper = "printing"


@dataclass(frozen=True)
class Trouble:
    """There is no number, why, and what to do now."""

    why: Why
    service: str


Page = Home | Waiting | Given | Trouble


@dataclass(frozen=True)
class Print:
    """An effect: put this ticket on paper."""

    ticket: Ticket


@dataclass(frozen=True)
class Journey:
    """Where the citizen is. Targets are `service:<id>`, `language:<code>`, `priority` and `done`."""

    page: Page = Home()
    language: str = FALLBACK
    since: float = -math.inf  # the last change
    until: float | None = None  # when it goes back to the start by itself

    def left(self, now: float) -> int | None:
        """Whole seconds until it goes back by itself; none while that is nothing to tell a person."""
        if self.until is None or not self._counts_down():
            return None
        return max(0, math.ceil(self.until - now))

    def touch(self, target: str, *, offer: Offer, request: UUID, now: float) -> tuple["Journey", Take | None]:
        """A finger on a target. `request` is the id of the `take` that may come of it."""
        if now - self.since < QUIET_S:
            return self, None
        kind, _, name = target.partition(":")
        match self.page, kind:
            case ((Given() | Trouble()), "done"):
                return Journey(since=now), None
            case Home(category), "service" if offer.service(name):
                return self._choose(name, category, offer, request, now)
            case Home(), "language" if name in offer.languages:
                return replace(self, language=name, since=now, until=now + IDLE_S), None
            case Home(category), "priority" if offer.priority:
                other = Home("ordinary" if category == PRIORITY else PRIORITY)
                return replace(self, page=other, since=now, until=now + IDLE_S), None
        return self, None

    def answer(
        self, request: UUID, outcome: Ticket | LuotError, now: float
    ) -> tuple["Journey", Print | None]:
        """How a `take` ended. The end is on disk when this is called; one that nobody waits for is let go."""
        if not isinstance(self.page, Waiting) or self.page.take.request != request:
            return self, None
        if isinstance(outcome, Ticket):
            return self._show(Given(outcome), SHOWN_S["printing"], now), Print(outcome)
        return self._show(Trouble(_why(outcome), self.page.take.service), TROUBLE_S, now), None

    def paper(self, ticket: str, outcome: Paper, now: float) -> "Journey":
        """What became of the paper of a ticket (its id)."""
        if not isinstance(self.page, Given) or self.page.ticket.id != ticket:
            return self
        return replace(self, page=replace(self.page, paper=outcome), until=now + SHOWN_S[outcome])

    def passed(self, now: float) -> "Journey":
        """Time went by."""
        if self.until is not None and now >= self.until:
            return Journey(since=now)
        if isinstance(self.page, Waiting) and now - self.since >= SLOW_S:
            return replace(self, page=replace(self.page, slow=True))
        return self

    def _choose(
        self, service: str, category: Category, offer: Offer, request: UUID, now: float
    ) -> tuple["Journey", Take | None]:
        if why := offer.obstacle(service):
            return self._show(Trouble(why, service), TROUBLE_S, now), None
        take = Take(request, service, category, self.language)
        return replace(self, page=Waiting(take), since=now, until=None), take

    def _show(self, page: Page, seconds: float, now: float) -> "Journey":
        return replace(self, page=page, since=now, until=now + seconds)

    def _counts_down(self) -> bool:
        match self.page:
            case Given(paper="printing") | Home() | Waiting():
                return False
        return True


def _why(error: LuotError) -> Why:
    if isinstance(error, Unreachable):
        return "no-answer"
    if not isinstance(error, Refused):
        return "disk"
    match error.code:
        case "not-taking" | "unknown-service":
            return "not-taking"
        case "day-closed":
            return "closed"
    return "refused"

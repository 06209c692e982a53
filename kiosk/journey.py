"""A citizen's way through the kiosk: pages, touches, and what is to be done for them.

Pure: time (monotonic seconds), the ids of requests and what the centre offers are handed in; a new journey
and at most one effect come out. A double touch gives one ticket: while a `take` is under way, and for a
moment after every change, touches are let go.
"""

import math
import re
from dataclasses import dataclass, replace
from typing import Literal
from uuid import UUID

from bus.answers import Ticket
from bus.asks import CheckIn, Take
from bus.messages import CODE, Category, Outcome
from config.errors import LuotError, Refused
from config.words import FALLBACK
from kiosk.look import PLAIN, Look
from kiosk.offer import PRIORITY, Offer
from kiosk.why import Why, why
from scanner.code import AppointmentCode, Code, DossierCode, IdentityCard, TrackingCode

ERRANDS = 4  # the most on one number, as the contract has it
LONGEST_CODE = 40  # of an appointment or a dossier, as the contract has it
QUIET_S = 0.6  # after a change touches are let go: a trembling finger, an impatient one
SLOW_S = 0.4  # a `take` that is answered sooner needs no page of its own
TREMOR_S = 0.2  # the same key again sooner is a trembling finger
IDLE_S = 30.0  # what somebody chose or typed who went away
TOLD_S = 10  # so long before it the start page says that it forgets what was chosen
TOLD_ALOUD_S = 20  # the same to who listens: it takes longer (WCAG 2.2.1)
TROUBLE_S = 20.0
LISTEN_S = 60.0  # after the last word or key, where the pages are read aloud

Paper = Literal["printing"] | Outcome

# How long the number is shown, by what became of its paper.
SHOWN_S: dict[Paper, float] = {
    "printing": 60.0, "printed": 10.0, "sent": 20.0, "shown": 20.0, "unknown": 60.0, "failed": 60.0,
}  # fmt: skip


Asked = Take | CheckIn  # what a number comes of


@dataclass(frozen=True)
class Home:
    """The services to choose from; `category` is that of the next number."""

    category: Category = "ordinary"
    shelf: int = 0  # of services, where there are more than a page has room for
    group: str = ""  # whose services these are
    errands: tuple[str, ...] | None = None  # for one number, in order; none: the first touch takes a number

    def with_errand(self, service: str) -> "Home":
        """With that service last, or without it where it was chosen before; four are enough."""
        errands = tuple(each for each in self.errands or () if each != service)
        if errands == self.errands:
            errands = (*errands, service)[:ERRANDS]
        return replace(self, errands=errands)


@dataclass(frozen=True)
class Typing:
    """The code of an appointment, as far as it is typed; `unknown` once the hub has none like it."""

    code: str = ""
    typed: float = -math.inf  # when its last letter was
    unknown: bool = False


@dataclass(frozen=True)
class Waiting:
    """For the hub's answer; `slow` once it takes long enough to be told."""

    asked: Asked
    home: Home = Home()  # where it was chosen
    slow: bool = False
    scanned: bool = False  # no hand has typed it


@dataclass(frozen=True)
class Given:
    """The number, while the paper prints and after."""

    ticket: Ticket
    paper: Paper = "printing"

    @property
    def on_paper(self) -> bool:
        """As far as can be known. Otherwise the screen is all that there is of it."""
        return self.paper not in ("failed", "unknown")


@dataclass(frozen=True)
class Trouble:
    """There is no number, why, and what to do now."""

    why: Why
    service: str = ""  # of which there is none, or that of the number
    label: str = ""  # the number that the appointment has already, or that was scanned


Page = Home | Typing | Waiting | Given | Trouble


@dataclass(frozen=True)
class Print:
    """An effect: put this ticket on paper."""

    ticket: Ticket


@dataclass(frozen=True)
class Journey:
    """Where the citizen is.

    Targets are `service:<id>`, `group:<id>`, `more`, `language:<code>`, `look:<name>`, `priority`, `check-in`
    and `errands` of the start page, `key:<letter>` and `erase` of the keyboard; `send`, which leads on,
    `back`, which leads out of a group, and `done`, which leads back to the start.
    """

    page: Page = Home()
    language: str = FALLBACK
    look: Look = PLAIN
    since: float = -math.inf  # the last change
    until: float | None = None  # when it goes back to the start by itself
    attended: float = -math.inf  # not before this: somebody is at the keys, or listens

    def left(self, now: float) -> int | None:
        """Whole seconds until it goes back by itself; none while that is nothing to tell a person."""
        if self._ends is None or not self._counts_down():
            return None
        left, told = max(0, math.ceil(self._ends - now)), TOLD_ALOUD_S if self.look.spoken else TOLD_S
        return None if isinstance(self.page, Home) and left > told else left

    def touch(
        self, target: str, *, offer: Offer, request: UUID, now: float
    ) -> tuple["Journey", Asked | None]:
        """A finger on a target. `request` is the id of what may be asked for it."""
        if now - self.since < QUIET_S:
            return self, None
        kind, _, name = target.partition(":")
        match self.page, kind:
            case Given(), "done":
                return Journey(since=now), None
            case ((Trouble() | Typing() | Home(errands=tuple())), "done"):
                return self._stay(Home(), now), None
            case Home(errands=None) as home, "service" if offer.service(name):
                take = Take(request, name, home.category, self.language)
                return self._take(take, home, offer, now)
            case Home(errands=tuple(chosen)) as home, "service" if offer.service(name):
                if name not in chosen and offer.obstacle(name):
                    return self, None
                return self._stay(home.with_errand(name), now), None
            case Home(errands=(first, *then)) as home, "send":
                take = Take(request, first, home.category, self.language, then=tuple(then))
                return self._take(take, home, offer, now)
            case Home(errands=None) as home, "errands" if offer.errands:
                return self._stay(Home(home.category, errands=()), now), None
            case Home() as home, "group" if offer.group(name):
                return self._stay(replace(home, group=name, shelf=0), now), None
            case Home() as home, "back":
                return self._stay(replace(home, group="", shelf=0), now), None
            case Home(), "language" if name in offer.languages:
                return replace(self, language=name, since=now, until=now + IDLE_S), None
            case Home(), "look":
                return replace(self, look=self.look.turned(name), since=now, until=now + IDLE_S), None
            case Home() as home, "more":
                return self._stay(replace(home, shelf=home.shelf + 1), now), None
            case Home() as home, "priority" if offer.priorities:
                category = "ordinary" if home.category == PRIORITY else PRIORITY
                return self._stay(replace(home, category=category), now), None
            case Home(), "check-in" if offer.check_in:
                return self._show(Typing(), IDLE_S, now), None
            case Typing() as typing, "key" | "erase":
                return replace(self, page=_typed(typing, name, now), until=now + IDLE_S), None
            case Typing(code), "send" if is_code(code):
                return self._wait(CheckIn(request, code, self.language), now)
        return self, None

    def scan(self, code: Code, *, offer: Offer, request: UUID, now: float) -> tuple["Journey", Asked | None]:
        """Something was held before the scanner. Whoever is in the middle of something is not disturbed."""
        if not isinstance(self.page, Home | Typing | Trouble) or not offer.services:
            return self, None
        if isinstance(self.page, Home) and self.page.errands:
            return self, None
        match code:
            case AppointmentCode(text) | DossierCode(text) if offer.check_in:
                return self._wait(CheckIn(request, text, self.language), now, scanned=True)
            case AppointmentCode() | DossierCode() if not offer.open:
                found = Trouble("closed")
            case AppointmentCode() | DossierCode() if not offer.reached:
                found = Trouble("no-answer")
            case TrackingCode(day, label) if day in (offer.day, offer.today):
                found = Trouble("has-number", offer.service_of(label), label)
            case TrackingCode(_, label):
                found = Trouble("old-number", label=label)
            case IdentityCard():
                found = Trouble("card")
            case _:
                found = Trouble("unknown-code")
        return self._show(found, TROUBLE_S, now), None

    def answer(
        self, request: UUID, outcome: Ticket | LuotError, now: float
    ) -> tuple["Journey", Print | None]:
        """How what was asked ended. It is on disk by now; what nobody waits for any more is let go."""
        if not isinstance(self.page, Waiting) or self.page.asked.request != request:
            return self, None
        asked = self.page.asked
        if isinstance(outcome, Ticket):
            return self._show(Given(outcome), SHOWN_S["printing"], now), Print(outcome)
        if isinstance(asked, CheckIn):
            return self._show(_not_checked_in(self.page, asked.code, outcome), TROUBLE_S, now), None
        return self._show(Trouble(why(outcome), asked.service), TROUBLE_S, now), None

    def paper(self, ticket: str, outcome: Paper, now: float) -> "Journey":
        """What became of the paper of a ticket (its id)."""
        if not isinstance(self.page, Given) or self.page.ticket.id != ticket:
            return self
        return replace(self, page=replace(self.page, paper=outcome), until=now + SHOWN_S[outcome])

    def listen(self, now: float) -> "Journey":
        """Somebody wants the pages to be read aloud."""
        if self.look.spoken:
            return self
        until = now + IDLE_S if self.until is None else self.until
        return replace(self, look=self.look.turned("spoken"), until=until)

    def attend(self, now: float) -> "Journey":
        """Somebody is at the keys, or listens: nothing ends under their hands."""
        return replace(self, attended=now + (LISTEN_S if self.look.spoken else IDLE_S))

    def passed(self, now: float) -> "Journey":
        """Time went by."""
        if self._ends is not None and now >= self._ends:
            return Journey(since=now)
        if isinstance(self.page, Waiting) and now - self.since >= SLOW_S:
            return replace(self, page=replace(self.page, slow=True))
        return self

    def _take(self, take: Take, home: Home, offer: Offer, now: float) -> tuple["Journey", Asked | None]:
        """Ask for it, unless something stands in the way by now: of the errands one may be shut meanwhile."""
        for each in (take.service, *take.then):
            if why := offer.obstacle(each, further=each in take.then):
                return self._show(Trouble(why, each), TROUBLE_S, now), None
        if offer.rest_s:
            return self._show(Trouble("rush"), offer.rest_s, now), None
        return self._wait(take, now, home)

    def _stay(self, home: Home, now: float) -> "Journey":
        """On the start page, with something chosen."""
        return self._show(home, IDLE_S, now)

    def _wait(
        self, asked: Asked, now: float, home: Home = Home(), *, scanned: bool = False
    ) -> tuple["Journey", Asked]:
        return replace(self, page=Waiting(asked, home, scanned=scanned), since=now, until=None), asked

    def _show(self, page: Page, seconds: float, now: float) -> "Journey":
        return replace(self, page=page, since=now, until=now + seconds)

    @property
    def _ends(self) -> float | None:
        return None if self.until is None else max(self.until, self.attended)

    def _counts_down(self) -> bool:
        match self.page:
            case Given(paper="printing") | Waiting():
                return False
        return True


def is_code(typed: str) -> bool:
    """Whether a whole code may stand there."""
    return re.match(CODE, typed) is not None


def _typed(page: Typing, letter: str, now: float) -> Typing:
    """With one more letter, or with one less where that is none."""
    if not letter:
        return Typing(page.code[:-1])
    if len(page.code) == LONGEST_CODE or (page.code[-1:] == letter and now - page.typed < TREMOR_S):
        return page
    return Typing(page.code + letter, now)


def _not_checked_in(waiting: Waiting, code: str, error: LuotError) -> Page:
    match error:
        case Refused(code="unknown-ticket"):
            return Trouble("unknown-code") if waiting.scanned else Typing(code, unknown=True)
        case Refused(code="conflict", state=str(label)):
            return Trouble("has-number", label=label)
        case Refused(code="conflict"):
            return Trouble("other-day")
    return Trouble(why(error))

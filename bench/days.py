"""Simulated days of a centre: people come, clerks call them, and the real engine decides.

Nothing here knows how a wait is foretold. How long serving takes is gamma distributed, one in twenty does not
come when called, clerks begin and end by their own watches, and whoever is still there in the evening is
served all the same.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from heapq import heappop, heappush
from itertools import count
from random import Random
from uuid import UUID
from zoneinfo import ZoneInfo

from bench.hall import Hall
from bus.answers import Ticket
from bus.asks import Close, CounterAct, Finish, Next, NoShow, Open, Pause, Take
from bus.messages import Id, Payload
from config.errors import Refused
from config.settings import CenterSettings

MIDNIGHT = datetime(2026, 11, 23, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))
DAY = 24 * 60
SHAPE = 2.8  # of the gamma distribution: it deviates by 0.6 of its mean
SHORTEST = 1.0
NO_SHOW, GIVEN_UP_AFTER = 0.05, 0.9
EARLY, LATE = 6.0, 4.0  # that a clerk opens before the hour at most, and begins or ends beside it


Planned = tuple[float, int, Callable[[], None]]  # the minute, a number that none has twice, what happens


@dataclass(frozen=True)
class Stream:
    """People who come for a service; times are minutes of the day."""

    service: Id
    begin: float
    end: float
    hourly: float
    minutes: float  # that serving one person takes, on average
    priority: float = 0.0  # the share of them
    people: int = 1  # at most, on one number


@dataclass(frozen=True)
class Shift:
    """When a clerk calls from a counter; times are minutes of the day."""

    counter: Id
    begin: float
    end: float
    pace: float = 1.0  # times the usual minutes


@dataclass(frozen=True)
class Scenario:
    """A kind of day."""

    name: str
    settings: CenterSettings
    streams: tuple[Stream, ...]
    shifts: tuple[Shift, ...]


class Days:
    """Days of one kind, one after the other, in a centre that remembers.

    `told` hears of each ticket that is taken, `called` of each that is called.
    """

    def __init__(
        self, scenario: Scenario, seed: int, told: Callable[[Ticket], None], called: Callable[[Ticket], None]
    ) -> None:
        self.hall = Hall(scenario.settings, MIDNIGHT)
        self._scenario = scenario
        self._random = Random(seed)
        self._told = told
        self._called = called
        self._minute = 0.0  # since the first midnight
        self._plan: list[Planned] = []
        self._ids = count(1)
        self._minutes = {each.service: each.minutes for each in scenario.streams}
        self._shifts: dict[Id, Shift] = {}  # that have begun and not ended
        self._idle: dict[Id, None] = {}  # counters with nobody to call

    def run(self, days: int) -> None:
        for day in range(days):
            self._lay_out(day * DAY)
            while self._plan:
                self._minute, _, happens = heappop(self._plan)
                self.hall.wait(
                    (MIDNIGHT + timedelta(minutes=self._minute) - self.hall.now.at).total_seconds()
                )
                happens()

    def _lay_out(self, midnight: float) -> None:
        """Who comes on a day, and when its clerks work."""
        for stream in self._scenario.streams:
            minute = stream.begin
            while (minute := minute + self._random.expovariate(stream.hourly / 60)) < stream.end:
                self._at(midnight + minute, self._come, stream)
        for shift in self._scenario.shifts:
            begin = midnight + shift.begin + self._random.uniform(0, LATE)
            self._at(begin - self._random.uniform(0, EARLY), self._open, shift)
            self._at(begin, self._begin, shift)
            self._at(midnight + shift.end - self._random.uniform(0, LATE), self._end, shift)

    def _at(self, minute: float, act: Callable[..., None], *of: object) -> None:
        planned: Planned = (minute, next(self._ids), partial(act, *of))
        heappush(self._plan, planned)

    def _come(self, stream: Stream) -> None:
        """Somebody takes a number, and a clerk who has nobody to call calls them."""
        category = "priority" if self._random.random() < stream.priority else "ordinary"
        people = self._random.randint(1, stream.people)
        ticket = self.hall.ask("web", "take", Take(self._id(), stream.service, category, people=people))
        assert isinstance(ticket, Ticket)
        self._told(ticket)
        for counter in tuple(self._idle):
            self._next(counter)

    def _open(self, shift: Shift) -> None:
        self._act("open", Open, shift.counter, clerk=f"clerk-{shift.counter}")

    def _begin(self, shift: Shift) -> None:
        self._shifts[shift.counter] = shift
        self._next(shift.counter)

    def _end(self, shift: Shift) -> None:
        """No more calls from there; in the evening, once nobody waits."""
        if shift.end == max(each.end for each in self._scenario.shifts) and any(self.hall.state.waiting()):
            self._at(self._minute + 1, self._end, shift)
            return
        del self._shifts[shift.counter]
        if shift.counter in self._idle:
            self._leave(shift.counter)

    def _leave(self, counter: Id) -> None:
        """The clerk is gone, for the day or until the next shift."""
        self._idle.pop(counter, None)
        minute = self._minute % DAY
        if any(each.counter == counter and each.begin > minute for each in self._scenario.shifts):
            self._act("pause", Pause, counter)
        else:
            self._act("close", Close, counter)

    def _next(self, counter: Id) -> None:
        """Whoever was there is served; the clerk calls the next one, if there is one, or leaves."""
        if counter not in self._shifts:
            self._act("finish", Finish, counter)
            self._leave(counter)
            return
        try:
            ticket = self._act("next", Next, counter)
        except Refused:  # nobody waits
            if self.hall.state.counters[counter].ticket is not None:
                self._act("finish", Finish, counter)
            self._idle[counter] = None
            return
        assert isinstance(ticket, Ticket)
        self._idle.pop(counter, None)
        self._called(ticket)
        if self._random.random() < NO_SHOW:
            self._at(self._minute + GIVEN_UP_AFTER, self._miss, counter)
        else:
            mean = self._minutes[ticket.service] * self._shifts[counter].pace
            took = sum(self._random.gammavariate(SHAPE, mean / SHAPE) for _ in range(ticket.people))
            self._at(self._minute + max(SHORTEST, took), self._next, counter)

    def _miss(self, counter: Id) -> None:
        self._act("no-show", NoShow, counter)
        if counter in self._shifts:
            self._next(counter)
        else:
            self._leave(counter)

    def _act(self, verb: str, kind: type[CounterAct], counter: Id, **fields: object) -> Payload:
        seen = self.hall.state.counters[counter].turn
        return self.hall.ask("web", verb, kind(self._id(), counter, seen, **fields))

    def _id(self) -> UUID:
        """Of a request, the same in every run."""
        return UUID(int=next(self._ids), version=4)

"""waits: how far the waits that are foretold are from those that people have, over simulated days.

Our forecast stands beside two that many queues use: the wait of whoever was called last, and the mean wait of
the last ten. Each is asked when a number is taken, and they are compared where all three have an answer. An
error is the root of the mean square; the floors are theirs. A range is kept where its holder is called in it.
"""

from collections import defaultdict, deque
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from math import sqrt
from statistics import fmean

from bench.days import Days, Scenario, Shift, Stream
from bench.result import Result, against_floor
from bus.answers import Ticket
from bus.messages import Id, Wait
from center.forecast import outlook
from config.settings import CenterSettings, Counter, Hours, Service

DAYS = 10
ROLLING = 10  # waits that the rolling mean looks back on
KEPT = 75  # percent of the ranges


@dataclass
class Visit:
    """What was foretold to somebody, and the wait that it became; in minutes."""

    told: Wait | None
    ours: float | None
    last: float | None
    rolling: float | None
    wait: float = 0.0


class Watch:
    """Writes down what is foretold to those who come, and how long they waited."""

    def __init__(self, scenario: Scenario, seed: int) -> None:
        self.visits: list[Visit] = []  # of those who were called
        self._days = Days(scenario, seed, self._told, self._called)
        self._waiting: dict[str, Visit] = {}
        self._day: date | None = None
        self._waits: dict[tuple[Id, bool], deque[float]] = {}  # today's last ones, by service and priority

    def watch(self, days: int) -> list[Visit]:
        self._days.run(days)
        return self.visits

    def _told(self, answer: Ticket) -> None:
        hall = self._days.hall
        ticket = hall.state.tickets[answer.id]
        if hall.state.day != self._day:
            self._day = hall.state.day
            self._waits = defaultdict(lambda: deque(maxlen=ROLLING))
        ours = outlook(hall.state, ticket.service, ticket.place, hall.now, priority=ticket.priority)
        waits = self._waits[ticket.service, ticket.priority]
        self._waiting[ticket.id] = Visit(
            told=ticket.wait,
            ours=ours.likely if ours is not None else None,
            last=waits[-1] if waits else None,
            rolling=fmean(waits) if waits else None,
        )

    def _called(self, answer: Ticket) -> None:
        hall = self._days.hall
        ticket = hall.state.tickets[answer.id]
        visit = self._waiting.pop(ticket.id)
        visit.wait = (hall.now.ran - ticket.ran) / 60_000
        self._waits[ticket.service, ticket.priority].append(visit.wait)
        self.visits.append(visit)


def measure(scenario: Scenario, days: int) -> list[Result]:
    """Our error beside those of the others, and the share of the ranges that were kept."""
    visits = Watch(scenario, seed=1).watch(days)
    compared = [each for each in visits if each.ours is not None and each.last is not None]
    ours, last, rolling = (error(compared, of) for of in ("ours", "last", "rolling"))
    kept = 100 * fmean(each.told.low <= each.wait <= each.told.high for each in visits if each.told)
    name = f"waits-{scenario.name}"
    return [
        against_floor(f"{name}-by-last", ours, last, "min", at_most=1),
        against_floor(f"{name}-by-rolling", ours, rolling, "min", at_most=1),
        Result(f"{name}-kept", kept, "%", None, None, f"≥ {KEPT} %", kept >= KEPT),
    ]


def error(visits: Sequence[Visit], of: str) -> float:
    """The root of the mean square, in minutes."""
    return sqrt(fmean((getattr(each, of) - each.wait) ** 2 for each in visits))


# The kinds of days. Times are minutes of the day.

OPENS, NOON, AFTERNOON, CLOSES = 7.5 * 60, 11.5 * 60, 13.5 * 60, 17.0 * 60
HOURS = Hours(**dict.fromkeys(Hours.__struct_fields__, ("07:30-11:30", "13:30-17:00")))
CIVIL = Service(id="civil", letter="A", name={"vi": "Hộ tịch"}, target_wait=15, people=5)
LAND = Service(id="land", letter="B", name={"vi": "Đất đai"}, target_wait=30)


def center(*counters: Counter, ratio: int | None = None) -> CenterSettings:
    return CenterSettings(
        center="waits",
        title={"vi": "Trung tâm"},
        name={"vi": "Chờ"},
        hours=HOURS,
        ratio=ratio,
        services=(CIVIL, LAND),
        counters=counters,
        devices=(),
    )


def counter(number: int, *services: Id, overflow: tuple[Id, ...] = ()) -> Counter:
    return Counter(id=str(number), number=str(number), services=services, overflow=overflow)


def all_day(usual: Stream) -> tuple[Stream, Stream]:
    """They come in the morning and in the afternoon."""
    return replace(usual, begin=OPENS, end=NOON - 15), replace(usual, begin=AFTERNOON, end=CLOSES - 30)


def office(*counters: int, pace: float = 1.0) -> tuple[Shift, ...]:
    """Clerks who keep the centre's hours."""
    hours = ((OPENS, NOON), (AFTERNOON, CLOSES))
    return tuple(Shift(str(number), *each, pace) for number in counters for each in hours)


TWO = center(counter(1, "civil"), counter(2, "civil"))
THREE = center(counter(1, "civil"), counter(2, "civil"), counter(3, "civil"))
USUAL = Stream("civil", OPENS, CLOSES - 30, hourly=21, minutes=6)  # at lunch too

SCENARIOS = (
    Scenario("quiet", TWO, all_day(replace(USUAL, hourly=13)), office(1, 2)),
    Scenario("breaks", THREE, (replace(USUAL, hourly=26),), office(1, 2, 3)),
    Scenario(
        "rush",
        THREE,
        (replace(USUAL, begin=OPENS - 30, end=OPENS, hourly=60), *all_day(USUAL)),
        office(1, 2, 3),
    ),
    Scenario("priority", TWO, all_day(replace(USUAL, hourly=19, priority=0.2)), office(1, 2)),
    Scenario(
        "ratio",
        center(counter(1, "civil"), counter(2, "civil"), ratio=2),
        all_day(replace(USUAL, hourly=19, priority=0.3)),
        office(1, 2),
    ),
    Scenario("groups", TWO, all_day(replace(USUAL, hourly=7, minutes=5, people=5)), office(1, 2)),
    Scenario(
        "sharing",
        center(counter(1, "civil", "land"), counter(2, "land", overflow=("civil",))),
        (
            *all_day(replace(USUAL, hourly=8, minutes=5)),
            *all_day(replace(USUAL, service="land", hourly=6, minutes=11)),
        ),
        office(1, 2),
    ),
    Scenario("closing", THREE, all_day(USUAL), (*office(1, 2), Shift("3", OPENS, 10 * 60))),
    Scenario("slow", THREE, all_day(USUAL), (*office(1, 2), *office(3, pace=2.5))),
)


def run() -> list[Result]:
    return [result for scenario in SCENARIOS for result in measure(scenario, DAYS)]

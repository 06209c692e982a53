"""A measured figure, beside what it is measured against."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Result:
    """`ratio` is value ÷ floor where a floor was measured in the same run; `goal` says what `holds` means."""

    name: str
    value: float
    unit: str
    floor: float | None
    ratio: float | None
    goal: str
    holds: bool


def against_floor(name: str, value: float, floor: float, unit: str, *, at_most: float) -> Result:
    """A time that may be so many times its floor."""
    ratio = value / floor
    return Result(name, value, unit, floor, ratio, f"≤ {at_most:g} × floor", ratio <= at_most)


def share_of_floor(name: str, value: float, floor: float, unit: str, *, at_least: float) -> Result:
    """A rate that must reach that share of its floor."""
    ratio = value / floor
    return Result(name, value, unit, floor, ratio, f"≥ {at_least:g} × floor", ratio >= at_least)


def within(name: str, value: float, unit: str, *, limit: float, floor: float | None = None) -> Result:
    """A distance from a deadline that people feel, or a share of a core."""
    ratio = value / floor if floor else None
    return Result(name, value, unit, floor, ratio, f"< {limit:g} {unit}", value < limit)


def median_ms(seconds: Sequence[float]) -> float:
    return statistics.median(seconds) * 1000


def percentile_ms(seconds: Sequence[float], percent: int) -> float:
    return statistics.quantiles(seconds, n=100, method="inclusive")[percent - 1] * 1000

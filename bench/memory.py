"""memory: what the hub's state takes at the end of a simulated year, beside what it took after a month.

Measured as the resident memory of a process of its own, that does nothing else.
"""

import gc
import multiprocessing
import os

from bench.process import resident_mb
from bench.result import Result, against_floor
from bench.year import DAYS, Year
from config.load import load_center
from demo.files import TEMPLATES

PEOPLE = 300  # a day
MONTH = 25  # days of work


def run() -> list[Result]:
    with multiprocessing.get_context("spawn").Pool(1) as child:
        month, year = child.apply(live)
    return [against_floor("memory", year, month, "MB", at_most=1.1)]


def live() -> tuple[float, float]:
    """The megabytes after a month and after the year."""
    taken = {}
    for day in Year(load_center(TEMPLATES / "center.toml"), PEOPLE).days():
        gc.collect()
        taken[day] = resident_mb(os.getpid())
    return taken[MONTH], taken[DAYS]

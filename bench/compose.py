"""compose: from an answered number to the bytes for the printer, with words that no ticket had before.

Names, places and times of day are drawn anew for each ticket, as they are for the first ticket of a service;
a kiosk that runs draws most of them once.
"""

from time import perf_counter

from msgspec import structs

from bench.result import Result, median_ms, percentile_ms, within
from printer.encode import encode
from printer.profiles import PROFILES
from printer.sample import CENTER, sample
from printer.template import SHIPPED, load
from printer.ticket import compose

ROUNDS = 100


def run() -> list[Result]:
    template = load(SHIPPED / "ticket.toml")
    results = []
    for name in ("epson-tm-t20", "generic-80"):
        profile, seconds = PROFILES[name], []
        for number in range(ROUNDS):
            given = structs.replace(sample("vi"), label=f"A{number:03}", ahead=number + 2)
            began = perf_counter()
            encode(compose(given, CENTER, f"Đất đai và xây dựng {number}", 576, template), profile)
            seconds.append(perf_counter() - began)
        results.append(within(f"compose {name}", median_ms(seconds), "ms", limit=25))
        results.append(within(f"compose {name}, 95th percentile", percentile_ms(seconds, 95), "ms", limit=50))
    return results

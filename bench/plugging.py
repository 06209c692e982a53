"""`luot torture --plugs N`: everything that can be plugged is pulled out and put back while people work.

It happens at any byte, often to several things at a time. Now and then, and at the end, all must be right
again by itself: every sign shows what its counter shows, every key is answered. Then the hub's journal must
have a call for every key that was taken, none for one that was refused, at most one for a key whose keypad
could not tell any more.
"""

import logging
import random
from pathlib import Path
from time import monotonic

from bench.plugged import BRIDGE, COUNTERS, OUTCOMES, PluggedBridge
from bench.report import Report
from bus.events import TicketCalled
from center.journal import Journal

log = logging.getLogger(__name__)

PAUSE_S = 0.3  # between two pulls, on average
OUT_S = 1.5  # that a thing is out, at most
CALM = 20  # pulls, after which nothing is touched until all is right
RETURN_S = 15.0  # by when it must be


def storm(folder: Path, plugs: int, seed: int) -> Report:
    """One run, in an empty folder."""
    chance = random.Random(seed)
    began = monotonic()
    findings: list[str] = []
    returns: list[float] = []  # seconds until all was right again
    with PluggedBridge(folder, chance) as room:
        out: dict[str, float] = {}  # what is out, and when it is put back
        for number in range(1, plugs + 1):
            room.work(chance.expovariate(1 / PAUSE_S))
            name = chance.choice(sorted(room.plugs.keys() - out.keys()))
            log.info("pulled out number=%s name=%s", number, name)
            room.pull(name)
            out[name] = monotonic() + chance.uniform(0, OUT_S)
            calm = number == plugs or number % CALM == 0
            while out and (calm or min(out.values()) <= monotonic()):
                first = min(out, key=lambda each: out[each])
                room.work(max(0.0, out.pop(first) - monotonic()))
                room.put_back(first)
            if calm:
                returned = monotonic()
                findings += room.rest(RETURN_S)
                returns.append(monotonic() - returned)
    told = room.told
    with Journal(folder / "data" / "hub" / "journal.sqlite", room.settings.center, read_only=True) as journal:
        called = [
            (entry.body.counter, entry.request)
            for entry in journal.entries()
            if entry.device == BRIDGE and isinstance(entry.body, TicketCalled)
        ]
    if len(set(called)) != len(called):
        findings.append("one key called two people")
    for counter in map(str, COUNTERS):
        acts = sum(each == counter for each, _ in called)
        taken, unsure, lost = (told[counter, kind] for kind in ("taken", "unsure", "lost"))
        if lost:
            findings.append(f"counter {counter}: {lost} keys were never answered")
        if not taken <= acts <= taken + unsure + lost:
            findings.append(f"counter {counter}: {taken} keys were taken, {unsure} unsure, {acts} called")
    figures = {
        "seed": seed,
        "seconds": round(monotonic() - began),
        "plugs": plugs,
        "slowest_return_ms": round(max(returns) * 1000),
        "calls": len(called),
    }
    figures |= {f"keys_{kind}": sum(told[str(each), kind] for each in COUNTERS) for kind in OUTCOMES}
    return Report(figures, findings)

"""`luot torture`: a centre under full load while everything fails, and then its books.

Ten kiosks and eight counters work on the real hub and the real broker, each over a wire of its own. What
every citizen and every clerk was told is kept. When the faults are over, all parts must come back by
themselves, and the journal must agree with everybody.
"""

import random
from dataclasses import asdict
from pathlib import Path
from time import monotonic

from bench.books import Findings, Ledger, check_calls, check_papers, check_shown
from bench.faults import HUB, Faults
from bench.report import Report
from bench.tortured import TURN_S, TorturedCenter
from center.journal import Journal

PAUSE_S = 0.6  # between faults, on average
REST, REST_S = 0.05, 6.0  # share of the pauses in which everybody may come back, and how long it is
RETURN_S = 300.0  # until everybody is back, once nothing fails any more
BUSY_S = 120.0


def torture(folder: Path, faults: int, seed: int, *, least: int = 0) -> Report:
    """One run, in an empty folder. It goes on until so many numbers and calls have come of each kind."""
    chance = random.Random(seed)
    began = monotonic()
    with TorturedCenter(folder, seed) as center:
        trouble = Faults(center.broker, center.hub, center.kiosks, center.wires, center.shift, chance)
        for _ in range(faults):
            trouble.begin(monotonic())
            until = monotonic() + (REST_S if chance.random() < REST else chance.expovariate(1 / PAUSE_S))
            while monotonic() < until:
                center.work(TURN_S)
                trouble.end_due(monotonic())
        trouble.end_all()
        until = monotonic() + BUSY_S
        while min(_happened(center).values()) < least and monotonic() < until:
            center.work(TURN_S)
        findings = Findings(unreconciled=center.close_doors(RETURN_S))
        findings.unreconciled += center.welcome()
        findings.unreconciled += center.restart_hub()
    ledger = Ledger(findings)
    with Journal(folder / HUB / "journal.sqlite", center.settings.center, read_only=True) as journal:
        entries = {entry.seq: entry for entry in journal.entries()}
    for entry in entries.values():
        ledger.enter(entry)
    told = center.told
    check_papers(ledger, center.papers)
    check_calls(ledger, told, center.heard)
    check_shown(ledger, center.watch.states)
    findings.unreconciled += [
        f"event {each.seq} was told, and is written otherwise"
        for each in center.written
        if entries.get(each.seq) != each
    ]
    figures = {"seed": seed, "seconds": round(monotonic() - began), "faults": faults, **_happened(center)}
    counts = {head: len(sentences) for head, sentences in asdict(findings).items()}
    kinds = {kind.replace(" ", "_"): times for kind, times in trouble.counts.items()}
    return Report(figures | counts | kinds, findings.sentences())


def _happened(center: TorturedCenter) -> dict[str, int]:
    """How much of each kind."""
    offline = sum(paper.offline for paper in center.papers)
    return {
        "numbers_online": len(center.papers) - offline,
        "numbers_offline": offline,
        "calls": len(center.told),
    }

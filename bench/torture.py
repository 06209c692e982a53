"""`luot torture`: a centre under full load while everything fails, and then its books.

Ten kiosks and eight counters work on the real hub and the real broker, each over a wire of its own. What
every citizen and every clerk was told is kept. When the faults are over, all parts must come back by
themselves, and the journal must agree with everybody.
"""

import json
import logging
import random
import shutil
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import mkdtemp
from time import monotonic

from bench.books import Findings, Ledger, check_calls, check_papers, check_shown
from bench.faults import HUB, Faults
from bench.tortured import TURN_S, TorturedCenter
from center.journal import Journal

FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"
PAUSE_S = 0.6  # between faults, on average
REST, REST_S = 0.05, 6.0  # share of the pauses in which everybody may come back, and how long it is
SHOWN = 10  # sentences under each head; the report has all of them
RETURN_S = 90.0  # until everybody is back, once nothing fails any more


@dataclass(frozen=True)
class Report:
    """The figures of one run, and what does not add up, in sentences."""

    seed: int
    kinds: dict[str, int]  # faults, by kind
    seconds: int
    online: int  # numbers that citizens hold: given by the hub,
    offline: int  # and by a kiosk alone
    calls: int  # that clerks were told
    findings: Findings

    def figures(self) -> dict[str, int]:
        return {
            "seed": self.seed,
            "seconds": self.seconds,
            "faults": sum(self.kinds.values()),
            "numbers_online": self.online,
            "numbers_offline": self.offline,
            "calls": self.calls,
        } | {head: len(sentences) for head, sentences in asdict(self.findings).items()}

    @property
    def holds(self) -> bool:
        return not any(asdict(self.findings).values())


def main(faults: int, seed: int, folder: Path | None, *, as_json: bool) -> int:
    """Returns the exit code: 1 where the books do not add up. The files of such a run are kept."""
    place = folder or Path(mkdtemp(dir="/var/tmp", prefix="luot-torture-"))
    place.mkdir(parents=True, exist_ok=True)
    logging.basicConfig(filename=place / "torture.log", level=logging.INFO, force=True, format=FORMAT)
    sys.stderr.write(f"{faults} faults take about {faults / 60:.0f} min; its logs are in {place}\n")
    report = torture(place, faults, seed)
    document = report.figures() | {"kinds": report.kinds, "findings": asdict(report.findings)}
    (place / "report.json").write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n")
    sys.stdout.write((place / "report.json").read_text() if as_json else table(report))
    if report.holds and folder is None:
        shutil.rmtree(place)
    else:
        sys.stderr.write(f"the logs, the journal and the report are kept in {place}\n")
    return 0 if report.holds else 1


def torture(folder: Path, faults: int, seed: int) -> Report:
    """One run, in an empty folder."""
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
        findings = Findings(unreconciled=center.close_doors(RETURN_S))
        if not center.restart_hub():
            findings.unreconciled.append("after a restart the hub shows something else")
    ledger = Ledger(findings)
    with Journal(folder / HUB / "journal.sqlite", center.settings.center, read_only=True) as journal:
        entries = {entry.seq: entry for entry in journal.entries()}
    for entry in entries.values():
        ledger.enter(entry)
    told = [call for clerk in center.clerks for call in clerk.told]
    check_papers(ledger, center.papers)
    check_calls(ledger, told, center.heard)
    check_shown(ledger, center.watch.states)
    findings.unreconciled += [
        f"event {each.seq} was told, and is written otherwise"
        for each in center.written
        if entries.get(each.seq) != each
    ]
    offline = sum(paper.offline for paper in center.papers)
    return Report(
        seed=seed,
        kinds=dict(trouble.counts),
        seconds=round(monotonic() - began),
        online=len(center.papers) - offline,
        offline=offline,
        calls=len(told),
        findings=findings,
    )


def table(report: Report) -> str:
    """For people: the figures, then what does not add up."""
    figures = report.figures()
    width = max(map(len, figures))
    lines = [f"{name:{width}} {value:>8}" for name, value in figures.items()]
    for head, sentences in asdict(report.findings).items():
        lines += [f"{head}: {sentence}" for sentence in sentences[:SHOWN]]
    return "\n".join(lines) + "\n"

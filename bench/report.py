"""What a run found: figures, and in sentences whatever does not add up."""

import json
import logging
import shutil
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import mkdtemp

FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"
SHOWN = 20  # findings; the report in the folder has all of them


@dataclass(frozen=True)
class Report:
    figures: dict[str, int]
    findings: list[str]

    @property
    def json(self) -> str:
        return json.dumps(asdict(self), indent=2, ensure_ascii=False) + "\n"

    @property
    def table(self) -> str:
        lines = [f"{name:16} {value:>8}" for name, value in self.figures.items()]
        return "\n".join([*lines, *self.findings[:SHOWN]]) + "\n"


def main(run: Callable[[Path], Report], folder: Path | None, *, as_json: bool) -> int:
    """Run in that folder, or in a new one, which is kept where there are findings. Returns the exit code."""
    place = folder or Path(mkdtemp(dir="/var/tmp", prefix="luot-torture-"))
    place.mkdir(parents=True, exist_ok=True)
    logging.basicConfig(filename=place / "torture.log", level=logging.INFO, force=True, format=FORMAT)
    sys.stderr.write(f"This takes some minutes; its logs are in {place}.\n")
    report = run(place)
    (place / "report.json").write_text(report.json)
    sys.stdout.write(report.json if as_json else report.table)
    if folder is None and not report.findings:
        shutil.rmtree(place)
    return 1 if report.findings else 0

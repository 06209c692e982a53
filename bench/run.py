"""`luot bench [NAME] [--json]`: runs the benchmarks and says what holds."""

import json
import os
import platform
import re
import sys
from collections.abc import Callable
from dataclasses import asdict
from importlib import import_module
from pathlib import Path
from typing import cast

from bench.result import Result
from config.errors import LuotError

# Each is a module of this folder with `run() -> list[Result]`.
NAMES = (
    "touch-to-ticket", "key-to-screen", "numbers-per-second", "next-at-depth", "start-up", "memory", "waits",
    "compose", "first-byte", "ticket-bytes", "status-fuzz", "line-fuzz", "line-latency", "key-effects",
    "bridge-idle", "idle", "call-to-pixels", "redraw", "cold-start", "screen-memory",
)  # fmt: skip


def main(name: str | None, *, as_json: bool) -> int:
    """Run that benchmark, or all; returns the exit code: 1 where a goal is missed."""
    if name is not None and name not in NAMES:
        raise LuotError(f"There is no benchmark {name!r}.", hint=f"Those there are: {', '.join(NAMES)}.")
    results: list[Result] = []
    for each in [name] if name else NAMES:
        module = import_module(f"bench.{each.replace('-', '_')}")
        results += cast(Callable[[], list[Result]], module.run)()
    if as_json:
        document = {"machine": machine(), "results": [asdict(each) for each in results]}
        sys.stdout.write(json.dumps(document, indent=2) + "\n")
    else:
        sys.stdout.write(table(results))
    return 0 if all(each.holds for each in results) else 1


def table(results: list[Result]) -> str:
    """The results as a Markdown table, as `docs/performance.md` keeps them."""
    lines = [
        "| name | value | unit | floor | ratio | goal | holds |",
        "| --- | ---: | --- | ---: | ---: | --- | --- |",
    ]
    lines += [
        f"| {each.name} | {each.value:.2f} | {each.unit} | {_number(each.floor)} | {_number(each.ratio)} "
        f"| {each.goal} | {'yes' if each.holds else 'NO'} |"
        for each in results
    ]
    return f"{machine()}\n\n" + "\n".join(lines) + "\n"


def machine() -> str:
    """The machine that the figures come from."""
    models = re.findall(r"(?:model name|Model)\s*: (.+)", Path("/proc/cpuinfo").read_text())
    system = platform.freedesktop_os_release().get("PRETTY_NAME", platform.system())
    return (
        f"{models[-1] if models else 'unknown processor'}, {platform.machine()}, {os.cpu_count()} cores, "
        f"{system}, Python {platform.python_version()}"
    )


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"

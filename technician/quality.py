"""Every check of the source tree, as its developers and its continuous integration run them."""

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from config.errors import LuotError

ROOT = Path(__file__).parent.parent
CHECKS = (("ruff", "check"), ("ruff", "format", "--check"), ("mypy",))


def run(pytest_arguments: Sequence[str]) -> int:
    """Run them all, even when one fails, the tests last; 0 when everything is right."""
    if not (ROOT / "tests").is_dir():
        raise LuotError(
            "the tests are not installed here", hint="run ./luot test in a clone of the repository"
        )
    failed = [" ".join(command) for command in CHECKS if not _succeeds(*command)]
    if failed:
        click.secho(f"failed: {', '.join(failed)} (see above); the tests follow", fg="red", bold=True)
    passed = _succeeds("pytest", *(pytest_arguments or ("-n", "auto")))  # all of them: on every core
    return 0 if passed and not failed else 1


def _succeeds(tool: str, *arguments: str) -> bool:
    click.secho(f"— {tool} {' '.join(arguments)}", bold=True)
    done = subprocess.run([Path(sys.executable).with_name(tool), *arguments], cwd=ROOT, check=False)
    return done.returncode == 0

"""The commands that keep the hub's books: its journal, its backups and its day."""

import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import click

from technician.arguments import a_path, config_option, settings_of

if TYPE_CHECKING:
    from bus.events import JournalEvent
    from center.journal import Journal
    from config.settings import CenterSettings
    from technician.journal import Watch

FAULTS = 20  # that are told one by one


@click.group()
def journal() -> None:
    """Look into the hub's journal, even while it runs."""


@journal.command()
@config_option
def verify(config: Path) -> None:
    """Prove that it holds together.

    That the file is sound, no event is missing, no number was given twice, every act has its answer, and
    every snapshot is what the events make.
    """
    from technician.journal import Audit

    center, opened = _reading(config)
    with opened as journal:
        audit = Audit(journal, center)
        audit.run(_watched(journal.newest()))
    for name, finding in audit.findings.items():
        click.echo(f"{name:<10} {finding}")
    for fault in audit.faults[:FAULTS]:
        click.echo(f"error: {fault}", err=True)
    if more := audit.faults[FAULTS:]:
        click.echo(f"error: and {len(more):,} more", err=True)
    if audit.faults:
        click.echo("hint: keep a copy of the file, then luot restore --config FILE BACKUP", err=True)
        sys.exit(1)
    click.echo("Everything fits.")


@journal.command()
@config_option
@click.option("--after", default=0, metavar="SEQ", help="Only the events after that one.")
@click.argument("file", default="-", type=click.File("wb"), metavar="[FILE]")
def export(config: Path, after: int, file: BinaryIO) -> None:
    """Write its events as lines of JSON."""
    from bus.messages import encode

    _, opened = _reading(config)
    with opened as journal:
        for entry in journal.entries(after):
            file.write(encode(entry) + b"\n")


@journal.command()
@config_option
@click.option("--to", type=click.IntRange(min=1), metavar="SEQ", help="Up to that event.")
def replay(config: Path, to: int | None) -> None:
    """Show the state that its events make."""
    from technician.journal import replay, table

    center, opened = _reading(config)
    with opened as journal:
        click.echo(table(replay(journal, center, to, _watched(to or journal.newest()))))


@click.command()
@config_option
@click.argument("file", type=a_path, metavar="FILE")
def backup(config: Path, file: Path) -> None:
    """Copy the hub's journal to FILE, even while it runs."""
    from center.backup import back_up

    path, center = _files(config)
    events = back_up(path, center.center, file)
    click.echo(f"{file}: {events:,} events, {file.stat().st_size / 1e6:,.1f} MB, read back and sound.")
    click.echo(f"Keep {file.name}.sha256 with it.")


@click.command()
@config_option
@click.option(
    "--floor", "floors", multiple=True, metavar="A=120", help="The last number that is surely given."
)
@click.argument("file", type=a_path, metavar="FILE")
def restore(config: Path, floors: tuple[str, ...], file: Path) -> None:
    """Bring the backup FILE back, while the hub is stopped.

    Then the hub gives no number until every kiosk has told what it gave today. Where one cannot, give a floor
    for every letter: numbers go on above it.
    """
    from center.backup import restore
    from config.clock import Clock

    path, center = _files(config)
    restored = restore(file, path, center, Clock(), dict(map(_floor, floors)))
    state = restored.state
    click.echo(f"The journal is as it was after event {restored.events:,}, on {state.day or 'no day yet'}.")
    if restored.aside is not None:
        click.echo(f"The one that was there is kept: {restored.aside}")
    if state.awaits:
        click.echo(f"Numbers go on once these have told what they gave: {', '.join(state.awaits)}.")
    else:
        numbers = ", ".join(f"{letter}{number:03}" for letter, number in sorted(state.numbers.items()))
        click.echo(f"Numbers go on above {numbers}." if numbers else "Numbers begin with 001.")
    click.echo("Now start the hub.")


@click.group()
def day() -> None:
    """Mind the hub's business day."""


@day.command("set")
@config_option
@click.argument("day", type=click.DateTime(["%Y-%m-%d"]), metavar="DATE")
def set_day(config: Path, day: datetime) -> None:
    """Say that today is DATE, as 2026-11-23, while the hub is stopped.

    It undoes a day that a wrong clock began: numbers go on under the right date.
    """
    from config.clock import Clock
    from technician.day import correct

    path, center = _files(config)
    before = correct(path, center, day.date(), Clock())
    click.echo(f"The hub's day was {before or 'not begun'}. It is {day.date()} once the hub is started.")


def _files(config: Path) -> "tuple[Path, CenterSettings]":
    """The journal of the hub with these settings, and the settings of its centre."""
    from config.load import load_center
    from config.settings import HubSettings

    hub = settings_of(config, HubSettings)
    return hub.journal, load_center(hub.catalog)


def _reading(config: Path) -> "tuple[CenterSettings, Journal]":
    from center.journal import Journal

    path, center = _files(config)
    return center, Journal(path, center.center, read_only=True)


def _watched(events: int) -> "Watch":
    """Shows on a terminal how far the reading is."""

    def watched(entries: "Iterator[JournalEvent]") -> "Iterator[JournalEvent]":
        with click.progressbar(entries, length=events, label="Reading", file=sys.stderr) as bar:
            yield from bar

    return watched if sys.stderr.isatty() else iter


def _floor(text: str) -> tuple[str, int]:
    letter, _, number = text.partition("=")
    if not number.isdecimal():
        raise click.BadParameter(f"{text!r} is not as A=120", param_hint="--floor")
    return letter, int(number)

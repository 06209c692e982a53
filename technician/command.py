"""The command `luot`: what a technician types, and what systemd starts.

The modules of a part are imported inside its function, so that each command pays only for itself.
"""

import logging
import os
import signal
import sys
from pathlib import Path
from typing import NoReturn, TypeVar

import click

from config.errors import HardwareAbsent, LuotError, SettingsError
from technician import afar, books, ticket, voice
from technician.arguments import a_path, config_option, settings_of

FAILED, SETTINGS_WRONG, HARDWARE_ABSENT = 1, 2, 3
TELL_THEMSELVES = ("ask", "health", "prove-broker")  # what became of their connection

S = TypeVar("S")


def main() -> NoReturn:
    """Run the command line; errors that a person can mend are told in words."""
    try:
        sys.exit(luot())
    except LuotError as error:
        sys.exit(_tell(error))
    except PermissionError as error:
        told = LuotError(f"{error.filename}: {error.strerror}", hint="Try again with sudo.")
        sys.exit(_tell(told))


def _tell(error: LuotError) -> int:
    """Say on stderr what happened and what to do; the exit code of it."""
    for line in error.message.splitlines():
        click.echo(f"error: {line}", err=True)
    if error.hint:
        click.echo(f"hint: {error.hint}", err=True)
    match error:
        case SettingsError():
            return SETTINGS_WRONG
        case HardwareAbsent():
            return HARDWARE_ABSENT
    return FAILED


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="luot")
@click.pass_context
def luot(context: click.Context) -> None:
    """Lượt: the queue of a public service centre."""
    os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")
    level = logging.ERROR if context.invoked_subcommand in TELL_THEMSELVES else logging.INFO
    logging.basicConfig(level=level, format="%(asctime)s %(levelname)s %(name)s: %(message)s")


for each in (
    afar.ask, afar.health, books.journal, books.backup, books.restore, books.day, ticket.ticket, voice.voice,
):  # fmt: skip
    luot.add_command(each)


@luot.command()
@config_option
def hub(config: Path) -> None:
    """Run the hub: it gives the numbers and keeps the journal."""
    from center.hub import run
    from config.settings import HubSettings

    run(_begin(config, HubSettings))


@luot.command()
@config_option
def kiosk(config: Path) -> None:
    """Run a kiosk: the touch screen, and the printer below it."""
    from config.settings import KioskSettings
    from kiosk.app import run

    run(_begin(config, KioskSettings))


@luot.command()
@config_option
def printer(config: Path) -> None:
    """Run a printer that stands alone: kiosks print on it over the bus."""
    from config.settings import PrinterSettings
    from printer.app import run

    run(_begin(config, PrinterSettings))


@luot.command()
@config_option
def display(config: Path) -> None:
    """Run a screen: the hall board, a counter's sign or its QR panel."""
    from config.settings import DisplaySettings
    from display.app import run

    run(_begin(config, DisplaySettings))


@luot.command()
@config_option
def bridge(config: Path) -> None:
    """Run a bridge: keys, signs, lamps and contacts at counters."""
    from config.settings import BridgeSettings
    from firmware_bridge.app import run

    run(_begin(config, BridgeSettings))


@luot.command()
@config_option
def web(config: Path) -> None:
    """Run the web pages: the clerks' console."""
    from config.settings import WebSettings
    from web.app import run

    run(_begin(config, WebSettings))


def _begin(path: Path, kind: type[S]) -> S:
    """The settings of a part that is about to run."""
    _leave_politely()
    return settings_of(path, kind)


def _leave_politely() -> None:
    """Leave every `with` block when told to stop, so that a part says goodbye on the bus; once is enough."""
    told = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)

    def leave(*_: object) -> None:
        for each in told:
            signal.signal(each, signal.SIG_IGN)
        sys.exit()

    for each in told:
        signal.signal(each, leave)


@luot.command()
@click.argument("files", nargs=-1, required=True, type=a_path, metavar="FILE...")
def check(files: tuple[Path, ...]) -> None:
    """Tell every mistake in settings, or that they are fine."""
    from technician.check import notes, verdict

    code = 0
    for file in files:
        try:
            click.echo(f"{file}: fine — {verdict(file)}")
            for note in notes(file):
                click.echo(f"note: {note}")
        except SettingsError as error:
            code = _tell(error)
    sys.exit(code)


@luot.command()
@click.argument("center", type=a_path, metavar="CENTER_FILE")
@click.option(
    "--host", "hosts", required=True, multiple=True, help="A name or address that devices know it by."
)
@click.option(
    "--dir", "folder", type=a_path, default="/etc/luot/broker", show_default=True, metavar="DIR",
    help="Where to write.",
)  # fmt: skip
def broker(center: Path, hosts: tuple[str, ...], folder: Path) -> None:
    """Write the broker's settings, accounts and certificates from the centre's file."""
    from center.broker import install
    from config.load import load_center

    accounts = install(folder.resolve(), load_center(center), hosts)
    click.echo(f"The passwords are in {accounts}: each device's file gets its own.")
    click.echo(f"Every device needs a copy of {folder / 'ca.crt'}. Then: systemctl restart luot-broker")


@luot.command("prove-broker")
@click.argument("center", type=a_path, metavar="CENTER_FILE")
@click.option(
    "--dir", "folder", type=a_path, default="/etc/luot/broker", show_default=True, metavar="DIR",
    help="Where `luot broker` wrote.",
)  # fmt: skip
def prove_broker(center: Path, folder: Path) -> None:
    """Prove that the broker which runs keeps its access list."""
    from center.broker import prove_installed
    from config.load import load_center

    prove_installed(folder, load_center(center))


@luot.command()
def login() -> None:
    """Ask for a password and print its hash for the settings."""
    from web.login import hash_password

    password = click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
    click.echo(f'password_hash = "{hash_password(password)}"')


@luot.command()
@click.option("--markdown", "form", flag_value="markdown", help="The page docs/bus.md instead.")
@click.option("--line", "form", flag_value="line", help="The tables of docs/line-protocol.md instead.")
@click.option("--header", "form", flag_value="header", help="The firmware's C header instead.")
def contract(form: str | None) -> None:
    """Print the contract of the bus, as JSON Schema."""
    from firmware_bridge import published
    from technician.contract import as_json, as_markdown

    forms = {"markdown": as_markdown, "line": published.tables, "header": published.header}
    click.echo(forms.get(form, as_json)() if form else as_json(), nl=False)


@luot.command()
@click.option("--headless", is_flag=True, help="Open no windows on this desktop.")
@click.option("--for", "for_s", type=click.FloatRange(min=1), metavar="SECONDS", help="Stop after that.")
@click.option("--seed", default=1, metavar="N", help="Other people for another number.")
@click.option(
    "--speed", type=click.FloatRange(0.1, 100), default=1.0, metavar="N", help="How often they come."
)
@click.option("--dir", "folder", type=a_path, metavar="DIR", help="Keep all its files there.")
@click.option("--port", type=click.IntRange(0, 65535), default=0, metavar="PORT", help="Of the control room.")
def demo(
    headless: bool, for_s: float | None, seed: int, speed: float, folder: Path | None, port: int
) -> None:
    """Run a whole centre on this machine, with simulated people."""
    from demo.center import run
    from demo.options import DemoOptions

    _leave_politely()
    run(DemoOptions(headless=headless, for_s=for_s, seed=seed, speed=speed, folder=folder, port=port))


@luot.command()
@click.argument("folder", default="docs/pictures", type=a_path, metavar="[DIR]")
def pictures(folder: Path) -> None:
    """Take the pictures of README and docs anew, of a centre that runs."""
    from demo.pictures import run

    _leave_politely()
    run(folder)


@luot.command()
@click.argument("folder", default="gallery", type=a_path, metavar="[DIR]")
@click.option("--only", default="", metavar="TEXT", help="Those whose sheet has it in its name: board-1920.")
@click.option("--keep", is_flag=True, help="Agree instead with how everything looks now, for the tests.")
def gallery(folder: Path, only: str, keep: bool) -> None:
    """Draw every state of every screen, in every language and size."""
    from demo import gallery

    if keep:
        gallery.keep()
    else:
        gallery.run(folder, only)


@luot.command(context_settings={"ignore_unknown_options": True})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED, metavar="[PYTEST ARGUMENT]...")
def test(arguments: tuple[str, ...]) -> None:
    """Check style and types, then run the tests."""
    from technician.quality import run

    sys.exit(run(arguments))


@luot.command()
@click.argument("name", required=False)
@click.option("--json", "as_json", is_flag=True, help="As one JSON document.")
def bench(name: str | None, as_json: bool) -> None:
    """Measure, beside a floor measured in the same run."""
    from bench.run import main as measure

    sys.exit(measure(name, as_json=as_json))


@luot.command()
@click.option("--faults", default=500, show_default=True, metavar="N", help="How many.")
@click.option("--fuzz", type=int, metavar="N", help="So many hostile messages onto the hub instead.")
@click.option("--plugs", type=int, metavar="N", help="So many plugs of a bridge's hardware pulled instead.")
@click.option("--seed", default=1, metavar="N", help="Other faults for another number.")
@click.option("--json", "as_json", is_flag=True, help="As one JSON document.")
@click.option("--dir", "folder", type=a_path, metavar="DIR", help="Keep all its files there.")
def torture(
    faults: int, fuzz: int | None, plugs: int | None, seed: int, as_json: bool, folder: Path | None
) -> None:
    """Break a centre under full load in every way, and check its books."""
    from bench.fuzz import fuzz as send_hostile_messages
    from bench.plugging import storm
    from bench.report import Report, main
    from bench.torture import torture as break_everything

    def run(place: Path) -> Report:
        if fuzz is not None:
            return send_hostile_messages(place, fuzz, seed)
        if plugs is not None:
            return storm(place, plugs, seed)
        return break_everything(place, faults, seed)

    _leave_politely()
    sys.exit(main(run, folder, as_json=as_json))

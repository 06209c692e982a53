"""`luot ask` and `luot health`: the devices of the centre, from afar."""

from pathlib import Path

import click

from technician.arguments import a_new_file, a_path, settings_of

technicians_file = click.option(
    "--config", default="/etc/luot/technician.toml", type=a_path, show_default=True, metavar="FILE",
    help="The technician's settings.",
)  # fmt: skip


@click.command()
@click.argument("device", metavar="DEVICE")
@click.argument(
    "verb",
    type=click.Choice(
        ["identify", "screenshot", "test-call", "test-print", "print", "paper-changed", "reload", "restart"]
    ),
)
@technicians_file
@click.option(
    "--png", type=a_new_file, metavar="FILE", help="Where a screenshot goes, instead of DEVICE.png."
)
@click.option("--ticket", default="", metavar="ID", help="Which one to print again, as in 2026-11-22-A012.")
def ask(device: str, verb: str, config: Path, png: Path | None, ticket: str) -> None:
    """Ask a device of the centre: who it is, what it shows, a test, a ticket again, or to start anew."""
    from config.settings import TechnicianSettings
    from technician.asking import ask as ask_over_the_bus
    from technician.asking import tell

    result = ask_over_the_bus(settings_of(config, TechnicianSettings), device, verb, ticket)
    click.echo(tell(device, result, png or Path(f"{device}.png")))


@click.command()
@click.argument("devices", metavar="[DEVICE]...", nargs=-1)
@technicians_file
def health(devices: tuple[str, ...], config: Path) -> None:
    """Tell how the devices are, and all that hangs on them: these, or every one of the centre."""
    from config.settings import TechnicianSettings
    from technician.health import healths, tell

    for line in tell(healths(settings_of(config, TechnicianSettings)), devices):
        click.echo(line)

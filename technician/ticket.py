"""`luot ticket`: looks at a ticket before a citizen does."""

from pathlib import Path

import click

from technician.arguments import a_new_file, a_path


@click.group()
def ticket() -> None:
    """The printed ticket."""


@ticket.command()
@click.option("--profile", default="generic-80", show_default=True, metavar="P", help="The printer's model.")
@click.option("--serial", is_flag=True, help="On a serial line: the short ticket.")
@click.option("--language", default="vi", show_default=True, metavar="L", help="The citizen's.")
@click.option("--template", type=a_path, metavar="FILE", help="The centre's own.")
@click.option("--center", type=a_path, metavar="FILE", help="The centre's file, for its names.")
@click.option("--again", is_flag=True, help="As it is when it is printed once more.")
@click.option("--png", type=a_new_file, metavar="FILE", help="Where to write the picture.")
@click.option("--bytes", "raw", type=a_new_file, metavar="FILE", help="Where to write what the printer gets.")
def preview(
    profile: str,
    serial: bool,
    language: str,
    template: Path | None,
    center: Path | None,
    again: bool,
    png: Path | None,
    raw: Path | None,
) -> None:
    """Make a ticket as a kiosk would, and print nothing."""
    from technician.preview import preview, size

    composed, data = preview(profile, language, serial=serial, template=template, center=center, again=again)
    if png:
        composed.picture.save(png, "PNG")
    if raw:
        raw.write_bytes(data)
    click.echo(f"{profile}: {size(composed)}, {len(data):,} bytes")

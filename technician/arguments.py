"""What commands are given: files, and above all the settings of a part."""

import os
from pathlib import Path
from typing import TypeVar

import click

from config.errors import SettingsError

S = TypeVar("S")


class NewFile(click.Path):
    """A file to be written, in a folder that is there."""

    def convert(
        self, value: str | os.PathLike[str], param: click.Parameter | None, ctx: click.Context | None
    ) -> Path:
        path = Path(value)
        if not path.parent.is_dir():
            self.fail(f"there is no folder {path.parent}", param, ctx)
        return path


a_new_file = NewFile()
a_path = click.Path(path_type=Path, readable=False)  # whoever reads it tells in words that it may not
config_option = click.option("--config", required=True, type=a_path, metavar="FILE", help="Its settings.")


def settings_of(path: Path, kind: type[S]) -> S:
    """The settings of a part. Raises SettingsError where they are wrong, or those of another role."""
    from config.load import load

    settings = load(path)
    if not isinstance(settings, kind):
        role = type(settings).__struct_config__.tag
        raise SettingsError(f"{path}: these are the settings of a {role}", hint=f"they are for luot {role}")
    return settings

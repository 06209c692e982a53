"""Judges a settings file before a part is started with it."""

from pathlib import Path

from config.errors import SettingsError
from config.load import SHARED, check_shared, is_center, load, load_center
from config.settings import CenterSettings, HubSettings


def verdict(path: Path) -> str:
    """What a file holds, in a few words; SettingsError with every mistake where it is not right."""
    if path.name == SHARED:
        check_shared(path)
        return "what the devices beside it share; check their files too"
    if is_center(path):
        return _describe(load_center(path))
    settings = load(path)
    role = type(settings).__struct_config__.tag
    described = f"{role} {settings.device} of {settings.center}"
    if isinstance(settings, HubSettings):
        center = load_center(settings.catalog)
        if center.center != settings.center:
            raise SettingsError(
                f'{path}: `center` is "{settings.center}", and in {settings.catalog} "{center.center}": '
                "make them the same"
            )
        described += f", with {settings.catalog}: {_describe(center)}"
    return described


def _describe(center: CenterSettings) -> str:
    return (
        f"centre {center.center} with {len(center.services)} services, {len(center.counters)} counters "
        f"and {len(center.devices)} devices"
    )

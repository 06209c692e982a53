"""Judges a device's settings by the centre's file, where that lies beside them: on the hub's Pi."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from config.errors import SettingsError
from config.layers import Document, Layers
from config.lines import KeyPath
from config.load import load, load_center
from config.settings import Account, CenterSettings, HubSettings
from config.shape import Mistake

CENTER = "center.toml"


def namesakes(path: Path) -> list[str]:
    """A device's files that lie beside this one and say that they are the same device."""
    layers = Layers.read(path)
    device = layers.document.get("device")
    others = [each for each in sorted(path.parent.glob("*.toml")) if each.name != path.name]
    return layers.told(
        Mistake(
            ("device",), f'`device` is "{device}" in {other.name} too: give each device a name of its own'
        )
        for other in others
        if _device_of(other) == device
    )


def _device_of(path: Path) -> object:
    try:
        return Layers.read(path).document.get("device")
    except SettingsError:
        return None  # its own check tells


def strange(path: Path) -> list[str]:
    """What the centre does not know of this device, each with its line; nothing where its file is elsewhere.

    They are no mistakes of the file: it may be meant for another Pi, or be written before the centre's.
    """
    beside = path.with_name(CENTER)
    settings = load(path)
    if isinstance(settings, HubSettings) or not beside.exists():
        return []
    try:
        center = load_center(beside)
    except SettingsError:
        return []  # its own check tells
    layers = Layers.read(path)
    role = type(settings).__struct_config__.tag
    accounts = [each for each in center.devices if (each.id, each.role) == (settings.device, role)]
    if not accounts:
        what = f'`device`: {CENTER} has no {role} "{settings.device}" in its `[[devices]]`'
        return layers.told([Mistake(("device",), what)])
    return layers.told(_strange_counters(layers.document, center, accounts[0]))


def _strange_counters(document: Document, center: CenterSettings, account: Account) -> Iterator[Mistake]:
    known = {each.id for each in center.counters}
    for path, counter in _counters(document):
        if counter not in known:
            yield Mistake(path, f'{CENTER} has no counter "{counter}"')
        elif account.role == "bridge" and counter not in account.counters:
            yield Mistake(path, f'counter "{counter}" is none of the `counters` of {account.id} in {CENTER}')


def _counters(value: Any, path: KeyPath = ()) -> Iterator[tuple[KeyPath, Any]]:
    """Every counter that is named anywhere in a device's settings."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in inner:
        if key == "counter" or path[-1:] == ("counters",):
            yield (*path, key), each
        else:
            yield from _counters(each, (*path, key))

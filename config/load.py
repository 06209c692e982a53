"""Reads settings: TOML files in layers into the structs of `config.settings`.

A device's settings come from the structs' defaults, then `luot.toml` beside its file (what the devices of a
machine share), then its file and its drop-ins. A centre's come from its file and its drop-ins. Every mistake
is told at once, with its place.
"""

from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Literal, get_args

from msgspec import structs

from config.device_rules import device_rules
from config.errors import SettingsError
from config.fields import Id, Table
from config.layers import Document, Layers
from config.rules import center_rules
from config.settings import Broker, CenterSettings, Device, DeviceSettings, HubSettings, Screen
from config.shape import Mistake, closest, convert, mistakes

SHARED = "luot.toml"
Role = Literal["hub", "kiosk", "display", "bridge", "web", "printer", "technician"]
ROLES = {kind.__struct_config__.tag: kind for kind in get_args(DeviceSettings)}
_DEVICE_KEYS = frozenset(["role", *(key for kind in ROLES.values() for key in kind.__struct_fields__)])


def load(path: Path) -> DeviceSettings:
    """The settings of a device; SettingsError tells every mistake, one a line."""
    layers = Layers.read(path, under=[path.with_name(SHARED)])
    document = layers.document
    layers.judge(chain(_device_mistakes(document), device_rules(document)))
    settings: DeviceSettings = convert(document, ROLES[document["role"]])
    if isinstance(settings, HubSettings):
        return structs.replace(settings, catalog=path.parent / settings.catalog)
    return settings


def load_center(path: Path) -> CenterSettings:
    """The settings of a centre; SettingsError tells every mistake, one a line."""
    layers = Layers.read(path)
    layers.judge(chain(mistakes(layers.document, CenterSettings), center_rules(layers.document)))
    return convert(layers.document, CenterSettings)


def check_shared(path: Path) -> None:
    """Judge what the devices beside it share; SettingsError tells every mistake, one a line."""
    layers = Layers.read(path)
    layers.judge(mistakes(layers.document, _Shared))


def is_center(path: Path) -> bool:
    """Whether this is a centre's file: its keys are more those of a centre than those of a device."""
    try:
        keys = Layers.read(path).document.keys()
    except SettingsError:
        return False  # `load` tells what is wrong with it
    center_keys = frozenset(CenterSettings.__struct_fields__)
    return len(keys & (center_keys - _DEVICE_KEYS)) > len(keys & (_DEVICE_KEYS - center_keys))


class _Shared(Table, frozen=True):
    """What devices can share: each key may be left to their own files."""

    center: Id = "unset"
    broker: Broker = Broker()
    volatile: bool = False
    screen: Screen = Screen()
    sound: bool = True


class _SomeDevice(Device, frozen=True, kw_only=True):
    """What can be judged while the role is not known."""

    role: Role


def _device_mistakes(document: Document) -> Iterator[Mistake]:
    key = "role" if "role" in document else closest("role", document)
    if kind := ROLES.get(closest(document.get(key), ROLES)):
        yield from mistakes(document[key], Role, (key,))
        yield from mistakes(document, kind)
    else:
        of_some_role = _DEVICE_KEYS.difference(_SomeDevice.__struct_fields__)
        rest = {key: value for key, value in document.items() if key not in of_some_role}
        yield from mistakes(rest, _SomeDevice)

"""Reads settings: TOML files in layers into the structs of `config.settings`.

A device's settings come from the structs' defaults, then `luot.toml` beside its file (what the devices of a
machine share), then its file, then `<its name>.d/*.toml` in the order of their names. A centre's come from
its file and its `.d`. Tables merge, other values replace. Every mistake is told at once, with its place.
"""

import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property, reduce
from itertools import chain
from pathlib import Path
from typing import Literal, get_args

from msgspec import structs

from config.errors import SettingsError
from config.lines import KeyPath, key_lines
from config.rules import Document, center_rules, device_rules
from config.settings import CenterSettings, Device, DeviceSettings, HubSettings
from config.shape import Mistake, closest, convert, mistakes

SHARED = "luot.toml"
Role = Literal["hub", "kiosk", "display", "bridge", "web"]
ROLES = {kind.__struct_config__.tag: kind for kind in get_args(DeviceSettings)}
_DEVICE_KEYS = frozenset(["role", *(key for kind in ROLES.values() for key in kind.__struct_fields__)])


def load(path: Path) -> DeviceSettings:
    """The settings of a device; SettingsError tells every mistake, one a line."""
    layers = _read((path.with_name(SHARED), path), path)
    document: Document = reduce(_merged, (layer.document for layer in layers), {})
    _judge(chain(_device_mistakes(document), device_rules(document)), layers, path)
    settings: DeviceSettings = convert(document, ROLES[document["role"]])
    if isinstance(settings, HubSettings):
        return structs.replace(settings, catalog=path.parent / settings.catalog)
    return settings


def load_center(path: Path) -> CenterSettings:
    """The settings of a centre; SettingsError tells every mistake, one a line."""
    layers = _read((path,), path)
    document: Document = reduce(_merged, (layer.document for layer in layers), {})
    _judge(chain(mistakes(document, CenterSettings), center_rules(document)), layers, path)
    return convert(document, CenterSettings)


def load_shared(path: Path) -> Document:
    """What `luot.toml` says; whether it is right shows with the device files that it is a layer of."""
    [layer] = _read((path,), path)
    return layer.document


def is_center(path: Path) -> bool:
    """Whether this is a centre's file: its keys are more those of a centre than those of a device."""
    try:
        keys = _Layer.read(path).document.keys()
    except SettingsError:
        return False  # `load` tells what is wrong with it
    center_keys = frozenset(CenterSettings.__struct_fields__)
    return len(keys & (center_keys - _DEVICE_KEYS)) > len(keys & (_DEVICE_KEYS - center_keys))


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


@dataclass(frozen=True)
class _Layer:
    """One file."""

    path: Path
    text: str
    document: Document

    @classmethod
    def read(cls, path: Path) -> "_Layer":
        try:
            raw = path.read_bytes()
            text = raw.decode("utf-8-sig")
            return cls(path, text, _anchored(tomllib.loads(text), path.parent))
        except OSError as error:
            raise SettingsError(f"{path}: cannot be read: {error.strerror}") from error
        except UnicodeDecodeError as error:
            line = raw.count(b"\n", 0, error.start) + 1
            raise SettingsError(f"{path}:{line}: is not UTF-8: save the file as UTF-8 text") from error
        except ValueError as error:  # TOMLDecodeError, or a number or date that cannot be
            what, line = _syntax(str(error), text)
            advice = "one `key = value` a line, text in quotes"
            raise SettingsError(f"{path}:{line}: cannot be read as TOML: {what} ({advice})") from error

    @cached_property
    def lines(self) -> dict[KeyPath, int]:
        return key_lines(self.text)


def _syntax(message: str, text: str) -> tuple[str, int]:
    """What tomllib found and the line; before Python 3.14 it tells the line in its message only."""
    what, _, place = message.partition(" (at ")
    line = re.match(r"line (\d+)", place)
    return what, int(line[1]) if line else text.count("\n") + 1


def _anchored(document: Document, folder: Path) -> Document:
    """The document with its relative paths made relative to the folder that it lies in."""
    for table, keys in ((document, ("catalog", "data")), (document.get("broker"), ("ca", "socket"))):
        for key in keys:
            if isinstance(table, dict) and isinstance(table.get(key), str) and table[key]:
                table[key] = str(folder / table[key])
    return document


def _read(paths: Iterable[Path], named: Path) -> list[_Layer]:
    """The layers that are there, drop-ins of the `named` file last; that one must be there."""
    layers, faults = [], []
    for path in dict.fromkeys((*paths, *sorted(named.with_suffix(".d").glob("*.toml")))):
        if path == named or path.exists():
            try:
                layers.append(_Layer.read(path))
            except SettingsError as error:
                faults.append(error.message)
    if faults:
        raise _settings_error(faults, named)
    return layers


def _merged(under: Document, over: Document) -> Document:
    """Tables merge, other values replace."""
    both = {
        key: _merged(under[key], value)
        for key, value in over.items()
        if isinstance(value, dict) and isinstance(under.get(key), dict)
    }
    return under | over | both


def _judge(found: Iterable[Mistake], layers: list[_Layer], named: Path) -> None:
    """Raise the mistakes, if there are any, in the order of their places."""
    told = dict.fromkeys((*_place(mistake.path, layers, named), mistake.text) for mistake in found)
    if told:
        in_order = sorted(told, key=lambda each: each[:2])
        raise _settings_error([f"{layers[at].path}:{line}: {text}" for at, line, text in in_order], named)


def _place(path: KeyPath, layers: list[_Layer], named: Path) -> tuple[int, int]:
    """The layer and the line that `path` comes from, or as much of it as was written."""
    for length in range(len(path), 0, -1):
        for at, layer in reversed(list(enumerate(layers))):
            if path[:length] in layer.lines:
                return at, layer.lines[path[:length]]
    return [layer.path for layer in layers].index(named), 1


def _settings_error(lines: list[str], named: Path) -> SettingsError:
    return SettingsError("\n".join(lines), hint=f"when this is mended, `luot check {named}` says so")

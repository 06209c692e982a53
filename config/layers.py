"""TOML files one over the other, and where in them a value comes from."""

import os
import re
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from config.errors import SettingsError
from config.lines import KeyPath, key_lines
from config.shape import Mistake

Document = dict[str, Any]


@dataclass(frozen=True)
class Layers:
    """A settings file with what lies under it and its drop-ins over it, `<its name>.d/*.toml` by name."""

    named: Path  # the file that a person named
    files: Sequence["_File"]

    @classmethod
    def read(cls, named: Path, *, under: Sequence[Path] = ()) -> "Layers":
        """Read the files that are there; `named` must be. SettingsError tells what cannot be read."""
        files, faults = [], []
        for path in dict.fromkeys((*under, named, *_drop_ins(named))):
            # Path.exists would raise where the folder may not be looked into.
            if path == named or os.access(path, os.F_OK, effective_ids=True):
                try:
                    files.append(_File.read(path))
                except SettingsError as error:
                    faults.append(error.message)
        if faults:
            raise _settings_error(faults, named)
        return cls(named, files)

    @cached_property
    def document(self) -> Document:
        """All of them together: tables merge, other values replace."""
        document: Document = {}
        for file in self.files:
            document = _merged(document, file.document)
        return document

    def judge(self, found: Iterable[Mistake]) -> None:
        """Raise SettingsError with the mistakes, if there are any: one a line, by their places."""
        if lines := self.told(found):
            raise _settings_error(lines, self.named)

    def told(self, found: Iterable[Mistake]) -> list[str]:
        """Each of them with its file and line, by their places."""
        once = dict.fromkeys((*self._place(mistake.path), mistake.text) for mistake in found)
        in_order = sorted(once, key=lambda each: each[:2])
        return [f"{self.files[at].path}:{line}: {text}" for at, line, text in in_order]

    def _place(self, path: KeyPath) -> tuple[int, int]:
        """The file and the line that `path` comes from, or as much of it as was written."""
        for length in range(len(path), 0, -1):
            for at, file in reversed(list(enumerate(self.files))):
                if path[:length] in file.lines:
                    return at, file.lines[path[:length]]
        return [file.path for file in self.files].index(self.named), 1


@dataclass(frozen=True)
class _File:
    path: Path
    text: str
    document: Document

    @classmethod
    def read(cls, path: Path) -> "_File":
        try:
            raw = path.read_bytes()
            text = raw.decode("utf-8-sig")
            return cls(path, text, _anchored(tomllib.loads(text), path.parent))
        except PermissionError as error:
            advice = "type sudo before the command; a part reads it where its group is luot"
            raise SettingsError(f"{path}: may not be read by this user: {advice}") from error
        except OSError as error:
            raise SettingsError(f"{path}: cannot be read: {error.strerror}") from error
        except UnicodeDecodeError as error:
            line = raw.count(b"\n", 0, error.start) + 1
            raise SettingsError(f"{path}:{line}: is not UTF-8: save the file as UTF-8 text") from error
        except ValueError as error:  # TOMLDecodeError, or a number or date that cannot be
            what, line = _syntax(str(error), text)
            twice = what.startswith("Cannot ")  # overwrite a value, declare a table twice
            advice = (
                "it is there twice; of what there are several each has a header like [[services]]"
                if twice
                else "one `key = value` a line, text in quotes"
            )
            raise SettingsError(f"{path}:{line}: cannot be read as TOML: {what} ({advice})") from error

    @cached_property
    def lines(self) -> dict[KeyPath, int]:
        return key_lines(self.text)


def _drop_ins(named: Path) -> list[Path]:
    """What comes over a file, or the folder of it, which then cannot be read either."""
    folder = named.with_suffix(".d")
    try:
        return sorted(each for each in folder.iterdir() if each.suffix == ".toml")
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError:
        return [folder]


def values(value: Any, key: str, path: KeyPath = ()) -> Iterator[tuple[KeyPath, Any]]:
    """What stands at `key`, as in "services.*.id" (`*`: every element of a list), each with its own path."""
    step, _, rest = key.partition(".")
    if step == "*" and isinstance(value, list):
        found: Iterable[tuple[str | int, Any]] = enumerate(value)
    elif step != "*" and isinstance(value, dict) and step in value:
        found = [(step, value[step])]
    else:
        return
    for part, inner in found:
        if rest:
            yield from values(inner, rest, (*path, part))
        else:
            yield (*path, part), inner


def _anchored(document: Document, folder: Path) -> Document:
    """The document with its relative paths made relative to the folder that it lies in."""
    for table, keys in (
        (document, ("catalog", "data", "voice", "pictures")),
        (document.get("broker"), ("ca", "socket")),
        (document.get("printer"), ("template",)),
        (document.get("theme"), ("emblem",)),
    ):
        for key in keys:
            if isinstance(table, dict) and isinstance(table.get(key), str) and table[key]:
                table[key] = str(folder / table[key])
    return document


def _merged(under: Document, over: Document) -> Document:
    both = {
        key: _merged(under[key], value)
        for key, value in over.items()
        if isinstance(value, dict) and isinstance(under.get(key), dict)
    }
    return under | over | both


def _syntax(message: str, text: str) -> tuple[str, int]:
    """What tomllib found and the line; before Python 3.14 it tells the line in its message only."""
    what, _, place = message.partition(" (at ")
    line = re.match(r"line (\d+)", place)
    return what, int(line[1]) if line else text.count("\n") + 1


def _settings_error(lines: list[str], named: Path) -> SettingsError:
    return SettingsError("\n".join(lines), hint=f"when this is mended, `luot check {named}` says so")

"""A clip pack: a folder with a WAV file a clip, and `pack.toml`: who speaks, and under which licence."""

import json
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec

from config.errors import SettingsError
from display import clip
from display.clip import Clip
from display.phrase import NEEDED

MANIFEST = "pack.toml"
UNLIKE_DB = 8.0  # clips of a pack that differ by more sound as if they came from two rooms


class Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What `pack.toml` says."""

    language: str
    speaker: str
    licence: str
    clips: dict[str, str]  # what is said in each


@dataclass(frozen=True)
class Pack:
    """A language's clips, and what is wrong with the others."""

    manifest: Manifest
    clips: dict[str, Clip]
    faults: dict[str, str]

    @property
    def missing(self) -> tuple[str, ...]:
        """The clips without which not every call can be said."""
        return tuple(name for name in NEEDED if name not in self.clips)

    def problems(self) -> Iterator[str]:
        """Everything that is wrong with it, in words."""
        for name, fault in self.faults.items():
            yield f"{name}.wav: {fault}"
        if missing := [name for name in self.missing if name not in self.faults]:
            yield f"missing: {', '.join(missing)}"
        levels = sorted(each.level for each in self.clips.values())
        for name, each in self.clips.items():
            if problem := each.problem():
                yield f"{name}.wav: {problem}"
            elif abs(each.level - levels[len(levels) // 2]) > UNLIKE_DB:
                yield f"{name}.wav: its loudness ({each.level:.0f} dB) is unlike the others'"


def read_pack(folder: Path) -> Pack:
    """The pack in that folder. Raises SettingsError where its manifest is not there or cannot be read."""
    manifest, clips, faults = read_manifest(folder), {}, {}
    for path in sorted(folder.glob("*.wav")):
        try:
            clips[path.stem] = clip.read(path)
        except (ValueError, OSError) as error:
            faults[path.stem] = str(error)
    return Pack(manifest, clips, faults)


def read_manifest(folder: Path) -> Manifest:
    """What the pack says of itself. Raises SettingsError."""
    path = folder / MANIFEST
    try:
        return msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), Manifest)
    except OSError as error:
        hint = f"Begin it: luot voice speaker {folder.name} NAME --licence TEXT"
        raise SettingsError(f"{path}: {error.strerror}", hint=hint) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, msgspec.ValidationError) as error:
        raise SettingsError(f"{path}: {error}") from error


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write it, whole or not at all; JSON's quotes are TOML's."""
    quoted = [
        f"{key} = {json.dumps(value, ensure_ascii=False)}"
        for key, value in (("language", manifest.language), ("speaker", manifest.speaker),
                           ("licence", manifest.licence))
    ]  # fmt: skip
    words = [f"{name} = {json.dumps(said, ensure_ascii=False)}" for name, said in manifest.clips.items()]
    folder.mkdir(parents=True, exist_ok=True)
    part = folder / "pack.part"
    part.write_text("\n".join([*quoted, "", "[clips]", *words, ""]), encoding="utf-8")
    part.replace(folder / MANIFEST)

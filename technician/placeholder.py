"""A placeholder voice, made by espeak-ng, until a person of the centre has recorded one."""

import shutil
import subprocess
from io import BytesIO
from pathlib import Path

from msgspec import structs

from config.errors import HardwareAbsent
from display import clip
from display.pack import MANIFEST, Manifest, read_manifest, write_manifest
from display.phrase import WORDS
from technician.recording import converted

SPEAKER = "espeak-ng, a placeholder"
LICENCE = "none needed: a program speaks"
VOICES = {"vi": "vi", "en": "en-gb"}
SPEED = {"vi": 135, "en": 145}  # words a minute


def make(folder: Path, language: str) -> list[str]:
    """Make the clips that the pack lacks, and the pack where there is none; their names."""
    if not shutil.which("espeak-ng"):
        raise HardwareAbsent("espeak-ng is not on this machine.", hint="sudo apt-get install -y espeak-ng")
    known = read_manifest(folder) if (folder / MANIFEST).exists() else None
    words = WORDS[language] | (known.clips if known else {})
    told = known or Manifest(language, SPEAKER, LICENCE, {})
    write_manifest(folder, structs.replace(told, clips=words))
    lacking = [name for name in words if not (folder / f"{name}.wav").exists()]
    for name in lacking:
        clip.write(folder / f"{name}.wav", clip.cut(converted(BytesIO(_spoken(language, words[name])))))
    return lacking


def _spoken(language: str, words: str) -> bytes:
    """As a WAV file."""
    command = ["espeak-ng", "-v", VOICES[language], "-s", str(SPEED[language]), "--stdout", words]
    return subprocess.run(command, capture_output=True, check=True).stdout

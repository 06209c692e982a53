"""A placeholder voice, made by espeak-ng, until a person of the centre has recorded one."""

from pathlib import Path

from msgspec import structs

from display import clip
from display.pack import MANIFEST, Manifest, read_manifest, write_manifest
from display.phrase import WORDS
from screen.speech import check_speech, spoken

SPEAKER = "espeak-ng, a placeholder"
LICENCE = "none needed: a program speaks"


def make(folder: Path, language: str) -> list[str]:
    """Make the clips that the pack lacks, and the pack where there is none; their names.

    Raises HardwareAbsent without espeak-ng.
    """
    check_speech()
    known = read_manifest(folder) if (folder / MANIFEST).exists() else None
    words = WORDS[language] | (known.clips if known else {})
    told = known or Manifest(language, SPEAKER, LICENCE, {})
    write_manifest(folder, structs.replace(told, clips=words))
    lacking = [name for name in words if not (folder / f"{name}.wav").exists()]
    for name in lacking:
        clip.write(folder / f"{name}.wav", clip.cut(spoken(language, words[name])))
    return lacking

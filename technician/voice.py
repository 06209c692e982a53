"""`luot voice`: the clips that calls are said with: made, recorded, replaced, heard, checked."""

import re
import sys
from pathlib import Path

import click

from config.errors import HardwareAbsent, LuotError, SettingsError
from technician.arguments import a_path


def _default() -> Path:
    from config.settings import VOICE

    return VOICE


packs_option = click.option(
    "--dir", "folder", type=a_path, default=_default, show_default="/var/lib/luot/voice", metavar="DIR",
    help="Where the packs are.",
)  # fmt: skip
words_option = click.option("--words", default="", help="What is said in it, where the pack does not say.")
a_language = click.argument("language", metavar="LANGUAGE")
a_clip = click.argument("name", metavar="CLIP")


@click.group()
def voice() -> None:
    """The voice that says the calls."""


@voice.command()
@click.option(
    "--language", "languages", multiple=True, required=True, type=click.Choice(["vi", "en"]),
    help="Which; it may be given twice.",
)  # fmt: skip
@packs_option
def make(languages: tuple[str, ...], folder: Path) -> None:
    """Make the clips that are missing, by espeak-ng: a placeholder."""
    from technician.placeholder import make as make_pack

    for language in languages:
        made = make_pack(folder / language, language)
        click.echo(f"{folder / language}: {len(made)} clips made; what was there stays")


@voice.command()
@a_language
@click.argument("speaker", metavar="NAME")
@click.option("--licence", required=True, help="What they allow to be done with it.")
@packs_option
def speaker(language: str, speaker: str, licence: str, folder: Path) -> None:
    """Say whose voice a pack is; it begins one where there is none."""
    from display.pack import MANIFEST, Manifest, read_manifest, write_manifest

    place = folder / language
    clips = read_manifest(place).clips if (place / MANIFEST).exists() else {}
    write_manifest(place, Manifest(language, speaker, licence, clips))


@voice.command()
@a_language
@a_clip
@words_option
@packs_option
def record(language: str, name: str, words: str, folder: Path) -> None:
    """Record a clip with the microphone, and hear it."""
    from technician.recording import record as listen

    told = _words(folder / language, language, name, words)
    click.echo(f"Say: {told}")
    click.pause("A key begins the recording.")
    _keep(folder / language, name, told, listen(lambda: click.pause("A key ends it.")))


@voice.command()
@a_language
@a_clip
@click.argument("file", type=a_path, metavar="FILE")
@words_option
@packs_option
def replace(language: str, name: str, file: Path, words: str, folder: Path) -> None:
    """Take a clip from a sound file (WAV, FLAC, MP3, Ogg), and hear it."""
    from technician.recording import converted

    _keep(folder / language, name, _words(folder / language, language, name, words), converted(file))


@voice.command()
@a_language
@click.argument("label", metavar="NUMBER_OR_CLIP")
@click.argument("counter", default="1", metavar="[COUNTER]")
@packs_option
def play(language: str, label: str, counter: str, folder: Path) -> None:
    """Hear a clip, or a call: luot voice play vi A012 3."""
    from display.pack import read_pack
    from display.phrase import phrase
    from technician.recording import play as hear

    clips = read_pack(folder / language).clips
    names = (label,) if label in clips else phrase(label, "", counter, clips)
    if missing := [name for name in names if name not in clips]:
        raise LuotError(f"{folder / language} lacks {', '.join(missing)}.")
    hear(b"".join(clips[name].samples for name in names))


@voice.command()
@packs_option
def check(folder: Path) -> None:
    """Tell everything that is wrong with the packs, or that they are fine."""
    from display.voice import read_packs

    packs = read_packs(folder)
    if not packs:
        raise SettingsError(f"{folder} has no pack.", hint="luot voice make --language vi --language en")
    wrong = False
    for pack in packs:
        told = pack.manifest
        click.echo(f"{told.language}: {len(pack.clips)} clips, spoken by {told.speaker} ({told.licence})")
        for problem in pack.problems():
            wrong = True
            click.echo(f"  {problem}")
    sys.exit(wrong)


def _words(place: Path, language: str, name: str, words: str) -> str:
    """What is to be said in a clip. Raises LuotError where nobody knows."""
    from display.pack import read_manifest
    from display.phrase import WORDS

    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9-]*", name):
        raise LuotError(f"{name!r} can be no clip's name.", hint="It has letters, digits and hyphens.")
    known = WORDS.get(language, {}) | read_manifest(place).clips
    if not (told := words or known.get(name)):
        raise LuotError(f"Nobody knows what is said in {name!r}.", hint='Tell it: --words "…"')
    return told


def _keep(place: Path, name: str, words: str, samples: bytes) -> None:
    """Put a clip into its pack, and let it be heard. Raises LuotError where it would be no good there."""
    from msgspec import structs

    from display import clip
    from display.pack import read_manifest, write_manifest
    from technician.recording import play as hear

    made = clip.cut(samples)
    if problem := made.problem():
        raise LuotError(f"{name} is not kept: {problem}.", hint="Try again, in a quiet room.")
    clip.write(place / f"{name}.wav", made)
    manifest = read_manifest(place)
    write_manifest(place, structs.replace(manifest, clips=manifest.clips | {name: words}))
    click.echo(f"{place / name}.wav: {made.seconds:.1f} s, {made.level:.0f} dB")
    try:
        hear(made.samples)
    except HardwareAbsent as absent:
        click.echo(f"It is kept, but cannot be heard here. {absent.message}")

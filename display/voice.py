"""The voice of a board: the words of each call, joined from clips into one buffer, after a chime.

A language without a pack, or whose pack lacks a clip, is said in Vietnamese; without that a chime is all.
"""

import logging
from collections.abc import Iterable
from dataclasses import replace
from functools import partial
from pathlib import Path

from bus.messages import YOUNG_CALL_S
from config.errors import SettingsError
from config.words import FALLBACK
from display import chime
from display.announcer import Announcement
from display.clip import seconds
from display.pack import MANIFEST, Pack, read_pack
from display.phrase import phrase
from screen.sound import Sound

log = logging.getLogger(__name__)

RUN_S = 1.0  # words that begin so soon after others need no chime: the hall is listening


def read_packs(folder: Path) -> list[Pack]:
    """The packs in a folder, one a language."""
    return [read_pack(path.parent) for path in sorted(folder.glob(f"*/{MANIFEST}"))]


class Voice:
    """Says calls, one after the other."""

    def __init__(self, sound: Sound, folder: Path) -> None:
        self.sound = sound
        self.folder = folder
        self._packs: dict[str, Pack] = {}
        self._until = 0.0  # when the last words are over
        self._lacking: set[tuple[str, str]] = set()  # clips that the log has named

    def read(self) -> None:
        """Read the packs, anew where they changed."""
        try:
            self._packs = {pack.manifest.language: pack for pack in read_packs(self.folder)}
        except SettingsError as error:
            log.error("the voice cannot be read error=%s", error.message)
        if FALLBACK not in self._packs:
            log.warning("calls are announced by a chime alone: no voice folder=%s", self.folder)
        self._lacking.clear()

    def say(self, call: Announcement, now: float, volume: float, *, brief: bool = False) -> float:
        """Let a call be heard after those before it; returns when it is over, in monotonic seconds.

        A `brief` one is said in its citizen's own language alone: others wait, and each is to be heard.
        """
        words = self.words(replace(call, languages=call.languages[-1:]) if brief else call)
        ring = not words or now > self._until + RUN_S
        self.sound.play(partial(_heard, words, ring), volume=volume, until=now + YOUNG_CALL_S)
        self._until = max(now, self._until) + seconds(words) + (chime.LENGTH_S if ring else 0.0)
        return self._until

    def words(self, call: Announcement) -> bytes:
        """A call in each of its languages, without gaps; nothing where no pack has its clips."""
        said: dict[str, bytes] = {}
        for wanted in call.languages:
            for language in (wanted, FALLBACK):
                pack = self._packs.get(language)
                if language in said or (pack and self._join(pack, call, said)):
                    break
        return b"".join(said.values())

    def _join(self, pack: Pack, call: Announcement, said: dict[str, bytes]) -> bool:
        """Put the call in the pack's language to what is `said`, where the pack has every clip of it."""
        names = phrase(call.label, call.counter, call.number, pack.clips)
        self._name({(pack.manifest.language, name) for name in names if name not in pack.clips})
        if any(name not in pack.clips for name in names):
            return False
        said[pack.manifest.language] = b"".join(pack.clips[name].samples for name in names)
        return True

    def _name(self, lacking: Iterable[tuple[str, str]]) -> None:
        for language, name in sorted(set(lacking) - self._lacking):
            log.warning("a call cannot be said: the voice lacks a clip language=%s clip=%s", language, name)
            self._lacking.add((language, name))


def _heard(words: bytes, ring: bool) -> bytes:
    return chime.samples() * ring + words

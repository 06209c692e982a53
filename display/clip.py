"""A clip: a word or two as samples, cut close and as loud as the others, so that clips join without gaps."""

import wave
from array import array
from dataclasses import dataclass
from functools import cached_property
from math import log10, sqrt
from pathlib import Path

from screen.sound import RATE

FULL = 32_767
LOUD, PEAK = 0.14, 0.9  # of a clip: its mean over the loud parts (-17 dB), and what it never exceeds
QUIET = 0.02  # of its peak: what is below this at either end is no speech
LEAD_S, TAIL_S = 0.02, 0.09  # kept before and after: the pause between two words
FADE_S = 0.008  # at both ends, or joins would click
SHORTEST_S, LONGEST_S = 0.1, 4.0
QUIETEST, LOUDEST = -30.0, -8.0  # dB, of the mean


@dataclass(frozen=True)
class Clip:
    """Samples as they are played."""

    samples: bytes

    @property
    def seconds(self) -> float:
        return seconds(self.samples)

    @cached_property
    def level(self) -> float:
        """The mean of its loud parts in dB below full scale."""
        return 20 * log10(max(1e-5, _loudness(array("h", self.samples))))

    def problem(self) -> str:
        """What is wrong with it, or ""."""
        if not SHORTEST_S <= self.seconds <= LONGEST_S:
            return f"it lasts {self.seconds:.1f} s; a clip is {SHORTEST_S:g} to {LONGEST_S:g} s long"
        if self.level < QUIETEST:
            return f"it is too quiet ({self.level:.0f} dB)"
        if self.level > LOUDEST:
            return f"it is too loud ({self.level:.0f} dB)"
        if sum(abs(each) >= FULL - 1 for each in array("h", self.samples)) > RATE // 500:
            return "it is distorted: record it from farther away"
        return ""


def seconds(samples: bytes) -> float:
    """How long so many samples last."""
    return len(samples) / 2 / RATE


def cut(samples: bytes) -> Clip:
    """A recording as a clip: without silence before and after, as loud as the others, with soft ends."""
    sound = array("h", samples)
    peak = max(map(abs, sound), default=0)
    speech = [place for place, each in enumerate(sound) if abs(each) > QUIET * peak]
    if not speech:
        return Clip(b"")
    begin = max(0, speech[0] - round(LEAD_S * RATE))
    sound = sound[begin : speech[-1] + round(TAIL_S * RATE)]
    gain = min(LOUD / _loudness(sound), PEAK * FULL / peak)
    fade, last = round(FADE_S * RATE), len(sound) - 1
    soft = (min(1.0, place / fade, (last - place) / fade) for place in range(len(sound)))
    return Clip(array("h", (round(each * gain * by) for each, by in zip(sound, soft, strict=True))).tobytes())


def _loudness(sound: "array[int]") -> float:
    """The mean over the loud parts, as a share of full scale: pauses within a clip count for nothing."""
    part = RATE // 50
    parts = (sound[at : at + part] for at in range(0, len(sound), part))
    powers = sorted((sum(each * each for each in part) / len(part) for part in parts), reverse=True)
    loud = powers[: len(powers) // 2 + 1]
    return sqrt(sum(loud) / len(loud)) / FULL if loud else 0.0


def read(path: Path) -> Clip:
    """The clip of a file. Raises ValueError with what is wrong with it."""
    try:
        with wave.open(str(path)) as file:
            kind = (file.getframerate(), file.getsampwidth(), file.getnchannels())
            if kind != (RATE, 2, 1):
                rate, width, channels = kind
                raise ValueError(
                    f"it has {rate} samples a second of {8 * width} bit in {channels} channels; "
                    f"a clip has {RATE} of 16 bit in one"
                )
            return Clip(file.readframes(file.getnframes()))
    except (wave.Error, EOFError) as error:
        raise ValueError(f"it is no WAV file: {error}") from error


def write(path: Path, clip: Clip) -> None:
    """Write it as a WAV file, whole or not at all."""
    part = path.with_suffix(".part")
    with wave.open(str(part), "wb") as file:
        file.setparams((1, 2, RATE, 0, "NONE", "not compressed"))
        file.writeframes(clip.samples)
    part.replace(path)

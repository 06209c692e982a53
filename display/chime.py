"""The chime before a call: two soft strokes of a bell, made by code."""

from array import array
from collections.abc import Iterator
from functools import cache
from math import exp, pi, sin

from screen.sound import RATE

STROKES = ((0.0, 659.26), (0.42, 523.25))  # seconds, Hz: e″ and c″, a falling third
LENGTH_S = 1.6
_FADE_S = 0.5  # at its end: nothing rings on into the words
_PARTIALS = (
    (1.0, 1.0, 3.0),
    (2.0, 0.35, 4.5),
    (3.01, 0.12, 7.0),
)  # of the tone: pitch, loudness, decay in 1/s
_ATTACK_S = 0.006  # a stroke swells that long, or it would click
_PEAK = 0.6 * 32767 / (len(STROKES) * sum(loudness for _, loudness, _ in _PARTIALS))


@cache
def samples() -> bytes:
    """The whole chime."""
    return array("h", _samples()).tobytes()


def _samples() -> Iterator[int]:
    for number in range(int(LENGTH_S * RATE)):
        moment = number / RATE
        fade = min(1.0, (LENGTH_S - moment) / _FADE_S)
        yield round(_PEAK * fade * sum(_stroke(moment - start, pitch) for start, pitch in STROKES))


def _stroke(since: float, pitch: float) -> float:
    if since <= 0:
        return 0.0
    tones = (
        loudness * exp(-decay * since) * sin(2 * pi * pitch * ratio * since)
        for ratio, loudness, decay in _PARTIALS
    )
    return min(1.0, since / _ATTACK_S) * sum(tones)

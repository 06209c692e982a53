"""The chime of a call: two soft strokes of a bell, made by code.

Opening a sound device can take seconds, and a board without one must still show its calls: sound has a thread
of its own, and what it cannot play is not heard. It tries again at every call, for a television may be off at
boot.
"""

import logging
from array import array
from collections.abc import Iterator
from math import exp, pi, sin
from queue import SimpleQueue
from threading import Thread

import pygame

log = logging.getLogger(__name__)

RATE = 22_050  # samples a second, 16 bit, mono
STROKES = ((0.0, 659.26), (0.42, 523.25))  # seconds, Hz: e″ and c″, a falling third
LENGTH_S = 2.0
END_S = 1.0
_PARTIALS = (
    (1.0, 1.0, 3.0),
    (2.0, 0.35, 4.5),
    (3.01, 0.12, 7.0),
)  # of the tone: pitch, loudness, decay in 1/s
_ATTACK_S = 0.006  # a stroke swells that long, or it would click
_PEAK = 0.6 * 32767 / (len(STROKES) * sum(loudness for _, loudness, _ in _PARTIALS))


def samples() -> bytes:
    """The whole chime."""
    return array("h", _samples()).tobytes()


def _samples() -> Iterator[int]:
    for number in range(int(LENGTH_S * RATE)):
        moment = number / RATE
        yield round(_PEAK * sum(_stroke(moment - start, pitch) for start, pitch in STROKES))


def _stroke(since: float, pitch: float) -> float:
    if since <= 0:
        return 0.0
    tones = (
        loudness * exp(-decay * since) * sin(2 * pi * pitch * ratio * since)
        for ratio, loudness, decay in _PARTIALS
    )
    return min(1.0, since / _ATTACK_S) * sum(tones)


class Chime:
    """The sound of a board; `strike` never waits and never fails."""

    def __init__(self) -> None:
        self._strokes: SimpleQueue[bool] = SimpleQueue()
        self._thread = Thread(target=self._play, name="chime", daemon=True)
        self._silent = False  # there was no sound device at the last attempt

    def __enter__(self) -> "Chime":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._strokes.put(False)
        self._thread.join(END_S)  # it is a daemon: a device that hangs holds up no end

    def strike(self) -> None:
        """Let it be heard now."""
        self._strokes.put(True)

    def _play(self) -> None:
        self._open()
        sound = samples()
        while self._strokes.get():
            if self._open():
                pygame.mixer.Sound(buffer=sound).play()
        pygame.mixer.quit()

    def _open(self) -> bool:
        if pygame.mixer.get_init():
            return True
        try:
            pygame.mixer.init(RATE, -16, 1, allowedchanges=0)
        except pygame.error as error:
            if not self._silent:
                log.warning("calls are shown without a sound: no sound device error=%s", error)
            self._silent = True
            return False
        if self._silent:
            log.info("calls are heard again: a sound device was found")
        self._silent = False
        return True

"""What is heard: one thing after the other, never two at once.

Opening a sound device can take seconds, and a screen without one must still show what it has: sound has a
thread of its own, where samples are made too, and what it cannot play is not heard. It tries again each time,
for a television may be off at boot.
"""

import logging
import math
from collections.abc import Callable
from dataclasses import dataclass
from queue import SimpleQueue
from threading import Event, Thread
from typing import Literal

import pygame

from config.clock import Clock
from config.errors import LuotError

log = logging.getLogger(__name__)

RATE = 22_050  # samples a second, 16 bit, mono
END_S = 1.0
LOOK_S = 0.02  # while something is heard: how often its end is looked for


@dataclass(frozen=True)
class _Wanted:
    samples: Callable[[], bytes]
    volume: float  # 0 to 1
    until: float  # in monotonic seconds; what has not begun by then is not heard any more
    number: int


class Sound:
    """The sound of a screen; `play` and `hush` never wait and never fail."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._wanted: SimpleQueue[_Wanted | Literal["release", "end"]] = SimpleQueue()
        self._thread = Thread(target=self._play, name="sound", daemon=True)
        self._ending = Event()
        self.silent = False  # there was no sound device at the last attempt
        self._last = 0  # what was wanted, counted; only its own side of the thread writes each of these
        self._hushed = 0
        self._over = 0

    def __enter__(self) -> "Sound":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ending.set()
        self._wanted.put("end")
        self._thread.join(END_S)  # it is a daemon: a device that hangs holds up no end

    def play(self, samples: Callable[[], bytes], *, volume: float, until: float = math.inf) -> None:
        """Let what `samples` makes be heard, after what is heard now."""
        self._last += 1
        self._wanted.put(_Wanted(samples, volume, until, self._last))

    def hush(self) -> None:
        """What was to be heard so far is heard no longer."""
        self._hushed = self._last

    def release(self) -> None:
        """After what is heard now let the device go: the next one may be another, plugged in meanwhile."""
        self._wanted.put("release")

    @property
    def busy(self) -> bool:
        """Whether something is heard, or is to be."""
        return self._over < self._last

    def _play(self) -> None:
        self._open()
        while (wanted := self._wanted.get()) != "end" and not self._ending.is_set():
            if wanted == "release":
                pygame.mixer.quit()
                continue
            if self._clock.monotonic() > wanted.until:
                log.warning("something is not said: the sound device was busy for too long")
            elif self._hushed < wanted.number and self._open():
                try:
                    self._hear(wanted)
                except LuotError as error:
                    log.warning("something is not said error=%s", error)
            self._over = wanted.number
        pygame.mixer.quit()

    def _hear(self, wanted: _Wanted) -> None:
        samples = wanted.samples()
        if not samples or self._hushed >= wanted.number:  # pygame dies of playing nothing
            return
        sound = pygame.mixer.Sound(buffer=samples)
        sound.set_volume(wanted.volume)
        channel = pygame.mixer.Channel(0)
        channel.play(sound)
        while channel.get_busy() and not self._ending.wait(LOOK_S):
            if self._hushed >= wanted.number:
                channel.stop()

    def _open(self) -> bool:
        if pygame.mixer.get_init():
            return True
        try:
            pygame.mixer.init(RATE, -16, 1, allowedchanges=0)
        except pygame.error as error:
            if not self.silent:
                log.warning("nothing is heard: no sound device error=%s", error)
            self.silent = True
            return False
        if self.silent:
            log.info("it is heard again: a sound device was found")
        self.silent = False
        return True

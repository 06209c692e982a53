"""What is heard: one thing after the other, never two at once.

Opening a sound device can take seconds, and a board without one must still show its calls: sound has a thread
of its own, and what it cannot play is not heard. It tries again at every call, for a television may be off at
boot.
"""

import logging
from dataclasses import dataclass
from queue import SimpleQueue
from threading import Event, Thread

import pygame

from config.clock import Clock
from display import chime
from display.clip import RATE

log = logging.getLogger(__name__)

END_S = 1.0
LOOK_S = 0.02  # while something is heard: how often its end is looked for


@dataclass(frozen=True)
class _Wanted:
    words: bytes
    chime: bool
    volume: float  # 0 to 1
    until: float  # in monotonic seconds; what has not begun by then is not heard any more


class Sound:
    """The sound of a board; `play` never waits and never fails."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._wanted: SimpleQueue[_Wanted | None] = SimpleQueue()
        self._thread = Thread(target=self._play, name="sound", daemon=True)
        self._ending = Event()
        self._silent = False  # there was no sound device at the last attempt

    def __enter__(self) -> "Sound":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ending.set()
        self._wanted.put(None)
        self._thread.join(END_S)  # it is a daemon: a device that hangs holds up no end

    def play(self, words: bytes, *, chime: bool, volume: float, until: float) -> None:
        """Let it be heard, after what is heard now."""
        self._wanted.put(_Wanted(words, chime, volume, until))

    def _play(self) -> None:
        self._open()
        bell = chime.samples()
        while (wanted := self._wanted.get()) and not self._ending.is_set():
            if self._clock.monotonic() > wanted.until:
                log.warning("a call is not said: the sound device was busy for too long")
            elif self._open():
                self._hear(pygame.mixer.Sound(buffer=bell * wanted.chime + wanted.words), wanted.volume)
        pygame.mixer.quit()

    def _hear(self, sound: pygame.mixer.Sound, volume: float) -> None:
        sound.set_volume(volume)
        channel = pygame.mixer.Channel(0)
        channel.play(sound)
        while channel.get_busy() and not self._ending.wait(LOOK_S):
            pass

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

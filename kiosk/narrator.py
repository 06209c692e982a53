"""Reads the kiosk aloud into headphones, as its guide says; each part without sound goes on in silence."""

import logging
import math
import os
from dataclasses import replace
from functools import partial

from bus.messages import LinkHealth
from config.clock import Clock
from config.errors import HardwareAbsent
from kiosk.guide import Guide
from kiosk.look import VOLUMES
from kiosk.scene import Scene
from screen.sound import Sound
from screen.speech import check_speech, spoken
from screen.theme import Size

log = logging.getLogger(__name__)

LONGEST_S = 90.0  # of a page, read slowly; a sound device that hangs is not taken for a listener any longer


class Narrator:
    """The voice in the headphones; not there without a device in the settings, or without a program."""

    def __init__(self, device: str, clock: Clock) -> None:
        self.device = device  # of ALSA
        self.ready = False
        self._clock = clock
        self._sound = Sound(clock)
        self._guide = Guide()
        self._begun = -math.inf  # the last telling

    def __enter__(self) -> "Narrator":
        if self.device:
            self._open()
        return self

    def _open(self) -> None:
        try:
            check_speech()
        except HardwareAbsent as error:
            log.error("nothing is read aloud error=%s", error.message)
            return
        os.environ["AUDIODEV"] = self.device  # where SDL plays: it knows the devices of ALSA by other names
        self._sound.__enter__()
        self._sound.release()
        self.ready = True

    def __exit__(self, *exc: object) -> None:
        if self.ready:
            self._sound.__exit__(*exc)

    @property
    def reading(self) -> bool:
        """Whether somebody is hearing something other than that the page ends soon."""
        lasts = self._clock.monotonic() < self._begun + LONGEST_S
        return lasts and self._sound.busy and not self._guide.warned

    def interrupt(self) -> None:
        """A person did something: what is being said ends."""
        self._sound.hush()
        self._guide = replace(self._guide, asked=True)

    def repeat(self) -> None:
        """Say everything once more."""
        self._guide = replace(self._guide, asked=True, again=True)

    def show(self, scene: Scene, size: Size) -> None:
        """Tell what is new on a page that is shown on a screen of that size."""
        if not self.ready:
            return
        self._guide, telling = self._guide.tell(scene, size)
        if telling.at_once:
            self._sound.hush()
        if telling.sentences:
            self._begun = self._clock.monotonic()
        for each in telling.sentences:
            samples = partial(spoken, each.language, each.words)
            self._sound.play(samples, volume=VOLUMES[scene.look.volume - 1])
        if telling.at_once and not scene.look.spoken:
            self._sound.release()

    def health(self) -> tuple[LinkHealth, ...]:
        """Of the headphones, where the settings name some."""
        if not self.device:
            return ()
        state = "no-voice" if not self.ready else "silent" if self._sound.silent else "ready"
        return (LinkHealth("headphones", state),)

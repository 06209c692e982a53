"""Sound in and out at a technician's command: a microphone, files of any kind, a loudspeaker."""

import ctypes
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import pygame
from pygame._sdl2 import audio

from config.errors import HardwareAbsent, LuotError
from screen.sound import RATE

LOOK_MS = 20
MICROPHONE_SAMPLES = 512  # that it hands over at once


@contextmanager
def _mixer() -> Iterator[None]:
    try:
        pygame.mixer.init(RATE, -16, 1, allowedchanges=0)
    except pygame.error as error:
        raise HardwareAbsent(f"No sound device can be opened: {error}", hint="Is one connected?") from error
    try:
        yield
    finally:
        pygame.mixer.quit()


@contextmanager
def _without_device() -> Iterator[None]:
    """SDL converts files in its mixer only, and this machine may have no sound device."""
    before = os.environ.get("SDL_AUDIODRIVER")
    os.environ["SDL_AUDIODRIVER"] = "dummy"
    try:
        with _mixer():
            yield
    finally:
        del os.environ["SDL_AUDIODRIVER"]
        if before is not None:
            os.environ["SDL_AUDIODRIVER"] = before


def play(samples: bytes) -> None:
    """Let it be heard, to its end."""
    with _mixer():
        channel = pygame.mixer.Channel(0)
        channel.play(pygame.mixer.Sound(buffer=samples))
        while channel.get_busy():
            pygame.time.wait(LOOK_MS)


def converted(file: Path | IO[bytes]) -> bytes:
    """The samples of a sound file (WAV, FLAC, MP3, Ogg), as clips have them. Raises LuotError."""
    with _without_device():
        try:
            return pygame.mixer.Sound(file).get_raw()
        except (pygame.error, OSError) as error:
            raise LuotError(f"{file}: {error}", hint="It must be a WAV, FLAC, MP3 or Ogg file.") from error


def record(wait: Callable[[], object]) -> bytes:
    """What a microphone hears while `wait` does. Raises HardwareAbsent."""
    heard: list[bytes] = []
    with _mixer():
        names = audio.get_audio_device_names(True)
        if not names:
            raise HardwareAbsent(
                "There is no microphone.", hint="Record with a telephone; then: luot voice replace"
            )
        microphone = audio.AudioDevice(
            names[0], True, RATE, audio.AUDIO_S16, 1, MICROPHONE_SAMPLES, 0,
            lambda _, samples: heard.append(bytes(samples)),
        )  # fmt: skip
        microphone.pause(0)
        wait()
        _close(microphone)
    return b"".join(heard)


def _close(microphone: audio.AudioDevice) -> None:
    """Have SDL do it without the interpreter's lock: what hears may wait for that, and SDL for what hears.

    pygame's own `close` keeps the lock, and then both wait for ever.
    """
    sdl = ctypes.CDLL(audio.__file__)  # what pygame is linked with
    sdl.SDL_CloseAudioDevice(microphone.deviceid)

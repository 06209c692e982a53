"""The chime: how it sounds, and that a board without a sound device goes on."""

import time
from pathlib import Path

import pytest

from config.clock import FakeClock
from display import chime
from screen.sound import RATE, Sound


def test_chime_swells_from_silence_rings_twice_and_dies_away() -> None:
    sound = memoryview(chime.samples()).cast("h")
    part = RATE // 20  # 50 ms
    loud = [max(map(abs, sound[at : at + part])) for at in range(0, len(sound), part)]
    second = round(chime.STROKES[1][0] / 0.05)
    assert sound[0] == 0
    assert 8_000 < max(loud) < 30_000
    assert loud[0] > loud[second - 1] < loud[second]
    assert loud[-1] < 0.01 * max(loud)


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A sound device that writes what is heard."""
    monkeypatch.setenv("SDL_AUDIODRIVER", "disk")
    monkeypatch.setenv("SDL_DISKAUDIOFILE", str(tmp_path / "heard.raw"))
    return tmp_path / "heard.raw"


def test_stroke_is_heard(heard: Path) -> None:
    with Sound(FakeClock()) as sound:
        sound.play(chime.samples, volume=1.0)
        deadline = time.monotonic() + 5
        while not heard.exists() or not any(heard.read_bytes()):
            assert time.monotonic() < deadline, "nothing was heard"
            time.sleep(0.05)


def test_board_without_a_sound_device_goes_on(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("SDL_AUDIODRIVER", "none-such")
    with Sound(FakeClock()) as sound:
        for _ in range(3):
            sound.play(chime.samples, volume=1.0)
    assert caplog.text.count("no sound device") == 1

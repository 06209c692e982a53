"""What a technician asks of a device from the command line: with a real broker and a real screen."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import pygame
import pytest
from click.testing import CliRunner, Result
from msgspec import structs
from PIL import Image

from bus.session import Session
from config.clock import FakeClock
from config.errors import Unreachable
from config.load import load
from config.settings import DisplaySettings, TechnicianSettings
from display.app import Display
from technician import asking
from technician.command import luot

Ask = Callable[..., Result]


@pytest.fixture
def sign(monkeypatch: pytest.MonkeyPatch, files: Path) -> Iterator[Display]:
    """A counter's sign, running in the test's own hands; there is no hub."""
    monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")
    settings = load(files / "sign-1.toml")
    assert isinstance(settings, DisplaySettings)
    with Display(settings) as display:
        while not display.device.connected:
            display.step()
        yield display


@pytest.fixture
def ask(files: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Ask]:
    """The command, to its end; the screen goes on meanwhile."""
    monkeypatch.setattr(asking, "PATIENCE_S", 60.0)
    config = ["--config", str(files / "guest-technician.toml")]

    def run(*words: object, meanwhile: Display) -> Result:
        told = thread.submit(CliRunner().invoke, luot, ["ask", *map(str, words), *config])
        with suppress(SystemExit):  # it was told to restart
            while not told.done():
                meanwhile.step(0.02)
        return told.result()

    with ThreadPoolExecutor(1) as thread:
        yield run


class Short(Session):
    """Once anything has come over it, the asker's patience is over within a second."""

    def __init__(self, clock: FakeClock, *given: Any) -> None:
        super().__init__(*given)
        self.clock = clock

    def receive(self, timeout: float) -> list[object]:
        items = super().receive(timeout)
        self.clock.advance(asking.PATIENCE_S - 1 if items else timeout)
        return items


def test_device_says_who_it_is(sign: Display, ask: Ask) -> None:
    told = ask("sign-1", "identify", meanwhile=sign)
    assert told.exit_code == 0, told.output
    assert told.output.startswith("sign-1: display, luot ")


def test_screenshot_is_what_the_screen_shows(sign: Display, ask: Ask, tmp_path: Path) -> None:
    told = ask("sign-1", "screenshot", "--png", tmp_path / "seen.png", meanwhile=sign)
    assert told.exit_code == 0, told.output
    seen = Image.open(tmp_path / "seen.png")
    assert seen.format == "PNG"
    assert seen.tobytes() == pygame.image.tobytes(sign.window.surface, "RGB")


def test_restarted_device_says_so_and_ends(sign: Display, ask: Ask) -> None:
    told = ask("sign-1", "restart", meanwhile=sign)
    assert (told.exit_code, told.output) == (0, "sign-1 did it\n")
    with pytest.raises(SystemExit):
        sign.step()


def test_technician_is_told_what_a_device_refuses_and_which_is_not_there(sign: Display, ask: Ask) -> None:
    refused = ask("sign-1", "print", "--ticket", "2026-11-22-A012", meanwhile=sign)
    assert "does not know the request" in str(refused.exception)
    nowhere = ask("sign-1", "screenshot", "--png", "/no/where/seen.png", meanwhile=sign)
    assert "there is no folder /no/where" in nowhere.output
    assert "'' can be no ticket" in str(ask("sign-1", "print", meanwhile=sign).exception)
    away = ask("board-9", "identify", meanwhile=sign)
    assert str(away.exception) == "No device board-9 is on the bus."
    assert "can be no device's name" in str(ask("+", "restart", meanwhile=sign).exception)


def test_technician_is_told_what_may_be_wrong_where_nobody_answers(
    files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "time", clock := FakeClock())
    monkeypatch.setattr(asking, "Session", partial(Short, clock))
    settings = load(files / "guest-technician.toml")
    assert isinstance(settings, TechnicianSettings)
    stranger = structs.replace(settings, broker=structs.replace(settings.broker, password="another"))
    with pytest.raises(Unreachable, match="refused this account"):
        asking.ask(stranger, "sign-1", "identify")
    kiosk = load(files / "kiosk-1.toml")
    no_technician = structs.replace(settings, device=kiosk.device, broker=kiosk.broker)
    with pytest.raises(Unreachable, match="does not answer identify") as unheard:
        asking.ask(no_technician, "sign-1", "identify")
    assert "kiosk-1 the account of a technician" in unheard.value.hint

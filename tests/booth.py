"""A kiosk before which somebody stands: its printer on TCP, and what the hub commits."""

import os
import signal
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic
from typing import TypeVar

import pygame
import pytest

from bus.events import EventBody
from bus.memory import FILE
from center.broker import PrivateBroker
from config.clock import Clock, FakeClock
from config.settings import KioskSettings, PrinterPort, Screen
from demo.member import Member
from demo.part import Part
from kiosk.app import TAKE_S, Kiosk
from kiosk.corner import HOLD_S
from kiosk.journey import QUIET_S, Page
from printer.simulated import SimulatedPrinter
from tests.committed import committed
from tests.paper import be_patient

E = TypeVar("E", bound=EventBody)
P = TypeVar("P", bound=Page)

STAFF_PIN = "2580"


class Booth:
    """A kiosk, its printer, and what the hub commits.

    By its own clock time passes only when a test says so; by the machine's a test waits.
    """

    def __init__(self, folder: Path, settings: KioskSettings, paper: SimulatedPrinter, clock: Clock) -> None:
        self.folder = folder
        self.settings = settings
        self.paper = paper
        self.clock = clock
        self.kiosk = Kiosk(settings, clock=clock)

    @property
    def page(self) -> Page:
        return self.kiosk.journey.page

    def start(self) -> None:
        """Until it has everything that it needs to give numbers, with the hub and without."""
        self.start_alone()
        self.until("the hub", lambda: self.kiosk.issuer.online)
        self.until("a lease", lambda: "ho-tich" in self.kiosk.issuer.reserve)

    def start_alone(self) -> None:
        """Until it shows its services, as far as it has a hub, or memories of one."""
        self.kiosk = Kiosk(self.settings, clock=self.clock)
        self.kiosk.__enter__()
        self.until("the services", lambda: "service:ho-tich" in self.targets)
        self.until("the printer", lambda: self.kiosk.printer.state.can_print)

    def stop(self) -> None:
        self.kiosk.__exit__()

    @property
    def targets(self) -> dict[str, pygame.Rect]:
        return self.kiosk.sheet.targets if self.kiosk.sheet else {}

    def touch(self, target: str) -> None:
        """A finger in the middle of a target, once the page has been there for a moment."""
        self.pass_time(1.1 * QUIET_S)
        self.tap(self.targets[target].center)

    def tap(self, place: tuple[int, int]) -> None:
        """A finger there, whatever is shown."""
        (x, y), (width, height) = place, self.kiosk.window.size
        self.kiosk.window.touch(x / width, y / height)
        self.kiosk.step(0)

    def ask_for_pin(self) -> None:
        """A finger that rests in the corner for staff."""
        pygame.event.post(pygame.Event(pygame.FINGERDOWN, touch_id=0, finger_id=0, x=0.01, y=0.01))
        self.kiosk.step(0)
        self.pass_time(HOLD_S)

    def open_corner(self) -> None:
        self.ask_for_pin()
        for target in (*(f"key:{digit}" for digit in STAFF_PIN), "send"):
            self.touch(target)

    def wait_in_vain(self) -> None:
        """Until nobody waits for the hub's answer any more."""
        self.pass_time(TAKE_S)

    def pass_time(self, seconds: float) -> None:
        if isinstance(self.clock, FakeClock):
            self.clock.advance(seconds)
        end = self.clock.monotonic() + (0 if isinstance(self.clock, FakeClock) else seconds)
        self.until("a moment", lambda: self.clock.monotonic() >= end)
        self.kiosk.step(0)

    def until(self, what: str, holds: Callable[[], bool]) -> None:
        deadline = monotonic() + 30
        while not holds():
            assert monotonic() < deadline, f"waited in vain for {what}; the page is {self.page}"
            self.kiosk.step(0.02)

    def arrives(self, kind: type[P]) -> P:
        """The page, once it is of this kind."""
        self.until(kind.__name__, lambda: isinstance(self.page, kind))
        assert isinstance(self.page, kind)
        return self.page

    def happened(self, kind: type[E]) -> list[E]:
        """What the hub committed."""
        return [body for body in committed(self.folder) if isinstance(body, kind)]

    @contextmanager
    def full_disk(self) -> Iterator[None]:
        """Nothing can be written to the kiosk's file."""
        holder = sqlite3.connect(self.settings.folder / FILE, isolation_level=None)
        holder.execute("BEGIN IMMEDIATE")
        try:
            yield
        finally:
            holder.close()


@contextmanager
def open_booth(broker: PrivateBroker, folder: Path, clock: Clock | None = None) -> Iterator[Booth]:
    """A booth that is ready to `start`."""
    with SimulatedPrinter(mm_per_s=2000) as paper, pytest.MonkeyPatch.context() as patient:
        be_patient(patient)
        settings = KioskSettings(
            center=broker.center.center,
            device="kiosk-1",
            broker=broker.address("kiosk-1"),
            data=folder / "kiosk-1",
            volatile=True,
            printer=PrinterPort(host="127.0.0.1", port=paper.port),
            screen=Screen(size=(540, 960)),
            staff_pin=STAFF_PIN,
        )
        booth = Booth(folder, settings, paper, clock or FakeClock())
        try:
            yield booth
        finally:
            booth.stop()


@pytest.fixture
def booth(
    broker: PrivateBroker, hub: Part, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Booth]:
    """A kiosk ready for its first citizen, with a hub behind it."""
    assert hub
    monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")
    with open_booth(broker, tmp_path) as booth:
        booth.start()
        yield booth


@contextmanager
def frozen(hub: Part) -> Iterator[None]:
    """The hub answers nothing, and carries out later what it was asked."""
    assert hub.pid
    os.kill(hub.pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(hub.pid, signal.SIGCONT)


def somebody_comes(broker: PrivateBroker, folder: Path) -> None:
    """Another device: the hub says at once that it lives, and not only with its next beat, 5 s later."""
    with Member(broker, "guest-web", "web", folder):
        pass

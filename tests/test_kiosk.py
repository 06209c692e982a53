"""The kiosk against a real hub and a printer on TCP: from a touch to paper, and when something breaks."""

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

from bus.device import Received
from bus.events import EventBody, JournalEvent, RequestGivenUp, TicketAdopted, TicketDelivered, TicketIssued
from bus.memory import FILE
from bus.topics import JOURNAL
from center.broker import PrivateBroker
from config.clock import FakeClock
from config.settings import CenterSettings, KioskSettings, PrinterPort, Screen
from demo.member import Member
from demo.part import Part
from kiosk.app import TAKE_S, Kiosk
from kiosk.journey import QUIET_S, Given, Home, Page, Trouble
from kiosk.pages import lay_out
from printer.simulated import SimulatedPrinter

E = TypeVar("E", bound=EventBody)
P = TypeVar("P", bound=Page)


class Booth:
    """A kiosk, its printer, and a witness of what the hub commits."""

    def __init__(self, settings: KioskSettings, hub: Part, paper: SimulatedPrinter, witness: Member) -> None:
        self.settings = settings
        self.hub = hub
        self.paper = paper
        self.witness = witness
        self.clock = FakeClock()
        self.kiosk = Kiosk(settings, clock=self.clock)

    @property
    def page(self) -> Page:
        return self.kiosk.journey.page

    def start(self) -> None:
        self.kiosk = Kiosk(self.settings, clock=self.clock)
        self.kiosk.__enter__()
        self.until("the services", lambda: "service:ho-tich" in self.targets)
        self.until("a lease", lambda: "ho-tich" in self.kiosk.issuer.reserve)
        self.until("the printer", lambda: self.kiosk.spool.state.can_print)

    @property
    def targets(self) -> dict[str, pygame.Rect]:
        return self.kiosk.sheet.targets if self.kiosk.sheet else {}

    def touch(self, target: str) -> None:
        """A finger in the middle of a target, once the page has been there for a moment."""
        self.clock.advance(2 * QUIET_S)
        self.kiosk.step(0)
        self.tap(self.targets[target].center)

    def tap(self, place: tuple[int, int]) -> None:
        """A finger there, whatever is shown."""
        (x, y), (width, height) = place, self.kiosk.window.size
        self.kiosk.window.touch(x / width, y / height)
        self.kiosk.step(0)

    def wait_in_vain(self) -> None:
        """Until nobody waits for the hub's answer any more."""
        self.clock.advance(TAKE_S)
        self.kiosk.step(0)

    def until(self, what: str, holds: Callable[[], bool]) -> None:
        deadline = monotonic() + 10
        while not holds():
            assert monotonic() < deadline, f"waited in vain for {what}; the page is {self.page}"
            self.kiosk.step(0.02)
            self.witness.heard += [news for news in self.witness.step(0) if isinstance(news, Received)]

    def arrives(self, kind: type[P]) -> P:
        """The page, once it is of this kind."""
        self.until(kind.__name__, lambda: isinstance(self.page, kind))
        assert isinstance(self.page, kind)
        return self.page

    def happened(self, kind: type[E]) -> list[E]:
        """What the hub committed."""
        bodies = [each.payload.body for each in self.witness.heard if isinstance(each.payload, JournalEvent)]
        return [body for body in bodies if isinstance(body, kind)]

    @contextmanager
    def frozen_hub(self) -> Iterator[None]:
        """The hub answers nothing, and carries out later what it was asked."""
        assert self.hub.pid
        os.kill(self.hub.pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(self.hub.pid, signal.SIGCONT)

    @contextmanager
    def full_disk(self) -> Iterator[None]:
        """Nothing can be written to the kiosk's file."""
        holder = sqlite3.connect(self.settings.folder / FILE, isolation_level=None)
        holder.execute("BEGIN IMMEDIATE")
        try:
            yield
        finally:
            holder.close()


@pytest.fixture
def booth(
    broker: PrivateBroker,
    hub: Part,
    settings: CenterSettings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Booth]:
    monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")
    with (
        SimulatedPrinter(mm_per_s=2000) as paper,
        Member(broker, "guest-web", "web", tmp_path, topics=[JOURNAL]) as witness,
    ):
        booth = Booth(
            KioskSettings(
                center=settings.center,
                device="kiosk-1",
                broker=broker.address("kiosk-1"),
                data=tmp_path / "kiosk-1",
                printer=PrinterPort(host="127.0.0.1", port=paper.port),
                screen=Screen(size=(540, 960)),
            ),
            hub,
            paper,
            witness,
        )
        booth.start()
        yield booth
        booth.kiosk.__exit__()


def test_a_touch_becomes_a_number_on_the_screen_and_on_paper(booth: Booth) -> None:
    booth.touch("language:en")
    booth.touch("service:dat-dai")
    given = booth.arrives(Given)
    assert (given.ticket.label, given.ticket.language) == ("B001", "en")
    booth.until("paper", lambda: len(booth.paper.tickets) == 1)
    booth.until("its confirmation", lambda: isinstance(booth.page, Given) and booth.page.paper == "printed")
    booth.until("the hub's record of it", lambda: bool(booth.happened(TicketDelivered)))
    (delivered,) = booth.happened(TicketDelivered)
    assert (delivered.ticket, delivered.outcome) == (given.ticket.id, "printed")
    booth.until("an empty outbox", lambda: booth.kiosk.issuer.memory.fact() is None)
    booth.clock.advance(60)
    booth.kiosk.step(0)
    assert (booth.page, booth.kiosk.journey.language) == (Home(), "vi")


def test_the_window_shows_the_page_and_what_is_shown_can_be_touched(booth: Booth) -> None:
    booth.touch("service:thue")
    booth.arrives(Given)
    booth.kiosk.step(0)
    scene, sheet = booth.kiosk.scene, booth.kiosk.sheet
    assert scene is not None
    assert sheet is not None
    expected = pygame.Surface(booth.kiosk.window.size)
    lay_out(scene, booth.kiosk.window.size).paint(expected)
    shown = booth.kiosk.window.surface
    assert pygame.image.tobytes(shown, "RGB") == pygame.image.tobytes(expected, "RGB")
    booth.touch("done")
    assert booth.page == Home()


def test_a_double_touch_gives_one_ticket(booth: Booth) -> None:
    same, beside = booth.targets["service:ho-tich"].center, booth.targets["service:dat-dai"].center
    booth.touch("service:ho-tich")
    booth.tap(same)
    booth.tap(beside)
    booth.arrives(Given)
    booth.until("paper", lambda: len(booth.paper.tickets) == 1)
    booth.until("the hub's record of it", lambda: bool(booth.happened(TicketDelivered)))
    assert [each.label for each in booth.happened(TicketIssued)] == ["A001"]


def test_failure_09_a_hub_that_answers_too_late_makes_its_number_void(booth: Booth) -> None:
    with booth.frozen_hub():
        booth.touch("service:ho-tich")
        booth.wait_in_vain()
        given = booth.arrives(Given)
        assert given.ticket.offline
        booth.until("paper", lambda: len(booth.paper.tickets) == 1)
    booth.until("the hub's record of it", lambda: bool(booth.happened(TicketAdopted)))
    (issued,) = booth.happened(TicketIssued)
    (given_up,) = booth.happened(RequestGivenUp)
    (adopted,) = booth.happened(TicketAdopted)
    assert (given_up.request, given_up.ticket) == (issued.request, issued.ticket)
    assert (adopted.label, adopted.service) == (given.ticket.label, "ho-tich")
    booth.until("the hub's record of its paper", lambda: bool(booth.happened(TicketDelivered)))
    assert booth.happened(TicketDelivered)[0].ticket == given.ticket.id
    assert booth.page == Given(given.ticket, "printed")
    assert len(booth.paper.tickets) == 1


def test_failure_09_a_kiosk_that_restarts_while_it_waits_gives_its_request_up(booth: Booth) -> None:
    with booth.frozen_hub():
        booth.touch("service:ho-tich")
        booth.kiosk.__exit__()
    booth.start()
    booth.until("the hub's record of it", lambda: bool(booth.happened(RequestGivenUp)))
    assert booth.page == Home()
    assert booth.paper.tickets == []


def test_failure_22_a_kiosk_that_cannot_write_its_disk_asks_for_nothing_and_says_so(booth: Booth) -> None:
    with booth.full_disk():
        booth.touch("service:ho-tich")
        assert booth.page == Trouble("disk", "ho-tich")
    booth.touch("done")
    booth.touch("service:dat-dai")
    booth.arrives(Given)
    booth.until("the hub's record of it", lambda: bool(booth.happened(TicketIssued)))
    assert [each.label for each in booth.happened(TicketIssued)] == ["B001"]


def test_failure_22_a_number_that_cannot_be_written_down_is_not_printed_and_made_void(booth: Booth) -> None:
    with booth.frozen_hub():
        booth.touch("service:ho-tich")
        disk = booth.full_disk()
        disk.__enter__()
    assert booth.arrives(Trouble) == Trouble("disk", "ho-tich")
    disk.__exit__(None, None, None)
    booth.clock.advance(10)
    booth.until("the hub's record of it", lambda: bool(booth.happened(RequestGivenUp)))
    (issued,) = booth.happened(TicketIssued)
    assert booth.happened(RequestGivenUp)[0].ticket == issued.ticket
    assert booth.paper.tickets == []


def test_without_paper_the_number_is_shown_to_be_remembered(booth: Booth) -> None:
    booth.paper.take_paper_out()
    booth.until("the printer's word", lambda: booth.kiosk.scene is not None and not booth.kiosk.scene.paper)
    booth.touch("service:ho-tich")
    given = booth.arrives(Given)
    booth.until("the outcome", lambda: isinstance(booth.page, Given) and booth.page.paper == "failed")
    booth.until("the hub's record of it", lambda: bool(booth.happened(TicketDelivered)))
    (delivered,) = booth.happened(TicketDelivered)
    assert (delivered.ticket, delivered.outcome) == (given.ticket.id, "failed")


def test_a_lost_hub_is_shown_and_forgotten_when_it_is_back(booth: Booth) -> None:
    def reached() -> bool:
        assert booth.kiosk.scene is not None
        return booth.kiosk.scene.offer.reached

    def lost_after_a_while() -> bool:
        booth.clock.advance(16)  # a beat may still be on its way
        return not reached()

    with booth.frozen_hub():
        booth.until("the loss", lost_after_a_while)
    booth.until("the hub", reached)

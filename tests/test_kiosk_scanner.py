"""What is scanned at the kiosk: a code becomes a number on paper, a card nothing at all."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from msgspec import structs

from bus.answers import Appointment
from bus.asks import Book, CheckIn
from bus.events import TicketDelivered
from center.broker import PrivateBroker
from config.clock import Clock
from config.errors import Refused
from demo.member import Member
from demo.part import Part
from demo.scenes import CUT_OFF, OFFER, ticket
from kiosk.journey import Given, Home, Journey, Page, Trouble, Typing, Waiting
from kiosk.offer import Offer
from scanner.code import AppointmentCode, Code, DossierCode, TrackingCode, Unknown
from scanner.simulated import SimulatedScanner
from tests.booth import Booth, open_booth
from tests.test_scanner_codes import AN, CARD

REQUEST = UUID(int=7)
CODE = AppointmentCode("K7M2QX")
DOSSIER = "38.98.H29-210519-0013"
TODAY = replace(OFFER, today=date(2026, 11, 23), day=date(2026, 11, 22))


def scanned(code: Code, offer: Offer = TODAY, page: Page = Home()) -> Page:  # noqa: B008
    journey, asked = Journey(page).scan(code, offer=offer, request=REQUEST, now=100.0)
    assert asked is None
    return journey.page


@pytest.mark.parametrize("page", [Home(), Home("priority"), Typing("K7"), Trouble("unknown-code")])
@pytest.mark.parametrize("code", [CODE, DossierCode(DOSSIER)])
def test_a_code_checks_in_at_once_from_wherever_nothing_is_under_way(page: Page, code: Code) -> None:
    journey = Journey(page, language="en")
    journey, asked = journey.scan(code, offer=TODAY, request=REQUEST, now=100.0)
    assert isinstance(code, AppointmentCode | DossierCode)
    assert asked == CheckIn(REQUEST, code.code, "en")
    assert journey.page == Waiting(asked, scanned=True)


@pytest.mark.parametrize("code", [CODE, TrackingCode(date(2026, 11, 22), "A012"), AN, Unknown()])
def test_a_scan_disturbs_nobody_who_is_in_the_middle_of_something(code: Code) -> None:
    for page in (Waiting(CheckIn(REQUEST, "HEN1")), Given(ticket()), Home(errands=("thue",))):
        journey = Journey(page, until=130.0)
        assert journey.scan(code, offer=TODAY, request=uuid4(), now=100.0) == (journey, None)
    journey = Journey()
    assert journey.scan(code, offer=Offer(), request=uuid4(), now=100.0) == (journey, None)


@pytest.mark.parametrize(
    ("code", "page"),
    [
        (TrackingCode(date(2026, 11, 22), "B007"), Trouble("has-number", "dat-dai", "B007")),
        (TrackingCode(date(2026, 11, 23), "B007"), Trouble("has-number", "dat-dai", "B007")),
        (TrackingCode(date(2026, 11, 23), "Z007"), Trouble("has-number", "", "Z007")),
        (TrackingCode(date(2026, 11, 21), "B007"), Trouble("old-number", "", "B007")),
        (AN, Trouble("card")),
        (Unknown(), Trouble("unknown-code")),
    ],
)
def test_everything_else_has_a_page_that_says_what_it_is(code: Code, page: Page) -> None:
    assert scanned(code) == page


def test_who_cannot_be_checked_in_is_told_why() -> None:
    assert scanned(CODE, CUT_OFF) == Trouble("no-answer")
    assert scanned(CODE, replace(TODAY, open=False)) == Trouble("closed")
    assert scanned(CODE, replace(TODAY, appointments=False)) == Trouble("unknown-code")


def test_a_code_that_the_hub_does_not_know_is_not_put_on_the_keyboard() -> None:
    unknown = Refused("unknown-ticket", "There is no appointment K7M2QX.", field="code")
    journey, _ = Journey().scan(CODE, offer=TODAY, request=REQUEST, now=100.0)
    journey, effect = journey.answer(REQUEST, unknown, 100.2)
    assert (journey.page, effect) == (Trouble("unknown-code"), None)
    assert journey.passed(121.0).page == Home()


# With a hub, a printer, and a scanner on a pty


@pytest.fixture
def twin(tmp_path: Path) -> Iterator[SimulatedScanner]:
    with SimulatedScanner(tmp_path / "scanner") as twin:
        yield twin


@pytest.fixture
def booth(
    broker: PrivateBroker,
    hub: Part,
    tmp_path: Path,
    twin: SimulatedScanner,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Booth]:
    assert hub
    monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")
    with open_booth(broker, tmp_path) as booth:
        booth.settings = structs.replace(booth.settings, scanner=str(twin.path))
        booth.start()
        booth.until("the scanner", lambda: ("scanner", "ready") in links(booth))
        yield booth


def links(booth: Booth) -> list[tuple[str, str]]:
    return [(link.name, link.state) for link in booth.kiosk.device.health_facts().links]


def test_a_dossier_that_is_scanned_becomes_a_number_on_paper(
    booth: Booth, twin: SimulatedScanner, broker: PrivateBroker, tmp_path: Path
) -> None:
    with Member(broker, "guest-web", "web", tmp_path) as clerk:
        soon = Clock().now() + timedelta(seconds=60)
        assert isinstance(clerk.get("book", Book(uuid4(), "ho-tich", soon, DOSSIER)), Appointment)
    twin.scan(DOSSIER)
    given = booth.arrives(Given)
    assert (given.ticket.label, given.ticket.category) == ("A001", "appointment")
    booth.until("paper", lambda: len(booth.paper.tickets) == 1)
    booth.until("the hub's record of it", lambda: bool(booth.happened(TicketDelivered)))
    assert booth.happened(TicketDelivered)[0].outcome == "printed"
    booth.touch("done")
    twin.scan(DOSSIER)
    assert booth.arrives(Trouble) == Trouble("has-number", label="A001")
    twin.vanish()
    booth.until("its loss", lambda: ("scanner", "absent") in links(booth))


def test_of_a_card_nothing_is_kept_or_logged(
    booth: Booth, hub: Part, twin: SimulatedScanner, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    twin.scan(CARD)
    assert booth.arrives(Trouble) == Trouble("card")
    booth.stop()
    hub.stop()  # it is written to no more, so that it can be read
    kept = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    for each in set(CARD.split("|")) - {"Nam"}:
        assert each not in caplog.text
        assert each.encode() not in kept

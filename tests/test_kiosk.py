"""The kiosk against a real hub and a printer on TCP: from a touch to paper, and when something breaks."""

from pathlib import Path

import pygame
from msgspec import structs
from PIL import Image

from bus.events import RequestGivenUp, TicketAdopted, TicketDelivered, TicketIssued
from center.broker import PrivateBroker
from demo.part import Part
from demo.scenes import GROUPS, in_groups, many
from kiosk.journey import QUIET_S, Given, Home, Trouble
from kiosk.pages import lay_out
from tests.booth import Booth, frozen, somebody_comes


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
    booth.pass_time(60)
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


def test_failure_09_a_hub_that_answers_too_late_makes_its_number_void(
    booth: Booth, hub: Part, broker: PrivateBroker, tmp_path: Path
) -> None:
    with frozen(hub):
        booth.touch("service:ho-tich")
        booth.wait_in_vain()
        given = booth.arrives(Given)
        assert given.ticket.offline
        booth.until("paper", lambda: len(booth.paper.tickets) == 1)
    somebody_comes(broker, tmp_path)
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


def test_several_errands_stay_on_a_number_that_was_given_without_the_hub(
    booth: Booth, hub: Part, broker: PrivateBroker, tmp_path: Path
) -> None:
    for target in ("errands", "service:ho-tich", "service:thue"):
        booth.touch(target)
    with frozen(hub):
        booth.touch("send")
        booth.wait_in_vain()
        given = booth.arrives(Given)
        assert (given.ticket.offline, given.ticket.then) == (True, ("thue",))
    somebody_comes(broker, tmp_path)
    booth.until("the hub's record of it", lambda: bool(booth.happened(TicketAdopted)))
    (adopted,) = booth.happened(TicketAdopted)
    assert (adopted.label, adopted.then) == (given.ticket.label, ("thue",))


def test_failure_09_a_kiosk_that_restarts_gives_up_what_it_waits_for(booth: Booth, hub: Part) -> None:
    with frozen(hub):
        booth.touch("service:ho-tich")
        booth.stop()
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


def test_failure_22_a_number_that_cannot_be_written_down_is_made_void(booth: Booth, hub: Part) -> None:
    with frozen(hub):
        booth.touch("service:ho-tich")
        disk = booth.full_disk()
        disk.__enter__()
    assert booth.arrives(Trouble) == Trouble("disk", "ho-tich")
    disk.__exit__(None, None, None)
    booth.pass_time(10)
    booth.until("the hub's record of it", lambda: bool(booth.happened(RequestGivenUp)))
    (issued,) = booth.happened(TicketIssued)
    assert booth.happened(RequestGivenUp)[0].ticket == issued.ticket
    assert booth.paper.tickets == []


def take_without_paper(booth: Booth) -> None:
    """The number is on the screen, and the hub hears that it is on no paper."""
    booth.touch("service:ho-tich")
    given = booth.arrives(Given)
    booth.until("the outcome", lambda: isinstance(booth.page, Given) and booth.page.paper == "failed")
    booth.until("the hub's record of it", lambda: bool(booth.happened(TicketDelivered)))
    (delivered,) = booth.happened(TicketDelivered)
    assert (delivered.ticket, delivered.outcome) == (given.ticket.id, "failed")


def test_without_paper_the_number_is_shown_to_be_remembered(booth: Booth) -> None:
    booth.paper.take_paper_out()
    booth.until("the printer's word", lambda: not booth.kiosk.printer.state.can_print)
    take_without_paper(booth)


def test_a_ticket_that_cannot_be_drawn_any_more_is_shown_told_and_ends_nothing(
    booth: Booth, tmp_path: Path
) -> None:
    picture, template = tmp_path / "logo.png", tmp_path / "ticket.toml"
    Image.new("1", (80, 40)).save(picture)
    blocks = ('kind = "picture"\nfile = "logo.png"', 'kind = "number"')
    template.write_text("".join(f"[[block]]\n{each}\n" for each in blocks))
    booth.stop()
    port = structs.replace(booth.settings.printer, template=template)
    booth.settings = structs.replace(booth.settings, printer=port)
    booth.start()
    picture.unlink()
    take_without_paper(booth)
    booth.touch("done")
    booth.arrives(Home)


def test_a_lost_hub_is_shown_and_forgotten_when_it_is_back(
    booth: Booth, hub: Part, broker: PrivateBroker, tmp_path: Path
) -> None:
    def reached() -> bool:
        assert booth.kiosk.scene is not None
        return booth.kiosk.scene.offer.reached

    def lost_after_a_while() -> bool:
        booth.pass_time(16)  # a beat may still be on its way
        return not reached()

    with frozen(hub):
        booth.until("the loss", lost_after_a_while)
    somebody_comes(broker, tmp_path)
    booth.until("the hub", reached)


def test_a_group_opens_by_touch_and_closes_by_touch_or_by_escape(booth: Booth) -> None:
    states = booth.kiosk.device.states
    assert states.catalog is not None
    states.catalog = structs.replace(states.catalog, services=in_groups(many(30)), groups=GROUPS)
    group = GROUPS[0].id
    for leave in ("touch", "escape"):
        booth.pass_time(QUIET_S)
        booth.touch(f"group:{group}")
        assert booth.page == Home(group=group)
        booth.pass_time(1.1 * QUIET_S)
        if leave == "touch":
            booth.touch("back")
        else:
            pygame.event.post(pygame.Event(pygame.KEYDOWN, key=pygame.K_ESCAPE, mod=0, unicode=""))
            booth.kiosk.step(0)
        assert booth.page == Home()

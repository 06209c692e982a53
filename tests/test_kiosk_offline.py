"""A kiosk that is cut off: it goes on by itself, and is one queue with the others when the hub is back."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from bus.answers import Ticket
from bus.asks import Take
from bus.events import (
    AdoptionEnded,
    LeaseGranted,
    RequestGivenUp,
    TicketAdopted,
    TicketDelivered,
    TicketIssued,
)
from center.broker import PrivateBroker
from config.clock import Clock
from demo.part import Part
from kiosk.journey import Given, Trouble
from tests.booth import Booth, open_booth

PATIENCE_S = 2.0  # of a person who has touched the screen
DOWN_S = 6.0


@pytest.fixture
def hub(files: Path) -> Iterator[Part]:
    """A hub that stays down for a while when it was killed."""
    with Part("hub", files / "hub.toml", restart_s=DOWN_S) as part:
        yield part


@pytest.fixture
def booth(broker: PrivateBroker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Booth]:
    """It lives by the machine's clock: how long a person waits is what counts here."""
    monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")
    with open_booth(broker, tmp_path, Clock()) as booth:
        yield booth


def take(booth: Booth, service: str) -> tuple[Ticket, float]:
    """A ticket on paper, and how long a person waited for it, s."""
    printed = len(booth.paper.tickets)
    booth.touch(f"service:{service}")
    began = booth.clock.monotonic()
    given = booth.arrives(Given)
    booth.until("paper", lambda: len(booth.paper.tickets) == printed + 1)
    waited = booth.clock.monotonic() - began
    booth.until("the end of it", lambda: isinstance(booth.page, Given) and booth.page.paper == "printed")
    booth.touch("done")
    return given.ticket, waited


def test_failure_10_a_killed_hub_is_not_missed_and_all_is_one_queue_again(booth: Booth, hub: Part) -> None:
    booth.start()
    first, _ = take(booth, "ho-tich")
    hub.kill()
    own = []
    for waits in (PATIENCE_S, 0.5):  # that there is no hub is found out once
        ticket, waited = take(booth, "ho-tich")
        assert ticket.offline
        assert waited < waits
        own.append(ticket)
    assert [first.label, *(each.label for each in own)] == ["A001", "A800", "A801"]

    booth.until("the hub", lambda: len(booth.happened(TicketAdopted)) == 2)
    assert [each.label for each in booth.happened(TicketAdopted)] == ["A800", "A801"]
    booth.until("its word", lambda: booth.kiosk.issuer.online)
    last, _ = take(booth, "ho-tich")
    assert (last.label, last.ahead) == ("A002", 3)
    places = [(each.due, each.label) for each in booth.happened(TicketIssued)]
    places += [(each.due, each.label) for each in booth.happened(TicketAdopted)]
    assert [label for _, label in sorted(places)] == ["A001", "A800", "A801", "A002"]  # in order of issue
    booth.until("word of their paper", lambda: len(booth.happened(TicketDelivered)) == 4)


def test_failure_11_a_kiosk_that_starts_alone_gives_numbers_of_its_lease(
    booth: Booth, hub: Part, broker: PrivateBroker
) -> None:
    booth.start()
    take(booth, "dat-dai")
    booth.stop()
    hub.stop()
    broker.kill()
    booth.start_alone()
    ticket, waited = take(booth, "dat-dai")
    assert (ticket.label, ticket.offline, ticket.place["en"]) == ("B800", True, "Counter 4")
    assert waited < PATIENCE_S
    assert not booth.happened(RequestGivenUp)


def test_failure_10_without_a_lease_nothing_is_printed_until_the_hub_grants_another(
    booth: Booth, hub: Part
) -> None:
    booth.start()
    memory = booth.kiosk.issuer.memory
    hub.kill()
    given = []
    while "ho-tich" in memory.reserve.services():  # as many people have come as there were numbers
        asked = Take(uuid4(), "ho-tich")
        memory.begin(asked.request)
        given.append(memory.give(asked))
    booth.touch("service:ho-tich")
    assert booth.arrives(Trouble) == Trouble("no-answer", "ho-tich")
    assert booth.paper.tickets == []

    booth.until("the hub", lambda: len(booth.happened(TicketAdopted)) == len(given))
    assert [each.label for each in booth.happened(TicketAdopted)] == [each[1] for each in given if each]
    booth.until("another lease", lambda: "ho-tich" in memory.reserve.services())
    new = [each for granted in booth.happened(LeaseGranted) for each in granted.ranges]
    assert any(f"A{each.first}" not in str(given) for each in new if each.service == "ho-tich")


@pytest.mark.parametrize("what", ["the hub", "the hub and the broker"])
def test_failure_13_no_number_is_given_twice_after_a_backup_is_put_back(
    booth: Booth, files: Path, broker: PrivateBroker, what: str
) -> None:
    journal = files / "data" / "hub"
    with Part("hub", files / "hub.toml"):
        booth.start()
        take(booth, "ho-tich")
    shutil.copytree(journal, files / "backup")
    with Part("hub", files / "hub.toml"):
        booth.until("the hub", lambda: booth.kiosk.issuer.online)
        lost = [take(booth, "ho-tich")[0] for _ in range(2)]
    shutil.rmtree(journal)
    shutil.copytree(files / "backup", journal)
    if what == "the hub and the broker":
        broker.kill()
        broker.start()
    with Part("hub", files / "hub.toml"):
        booth.until("all of its day", lambda: bool(booth.happened(AdoptionEnded)))
        assert [each.label for each in booth.happened(TicketAdopted)] == [each.label for each in lost]
        ticket, _ = take(booth, "ho-tich")
        assert ticket.label not in ("A001", *(each.label for each in lost))

"""A kiosk that is cut off: it goes on by itself, and is one queue with the others when the hub is back."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from time import monotonic
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
from bus.issuer import AGAIN_S
from bus.messages import CenterState
from center.broker import PrivateBroker
from demo.part import Part
from kiosk.journey import Given, Trouble
from tests.booth import Booth, open_booth, somebody_comes

PATIENCE_S = 2.0  # of a person who has touched the screen
AWAY_S = 6.0  # longer than the broker keeps a request for a number


@pytest.fixture
def hub(files: Path) -> Iterator[Part]:
    """A hub that stays away once it was killed."""
    with Part("hub", files / "hub.toml", restart_s=600) as part:
        yield part


@pytest.fixture
def booth(broker: PrivateBroker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Booth]:
    monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")
    with open_booth(broker, tmp_path) as booth:
        yield booth


def take(booth: Booth, service: str, *, in_vain_s: float | None = None) -> Ticket:
    """A ticket on paper; one without the hub, once a person has waited so long in vain for it."""
    printed = len(booth.paper.tickets)
    booth.touch(f"service:{service}")
    if in_vain_s is not None:
        booth.pass_time(in_vain_s)
        assert isinstance(booth.page, Given)
    given = booth.arrives(Given)
    booth.until("paper", lambda: len(booth.paper.tickets) == printed + 1)
    booth.until("the end of it", lambda: isinstance(booth.page, Given) and booth.page.paper == "printed")
    booth.touch("done")
    return given.ticket


def tell_all(booth: Booth) -> None:
    """Until the hub has heard everything, and nothing is asked that it could leave without an answer."""
    issuer, asker = booth.kiosk.issuer, booth.kiosk.device.asker
    booth.until("its last word", lambda: issuer.memory.fact() is None and not asker.pending)


def kill(booth: Booth, hub: Part) -> None:
    tell_all(booth)
    hub.kill()
    booth.until("the end of the hub", lambda: not hub.running)


def center(booth: Booth) -> CenterState:
    """What the kiosk has heard of the hub last."""
    assert booth.kiosk.device.states.center
    return booth.kiosk.device.states.center


def test_failure_10_a_killed_hub_is_not_missed_and_all_is_one_queue_again(
    booth: Booth, hub: Part, files: Path
) -> None:
    booth.start()
    first = take(booth, "ho-tich")
    kill(booth, hub)
    own = [take(booth, "ho-tich", in_vain_s=PATIENCE_S)]
    forgotten = monotonic() + AWAY_S
    own.append(take(booth, "ho-tich", in_vain_s=0.0))  # that there is no hub is found out once
    assert all(ticket.offline for ticket in own)
    assert [first.label, *(each.label for each in own)] == ["A001", "A800", "A801"]

    booth.until("the broker to forget", lambda: monotonic() > forgotten)
    with Part("hub", files / "hub.toml"):
        booth.until("the hub", lambda: len(booth.happened(TicketAdopted)) == 2)
        assert [each.label for each in booth.happened(TicketAdopted)] == ["A800", "A801"]
        booth.until("its word", lambda: booth.kiosk.issuer.online)
        last = take(booth, "ho-tich")
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
    ticket = take(booth, "dat-dai", in_vain_s=0.0)
    assert (ticket.label, ticket.offline, ticket.place["en"]) == ("B800", True, "Counter 4")
    assert not booth.happened(RequestGivenUp)


def test_failure_10_without_a_lease_nothing_is_printed_until_the_hub_grants_another(
    booth: Booth, hub: Part, files: Path
) -> None:
    booth.start()
    memory = booth.kiosk.issuer.memory
    kill(booth, hub)
    given = []
    while "ho-tich" in memory.reserve.services():  # as many people have come as there were numbers
        asked = Take(uuid4(), "ho-tich")
        memory.begin(asked.request)
        given.append(memory.give(asked))
    booth.touch("service:ho-tich")
    booth.pass_time(PATIENCE_S)
    assert booth.page == Trouble("no-answer", "ho-tich")
    assert booth.paper.tickets == []

    with Part("hub", files / "hub.toml"):
        booth.until("the hub", lambda: len(booth.happened(TicketAdopted)) == len(given))
        assert [each.label for each in booth.happened(TicketAdopted)] == [each[1] for each in given if each]
        booth.until("another lease", lambda: "ho-tich" in memory.reserve.services())
        new = [each for granted in booth.happened(LeaseGranted) for each in granted.ranges]
        assert any(f"A{each.first}" not in str(given) for each in new if each.service == "ho-tich")


@pytest.mark.parametrize("what", ["the hub", "the hub and the broker"])
def test_failure_13_no_number_is_given_twice_after_a_backup_is_put_back(
    booth: Booth, files: Path, broker: PrivateBroker, tmp_path: Path, what: str
) -> None:
    journal = files / "data" / "hub"
    with Part("hub", files / "hub.toml"):
        booth.start()
        take(booth, "ho-tich")
        tell_all(booth)
    shutil.copytree(journal, files / "backup")
    before = center(booth)
    with Part("hub", files / "hub.toml"):
        booth.until("the hub", lambda: center(booth).boot != before.boot)
        begun = center(booth).rev.seq
        lost = [take(booth, "ho-tich") for _ in range(2)]
        tell_all(booth)
        somebody_comes(broker, tmp_path)
        booth.until("its word of them", lambda: center(booth).rev.seq > begun)
    shutil.rmtree(journal)
    shutil.copytree(files / "backup", journal)
    if what == "the hub and the broker":
        broker.kill()
        booth.until("its loss", lambda: not booth.kiosk.device.connected)
        broker.start()
        booth.until("the broker", lambda: bool(booth.kiosk.device.asker.pending))
        booth.pass_time(AGAIN_S)  # the hub is not there yet
    with Part("hub", files / "hub.toml"):
        booth.until("all of its day", lambda: bool(booth.happened(AdoptionEnded)))
        assert [each.label for each in booth.happened(TicketAdopted)] == [each.label for each in lost]
        ticket = take(booth, "ho-tich")
        assert ticket.label not in ("A001", *(each.label for each in lost))

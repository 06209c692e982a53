"""A real hub that is backed up while it runs, loses its journal, and gets the backup back."""

from contextlib import ExitStack
from datetime import date
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from click.testing import CliRunner

from bus.answers import Ticket
from bus.asks import Adopt, Issued, Take
from center.broker import PrivateBroker
from config.errors import Unreachable
from demo.member import Member, expect
from demo.part import Part
from technician.command import luot

SERVICE = "ho-tich"


def take(kiosk: Member, given: dict[UUID, str]) -> str:
    """A number, which its kiosk remembers."""
    asked = Take(uuid4(), SERVICE)
    ticket = kiosk.get("take", asked)
    assert isinstance(ticket, Ticket)
    assert ticket.label not in given.values()
    given[asked.request] = ticket.label
    return ticket.label


def whole_day(given: dict[UUID, str], day: date) -> Adopt:
    tickets = (
        Issued(label, SERVICE, request, order, 1.0, day)
        for order, (request, label) in enumerate(given.items())
    )
    return Adopt(uuid4(), tickets=tuple(tickets), whole=True)


def test_failure_13_after_a_backup_is_restored_no_number_is_given_twice(
    broker: PrivateBroker, files: Path, tmp_path: Path
) -> None:
    config, file = files / "hub.toml", tmp_path / "backup.sqlite"
    journal = files / "data" / "hub" / "journal.sqlite"
    given: dict[UUID, str] = {}
    with ExitStack() as stack:
        kiosk = stack.enter_context(Member(broker, "kiosk-1", "kiosk", tmp_path))
        web = stack.enter_context(Member(broker, "web-1", "web", tmp_path))
        with Part("hub", config):
            expect(kiosk, "the hub", lambda: SERVICE in kiosk.states.queues)
            take(kiosk, given)
            assert CliRunner().invoke(luot, ["backup", "--config", str(config), str(file)]).exit_code == 0
            take(kiosk, given)
            running = CliRunner().invoke(luot, ["restore", "--config", str(config), str(file)])
            assert "is running" in str(running.exception)
        journal.write_bytes(b"")  # the card lied
        assert CliRunner().invoke(luot, ["restore", "--config", str(config), str(file)]).exit_code == 0

        def center() -> str:
            return kiosk.states.center.stopped if kiosk.states.center else ""

        with Part("hub", config):
            expect(kiosk, "the restored hub", lambda: center() == "restored")
            assert kiosk.states.center is not None
            assert kiosk.states.center.awaits == ("kiosk-1", "web-1")
            with pytest.raises(Unreachable):  # "busy" is as good as no answer
                kiosk.get("take", Take(uuid4(), SERVICE), within=1)
            web.get("adopt", Adopt(uuid4(), whole=True))
            kiosk.get("adopt", whole_day(given, kiosk.states.center.day))
            expect(kiosk, "numbers", lambda: center() == "")
            assert take(kiosk, given) == "A003"

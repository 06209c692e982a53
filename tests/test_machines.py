"""What the pages of staff say of the machines."""

from datetime import UTC, datetime

from bus.device import Received
from bus.messages import Health, Status
from bus.topics import HEALTH, STATUS
from config.clock import FakeClock
from web.machines import FRESH_S, Machines, Need


class Staff:
    def __init__(self) -> None:
        self.clock = FakeClock()
        self.machines = Machines(self.clock.monotonic)

    def hear(self, device: str, printer: str | None, calls: str = "", left: int | None = None) -> None:
        told = Health(
            datetime(2026, 11, 23, tzinfo=UTC), 1, 1, 1, printer=printer, calls=calls, tickets_left=left
        )
        self.machines.hear(Received(HEALTH, {"device": device}, told))

    def hear_broker(self, device: str, status: str) -> None:
        told = Status("lost" if status == "lost" else "online", "s", "kiosk", "1", "pi")
        self.machines.hear(Received(STATUS, {"device": device}, told))


def test_printer_that_needs_somebody_is_said_until_it_is_well_again() -> None:
    staff = Staff()
    staff.hear("kiosk-2", "paper-low", left=40)
    staff.hear("kiosk-1", "paper-out")
    staff.hear("board-1", None)
    assert staff.machines.needs() == (Need("kiosk-1", "paper-out"), Need("kiosk-2", "paper-low", 40))
    staff.hear("kiosk-1", "ready")
    assert staff.machines.needs() == (Need("kiosk-2", "paper-low", 40),)


def test_kiosk_may_call_beside_its_printer() -> None:
    staff = Staff()
    staff.hear("kiosk-1", "silent", calls="rush")
    assert [each.what for each in staff.machines.needs()] == ["silent", "rush"]


def test_old_word_of_a_device_and_that_of_a_lost_one_count_for_nothing() -> None:
    staff = Staff()
    staff.hear("kiosk-1", "paper-out")
    staff.hear_broker("kiosk-1", "lost")
    assert staff.machines.needs() == ()
    staff.hear_broker("kiosk-1", "online")
    assert len(staff.machines.needs()) == 1
    staff.clock.advance(FRESH_S)
    assert staff.machines.needs() == ()

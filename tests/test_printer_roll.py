"""How many tickets are left on a roll: from its length, from its sensor, over restarts and changes."""

from dataclasses import replace
from pathlib import Path
from queue import SimpleQueue

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bus.states import States
from config.clock import FakeClock
from config.settings import PrinterPort
from printer import roll
from printer.press import Press
from printer.roll import CUT_MM, EARLY, FILE, Roll
from printer.simulated import SimulatedPrinter
from printer.spool import Done, PrinterChanged
from printer.status import PrinterState
from tests.paper import CENTER, be_patient, ticket

LOW, OUT, READY, COVER = (
    PrinterState.PAPER_LOW, PrinterState.PAPER_OUT, PrinterState.READY, PrinterState.COVER_OPEN,
)  # fmt: skip
MM = 100 - CUT_MM  # a ticket of 10 cm with what is cut off
NEW = Roll(ticket_mm=100.0)
ROLL_MM = 50_000.0

Told = SimpleQueue[Done | PrinterChanged]


def printed(start: Roll, tickets: int) -> Roll:
    for _ in range(tickets):
        start = start.fed(MM)
    return start


def test_length_and_what_was_printed_tell_what_is_left() -> None:
    half = printed(NEW, 250)
    assert half.tickets_left(ROLL_MM) == 250
    assert half.tickets_left(None) is None
    assert printed(half, 400).tickets_left(ROLL_MM) == 0


def test_sensor_counts_more_than_the_length_once_it_is_known_what_it_means() -> None:
    first = printed(printed(NEW, 450).seen(LOW, None), 30)
    assert first.tickets_left(None) is None  # its first roll: nobody could know
    second = printed(first.seen(OUT, None).seen(READY, None), 100)
    assert second.tickets_left(None) is None
    assert second.seen(LOW, None).tickets_left(None) == 30
    assert printed(second.seen(LOW, ROLL_MM), 10).tickets_left(ROLL_MM) == 20


def test_length_is_believed_when_the_sensor_speaks_first() -> None:
    low = printed(NEW, 480).seen(LOW, ROLL_MM)
    assert low.tickets_left(ROLL_MM) == 20
    assert printed(low, 5).seen(READY, ROLL_MM).seen(LOW, ROLL_MM).tickets_left(ROLL_MM) == 15  # it trembles


def test_roll_that_is_changed_before_its_end_counts_anew_and_teaches_nothing() -> None:
    low = printed(printed(replace(NEW, rest_mm=3000.0), 450).seen(LOW, None), 5)
    new = low.seen(COVER, None).seen(OUT, None).seen(COVER, None).seen(READY, None)
    assert (new.printed_mm, new.low_at_mm, new.rest_mm) == (0.0, None, 3000.0)
    assert low.seen(COVER, None).seen(LOW, None).tickets_left(None) == 25  # only looked at


def test_cover_that_is_opened_while_there_is_enough_changes_nothing() -> None:
    some = printed(NEW, 100)
    assert some.seen(COVER, None).seen(READY, None) == some


@given(st.lists(st.sampled_from([*PrinterState, 85.0, 300.0]), max_size=30), st.none() | st.just(ROLL_MM))
def test_nothing_that_a_printer_says_makes_it_negative_or_fail(
    facts: list[float | PrinterState], mm: float | None
) -> None:
    now = Roll()
    for fact in facts:
        now = now.seen(fact, mm) if isinstance(fact, PrinterState) else now.fed(fact)
        left = now.tickets_left(mm)
        assert left is None or left >= 0
        assert now.tickets_left(ROLL_MM) is not None


def test_it_survives_a_restart_and_a_damaged_file(tmp_path: Path) -> None:
    roll.write(tmp_path / "new", printed(Roll(), 7))
    assert roll.read(tmp_path / "new") == printed(Roll(), 7)
    for damaged in ('{"printed_mm": "a lot"}', '{"ticket_mm": 0}', '{"rest_mm": 1e308}', '{"low_at_mm": -5}'):
        (tmp_path / "new" / FILE).write_text(damaged)
        assert roll.read(tmp_path / "new") == Roll()


def test_printer_without_a_sensor_warns_early_and_staff_say_that_the_roll_is_new(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    be_patient(monkeypatch)
    roll.write(tmp_path, Roll(printed_mm=50_000.0 - (EARLY + 5) * 100, ticket_mm=100))
    states, told = States(FakeClock()), Told()
    states.center = CENTER
    with SimulatedPrinter(mm_per_s=2000) as paper:
        port = PrinterPort(host="127.0.0.1", port=paper.port, roll_m=50)
        with Press(port, tmp_path, states, told.put) as press:
            hear(press, told, PrinterChanged(READY))
            assert press.state is READY
            before = press.tickets_left
            for number in range(10):
                press.print(f"job-{number}", ticket())
                hear(press, told, Done(f"job-{number}", "printed", READY))
            assert before is not None
            assert press.tickets_left is not None
            assert before > EARLY > press.tickets_left
            assert press.state is LOW
            assert abs(press.roll.ticket_mm - paper.tickets[5].height / 8) < 10
        with Press(port, tmp_path, states, told.put) as press:
            hear(press, told, PrinterChanged(READY))
            assert press.state is LOW
            press.roll_changed()
            assert press.state is READY


def hear(press: Press, told: Told, last: Done | PrinterChanged) -> None:
    """All that is told up to that."""
    while (news := told.get(timeout=30)) != last:
        press.hear(news)
    press.hear(news)

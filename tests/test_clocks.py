"""What the machine's clocks are worth."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from config.clock import Clock, chip_was_read

NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)


@pytest.fixture
def chips(tmp_path: Path) -> Path:
    """Two chips as Linux lists them; the first is the one that the clock was read from."""
    for name, hctosys in (("rtc0", "1\n"), ("rtc1", "0\n")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "hctosys").write_text(hctosys)
        (tmp_path / name / "since_epoch").write_text(f"{int(NOW.timestamp()) - 2}\n")
    return tmp_path


def test_a_chip_that_was_read_at_the_start_counts(chips: Path) -> None:
    assert chip_was_read(chips, NOW)


def test_a_chip_that_nobody_read_does_not(chips: Path) -> None:
    (chips / "rtc0" / "hctosys").write_text("0\n")
    assert not chip_was_read(chips, NOW)


def test_a_chip_without_battery_does_not(chips: Path) -> None:
    """It starts in 1970; so does the clock, unless something else has set it since."""
    (chips / "rtc0" / "since_epoch").write_text("95\n")
    assert not chip_was_read(chips, NOW)
    assert not chip_was_read(chips, datetime(1970, 1, 1, 0, 1, 35, tzinfo=UTC))


def test_a_chip_that_does_not_answer_does_not(chips: Path) -> None:
    (chips / "rtc0" / "since_epoch").unlink()
    assert not chip_was_read(chips, NOW)


def test_no_chip_does_not(tmp_path: Path) -> None:
    assert not chip_was_read(tmp_path, NOW)


def test_the_machine_is_the_same_for_every_clock_and_its_time_goes_on() -> None:
    first, second = Clock(), Clock()
    before = first.boottime()
    assert first.machine() == second.machine() != ""
    assert second.boottime() >= before > 0

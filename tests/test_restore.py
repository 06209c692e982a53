"""A backup that is brought back: trusted or refused, and no number is given twice after it."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from bus.answers import Adopted
from bus.asks import Issued
from bus.events import EpochOpened, FloorSet, JournalEvent, ServiceShut
from center import backup
from center.backup import back_up, restore
from center.database import check
from center.journal import Alive, Journal, JournalUnavailable
from center.records import Ticket
from config.clock import FakeClock
from config.errors import LuotError, Refused
from tests.hall import CENTER, MORNING, Hall
from tests.morning import ROOM, commit, events, grow, morning, no_room, write

FLOORS = {"A": 120, "B": 45, "C": 1}


@pytest.fixture
def hall(path: Path) -> Hall:
    """A hall whose journal is written."""
    hall = morning()
    write(path, hall)
    return hall


def reopened(path: Path) -> Hall:
    """A hall that goes on from a journal."""
    hall = Hall()
    with Journal(path, "tan-lap") as journal:
        hall.state = journal.state(CENTER)
    hall.at, hall.ran = hall.state.last_at or MORNING, hall.state.ran
    return hall


def remembered(ticket: Ticket, hall: Hall) -> Issued:
    """The ticket as its kiosk has it on disk."""
    assert ticket.request is not None
    assert hall.state.day is not None
    age_s = (hall.ran - ticket.ran) / 1000
    return Issued(ticket.label, ticket.service, ticket.request, ticket.place[2], age_s, hall.state.day)


@pytest.fixture
def lost(path: Path, file: Path, hall: Hall) -> list[JournalEvent]:
    """What happened after the backup."""
    back_up(path, "tan-lap", file)
    done = len(hall.journal)
    for _ in range(3):
        hall.take("civil")
    with Journal(path, "tan-lap") as journal:
        commit(journal, hall, done)
    return hall.journal[done:]


def test_failure_13_no_number_is_given_until_every_issuer_has_told_its_day(
    path: Path, file: Path, hall: Hall, lost: list[JournalEvent]
) -> None:
    given = {ticket.label for ticket in hall.state.tickets.values()}
    restore(file, path, CENTER, FakeClock(), {})
    after = reopened(path)
    assert after.state.awaits == ("kiosk-1", "web-1")
    with pytest.raises(Refused) as refused:
        after.take("civil")
    assert refused.value.code == "busy"
    tickets = [ticket for ticket in hall.state.tickets.values() if ticket.device == "kiosk-1"]
    told = after.ask(
        "adopt", "kiosk-1", "kiosk", tickets=tuple(remembered(each, hall) for each in tickets), whole=True
    )
    assert isinstance(told, Adopted)
    assert not told.refused
    after.ask("adopt", "web-1", "web", whole=True)
    assert after.take("civil").label not in given


def test_failure_13_a_floor_lets_numbers_go_on_at_once(
    path: Path, file: Path, lost: list[JournalEvent]
) -> None:
    restored = restore(file, path, CENTER, FakeClock(), FLOORS)
    assert restored.state.awaits == ()
    after = reopened(path)
    assert [after.take(service).label for service in ("civil", "land", "civil")] == [
        "A121",
        "B046",
        "A122",
    ]


def test_failure_13_a_floor_that_leaves_out_a_letter_changes_nothing(
    path: Path, file: Path, hall: Hall, lost: list[JournalEvent]
) -> None:
    with pytest.raises(Refused, match="missing for C"):
        restore(file, path, CENTER, FakeClock(), {"A": 120, "B": 45})
    assert events(path) == hall.journal
    assert [each.name for each in path.parent.iterdir() if each.suffix == ".sqlite"] == ["journal.sqlite"]


def test_it_begins_an_epoch_that_was_never_before_and_time_goes_on(
    path: Path, file: Path, hall: Hall, lost: list[JournalEvent]
) -> None:
    of_backup = len(hall.journal) - len(lost)
    epochs = {reopened(path).state.epoch}
    for _ in range(3):
        clock = FakeClock(MORNING.replace(year=1970))
        clock.advance(len(epochs))
        restored = restore(file, path, CENTER, clock, FLOORS)
        epochs.add(restored.state.epoch)
        *before, opened, floor = events(path)
        assert before == hall.journal[:of_backup]
        assert isinstance(opened.body, EpochOpened)
        assert isinstance(floor.body, FloorSet)
        assert before[-1].at <= opened.at == floor.at
        assert before[-1].ran <= opened.ran == floor.ran
    assert len(epochs) == 4


def test_when_the_hub_was_last_up_is_what_the_backup_says(path: Path, file: Path) -> None:
    alive = Alive(MORNING, 60_000, "boot-1", 90.0)
    with Journal(path, "tan-lap") as journal:
        journal.commit([], [], alive=alive)
    back_up(path, "tan-lap", file)
    restore(file, path, CENTER, FakeClock(), {})
    (opened,) = events(path)
    assert (opened.at, opened.ran) == (alive.at, alive.ran)
    with Journal(path, "tan-lap") as journal:
        assert journal.last_alive() == alive


def test_what_was_there_is_kept_with_what_its_log_had(
    path: Path, file: Path, hall: Hall, lost: list[JournalEvent], tmp_path: Path
) -> None:
    killed = tmp_path / "killed" / "journal.sqlite"
    killed.parent.mkdir()
    with Journal(path, "tan-lap") as journal:
        done = len(hall.journal)
        hall.take("land")
        commit(journal, hall, done)
        for each in ("journal.sqlite", "journal.sqlite-wal"):  # what a hub leaves that is killed
            shutil.copy(path.with_name(each), killed.with_name(each))
    restored = restore(file, killed, CENTER, FakeClock(), {})
    assert restored.aside is not None
    assert events(restored.aside) == hall.journal
    assert check(killed) is None


@pytest.mark.parametrize("content", [b"", b"x" * 5000])
def test_one_that_cannot_be_opened_is_kept_as_well(path: Path, file: Path, content: bytes) -> None:
    write(path, morning())
    back_up(path, "tan-lap", file)
    path.write_bytes(content)
    restored = restore(file, path, CENTER, FakeClock(), {})
    assert restored.aside is not None
    assert restored.aside.read_bytes() == content
    assert check(path) is None


def test_a_log_whose_journal_is_empty_is_kept_with_it(path: Path, file: Path, hall: Hall) -> None:
    back_up(path, "tan-lap", file)
    path.write_bytes(b"")
    path.with_name("journal.sqlite-wal").write_bytes(b"frames")
    aside = restore(file, path, CENTER, FakeClock(), {}).aside
    assert aside is not None
    assert aside.with_name(aside.name + "-wal").read_bytes() == b"frames"
    assert events(path)[:-1] == hall.journal


def test_an_empty_card_gets_its_journal_back(path: Path, file: Path, hall: Hall, tmp_path: Path) -> None:
    back_up(path, "tan-lap", file)
    fresh = tmp_path / "fresh" / "journal.sqlite"
    assert restore(file, fresh, CENTER, FakeClock(), {}).aside is None
    assert events(fresh)[:-1] == hall.journal


def test_what_is_restored_belongs_to_whom_the_folder_belongs(path: Path, file: Path, hall: Hall) -> None:
    """Root restores, and the hub, who is not root, must be able to go on."""
    back_up(path, "tan-lap", file)
    if os.geteuid() == 0:
        for each in (path.parent, *path.parent.iterdir()):
            os.chown(each, 4711, 4712)
    path.with_suffix(".lock").unlink()
    restore(file, path, CENTER, FakeClock(), {})
    owner = path.parent.stat()
    for each in path.parent.iterdir():
        assert (each.stat().st_uid, each.stat().st_gid) == (owner.st_uid, owner.st_gid), each


def test_not_while_the_hub_runs(path: Path, file: Path, hall: Hall) -> None:
    back_up(path, "tan-lap", file)
    with Journal(path, "tan-lap") as journal:
        with pytest.raises(JournalUnavailable, match="is running"):
            restore(file, path, CENTER, FakeClock(), {})
        journal.commit(
            [JournalEvent(len(hall.journal) + 1, "hub", None, MORNING, ServiceShut("land", ""))], []
        )


@pytest.mark.parametrize(
    ("harm", "words"),
    [
        (lambda file: file.write_bytes(file.read_bytes().replace(b"A001", b"A002", 1)), "not as it was"),
        (lambda file: os.truncate(file, 8192), "not as it was"),
        (lambda file: file.with_name("monday.sqlite.sha256").unlink(), "cannot be read"),
        (lambda file: file.with_name("monday.sqlite.sha256").write_text(""), "not as it was"),
        (lambda file: file.unlink(), "cannot be read"),
    ],
    ids=["altered", "truncated", "checksum lost", "checksum empty", "gone"],
)
def test_one_that_cannot_be_trusted_changes_nothing(
    path: Path, file: Path, hall: Hall, harm: Callable[[Path], object], words: str
) -> None:
    back_up(path, "tan-lap", file)
    harm(file)
    with pytest.raises(LuotError, match=words):
        restore(file, path, CENTER, FakeClock(), {})
    assert events(path) == hall.journal
    assert not path.with_name(backup.WORKSHOP).exists()


def test_one_of_another_centre_changes_nothing(path: Path, file: Path, hall: Hall, tmp_path: Path) -> None:
    other = tmp_path / "other" / "journal.sqlite"
    with Journal(other, "ea-kao"):
        pass
    back_up(other, "ea-kao", file)
    with pytest.raises(JournalUnavailable, match="of the centre 'ea-kao'"):
        restore(file, path, CENTER, FakeClock(), {})
    assert events(path) == hall.journal


def test_a_full_disk_changes_nothing(path: Path, file: Path, hall: Hall) -> None:
    grow(path)
    back_up(path, "tan-lap", file)
    with no_room(ROOM), pytest.raises(LuotError, match="cannot be brought back"):
        restore(file, path, CENTER, FakeClock(), {})
    assert events(path) == hall.journal


def test_killed_before_the_last_step_the_journal_is_still_whole(
    path: Path, file: Path, hall: Hall, lost: list[JournalEvent], monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr(backup, "move", die)
        with pytest.raises(KeyboardInterrupt):
            restore(file, path, CENTER, FakeClock(), {})
    assert events(path) == hall.journal
    clock = FakeClock()
    clock.advance(1)
    restore(file, path, CENTER, clock, {})
    assert events(path)[:-1] == hall.journal[: -len(lost)]

"""A journal that was damaged: it is said, and the file stays as it is."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from bus.events import ServiceShut, TicketHeld
from bus.messages import encode
from center import database
from center.database import check
from center.journal import Journal, JournalUnavailable
from tests.hall import CENTER, Hall
from tests.morning import altered, commit, entry, morning, read, same, write


@pytest.fixture
def hall() -> Hall:
    return morning()


def empty(path: Path) -> None:
    path.write_bytes(b"")


def other_file(path: Path) -> None:
    path.write_bytes(b"this is no journal" * 1000)


def other_database(path: Path) -> None:
    path.unlink()
    with altered(path) as file:
        file.execute("CREATE TABLE note (text TEXT)")


def other_centre(path: Path) -> None:
    with altered(path) as file:
        file.execute("UPDATE meta SET value = 'ea-kao' WHERE key = 'center'")


def truncated(path: Path) -> None:
    with path.open("r+b") as file:
        file.truncate(path.stat().st_size // 2 // 4096 * 4096)


def overwritten(path: Path) -> None:
    """All pages but the first are another file's."""
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xa5" * (path.stat().st_size - 4096))


def event_missing(path: Path) -> None:
    with altered(path) as file:
        file.execute("DELETE FROM event WHERE seq = 7")


def event_unreadable(path: Path) -> None:
    with altered(path) as file:
        file.execute("UPDATE event SET body = ? WHERE seq = 7", (b'{"type":"ticket-eaten"}',))


def event_out_of_place(path: Path) -> None:
    body = encode(TicketHeld("2026-11-23-A700", "one"))
    with altered(path) as file:
        file.execute("UPDATE event SET body = ? WHERE seq = 7", (body,))


class TestDamage:
    @pytest.mark.parametrize(
        ("damage", "words"),
        [
            (empty, "is empty"),
            (other_file, "not a database"),
            (other_database, "is no journal"),
            (other_centre, "is of the centre 'ea-kao'"),
            (truncated, "malformed"),
            (overwritten, "malformed"),
            (event_missing, "Event 7 .* is missing"),
            (event_unreadable, "Event 7 .* cannot be read"),
            (event_out_of_place, "Event 7 .* does not follow"),
        ],
    )
    def test_it_is_told_and_the_file_stays_as_it_is(
        self, path: Path, hall: Hall, damage: Callable[[Path], None], words: str
    ) -> None:
        write(path, hall)
        damage(path)
        before = path.read_bytes()
        with pytest.raises(JournalUnavailable, match=words) as told:
            read(path)
        assert damage is other_centre or "luot restore" in told.value.hint
        assert path.read_bytes() == before

    def test_pages_that_no_start_reads_are_found_by_a_check(self, path: Path, hall: Hall) -> None:
        write(path, hall)
        assert check(path) is None
        with altered(path) as file:
            (page,) = file.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'request'").fetchone()
        with path.open("r+b") as raw:
            raw.seek((page - 1) * 4096)
            raw.write(b"\xff" * 4096)
        assert same(read(path), hall.state)
        assert check(path)

    def test_a_check_does_not_disturb_the_hub(self, path: Path, hall: Hall) -> None:
        with Journal(path, "tan-lap") as journal:
            commit(journal, hall)
            assert check(path) is None
            journal.commit([entry(len(hall.journal) + 1, ServiceShut("land", ""))], [])

    def test_a_log_that_is_cut_off_gives_the_last_whole_commit(self, tmp_path: Path, hall: Hall) -> None:
        kept = tmp_path / "kept" / "journal.sqlite"
        kept.parent.mkdir()
        with Journal(tmp_path / "hub" / "journal.sqlite", "tan-lap") as journal:
            commit(journal, hall)
            for name in ("journal.sqlite", "journal.sqlite-wal"):  # as the disk has them after a power cut
                shutil.copy(journal.path.with_name(name), kept.with_name(name))
        log = kept.with_name("journal.sqlite-wal")
        with log.open("r+b") as file:
            file.truncate(log.stat().st_size // 2 + 7)
        with Journal(kept, "tan-lap") as journal:
            survived = list(journal.entries())
            assert 0 < len(survived) < len(hall.journal)
            assert survived == hall.journal[: len(survived)]
            assert all(journal.answer(each.device, each.request) for each in survived if each.request)
            commit(journal, hall, len(survived))
        assert same(read(kept), hall.state)

    def test_a_log_without_its_journal_is_no_new_beginning(self, path: Path) -> None:
        path.parent.mkdir()
        log = path.with_name("journal.sqlite-wal")
        log.write_bytes(b"frames")
        with pytest.raises(JournalUnavailable, match="is gone"):
            Journal(path, "tan-lap").__enter__()
        assert log.read_bytes() == b"frames"
        assert not path.exists()

    def test_a_first_start_that_was_killed_leaves_nothing_half_made(
        self, path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with monkeypatch.context() as broken:
            broken.setattr(database, "secrets", None)  # dies between the tables and what is in them
            with pytest.raises(AttributeError):
                Journal(path, "tan-lap").__enter__()
        with Journal(path, "tan-lap") as journal:
            assert journal.state(CENTER).epoch
            assert list(journal.entries()) == []

"""Backups: each is one moment of the journal, sound, or there is none."""

import subprocess
from pathlib import Path
from threading import Event, Semaphore, Thread

import pytest

from center.backup import back_up
from center.journal import Journal, JournalUnavailable
from config.errors import LuotError
from tests.hall import Hall
from tests.morning import ROOM, commit, events, grow, morning, no_room, write


@pytest.fixture
def hall(path: Path) -> Hall:
    """A hall whose journal is written."""
    hall = morning()
    write(path, hall)
    return hall


class TestBackingUp:
    def test_it_has_everything_and_its_checksum_beside_it(self, path: Path, file: Path, hall: Hall) -> None:
        assert back_up(path, "tan-lap", file) == len(hall.journal)
        assert sorted(each.name for each in file.parent.iterdir()) == [
            "monday.sqlite",
            "monday.sqlite.sha256",
        ]
        subprocess.run(["sha256sum", "--check", "monday.sqlite.sha256"], cwd=file.parent, check=True)
        assert events(file) == hall.journal
        assert file.stat().st_mode & 0o077 == 0, "the notes of staff are for nobody else"

    def test_each_is_one_moment_while_the_hub_writes_on(self, path: Path, file: Path) -> None:
        hall, enough, written = morning(), Event(), Semaphore(0)

        def write_on() -> None:
            with Journal(path, "tan-lap") as journal:
                commit(journal, hall)
                while not enough.is_set():
                    done = len(hall.journal)
                    hall.take("land")
                    hall.wait(1)
                    commit(journal, hall, done)
                    written.release()

        def back_up_later(to: Path) -> int:
            while written.acquire(blocking=False):
                pass
            for _ in range(2):  # the first may tell of what the last backup has already
                assert written.acquire(timeout=60), "the hub writes nothing"
            return back_up(path, "tan-lap", to)

        hub = Thread(target=write_on)
        hub.start()
        try:
            files = [file.with_name(f"{number}.sqlite") for number in range(5)]
            sizes = [back_up_later(each) for each in files]
        finally:
            enough.set()
            hub.join()
        assert sizes == sorted(set(sizes))
        for each, size in zip(files, sizes, strict=True):
            assert events(each) == hall.journal[:size]

    def test_none_is_overwritten(self, path: Path, file: Path, hall: Hall) -> None:
        back_up(path, "tan-lap", file)
        before = file.read_bytes()
        with pytest.raises(LuotError, match="already there"):
            back_up(path, "tan-lap", file)
        assert file.read_bytes() == before

    def test_a_full_disk_leaves_no_half_of_one(self, path: Path, file: Path, hall: Hall) -> None:
        grow(path)
        with no_room(ROOM), pytest.raises(LuotError, match="cannot be written"):
            back_up(path, "tan-lap", file)
        assert list(file.parent.iterdir()) == []

    def test_a_damaged_journal_is_told_and_makes_none(self, path: Path, file: Path, hall: Hall) -> None:
        with path.open("r+b") as raw:
            raw.seek(8192)
            raw.write(b"\xa5" * 8192)
        with pytest.raises(LuotError, match="is damaged"):
            back_up(path, "tan-lap", file)
        assert list(file.parent.iterdir()) == []

    def test_there_is_none_of_another_centre(self, path: Path, file: Path, hall: Hall) -> None:
        with pytest.raises(JournalUnavailable, match="of the centre"):
            back_up(path, "ea-kao", file)
        with pytest.raises(JournalUnavailable, match="no journal"):
            back_up(path.with_name("other.sqlite"), "tan-lap", file)

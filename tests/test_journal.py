"""The journal: what was committed is there again, whole and for good."""

from datetime import date, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from bus.events import CounterOpened, DayOpened, RequestGivenUp, ServiceShut
from bus.messages import encode
from center import schema
from center.journal import VOID, Alive, Answered, Journal, JournalUnavailable
from tests.hall import CENTER, MORNING, Hall
from tests.morning import FINE, NOTE, altered, commit, entry, largest, morning, no_room, read, same, write


@pytest.fixture
def hall() -> Hall:
    return morning()


class TestKeeping:
    def test_everything_is_there_again(self, path: Path, hall: Hall) -> None:
        write(path, hall)
        with Journal(path, "tan-lap") as journal:
            assert list(journal.entries()) == hall.journal
            assert list(journal.entries(after=5)) == hall.journal[5:]
            assert journal.newest() == len(hall.journal)
            assert same(journal.state(CENTER), hall.state)
            assert [note.text for note in journal.notes()] == [NOTE]

    def test_page_is_a_piece_of_it_and_says_how_much_there_is(self, path: Path, hall: Hall) -> None:
        write(path, hall)
        with Journal(path, "tan-lap") as journal:
            page = journal.page(3, 4)
            assert (page.events, page.last) == (tuple(hall.journal[3:7]), len(hall.journal))
            assert journal.page(page.last, 100).events == ()

    def test_a_commit_is_whole_or_not_at_all(self, path: Path) -> None:
        request = uuid4()
        with Journal(path, "tan-lap") as journal:
            journal.commit(
                [entry(1, DayOpened(date(2026, 11, 23)))], [Answered("kiosk-1", request, None, FINE)]
            )
            with pytest.raises(JournalUnavailable, match="cannot be written"):
                journal.commit(
                    [entry(2, DayOpened(date(2026, 11, 24)))], [Answered("kiosk-1", request, None, FINE)]
                )
            assert journal.newest() == 1
            journal.commit([entry(2, DayOpened(date(2026, 11, 24)))], [])
            assert journal.newest() == 2

    def test_a_request_given_up_is_void_for_good_unless_it_was_answered(self, path: Path) -> None:
        early, late = uuid4(), uuid4()
        with Journal(path, "tan-lap") as journal:
            journal.commit([], [Answered("kiosk-1", early, None, FINE)])
            journal.commit([entry(1, RequestGivenUp("kiosk-1", each)) for each in (early,)], [])
            journal.commit([entry(2, RequestGivenUp("kiosk-1", late))], [])
        with Journal(path, "tan-lap") as journal:
            assert journal.answer("kiosk-1", early) == FINE
            assert journal.answer("kiosk-1", late) == VOID
            assert journal.answer("kiosk-2", late) is None

    def test_when_the_hub_was_last_up_is_known(self, path: Path) -> None:
        first = Alive(MORNING, 5000, "boot-1", 12.5)
        with Journal(path, "tan-lap") as journal:
            assert journal.last_alive() is None
            journal.commit([], [], alive=first)
            later = Alive(MORNING + timedelta(minutes=1), 65_000, "boot-1", 72.5)
            journal.commit([entry(1, DayOpened(date(2026, 11, 23)))], [], alive=later)
        with Journal(path, "tan-lap") as journal:
            assert journal.last_alive() == later

    def test_notes_go_when_their_time_is_over_and_leave_no_trace(self, path: Path, hall: Hall) -> None:
        write(path, hall)
        assert NOTE.encode() in path.read_bytes()
        with Journal(path, "tan-lap") as journal:
            journal.forget(MORNING)
            assert len(list(journal.notes())) == 1
            journal.forget(hall.at + timedelta(days=365))
            assert list(journal.notes()) == []
            assert list(journal.entries()) == hall.journal
        assert NOTE.encode() not in path.read_bytes()

    def test_a_reader_sees_one_moment_while_the_hub_writes_on(self, path: Path) -> None:
        with Journal(path, "tan-lap") as journal:
            journal.commit([entry(1, DayOpened(date(2026, 11, 23)))], [])
            with Journal(path, "tan-lap", read_only=True) as reader:
                journal.commit([entry(2, DayOpened(date(2026, 11, 24)))], [])
                assert reader.newest() == 1
            assert journal.newest() == 2


class TestVersions:
    def old(self, path: Path) -> None:
        """A journal of version 1."""
        path.parent.mkdir()
        at = round(MORNING.timestamp() * 1000)
        with altered(path) as file:
            for statement in schema.STEPS[0]:
                file.execute(statement)
            file.execute("PRAGMA user_version=1")
            file.executemany("INSERT INTO meta VALUES (?, ?)", [("center", "tan-lap"), ("epoch", "abcd")])
            body = encode(DayOpened(date(2026, 11, 23)))
            file.execute("INSERT INTO event VALUES (1, 'hub', NULL, ?, ?)", (at, body))
            body = encode(CounterOpened("one", "an", ("civil",)))
            file.execute("INSERT INTO event VALUES (2, 'web-1', ?, ?, ?)", (uuid4().bytes, at + 5000, body))

    def test_an_older_journal_is_brought_up_to_date(self, path: Path) -> None:
        self.old(path)
        with Journal(path, "tan-lap") as journal:
            assert [each.ran for each in journal.entries()] == [0, 5000]
            assert journal.last_alive() == Alive(MORNING + timedelta(seconds=5), 5000, "", 0.0)
            assert journal.state(CENTER).counters["one"].clerk == "an"
            journal.commit([entry(3, DayOpened(date(2026, 11, 24)))], [])
        assert read(path).day == date(2026, 11, 24)

    def test_a_step_that_fails_leaves_it_as_it_was(self, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.old(path)
        with monkeypatch.context() as broken:
            broken.setattr(schema, "STEPS", (*schema.STEPS, ("no SQL at all",)))
            with pytest.raises(JournalUnavailable):
                Journal(path, "tan-lap").__enter__()
        with altered(path) as file:
            assert schema.version_of(file) == 1
        assert read(path).seq == 2

    def test_a_newer_journal_is_left_alone(self, path: Path) -> None:
        with Journal(path, "tan-lap"):
            pass
        with altered(path) as file:
            file.execute(f"PRAGMA user_version={schema.VERSION + 1}")
        with pytest.raises(JournalUnavailable, match=f"of version {schema.VERSION + 1}"):
            Journal(path, "tan-lap").__enter__()

    def test_a_reader_changes_no_older_journal(self, path: Path) -> None:
        self.old(path)
        before = path.read_bytes()
        with pytest.raises(JournalUnavailable, match="older"):
            Journal(path, "tan-lap", read_only=True).__enter__()
        assert path.read_bytes() == before


def test_failure_22_a_commit_that_finds_no_room_leaves_nothing_and_goes_on_when_there_is(
    path: Path, hall: Hall
) -> None:
    with Journal(path, "tan-lap") as journal:
        commit(journal, hall)
        newest, requests = journal.newest(), [uuid4() for _ in range(400)]
        with no_room(largest(path)), pytest.raises(JournalUnavailable, match="cannot be written") as told:
            journal.commit(
                [entry(newest + 1, ServiceShut("land", ""))],
                [Answered("kiosk-1", each, None, FINE * 10) for each in requests],
            )
        assert "not full" in told.value.hint
        assert journal.newest() == newest
        assert journal.answer("kiosk-1", requests[0]) is None
        hall.take()
        commit(journal, hall, newest)
    assert same(read(path), hall.state)


def test_failure_23_a_retry_after_midnight_finds_its_first_answer(path: Path) -> None:
    request = UUID(int=7, version=4)
    with Journal(path, "tan-lap") as journal:
        journal.commit([], [Answered("kiosk-1", request, date(2026, 11, 23), FINE)])
        journal.commit([entry(1, DayOpened(date(2026, 11, 24)))], [])
        journal.forget(MORNING + timedelta(days=3660))
        assert journal.answer("kiosk-1", request) == FINE

"""The journal: what was committed is there again, whatever became of the process, the disk or the file."""

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import date, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from msgspec import structs

from bus.events import (
    CounterOpened,
    DayOpened,
    EventBody,
    JournalEvent,
    RequestGivenUp,
    ServiceShut,
    TicketHeld,
)
from bus.messages import Answer, encode
from center import database, schema, snapshot
from center.database import check
from center.journal import SNAPSHOT_EVERY, VOID, Alive, Answered, Journal, JournalUnavailable
from center.state import State
from tests.hall import CENTER, MORNING, Hall
from tests.morning import NOTE, commit, morning, no_room, write

FINE = encode(Answer(ok=True))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "hub" / "journal.sqlite"


@pytest.fixture
def hall() -> Hall:
    return morning()


def read(path: Path) -> State:
    with Journal(path, "tan-lap") as journal:
        return journal.state(CENTER)


def same(one: State, other: State) -> bool:
    """The epoch is made with the journal."""
    return {**vars(one), "epoch": ""} == {**vars(other), "epoch": ""}


def entry(seq: int, body: EventBody, **fields: object) -> JournalEvent:
    return JournalEvent(seq, "hub", None, MORNING + timedelta(seconds=seq), body, 1000 * seq)


@contextmanager
def altered(path: Path) -> Iterator[sqlite3.Connection]:
    """The file, to be changed behind the journal's back."""
    with closing(sqlite3.connect(path, isolation_level=None)) as file:
        yield file


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


class TestSnapshots:
    def test_load_gives_what_was_dumped(self, hall: Hall) -> None:
        loaded = snapshot.load(CENTER, snapshot.dump(hall.state))
        assert vars(loaded) == vars(hall.state)

    def test_records_are_linked_again_so_that_both_live_on_alike(self, hall: Hall) -> None:
        begun = len(hall.journal)
        loaded = snapshot.load(CENTER, snapshot.dump(hall.state))
        hall.wait(60)
        hall.act("finish", "two")
        hall.act("requeue", label=hall.state.counters["one"].held[0].label)
        hall.call("one")
        hall.wait(120)
        hall.act("close", "one")
        hall.call("two")
        hall.charge(counter="two")
        hall.wait(30 * 3600)
        hall.take()
        for each in hall.journal[begun:]:
            loaded.apply(each)
        assert vars(loaded) == vars(hall.state)

    def test_it_outlives_a_service_and_a_counter_that_the_settings_lose(self, hall: Hall) -> None:
        less = structs.replace(CENTER, services=CENTER.services[:1], counters=CENTER.counters[:1])
        loaded, replayed = snapshot.load(less, snapshot.dump(hall.state)), hall.rebuilt(less)
        assert loaded.tickets == replayed.tickets
        assert {id_: each.removed for id_, each in loaded.counters.items()} == {
            "one": False, "two": True, "three": True,
        }  # fmt: skip
        assert loaded.counters["two"].setting == replayed.counters["two"].setting
        for id_, queue in replayed.queues.items():
            assert list(loaded.queues[id_]) == list(queue)

    def test_a_start_reads_only_what_came_after(self, path: Path, hall: Hall) -> None:
        write(path, hall)
        with Journal(path, "tan-lap") as journal:
            state = journal.state(CENTER)
            journal.snapshot_if_due(state)
            assert journal.snapshots() == []  # the day began before the journal was opened
            begun = len(hall.journal)
            hall.wait(24 * 3600)
            assert any(isinstance(each.body, DayOpened) for each in hall.journal[begun:])
            commit(journal, hall, begun)
            journal.snapshot_if_due(hall.state)
        with altered(path) as file:
            file.execute("UPDATE event SET body = x'7b7d' WHERE seq < 10")
        assert vars(read(path)) == vars(hall.state)

    @pytest.mark.parametrize(
        "change",
        [
            "UPDATE snapshot SET body = CAST(replace(CAST(body AS TEXT), 'A001', 'A002') AS BLOB)",
            "UPDATE snapshot SET body = substr(body, 1, 200)",
            "UPDATE snapshot SET version = '0.0.9-000000000000'",
        ],
    )
    def test_one_that_cannot_be_used_is_passed_over(self, path: Path, hall: Hall, change: str) -> None:
        with Journal(path, "tan-lap") as journal:
            commit(journal, hall)
            journal.snapshot_if_due(hall.state)
        with altered(path) as file:
            assert file.execute(change).rowcount == 1
        assert same(read(path), hall.state)

    def test_the_two_newest_are_kept(self, path: Path) -> None:
        hall, begun = Hall(), 0
        with Journal(path, "tan-lap") as journal:
            for _ in range(5):
                commit(journal, hall, begun)
                journal.snapshot_if_due(hall.state)
                journal.snapshot_if_due(hall.state)
                begun = len(hall.journal)
                hall.wait(24 * 3600)
            kept = [each.seq for each in journal.snapshots()]
        assert len(kept) == 2
        assert kept == sorted(kept, reverse=True)
        assert kept[0] == begun

    def test_one_is_due_after_many_events_too(self, path: Path, hall: Hall) -> None:
        write(path, hall)
        with Journal(path, "tan-lap") as journal:
            hall.state.seq = SNAPSHOT_EVERY
            journal.snapshot_if_due(hall.state)
            assert [each.seq for each in journal.snapshots()] == [SNAPSHOT_EVERY]

    def test_a_full_disk_costs_only_the_snapshot(
        self, path: Path, hall: Hall, caplog: pytest.LogCaptureFixture
    ) -> None:
        with Journal(path, "tan-lap") as journal:
            commit(journal, hall)
            with no_room(largest(path)):
                journal.snapshot_if_due(hall.state)
            assert "no snapshot was kept" in caplog.text
            assert journal.snapshots() == []
            assert same(journal.state(CENTER), hall.state)

    def test_events_that_are_gone_after_it_are_missed(self, path: Path, hall: Hall) -> None:
        with Journal(path, "tan-lap") as journal:
            commit(journal, hall)
            journal.snapshot_if_due(hall.state)
        with altered(path) as file:
            file.execute("DELETE FROM event WHERE seq > 5")
        with pytest.raises(JournalUnavailable, match="missing") as told:
            read(path)
        assert "luot restore" in told.value.hint


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


def largest(path: Path) -> int:
    """The size of the journal's largest file."""
    return max(each.stat().st_size for each in path.parent.iterdir() if each.suffix != ".sqlite-shm")


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

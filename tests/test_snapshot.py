"""Snapshots: the state as the events make it, read in an instant, and never relied upon."""

from pathlib import Path

import pytest
from msgspec import structs

from bus.events import DayOpened
from center import snapshot
from center.journal import SNAPSHOT_EVERY, Journal, JournalUnavailable
from tests.hall import CENTER, Hall
from tests.morning import altered, commit, largest, morning, no_room, read, same, write


@pytest.fixture
def hall() -> Hall:
    return morning()


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

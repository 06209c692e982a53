"""The commands that keep the hub's books, as a technician types them."""

import json
import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bench.year import Year
from bus.events import ClockConfirmed, TicketTransferred
from center.broker import PrivateBroker
from center.hubtime import HubTime
from center.journal import Alive, Journal, JournalUnavailable, Note
from center.state import State
from config.clock import FakeClock
from config.errors import LuotError, SettingsError
from config.settings import CenterSettings
from demo.files import Places, write_settings
from technician.command import luot
from technician.day import correct
from tests.hall import CENTER, MORNING, Hall
from tests.morning import commit, write


@pytest.fixture
def folder(tmp_path: Path, settings: CenterSettings) -> Path:
    """The demo's settings, of a broker that does not run."""
    broker = PrivateBroker(tmp_path / "broker", settings, port=1)
    write_settings(tmp_path, broker, Places(1, tmp_path, 1, "", ""))
    return tmp_path


@pytest.fixture
def path(folder: Path) -> Path:
    return folder / "data" / "hub" / "journal.sqlite"


@pytest.fixture
def state(path: Path, settings: CenterSettings) -> State:
    """Two days of the demo's centre are in its hub's journal; what they make."""
    year = Year(settings, 60)
    with Journal(path, settings.center) as journal:
        year.hall.state.epoch = journal.state(settings).epoch
        for _ in year.days(2):
            notes = [
                Note(each.seq, each.body.ticket, "Thiếu bản sao")
                for each in year.hall.entries
                if isinstance(each.body, TicketTransferred)
            ]
            for note in notes:
                year.hall.state.note(note.ticket, note.text)
            journal.commit(year.hall.entries, year.answers, notes)
            journal.snapshot_if_due(year.hall.state)
        return journal.state(settings)


@pytest.fixture
def luot_(folder: Path) -> Callable[..., Result]:
    """`luot` with words of its command line, and the hub's settings."""

    def run(*words: str | Path) -> Result:
        arguments = [*map(str, words), "--config", str(folder / "hub.toml")]
        return CliRunner().invoke(luot, arguments, catch_exceptions=True)

    return run


Run = Callable[..., Result]


def change(path: Path, sql: str) -> None:
    """Change the journal behind the hub's back."""
    with Journal(path, "tan-lap") as journal:
        assert journal.database.execute(sql).rowcount > 0


def edit(table: str, column: str, old: str, new: str, where: str) -> str:
    """SQL that replaces a piece of JSON in the rows that have another."""
    text = f"CAST({column} AS TEXT)"
    return (
        f"UPDATE {table} SET {column} = CAST(replace({text}, '{old}', '{new}') AS BLOB) "
        f"WHERE {text} LIKE '%{where}%'"
    )


class TestVerify:
    def test_a_sound_journal_is_told_in_figures(self, luot_: Run, state: State) -> None:
        found = luot_("journal", "verify")
        assert (found.exit_code, found.stderr) == (0, "")
        lines = dict(line.split(maxsplit=1) for line in found.stdout.splitlines()[:-1])
        assert lines["events"].startswith(f"{state.seq:,}, from 2026-01-05 07:30 to 2026-01-06 16:30")
        assert lines["numbers"] == "120 given"
        assert lines["snapshots"] == "2, 2 of this version"
        assert found.stdout.endswith("Everything fits.\n")

    @pytest.mark.parametrize(
        ("sql", "words"),
        [
            ("DELETE FROM event WHERE seq = 100", "Event 100 of the journal .* is missing"),
            ("UPDATE event SET body = x'7b7d' WHERE seq = 100", "Event 100 of the journal .* cannot be read"),
            ("DELETE FROM request WHERE device = 'kiosk'", "The answer to the request of event"),
            ("DELETE FROM request WHERE device = 'web'", "The request of event .* has no answer"),
            (
                edit("request", "answer", "05-A005", "05-A006", "05-A005"),
                "The answer to the request of event .* is not 2026-01-05-A005",
            ),
            (
                edit("request", "answer", '"ok":true', '"ok":false', "05-A005"),
                "The answer to the request of event .* is not 2026-01-05-A005",
            ),
            (
                edit("event", "body", "A003", "A002", "ticket-issued%2026-01-05-A003"),
                "gives 2026-01-05-A002 a second time",
            ),
            (
                edit("event", "body", "ordinary", "elderly", "ticket-issued%2026-01-06-A002"),
                "The snapshot at event .* has other .*tickets, labels, takes",
            ),
            ("UPDATE snapshot SET body = x'7b7d'", "The snapshot at event .* is damaged"),
        ],
    )
    def test_what_is_wrong_is_told(self, luot_: Run, path: Path, state: State, sql: str, words: str) -> None:
        change(path, sql)
        found = luot_("journal", "verify")
        assert found.exit_code == 1
        assert "Everything fits" not in found.stdout
        assert re.search(words, found.stderr), found.stderr
        assert "hint: " in found.stderr

    def test_it_can_be_asked_while_the_hub_runs(
        self, luot_: Run, path: Path, state: State, settings: CenterSettings
    ) -> None:
        with Journal(path, settings.center):
            assert luot_("journal", "verify").exit_code == 0

    def test_where_there_is_no_journal_it_says_so_and_makes_none(self, luot_: Run, path: Path) -> None:
        found = luot_("journal", "verify")
        assert isinstance(found.exception, JournalUnavailable)
        assert not path.exists()


class TestReading:
    def test_export_writes_a_line_an_event(self, luot_: Run, state: State, tmp_path: Path) -> None:
        every = [json.loads(line) for line in luot_("journal", "export").stdout.splitlines()]
        assert [each["seq"] for each in every] == list(range(1, state.seq + 1))
        assert every[0]["body"]["type"] == "day-opened"
        luot_("journal", "export", "--after", "100", tmp_path / "events.jsonl")
        later = (tmp_path / "events.jsonl").read_text().splitlines()
        assert [json.loads(line) for line in later] == every[100:]

    def test_replay_shows_what_the_events_make(self, luot_: Run, state: State) -> None:
        shown = luot_("journal", "replay").stdout
        assert f"after event {state.seq:,}, 2026-01-06 16:30" in shown
        assert "day      2026-01-06" in shown
        for id_, queue in state.queues.items():
            (row,) = [line.split() for line in shown.splitlines() if line.startswith(f"{id_} ")]
            assert row[1:4] == [queue.service.letter, str(len(queue)), str(queue.issued)]

    def test_replay_stops_where_it_is_told(self, luot_: Run, state: State) -> None:
        shown = luot_("journal", "replay", "--to", "50").stdout
        assert "after event 50, 2026-01-05" in shown
        assert "serving" in shown


class TestBackup:
    def test_back_and_forth(self, luot_: Run, path: Path, state: State, tmp_path: Path) -> None:
        file = tmp_path / "stick.sqlite"
        written = luot_("backup", file)
        assert written.exit_code == 0
        assert f"{state.seq:,} events" in written.stdout
        path.write_bytes(b"")
        restored = luot_("restore", file)
        assert restored.exit_code == 0
        assert "once these have told what they gave: kiosk-1, web-1." in restored.stdout
        (aside,) = path.parent.glob("journal-*.sqlite")
        assert str(aside) in restored.stdout
        assert luot_("journal", "verify").exit_code == 0

    def test_floors_are_told_back(self, luot_: Run, state: State, tmp_path: Path) -> None:
        luot_("backup", tmp_path / "stick.sqlite")
        floors = [f"--floor={letter}=90" for letter in "ABCDEF"]
        restored = luot_("restore", tmp_path / "stick.sqlite", *floors)
        assert "Numbers go on above A090, B090, C090, D090, E090, F090." in restored.stdout

    @pytest.mark.parametrize("floor", ["A", "A=", "A=x", "=5"])
    def test_a_floor_that_is_none_is_refused(
        self, luot_: Run, state: State, tmp_path: Path, floor: str
    ) -> None:
        luot_("backup", tmp_path / "stick.sqlite")
        assert luot_("restore", tmp_path / "stick.sqlite", "--floor", floor).exit_code != 0

    def test_the_settings_are_those_of_a_hub(self, folder: Path) -> None:
        found = CliRunner().invoke(luot, ["backup", "--config", str(folder / "kiosk-1.toml"), "x.sqlite"])
        assert isinstance(found.exception, SettingsError)


class TestDay:
    def test_failure_07_a_day_that_a_wrong_clock_began_is_undone_and_numbers_go_on(
        self, tmp_path: Path
    ) -> None:
        path, hall = tmp_path / "journal.sqlite", Hall()
        given = [hall.take().label, hall.take().label]
        hall.jump(timedelta(days=10 * 365))
        hall.wait(13 * 3600)  # nobody's number is younger
        assert hall.state.day is not None
        assert hall.state.day.year == 2036
        with Journal(path, "tan-lap") as journal:
            commit(journal, hall)
            journal.commit([], [], alive=Alive(hall.at, hall.ran, "boot-1", 0.0))
        clock = FakeClock(MORNING + timedelta(hours=1))
        assert correct(path, CENTER, date(2026, 11, 23), clock) == hall.state.day
        with Journal(path, "tan-lap") as journal:
            after, last = journal.state(CENTER), journal.last_alive()
        assert after.day == date(2026, 11, 23)
        hub = HubTime.resumed(clock, last, corrected=True, confirmed=True)
        assert hub.now().at == clock.now()
        goes_on = Hall()
        goes_on.state, goes_on.at, goes_on.ran = after, clock.now(), after.ran
        assert goes_on.take().label not in given

    def test_the_machines_clock_must_have_that_date(self, tmp_path: Path) -> None:
        path, hall = tmp_path / "journal.sqlite", Hall()
        write(path, hall)
        clock = FakeClock(datetime(2026, 11, 23, 18, tzinfo=UTC))  # the 24th at the centre
        with pytest.raises(LuotError, match="it is 2026-11-24") as told:
            correct(path, CENTER, date(2026, 11, 23), clock)
        assert "timedatectl" in told.value.hint
        with Journal(path, "tan-lap") as journal:
            assert list(journal.entries()) == hall.journal

    def test_it_is_set_on_the_command_line(
        self, luot_: Run, path: Path, state: State, settings: CenterSettings
    ) -> None:
        today = state.local_date(datetime.now(UTC))
        found = luot_("day", "set", str(today))
        assert found.exit_code == 0
        assert f"was 2026-01-06. It is {today}" in found.stdout
        with Journal(path, settings.center) as journal:
            assert isinstance(journal.page(state.seq, 1).events[0].body, ClockConfirmed)

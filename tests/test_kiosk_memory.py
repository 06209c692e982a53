"""What the kiosk must not forget: through power cuts, a full disk, and a hub that does not answer."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID, uuid4

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from bus.asks import Take
from bus.messages import Ticket, Wait
from config.errors import Refused, Unreachable
from kiosk.memory import FILE, KEPT, DiskFault, Memory


def take() -> Take:
    return Take(uuid4(), "ho-tich")


def ticket(label: str) -> Ticket:
    at = datetime(2026, 11, 22, 1, 12, tzinfo=UTC)
    return Ticket(
        f"2026-11-22-{label}", label, "ho-tich", "ordinary", "vi", at, 4, Wait(5, 10), {"vi": "Quầy 1"}
    )


def given_up(memory: Memory) -> set[UUID]:
    adopt = memory.given_up()
    return set(adopt.given_up) if adopt else set()


@contextmanager
def unwritable(folder: Path) -> Iterator[None]:
    """Nobody can write the kiosk's file: somebody else holds it."""
    holder = sqlite3.connect(folder / FILE, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    yield
    holder.close()


def power_cut(folder: Path, to: Path) -> Memory:
    """What is on the disk now is all there is: a copy of the files, while the first kiosk has them open."""
    shutil.copytree(folder, to)
    return Memory(to)


def test_a_take_is_on_disk_before_it_is_sent(tmp_path: Path) -> None:
    memory, request = Memory(tmp_path / "kiosk"), take()
    memory.begin(request)
    assert given_up(power_cut(tmp_path / "kiosk", tmp_path / "after")) == {request.request}


def test_after_a_restart_an_open_take_is_given_up_until_the_hub_has_heard_of_it(tmp_path: Path) -> None:
    memory, request = Memory(tmp_path), take()
    memory.begin(request)
    memory.close()
    again = Memory(tmp_path)
    adopt = again.given_up()
    assert adopt is not None
    assert adopt.given_up == (request.request,)
    again.close()
    assert given_up(again) == {request.request}  # nothing answered yet
    again.told(adopt)
    again.close()
    assert again.given_up() is None


def test_an_answer_that_comes_after_a_restart_is_refused(tmp_path: Path) -> None:
    memory, request = Memory(tmp_path), take()
    memory.begin(request)
    memory.close()
    with pytest.raises(DiskFault):
        memory.end(request.request, ticket("A012"))


def test_no_answer_is_given_up_and_a_refusal_is_not(tmp_path: Path) -> None:
    memory, late, refused = Memory(tmp_path), take(), take()
    memory.begin(late)
    memory.end(late.request, Unreachable("The hub did not answer."))
    memory.begin(refused)
    memory.end(refused.request, Refused("not-taking", "The service takes nobody."))
    assert given_up(memory) == {late.request}


def test_an_open_take_is_not_given_up_while_the_kiosk_lives(tmp_path: Path) -> None:
    memory = Memory(tmp_path)
    memory.begin(take())
    assert memory.given_up() is None


def test_what_became_of_the_paper_is_told_until_the_hub_answers(tmp_path: Path) -> None:
    memory, request = Memory(tmp_path), take()
    memory.begin(request)
    memory.end(request.request, ticket("A012"))
    assert memory.fact() is None
    memory.delivered("2026-11-22-A012", "printed")
    fact = memory.fact()
    assert fact is not None
    assert (fact.ticket, fact.outcome) == ("2026-11-22-A012", "printed")
    memory.close()
    assert memory.fact() == fact  # under the same id, so that the hub counts it once
    memory.told(fact)
    assert memory.fact() is None


def test_paper_that_a_power_cut_left_under_way_is_unknown(tmp_path: Path) -> None:
    memory, request = Memory(tmp_path / "kiosk"), take()
    memory.begin(request)
    memory.end(request.request, ticket("A012"))
    fact = power_cut(tmp_path / "kiosk", tmp_path / "after").fact()
    assert fact is not None
    assert (fact.ticket, fact.outcome) == ("2026-11-22-A012", "unknown")


def test_the_first_word_on_the_paper_stays(tmp_path: Path) -> None:
    memory, request = Memory(tmp_path), take()
    memory.begin(request)
    memory.end(request.request, ticket("A012"))
    memory.delivered("2026-11-22-A012", "failed")
    memory.delivered("2026-11-22-A012", "printed")
    fact = memory.fact()
    assert fact is not None
    assert fact.outcome == "failed"


def test_a_disk_that_cannot_be_written_stops_the_take_before_it_is_sent(tmp_path: Path) -> None:
    memory, request = Memory(tmp_path), take()
    memory.begin(take())
    with unwritable(tmp_path), pytest.raises(DiskFault) as fault:
        memory.begin(request)
    assert FILE in fault.value.message
    assert fault.value.hint
    memory.begin(request)  # the disk is well again
    assert request.request not in given_up(memory)


def test_an_answer_that_cannot_be_written_ends_as_given_up(tmp_path: Path) -> None:
    memory, request = Memory(tmp_path), take()
    memory.begin(request)
    with unwritable(tmp_path), pytest.raises(DiskFault):
        memory.end(request.request, ticket("A012"))
    assert given_up(memory) == {request.request}


def test_a_folder_that_cannot_be_made_is_a_fault_and_no_crash(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(DiskFault):
        Memory(tmp_path / "file").begin(take())


def test_a_file_that_is_no_database_is_a_fault(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"garbage" * 1000)
    with pytest.raises(DiskFault):
        Memory(tmp_path).begin(take())


def test_what_is_long_over_is_let_go_and_what_is_untold_stays(tmp_path: Path) -> None:
    memory, untold = Memory(tmp_path), take()
    memory.begin(untold)
    memory.end(untold.request, Unreachable("late"))
    memory.close()
    with sqlite3.connect(tmp_path / FILE) as database:
        rows = [(str(uuid4()),) for _ in range(KEPT + 100)]
        database.executemany("INSERT INTO take VALUES (?, 'thue', 'refused', NULL, NULL, NULL, 1)", rows)
    assert given_up(memory) == {untold.request}
    with sqlite3.connect(tmp_path / FILE) as database:
        assert database.execute("SELECT count(*) FROM take").fetchone() == (KEPT + 1,)


class Life(RuleBasedStateMachine):
    """Any life of a kiosk, power cuts and a failing disk included, against a plain account of it."""

    def __init__(self) -> None:
        super().__init__()
        self.temporary = TemporaryDirectory()
        self.folder = Path(self.temporary.name)
        self.memory = Memory(self.folder)
        self.open: UUID | None = None
        self.printing: str | None = None
        self.given_up: set[UUID] = set()
        self.facts: dict[str, str] = {}
        self.count = 0

    def teardown(self) -> None:
        self.memory.close()
        self.temporary.cleanup()

    @precondition(lambda self: self.open is None)
    @rule()
    def begin(self) -> None:
        request = take()
        self.memory.begin(request)
        self.open = request.request

    @precondition(lambda self: self.open is not None)
    @rule(how=st.sampled_from(("ticket", "refused", "unreachable")))
    def end(self, how: str) -> None:
        assert self.open is not None
        self.count += 1
        given = ticket(f"A{self.count:03}")
        outcome = {"ticket": given, "refused": Refused("busy", ""), "unreachable": Unreachable("")}[how]
        self.memory.end(self.open, outcome)  # type: ignore[arg-type]
        if how == "ticket":
            if self.printing:
                self.deliver("printed")
            self.printing = given.id
        if how == "unreachable":
            self.given_up.add(self.open)
        self.open = None

    @precondition(lambda self: self.printing is not None)
    @rule(outcome=st.sampled_from(("printed", "failed", "unknown")))
    def deliver(self, outcome: str) -> None:
        assert self.printing is not None
        self.memory.delivered(self.printing, outcome)  # type: ignore[arg-type]
        self.facts[self.printing] = outcome
        self.printing = None

    @rule()
    def cut_power(self) -> None:
        self.memory.close()
        self._cut()

    @precondition(lambda self: self.open is not None)
    @rule()
    def fail_to_write(self) -> None:
        assert self.open is not None
        with unwritable(self.folder), pytest.raises(DiskFault):
            self.memory.end(self.open, ticket("Z999"))
        self._cut()

    @rule()
    def tell(self) -> None:
        if adopt := self.memory.given_up():
            self.memory.told(adopt)
            self.given_up -= set(adopt.given_up)
        if fact := self.memory.fact():
            self.memory.told(fact)
            assert self.facts.pop(fact.ticket) == fact.outcome

    @invariant()
    def every_end_is_kept(self) -> None:
        assert given_up(self.memory) == self.given_up
        fact = self.memory.fact()
        assert (fact.outcome if fact else None) == next(iter(self.facts.values()), None)

    def _cut(self) -> None:
        if self.open:
            self.given_up.add(self.open)
            self.open = None
        if self.printing:
            self.facts[self.printing] = "unknown"
            self.printing = None


TestLife = Life.TestCase
TestLife.settings = settings(max_examples=25, stateful_step_count=25, deadline=None)

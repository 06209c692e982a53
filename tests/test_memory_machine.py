"""Any life of an issuer, power cuts and a failing disk included, against a plain account of it."""

from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID, uuid4

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from bus.answers import LeaseRange
from bus.asks import Take
from bus.disk import DiskFault
from config.errors import Refused, Unreachable
from tests.issuing import given_up, lease, memory_in, range_, take, taken_over, ticket, unwritable


class Life(RuleBasedStateMachine):
    """What was done, beside what is remembered."""

    def __init__(self) -> None:
        super().__init__()
        self.temporary = TemporaryDirectory()
        self.folder = Path(self.temporary.name)
        self.memory = memory_in(self.folder)
        self.open: UUID | None = None
        self.printing: str | None = None
        self.given_up: set[UUID] = set()
        self.facts: dict[str, str] = {}
        self.count = 0
        self.ranges: list[LeaseRange] = []
        self.labels: set[str] = set()  # of our own
        self.own: list[str] = []  # those that are not told yet

    def teardown(self) -> None:
        self.memory.close()
        self.temporary.cleanup()

    @precondition(lambda self: self.open is None)
    @rule()
    def begin(self) -> None:
        request = take()
        self.memory.begin(request.request)
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

    @rule(fresh=st.booleans())
    def lease(self, fresh: bool) -> None:
        """The hub grants another range, or only says again what it granted."""
        if fresh:
            self.ranges.append(range_(start := 800 + 3 * len(self.ranges), start + 2))
        lease(self.memory, *self.ranges)

    @precondition(lambda self: self.open is not None)
    @rule()
    def give(self) -> None:
        assert self.open is not None
        given = self.memory.give(Take(self.open, "ho-tich"))
        self.given_up.add(self.open)
        self.open = None
        if given:
            label = given[1]
            assert label not in self.labels, "a number is given twice"
            self.labels.add(label)
            self.own.append(label)
            if self.printing:
                self.deliver("printed")
            self.printing = "-".join(given)
        else:
            assert len(self.labels) == 3 * len(self.ranges), "numbers are left, and none is given"

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
        if adopt := self.memory.adopt(uuid4(), whole=False):
            self.memory.adopted(adopt, taken_over(adopt))
            self.given_up -= set(adopt.given_up)
            assert [each.label for each in adopt.tickets] == self.own
            self.own.clear()
        if fact := self.memory.fact():
            self.memory.told(fact)
            assert self.facts.pop(fact.ticket) == fact.outcome

    @invariant()
    def every_end_is_kept(self) -> None:
        assert given_up(self.memory) == self.given_up
        fact = self.memory.fact()
        told = [ticket for ticket in self.facts if ticket[11:] not in self.own]
        assert (fact.ticket if fact else None) == next(iter(told), None)

    def _cut(self) -> None:
        if self.open:
            self.given_up.add(self.open)
            self.open = None
        if self.printing:
            self.facts[self.printing] = "unknown"
            self.printing = None


TestLife = Life.TestCase
TestLife.settings = settings(max_examples=25, stateful_step_count=25, deadline=None)

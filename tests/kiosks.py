"""Kiosks as the engine meets them: each remembers on its disk what it was granted and what it gave."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

from bus.answers import Adopted, LeaseRange, Leases, Ticket
from bus.asks import Issued
from tests.hall import Hall


@dataclass
class Given:
    """A number that a kiosk gave, by the hub's answer or of its lease."""

    label: str
    service: str
    request: UUID
    day: Any
    ran: int
    order: int
    category: str = "ordinary"
    then: tuple[str, ...] = ()


@dataclass
class TestKiosk:
    """A kiosk with a disk, its clock the running time of the test."""

    __test__ = False

    hall: Hall
    device: str
    install: UUID = field(default_factory=uuid4)
    ranges: tuple[LeaseRange, ...] = ()
    used: set[tuple[Any, str]] = field(default_factory=set)
    pending: list[Given] = field(default_factory=list)  # offline, not adopted yet
    today: list[Given] = field(default_factory=list)  # everything that it gave on its day
    clock_ms: int = 0  # what passes while the hub is down passes here

    def ask(self, verb: str, **fields: Any) -> Any:
        return self.hall.ask(verb, self.device, "kiosk", **fields)

    @property
    def now(self) -> int:
        return self.hall.ran + self.clock_ms

    def take(self, service: str = "civil", category: str = "ordinary", **fields: Any) -> Ticket:
        request = uuid4()
        ticket = self.ask("take", service=service, category=category, request=request, **fields)
        assert isinstance(ticket, Ticket)
        self._remember(ticket.label, service, request, self.hall.state.day, category, ticket.then)
        return ticket

    def lease(self) -> Leases:
        answer = self.ask("lease", install=self.install, holds=self.ranges, seen=self.hall.state.rev)
        assert isinstance(answer, Leases)
        self.ranges = answer.ranges
        return answer

    def give(
        self, service: str = "civil", category: str = "ordinary", then: tuple[str, ...] = ()
    ) -> str | None:
        """The next number of its lease: the hub is out of reach."""
        for each in sorted(self.ranges, key=lambda each: each.day):
            for number in range(each.first, each.last + 1):
                label = f"{each.letter}{number:03}"
                if each.service == service and (each.day, label) not in self.used:
                    self.used.add((each.day, label))
                    self.pending.append(self._remember(label, service, uuid4(), each.day, category, then))
                    return label
        return None

    def adopt(self, given_up: tuple[UUID, ...] = ()) -> Adopted:
        """Report what it gave while it was cut off."""
        answer = self.ask(
            "adopt",
            tickets=tuple(map(self._issued, self.pending)),
            given_up=given_up,
            install=self.install,
            leases=self.ranges,
        )
        assert isinstance(answer, Adopted)
        self.pending = [each for each in self.pending if each.label not in answer.tickets]
        return answer

    def tell_all(self) -> Adopted:
        """Tell the whole day, to a hub that lost its end: of today, or given in the last twelve hours."""
        day, since = self.hall.state.day, self.now - 12 * 3_600_000
        told = [each for each in self.today if day is None or each.day >= day or each.ran >= since]
        answer = self.ask(
            "adopt", tickets=tuple(map(self._issued, told)), install=self.install,
            leases=self.ranges, whole=True,
        )  # fmt: skip
        assert isinstance(answer, Adopted)
        self.pending.clear()
        return answer

    def reinstall(self) -> None:
        """A new card: everything is forgotten."""
        self.install, self.ranges = uuid4(), ()
        self.used, self.pending, self.today = set(), [], []

    def _remember(
        self, label: str, service: str, request: UUID, day: Any, category: str, then: tuple[str, ...]
    ) -> Given:
        if self.today and self.today[-1].day != day:
            self.today = [each for each in self.today if each in self.pending]
        given = Given(label, service, request, day, self.now, len(self.today), category, then)
        self.today.append(given)
        return given

    def _issued(self, given: Given) -> Issued:
        return Issued(
            given.label, given.service, given.request, given.order, (self.now - given.ran) / 1000, given.day,
            given.category, then=given.then,
        )  # fmt: skip

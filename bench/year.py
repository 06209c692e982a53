"""A simulated year of a centre: the engine decides everything, and nothing waits for a clock.

So many people come each day, and with each the counter of their service calls whoever is next there. Some pay
by transfer, some are sent on with a note, some come by appointment, and some never get their paper.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from uuid import UUID

import msgspec

from bench.hall import Hall
from bus import asks
from bus.answers import Answer, Appointment, Order, Ticket
from bus.messages import Id, Payload, Role, encode
from center.journal import Answered
from config.errors import Refused
from config.settings import CenterSettings

MORNING = datetime(2026, 1, 5, 0, 30, tzinfo=UTC)  # 07:30 at the centre
OPEN_S = 9 * 3600
DAYS = 300
INSTALL = UUID(int=1, version=4)
ACCOUNT = "0011012345678"


class Year:
    """Its days. At the end of each, `hall.entries` and `answers` are what came of it."""

    def __init__(self, settings: CenterSettings, people: int) -> None:
        self.settings = settings
        self.people = people
        self.hall = Hall(settings, MORNING)
        self.answers: list[Answered] = []
        self._counters = {
            service: each.id for each in reversed(settings.counters) for service in reversed(each.services)
        }
        self._booked: list[str] = []
        self._requests = count(1)

    def days(self, number: int = DAYS) -> Iterator[int]:
        """The number of each day, when its counters have closed."""
        self.hall.wait(0)
        for day in range(1, number + 1):
            self._ask("kiosk", "lease", asks.Lease(self._request(), INSTALL))
            for counter in self.settings.counters:
                self._act("open", asks.Open, counter.id, clerk=f"clerk-{counter.id}")
            for person in range(self.people):
                self._person(person)
                self.hall.wait(OPEN_S / self.people)
            for counter in self.settings.counters:
                self._act("close", asks.Close, counter.id)
            self._booked.clear()
            yield day
            self.hall.entries.clear()
            self.answers.clear()
            self.hall.wait(24 * 3600 - OPEN_S)

    def _person(self, number: int) -> None:
        """Somebody comes, and the counter of their service goes on."""
        service = self.settings.services[number % len(self.settings.services)].id
        request = self._request()
        if number % 15 == 0 and self._booked:
            ticket = self._ask("kiosk", "check-in", asks.CheckIn(request, self._booked.pop()))
        else:
            category = "elderly" if number % 7 == 0 else "ordinary"
            ticket = self._ask("kiosk", "take", asks.Take(request, service, category))
        assert isinstance(ticket, Ticket)
        self._ask("kiosk", "delivered", asks.Delivered(self._request(), ticket.id, "printed"))
        if number % 25 == 0:
            self._ask("kiosk", "adopt", asks.Adopt(self._request(), (request,)))
        if number % 15 == 7:
            at = self.hall.now.at + timedelta(minutes=30)
            booked = self._ask("web", "book", asks.Book(self._request(), service, at))
            assert isinstance(booked, Appointment)
            self._booked.append(booked.code)
        self._turn(number, self._counters[service])

    def _turn(self, number: int, counter: Id) -> None:
        here = self.hall.state.counters[counter].ticket
        if number % 20 == 0 and here is not None:
            other = self.settings.services[(number + 1) % len(self.settings.services)].id
            self._act("transfer", asks.Transfer, counter, service=other, note="Thiếu bản sao có chứng thực")
        try:
            self._act("next", asks.Next, counter)
        except Refused:  # nobody waits there
            return
        if number % 10 == 0:
            order = self._act("charge", asks.Charge, counter, amount=15_000, purpose="Lệ phí chứng thực")
            assert isinstance(order, Order)
            paid = asks.Payment(
                self._request(), "sepay", str(next(self._requests)), order.reference, ACCOUNT, order.amount,
                self.hall.now.at,
            )  # fmt: skip
            self._ask("web", "payment", paid)

    def _act(self, verb: str, kind: type[asks.CounterAct], counter: Id, **fields: object) -> Payload:
        seen = self.hall.state.counters[counter].turn
        return self._ask("web", verb, kind(self._request(), counter, seen, **fields))

    def _ask(self, role: Role, verb: str, fields: asks.Request) -> Payload:
        answer = self.hall.ask(role, verb, fields)
        result = msgspec.Raw(encode(answer))
        day = self.hall.state.day
        self.answers.append(Answered(role, fields.request, day, encode(Answer(ok=True, result=result))))
        return answer

    def _request(self) -> UUID:
        """An id, the same in every run."""
        return UUID(int=next(self._requests), version=4)

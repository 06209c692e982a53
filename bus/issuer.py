"""Giving numbers to people: a touch becomes a ticket of the hub, or our own where it is out of reach.

What keeps numbers true is the order of things: a request is on the disk before it is sent, its end before
anything is shown or printed. Whatever the hub has to hear stays on the disk until it answers, and is told one
thing after the other: first what was given up and given without it, for only then it leases new numbers.
"""

import logging
import math
from collections.abc import Callable, Iterable
from datetime import date
from functools import partial
from uuid import uuid4

from bus.answers import Adopted, Leases, Ticket
from bus.asks import Adopt, CheckIn, Delivered, Lease, Take
from bus.device import Changed, Device
from bus.disk import DiskFault
from bus.memory import Memory
from bus.messages import Catalog, CenterState, Id, Outcome, Payload
from bus.session import Connected
from bus.states import OLD_S
from config.errors import LuotError, Refused, Unreachable

log = logging.getLogger(__name__)

REPORT_S = 5.0
AGAIN_S = 10.0  # before a report that was not answered is made again
LEASE_AGAIN_S = 30.0  # longer than that: facts go in between

VERB_OF: dict[type[Take | CheckIn | Adopt | Delivered | Lease], str] = {
    Take: "take", CheckIn: "check-in", Adopt: "adopt", Delivered: "delivered", Lease: "lease",
}  # fmt: skip


class Issuer:
    """Whoever gives numbers, around its device and its memory. Only with `leases` it gives its own.

    `step` belongs behind every step of the device, with the news that came of it.
    """

    def __init__(self, device: Device, memory: Memory, *, leases: bool) -> None:
        self.device = device
        self.memory = memory
        self.leases = leases
        self.reserve: frozenset[Id] = frozenset()  # the services of which a number of our own is left
        self._answered = -math.inf  # when the hub last answered, and when it last did not
        self._silent = -math.inf
        self._telling = False
        self._left = True  # there may be something to tell, and when that is due
        self._due = 0.0
        self._lease_due = 0.0
        self._leased: tuple[str, date] | None = None  # the hub's start and day that our leases are of
        self._adopt = uuid4()  # the request that tells the next portion
        self._epoch = ""  # for which all of the day is told again
        self._above = False  # the hub knows less than we saw of it, and has to hear that
        self._fault = ""

    def __enter__(self) -> "Issuer":
        """A kiosk that starts without a hub still has numbers, and the words to offer them."""
        try:
            if self.leases:
                self.reserve = self.memory.reserve.services()
                if words := self.memory.reserve.words():
                    self.device.states.center, self.device.states.catalog = words
        except DiskFault as fault:
            self._say(fault)
        return self

    def __exit__(self, *_: object) -> None:
        self.memory.close()

    @property
    def online(self) -> bool:
        """Whether the hub gives numbers now, as far as it can be known without asking."""
        center = self.device.states.center
        if not self.device.connected or (center is not None and center.stopped):
            return False
        return self._heard() > self._silent and self._now() - self._heard() < OLD_S

    def take(
        self, take: Take | CheckIn, *, within: float, then: Callable[[Ticket | LuotError], None]
    ) -> None:
        """Ask for a number. `then` gets the ticket, or why there is none; its end is on the disk by then."""
        try:
            self.memory.begin(take.request)
        except DiskFault as fault:
            self._say(fault)
            then(fault)
            return
        if self.leases and not self.online:
            self._ended(take, then, Unreachable("The hub is out of reach."))
        else:
            answered = partial(self._ended, take, then)
            self.device.ask(VERB_OF[type(take)], take, within=within, then=answered, patient=not self.leases)

    def delivered(self, ticket: str, outcome: Outcome) -> None:
        """What became of a ticket, on paper or on a screen."""
        try:
            self.memory.delivered(ticket, outcome)
        except DiskFault as fault:
            self._say(fault)
        self._tell_soon()

    def step(self, news: Iterable[object]) -> None:
        """Mind what the device heard, and tell the hub what it has yet to hear."""
        try:
            for each in news:
                match each:
                    case Connected():
                        self._silent = -math.inf  # a hub that lost its history is heard only once it is told
                        self._lease_soon()
                    case Changed(payload=state):
                        live = isinstance(state, CenterState) and self.device.states.fresh()
                        self._above |= live and self.memory.is_above(state.rev)
                        self.memory.saw(state.rev)
                        self._left |= isinstance(state, CenterState | Catalog)
                        if isinstance(state, CenterState) and self.device.name in state.awaits:
                            self._due = 0.0
            due = self._left and not self._telling and self._now() >= self._due
            there = max(self._heard(), self.device.states.behind or -math.inf)
            if due and self.device.connected and there >= self._silent:
                self._tell()  # not before the hub is back: ages are told, and they grow
        except DiskFault as fault:
            self._say(fault)
            self._due = self._now() + AGAIN_S

    # A number

    def _ended(
        self,
        take: Take | CheckIn,
        then: Callable[[Ticket | LuotError], None],
        answer: Payload | Refused | Unreachable,
    ) -> None:
        assert isinstance(answer, Ticket | Refused | Unreachable)
        self._heed(answer)
        outcome: Ticket | LuotError = answer
        try:
            if isinstance(answer, Unreachable) and isinstance(take, Take) and self.leases:
                outcome = self._own(take) or answer
            else:
                self.memory.end(take.request, answer)
        except DiskFault as fault:
            self._say(fault)
            outcome = fault
        self._tell_soon()
        then(outcome)

    def _own(self, take: Take) -> Ticket | None:
        """A number of our own: nobody knows who is ahead."""
        given = self.memory.give(take)
        if given is None:
            return None
        self.reserve = self.memory.reserve.services()
        day, label = given
        states = self.device.states
        service = states.catalog.service(take.service) if states.catalog else None
        categories = states.catalog.categories if states.catalog else ()
        return Ticket(
            id=f"{day}-{label}",
            label=label,
            service=take.service,
            category=take.category,
            language=take.language,
            at=states.hub_now() or self.device.clock.now(),
            ahead=0,
            wait=None,
            place=service.place if service else {},
            people=take.people,
            then=take.then,
            offline=True,
            priority=any(each.id == take.category and each.priority for each in categories),
        )

    # What the hub has yet to hear

    def _tell_soon(self) -> None:
        self._left, self._due = True, 0.0

    def _lease_soon(self) -> None:
        self._leased, self._lease_due = None, 0.0
        self._tell_soon()

    def _tell(self) -> None:
        """The next thing; where nothing is left, the hub's next beat may make something."""
        report = self._adoption() or self._lease() or self.memory.fact()
        self._left = self._telling = report is not None
        if report is not None:
            self._due = self._now() + AGAIN_S
            self.device.ask(VERB_OF[type(report)], report, within=REPORT_S, then=partial(self._told, report))

    def _adoption(self) -> Adopt | None:
        center = self.device.states.center
        awaited = center is not None and self.device.name in center.awaits
        if center is not None and awaited and self._epoch != center.rev.epoch:
            self.memory.tell_again(center.day)
            self._epoch = center.rev.epoch
        return self.memory.adopt(self._adopt, whole=awaited, seen_more=self._above)

    def _lease(self) -> Lease | None:
        """New numbers, at every connection, at a new day or start of the hub, and once ours were adopted."""
        states = self.device.states
        if not self.leases or states.center is None or states.catalog is None or states.center.stopped:
            return None
        if self._leased == (states.center.boot, states.center.day) or self._now() < self._lease_due:
            return None
        self._lease_due = self._now() + LEASE_AGAIN_S
        return self.memory.lease()

    def _told(self, report: Adopt | Lease | Delivered, answer: Payload | Refused | Unreachable) -> None:
        self._telling = False
        self._heed(answer)
        if isinstance(answer, Unreachable):
            self._due = self._lease_due = 0.0  # it is told once the hub is heard, before anything is asked
            return
        if isinstance(answer, Refused) and answer.code == "bad-request":
            return  # it may be told again
        if isinstance(answer, Refused):
            log.error("the hub refused a report report=%r error=%s", report, answer.message)
        try:
            self._keep(report, answer)
        except DiskFault as fault:
            self._say(fault)

    def _keep(self, report: Adopt | Lease | Delivered, answer: Payload | Refused) -> None:
        """What the hub said to a report."""
        center, catalog = self.device.states.center, self.device.states.catalog
        match report, answer:
            case Adopt() as told, _:
                self._adopt, self._above = uuid4(), False
                if isinstance(answer, Adopted) and self.memory.adopted(told, answer):
                    self._lease_soon()
                    if answer.refused:
                        log.error("the hub did not take over labels=%s", " ".join(answer.refused))
            case Lease(), Leases() if center is not None and catalog is not None:
                self.memory.leased(answer, center, catalog)
                self.reserve = self.memory.reserve.services()
                self._leased, self._lease_due = (center.boot, center.day), 0.0
                self._tell_soon()
            case Delivered(), _:  # refused it will be another time, too
                self.memory.told(report)
                self._tell_soon()

    def _heard(self) -> float:
        """When the hub last gave a sign of life."""
        return max(self._answered, self.device.states.beat or -math.inf)

    def _heed(self, answer: Payload | LuotError) -> None:
        """Whether the hub is there."""
        if isinstance(answer, Unreachable):
            self._silent = self._now()
        else:
            self._answered = self._now()

    def _now(self) -> float:
        return self.device.clock.monotonic()

    def _say(self, fault: DiskFault) -> None:
        """Once: a disk that fails does so again and again."""
        if fault.message != self._fault:
            self._fault = fault.message
            log.error("%s %s", fault.message, fault.hint)

"""The web's place on the bus: the device's loop, carried by asyncio.

Each `step` runs in a thread of its own and is awaited; everything else happens between two steps. So nothing
uses the device while it steps, and systemd's watchdog, which a step feeds, starves when the web server hangs.

Where staff take numbers for people the web is an issuer like a kiosk, and a page is its paper.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from uuid import UUID

from bus.answers import Nothing
from bus.asks import CheckIn, Delivered, Request, Take
from bus.device import Changed, Device
from bus.disk import DiskFault
from bus.issuer import Issuer
from bus.memory import Memory
from bus.messages import Payload
from bus.topics import HEALTH, STATE_CATALOG, STATE_CENTER, STATE_COUNTER, STATE_PANEL, STATE_QUEUE, STATUS
from config.clock import Clock
from config.errors import LuotError, Refused, Unreachable
from config.settings import WebSettings
from web.bell import Bell
from web.feed import Picture
from web.machines import Machines

STEP_S = 1.0

Outcome = Payload | LuotError


@dataclass(frozen=True)
class Asking:
    """A request on its way to the device's loop."""

    verb: str
    fields: Request
    within: float
    outcome: asyncio.Future[Outcome]


class Link:
    """The bus as the web's handlers see it. Belongs to one event loop."""

    def __init__(self, settings: WebSettings, clock: Clock) -> None:
        followed = (STATE_CENTER, STATE_CATALOG, STATE_QUEUE, STATE_COUNTER, STATE_PANEL, HEALTH, STATUS)
        self.device = Device(
            settings, "web", [topic.filter(settings.center) for topic in followed], clock=clock
        )
        memory = Memory(settings.folder, self.device.clock, volatile=settings.volatile)
        self.issuer = Issuer(self.device, memory, leases=False)
        self.machines = Machines(self.device.clock.monotonic)
        self.picture = self._look()
        self.bell = Bell()  # rung when every page is to be told anew
        self._asked: dict[UUID, asyncio.Future[Outcome]] = {}

    async def follow(self) -> None:
        """Step for ever."""
        loop = asyncio.get_running_loop()
        with self.device, self.issuer, ThreadPoolExecutor(1, "bus") as thread:
            while True:
                try:
                    news = await loop.run_in_executor(thread, self._step)
                except SystemExit:  # a technician asked for a restart
                    return
                for each in news:
                    if isinstance(each, Asking):
                        self._ask(loop, each)
                    self.machines.hear(each)
                before, self.picture = self.picture, self._look()
                changed = any(isinstance(each, Changed) for each in news)
                if changed or (before.live, before.needs) != (self.picture.live, self.picture.needs):
                    self.bell.ring()

    async def ask(self, verb: str, fields: Request, *, within: float) -> Payload:
        """The hub's answer. A request that is under way already is waited for, not asked twice.

        Raises Refused, or Unreachable after `within` seconds; for a number also DiskFault.
        """
        outcome = self._asked.get(fields.request)
        if outcome is None:
            outcome = asyncio.get_running_loop().create_future()
            outcome.add_done_callback(lambda _: self._asked.pop(fields.request))
            self._asked[fields.request] = outcome
            self.device.inbox.put(Asking(verb, fields, within, outcome))
        answer = await asyncio.shield(outcome)
        if isinstance(answer, LuotError):
            raise answer
        return answer

    async def see(self, holds: Callable[[Picture], bool], *, within: float) -> None:
        """Return once that holds of the picture, or after `within` seconds."""
        with suppress(TimeoutError):
            async with asyncio.timeout(within):
                while not holds(self.picture):
                    await self.bell.wait(within)

    def _step(self) -> list[object]:
        news = self.device.step(STEP_S)
        self.issuer.step(news)
        return news

    def _ask(self, loop: asyncio.AbstractEventLoop, asking: Asking) -> None:
        def then(outcome: Outcome) -> None:
            loop.call_soon_threadsafe(asking.outcome.set_result, outcome)

        match asking.fields:
            case Take() | CheckIn() as take:
                self._take(asking.verb, take, asking.within, then)
            case Delivered() as shown:
                self.issuer.delivered(shown.ticket, shown.outcome)
                then(Nothing())
            case fields:
                self.device.ask(asking.verb, fields, within=asking.within, then=then)

    def _take(self, verb: str, take: Take | CheckIn, within: float, then: Callable[[Outcome], None]) -> None:
        """A number. A page whose answer was lost asks again: of what was answered the hub says the same."""

        def ended(outcome: Outcome) -> None:
            then(given_up if isinstance(outcome, Unreachable) else outcome)

        given_up = Refused("void", "The hub did not answer, so the request was given up.", field="request")
        try:
            end = self.issuer.memory.ended(take.request)
        except DiskFault as fault:
            then(fault)
            return
        if end is None:
            self.issuer.take(take, within=within, then=ended)
        elif end == "given-up":
            then(given_up)
        else:
            self.device.ask(verb, take, within=within, then=then)

    def _look(self) -> Picture:
        """A copy: the mirror changes while the device steps."""
        states = self.device.states
        return Picture(
            live=self.device.connected and states.fresh(),
            at=states.hub_now(),
            center=states.center,
            catalog=states.catalog,
            queues=dict(states.queues),
            counters=dict(states.counters),
            panels=dict(states.panels),
            needs=self.machines.needs(),
        )

"""Simulated citizens and clerks: they touch the kiosk's screen, press the keypads and use the clerk's page.

They do it by the same ways as people and see only what people see. Whoever takes part with a mouse is not
disturbed: from a device that a person uses, the simulated people keep away for a while.
"""

import logging
import random
import threading
from collections.abc import Callable
from time import monotonic
from uuid import uuid4

from bus.answers import Ticket
from bus.asks import Charge, Open
from bus.messages import CounterState
from config.clock import Clock
from config.errors import LuotError
from demo.bank import Bank
from demo.console import Console
from demo.watch import KIOSK, Watch
from firmware_bridge.simulated import SimulatedLine
from kiosk.journey import Given, Home
from kiosk.offer import Offer
from kiosk.pages import lay_out
from kiosk.scene import Scene

log = logging.getLogger(__name__)

SIZE = (540, 960)  # px of the kiosk's screen: only the shares of it matter
PASSWORD = "luot"
KEEP_AWAY_S = 25.0
LOOK_S = 0.3

# At speed 1, seconds: a citizen comes, reads a page, walks to a counter, is served, pays.
COME_S, READ_S, WALK_S, SERVE_S, PAY_S = 4.5, 1.5, (3.5, 6.0), (5.0, 14.0), (5.0, 9.0)
PRIORITY, ENGLISH, MISSED, LATE, FEE = 0.08, 0.1, 0.06, 0.1, 0.35  # shares of the citizens
FEE_COUNTER = "1"  # the one with the QR panel

# A ticket to lay its page out with: where the button is does not depend on which.
SOME_TICKET = Ticket(
    id="2026-11-23-A001", label="A001", service="", category="ordinary", language="vi",
    at=Clock().now(), ahead=0, wait=None, place={},
)  # fmt: skip


class People:
    """The citizens and the clerks of a demo, each in a thread of their own, from `start` to `stop`."""

    def __init__(
        self, watch: Watch, line: SimulatedLine, web: str, bank: Bank, *, seed: int, speed: float
    ) -> None:
        self.watch = watch
        self.line = line
        self.bank = bank
        self.speed = speed
        self.seed = seed
        self.consoles = {number: Console(web, f"clerk-{number}", PASSWORD) for number in ("1", "2", "3", "4")}
        self._away: dict[str, float] = {}  # by device: until when a person has it
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._citizens, name="citizens", daemon=True)]
        self._threads += [
            threading.Thread(target=self._clerk, args=(number,), name=f"clerk-{number}", daemon=True)
            for number in self.consoles
        ]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(PAY_S[1])

    def make_way(self, device: str) -> None:
        """A person uses the kiosk (`kiosk-1`) or a counter's keypad (`counter-1`): leave it to them."""
        self._away[device] = monotonic() + KEEP_AWAY_S

    def charge(self) -> None:
        """The clerk with the QR panel asks for a fee. Raises LuotError when nobody is being served there."""
        state = self.watch.states.counters.get(FEE_COUNTER)
        if state is None or state.status not in ("calling", "serving"):
            raise LuotError(f"Nobody is at counter {FEE_COUNTER} now.", hint="Press Next there first.")
        self._ask_fee(state, random.Random())

    # Citizens

    def _citizens(self) -> None:
        chance = random.Random(self.seed)
        while not self._stop.wait(chance.expovariate(self.speed / COME_S)):
            self._wait_for(lambda: self._mine(KIOSK))
            offer = Offer.of(self.watch.states, online=self.watch.states.fresh())
            services = [each.id for each in offer.services]
            if not services or self._stop.is_set():
                continue
            if chance.random() < ENGLISH and "en" in offer.languages:
                self._touch("language:en", Home(), offer)
            if chance.random() < PRIORITY:
                self._touch("priority", Home(), offer)
            # The first services of the list are those that most people come for.
            weights = [len(services) - place / 2 for place in range(len(services))]
            self._touch(f"service:{chance.choices(services, weights)[0]}", Home(), offer)
            self._touch("done", Given(SOME_TICKET), offer)

    def _touch(self, target: str, page: Home | Given, offer: Offer) -> None:
        """Read the page, then touch what it shows there."""
        self._stop.wait(READ_S / min(self.speed, 2.0))  # a screen takes a touch only after a moment
        box = lay_out(Scene(page, "vi", offer), SIZE).targets.get(target)
        if box is not None:
            self.watch.touch(KIOSK, box.centerx / SIZE[0], box.centery / SIZE[1])

    # Clerks

    def _clerk(self, number: str) -> None:
        chance = random.Random(f"{self.seed}-{number}")
        while not self._stop.is_set():
            try:
                self._wait_for(lambda: number in self.watch.states.counters and self.watch.states.fresh())
                if self._state(number).status == "closed":
                    self._open(number)
                self._serve(number, chance)
            except LuotError as error:
                log.info("a clerk tries again counter=%s error=%s", number, error.message)
                self._stop.wait(1.0)

    def _open(self, number: str) -> None:
        console = self.consoles[number]
        console.log_in()
        console.act("open", Open(uuid4(), number, self._state(number).turn, console.login))
        self._wait_for(lambda: self._state(number).status != "closed")

    def _serve(self, number: str, chance: random.Random) -> None:
        """Call one citizen, if one waits, and see them through."""
        state = self._state(number)
        if state.status == "free":
            if not any(self._waiting(each) for each in state.serves):
                self._stop.wait(LOOK_S)
                return
            self._press(number, "next")
            self._wait_for(lambda: self._state(number).status != "free", within=3.0)
            return
        self._pause(chance, WALK_S)
        if chance.random() < MISSED:
            self._press(number, "recall")
            self._pause(chance, WALK_S)
            self._press(number, "no-show")
        else:
            if chance.random() < LATE:
                self._press(number, "recall")
                self._pause(chance, WALK_S)
            self._pause(chance, SERVE_S)
            if number == FEE_COUNTER and chance.random() < FEE:
                self._fee(number, chance)
            self._press(number, "finish")
        self._wait_for(lambda: self._state(number).ticket != state.ticket, within=3.0)

    def _fee(self, number: str, chance: random.Random) -> None:
        """Ask for a fee; the citizen pays it with a banking app."""
        state = self._state(number)
        if not self._mine(f"counter-{number}") or state.order is not None or state.ticket is None:
            return
        self._ask_fee(state, chance)
        self._wait_for(lambda: self.watch.states.panels[number].show == "pay", within=3.0)
        self._pause(chance, PAY_S)
        code = self.watch.states.panels[number].qr
        if code is not None:
            self.bank.pay(code)
            self._wait_for(lambda: self.watch.states.panels[number].show != "pay", within=3.0)

    def _ask_fee(self, state: CounterState, chance: random.Random) -> None:
        catalog = self.watch.states.catalog
        service = catalog.service(state.service) if catalog and state.service else None
        if service is None or not service.fees:
            raise LuotError(f"No fee is asked for at counter {state.counter} now.")
        fee = chance.choice(service.fees)
        self.consoles[state.counter].act(
            "charge", Charge(uuid4(), state.counter, state.turn, fee.amount, fee.purpose)
        )

    def _press(self, number: str, key: str) -> None:
        if self._mine(f"counter-{number}"):
            self.line.press(int(number), key)
        self._stop.wait(LOOK_S)

    # What they see, and time

    def _state(self, number: str) -> CounterState:
        return self.watch.states.counters[number]

    def _waiting(self, service: str) -> int:
        queue = self.watch.states.queues.get(service)
        return queue.waiting if queue else 0

    def _mine(self, device: str) -> bool:
        return monotonic() > self._away.get(device, 0.0)

    def _pause(self, chance: random.Random, seconds: tuple[float, float]) -> None:
        self._stop.wait(max(chance.uniform(*seconds) / self.speed, 0.5))

    def _wait_for(self, holds: Callable[[], bool], *, within: float = 3600.0) -> None:
        deadline = monotonic() + within
        while not holds() and monotonic() < deadline and not self._stop.wait(LOOK_S):
            pass

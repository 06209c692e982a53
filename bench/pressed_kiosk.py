"""A kiosk without its screen and its printer: people press without pause, and the paper comes by a pipe.

Everything between the two is the real kiosk's: its device, its memory, and how it gives numbers. When the
doors are closed it tells the hub what is left to tell, and ends.
"""

import random
from collections.abc import Sequence
from multiprocessing.connection import Connection
from pathlib import Path
from uuid import uuid4

from bench.books import Paper
from bus.answers import Ticket
from bus.asks import Take
from bus.device import Device
from bus.issuer import Issuer
from bus.memory import Memory
from bus.messages import encode
from bus.topics import STATE_CATALOG, STATE_CENTER, STATE_QUEUE
from config.errors import LuotError
from config.settings import Device as Settings

TAKE_S = 2.0  # longer nobody waits for a number
PAUSE_S = (0.02, 0.3)  # between two people
TURN_S = 0.1
TOPICS = (STATE_CENTER, STATE_CATALOG, STATE_QUEUE)


class PressedKiosk:
    """`step` until it is `over`. While the file `doors` is there, people come."""

    def __init__(self, settings: Settings, services: Sequence[str], doors: Path, printer: Connection) -> None:
        self.device = Device(settings, "kiosk", [topic.filter(settings.center) for topic in TOPICS])
        self.memory = Memory(settings.folder, self.device.clock, volatile=settings.volatile)
        self.issuer = Issuer(self.device, self.memory, leases=True)
        self.services = services
        self.doors = doors
        self.printer = printer
        self._chance = random.Random()
        self._waiting = False  # somebody, for their number
        self._next = 0.0

    @property
    def over(self) -> bool:
        """Nobody comes any more, and the hub knows everything."""
        if self._waiting or self.doors.exists() or not self.issuer.online:
            return False
        return self.memory.adopt(uuid4(), whole=False) is None and self.memory.fact() is None

    def step(self) -> None:
        self.issuer.step(self.device.step(TURN_S))
        now = self.device.clock.monotonic()
        if not self._waiting and now >= self._next and self.doors.exists():
            self._waiting = True
            take = Take(uuid4(), self._chance.choice(self.services))
            self.issuer.take(take, within=TAKE_S, then=lambda outcome: self._give(take, outcome))

    def _give(self, take: Take, outcome: Ticket | LuotError) -> None:
        self._waiting = False
        self._next = self.device.clock.monotonic() + self._chance.uniform(*PAUSE_S)
        if isinstance(outcome, Ticket):
            paper = Paper(self.device.name, take.request, outcome.label, outcome.offline)
            self.printer.send_bytes(encode(paper))
            self.issuer.delivered(outcome.id, "printed")


def serve(settings: Settings, services: Sequence[str], doors: Path, printer: Connection) -> None:
    """Until the doors are closed and everything is told."""
    kiosk = PressedKiosk(settings, services, doors, printer)
    with kiosk.device, kiosk.issuer:
        while not kiosk.over:
            kiosk.step()

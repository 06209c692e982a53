"""What goes wrong under torture, at random from a seed: often several things at a time."""

import logging
import random
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from bench.child import Child
from bench.jumping_hub import Shift
from bench.network import Wire
from center.broker import PrivateBroker

log = logging.getLogger(__name__)

HUB = "hub"

# How often each happens, and how long it lasts (seconds).
KINDS: dict[str, tuple[float, tuple[float, float]]] = {
    "hub killed": (2, (0, 0)),
    "kiosk killed": (3, (0, 0)),
    "broker killed": (1, (0.1, 2)),
    "wire cut": (4, (0.1, 4)),
    "wire stalled": (4, (0.3, 6)),
    "wire deaf": (2, (1, 8)),
    "clock jumped": (2, (1, 5)),
    "disk full": (2, (0.3, 3)),
}
HUB_SHARE = 0.25  # of what may happen to any device
HOUR, DAY = 3600, 86_400
SHIFTS_S = (300, -300, HOUR, -HOUR, 11 * HOUR, DAY, -DAY, 8 * DAY, -20_000 * DAY)  # the last one is 1972
BELIEVED = 0.3  # share of the clock's jumps of which the machine says that they are right
FULL_AT = 1 << 20  # bytes that a file may have at most while the disk is full, or fewer


@dataclass
class Faults:
    """Does them to the parts of a centre: `begin` now and then, `end_due` often, and `end_all` at the end."""

    broker: PrivateBroker
    hub: Child
    kiosks: Mapping[str, Child]
    wires: Mapping[str, Wire]
    shift: Path  # the hub's wall clock goes by it
    chance: random.Random
    counts: Counter[str] = field(default_factory=Counter)
    _ends: list[tuple[float, str, Callable[[], None]]] = field(default_factory=list)
    _broker_up: bool = True

    def begin(self, now: float) -> None:
        """The next fault."""
        kind = self.chance.choices(list(KINDS), [weight for weight, _ in KINDS.values()])[0]
        victim, end = self._do(kind)
        lasts = self.chance.uniform(*KINDS[kind][1])
        self.counts[kind] += 1
        log.info("a fault kind=%s victim=%s lasts=%.1f", kind, victim, lasts)
        if end is not None:
            self._ends.append((now + lasts, f"{kind} {victim}", end))

    def end_due(self, now: float) -> None:
        for fault in [each for each in self._ends if each[0] <= now]:
            self._ends.remove(fault)
            _, name, end = fault
            log.info("a fault ends kind=%s", name)
            end()

    def end_all(self) -> None:
        """Mend everything."""
        self.end_due(float("inf"))

    def _do(self, kind: str) -> tuple[str, Callable[[], None] | None]:
        """Let it happen: to whom, and how it is ended."""
        match kind:
            case "hub killed":
                self.hub.kill()
                return HUB, None
            case "kiosk killed":
                name, kiosk = self.chance.choice(list(self.kiosks.items()))
                kiosk.kill()
                return name, None
            case "broker killed":
                self.broker.kill()  # a second time it does nothing
                self._broker_up = False
                return "broker", self._start_broker
            case "disk full":
                name = HUB if self.chance.random() < HUB_SHARE * 2 else self.chance.choice(list(self.kiosks))
                part = self.hub if name == HUB else self.kiosks[name]
                part.limit_files(self.chance.choice((0, self.chance.randrange(FULL_AT))))
                return name, lambda: part.limit_files(None)
            case "clock jumped":
                shift = Shift(self.chance.choice(SHIFTS_S), self.chance.random() < BELIEVED)
                shift.write(self.shift)
                return f"{HUB} {shift}", lambda: Shift().write(self.shift)
        name = HUB if self.chance.random() < HUB_SHARE else self.chance.choice(list(self.wires))
        wire = self.wires[name]
        match kind:
            case "wire cut":
                wire.cut()
            case "wire stalled":
                wire.stall()
            case "wire deaf":
                wire.deafen(self.chance.choice(("client", "broker")))
        return name, wire.mend

    def _start_broker(self) -> None:
        if not self._broker_up:
            self.broker.start()
            self._broker_up = True

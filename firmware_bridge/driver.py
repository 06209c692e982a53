"""Hardware at counters, as the bridge sees it: keys that clerks press, and faces that show a counter's state.

Every kind of hardware is a driver of its own. It is opened with the bridge, finds its devices again whenever
they come back, and puts `KeyPressed` and `LinkChanged` into the bridge's inbox.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from bus.messages import CounterState, CounterStatus, LinkHealth
from firmware_bridge.frames import Outcome


@dataclass(frozen=True)
class KeyPressed:
    """A key went down. Told once, however often the hardware repeats it."""

    keypad: str  # its name in the bridge
    boot: int  # drawn anew at each start of whoever counts the presses
    number: int  # of this press since then
    act: str  # of `hardware.Act`; empty for a key that has none
    at: float  # when the key went down, in monotonic seconds; rather too early than too late


@dataclass(frozen=True)
class LinkChanged:
    """A device, or what it hangs on, came or went."""

    name: str
    state: str


@dataclass(frozen=True)
class Face:
    """What there is to see of a counter."""

    status: CounterStatus = "closed"
    label: str | None = None  # the number that is called or served
    priority: bool = False  # it is one of priority
    sure: bool = False  # the hub vouches for all of this now

    @classmethod
    def of(cls, counter: CounterState | None, *, sure: bool) -> "Face":
        """What is known of the counter; one that nobody told of yet is as good as closed."""
        if counter is None:
            return cls(sure=sure)
        label = counter.label if counter.status in ("calling", "serving") else None
        return cls(counter.status, label, counter.priority, sure)


class Driver(Protocol):
    """Keypads and faces of one kind, each with a name of its own in the bridge."""

    @property
    def keypads(self) -> Mapping[str, str]:
        """Each keypad's counter."""

    @property
    def faces(self) -> Mapping[str, str]:
        """The counter of each device that shows one."""

    def __enter__(self) -> object: ...

    def __exit__(self, *_: object) -> None: ...

    def show(self, name: str, face: Face) -> None:
        """From now on the device shows this, whatever happens to it or to its line."""

    def answer(self, press: KeyPressed, outcome: Outcome) -> None:
        """Tell the clerk, by what the keypad has for it, what became of the press."""

    def health(self) -> tuple[LinkHealth, ...]:
        """How good each link is; from any thread."""

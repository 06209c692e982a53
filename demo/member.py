"""A device in somebody's own hands, for tests and benchmarks, and `expect`, their one way to wait."""

from collections.abc import Callable, Sequence
from pathlib import Path
from time import monotonic

from bus.asker import result_of
from bus.asks import Request
from bus.device import Device, Received
from bus.messages import Payload, Role
from bus.session import Connected
from bus.topics import STATES, Topic
from center.broker import PrivateBroker
from config.errors import Refused, Unreachable
from config.settings import Device as Settings


class Member(Device):
    """A real device that is spoken for by hand: `with Member(…) as kiosk: kiosk.get("take", Take(…))`."""

    def __init__(
        self, broker: PrivateBroker, name: str, role: Role, folder: Path, *, topics: Sequence[Topic] = STATES
    ) -> None:
        settings = Settings(broker.center.center, name, broker.address(name), folder / name)
        super().__init__(settings, role, [topic.filter(broker.center.center) for topic in topics])
        self.heard: list[Received] = []
        self.came = False  # it has a connection, and has said so on it

    def __enter__(self) -> "Member":
        super().__enter__()
        expect(self, "the broker", lambda: self.came)
        return self

    def step(self, timeout: float) -> list[object]:
        news = super().step(timeout)
        self.came |= any(isinstance(each, Connected) for each in news)
        return news

    def get(self, verb: str, fields: Request, *, within: float = 30.0) -> Payload:
        """The verb's result. Raises what the asker of a real part is told: Refused or Unreachable."""
        outcomes: list[Payload | Refused | Unreachable] = []
        self.ask(verb, fields, within=within, then=outcomes.append)
        expect(self, f"the answer to {verb}", lambda: bool(outcomes), within=within + 30)
        return result_of(outcomes[0])

    def turn(self, counter: str) -> int:
        """The counter's turn, as this device has seen it."""
        expect(self, f"the counter {counter}", lambda: counter in self.states.counters)
        return self.states.counters[counter].turn


def expect(member: Member, what: str, holds: Callable[[], bool], *, within: float = 30.0) -> None:
    """Go on with the member's loop until it holds; fail with `what` when it does not in time (seconds)."""
    deadline = monotonic() + within
    while not holds():
        left = deadline - monotonic()
        assert left > 0, f"{member!r} waited {within} s in vain for {what}"
        member.heard += [news for news in member.step(min(left, 0.05)) if isinstance(news, Received)]

"""A hall without hub, bus and clock: requests are decided, events happen, and time is what is said."""

from datetime import datetime, timedelta
from random import Random
from uuid import UUID

from bus.asks import Request
from bus.events import EventBody, JournalEvent
from bus.messages import Payload, Role
from center import engine
from center.command import Command, Moment
from center.state import State
from config.settings import CenterSettings


class Hall:
    """Devices are named as their role. What happened stays in `entries` until somebody clears them."""

    def __init__(self, settings: CenterSettings, at: datetime) -> None:
        self.state = State(settings)
        self.now = Moment(at, 0)
        self.entries: list[JournalEvent] = []
        self._random = Random(1)

    def ask(self, role: Role, verb: str, fields: Request) -> Payload:
        """The answer to a request. Raises Refused."""
        command = Command(role, role, verb, fields, self.now, fresh=f"{self._random.getrandbits(128):032X}")
        decision = engine.decide(self.state, command)
        self._happen(decision.events, role, fields.request)
        return decision.answer(self.state)

    def wait(self, seconds: float) -> None:
        """Time passes, and what is due by itself happens at its hour."""
        left = round(seconds * 1000)
        while (due := engine.due(self.state, self.now)) <= left:
            self._pass(due)
            left -= due
            self._happen(engine.tick(self.state, self.now), "hub", None)
            if not left:
                break
        self._pass(left)

    def _pass(self, milliseconds: int) -> None:
        self.now = Moment(self.now.at + timedelta(milliseconds=milliseconds), self.now.ran + milliseconds)

    def _happen(self, events: tuple[EventBody, ...], device: str, request: UUID | None) -> None:
        for event in events:
            entry = JournalEvent(self.state.seq + 1, device, request, self.now.at, event, self.now.ran)
            self.state.apply(entry)
            self.entries.append(entry)

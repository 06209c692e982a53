"""What is overheard on the bus: every request to the hub with the answer that it got."""

from dataclasses import dataclass

import msgspec

from bus.answers import Answer, Nothing
from bus.asks import VERBS, Request
from bus.device import Received
from bus.messages import Payload
from bus.reading import read
from bus.session import Message
from bus.topics import ASK
from config.errors import Refused

REMEMBERED = 1000  # requests that may wait for their answer at once


@dataclass(frozen=True)
class Asked:
    """A request to the hub. `at` is in monotonic seconds, as everywhere here."""

    device: str
    verb: str
    fields: Request
    at: float


@dataclass(frozen=True)
class Answered:
    """The first answer to a request that was overheard too."""

    asked: Asked
    outcome: Payload | Refused
    at: float


class Overheard:
    """Pairs requests and answers by the correlation data that they share."""

    def __init__(self) -> None:
        self._open: dict[tuple[str, bytes], Asked] = {}

    def ask(self, message: Message, at: float) -> Asked | None:
        """A request that is heard for the first time; nothing for a repetition, or for what is none."""
        ids = ASK.match(message.topic)
        verb = VERBS.get(ids["verb"]) if ids else None
        if ids is None or verb is None:
            return None
        try:
            asked = Asked(ids["device"], verb.name, read(message.payload, verb.fields), at)
        except Refused:
            return None
        key = (asked.device, message.correlation or b"")
        if key in self._open:
            return None
        self._open[key] = asked
        if len(self._open) > REMEMBERED:
            del self._open[next(iter(self._open))]
        return asked

    def answer(self, received: Received, at: float) -> Answered | None:
        """The answer to a request that waits for one; nothing for an answer told again."""
        asked = self._open.pop((received.ids["device"], received.correlation or b""), None)
        answer = received.payload
        if asked is None or not isinstance(answer, Answer):
            return None
        if answer.error is not None:
            return Answered(asked, Refused(answer.error.code, answer.error.message), at)
        if not isinstance(answer.result, msgspec.Raw):
            return Answered(asked, Nothing(), at)
        try:
            return Answered(asked, answer.read(VERBS[asked.verb].result), at)
        except Refused:
            return None

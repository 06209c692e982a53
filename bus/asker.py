"""Asking the hub or another device: one request again, under its id, until it is answered or given up."""

import logging
import math
from collections.abc import Callable
from dataclasses import dataclass

from bus.answers import Answer
from bus.asks import VERBS, Request
from bus.device_asks import DEVICE_VERBS
from bus.messages import Payload, encode
from bus.reading import read
from bus.session import Message, Session
from bus.topics import ASK, DEVICE_REPLY, PEER_ASK, REPLY
from config.clock import Clock
from config.errors import Refused, Unreachable

log = logging.getLogger(__name__)

REPEAT_S = (0.5, 1.0, 2.0)  # between one sending and the next; the last one stays

Then = Callable[[Payload | Refused | Unreachable], None]


@dataclass
class Pending:
    of: str  # a device; nobody named: the hub
    verb: str
    fields: Request
    deadline: float
    then: Then
    patient: bool
    mid: int = 0  # of the packet that was sent last
    sent: int = 0
    again: float = 0.0


class Asker:
    """The requests that a device has under way. Owned by one loop; nothing here blocks."""

    def __init__(self, session: Session, center: str, device: str, clock: Clock) -> None:
        self.session = session
        self.center = center
        self.device = device
        self.clock = clock
        self.pending: dict[bytes, Pending] = {}

    def ask(
        self, verb: str, fields: Request, *, within: float, then: Then, patient: bool = True, of: str = ""
    ) -> None:
        """Send the request, and call `then` once: with the result, `Refused`, or `Unreachable`.

        `within` is in seconds; who is not `patient` gives up at once where the broker says that nobody
        listens. Asking again with an id that is under way takes the place of the earlier call,
        whose `then` is not called any more.
        """
        now = self.clock.monotonic()
        self.pending[fields.request.bytes] = Pending(of, verb, fields, now + within, then, patient)
        self.advance()

    def advance(self) -> None:
        """Send what is due, and end what is past its deadline."""
        now = self.clock.monotonic()
        for key, pending in list(self.pending.items()):
            left = pending.deadline - now
            if left <= 0:
                del self.pending[key]
                of = pending.of or "hub"
                log.warning("no answer of=%s verb=%s request=%s", of, pending.verb, pending.fields.request)
                pending.then(Unreachable(f"The {of} did not answer {pending.verb} in time."))
            elif now >= pending.again and self._send(key, pending, left):
                pending.again = now + REPEAT_S[min(pending.sent, len(REPEAT_S) - 1)]
                pending.sent += 1

    def due(self) -> float | None:
        """Seconds until `advance` has something to do, or none while nothing is under way."""
        if not self.pending:
            return None
        now = self.clock.monotonic()
        connected = self.session.connected
        return max(
            0.0,
            min(min(each.deadline, each.again if connected else math.inf) for each in self.pending.values())
            - now,
        )

    def reconnected(self) -> None:
        """Send everything under way at once: what went out before may be lost."""
        for pending in self.pending.values():
            pending.again = 0.0
        self.advance()

    def unheard(self, mid: int) -> None:
        """The broker had nobody to give that packet to."""
        for key, pending in list(self.pending.items()):
            if pending.mid == mid and not pending.patient:
                del self.pending[key]
                pending.then(Unreachable(f"No {pending.of or 'hub'} listens to {pending.verb}."))

    def awaits(self, correlation: bytes | None) -> bool:
        """Whether an answer with this correlation data is wanted."""
        return correlation in self.pending

    def receive(self, message: Message) -> None:
        """Take an answer. One that nobody waits for any more is let go."""
        pending = self.pending.get(message.correlation or b"")
        if pending is None:
            log.info("an answer came that nobody waits for topic=%s", message.topic)
            return
        try:
            answer = read(message.payload, Answer)
            outcome: Payload | Refused
            if answer.error is not None:
                fault = answer.error
                state = fault.label or None
                outcome = Refused(fault.code, fault.message, field=fault.field, state=state)
            else:
                kind = DEVICE_VERBS[pending.verb][1] if pending.of else VERBS[pending.verb].result
                outcome = answer.read(kind)
        except Refused as error:
            log.error("an answer cannot be read verb=%s error=%s", pending.verb, error)
            return
        if isinstance(outcome, Refused) and outcome.code == "busy":
            return  # the hub could not write it down; the next repetition may succeed
        del self.pending[message.correlation or b""]
        pending.then(outcome)

    def _send(self, key: bytes, pending: Pending, left: float) -> bool:
        if pending.of:
            topic = PEER_ASK.path(self.center, asker=self.device, device=pending.of, verb=pending.verb)
            reply_to = DEVICE_REPLY.path(self.center, device=pending.of, asker=self.device)
        else:
            topic = ASK.path(self.center, device=self.device, verb=pending.verb)
            reply_to = REPLY.path(self.center, device=self.device)
        pending.mid = self.session.publish(
            topic,
            encode(pending.fields),
            expires_s=math.ceil(left),
            reply_to=reply_to,
            correlation=key,
        )
        return pending.mid != 0


def result_of(outcome: Payload | Refused | Unreachable) -> Payload:
    """The result, or the error raised: for callers that wait."""
    if isinstance(outcome, Refused | Unreachable):
        raise outcome
    return outcome

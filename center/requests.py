"""A request as it came over the bus: read and checked, or refused with what is wrong with it."""

from dataclasses import dataclass

from msgspec.structs import replace

from bus import reading
from bus.answers import Answer, Fault
from bus.asks import MAX_REQUEST_BYTES, VERBS, Request
from bus.messages import CounterState, encode
from bus.session import Message
from bus.topics import ASK, REPLY
from center.journal import Answered
from config.errors import Refused

MAX_CORRELATION = 64  # bytes


@dataclass
class Asked:
    """A request of the batch, and the answer that it will get."""

    message: Message
    device: str
    verb: str
    answer: bytes = b""
    decided: Answered | None = None  # to be remembered
    fresh: bool = False  # the answer stands only if this batch is committed

    @classmethod
    def of(cls, message: Message) -> "Asked":
        """The topic says who asks: the broker lets a device write only below its own name."""
        ids = ASK.match(message.topic) or {}
        return cls(message, ids["device"], ids["verb"])

    @property
    def correlation(self) -> bytes | None:
        """What the asker knows its answer by; too long it is not given back."""
        correlation = self.message.correlation
        return correlation if len(correlation or b"") <= MAX_CORRELATION else None


def read(asked: Asked, center: str) -> Request:
    """The request as its struct. Raises Refused with what is wrong with it."""
    message = asked.message
    if message.retained:
        raise Refused("bad-request", "A request must not be retained.")
    if message.correlation != asked.correlation:
        raise Refused("bad-request", f"Correlation data is at most {MAX_CORRELATION} bytes.")
    mine = REPLY.path(center, device=asked.device)
    if message.reply_to not in (None, mine):
        raise Refused("forbidden", f"An answer goes to {mine} and nowhere else.")
    verb = VERBS.get(asked.verb)
    if verb is None:
        raise Refused("bad-request", f"There is no verb {asked.verb!r}.", field="verb")
    if len(message.payload) > MAX_REQUEST_BYTES:
        raise Refused("bad-request", f"A request is at most {MAX_REQUEST_BYTES} bytes.")
    return reading.read(message.payload, verb.fields)


def refusal(refused: Refused) -> bytes:
    """The answer that says so."""
    fault = Fault(refused.code, refused.message, refused.field)
    if isinstance(refused.state, CounterState):
        fault = replace(fault, counter=refused.state)
    elif isinstance(refused.state, str):
        fault = replace(fault, label=refused.state)
    return encode(Answer(ok=False, error=fault))

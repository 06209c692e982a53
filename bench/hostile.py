"""Messages that nobody in their right mind sends: every verb with hostile values, and whatever is no request.

Values are made from the structs of the contract, so a new verb or field is tried from its first day. They are
what the centre really has, or at the edge of what a field allows: a request that is half right gets deepest.
"""

import json
import random
import re
from collections import deque
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID, uuid4

from msgspec import inspect

from bus.answers import Answer, Appointment, Leases, Order, Ticket
from bus.asks import MAX_REQUEST_BYTES, VERBS, Request
from bus.device_asks import DEVICE_VERBS
from bus.messages import Id, Role
from bus.reading import read
from bus.states import States
from bus.topics import ASK, DEVICE_ASK, DEVICE_REPLY, REPLY, STATE_CENTER, STATUS
from config.errors import Refused
from config.settings import CenterSettings

INTEGERS = (0, 1, 2, 5, 20, 200, 799, 800, 999, 9999, 2**31, 2**53 + 1, 2**63 - 1, -1, -(2**63))
FLOATS = (0.0, 0.5, 1.0, 59.9, 3e5, 1e18, 1e308, -1.0, 5e-324)
DATES = ("0001-01-01", "1970-01-01", "2026-11-23", "9999-12-31")
TIMES = (
    "0001-01-01T00:00:00Z", "1970-01-01T00:00:00Z", "2026-11-23T01:00:00.123456Z",
    "2026-11-23T23:59:59+23:59", "2099-12-31T16:59:59Z", "9999-12-31T23:59:59.999Z",
    "9999-12-31T23:59:59-12:00",
)  # fmt: skip
STRINGS = (
    "", "a", "vi", "xx", "ordinary", "appointment", "a" * 32, "z9-", "A000", "A999", "Z9999", "A", "Z",
    "2026-11-23-A001", "0000-00-00-Z9999", "9999-99-99-A000", "ABCD", "A1B2C3D4E5F6", "LUOT", "\0", "\u202e",
    "Ễ" * 20, "%s%n{}$(reboot)'; DROP TABLE event; --", "../../etc/passwd", "x" * 60, "x" * 200, "x" * 5000,
)  # fmt: skip
WRONG: tuple[Any, ...] = (
    None, True, -1, 1.5, 2**70, float("nan"), float("inf"), "", "x", "\0", [], {}, [[]], [None], {"a": {}},
    "9" * 500, [1] * 300,
)  # fmt: skip
UNKNOWN = ("dance", "TAKE", "take ", "next-", "..", "$SYS", "ễ", "x" * 200)
FAVOURED = ("take", "take", "take", "reopen", "reopen", "open", "next", "next")  # what gives the rest to do
SILENT = "silent-"  # verbs of those that nobody is told of: the log tells of each
LONGEST = 64  # bytes of correlation data

SURE = 0.75  # share of the fields that have what the centre really has
BROKEN = 0.4  # share of the payloads that are no request
LIES = 0.01  # share of the revisions that nobody can have seen: each stops the numbers, as after a lost disk
AGAIN = 0.1  # share of the requests with an id that was used before
REMEMBERED = 50  # ids, labels, tickets and codes


@dataclass(frozen=True)
class Hostile:
    """A message and what may come of it: `request` is there where it may be carried out."""

    topic: str
    payload: bytes
    reply_to: str | None
    correlation: bytes
    request: UUID | None = None
    answered: bool = True
    retain: bool = False
    qos: int = 1
    expires_s: int | None = None

    def __repr__(self) -> str:
        return f"<Hostile {self.topic} {self.payload[:300]!r} retain={self.retain} qos={self.qos}>"


class Adversary:
    """A device of the centre in bad hands: `message` is the next thing that it says."""

    def __init__(self, center: CenterSettings, device: Id, role: Role, states: States, seed: int) -> None:
        self.center = center
        self.device = device
        self.role = role
        self.states = states  # what it sees of the hub
        self._chance = random.Random(f"{seed}-{device}")
        self._silent = 0
        self._used: deque[UUID] = deque(maxlen=REMEMBERED)
        if role == "technician":
            self._verbs = self._own = list(DEVICE_VERBS)
        else:
            self._verbs = list(VERBS)
            self._own = [name for name, verb in VERBS.items() if role in verb.who]
            self._own += [each for each in FAVOURED if each in self._own]
        services = [each.id for each in center.services]
        counters = [each.id for each in center.counters]
        labels: deque[Any] = deque(["A001"], REMEMBERED)
        self._known: dict[str, deque[Any]] = {
            "service": deque(services), "services": deque(services), "then": deque(services),
            "counter": deque(counters), "to": deque(counters), "clerk": deque(counters), "people": deque([1]),
            "category": deque(each.id for each in center.categories), "language": deque(center.languages),
            "label": labels, "labels": labels, "ticket": deque(["2026-11-23-A001"], REMEMBERED),
            "reference": deque(["LUOT"], REMEMBERED), "code": deque(["LUOT"], REMEMBERED),
            "amount": deque([8000]), "account": deque([center.bank.account if center.bank else ""]),
        }  # fmt: skip

    @property
    def reply(self) -> str:
        """Where its answers come."""
        if self.role == "technician":
            return DEVICE_REPLY.path(self.center.center, device="hub", asker=self.device)
        return REPLY.path(self.center.center, device=self.device)

    def ask(self, verb: str, payload: bytes) -> Hostile:
        """A message that asks the hub, in order as far as its envelope goes."""
        if self.role == "technician":
            topic = DEVICE_ASK.path(self.center.center, device="hub", verb=verb)
        else:
            topic = ASK.path(self.center.center, device=self.device, verb=verb)
        return Hostile(topic, payload, self.reply, self._chance.randbytes(16), self._readable(verb, payload))

    def hear(self, answer: Answer) -> None:
        """Learn what the centre has from an answer."""
        for kind in (Ticket, Order, Leases, Appointment):
            try:
                told = answer.read(kind)
            except Refused:
                continue
            match told:
                case Ticket(label=label, id=ticket):
                    self._known["label"].append(label)
                    self._known["ticket"].append(ticket)
                case Order(reference=reference):
                    self._known["reference"].append(reference)
                case Leases(ranges=ranges):
                    self._known["label"].extend(f"{each.letter}{each.first:03}" for each in ranges)
                case Appointment(code=code):
                    self._known["code"].append(code)

    def message(self) -> Hostile:
        """The next thing that it says."""
        verb = self._chance.choice(self._own if self._chance.random() < SURE else self._verbs)
        fields = self._fields(inspect.type_info(self._kind(verb)))
        payload = self._broken(fields) if self._chance.random() < BROKEN else encode(fields)
        if verb == "restart" and self._readable(verb, payload):
            payload = b"{}"  # the hub would: a technician may
        return self._envelope(self.ask(verb, payload))

    def _envelope(self, message: Hostile) -> Hostile:
        """As it is sent: as it should be, or not."""
        chance, center = self._chance, self.center.center
        other = "kiosk-1" if self.device != "kiosk-1" else "web-1"
        message = replace(
            message, qos=chance.choice((0, 1, 1, 1, 2)), expires_s=chance.choice((None, 30, 2**32 - 1))
        )
        match chance.choices(range(9), (60, 5, 5, 5, 5, 5, 5, 5, 5))[0]:
            case 1 if message.payload:  # an empty one only clears the topic
                return replace(message, retain=True, request=None)
            case 2:
                foreign = chance.choice((STATE_CENTER.path(center), REPLY.path(center, device=other), "x/y"))
                return replace(message, reply_to=foreign, request=None, answered=self.role != "technician")
            case 3 if message.request is not None:
                return replace(message, reply_to=None, answered=False)
            case 3:  # that it is logged can be seen by its verb
                self._silent += 1
                silent = self.ask(f"{SILENT}{self.device}-{self._silent:06}", message.payload)
                return replace(silent, reply_to=None, answered=False)
            case 4 if self.role != "technician":
                return replace(
                    message, correlation=chance.randbytes(LONGEST + 1 + chance.randrange(900)), request=None
                )
            case 5:
                return self.ask(chance.choice(UNKNOWN), message.payload)
            case 6:
                stolen = ASK.path(center, device=other, verb="take")
                return replace(message, topic=stolen, request=None, answered=False)
            case 7:
                status = STATUS.path(center, device=self.device)
                return replace(message, topic=status, request=None, answered=False, retain=True)
            case 8:
                return replace(message, topic=STATE_CENTER.path(center), request=None, answered=False)
        return message

    # What is in it

    def _kind(self, verb: str) -> type[Request]:
        return DEVICE_VERBS[verb][0] if self.role == "technician" else VERBS[verb].fields

    def _readable(self, verb: str, payload: bytes) -> UUID | None:
        """The id of a request that may be carried out."""
        known = DEVICE_VERBS if self.role == "technician" else VERBS
        if verb not in known or len(payload) > MAX_REQUEST_BYTES:
            return None
        try:
            return read(payload, self._kind(verb)).request
        except Refused:
            return None

    def _fields(self, kind: inspect.Type) -> dict[str, Any]:
        """Values for every field of a struct; one that may be absent often is."""
        assert isinstance(kind, inspect.StructType)
        chance = self._chance
        fields = {
            each.encode_name: self._value(each.encode_name, each.type)
            for each in kind.fields
            if each.required or chance.random() < 0.5
        }
        if "request" in fields:
            self._used.append(UUID(fields["request"]))
        if "counter" in fields and "seen" in fields and chance.random() < SURE:
            counter = self.states.counters.get(fields["counter"])
            fields["seen"] = counter.turn if counter else 0
        elif isinstance(fields.get("seen"), dict) and chance.random() > LIES:
            del fields["seen"]
        return fields

    def _value(self, name: str, kind: inspect.Type) -> Any:
        chance = self._chance
        if isinstance(kind, inspect.VarTupleType):
            longest = kind.max_length or 3
            size = chance.choices((0, 1, 2, longest), (3, 3, 2, 0.5))[0]
            return [self._value(name, kind.item_type) for _ in range(min(size, longest))]
        if name in self._known and chance.random() < SURE:
            return chance.choice(self._known[name])
        match kind:
            case inspect.Metadata(type=inner):
                return self._value(name, inner)
            case inspect.UnionType(types=types):
                return self._value(name, chance.choice(types))
            case inspect.StructType():
                return self._fields(kind)
            case inspect.DictType(key_type=key, value_type=value):
                return {self._value("", key): self._value("", value) for _ in range(chance.randrange(30))}
            case inspect.UUIDType():
                return str(chance.choice(self._used) if self._used and chance.random() < AGAIN else uuid4())
            case inspect.IntType(ge=low, le=high):
                return chance.choice([each for each in INTEGERS if within(each, low, high)])
            case inspect.FloatType(ge=low, le=high):
                return chance.choice([each for each in FLOATS if within(each, low, high)])
            case inspect.StrType():
                return chance.choice([each for each in STRINGS if fits(each, kind)])
            case inspect.LiteralType(values=values):
                return chance.choice(values)
            case inspect.DateType():
                return chance.choice(DATES)
            case inspect.DateTimeType():
                return chance.choice(TIMES)
            case inspect.BoolType():
                return chance.random() < 0.5
            case inspect.NoneType():
                return None
        raise NotImplementedError(f"nothing hostile is known for {kind}")

    def _broken(self, fields: dict[str, Any]) -> bytes:
        """Something that is hardly a request any more."""
        chance = self._chance
        name = chance.choice(list(fields))
        whole = encode(fields)
        place = chance.randrange(len(whole))
        match chance.randrange(12):
            case 0:
                return encode({key: value for key, value in fields.items() if key != name})
            case 1 | 2 | 3:
                return encode(fields | {name: chance.choice(WRONG)})
            case 4:
                return whole[:place]
            case 5:
                return whole[:place] + chance.randbytes(1 + chance.randrange(9)) + whole[place + 1 :]
            case 6:
                return whole.decode().encode(chance.choice(("utf-16", "utf-32", "utf-8-sig")))
            case 7:
                depth = chance.choice((100, 900, 7000, 30_000))
                return encode(fields)[:-1] + b',"x":' + b"[" * depth + b"]" * depth + b"}"
            case 8:
                return encode(fields | {"x": "x" * chance.choice((MAX_REQUEST_BYTES, 300_000))})
            case 9:
                return chance.choice((b"", b"\0", b" ", b"null", b"[]", b'"x"', b"1e999", b"{}", b"\xff\xfe"))
            case 10:
                return whole + whole
            case _:
                return whole[:-1] + b"," + whole[1:]  # every key twice


def encode(fields: dict[str, Any]) -> bytes:
    """JSON, and what Python takes for it: NaN and numbers without end."""
    return json.dumps(fields, ensure_ascii=False).encode()


def within(value: float, low: float | None, high: float | None) -> bool:
    return (low is None or value >= low) and (high is None or value <= high)


def fits(text: str, kind: inspect.StrType) -> bool:
    """Whether a field takes the string."""
    if not within(len(text), kind.min_length, kind.max_length):
        return False
    return kind.pattern is None or re.search(kind.pattern, text) is not None

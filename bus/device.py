"""What every role has on the bus: a session, the state of the hub, status, health, and its ear."""

import logging
import os
import platform
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from queue import SimpleQueue
from typing import Literal
from uuid import UUID, uuid4

import msgspec

from bus.answers import Answer, Fault, Nothing
from bus.asker import Asker, Then
from bus.asks import MAX_REQUEST_BYTES, Request
from bus.device_asks import DEVICE_VERBS, PEER_VERBS, Identity
from bus.health import HealthFacts, LastError, health
from bus.messages import Payload, Role, State, Status, encode
from bus.reading import read
from bus.session import Connected, Message, Session, Unheard, Will
from bus.states import States
from bus.supervisor import Supervisor
from bus.topics import ASK, DEVICE_ASK, DEVICE_REPLY, HEALTH, PEER_ASK, REPLY, STATUS, TOPICS, Topic
from config.clock import Clock
from config.errors import Refused
from config.settings import Device as Settings

log = logging.getLogger(__name__)

HEALTH_S = 30.0

Reply = Callable[[Payload | Refused], None]


@dataclass(frozen=True)
class Changed:
    """A retained state changed; `Device.states` has it already."""

    topic: Topic
    ids: dict[str, str]
    payload: State


@dataclass(frozen=True)
class CaughtUp:
    """All that the broker had kept has come: our own word came back behind it."""


@dataclass(frozen=True)
class Received:
    """A message of a topic that was subscribed and is not state."""

    topic: Topic
    ids: dict[str, str]
    payload: Payload
    correlation: bytes | None = None  # of an answer: which request it is for


class Device:
    """A part of the centre on the bus.

    Its loop repeats `step`; everything happens on that loop's thread. `health_facts` may be set by the part.
    """

    def __init__(
        self,
        settings: Settings,
        role: Role,
        subscriptions: Sequence[str] = (),
        *,
        clock: Clock | None = None,
        keep_s: int = 0,
        exclusive: bool = False,
    ) -> None:
        self.center = settings.center
        self.name = settings.device
        self.role: Role = role
        self.folder = settings.folder
        self.clock = clock or Clock()
        self.states = States(self.clock)
        self.run_id = uuid4().hex  # will and birth carry it
        self.health_facts: Callable[[], HealthFacts] = HealthFacts
        ours = [REPLY.path(self.center, device=self.name), DEVICE_ASK.filter(self.center, device=self.name)]
        if STATUS.filter(self.center) not in subscriptions:  # overlapping filters would deliver twice
            ours.append(STATUS.path(self.center, device=self.name))
        self.session = Session(
            settings.broker,
            self.name,
            sorted({*subscriptions, *ours}),
            will=Will(STATUS.path(self.center, device=self.name), encode(self._status("lost"))),
            keep_s=keep_s,
            exclusive=exclusive,
        )
        self.asker = Asker(self.session, self.center, self.name, self.clock)
        self.supervisor = Supervisor()
        self._started = self.clock.monotonic()
        self._health_due = self._started
        self._errors = LastError()
        self._handlers: dict[str, Callable[[Request, Reply], None]] = {
            "identify": self._identify,
            "restart": self._restart,
        }
        self._restarting = False
        self._heard = False  # our own word came back: the status that the broker keeps is ours
        self._double = ""  # the run of another device under our name, that was told

    @property
    def inbox(self) -> SimpleQueue[object]:
        """Any thread may put an object here: it wakes `step` and comes out of it."""
        return self.session.inbox

    @property
    def connected(self) -> bool:
        return self.session.connected

    def __enter__(self) -> "Device":
        logging.getLogger().addHandler(self._errors)
        self.session.__enter__()
        self.supervisor.ready()
        return self

    def __exit__(self, *_: object) -> None:
        self.session.close()
        logging.getLogger().removeHandler(self._errors)

    def __repr__(self) -> str:
        return f"<Device {self.name} ({self.role}) {'connected' if self.connected else 'away'}>"

    # What a part does with it

    def step(self, timeout: float) -> list[object]:
        """Wait up to `timeout` seconds for the inbox and return what is new for the part, in order.

        That is `Connected`, `CaughtUp`, `Disconnected`, `Changed`, `Received`, a `Message` of a topic that
        only the part can read (requests to the hub), and what other threads put into the inbox. Answers reach
        the `then` of their `ask` in here, and a technician's requests their handlers.
        """
        if self._restarting:
            self.session.close()
            raise SystemExit(0)
        self.supervisor.progress()
        now = self.clock.monotonic()
        waits = [timeout, self._health_due - now, self.asker.due()]
        items = self.session.receive(max(0.0, min(each for each in waits if each is not None)))
        news: list[object] = []
        for item in items:
            if isinstance(item, Message):
                if (told := self._read(item)) is not None:
                    news.append(told)
                continue
            if isinstance(item, Unheard):
                self.asker.unheard(item.mid)
                continue
            if isinstance(item, Connected):
                self.publish(STATUS, self._status("online"), device=self.name)
                self.report()
                self.asker.reconnected()
            news.append(item)
        self.asker.advance()
        if self.clock.monotonic() >= self._health_due:
            self.report()
        return news

    def ask(
        self, verb: str, fields: Request, *, within: float, then: Then, patient: bool = True, of: str = ""
    ) -> None:
        """Ask the hub, or the device `of`, whose replies are subscribed.

        `then` gets the result, `Refused`, or, after `within` seconds, `Unreachable`. Who is not `patient`
        hears that sooner, where the broker says that nobody listens.
        """
        self.asker.ask(verb, fields, within=within, then=then, patient=patient, of=of)

    def publish(self, topic: Topic, payload: Payload, **ids: str) -> bool:
        """Send as the contract says for this topic; False while disconnected."""
        sent = self.session.publish(
            topic.path(self.center, **ids),
            encode(payload),
            qos=topic.qos,
            retain=topic.retained,
            expires_s=topic.expires_s,
        )
        return sent != 0

    def serve(self, verb: str, handler: Callable[[Request, Reply], None]) -> None:
        """Answer a request of `DEVICE_VERBS`; the handler replies now or later."""
        self._handlers[verb] = handler

    def report(self) -> None:
        """Tell the health now: at each change that a technician would want to know."""
        self._health_due = self.clock.monotonic() + HEALTH_S
        facts = self.health_facts()
        queued = self.inbox.qsize()
        told = health(self.clock, self._started, self.folder, queued, self._errors.text, facts)
        self.publish(HEALTH, told, device=self.name)

    # What it does by itself

    def _read(self, message: Message) -> object | None:
        """A message as the part wants it, or nothing where it was for us."""
        if ASK.match(message.topic):  # only the hub can read it
            return message
        if message.topic == REPLY.path(self.center, device=self.name):
            self.asker.receive(message)
            return None
        if DEVICE_ASK.match(message.topic) or PEER_ASK.match(message.topic):
            self._serve(message)
            return None
        if DEVICE_REPLY.match(message.topic) and self.asker.awaits(message.correlation):
            self.asker.receive(message)
            return None
        try:
            if f"/{self.center}/state/" in message.topic:
                changed = self.states.receive(message.topic, message.payload, kept=message.retained)
                return Changed(*changed) if changed else None
            for topic in TOPICS:
                if (ids := topic.match(message.topic)) is None:
                    continue
                payload = read(message.payload, topic.payload)
                if isinstance(payload, Status) and ids["device"] == self.name:
                    return self._hear_own_status(payload, kept=message.retained)
                return Received(topic, ids, payload, message.correlation)
        except Refused as error:
            log.error("a message cannot be read topic=%s error=%s", message.topic, error)
            return None
        return message

    def _hear_own_status(self, status: Status, *, kept: bool) -> CaughtUp | None:
        """A will that comes late would leave us lost for all to see; two of a name go on and off in turn."""
        if status.status == "lost":
            self.publish(STATUS, self._status("online"), device=self.name)
        elif status.session == self.run_id:
            self._heard = True
            return None if kept else CaughtUp()
        elif self._heard and status.session != self._double:  # before, it may be that of an earlier run
            self._double = status.session
            log.error("%s has another %s: give each a name and an account of its own", status.host, self.name)
            self.report()
        return None

    def _serve(self, message: Message) -> None:
        ids = DEVICE_ASK.match(message.topic) or PEER_ASK.match(message.topic) or {}
        to = DEVICE_REPLY.match(message.reply_to or "") or {}
        verb = ids["verb"]
        asker = ids.get("asker", to.get("asker"))  # a device's topic says who asks, whatever else is said

        def reply(outcome: Payload | Refused) -> None:
            if isinstance(outcome, Refused):
                log.warning("refused a request verb=%s error=%s", verb, outcome.message)
                answer = Answer(ok=False, error=Fault(outcome.code, outcome.message, outcome.field))
            else:
                answer = Answer(ok=True, result=msgspec.Raw(encode(outcome)))
            if to == {"device": self.name, "asker": asker}:
                topic = DEVICE_REPLY.path(self.center, **to)
                self.session.publish(topic, encode(answer), correlation=message.correlation)

        if message.retained:
            reply(Refused("bad-request", "A request must not be retained."))
            return
        handler = self._handlers.get(verb) if "asker" not in ids or verb in PEER_VERBS else None
        if len(message.payload) > MAX_REQUEST_BYTES:
            reply(Refused("bad-request", f"A request is at most {MAX_REQUEST_BYTES} bytes."))
            return
        if handler is None:
            reply(Refused("bad-request", f"A {self.role} does not know the request {verb!r}.", field="verb"))
            return
        try:
            request = read(message.payload, DEVICE_VERBS[verb][0])
        except Refused as refused:
            reply(refused)
            return
        handler(request, reply)

    def _status(self, status: Literal["online", "lost"]) -> Status:
        return Status(status, self.run_id, self.role, version("luot"), platform.node())

    def _identify(self, _request: Request, reply: Reply) -> None:
        reply(Identity(self.name, self.role, version("luot"), platform.node()))

    def _restart(self, request: Request, reply: Reply) -> None:
        """End, so that the supervisor starts us anew; a repeated request only gets its answer again."""
        reply(Nothing())
        if self._remember(request.request):
            log.warning("restarting, as a technician asked request=%s", request.request)
            self._restarting = True

    def _remember(self, request: UUID) -> bool:
        """Whether the request is a new one: kept on disk, for it may come again after the restart."""
        path = self.folder / "last-restart"
        if path.exists() and path.read_text() == str(request):
            return False
        self.folder.mkdir(parents=True, exist_ok=True)
        with path.open("w") as file:
            file.write(str(request))
            file.flush()
            os.fsync(file.fileno())
        return True

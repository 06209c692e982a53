"""The hub: one loop that takes every request waiting, decides each, commits them together, and then tells.

Nothing is told before it is on disk: commit, then answer, then publish.

A centre has one hub. What the broker kept is read before anything is decided or told. Where another hub has
spoken since, that one is the newer: this one falls silent, and stays so until a person starts it anew.
"""

import gc
import logging
import secrets
from collections.abc import Sequence
from math import inf
from uuid import UUID, uuid4

import msgspec

from bus.asks import VERBS, Events, Request
from bus.device import CaughtUp, Changed, Device, Received
from bus.events import JournalEvent, RequestGivenUp
from bus.messages import Answer, CenterState, Payload, Rev, Role, Status, Stopped, encode
from bus.session import Connected, Message, TakenOver
from bus.topics import ASK, REPLY, STATES, STATUS
from center import engine, leases, views
from center.absences import Absences
from center.journal import VOID, Answered, JournalUnavailable
from center.memory import Checked, Memory
from center.requests import Asked, read, refusal
from center.telling import Telling
from config.clock import Clock
from config.errors import Refused
from config.load import load_center
from config.settings import CenterSettings, HubSettings

log = logging.getLogger(__name__)

BEAT_S = 5.0
GARBAGE = (20_000, 50, 100)  # the state is no garbage: looking through it took 6 % of the time of a rush
KEEP_S = 60  # the broker keeps the hub's session, and with it the requests that come meanwhile
NOT_REMEMBERED = ("busy", "bad-request")
BUSY = refusal(Refused("busy", "The hub cannot keep its journal now; nothing was done."))
UNDECIDED = refusal(Refused("bad-request", "This request could not be decided; it was logged."))
LETTERS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567" * 8  # one for each byte, all as likely
RIVAL = "Find out which of them is the centre's. Stop the other for good, then start this one anew."


class Hub:
    """The hub of one centre. `with Hub(…) as hub: while True: hub.step(5)`."""

    def __init__(self, settings: HubSettings, center: CenterSettings, *, clock: Clock | None = None) -> None:
        self.settings = settings
        self.center = center
        self.clock = clock or Clock()
        self.roles: dict[str, Role] = {each.id: each.role for each in center.devices}
        self.boot = uuid4().hex
        self.device = Device(
            settings,
            "hub",
            [topic.filter(center.center) for topic in (ASK, STATUS, *STATES)],
            clock=self.clock,
            keep_s=KEEP_S,
            exclusive=True,
        )
        self.memory = Memory(settings, center, self.clock, self.device.inbox.put)
        self.telling = Telling(self.device, center)
        self.absences = Absences(self.roles)
        self.silent = False  # for good: another hub is at work
        self._boots = {self.boot}  # our own, and our former self's
        self._spoke = False
        self._caught_up = False  # with what the broker kept, since the last connection
        self._seen: Rev | None = None  # what our former self told last
        self._requests: list[Message] = []
        self._beat_due = 0.0
        self._told: tuple[object, ...] = ()  # by the last beat, of what must not wait for the next

    def __enter__(self) -> "Hub":
        self.memory.__enter__()
        try:
            self.device.__enter__()
        except BaseException:
            self.memory.__exit__()
            raise
        state = self.memory.state
        log.info("the hub is up day=%s seq=%s epoch=%s", state.day, state.seq, state.epoch)
        return self

    def __exit__(self, *_: object) -> None:
        self.device.__exit__()
        self.memory.__exit__()

    def __repr__(self) -> str:
        return f"<Hub {self.center.center} seq={self.memory.state.seq}>"

    def step(self, timeout: float) -> None:
        """Serve what came, waiting up to `timeout` seconds for it, and do what is due by itself."""
        for news in self.device.step(min(timeout, self._until_due()) if self.device.inbox.empty() else 0.0):
            self._hear(news)
        if self.silent:
            return
        self.memory.mend()
        if (self._caught_up and (self._requests or self._seen)) or self._tick_due() <= 0:
            requests = self._requests if self._caught_up else []  # they wait for what the broker kept
            self._requests = [] if self._caught_up else self._requests
            self._serve(requests)
        if self._beat_due <= self.clock.monotonic() or self._told != self._pressing():
            self._beat()
        self.telling.settle(self.memory.state, self.memory.now)

    def _hear(self, news: object) -> None:
        match news:
            case Message() if ASK.match(news.topic):
                if news.retained and news.payload:  # refused below, and not to come again
                    self.device.session.publish(news.topic, b"", retain=True)
                if news.payload or not news.retained:
                    self._requests.append(news)
            case Connected():
                self._caught_up = False
                self.absences.connected(self.clock.monotonic())
            case CaughtUp():
                self._caught_up = not self.silent
                self.telling.forget()
                self.telling.clear_ghosts()
                self._beat_due = 0.0
            case Changed(payload=CenterState() as told):
                self._hear_hub(told)
            case Received(ids=ids, payload=Status() as status):
                self.absences.hear(ids["device"], status, self.clock.monotonic())
                self._beat_due = 0.0  # a device that comes wants to know at once that we live
            case TakenOver():
                self._fall_silent("another has our name at the broker")
            case Checked():
                self.memory.checked(news)

    # Deciding

    def _serve(self, messages: list[Message]) -> None:
        """Decide the requests in order, commit them together, then answer, then publish."""
        memory, batch = self.memory, dict[tuple[str, UUID], bytes]()
        if not memory.stopped:
            memory.begin()
            memory.record(leases.lost_history(memory.state, self._seen, _fresh()))
            memory.record(engine.tick(memory.state, memory.now))
        asked = [self._decide(message, batch) for message in messages]
        entries = self._commit([each.decided for each in asked if each.decided is not None])
        for each in asked:
            self._answer(each, BUSY if each.fresh and entries is None else each.answer)
        if entries:
            self.telling.happened(memory.state, entries)
            self.telling.changed(memory.state, memory.now, entries)

    def _commit(self, answers: list[Answered]) -> Sequence[JournalEvent] | None:
        """The events of the batch once they are on disk; none at all where it was dropped."""
        if self.memory.stopped:
            return None
        entries: Sequence[JournalEvent] = ()
        if self.memory.entries or answers:
            try:
                entries = self.memory.commit(answers)
            except JournalUnavailable:
                return None
        self._seen = None
        return entries

    def _decide(self, message: Message, batch: dict[tuple[str, UUID], bytes]) -> Asked:
        """One request: its answer, and its events recorded in the batch."""
        asked = Asked.of(message)
        try:
            fields = read(asked, self.center.center)
            role = self.roles.get(asked.device)
            if role is None:
                raise Refused("forbidden", f"The centre has no device {asked.device!r}.")
        except Refused as refused:
            log.warning("refused a request from=%s verb=%s error=%s", asked.device, asked.verb, refused)
            asked.answer = refusal(refused)
            return asked
        key, memory = (asked.device, fields.request), self.memory
        mark = len(memory.entries), len(memory.notes)
        try:
            if known := batch.get(key) or (memory.open and memory.journal.answer(*key)):
                asked.answer, asked.fresh = known, key in batch
                return asked
            if memory.stopped:
                asked.answer = BUSY
                return asked
            asked.answer = _accepted(self._carry_out(asked, role, fields))
        except Refused as refused:
            log.info("refused by rule from=%s verb=%s code=%s", asked.device, asked.verb, refused.code)
            asked.answer = refusal(refused)
            if refused.code in NOT_REMEMBERED:
                return asked
        except JournalUnavailable as error:
            memory.fail(error)
            asked.answer = BUSY
            return asked
        except Exception:
            # A message that crashes the hub would come back for ever: this request alone is undone.
            memory.undo(*mark)
            log.exception("a request could not be decided from=%s verb=%s", asked.device, asked.verb)
            asked.answer = UNDECIDED
            return asked
        if isinstance(fields, Events):  # what it tells is kept already
            return asked
        batch[key] = asked.answer
        for entry in memory.entries[mark[0] :]:
            if isinstance(entry.body, RequestGivenUp):
                batch.setdefault((entry.body.device, entry.body.request), VOID)
        asked.decided = Answered(asked.device, fields.request, memory.state.day, asked.answer)
        asked.fresh = True
        return asked

    def _carry_out(self, asked: Asked, role: Role, fields: Request) -> Payload:
        """What the engine makes of it is recorded; returns the result. Raises Refused."""
        memory = self.memory
        if isinstance(fields, Events):
            if role not in VERBS[asked.verb].who:
                raise Refused("forbidden", f"A {role} may not ask {asked.verb!r}.")
            return memory.journal.page(fields.after, fields.limit)
        command = engine.Command(asked.device, role, asked.verb, fields, memory.now, _fresh())
        decision = engine.decide(memory.state, command)
        memory.record(decision.events, asked.device, fields.request, decision.note)
        return decision.answer(memory.state)

    # Telling

    def _answer(self, asked: Asked, answer: bytes) -> None:
        if asked.message.reply_to is not None:
            self.device.session.publish(
                REPLY.path(self.center.center, device=asked.device), answer, correlation=asked.correlation
            )

    def _beat(self) -> None:
        """Say that the hub lives, and what time it is."""
        self._beat_due = self.clock.monotonic() + BEAT_S
        self._told = self._pressing()
        if not self._caught_up:
            return
        self._say(self.memory.stopped, self.memory.hint)
        if self.memory.known:
            self.telling.changes(self.memory.state, self.memory.time.now())
        else:
            self.telling.catalog(self.memory.state)

    def _say(self, stopped: Stopped, hint: str) -> None:
        memory = self.memory
        told = views.center(
            memory.state,
            memory.state.rev if memory.known else self._seen or memory.state.rev,
            memory.time.now(),
            memory.time.health(),
            self.boot,
            stopped=stopped,
            hint=hint,
            questions=self.absences.questions(memory.state.counters, self.clock.monotonic()),
        )
        self._spoke |= self.telling.beat(told)

    def _hear_hub(self, told: CenterState) -> None:
        """A word that is not ours is our former self's, kept by the broker, or there is another hub."""
        if told.boot in self._boots:
            return
        if self.device.states.fresh():
            self._fall_silent("it speaks while we do", aloud=True)
        elif self._spoke:
            self._fall_silent("it has spoken since we did")
        else:
            self._boots.add(told.boot)
            self._seen = told.rev if told.rev.epoch else None

    def _fall_silent(self, why: str, *, aloud: bool = False) -> None:
        """Stop for good, without ending: the supervisor would only start us against the other."""
        log.error("another hub is at work: %s. No numbers are given here. %s", why, RIVAL)
        self.silent, self._requests = True, []
        if aloud:
            self._say("second-hub", RIVAL)
        self.device.session.close()

    # Time

    def _pressing(self) -> tuple[object, ...]:
        """What is told at once when it changes."""
        return self.memory.stopped, self.memory.state.awaits, self.memory.state.day

    def _until_due(self) -> float:
        """Seconds until the beat, or until the engine or the journal has something to do by itself."""
        beat = self._beat_due - self.clock.monotonic()
        return max(0.0, min(beat, self.memory.until_due(), self.telling.until_due(), self._tick_due()))

    def _tick_due(self) -> float:
        """Seconds until the engine has something to do by itself."""
        if self.memory.stopped:
            return inf
        return engine.due(self.memory.state, self.memory.time.now()) / 1000


def _accepted(result: Payload) -> bytes:
    return encode(Answer(ok=True, result=msgspec.Raw(encode(result))))


def _fresh() -> str:
    """What nobody can guess, for a command."""
    return secrets.token_bytes(26).translate(LETTERS).decode()


def run(settings: HubSettings) -> None:
    """Serve for ever."""
    serve(settings, load_center(settings.catalog))


def serve(settings: HubSettings, center: CenterSettings) -> None:
    """Serve that centre for ever."""
    with Hub(settings, center) as hub:
        gc.freeze()
        gc.set_threshold(*GARBAGE)
        while True:
            hub.step(BEAT_S)

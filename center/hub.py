"""The hub: one loop that takes every request waiting, decides each, commits them together, and then tells.

Nothing is told before it is on disk: commit, then answer, then publish.

A centre has one hub. What the broker kept is read before anything is decided or told. Where another hub has
spoken since, that one is the newer: this one falls silent, and stays so until a person starts it anew.
"""

import gc
import logging
from math import inf
from uuid import uuid4

from bus.device import CaughtUp, Changed, Device, Received
from bus.messages import CenterState, Rev, Role, Status, Stopped
from bus.session import Connected, Disconnected, Message, TakenOver
from bus.topics import ASK, REPLY, STATES, STATUS
from center import engine, leases, views
from center.absences import Absences
from center.batch import BUSY, Batch, fresh
from center.memory import Checked, Memory
from center.requests import Asked
from center.telling import Telling
from config.clock import Clock
from config.load import load_center
from config.settings import CenterSettings, HubSettings

log = logging.getLogger(__name__)

BEAT_S = 5.0
GARBAGE = (20_000, 50, 100)  # the state is no garbage: looking through it took 6 % of the time of a rush
KEEP_S = 60  # the broker keeps the hub's session, and with it the requests that come meanwhile
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
            case Disconnected():
                self._caught_up = False  # a session that is resumed brings requests before anything else
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
        memory, batch = self.memory, Batch(self.memory, self.roles, self.center.center)
        if not memory.stopped:
            memory.begin()
            memory.record(leases.lost_history(memory.state, self._seen, fresh()))
            memory.record(engine.tick(memory.state, memory.now))
        for message in messages:
            batch.decide(message)
        entries = batch.commit()
        if entries is not None:
            self._seen = None
        for each in batch.asked:
            self._answer(each, BUSY if each.fresh and entries is None else each.answer)
        if entries:
            self.telling.happened(memory.state, entries)
            self.telling.changed(memory.state, memory.now, entries)

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

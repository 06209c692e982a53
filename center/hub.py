"""The hub: one loop that takes every request waiting, decides each, commits them together, and then tells.

Nothing is told before it is on disk: commit, then answer, then publish. A batch is applied to the state in
place while it is decided (a copy would cost more the longer the queue); when its commit fails, that state is
dropped and the true one is read again from the journal, so nothing that failed was ever told or kept.
"""

import logging
import secrets
from base64 import b32encode
from collections.abc import Sequence
from datetime import datetime
from itertools import chain
from uuid import UUID, uuid4

import msgspec
from msgspec import structs

from bus.asks import Request
from bus.device import Device, Received
from bus.events import EventBody, JournalEvent, TicketCalled
from bus.messages import YOUNG_CALL_S, Answer, Board, HubClock, Rev, Role, Status, encode
from bus.messages import State as Retained
from bus.session import Connected, Message
from bus.topics import (
    ASK,
    CALL,
    JOURNAL,
    REPLY,
    STATE_BOARD,
    STATE_CATALOG,
    STATE_CENTER,
    STATE_COUNTER,
    STATE_PANEL,
    STATE_QUEUE,
    STATUS,
    Topic,
)
from center import engine, views
from center.hubtime import HubTime
from center.journal import Answered, Journal, JournalUnavailable
from center.requests import Asked, read, refusal
from center.state import State
from config.clock import Clock
from config.errors import Refused
from config.load import load_center
from config.settings import CenterSettings, HubSettings

log = logging.getLogger(__name__)

BEAT_S = 5.0
BROKEN_S = 1.0
KEEP_S = 60  # the broker keeps the hub's session, and with it the requests that come meanwhile
NOT_REMEMBERED = ("busy", "bad-request")


class Hub:
    """The hub of one centre. `with Hub(…) as hub: while True: hub.step(5)`."""

    def __init__(self, settings: HubSettings, center: CenterSettings, *, clock: Clock | None = None) -> None:
        self.settings = settings
        self.center = center
        self.clock = clock or Clock()
        self.roles: dict[str, Role] = {each.id: each.role for each in center.devices}
        self.journal = Journal(settings.folder / "journal.sqlite", center.center)
        self.boot = uuid4().hex
        self.device = Device(
            settings,
            "hub",
            (ASK.filter(center.center), STATUS.filter(center.center)),
            clock=self.clock,
            keep_s=KEEP_S,
        )
        self._beat_due = 0.0
        self._broken_until = 0.0
        self._told: dict[str, Retained] = {}  # what the bus has of us, by topic

    def __enter__(self) -> "Hub":
        self.journal.__enter__()
        try:
            self._read_state()
            self.time = HubTime(self.clock, self._last_at)
            self._ran, self._started = self.state.ran, self.clock.monotonic()
            self.device.__enter__()
        except BaseException:
            self.journal.__exit__()
            raise
        log.info("the hub is up day=%s seq=%s epoch=%s", self.state.day, self.state.seq, self.journal.epoch)
        return self

    def __exit__(self, *_: object) -> None:
        self.device.__exit__()
        self.journal.__exit__()

    def __repr__(self) -> str:
        return f"<Hub {self.center.center} seq={self.state.seq}>"

    def step(self, timeout: float) -> None:
        """Serve what came, waiting up to `timeout` seconds for it, and do what is due by itself."""
        requests: list[Message] = []
        for news in self.device.step(min(timeout, self._until_due())):
            if isinstance(news, Message) and ASK.match(news.topic):
                if news.retained:  # refused below, and not to come again
                    self.device.session.publish(news.topic, b"", retain=True)
                if news.payload or not news.retained:
                    requests.append(news)
            elif isinstance(news, Connected):
                self._told.clear()
                self._beat_due = 0.0
            elif isinstance(news, Received) and isinstance(news.payload, Status):
                self._beat_due = 0.0  # a device that comes wants to know at once that we live
        if requests or (self._tick_wait() <= 0 and engine.tick(self.state, self._now())):
            self._serve(requests)
        if self.clock.monotonic() >= self._beat_due:
            self._beat()

    # Deciding

    def _serve(self, messages: list[Message]) -> None:
        """Decide the requests in order, commit them together, then answer, then publish."""
        entries: list[JournalEvent] = []
        batch: dict[tuple[str, UUID], bytes] = {}
        self._record(entries, engine.tick(self.state, self._now()), "hub", None)
        asked = [self._decide(message, batch, entries) for message in messages]
        remembered = [each.decided for each in asked if each.decided is not None]
        if entries or remembered:
            try:
                self.journal.commit(entries, remembered)
            except JournalUnavailable as error:
                log.error("%s %s requests=%s", error.message, error.hint, len(asked))
                busy = refusal(Refused("busy", "The hub cannot write its journal; nothing was done."))
                for each in asked:
                    each.answer = busy if each.fresh else each.answer
                entries = []
                self._read_state()
                self._broken_until = self.clock.monotonic() + BROKEN_S
        for each in asked:
            self._answer(each)
        for entry in entries:
            self.device.publish(JOURNAL, entry)
            if isinstance(entry.body, TicketCalled):
                self.device.publish(CALL, views.call(self.state, entry))
        self._publish_changes()

    def _decide(
        self, message: Message, batch: dict[tuple[str, UUID], bytes], entries: list[JournalEvent]
    ) -> Asked:
        """One request: its answer, and its events appended to `entries` and applied to the state."""
        asked = Asked.of(message)
        try:
            fields = read(asked, self.center.center)
            role = self.roles.get(asked.device)
            if role is None:
                raise Refused("forbidden", f"The centre has no device {asked.device!r}.")
        except Refused as refused:
            log.warning(
                "refused a request from=%s verb=%s error=%s", asked.device, asked.verb, refused.message
            )
            asked.answer = refusal(refused)
            return asked
        key = (asked.device, fields.request)
        if known := batch.get(key) or self.journal.answer(*key):
            asked.answer, asked.fresh = known, key in batch
            return asked
        before = len(entries)
        try:
            decision = engine.decide(self.state, self._command(asked, role, fields))
            self._record(entries, decision.events, asked.device, fields.request)
            asked.answer = encode(Answer(ok=True, result=msgspec.Raw(encode(decision.answer(self.state)))))
        except Refused as refused:
            log.info("refused by rule from=%s verb=%s code=%s", asked.device, asked.verb, refused.code)
            asked.answer = refusal(refused)
            if refused.code in NOT_REMEMBERED:
                return asked
        except Exception:
            # A message that crashes the hub would come back for ever: this request alone is undone.
            if len(entries) > before:
                del entries[before:]
                self._read_state(entries)
            log.exception("a request could not be decided from=%s verb=%s", asked.device, asked.verb)
            asked.answer = refusal(
                Refused("bad-request", "This request could not be decided; it was logged.")
            )
            return asked
        batch[key] = asked.answer
        asked.decided = Answered(asked.device, fields.request, self.state.day, asked.answer)
        asked.fresh = True
        return asked

    def _command(self, asked: Asked, role: Role, fields: Request) -> engine.Command:
        return engine.Command(
            device=asked.device,
            role=role,
            verb=asked.verb,
            fields=fields,
            now=self._now(),
            fresh=b32encode(secrets.token_bytes(20)).decode(),
        )

    def _record(
        self, entries: list[JournalEvent], events: tuple[EventBody, ...], device: str, request: UUID | None
    ) -> None:
        for event in events:
            now = self._now()
            entry = JournalEvent(self.state.seq + 1, device, request, now.at, event, now.ran)
            entries.append(entry)
            self.state.apply(entry)

    def _read_state(self, batch: Sequence[JournalEvent] = ()) -> None:
        """The true state, from the journal, and what the present batch adds to it."""
        self.state = State(self.center)
        self.state.epoch = self.journal.epoch
        self._last_at: datetime | None = None
        for entry in chain(self.journal.entries(), batch):
            self.state.apply(entry)
            self._last_at = entry.at

    # Telling

    def _answer(self, asked: Asked) -> None:
        if asked.message.reply_to is not None:
            self.device.session.publish(
                REPLY.path(self.center.center, device=asked.device),
                asked.answer,
                correlation=asked.correlation,
            )

    def _publish_changes(self) -> None:
        """Publish every retained state that differs from what the bus has of us."""
        now, rev = self._now(), Rev(self.journal.epoch, self.state.seq)
        if not self._told:  # it changes with the settings only, and they with a restart
            self._keep(STATE_CATALOG, views.catalog(self.center, rev))
        for service in self.center.services:
            self._keep(STATE_QUEUE, views.queue(self.state, service.id, rev, now), service=service.id)
        for counter in self.center.counters:
            self._keep(STATE_COUNTER, views.counter(self.state, counter.id, rev), counter=counter.id)
            self._keep(STATE_PANEL, views.panel(self.state, counter.id, rev), counter=counter.id)
        self._keep(STATE_BOARD, views.board(self.state, rev, now.ran))

    def _keep(self, topic: Topic, state: Retained, **ids: str) -> None:
        path = topic.path(self.center.center, **ids)
        if path in self._told and _same(self._told[path], state):
            return
        if self.device.publish(topic, state, **ids):
            self._told[path] = state

    def _beat(self) -> None:
        """Say that the hub lives, and what time it is."""
        self._beat_due = self.clock.monotonic() + BEAT_S
        now, rev = self.time.now(), Rev(self.journal.epoch, self.state.seq)
        drift_s = round(self.time.drift().total_seconds())
        clock = HubClock(synchronised=self.time.synchronised(), drift_s=drift_s)
        self.device.publish(STATE_CENTER, views.center(self.state, rev, now, clock, self.boot))
        self._publish_changes()

    def _until_due(self) -> float:
        """Seconds until the beat, or until the engine has something to do by itself."""
        until = self._beat_due - self.clock.monotonic()
        due = engine.due(self.state, self._now()) / 1000
        return max(0.0, min(until, max(due, self._tick_wait())))

    def _now(self) -> engine.Moment:
        ran = self._ran + round(1000 * (self.clock.monotonic() - self._started))
        return engine.Moment(self.time.now(), ran)

    def _tick_wait(self) -> float:
        """Seconds that acts of the hub's own wait after a commit that failed."""
        return self._broken_until - self.clock.monotonic()


def _same(told: Retained, state: Retained) -> bool:
    """Whether two pictures show the same, whatever journal they reflect.

    A board's ages always run: they matter only while a call is young enough to be announced late.
    """
    if isinstance(told, Board) and isinstance(state, Board):
        young = any(each.calling and each.age_s < YOUNG_CALL_S for each in (*told.calls, *state.calls))
        if not young:
            told, state = _ageless(told), _ageless(state)
    return structs.replace(told, rev=state.rev) == state


def _ageless(board: Board) -> Board:
    return structs.replace(board, calls=tuple(structs.replace(each, age_s=0) for each in board.calls))


def run(settings: HubSettings) -> None:
    """Serve for ever."""
    with Hub(settings, load_center(settings.catalog)) as hub:
        while True:
            hub.step(BEAT_S)

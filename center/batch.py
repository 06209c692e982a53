"""Requests that came together: each is decided by itself, and what they change is committed at once."""

import logging
import secrets
from collections.abc import Mapping, Sequence
from uuid import UUID

import msgspec

from bus.answers import Answer
from bus.asks import VERBS, Events, Request
from bus.events import JournalEvent, RequestGivenUp
from bus.messages import Id, Payload, Role, encode
from bus.session import Message
from center import engine
from center.journal import VOID, Answered, JournalUnavailable
from center.memory import Memory
from center.requests import Asked, read, refusal
from config.errors import Refused

log = logging.getLogger(__name__)

NOT_REMEMBERED = ("busy", "bad-request")
BUSY = refusal(Refused("busy", "The hub cannot keep its journal now; nothing was done."))
UNDECIDED = refusal(Refused("bad-request", "This request could not be decided; it was logged."))
LETTERS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567" * 8  # one for each byte, all as likely


class Batch:
    """A batch of the hub's memory, begun there: `decide` each request, then `commit`."""

    def __init__(self, memory: Memory, roles: Mapping[Id, Role], center: Id) -> None:
        self.memory = memory
        self.roles = roles
        self.center = center
        self.asked: list[Asked] = []  # in order, with their answers
        self._answers: dict[tuple[Id, UUID], bytes] = {}  # that this batch will make true

    def decide(self, message: Message) -> None:
        """Record what a request changes, and find its answer."""
        asked = Asked.of(message)
        self.asked.append(asked)
        try:
            fields = read(asked, self.center)
            role = self.roles.get(asked.device)
            if role is None:
                raise Refused("forbidden", f"The centre has no device {asked.device!r}.")
        except Refused as refused:
            log.warning("refused a request from=%s verb=%s error=%s", asked.device, asked.verb, refused)
            asked.answer = refusal(refused)
            return
        key, memory = (asked.device, fields.request), self.memory
        mark = len(memory.entries), len(memory.notes)
        try:
            if known := self._answers.get(key) or (memory.open and memory.journal.answer(*key)):
                asked.answer, asked.fresh = known, key in self._answers
                return
            if memory.stopped:
                asked.answer = BUSY
                return
            result = encode(self._carry_out(asked, role, fields))
            asked.answer = encode(Answer(ok=True, result=msgspec.Raw(result)))
        except Refused as refused:
            log.info("refused by rule from=%s verb=%s code=%s", asked.device, asked.verb, refused.code)
            asked.answer = refusal(refused)
            if refused.code in NOT_REMEMBERED:
                return
        except JournalUnavailable as error:
            memory.fail(error)
            asked.answer = BUSY
            return
        except Exception:
            # A message that crashes the hub would come back for ever: this request alone is undone.
            memory.undo(*mark)
            log.exception("a request could not be decided from=%s verb=%s", asked.device, asked.verb)
            asked.answer = UNDECIDED
            return
        if isinstance(fields, Events):  # what it tells is kept already
            return
        self._answers[key] = asked.answer
        for entry in memory.entries[mark[0] :]:
            if isinstance(entry.body, RequestGivenUp):
                self._answers.setdefault((entry.body.device, entry.body.request), VOID)
        asked.decided = Answered(asked.device, fields.request, memory.state.day, asked.answer)
        asked.fresh = True

    def commit(self) -> Sequence[JournalEvent] | None:
        """The events once they are on disk; none at all where the batch was dropped."""
        if self.memory.stopped:
            return None
        answers = [each.decided for each in self.asked if each.decided is not None]
        if not self.memory.entries and not answers:
            return ()
        try:
            return self.memory.commit(answers)
        except JournalUnavailable:
            return None

    def _carry_out(self, asked: Asked, role: Role, fields: Request) -> Payload:
        """What the engine makes of it is recorded; returns the result. Raises Refused."""
        memory = self.memory
        if isinstance(fields, Events):
            if role not in VERBS[asked.verb].who:
                raise Refused("forbidden", f"A {role} may not ask {asked.verb!r}.")
            return memory.journal.page(fields.after, fields.limit)
        command = engine.Command(asked.device, role, asked.verb, fields, memory.now, fresh())
        decision = engine.decide(memory.state, command)
        memory.record(decision.events, asked.device, fields.request, decision.note)
        return decision.answer(memory.state)


def fresh() -> str:
    """What nobody can guess, for a command."""
    return secrets.token_bytes(26).translate(LETTERS).decode()

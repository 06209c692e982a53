"""A hub in the test's own hands: what it answers to one batch, and its turns beside those of a device."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import msgspec
import pytest

from bus.answers import Answer, Ticket
from bus.asks import VERBS, Request, Take
from bus.messages import CenterState, CounterState, encode
from bus.session import Message
from bus.topics import ASK, REPLY
from center.hub import Hub
from demo.member import Member, expect

CENTER = "tan-lap"


def request(fields: Request, verb: str = "take", device: str = "kiosk-1") -> Message:
    """A message as the session hands it to the hub."""
    return Message(
        ASK.path(CENTER, device=device, verb=verb), encode(fields), False,
        REPLY.path(CENTER, device=device), fields.request.bytes, 1, 1, 1,
    )  # fmt: skip


def served(hub: Hub, *messages: Message) -> list[Answer]:
    """The answers of the hub to one batch."""
    answers: list[bytes] = []
    with pytest.MonkeyPatch.context() as listening:
        listening.setattr(Hub, "_answer", lambda _hub, _asked, answer: answers.append(answer))
        hub._serve(list(messages))
    return [msgspec.json.decode(each, type=Answer) for each in answers]


def codes(answers: list[Answer]) -> list[str]:
    return [each.error.code if each.error else "ok" for each in answers]


def take(hub: Hub, service: str = "ho-tich") -> Ticket:
    """A number that the hub gives now."""
    (answer,) = served(hub, request(Take(uuid4(), service)))
    return answer.read(Ticket)


def act(hub: Hub, verb: str, counter: str = "1", **fields: Any) -> Answer:
    """The answer to an act of a clerk at the page."""
    fields |= {"request": uuid4(), "counter": counter, "seen": hub.memory.state.counters[counter].turn}
    asked: Any = VERBS[verb].fields
    (answer,) = served(hub, request(asked(**fields), verb, "web-1"))
    return answer


def open_counter(hub: Hub, counter: str = "1") -> CounterState:
    return act(hub, "open", counter, clerk=f"clerk-{counter}").read(CounterState)


def expect_of(hub: Hub, member: Member, what: str, holds: Callable[[], bool]) -> None:
    """As `expect`, with the hub's turns between the device's."""

    def turn() -> bool:
        hub.step(0.005)
        return holds()

    expect(member, what, turn)


def center_of(member: Member) -> CenterState:
    """What the hub says of itself, as that device sees it."""
    assert member.states.center is not None
    return member.states.center

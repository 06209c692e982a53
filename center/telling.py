"""What the hub tells the bus: the retained pictures of the state, announcements, and the journal's events."""

import logging
from collections.abc import Sequence
from math import inf

from msgspec import structs

from bus.device import Device
from bus.events import JournalEvent, TicketCalled, TicketDelivered, TicketIssued
from bus.messages import YOUNG_CALL_S, Board, CenterState, Id
from bus.messages import State as Retained
from bus.topics import (
    CALL,
    JOURNAL,
    STATE_BOARD,
    STATE_CATALOG,
    STATE_CENTER,
    STATE_COUNTER,
    STATE_PANEL,
    STATE_QUEUE,
    Topic,
)
from center import views
from center.command import Moment
from center.state import State
from config.settings import CenterSettings, Theme

log = logging.getLogger(__name__)


RUSH_S = 0.2  # between two pictures of queues while numbers are given


class Telling:
    """What the bus has of us, and what it must have."""

    def __init__(self, device: Device, center: CenterSettings) -> None:
        self.device = device
        self.center = center
        self._told: dict[str, Retained] = {}  # by topic
        self._grown: set[Id] = set()  # queues whose pictures wait
        self._rest = 0.0  # until then

    def forget(self) -> None:
        """The broker may have nothing of us any more: everything is told again."""
        self._told.clear()

    def clear_ghosts(self) -> None:
        """Clear what the broker kept of services and counters that the settings have lost."""
        services = {each.id for each in self.center.services}
        counters = {each.id for each in self.center.counters}
        states = self.device.states
        for each in states.queues.keys() - services:
            self._clear(STATE_QUEUE, service=each)
        for each in states.counters.keys() - counters:
            self._clear(STATE_COUNTER, counter=each)
        for each in states.panels.keys() - counters:
            self._clear(STATE_PANEL, counter=each)

    def beat(self, told: CenterState) -> bool:
        """Say that the hub lives, and how; whether it could be said."""
        return self.device.publish(STATE_CENTER, told)

    def happened(self, state: State, entries: Sequence[JournalEvent]) -> None:
        """Tell what was committed, in order, and announce the calls among it."""
        for entry in entries:
            self.device.publish(JOURNAL, entry)
            if isinstance(entry.body, TicketCalled):
                self.device.publish(CALL, views.call(state, entry))

    def catalog(self, state: State) -> None:
        """Tell what the settings have, once to each connection: it changes with a restart only."""
        if STATE_CATALOG.path(self.center.center) not in self._told:
            emblem = _emblem(self.center.theme)
            self._keep(STATE_CATALOG, views.catalog(self.center, state.rev, emblem))

    def changes(self, state: State, now: Moment) -> None:
        """Tell every picture that differs from what the bus has."""
        self.catalog(state)
        self._queues(state, now, {each.id for each in self.center.services})
        rev = state.rev
        for counter in self.center.counters:
            self._keep(STATE_COUNTER, views.counter(state, counter.id, rev), counter=counter.id)
            self._keep(STATE_PANEL, views.panel(state, counter.id, rev), counter=counter.id)
        self._keep(STATE_BOARD, views.board(state, rev, now.ran))

    def changed(self, state: State, now: Moment, entries: Sequence[JournalEvent]) -> None:
        """Tell what a batch may have changed.

        A number that is given shows in its queue alone, and in a rush it may wait for the next to be shown.
        """
        if all(isinstance(each.body, TicketIssued | TicketDelivered) for each in entries):
            self._grown |= {each.body.service for each in entries if isinstance(each.body, TicketIssued)}
            self.settle(state, now)
        else:
            self.changes(state, now)

    def settle(self, state: State, now: Moment) -> None:
        """Tell the pictures that waited, where they have waited long enough."""
        if self.until_due() <= 0:
            self._rest = self.device.clock.monotonic() + RUSH_S
            self._queues(state, now, self._grown)

    def until_due(self) -> float:
        """Seconds until `settle` has something to do."""
        return self._rest - self.device.clock.monotonic() if self._grown else inf

    def _queues(self, state: State, now: Moment, services: set[Id]) -> None:
        for service in self.center.services:
            if service.id in services:
                self._keep(STATE_QUEUE, views.queue(state, service.id, state.rev, now), service=service.id)
        self._grown = set()

    def _clear(self, topic: Topic, **ids: str) -> None:
        path = topic.path(self.center.center, **ids)
        log.info("cleared what the broker kept of something that is no more topic=%s", path)
        self.device.session.publish(path, b"", retain=True)
        self.device.states.receive(path, b"", kept=False)

    def _keep(self, topic: Topic, state: Retained, **ids: str) -> None:
        path = topic.path(self.center.center, **ids)
        if path in self._told and _same(self._told[path], state):
            return
        if self.device.publish(topic, state, **ids):
            self._told[path] = state


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


def _emblem(theme: Theme | None) -> bytes:
    """The centre's emblem; numbers go on without it where its file is gone since it was judged."""
    if theme is None or theme.emblem is None:
        return b""
    try:
        return theme.emblem.read_bytes()
    except OSError as error:
        log.warning("the emblem cannot be read file=%s error=%s", theme.emblem, error.strerror)
        return b""

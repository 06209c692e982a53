"""What the hub tells the bus: the retained pictures of the state, announcements, and the journal's events."""

import logging
from collections.abc import Sequence

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
from config.settings import CenterSettings

log = logging.getLogger(__name__)


class Telling:
    """What the bus has of us, and what it must have."""

    def __init__(self, device: Device, center: CenterSettings) -> None:
        self.device = device
        self.center = center
        self._told: dict[str, Retained] = {}  # by topic

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
        """Tell what the settings have: it changes with a restart only."""
        if not self._told:
            self._keep(STATE_CATALOG, views.catalog(self.center, state.rev))

    def changes(self, state: State, now: Moment, entries: Sequence[JournalEvent] | None = None) -> None:
        """Tell every picture that differs from what the bus has; of a batch, those it may have changed."""
        rev, touched = state.rev, _queues(entries)
        self.catalog(state)
        for service in self.center.services:
            if touched is None or service.id in touched:
                self._keep(STATE_QUEUE, views.queue(state, service.id, rev, now), service=service.id)
        if touched is not None:
            return
        for counter in self.center.counters:
            self._keep(STATE_COUNTER, views.counter(state, counter.id, rev), counter=counter.id)
            self._keep(STATE_PANEL, views.panel(state, counter.id, rev), counter=counter.id)
        self._keep(STATE_BOARD, views.board(state, rev, now.ran))

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


def _queues(entries: Sequence[JournalEvent] | None) -> set[Id] | None:
    """The services whose queues alone have changed by these events; none where it may be anything."""
    if entries is None or not all(isinstance(each.body, TicketIssued | TicketDelivered) for each in entries):
        return None
    return {each.body.service for each in entries if isinstance(each.body, TicketIssued)}


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

"""Devices that were lost, and what the hub asks staff about them.

A lost connection moves nobody's ticket by itself: the page may be away, and the clerk still there.
"""

from collections.abc import Iterable, Mapping

from bus.messages import Id, Question, Status
from center.records import Counter

PATIENCE_S = 600.0


class Absences:
    """Which devices are away, and since when, by the hub's own monotonic seconds."""

    def __init__(self, devices: Iterable[Id]) -> None:
        self.devices = tuple(devices)
        self._since: dict[Id, float] = {}

    def connected(self, now: float) -> None:
        """A new connection: who is there, the broker has to say anew."""
        for each in self.devices:
            self._since.setdefault(each, now)

    def hear(self, device: Id, status: Status, now: float) -> None:
        """A device has come, or is lost."""
        if status.status == "online":
            self._since.pop(device, None)
        else:
            self._since.setdefault(device, now)

    def away(self, device: Id) -> bool:
        return device in self._since

    def questions(self, counters: Mapping[Id, Counter], now: float) -> tuple[Question, ...]:
        """The counters whose clerks have had no connection for long, and have not closed."""
        away = {device: now - since for device, since in self._since.items() if now - since >= PATIENCE_S}
        return tuple(
            Question(id_, each.ticket.label if each.ticket else None, int(away[each.device]))
            for id_, each in counters.items()
            if each.device in away and each.status != "closed"
        )

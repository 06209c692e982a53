"""Whether numbers of a service are given now, and if not, why."""

from datetime import timedelta
from typing import Literal

from bus.messages import Id
from center.command import Moment
from center.state import State
from config import settings
from config.errors import Refused

Why = Literal["", "shut", "full", "hours", "stopped"]


def setting(state: State, service: Id) -> settings.Service:
    """The service as the settings have it. Raises Refused where they have none."""
    found = next((each for each in state.settings.services if each.id == service), None)
    if found is None:
        raise Refused("unknown-service", f"There is no service {service!r}.", field="service")
    return found


def not_taking(state: State, service: settings.Service, now: Moment, letter: str = "") -> Why:
    """Why no numbers of it are given now; "" while they are.

    Opening hours hold only while the clock is known: a wrong one would keep the centre closed.
    """
    if state.day is None or state.awaits:
        return "stopped"
    queue = state.queues[service.id]
    if queue.shut is not None:
        return "shut"
    center = state.settings
    first, last = timedelta(minutes=center.first_number), timedelta(minutes=center.last_number)
    if now.known and not state.calendars[service.id].taking(now.at, first, last):
        return "hours"
    if service.quota is not None and queue.issued >= service.quota:
        return "full"
    if state.next_label(letter or service.letter, now.at, now.ran) is None:
        return "full"
    return ""

"""Services: shutting one for today, and giving numbers of it again."""

from bus.asks import Reopen, Shut
from bus.events import ServiceReopened, ServiceShut
from bus.messages import Id
from center import views
from center.command import Command, Decision
from center.state import State
from center.taking import setting
from config.errors import Refused


def shut(state: State, command: Command, asked: Shut) -> Decision:
    """No more numbers of it today; who has one is served."""
    setting(state, asked.service)
    return _told(asked.service, command, ServiceShut(asked.service, asked.reason))


def reopen(state: State, command: Command, asked: Reopen) -> Decision:
    """Numbers are given again. Raises Refused where it was not shut."""
    setting(state, asked.service)
    if state.queues[asked.service].shut is None:
        raise Refused("conflict", f"The service {asked.service!r} is not shut.", field="service")
    return _told(asked.service, command, ServiceReopened(asked.service))


def _told(service: Id, command: Command, event: ServiceShut | ServiceReopened) -> Decision:
    return Decision((event,), lambda after: views.queue(after, service, after.rev, command.now))

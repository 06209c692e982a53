"""Who of the staff may ask the hub what. The hub believes the web, so the web has to know."""

from bus.asks import CounterAct, Delivered, Open, Request
from bus.messages import CounterState, Id
from config.errors import Refused
from config.settings import Login
from web.feed import Picture

EVERYBODY = frozenset({"take", "check-in", "cancel", "delivered"})
MANAGERS = frozenset(
    {"shut", "reopen", "book", "cancel-appointment", "confirm-clock", "end-day", "set-floor"}
)
RESCUES = frozenset({"requeue", "close"})  # a manager ends so what an absent clerk has left at a counter


def check(login: Login, verb: str, act: Request, picture: Picture) -> None:
    """Raises Refused (`forbidden`, or `bad-request` for what no page asks)."""
    if isinstance(act, CounterAct):
        if not (login.role == "manager" and verb in RESCUES):
            _check_counter(login, act, held_by(login.name, picture))
    elif verb in MANAGERS:
        check_manager(login)
    elif verb not in EVERYBODY:
        raise Refused("bad-request", "No such act.", field="verb")
    if isinstance(act, Delivered) and act.outcome != "shown":
        raise Refused("bad-request", "A page can only show a number.", field="outcome")


def check_manager(login: Login) -> None:
    """Raises Refused (`forbidden`)."""
    if login.role != "manager":
        raise Refused("forbidden", "This is for a manager.", field="role")


def held_by(clerk: Id, picture: Picture) -> Id | None:
    """The counter where this clerk works, by the hub's word."""
    return next((id_ for id_, each in picture.counters.items() if works_at(clerk, each)), None)


def works_at(clerk: Id, counter: CounterState) -> bool:
    return counter.status != "closed" and counter.clerk == clerk


def _check_counter(login: Login, act: CounterAct, held: Id | None) -> None:
    """A clerk opens the counters of the settings, and acts at the one that was opened."""
    if login.counters and act.counter not in login.counters:
        raise Refused("forbidden", "This login may not use this counter.", field="counter")
    if isinstance(act, Open):
        if act.clerk != login.name:
            raise Refused("forbidden", "A clerk opens a counter in their own name.", field="clerk")
    elif act.counter != held:
        raise Refused("forbidden", "This clerk does not hold this counter.", field="counter")

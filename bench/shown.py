"""What a hub shows on the bus, to be compared with what it shows after a restart."""

from collections.abc import Iterator

from msgspec import structs

from bus.messages import CenterState, Rev, State
from bus.states import States


def told_anew(states: States, old: CenterState | None) -> bool:
    """Whether a hub that started since has shown everything."""
    new = states.center
    if new is None or old is None or new.boot == old.boot:
        return False
    return all(each.rev.seq > old.rev.seq for each in everything(states))


def picture(states: States) -> tuple[State, ...]:
    """What the hub shows of queues, counters, panels and calls, whatever journal it reflects."""
    return tuple(structs.replace(each, rev=Rev("", 0)) for each in everything(states))


def everything(states: States) -> Iterator[State]:
    """The retained state, in a fixed order; a board's ages always run."""
    for mirror in (states.queues, states.counters, states.panels):
        yield from (state for _, state in sorted(mirror.items()))
    if states.board is not None:
        calls = tuple(structs.replace(each, age_s=0) for each in states.board.calls)
        yield structs.replace(states.board, calls=calls)

"""What a hub shows on the bus, to be compared with what it shows after a restart."""

from collections.abc import Iterator
from itertools import zip_longest

from msgspec import structs

from bus.messages import Rev, State
from bus.states import States


def picture(states: States) -> tuple[State, ...]:
    """What the hub shows of queues, counters, panels and calls, whatever journal it reflects."""
    return tuple(structs.replace(each, rev=Rev("", 0)) for each in everything(states))


def differences(before: tuple[State, ...], after: tuple[State, ...]) -> list[str]:
    """What another picture has otherwise, in sentences."""
    return [
        f"after a restart the hub shows {new}, and not {old}"
        for old, new in zip_longest(before, after)
        if old != new
    ]


def missing(states: States) -> list[str]:
    """What everybody needs and was not shown."""
    needed = {"centre": states.center, "catalogue": states.catalog, "board": states.board}
    return [name for name, state in needed.items() if state is None]


def newest(states: States) -> int:
    """The newest event that is shown."""
    return max(each.rev.seq for each in everything(states))


def shown_since(states: States, seq: int) -> bool:
    """Whether a hub that started after that event has shown everything."""
    return all(each.rev.seq > seq for each in everything(states))


def everything(states: States) -> Iterator[State]:
    """The retained state of what people do, in a fixed order; a board's ages always run."""
    for mirror in (states.queues, states.counters, states.panels):
        yield from (state for _, state in sorted(mirror.items()))
    if states.board is not None:
        calls = tuple(structs.replace(each, age_s=0) for each in states.board.calls)
        yield structs.replace(states.board, calls=calls)

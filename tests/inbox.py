"""Waiting for what a thread tells in its inbox."""

from collections.abc import Callable
from contextlib import suppress
from queue import Empty, SimpleQueue
from time import monotonic


def take_until(
    inbox: SimpleQueue[object],
    take: Callable[[object], None],
    what: str,
    holds: Callable[[], bool],
    *,
    within: float = 60.0,
) -> None:
    """Take what comes, until it holds."""
    deadline = monotonic() + within
    while not holds():
        assert monotonic() < deadline, f"waited {within} s in vain for {what}"
        with suppress(Empty):
            take(inbox.get(timeout=0.005))

"""Work for a thread that waits on a port: a queue which `select` can wait on, too."""

import os
from collections.abc import Callable
from queue import SimpleQueue
from threading import Event


class Mailbox:
    """What other threads want done; only its owner's thread does it."""

    def __init__(self) -> None:
        self._work: SimpleQueue[Callable[[], object]] = SimpleQueue()
        self._bell = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)

    def fileno(self) -> int:
        """Readable when there is work."""
        return self._bell

    def put(self, work: Callable[[], object]) -> None:
        """Have this done by the owner; from any thread."""
        self._work.put(work)
        os.eventfd_write(self._bell, 1)

    def do(self, work: Callable[[], object]) -> None:
        """Have this done, and wait until it is."""
        done = Event()

        def task() -> None:
            work()
            done.set()

        self.put(task)
        done.wait()

    def work(self) -> None:
        """Do what was put; to be called when there is work."""
        for _ in range(os.eventfd_read(self._bell)):
            self._work.get()()

    def close(self) -> None:
        os.close(self._bell)

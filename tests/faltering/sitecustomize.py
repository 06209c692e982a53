"""A machine that falters: every thread of every Python process stands still now and then, wherever it is.

    PYTHONPATH=tests/faltering FALTER_S=0.8 ./luot test -n 3

What only holds as long as one thread is faster than another breaks here in minutes, and on a Raspberry Pi
once a year. `FALTER_S` is the longest standstill in seconds. On SIGUSR1 a process says where its threads are.
"""

import faulthandler
import os
import random
import signal
import sys
import threading
import time
from types import FrameType

CALLS = 200_000  # and returns, between two standstills of a thread, on average
chance = random.Random()  # its own: tests seed the other


class Falter(threading.local):
    """Stands still when the calls until then are used up; each thread has its own."""

    def __init__(self, longest_s: float) -> None:
        self._longest_s = longest_s
        self._left = self._calls()

    def __call__(self, _frame: FrameType, _event: str, _arg: object) -> None:
        self._left -= 1
        if self._left <= 0:
            self._left = self._calls()
            time.sleep(chance.random() ** 2 * self._longest_s)

    @staticmethod
    def _calls() -> int:
        return int(chance.expovariate(1 / CALLS))


if longest_s := float(os.environ.get("FALTER_S", "0")):
    falter = Falter(longest_s)
    threading.setprofile(falter)
    sys.setprofile(falter)
    faulthandler.register(signal.SIGUSR1, all_threads=True)

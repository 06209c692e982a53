"""screen-memory: the memory of each screen's process, and that of a hall board after 100,000 calls.

The first is that of real processes with real windows. For the second a board is told its calls without a
wire; each is another number with its turn on the screen, as in a year of a large centre.
"""

import multiprocessing
import os
from pathlib import Path
from tempfile import TemporaryDirectory
from time import sleep

from bench.process import resident_mb
from bench.result import Result, against_floor, within
from bench.screens import screens
from bench.told import a_beat, a_call
from bus.messages import Board, BoardCall, Payload, Rev, encode
from bus.session import Message
from bus.topics import CALL, STATE_BOARD, STATE_CENTER, Topic
from config.clock import FakeClock
from config.settings import Broker, DisplaySettings, Screen
from display.app import Display

SETTLED_S = 3.0
CALLS, EARLY = 100_000, 2_000
SIZE = (800, 480)  # what a call leaves behind has nothing to do with its pixels, and they cost time
APART_S = 5.0
CENTER = "tan-lap"


def run() -> list[Result]:
    with screens() as pids:
        sleep(SETTLED_S)
        results = [
            within(f"screen-memory {name}", resident_mb(pid), "MB", limit=80) for name, pid in pids.items()
        ]
    with multiprocessing.get_context("spawn").Pool(1) as child:
        early, late = child.apply(call_and_call)
    return [*results, against_floor("screen-memory, 100,000 calls", late, early, "MB", at_most=1.05)]


def call_and_call() -> tuple[float, float]:
    """The megabytes of a board after its first calls and after all."""
    os.environ["SDL_VIDEODRIVER"] = "dummy"
    clock, taken = FakeClock(), {}
    with TemporaryDirectory(dir="/var/tmp", prefix="luot-bench-") as folder:
        settings = DisplaySettings(
            center=CENTER, device="board-1", shows="board", sound=False, screen=Screen(size=SIZE),
            broker=Broker(port=1), data=Path(folder), volatile=True,
        )  # fmt: skip
        with Display(settings, clock=clock) as display:
            calls: tuple[BoardCall, ...] = ()
            for number in range(1, CALLS + 1):
                one = a_call(number)
                listed = BoardCall(one.ticket, 1, number, one.label, one.counter, one.number, True, 0)
                calls = (listed, *calls[:5])
                tell(display, STATE_CENTER, a_beat(CENTER, number, clock.now()))
                tell(display, CALL, one)
                tell(display, STATE_BOARD, Board(Rev("bench", number), calls))
                display.step(0)
                clock.advance(APART_S)
                if number in (EARLY, CALLS):
                    taken[number] = resident_mb(os.getpid())
            if display.window.frame + 1 < CALLS:
                raise RuntimeError("the board did not show every call")
    return taken[EARLY], taken[CALLS]


def tell(display: Display, topic: Topic, payload: Payload) -> None:
    """Put a message where the wire would put it."""
    path = topic.path(CENTER)
    display.device.inbox.put(Message(path, encode(payload), False, None, None, 0, 0, 0))

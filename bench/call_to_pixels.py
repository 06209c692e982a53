"""call-to-pixels: from a call's arrival on the bus to the hall board's frame, in a real window of 1080p.

The time begins when the call is given to the broker, and ends when the board has presented the frame with its
number. Calls come while the call before them still pulses, which is when the board has most to do.
"""

import multiprocessing
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic, sleep

from msgspec import structs

from bench.result import Result, percentile_ms, within
from bench.told import a_beat, a_call
from bus.topics import CALL, STATE_CENTER
from center.broker import HUB, PrivateBroker
from config.load import load, load_center
from config.settings import DisplaySettings, Screen
from demo.desktop import VirtualDesktop
from demo.files import TEMPLATES, Places, write_settings
from demo.member import Member
from display import announcer
from display.app import Display
from display.board import BoardView

SIZE = (1920, 1080)
CALLS, WARM_UP = 200, 10
SHOWN_S, APART_S = 0.2, 0.3
PATIENCE_S, BEAT_S = 20.0, 0.5


def run() -> list[Result]:
    with (
        TemporaryDirectory(dir="/var/tmp", prefix="luot-bench-") as name,
        PrivateBroker(Path(name) / "broker", load_center(TEMPLATES / "center.toml")) as broker,
        VirtualDesktop(*SIZE) as desktop,
    ):
        folder = Path(name)
        write_settings(folder, broker, Places(1, folder / "line", 1, "", ""))
        os.environ.update(desktop.environment)
        with Member(broker, HUB, "hub", folder) as hub, board(folder / "board-1.toml") as shown:
            await_board(hub, shown)
            seconds = [call(hub, shown, number) for number in range(CALLS + WARM_UP)][WARM_UP:]
    return [within("call-to-pixels", percentile_ms(seconds, 99), "ms", limit=50)]


def await_board(hub: Member, shown: Connection) -> None:
    """Beat until the board, which may only be starting, shows the centre."""
    deadline = monotonic() + PATIENCE_S
    while not shown.poll(BEAT_S):
        if monotonic() > deadline:
            raise RuntimeError("the board did not show the centre")
        beat(hub)
    shown.recv()


def beat(hub: Member) -> None:
    hub.publish(STATE_CENTER, a_beat(hub.center, 1, datetime.now(UTC)))


def call(hub: Member, shown: Connection, number: int) -> float:
    """Call that number, and wait until the board shows it."""
    if number % 20 == 0:
        beat(hub)
    sleep(APART_S)
    one = a_call(number)
    began = monotonic()
    hub.publish(CALL, one)
    while shown.poll(PATIENCE_S):
        drawn, at = shown.recv()
        if drawn == one.label:
            return float(at) - began
    raise RuntimeError(f"the board never showed {one.label}")


@contextmanager
def board(config: Path) -> Iterator[Connection]:
    """A board in a process of its own; what comes is each number that it shows, and when."""
    spawn = multiprocessing.get_context("spawn")
    shown, tell = spawn.Pipe(duplex=False)
    process = spawn.Process(target=show, args=(config, tell), daemon=True)
    process.start()
    try:
        yield shown
    finally:
        process.terminate()
        process.join()


def show(config: Path, tell: Connection) -> None:
    """The board itself; a call must not wait for the time of the one before it."""
    announcer.SHORT_S = SHOWN_S
    settings = load(config)
    assert isinstance(settings, DisplaySettings)
    with Display(structs.replace(settings, sound=False, screen=Screen(size=SIZE))) as display:
        last = ""
        while True:
            display.step()
            view, now = display.shown, monotonic()
            if isinstance(view, BoardView) and view.time and (label := _label(view)) != last:
                tell.send((label, now))
                last = label


def _label(view: BoardView) -> str:
    return view.current.label if view.current else "nobody"

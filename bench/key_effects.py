"""key-effects: one press, one effect, though the line loses a fifth and whoever is behind it is killed.

Each press says `open`, which the hub writes down every time that it is asked: a press that it took for two
would stand there twice. The keypad's lamp says whether a press was taken: as many as it says must be there. A
press without an answer for five seconds is refused by its keypad, whatever became of it: what the hub did all
the same is counted apart.
"""

import sqlite3
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack, closing
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from time import monotonic, sleep

from bench.result import Result, within
from bus.events import CounterOpened, decode_body
from center.broker import PrivateBroker
from config.load import load_center
from demo.files import TEMPLATES, Places, write_settings
from demo.part import Part
from firmware_bridge.simulated import Noise, SimulatedLine

PRESSES = 100
COUNTER, KEYPAD = "1", 1
BAD = Noise(lost=0.2, garbled=0.05, delay_s=0.01)
OPENS = """
[line]
keypads = [{ address = 1, counter = "1", keys = ["open"] }]
signs = []
"""
ANSWERED_S = 10.0


def run() -> list[Result]:
    with TemporaryDirectory(dir="/var/tmp", prefix="luot-bench-") as name:
        lamps, effects = measure(Path(name), PRESSES, Random(1))
    presses = f"of {PRESSES} presses"
    missing = max(0, lamps["accepted"] - effects)
    twice = max(0, effects - PRESSES)
    unheard = max(0, effects - lamps["accepted"])
    return [
        within("key-effects, taken and without effect", missing, presses, limit=1),
        within("key-effects, more effects than presses", twice, presses, limit=1),
        within("key-effects, refused and carried out", unheard, presses, limit=5),
        within("key-effects, refused", lamps["refused"], presses, limit=PRESSES / 2),
    ]


def measure(folder: Path, presses: int, chance: Random) -> tuple[Counter[str], int]:
    """What the lamp said, and how often the hub opened the counter."""
    lamps: Counter[str] = Counter()
    with ExitStack() as stack:
        settings = load_center(TEMPLATES / "center.toml")
        broker = stack.enter_context(PrivateBroker(folder / "broker", settings))
        line = stack.enter_context(SimulatedLine(folder / "line", keypads=(KEYPAD,)))
        write_settings(folder, broker, Places(1, line.path, 1, "", ""))
        (folder / "bridge-1.d").mkdir()
        (folder / "bridge-1.d" / "opens.toml").write_text(OPENS)
        hub = stack.enter_context(Part("hub", folder / "hub.toml", restart_s=0))
        bridge = stack.enter_context(Part("bridge", folder / "bridge-1.toml", restart_s=0))

        def restart_broker() -> None:
            broker.kill()
            sleep(chance.uniform(0, 0.3))
            broker.start()

        faults: list[Callable[[], None]] = [hub.kill, bridge.kill, restart_broker, lambda: None]
        while _press(line) != "accepted":  # until everybody is there
            pass
        before = _opened(folder)
        line.noise = BAD
        for _ in range(presses):
            lamps[_press(line, lambda: sleep(chance.uniform(0, 0.15)), chance.choice(faults))] += 1
            sleep(chance.uniform(0, 1))
        line.noise = Noise()
    return lamps, _opened(folder) - before


def _press(line: SimulatedLine, *meanwhile: Callable[[], None]) -> str:
    """Press the key, do that, and return what the lamp says in the end."""
    line.press_key(KEYPAD, 1)
    for each in meanwhile:
        each()
    end = monotonic() + ANSWERED_S
    while line.lamp(KEYPAD) == "waiting":
        if monotonic() > end:
            raise RuntimeError("the keypad waits for ever")
        sleep(0.005)
    return line.lamp(KEYPAD)


def _opened(folder: Path) -> int:
    path = folder / "data" / "hub" / "journal.sqlite"
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
        bodies = [decode_body(body) for (body,) in database.execute("SELECT body FROM event")]
    return sum(isinstance(body, CounterOpened) and body.counter == COUNTER for body in bodies)

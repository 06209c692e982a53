"""line-latency: from a finger on a key to the request on the bus, beyond what the line itself takes.

Four keypads and four signs hang on a line of 19200 baud, on which frames take the time that they take on a
real one. The time of one request to everyone and of the keypad's answer, 16 ms, is the line's and is not
counted; waiting until the keypad is asked is. Who hears the request is a bare client beside the hub.
"""

from contextlib import ExitStack
from pathlib import Path
from queue import SimpleQueue
from random import Random
from tempfile import TemporaryDirectory
from time import monotonic, sleep
from uuid import UUID

import msgspec

from bench.bare import connect
from bench.result import Result, median_ms, percentile_ms, within
from bus.asks import Request
from bus.topics import ASK
from center.broker import PrivateBroker
from config.load import load_center
from demo.files import TEMPLATES, Places, write_settings
from demo.member import Member, expect
from demo.part import Part
from firmware_bridge.frames import Poll, Press, size, wire_time
from firmware_bridge.simulated import SimulatedLine

PRESSES = 300
BAUD = 19200
KEYPADS, SIGNS = (1, 2, 3, 4), (11, 12, 13, 14)
SETTLED_S = 12.0  # every device was visited, and knows its counter
WATCHER = "guest-technician"


def run() -> list[Result]:
    with TemporaryDirectory(dir="/var/tmp", prefix="luot-bench-") as name:
        seconds = measure(Path(name))
    return [
        within("line-latency", median_ms(seconds), "ms", limit=15),
        within("line-latency, 95th percentile", percentile_ms(seconds, 95), "ms", limit=30),
    ]


def measure(folder: Path) -> list[float]:
    """The seconds of each press, without those of the line."""
    settings = load_center(TEMPLATES / "center.toml")
    line_s = wire_time(size(Poll) + size(Press), BAUD)
    chance = Random(1)
    heard = Requests()
    with ExitStack() as stack:
        broker = stack.enter_context(PrivateBroker(folder / "broker", settings))
        line = stack.enter_context(SimulatedLine(folder / "line", keypads=KEYPADS, signs=SIGNS, baud=BAUD))
        write_settings(folder, broker, Places(1, line.path, 1, "", ""))
        web = stack.enter_context(Member(broker, "guest-web", "web", folder))
        for role, device in (("hub", "hub"), ("bridge", "bridge-1")):
            stack.enter_context(Part(role, folder / f"{device}.toml"))
        expect(web, "the hub", lambda: len(web.states.counters) == len(KEYPADS), within=20)
        watcher = connect(broker.address(WATCHER))
        watcher.on_message = lambda _client, _data, message: heard.hear(bytes(message.payload))
        watcher.subscribe(ASK.filter(settings.center, device="bridge-1"))
        watcher.loop_start()
        stack.callback(watcher.loop_stop)
        sleep(SETTLED_S)
        return [_press(line, chance, heard) - line_s for _ in range(PRESSES)]


class Requests:
    """What is asked on the bus, each once, however often it is repeated."""

    def __init__(self) -> None:
        self._known: set[UUID] = set()
        self._at: SimpleQueue[float] = SimpleQueue()

    def hear(self, payload: bytes) -> None:
        request = msgspec.json.decode(payload, type=Request).request
        if request not in self._known:
            self._known.add(request)
            self._at.put(monotonic())

    def next(self) -> float:
        """When the next one came."""
        return self._at.get(timeout=10)


def _press(line: SimulatedLine, chance: Random, heard: Requests) -> float:
    """Press a key at any moment; the seconds until its request was heard."""
    keypad = chance.choice(KEYPADS)
    while line.lamp(keypad) == "waiting":
        sleep(0.001)
    sleep(chance.uniform(0.05, 0.1))
    pressed = monotonic()
    line.press(keypad, "next")
    return heard.next() - pressed

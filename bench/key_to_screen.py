"""key-to-screen: from a keypad's frame on the serial line to the hall board's frame, in a real window.

The keypad's twin tells when its frame was first on the line. A request for the next picture stands at the
board while the key is pressed; the time ends when that picture has come back over the bus, so the figure
holds the making and sending of a small picture besides. Presses are spaced so that no call waits for another.
"""

from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic
from uuid import uuid4

from bench.result import Result, percentile_ms, within
from bus.answers import Answer
from bus.asks import Open, Take
from bus.device_asks import Picture, Screenshot
from bus.messages import Status
from bus.remote import ask_device
from bus.topics import DEVICE_REPLY, STATUS
from center.broker import PrivateBroker
from config.load import load_center
from demo.desktop import VirtualDesktop
from demo.files import TEMPLATES, Places, write_settings
from demo.member import Member, expect
from demo.part import Part
from firmware_bridge.simulated import SimulatedLine

PRESSES = 40
APART_S = 6.0  # a call has the board for some seconds before the next one may take its place
BOARD, WATCHER = "board-1", "guest-technician"
KEYPADS = {"1": 1, "2": 2, "3": 3, "4": 4}  # counter → address


def run() -> list[Result]:
    with TemporaryDirectory(dir="/var/tmp", prefix="luot-bench-") as name:
        return [measure(Path(name))]


def measure(folder: Path) -> Result:
    settings = load_center(TEMPLATES / "center.toml")
    with ExitStack() as stack:
        broker = stack.enter_context(PrivateBroker(folder / "broker", settings))
        line = stack.enter_context(
            SimulatedLine(folder / "line", keypads=(1, 2, 3, 4), signs=(11, 12, 13, 14))
        )
        desktop = stack.enter_context(VirtualDesktop(1280, 720))
        write_settings(folder, broker, Places(1, line.path, 1, "", ""))
        for role, device in (("hub", "hub"), ("display", BOARD), ("bridge", "bridge-1")):
            part = Part(role, folder / f"{device}.toml", environment=desktop.environment)
            stack.enter_context(part)
        web = stack.enter_context(Member(broker, "guest-web", "web", folder))
        watch = stack.enter_context(
            Member(broker, WATCHER, "technician", folder, topics=(DEVICE_REPLY, STATUS))
        )
        expect(watch, "board and bridge", lambda: {BOARD, "bridge-1"} <= _online(watch), within=20)
        expect(web, "the hub", lambda: web.states.counters.keys() == KEYPADS.keys(), within=20)
        for counter in settings.counters:
            web.get("open", Open(uuid4(), counter.id, web.turn(counter.id), f"clerk-{counter.id}"))
            for _ in range(PRESSES // len(KEYPADS) + 1):
                web.get("take", Take(uuid4(), counter.services[0]))
        keys = [*KEYPADS.values()] * (PRESSES // len(KEYPADS))
        seconds = [_press(watch, line, address) for address in keys]
    return within("key-to-screen", percentile_ms(seconds, 99), "ms", limit=80)


def _press(watch: Member, line: SimulatedLine, address: int) -> float:
    """Press `next` once the board is still; the seconds until the board's next picture was here."""
    rested = monotonic() + APART_S
    while (left := rested - monotonic()) > 0:
        watch.step(left)
    _ask(watch, after=-1)
    frame = _picture(watch).frame
    _ask(watch, after=frame)
    line.press(address, "next")
    _picture(watch)
    arrived = monotonic()
    told_at = line.told_at(address)
    if told_at is None:
        raise RuntimeError("the keypad never told its key")
    return arrived - told_at


def _ask(watch: Member, *, after: int) -> None:
    """Ask the board for the frame after that one."""
    watch.heard.clear()
    ask_device(watch.session, watch.center, BOARD, "screenshot", Screenshot(uuid4(), width=64, after=after))


def _picture(watch: Member) -> Picture:
    answers: list[Answer] = []

    def came() -> bool:
        answers.extend(each.payload for each in watch.heard if isinstance(each.payload, Answer))
        return bool(answers)

    expect(watch, "the board's picture", came)
    return answers[0].read(Picture)


def _online(watch: Member) -> set[str]:
    return {each.ids["device"] for each in watch.heard if isinstance(each.payload, Status)}

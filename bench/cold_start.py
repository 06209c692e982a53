"""cold-start: from the start of a screen's process to its first frame, in a real window.

It is the command that systemd starts; presenting the first frame tells its moment besides. The floor is a
bare Python that opens a window with pygame, fills and presents it, taken in turn with it. No broker runs: a
screen shows itself before it has heard of anybody.
"""

import os
import statistics
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic

from bench.result import Result, within
from center.broker import PrivateBroker
from config.load import load_center
from demo.desktop import VirtualDesktop
from demo.files import TEMPLATES, Places, write_settings

SIZE = (1280, 800)
ROUNDS = 5
LUOT = """
import time
from screen.window import Window

def present_first(window, present=Window.present):
    present(window)
    print(time.monotonic(), flush=True)
    Window.present = present

Window.present = present_first
from technician.command import main
main()
"""
BARE = """
import time, pygame
pygame.display.init()
window = pygame.Window("bare", (1280, 800))
window.get_surface().fill("white")
window.flip()
print(time.monotonic(), flush=True)
"""
PARTS = {"board-1": "display", "sign-1": "display", "panel-1": "display", "kiosk-1": "kiosk"}


def run() -> list[Result]:
    with (
        TemporaryDirectory(dir="/var/tmp", prefix="luot-bench-") as name,
        VirtualDesktop(*SIZE) as desktop,
    ):
        folder, environment = Path(name), {**os.environ, **desktop.environment}
        environment["PYGAME_HIDE_SUPPORT_PROMPT"] = "1"
        broker = PrivateBroker(folder / "broker", load_center(TEMPLATES / "center.toml"), port=1)
        write_settings(folder, broker, Places(1, folder / "line", 1, "", ""))
        results = []
        for device, role in PARTS.items():
            part = ["-c", LUOT, role, "--config", str(folder / f"{device}.toml")]
            rounds = [
                (first_frame(part, environment), first_frame(["-c", BARE], environment))
                for _ in range(ROUNDS)
            ]
            seconds, floor = (statistics.median(each) for each in zip(*rounds, strict=True))
            results.append(within(f"cold-start {device}", seconds, "s", limit=0.8, floor=floor))
        return results


def first_frame(arguments: Sequence[str], environment: dict[str, str]) -> float:
    """Seconds from the start of that Python to its first frame."""
    began = monotonic()
    with subprocess.Popen(
        [sys.executable, *arguments], env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as process:
        assert process.stdout is not None
        told = process.stdout.readline()
        process.terminate()
    if not told:
        raise RuntimeError("it ended before its first frame")
    return float(told) - began

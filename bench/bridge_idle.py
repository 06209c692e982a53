"""bridge-idle: what a bridge takes while nobody presses: the share of a core, and the memory.

Eight devices are on its line (four keypads and four signs, 19200 baud), broker and hub are there, and it has
told that all of them are fine. It is the real process.
"""

from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic

from bench.process import resident_mb, seconds_used
from bench.result import Result, within
from bus.messages import Health
from bus.topics import HEALTH
from center.broker import PrivateBroker
from config.load import load_center
from demo.files import TEMPLATES, Places, write_settings
from demo.member import Member, expect
from demo.part import Part
from firmware_bridge.simulated import SimulatedLine

LINKS = 9  # the line and the devices on it
MEASURED_S = 20.0


def run() -> list[Result]:
    with TemporaryDirectory(dir="/var/tmp", prefix="luot-bench-") as name:
        share, memory = measure(Path(name))
    return [
        within("bridge-idle, of a core", share * 100, "%", limit=1),
        within("bridge-idle, memory", memory, "MB", limit=40),
    ]


def measure(folder: Path) -> tuple[float, float]:
    """The share of a core and the resident megabytes."""
    with (
        PrivateBroker(folder / "broker", load_center(TEMPLATES / "center.toml")) as broker,
        SimulatedLine(folder / "line", keypads=(1, 2, 3, 4), signs=(11, 12, 13, 14)) as line,
    ):
        write_settings(folder, broker, Places(1, line.path, 1, "", ""))
        with (
            Part("hub", folder / "hub.toml"),
            Member(broker, "guest-technician", "technician", folder, topics=(HEALTH,)) as watch,
            Part("bridge", folder / "bridge-1.toml") as bridge,
        ):
            expect(watch, "all devices", lambda: all_ready(watch), within=30)
            assert bridge.pid is not None
            began, used = monotonic(), seconds_used(bridge.pid)
            while (left := began + MEASURED_S - monotonic()) > 0:
                watch.step(left)
            return (seconds_used(bridge.pid) - used) / (monotonic() - began), resident_mb(bridge.pid)


def all_ready(watch: Member) -> bool:
    """Whether the bridge's last word is that every device is there."""
    told = [each.payload for each in watch.heard if each.ids["device"] == "bridge-1"]
    states = [link.state for link in told[-1].links] if told and isinstance(told[-1], Health) else []
    return states == ["ready"] * LINKS

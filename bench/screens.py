"""The screens of a centre: real processes, real windows of real size, with hub and broker."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from bus.messages import Health
from bus.topics import HEALTH
from center.broker import PrivateBroker
from config.load import load_center
from demo.desktop import VirtualDesktop
from demo.files import TEMPLATES, Places, write_settings
from demo.member import Member, expect
from demo.part import Part
from printer.simulated import SimulatedPrinter

SIZES = {"board-1": (1920, 1080), "kiosk-1": (1080, 1920), "panel-1": (1280, 800), "sign-1": (800, 480)}
START_S = 30.0


@contextmanager
def screens() -> Iterator[dict[str, int]]:
    """The process of each, once all have told that they show something."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(dir="/var/tmp", prefix="luot-bench-")))
        broker = stack.enter_context(PrivateBroker(folder / "broker", load_center(TEMPLATES / "center.toml")))
        paper = stack.enter_context(SimulatedPrinter())
        write_settings(folder, broker, Places(paper.port, folder / "line", 1, "", ""))
        side = max(max(size) for size in SIZES.values())
        desktop = stack.enter_context(VirtualDesktop(side, side))
        stack.enter_context(Part("hub", folder / "hub.toml"))
        parts = {}
        for name, (width, height) in SIZES.items():
            (folder / f"{name}.d").mkdir()
            (folder / f"{name}.d" / "size.toml").write_text(f"[screen]\nsize = [{width}, {height}]\n")
            role = "kiosk" if name.startswith("kiosk") else "display"
            parts[name] = Part(role, folder / f"{name}.toml", environment=desktop.environment)
            stack.enter_context(parts[name])
        watch = stack.enter_context(
            Member(broker, "guest-technician", "technician", folder, topics=(HEALTH,))
        )
        expect(watch, "all screens", lambda: _shown(watch) >= SIZES.keys(), within=START_S)
        yield {name: part.pid for name, part in parts.items() if part.pid is not None}


def _shown(watch: Member) -> set[str]:
    """The screens that have presented a frame and told so."""
    return {
        each.ids["device"]
        for each in watch.heard
        if isinstance(each.payload, Health) and each.payload.frame_age_s is not None
    }

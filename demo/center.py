"""`luot demo`: a whole centre on this machine, every part the process that it really is.

Only the hardware and the people are simulated: the printer's twin listens on TCP, the keypads and signs hang
on a pty, the kiosk's scanner on another, and citizens and clerks use them as people do.
"""

import fcntl
import logging
import os
import secrets
import shutil
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from center.broker import PrivateBroker, free_port
from config.errors import LuotError
from config.load import load_center
from demo.bank import Bank
from demo.figures import Figures, Times
from demo.files import TEMPLATES, Places, write_settings
from demo.options import DemoOptions
from demo.part import Part
from demo.people import PASSWORD, People
from demo.room import Room
from firmware_bridge.simulated import SimulatedLine
from printer.simulated import SimulatedPrinter
from scanner.simulated import SimulatedScanner
from web.login import hash_password

# Device → the role that its process runs.
PARTS = {
    "hub": "hub",
    "kiosk-1": "kiosk",
    "board-1": "display",
    "panel-1": "display",
    "sign-1": "display",
    "bridge-1": "bridge",
    "web-1": "web",
}
KEYPADS, SIGNS = (1, 2, 3, 4), (11, 12, 13, 14)
# Where the windows open on a desktop of 1920×1080, px: of each at least a part is seen.
POSITIONS = {"kiosk-1": "20,40", "board-1": "600,40", "panel-1": "900,420", "sign-1": "600,560"}
# Screens that are drawn without a desktop: only their pictures are seen.
HEADLESS: Mapping[str, str] = {"SDL_VIDEODRIVER": "dummy", "SDL_AUDIODRIVER": "dummy"}
READY_S = 120.0
TRIES = 3
PROGRESS_S = 5.0


@dataclass
class DemoCenter:
    """A running centre, its simulated hardware and its people."""

    folder: Path
    broker: PrivateBroker
    printer: SimulatedPrinter
    line: SimulatedLine
    scanner: SimulatedScanner
    web: str  # address of the clerks' page
    bank: Bank
    parts: dict[str, Part] = field(default_factory=dict)
    people: People | None = None


def run(options: DemoOptions) -> None:
    """Run the demo until its time is over or it is interrupted, and say what happened."""
    logging.getLogger().setLevel(logging.WARNING)
    with ExitStack() as stack:
        folder = options.folder or Path(stack.enter_context(TemporaryDirectory(prefix="luot-demo-")))
        stack.enter_context(_hold(folder := folder.resolve()))
        click.echo("Starting a whole centre on this machine …")
        room = stack.enter_context(
            open_center(folder, options.port, lambda device: _screens(options, device))
        )
        center = room.center
        center.people = People(
            room.watch, center.line, center.web, center.bank, seed=options.seed, speed=options.speed
        )
        center.people.start()
        stack.callback(center.people.stop)
        click.echo(f"\n  The control room   {room.address}")
        click.echo(f"  The clerk's page   {center.web}  (clerk-1 … clerk-4, manager-1, password {PASSWORD})")
        click.echo(f"  Its files          {folder}\n")
        click.echo("Open the control room in a browser. Ctrl-C ends the demo.\n")
        try:
            follow(room.figures, options.for_s)
        finally:
            click.echo("\n" + summary(room.figures))


@contextmanager
def _hold(folder: Path) -> Iterator[None]:
    """Keep the folder for this demo alone. Raises LuotError where it cannot be written, or another has it."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = (folder / "lock").open("w")
    except OSError as error:
        hint = "Choose another folder with --dir."
        raise LuotError(f"The folder {folder} cannot be used: {error}.", hint=hint) from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise LuotError(
                f"Another demo is running in {folder}.", hint="End it first, or choose another folder."
            ) from None
        yield


@contextmanager
def open_center(folder: Path, port: int, environment: Callable[[str], Mapping[str, str]]) -> Iterator[Room]:
    """Start everything and wait until every part is online; nobody is there yet.

    `environment` says what a device's process gets besides: where its window opens.
    """
    settings = load_center(
        Path(shutil.copy(TEMPLATES / "center.toml", folder))
    )  # and its layers, if there are
    with ExitStack() as stack:
        broker = stack.enter_context(PrivateBroker(folder / "broker", settings))
        printer = stack.enter_context(SimulatedPrinter(folder=folder / "paper"))
        line = stack.enter_context(SimulatedLine(folder / "line", keypads=KEYPADS, signs=SIGNS))
        scanner = stack.enter_context(SimulatedScanner(folder / "scanner"))
        places = Places(
            printer_port=printer.port,
            line=line.path,
            web_port=free_port(),
            password_hash=hash_password(PASSWORD),
            sepay_secret=secrets.token_hex(16),
            scanner=str(scanner.path),
        )
        write_settings(folder, broker, places)
        web = f"http://127.0.0.1:{places.web_port}"
        bank = Bank(web, places.sepay_secret)
        center = DemoCenter(folder, broker, printer, line, scanner, web, bank)
        for device, role in PARTS.items():
            part = Part(role, folder / f"{device}.toml", environment=environment(device))
            center.parts[device] = stack.enter_context(part)
        room = Room(center, port)
        room.start()
        stack.callback(room.stop)
        _wait_until_online(room, center)
        yield room


def _screens(options: DemoOptions, device: str) -> Mapping[str, str]:
    """Screens open windows on a desktop; without one they draw all the same, where only pictures see it."""
    desktop = os.environ.get("WAYLAND_DISPLAY") or os.environ.get("DISPLAY")
    if desktop and not options.headless:
        return {"SDL_VIDEO_WINDOW_POS": POSITIONS.get(device, "0,0")}
    return HEADLESS


def _wait_until_online(room: Room, center: DemoCenter) -> None:
    """Raises LuotError naming the parts that did not come, and where they say why."""
    deadline = time.monotonic() + READY_S
    while missing := [name for name in center.parts if not _online(room, name)]:
        failing = [name for name in missing if center.parts[name].restarts >= TRIES]
        if failing or time.monotonic() > deadline:
            why = [f"{name}: {center.parts[name].last_words()}" for name in failing or missing]
            raise LuotError(
                "\n".join(["These parts do not start.", *why]),
                hint=f"Their logs are in {center.folder / 'logs'} (use --dir to keep them).",
            )
        time.sleep(0.05)


def _online(room: Room, name: str) -> bool:
    status = room.watch.statuses.get(name)
    return status is not None and status.status == "online"


def follow(figures: Figures, seconds: float | None) -> None:
    """A line of progress until the time is over."""
    began = time.monotonic()
    while seconds is None or time.monotonic() - began < seconds:
        left = PROGRESS_S if seconds is None else min(PROGRESS_S, seconds - (time.monotonic() - began))
        time.sleep(max(0.0, left))
        line = (
            f"{len(figures.given)} given · {len(figures.called)} called · {len(figures.printed)} printed"
            f" · touch to paper {_span(figures.touch_to_paper.median)}"
            f" · key to screen {_span(figures.key_to_screen.median)}"
        )
        end = "\r" if sys.stdout.isatty() else "\n"
        sys.stdout.write(line.ljust(90) + end)
        sys.stdout.flush()


def summary(figures: Figures) -> str:
    """What happened, for the end of the demo."""
    return (
        f"numbers given    {len(figures.given)}\n"
        f"numbers called   {len(figures.called)}\n"
        f"tickets printed  {len(figures.printed)}\n"
        f"touch to paper   {_times(figures.touch_to_paper)}\n"
        f"key to screen    {_times(figures.key_to_screen)}"
    )


def _times(times: Times) -> str:
    return f"median {_span(times.median)}, 99th percentile {_span(times.percentile_99)}"


def _span(seconds: float | None) -> str:
    if seconds is None:
        return "–"
    return f"{seconds:.2f} s" if seconds >= 1 else f"{seconds * 1000:.0f} ms"

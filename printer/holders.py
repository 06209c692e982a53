"""Who has a USB printer in our place: another program, as CUPS, or nobody, where a driver is missing.

Read from `/sys` and `/proc`. Programs of other users are seen by root alone.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from printer.wires import UsbPort

PRINTER_CLASS = "07"
DRIVER = "usblp"  # the kernel's, which makes the device file
OURS = "luot"
CUPS = ("cupsd", "usb")  # the service, and what it starts for a USB printer
FREE = "sudo systemctl disable --now cups.socket cups"


@dataclass(frozen=True)
class Machine:
    """Where the kernel tells of itself."""

    usb: Path = Path("/sys/bus/usb/devices")
    bus: Path = Path("/dev/bus/usb")
    processes: Path = Path("/proc")


def trouble(port: UsbPort, machine: Machine = Machine()) -> str:
    """Why it cannot be opened, and what to do; nothing where nothing stands in the way."""
    try:
        file = port.path()
    except OSError:
        return _without_a_file(port, machine)
    if not file.exists():
        return _without_a_file(port, machine)
    return _held(file, machine)


def _without_a_file(port: UsbPort, machine: Machine) -> str:
    """A printer without a device file: the driver lets go of it for a program that talks USB itself."""
    for device, driver in _printers(machine):
        serial = _text(device / "serial")
        if "/" not in port.name and serial != port.name:
            continue
        if driver == DRIVER:
            continue
        number = f"{int(_text(device / 'busnum') or 0):03}/{int(_text(device / 'devnum') or 0):03}"
        held = _held(machine.bus / number, machine)
        return (
            held
            or f"the kernel's driver is not on it: sudo modprobe {DRIVER}, or pull its plug and put it in"
        )
    return "it is not plugged in, or off"


def _printers(machine: Machine) -> Iterator[tuple[Path, str]]:
    """Every USB printer, and which driver has it."""
    for interface in sorted(machine.usb.glob("*:*")):
        if _text(interface / "bInterfaceClass") == PRINTER_CLASS:
            driver = interface / "driver"
            yield interface.resolve().parent, driver.resolve().name if driver.exists() else ""


def _held(file: Path, machine: Machine) -> str:
    """By whom else it is open."""
    for process in sorted(machine.processes.glob("[0-9]*")):
        name = _text(process / "comm")
        if name != OURS and file.resolve() in _open_files(process):
            advice = FREE if name in CUPS else f"end it (process {process.name})"
            return f"{'CUPS' if name in CUPS else name} holds it: {advice}"
    return ""


def _open_files(process: Path) -> Iterator[Path]:
    try:
        for each in (process / "fd").iterdir():
            yield each.resolve()
    except OSError:  # it has ended, or is another user's
        return


def _text(file: Path) -> str:
    try:
        return file.read_text().strip()
    except OSError:
        return ""

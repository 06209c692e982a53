"""The ways to a printer: found again under another name, and what is said when they are not there."""

import errno
import os
from pathlib import Path

import pytest

from config.errors import HardwareAbsent
from config.settings import PrinterPort
from printer.port import Port
from printer.simulated import SimulatedPrinter
from printer.wires import Network, SerialLine, UsbPort, Wire, wire_of

ASK = b"\x10\x04\x01"


def plugged(folder: Path, name: str, serial: str) -> None:
    """The kernel lists a USB printer: its class entry leads to the interface, below the device."""
    device = folder / "devices" / serial
    (device / "1-1:1.0").mkdir(parents=True, exist_ok=True)
    (device / "serial").write_text(f"{serial}\n")
    listed = folder / "class" / name
    listed.mkdir(parents=True)
    (listed / "device").symlink_to(device / "1-1:1.0")


def unplugged(folder: Path, name: str) -> None:
    (folder / "class" / name / "device").unlink()
    (folder / "class" / name).rmdir()


def test_settings_name_the_wire() -> None:
    assert wire_of(PrinterPort(host="10.0.0.9", port=9101)) == Network("10.0.0.9", 9101)
    assert wire_of(PrinterPort(serial="/dev/ttyS0", profile="epson-tm-t20")) == SerialLine(
        "/dev/ttyS0", 38400
    )
    assert wire_of(PrinterPort(serial="/dev/ttyS0", baud=19200)) == SerialLine("/dev/ttyS0", 19200)
    assert wire_of(PrinterPort(usb="X3YD012345")) == UsbPort("X3YD012345")


def test_usb_printer_is_found_by_its_serial_number_wherever_it_is_plugged_in(tmp_path: Path) -> None:
    devices = tmp_path / "dev"
    devices.mkdir()
    wire = UsbPort("X3YD012345", tmp_path / "class", devices)
    plugged(tmp_path, "lp0", "ANOTHER")
    with Port(wire) as port:
        with pytest.raises(HardwareAbsent, match="no USB printer has this serial number"):
            port.open()
        for name in ("lp1", "lp2"):  # it comes back under another name
            plugged(tmp_path, name, "X3YD012345")
            with SimulatedPrinter(path=devices / name):
                port.open()
                port.send(ASK)
                assert port.receive(30) == b"\x12"
            unplugged(tmp_path, name)
            with pytest.raises(HardwareAbsent):
                port.receive(30)
            assert not port.is_open


@pytest.mark.parametrize("kind", ["serial", "usb"])
def test_printer_that_takes_nothing_more_fails_in_bounded_time(kind: str) -> None:
    ours, theirs = os.openpty()  # and nobody reads
    path = os.ttyname(theirs)
    wire = SerialLine(path, 9600) if kind == "serial" else UsbPort(path)
    with Port(wire, send_s=0.2) as port:
        port.open()
        with pytest.raises(HardwareAbsent, match="busy for too long"):
            port.send(bytes(1_000_000))
    os.close(ours)
    os.close(theirs)


@pytest.mark.parametrize(
    ("wire", "code", "advice"),
    [
        (UsbPort("/dev/usb/lp0"), errno.EBUSY, "CUPS"),
        (UsbPort("/dev/usb/lp0"), errno.ENOENT, "CUPS"),
        (UsbPort("/dev/usb/lp0"), errno.EACCES, "usermod"),
        (SerialLine("/dev/ttyS0", 9600), errno.ENOENT, "baud"),
        (Network("10.0.0.9", 9100), errno.ECONNREFUSED, "host and port"),
    ],
)
def test_advice_says_where_to_look(wire: Wire, code: int, advice: str) -> None:
    assert advice in wire.advice(OSError(code, ""))

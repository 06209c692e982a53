"""The three ways to a printer: network, serial line, USB. Each opens to something with a file descriptor.

What a printer says without words, a one-way printer too, is asked here: the paper contact of a USB port
(`LPGETSTATUS`) and the CTS line of a serial one. Timings and errors are the same for all (`printer.port`).
"""

import errno
import fcntl
import os
import socket
import termios
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Protocol

from serial import Serial

from config.settings import PrinterPort
from printer.profiles import profile_of
from printer.status import PrinterState, state_of_usb

CONNECT_S = 2.0
LPGETSTATUS = 0x060B
PRINTERS, DEVICES = Path("/sys/class/usbmisc"), Path("/dev/usb")


class Handle(Protocol):
    """An open way."""

    def fileno(self) -> int: ...

    def close(self) -> None: ...


class Wire(Protocol):
    """A way to a printer. What goes wrong is an `OSError`."""

    loses: ClassVar[bool]  # what is on it when it is unplugged, and the printer goes on waiting for that

    def open(self) -> Handle:
        """Connect, within `CONNECT_S`; nothing that is read or written blocks."""

    def state(self, handle: Handle) -> PrinterState | None:
        """What the wire itself says of the printer, if it says anything."""

    def advice(self, error: OSError) -> str:
        """What a person should look at."""


def wire_of(printer: PrinterPort) -> Wire:
    """The way that the settings name."""
    if printer.serial:
        return SerialLine(printer.serial, profile_of(printer).baud)
    return UsbPort(printer.usb) if printer.usb else Network(printer.host, printer.port)


@dataclass(frozen=True)
class Network:
    """TCP, as network printers listen on port 9100."""

    loses: ClassVar = False
    host: str
    port: int

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"

    def open(self) -> Handle:
        try:
            opened = socket.create_connection((self.host, self.port), CONNECT_S)
        except UnicodeError as error:  # a host that no name server can be asked for
            raise OSError(errno.EINVAL, str(error)) from error
        opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        opened.setblocking(False)
        return opened

    def state(self, handle: Handle) -> PrinterState | None:
        return None

    def advice(self, error: OSError) -> str:
        return "see that the printer is on, that its cable is in, and that host and port are its own"


@dataclass(frozen=True)
class SerialLine:
    """A serial port with RTS/CTS, without which a printer loses what its buffer cannot take."""

    loses: ClassVar = True
    path: str
    baud: int

    def __str__(self) -> str:
        return self.path

    def open(self) -> Handle:
        try:
            return Serial(self.path, self.baud, timeout=0, write_timeout=0, rtscts=True, exclusive=True)
        except termios.error as error:  # a port that vanishes while it is opened
            raise OSError(*error.args) from error

    def state(self, handle: Handle) -> PrinterState | None:
        assert isinstance(handle, Serial)
        try:
            return PrinterState.READY if handle.cts else PrinterState.OFFLINE
        except OSError as error:
            if error.errno == errno.ENOTTY:  # a port without this line
                return None
            raise

    def advice(self, error: OSError) -> str:
        return "see that the printer is on, that its cable is in, and that its baud rate is the one set here"


@dataclass(frozen=True)
class UsbPort:
    """The kernel's device file of a USB printer, by its path or a link, or by the printer's serial number."""

    loses: ClassVar = True
    name: str
    printers: Path = PRINTERS
    devices: Path = DEVICES

    def __str__(self) -> str:
        return self.name

    def open(self) -> Handle:
        return open(self.path(), "r+b", buffering=0, opener=_without_waiting)

    def state(self, handle: Handle) -> PrinterState | None:
        status = bytearray(4)
        try:
            fcntl.ioctl(handle.fileno(), LPGETSTATUS, status)
        except OSError as error:
            if error.errno in (errno.ENOTTY, errno.EINVAL):  # the model has no such status
                return None
            raise
        return state_of_usb(status[0])

    def advice(self, error: OSError) -> str:
        if error.errno == errno.EBUSY:
            return "another program holds it, CUPS perhaps: sudo systemctl disable --now cups.socket cups"
        if error.errno in (errno.EACCES, errno.EPERM):
            return "let this user use it: sudo usermod -aG lp luot"
        return (
            "see that the printer is on and its cable is in; where `lsusb` shows it, CUPS may have taken it "
            "from the kernel: sudo systemctl disable --now cups.socket cups"
        )

    def path(self) -> Path:
        """Its device file, wherever it is plugged in."""
        if "/" in self.name:
            return Path(self.name)
        for listed in sorted(self.printers.glob("lp*")):
            serial = (listed / "device").resolve().parent / "serial"  # of the device, above its interface
            if serial.is_file() and serial.read_text().strip() == self.name:
                return self.devices / listed.name
        raise FileNotFoundError(errno.ENOENT, "no USB printer has this serial number")


def _without_waiting(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NONBLOCK | os.O_NOCTTY)

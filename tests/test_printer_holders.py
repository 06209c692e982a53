"""Who has a USB printer in our place, read from trees as the kernel makes them."""

import os
from pathlib import Path

import pytest

from printer.holders import DRIVER, Machine, trouble
from printer.wires import UsbPort

SERIAL = "J5XK012345"


class Desk:
    """A machine with a USB printer and its serial number."""

    def __init__(self, folder: Path) -> None:
        self.machine = Machine(folder / "usb", folder / "bus", folder / "proc")
        self.folder = folder
        self.file = folder / "dev" / "lp0"
        self.device = folder / "devices" / "1-1"
        for name, text in (("serial", SERIAL), ("busnum", "1"), ("devnum", "7")):
            write(self.device / name, f"{text}\n")
        interface = self.device / "1-1:1.0"
        write(interface / "bInterfaceClass", "07\n")
        link(self.machine.usb / "1-1:1.0", interface)
        write(self.machine.bus / "001" / "007", "")
        write(self.file, "")
        self.driven_by(DRIVER)

    def driven_by(self, driver: str) -> None:
        """The kernel's driver makes the device file, and only that one."""
        for old in (self.device / "1-1:1.0" / "driver", self.folder / "class" / "lp0" / "device"):
            old.unlink(missing_ok=True)
        if driver:
            (self.folder / "drivers" / driver).mkdir(parents=True)
            link(self.device / "1-1:1.0" / "driver", self.folder / "drivers" / driver)
        if driver == DRIVER:
            link(self.folder / "class" / "lp0" / "device", self.device / "1-1:1.0")

    def opened_by(self, program: str, file: Path) -> None:
        process = self.machine.processes / "77"
        write(process / "comm", f"{program}\n")
        link(process / "fd" / "5", file)

    @property
    def trouble(self) -> str:
        port = UsbPort(SERIAL, self.folder / "class", self.folder / "dev")
        return trouble(port, self.machine)


def write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)


def link(at: Path, to: Path) -> None:
    at.parent.mkdir(parents=True, exist_ok=True)
    at.symlink_to(to)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_nothing_stands_in_the_way_of_a_free_printer_or_of_ours(desk: Desk) -> None:
    assert desk.trouble == ""
    desk.opened_by("luot", desk.file)
    assert desk.trouble == ""


def test_a_program_that_has_its_file_open_is_named(desk: Desk) -> None:
    desk.opened_by("cat", desk.file)
    assert desk.trouble == "cat holds it: end it (process 77)"


def test_cups_that_took_it_from_the_kernel_is_named(desk: Desk) -> None:
    desk.driven_by("usbfs")
    desk.opened_by("usb", desk.machine.bus / "001" / "007")
    assert desk.trouble.startswith("CUPS holds it: sudo systemctl disable")


def test_a_printer_without_its_driver_is_told_from_one_that_is_off(desk: Desk) -> None:
    desk.driven_by("")
    assert "sudo modprobe usblp" in desk.trouble
    (desk.machine.usb / "1-1:1.0").unlink()
    assert desk.trouble == "it is not plugged in, or off"


def test_by_its_path_a_file_that_we_hold_is_seen_on_this_machine(tmp_path: Path) -> None:
    file = tmp_path / "lp0"
    assert trouble(UsbPort(str(file)), Machine(usb=tmp_path)) == "it is not plugged in, or off"
    with file.open("wb"):
        assert f"(process {os.getpid()})" in trouble(UsbPort(str(file)))
    assert trouble(UsbPort(str(file))) == ""

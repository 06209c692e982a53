"""What the shape of a device's file cannot say: files that are there, hardware that has room beside other."""

import re
from collections.abc import Iterator
from ipaddress import ip_address
from pathlib import Path
from typing import get_args

from config.hardware import LAST_REGISTER, ModbusSign, PadKey
from config.layers import Document, values
from config.shape import Mistake, convert, each_once, meant, mistakes, name, quoted

HARDWARE = ("line", "pads", "modbus", "gpio")  # the tables of a bridge
PAD_KEYS = get_args(PadKey)
PINS = (
    "buttons.*.pin", "lamps.*.pin", "towers.*.green", "towers.*.amber", "towers.*.red", "buzzers.*.pin",
    "sensors.*.pin",
)  # fmt: skip


def device_rules(document: Document) -> Iterator[Mistake]:
    """Mistakes in a device's file."""
    yield from _broker(document)
    yield from _printer(document)
    yield from _hardware(document)
    shows, counter = document.get("shows"), document.get("counter")
    if shows in ("sign", "panel") and counter is None:
        yield Mistake(
            ("shows",), f'`counter` is missing: add the counter whose {shows} this is, as in counter = "1"'
        )
    if shows == "board" and counter is not None:
        yield Mistake(("counter",), "`counter` has no place here: a board shows every counter; remove it")
    volume = document.get("volume")
    for written in volume if isinstance(volume, dict) else ():
        if not re.fullmatch(r"([01][0-9]|2[0-3]):[0-5][0-9]", written):
            yield Mistake(("volume", written), f'`volume`: {quoted(written)} is no hour, as "07:30" is one')
    yield from each_once(values(document, "logins.*.name"), "give each person a name of their own")
    for path, written in values(document, "logins.*.password_hash"):
        if isinstance(written, str) and not written.startswith("$argon2id$"):
            yield Mistake(path, f"`{name(path)}` is not a password's hash: make one by `luot login`")


def _broker(document: Document) -> Iterator[Mistake]:
    broker = document.get("broker", {})
    if not isinstance(broker, dict):
        return
    authority = broker.get("ca")
    if isinstance(authority, str) and authority and not Path(authority).is_file():
        yield Mistake(
            ("broker", "ca"), f"`broker.ca` names no file: copy the centre's authority to {authority}"
        )
    host = broker.get("host", "localhost")
    if not authority and not broker.get("socket") and isinstance(host, str) and not _is_loopback(host):
        yield Mistake(
            ("broker", "host"),
            "`broker.ca` is missing: a broker on another machine is reached by TLS only; "
            "add the file of the centre's authority",
        )


def _printer(document: Document) -> Iterator[Mistake]:
    printer = document.get("printer")
    if not isinstance(printer, dict):
        return
    ways = [key for key in ("host", "serial", "usb", "device") if printer.get(key)]
    if document.get("role") == "printer" and "device" in ways:
        yield Mistake(("printer", "device"), "`printer.device` is for kiosks that print here: remove it")
    elif ways == ["device"]:
        for key in printer.keys() - {"device"}:
            where = ("printer", key)
            yield Mistake(where, f"`{name(where)}` is said where the printer itself is: remove it here")
    if not ways:
        yield Mistake(
            ("printer",),
            "`printer` does not say how it is connected: add `host`, `serial` or `usb`, "
            'as in host = "192.168.1.31"',
        )
    for way in ways[1:]:
        yield Mistake(
            ("printer", way), f"`printer.{way}`: it is connected by `{ways[0]}` already; remove one"
        )
    template = printer.get("template")
    if isinstance(template, str) and not Path(template).is_file():
        yield Mistake(("printer", "template"), f"`printer.template` names no file: {template}")


def _hardware(document: Document) -> Iterator[Mistake]:
    """A bridge is between hardware and the bus."""
    if document.get("role") == "bridge" and not any(document.get(key) for key in HARDWARE):
        yield Mistake(
            ("role",), "a bridge has no hardware: add `[line]`, `[[pads]]`, `[modbus]` or `[gpio]`, as it has"
        )
    yield from each_once(
        [
            place
            for kind in ("keypads", "raters", "signs", "lamps")
            for place in values(document, f"line.{kind}.*.address")
        ],
        "set another address on one of the two devices, and here",
    )
    yield from each_once(
        values(document, "modbus.signs.*.address"), "set another address on one of the two signs, and here"
    )
    yield from _registers(document)
    yield from each_once(
        [*values(document, "line.port"), *values(document, "modbus.port")],
        "Modbus signs need a line and an adapter of their own",
    )
    yield from each_once(
        [place for key in PINS for place in values(document, f"gpio.{key}")], "a pin has one wire"
    )
    yield from each_once(values(document, "pads.*.device"), "a number pad acts for one counter")
    yield from each_once(values(document, "pads.*.counter"), "a counter has one number pad")
    for path, keys in values(document, "pads.*.keys"):
        for key in keys if isinstance(keys, dict) else ():
            if key not in PAD_KEYS:
                there_is_none = f"`{name(path)}`: a number pad has no key {quoted(key)}"
                yield Mistake((*path, key), there_is_none + meant(key, PAD_KEYS))


def _registers(document: Document) -> Iterator[Mistake]:
    """A Modbus sign's registers are there, and each is for one thing."""
    for path, written in values(document, "modbus.signs.*"):
        if any(mistakes(written, ModbusSign)):
            continue
        registers = convert(written, ModbusSign).registers
        if max(registers) > LAST_REGISTER:
            where = (*path, "register")
            yield Mistake(where, f"`{name(where)}`: the number ends beyond {LAST_REGISTER}, the last one")
        for register in sorted({each for each in registers if registers.count(each) > 1}):
            yield Mistake(
                path,
                f"`{name(path)}`: register {register} would be written for two things, of which one is "
                "lost; compare `register`, `width`, `letter`, `blink` and `light` with the manual",
            )


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False

"""The hardware of a bridge in its file: what is told of mistakes, and tables that are right."""

from pathlib import Path

import pytest

from config.errors import SettingsError
from config.load import load
from config.settings import BridgeSettings

BRIDGE = 'center = "tan-lap"\ndevice = "bridge-1"\nrole = "bridge"\n'
LINE = """\
[line]
port = "/dev/serial/by-id/usb-FTDI"
keypads = [{ address = 1, counter = "1" }, { address = 2, counter = "2" }]
signs = [{ address = 11, counter = "1" }]
"""
PADS = """\
[[pads]]
device = "/dev/input/by-id/usb-pad-event-kbd"
counter = "1"
keys = { enter = "next", "." = "hold" }
"""
MODBUS = """\
[modbus]
port = "/dev/serial/by-id/usb-FTDI"
[[modbus.signs]]
address = 3
counter = "1"
register = 7
"""
ACTS = (
    '"close", "finish", "hold", "next", "no-show", "open", "pause", "rate-1", "rate-2", "rate-3", "rate-4", '
    '"rate-5", "recall", "requeue", "start"'
)


def read(folder: Path, hardware: str) -> BridgeSettings:
    file = folder / "bridge-1.toml"
    file.write_text(BRIDGE + hardware)
    settings = load(file)
    assert isinstance(settings, BridgeSettings)
    return settings


def told(folder: Path, hardware: str) -> list[str]:
    """What is told of the file; its hardware begins with line 4."""
    with pytest.raises(SettingsError) as caught:
        read(folder, hardware)
    return [line.removeprefix(f"{folder}/bridge-1.toml:") for line in caught.value.message.splitlines()]


def test_all_tables_together(tmp_path: Path) -> None:
    settings = read(
        tmp_path,
        LINE.replace("usb-FTDI", "usb-other") + PADS + MODBUS + 'code = "ascii-pairs"\n'
        "light = { register = 9, on = 7 }\n"
        '[gpio]\nbuttons = [{ pin = 5, counter = "1" }]\nsensors = [{ pin = 13, watches = "door" }]\n',
    )  # fmt: skip
    assert settings.line is not None
    assert settings.modbus is not None
    assert settings.gpio is not None
    assert settings.pads[0].keys == {"enter": "next", ".": "hold"}


@pytest.mark.parametrize("hardware", ["", "pads = []", "[gpio]"])
def test_a_bridge_has_hardware(tmp_path: Path, hardware: str) -> None:
    assert told(tmp_path, hardware) == [
        "3: a bridge has no hardware: add `[line]`, `[[pads]]`, `[modbus]` or `[gpio]`, as it has"
    ]


@pytest.mark.parametrize("address", ["1", "11"])
def test_an_address_belongs_to_one_device_of_the_line(tmp_path: Path, address: str) -> None:
    [line] = told(tmp_path, LINE.replace("address = 2", f"address = {address}"))
    assert f"address` has {address} a second time" in line


def test_each_key_of_a_keypad_is_an_act(tmp_path: Path) -> None:
    hardware = LINE.replace("address = 2,", 'address = 2, keys = ["next", "recal"],')
    assert told(tmp_path, hardware) == [
        f'6: `line.keypads.keys` must be one of {ACTS}, not "recal"; did you mean "recall"?'
    ]


def test_a_keypad_has_keys(tmp_path: Path) -> None:
    [line] = told(tmp_path, LINE.replace("address = 2,", "address = 2, keys = [],"))
    assert line.startswith("6: `line.keypads.keys` must be a list in brackets, each of them one of")
    assert line.endswith(", not a list of 0")


def test_the_keys_of_a_number_pad_go_by_what_stands_on_them(tmp_path: Path) -> None:
    wrong = PADS.replace('enter = "next"', 'entr = "next"').replace("hold", "holt")
    assert told(tmp_path, wrong + PADS) == [
        f'7: `pads.keys..` must be one of {ACTS}, not "holt"; did you mean "hold"?',
        '7: `pads.keys`: a number pad has no key "entr"; did you mean "enter"?',
        '9: `pads.device` has "/dev/input/by-id/usb-pad-event-kbd" a second time: '
        "a number pad acts for one counter",
        '10: `pads.counter` has "1" a second time: a counter has one number pad',
    ]


def test_keys_that_are_no_table_are_told_how_to_write_one(tmp_path: Path) -> None:
    [line] = told(tmp_path, PADS.replace('{ enter = "next", "." = "hold" }', '"enter"'))
    assert 'must be acts by key, as in { enter = "next", "+" = "recall" }, not "enter"' in line


def test_every_mistake_in_a_sign_of_the_market_is_told(tmp_path: Path) -> None:
    hardware = MODBUS.replace("address", "adress") + 'code = "ASCII"\nwidth = 10\n'
    assert told(tmp_path, hardware) == [
        "7: unknown key `modbus.signs.adress`: did you mean `address`?",
        '10: `modbus.signs.code` must be one of "ascii", "ascii-pairs", "bcd", "integer", not "ASCII"; '
        'did you mean "ascii"?',
        "11: `modbus.signs.width` must be a whole number from 1 to 8, not 10",
    ]


def test_the_number_of_a_sign_ends_within_its_registers(tmp_path: Path) -> None:
    hardware = MODBUS.replace("register = 7", 'register = 65533\ncode = "ascii"')
    assert told(tmp_path, hardware) == [
        "9: `modbus.signs.register`: the number ends beyond 65535, the last one"
    ]
    assert read(tmp_path, hardware.replace("65533", "65532")).modbus


@pytest.mark.parametrize("more", ["letter = 8", "blink = { register = 7 }", "light = { register = 8 }"])
def test_a_register_of_a_sign_is_for_one_thing(tmp_path: Path, more: str) -> None:
    hardware = f'{MODBUS}code = "ascii-pairs"\n{more}\n'
    [line] = told(tmp_path, hardware)
    assert line.startswith("6: `modbus.signs`: register ")
    assert "would be written for two things" in line
    assert read(tmp_path, hardware.replace(" 8", " 9").replace("{ register = 7", "{ register = 9")).modbus


@pytest.mark.parametrize(
    ("hardware", "mistake"),
    [
        (
            '[gpio]\nlamps = [{ pin = 17, counter = "1" }]\nbuttons = [{ pin = 17, counter = "1" }]',
            "`gpio.lamps.pin` has 17 a second time: a pin has one wire",
        ),
        (
            '[gpio]\ntowers = [{ green = 22, amber = 22, red = 24, counter = "1" }]',
            "`gpio.towers.amber` has 22 a second time",
        ),
        ('[gpio]\nlamps = [{ pin = 28, counter = "1" }]', "must be a GPIO's number, 2 to 27"),
        ('[gpio]\nlamps = [{ pin = "GPIO17", counter = "1" }]', "must be a GPIO's number, 2 to 27"),
        ('[gpio]\nbuttons = [{ pin = 5, counter = "1", key = "nex" }]', 'did you mean "next"'),
        ('[gpio]\nsensors = [{ pin = 5, watches = "window" }]', 'one of "door", "paper"'),
        (
            MODBUS + '[[modbus.signs]]\naddress = 3\ncounter = "2"\nregister = 0',
            "`modbus.signs.address` has 3 a second time",
        ),
        (LINE + MODBUS, "Modbus signs need a line and an adapter of their own"),
        ('[modbus]\nport = "a"\nsigns = []', "`modbus.signs` must be tables"),
        ('[[modbus]]\nport = "a"', "`modbus` must be a table, not several: its header has single brackets"),
    ],
)
def test_mistakes_in_the_tables_are_named(tmp_path: Path, hardware: str, mistake: str) -> None:
    [line] = told(tmp_path, hardware)
    assert mistake in line

"""Settings files: read in layers, judged whole, and every mistake told with its place."""

import copy
import json
import os
import re
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from center.leases import SIZES
from config.categories import CATEGORIES, Category
from config.device_rules import device_rules
from config.errors import SettingsError
from config.load import ROLES, Role, is_center, load, load_center
from config.rules import LEASED_NUMBERS, center_rules
from config.settings import (
    Account,
    BridgeSettings,
    CenterSettings,
    Counter,
    DisplaySettings,
    Hours,
    HubSettings,
    KioskSettings,
    Service,
    Theme,
)
from config.shape import convert, mistakes

KIOSK = """\
role = "kiosk"
center = "tan-lap"
device = "kiosk-1"

[printer]
host = "192.168.1.9"
"""

BRIDGE = """\
role = "bridge"
center = "tan-lap"
device = "bridge-1"

[line]
port = "/dev/serial/by-id/usb-FTDI"
keypads = [
    { address = 1, counter = "1" },
    { address = 2, counter = "2" },
]
signs = [{ address = 11, counter = "1" }]
"""

WEB = """\
role = "web"
center = "tan-lap"
device = "web-1"
sepay_secret = "hunter2-sepay"

[broker]
password = "hunter2-broker"

[[logins]]
name = "clerk-1"
password_hash = "$argon2id$hunter2-hash"
"""

CENTER = """\
center = "tan-lap"
title = { vi = "Trung tâm Phục vụ hành chính công" }
name = { vi = "Phường Tân Lập", en = "Tân Lập Ward" }
languages = ["vi", "en"]

[bank]
bin = "970403"
account = "0011012345678"

[[services]]
id = "land"
letter = "A"
name = { vi = "Đất đai" }
fees = [{ purpose = "Sổ đỏ", amount = 8_000 }]

[[services]]
id = "papers"
letter = "B"
name = { vi = "Hộ tịch" }

[[counters]]
id = "1"
number = "1"
services = ["land"]
overflow = ["papers"]

[[counters]]
id = "2"
number = "2"
services = ["papers"]

[[devices]]
id = "kiosk-1"
role = "kiosk"

[[devices]]
id = "bridge-1"
role = "bridge"
counters = ["1", "2"]
"""

NAME = "a name in quotes, of at most 32 small letters, digits and hyphens"


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def told(path: Path) -> list[str]:
    """The lines that a technician reads about a file, without the folder that it lies in."""
    read = load_center if is_center(path) else load
    with pytest.raises(SettingsError) as caught:
        read(path)
    return [line.removeprefix(f"{path.parent}/") for line in caught.value.message.splitlines()]


def test_a_short_file_is_a_device(tmp_path: Path) -> None:
    settings = load(write(tmp_path / "kiosk-1.toml", KIOSK))
    assert isinstance(settings, KioskSettings)
    assert (settings.center, settings.device, settings.printer.host) == ("tan-lap", "kiosk-1", "192.168.1.9")
    assert settings.printer.port == 9100
    assert settings.folder == Path("/var/lib/luot/kiosk-1")


def test_a_centre_is_read_whole(tmp_path: Path) -> None:
    center = load_center(write(tmp_path / "center.toml", CENTER))
    assert [each.letter for each in center.services] == ["A", "B"]
    assert center.counters[0].overflow == ("papers",)
    assert center.devices[1].counters == ("1", "2")
    assert center.services[0].fees[0].amount == 8000


def test_files_are_told_apart_by_what_they_say(tmp_path: Path) -> None:
    assert is_center(write(tmp_path / "a.toml", CENTER))
    assert is_center(write(tmp_path / "b.toml", "devices = []\nservices = []\n"))
    for text in (KIOSK, BRIDGE, WEB, 'device = "kiosk-1"', "", KIOSK.replace("device", "devices")):
        assert not is_center(write(tmp_path / "c.toml", text))


def test_layers_come_one_over_the_other(tmp_path: Path) -> None:
    write(
        tmp_path / "luot.toml",
        'center = "tan-lap"\nbroker = { host = "127.0.0.1", port = 1, username = "u" }',
    )
    write(tmp_path / "kiosk-1.toml", KIOSK.replace('center = "tan-lap"\n', "") + "[broker]\nport = 2\n")
    write(tmp_path / "kiosk-1.d" / "20-later.toml", "[broker]\nport = 4\n")
    write(tmp_path / "kiosk-1.d" / "10-early.toml", "[broker]\nport = 3\n[printer]\nport = 9101\n")
    write(tmp_path / "kiosk-1.d" / "30-not.txt", "port = 5")
    settings = load(tmp_path / "kiosk-1.toml")
    assert isinstance(settings, KioskSettings)
    assert settings.center == "tan-lap"
    assert (settings.broker.host, settings.broker.port, settings.broker.username) == ("127.0.0.1", 4, "u")
    assert (settings.printer.host, settings.printer.port) == ("192.168.1.9", 9101)


def test_a_list_of_a_later_layer_replaces_the_earlier_one(tmp_path: Path) -> None:
    write(tmp_path / "bridge-1.toml", BRIDGE)
    write(tmp_path / "bridge-1.d" / "line.toml", '[line]\nkeypads = [{ address = 7, counter = "1" }]\n')
    settings = load(tmp_path / "bridge-1.toml")
    assert isinstance(settings, BridgeSettings)
    assert settings.line is not None
    assert [each.address for each in settings.line.keypads] == [7]
    assert [each.address for each in settings.line.signs] == [11]


def test_a_mistake_names_the_layer_that_it_comes_from(tmp_path: Path) -> None:
    write(tmp_path / "luot.toml", '\n[broker]\nport = "8883"\n')
    write(tmp_path / "kiosk-1.d" / "printer.toml", "[printer]\nwidth = 80\n")
    lines = told(write(tmp_path / "kiosk-1.toml", KIOSK + "colour = 1\n"))
    assert lines == [
        'luot.toml:3: `broker.port` must be a whole number from 1 to 65535, not "8883"',
        "kiosk-1.toml:7: unknown key `printer.colour`: "
        "it is none of profile, host, port, serial, usb, device, template, roll_m, width, cutter, status, "
        "confirm, native_qr, doubles, baud; remove it",
        "kiosk-1.d/printer.toml:2: `printer.width` must be one of 384, 576, not 80",
    ]


def test_a_relative_path_is_relative_to_the_file_that_says_it(tmp_path: Path) -> None:
    write(tmp_path / "luot.toml", '[broker]\nca = "tls/ca.crt"\n')
    write(tmp_path / "tls" / "ca.crt", "")
    path = write(tmp_path / "hub.toml", 'role = "hub"\ncenter = "tan-lap"\ndevice = "hub"\n')
    write(tmp_path / "hub.d" / "data.toml", 'data = "here"\n')
    settings = load(path)
    assert isinstance(settings, HubSettings)
    assert settings.catalog == tmp_path / "center.toml"
    assert settings.broker.ca == str(tmp_path / "tls" / "ca.crt")
    assert settings.folder == tmp_path / "hub.d" / "here"


def test_the_folders_of_a_board_lie_beside_its_file(tmp_path: Path) -> None:
    text = 'role = "display"\ncenter = "tan-lap"\ndevice = "board-1"\nshows = "board"\n'
    path = write(tmp_path / "board-1.toml", text + 'pictures = "pictures"\nvoice = "/srv/voice"\n')
    settings = load(path)
    assert isinstance(settings, DisplaySettings)
    assert (settings.pictures, settings.voice) == (tmp_path / "pictures", Path("/srv/voice"))
    write(tmp_path / "board-1.d" / "voice.toml", 'voice = "voice"\n')
    settings = load(path)
    assert isinstance(settings, DisplaySettings)
    assert settings.voice == tmp_path / "board-1.d" / "voice"


def test_every_mistake_is_told_in_one_run(tmp_path: Path) -> None:
    text = """\
rol = "kisok"
center = "tan-lap"
devices = "Kiosk 1"

[brokr]
prot = "8883"
host = "mqtts://u:hunter2@centre"

[printer]
host = "192.168.1.9"
confirm = "gsr"
[printer.paper]
"""
    assert told(write(tmp_path / "kiosk-1.toml", text)) == [
        'kiosk-1.toml:1: `rol` must be one of "bridge", "display", "hub", "kiosk", "printer", "technician", '
        '"web", not "kisok"; did you mean "kiosk"?',
        "kiosk-1.toml:1: unknown key `rol`: did you mean `role`?",
        "kiosk-1.toml:3: unknown key `devices`: did you mean `device`?",
        f'kiosk-1.toml:3: `devices` must be {NAME}, not "Kiosk 1"',
        "kiosk-1.toml:5: unknown key `brokr`: did you mean `broker`?",
        "kiosk-1.toml:6: unknown key `brokr.prot`: did you mean `port`?",
        'kiosk-1.toml:6: `brokr.prot` must be a whole number from 1 to 65535, not "8883"',
        "kiosk-1.toml:7: `brokr.host` must be a host's name or IP address in quotes, without mqtt:// and "
        "without a port",
        'kiosk-1.toml:11: `printer.confirm` must be one of "gs-h", "gs-r", "none", not "gsr"; '
        'did you mean "gs-r"?',
        "kiosk-1.toml:12: unknown key `printer.paper`: it is none of profile, host, port, serial, usb, "
        "device, template, roll_m, width, cutter, status, confirm, native_qr, doubles, baud; remove it",
    ]


def test_what_is_missing_is_told_where_it_belongs(tmp_path: Path) -> None:
    lines = told(write(tmp_path / "center.toml", CENTER.replace('letter = "B"\n', "").replace("bin =", "# ")))
    assert lines == [
        "center.toml:6: `bank.bin` is missing: add it, as the bank's 6 digits in quotes",
        "center.toml:16: `services.letter` is missing: add it, as one capital, A to Z, in quotes",
    ]
    lines = told(write(tmp_path / "some.toml", 'center = "tan-lap"\ndevice = 3\n'))
    assert lines == [
        'some.toml:1: `role` is missing: add it, as one of "bridge", "display", "hub", "kiosk", '
        '"printer", "technician", "web"',
        f"some.toml:2: `device` must be {NAME}, not 3",
    ]


GROUP = '[[groups]]\nname = { vi = "Nhà đất" }\n'


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ('"A"', '"B"', '18: `services.letter` has "B" a second time: give each service, and each'),
        ('"papers"\nletter', '"land"\nletter', '17: `services.id` has "land" a second time: '),
        ('number = "2"', 'number = "1"', '29: `counters.number` has "1" a second time: '),
        ('["land"]', '["lnad"]', '24: `counters.services`: there is no service "lnad"; did you mean "land"?'),
        (
            '["land"]',
            '["tax"]',
            '24: `counters.services`: there is no service "tax"; there are: land, papers',
        ),
        ('["land"]', '["papers"]', '11: no counter serves "land": add it to the `services` of a counter'),
        ('["land"]', '["land", "papers"]', '25: "papers" is the counter\'s own already: take it out'),
        ('["1", "2"]', '["1", "3"]', '39: `devices.counters`: there is no counter "3"; there are: 1, 2'),
        ('"bridge"', '"kiosk"', "39: `devices.counters` is for a bridge alone: remove it"),
        ('"kiosk-1"', '"hub"', '33: "hub" is the hub itself: '),
        ('["vi", "en"]', '["en"]', '4: `languages` lacks "vi"'),
        ('["vi", "en"]', '["vi", "fr"]', '4: there is no language "fr" here; there are: vi, en, rad'),
        ('vi = "Đất đai"', 'en = "Land"', "13: `services.name` lacks its words in Vietnamese: add vi = …"),
        ('en = "Tân', 'eng = "Tân', '3: there is no language "eng" here; did you mean "en"?'),
        (
            "[bank]",
            'timezone = "Asia/Buon_Ma_Thuot"\n[bank]',
            '6: there is no time zone "Asia/Buon_Ma_Thuot"',
        ),
        ("[bank]", 'track_url = "luot.example"\n[bank]', "6: `track_url` must be an address with {id}"),
        ("[bank]", f'track_url = "http://{"a" * 200}{{id}}"\n[bank]', "6: `track_url` has more than 200"),
        ('[bank]\nbin = "970403"\naccount = "0011012345678"\n', "", "11: `bank` is missing: a fee is paid"),
        ('letter = "B"', 'letter = "B"\ngroup = "home"', '19: `services.group`: there is no group "home"'),
        ("[bank]", f'{GROUP}id = "home"\n[bank]', '8: no service is in the group "home": let one say it'),
        ("[bank]", f'{GROUP}id = "Home"\n[bank]', "8: `groups.id` must be a name"),
    ],
)
def test_what_a_centre_says_must_fit_together(tmp_path: Path, old: str, new: str, line: str) -> None:
    assert old in CENTER
    lines = told(write(tmp_path / "center.toml", CENTER.replace(old, new, 1)))
    assert [each for each in lines if each.startswith(f"center.toml:{line}")], lines


HOURS = """\
[hours]
mon = ["07:30-11:30", "13:30-17:00"]
sat = ["07:30-24:00"]

"""


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        (
            '"07:30-11:30"',
            '"11:30-07:30"',
            '7: `hours.mon`: "11:30-07:30" ends before it begins: turn it round',
        ),
        (
            '"07:30-11:30"',
            '"07:30-07:30"',
            '7: `hours.mon`: "07:30-07:30" ends before it begins: turn it round',
        ),
        (
            '"13:30-',
            '"11:00-',
            '7: `hours.mon`: "11:00-17:00" begins before 11:30: put them in order, or make one',
        ),
        (
            '["07:30-11:30", "13:30-17:00"]',
            '["13:30-17:00", "07:30-11:30"]',
            '7: `hours.mon`: "07:30-11:30" begins before 17:00: put them in order, or make one of them',
        ),
        ("07:30-11:30", "7:30-11:30", "7: `hours.mon` must be from when to when, in quotes, as in"),
        ("07:30-24:00", "24:00-24:00", "8: `hours.sat` must be from when to when, in quotes, as in"),
        ("sat = ", "saturday = ", "8: unknown key `hours.saturday`: it is none of mon, tue,"),
        ('mon = ["07:30-11:30", "13:30-17:00"]\nsat = ["07:30-24:00"]\n', "", "6: `hours` has no day: "),
    ],
)
def test_the_hours_of_a_day_are_in_order(tmp_path: Path, old: str, new: str, line: str) -> None:
    assert old in HOURS
    text = CENTER.replace("[bank]", HOURS.replace(old, new) + "[bank]", 1)
    [said] = told(write(tmp_path / "center.toml", text))
    assert said.startswith(f"center.toml:{line}")


def test_a_service_has_hours_of_its_own_under_the_same_rules(tmp_path: Path) -> None:
    text = CENTER.replace(
        'letter = "A"\n', 'letter = "A"\nhours = { fri = ["08:00-10:00", "10:00-24:00"] }\n'
    )
    center = load_center(write(tmp_path / "center.toml", text))
    assert center.services[0].hours == Hours(fri=("08:00-10:00", "10:00-24:00"))
    [said] = told(write(tmp_path / "center.toml", text.replace("10:00-24", "09:59-24")))
    assert said.startswith('center.toml:13: `services.hours.fri`: "09:59-24:00" begins before 10:00: ')


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("2027-02-06T00:00:00", "2027-02-06 00:00:00"),
        ("07:30:00", "07:30:00"),
        ('"Tết"', '"Tết"'),
    ],
)
def test_a_holiday_is_a_date(tmp_path: Path, written: str, said: str) -> None:
    text = CENTER.replace("[bank]", f"holidays = [2027-01-01, {written}]\n[bank]", 1)
    assert told(write(tmp_path / "center.toml", text)) == [
        f"center.toml:6: `holidays` must be a date without quotes, as in 2027-01-01, not {said}"
    ]
    center = load_center(write(tmp_path / "center.toml", text.replace(f", {written}", "")))
    assert center.holidays == (date(2027, 1, 1),)


CLASSES = (
    CENTER.replace("[bank]", "ratio = 2\n[bank]", 1)
    + """\
[[categories]]
id = "ordinary"
name = { vi = "Thường" }

[[categories]]
id = "appointment"
name = { vi = "Hẹn trước" }

[[categories]]
id = "elderly"
name = { vi = "Người cao tuổi" }
priority = true

[[categories]]
id = "agent"
name = { vi = "Dịch vụ" }
letter = "Z"
quota = 40
"""
)


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ('"elderly"', '"agent"', '55: `categories.id` has "agent" a second time: give each category an id'),
        ('"ordinary"', '"usual"', '41: `categories` lacks "ordinary", that of everybody else: add it'),
        (
            '"appointment"',
            '"booked"',
            '41: `categories` lacks "appointment", that of who has an appointment: add it',
        ),
        ('"Z"', '"B"', '57: `categories.letter` has "B" a second time: give each service, and each category'),
        ('vi = "Dịch vụ"', 'en = "Agent"', "56: `categories.name` lacks its words in Vietnamese: add vi = …"),
        ("priority = true\n", "", "6: `ratio` has nothing to count: let a category say `priority = true`"),
        (
            "priority = true",
            "priority = true\nhead_start = 15",
            "53: `categories.head_start` does nothing beside `ratio`: remove one of the two",
        ),
    ],
)
def test_categories_fit_together(tmp_path: Path, old: str, new: str, line: str) -> None:
    assert old in CLASSES
    load_center(write(tmp_path / "center.toml", CLASSES))
    [said] = told(write(tmp_path / "center.toml", CLASSES.replace(old, new, 1)))
    assert said.startswith(f"center.toml:{line}")


def test_categories_that_nobody_names_are_there_with_a_ratio_too(tmp_path: Path) -> None:
    text = CENTER.replace("[bank]", "ratio = 2\n[bank]", 1)
    center = load_center(write(tmp_path / "center.toml", text))
    assert {each.id for each in center.categories} >= {"ordinary", "priority", "appointment"}


@pytest.mark.parametrize(
    ("offline", "quota", "line"),
    [
        ("[200, 219]", 199, ""),
        ("[200, 219]", 200, "14: `services.quota`: of a letter the hub gives 199 at most: lower it, or let"),
        (
            "[200, 218]",
            9,
            "6: `offline_numbers` are 19, and the kiosks need 20 of each letter: give them more",
        ),
        (
            "[999, 800]",
            9,
            "6: `offline_numbers` are 0, and the kiosks need 20 of each letter: give them more",
        ),
        ("[1, 999]", 9, "6: `offline_numbers` must be a whole number from 2 to 9999, not 1"),
        (
            "[800]",
            9,
            "6: `offline_numbers` must be a list of 2 in brackets, each of them a whole number from",
        ),
    ],
)
def test_the_hub_and_the_kiosks_have_numbers_enough(
    tmp_path: Path, offline: str, quota: int, line: str
) -> None:
    text = CENTER.replace("[bank]", f"offline_numbers = {offline}\n[bank]", 1)
    text = text.replace('letter = "A"\n', f'letter = "A"\nquota = {quota}\n')
    path = write(tmp_path / "center.toml", text)
    if line:
        assert [each for each in told(path) if each.startswith(f"center.toml:{line}")]
    else:
        assert load_center(path).services[0].quota == quota


def test_a_stream_of_its_own_has_as_many_numbers_as_a_service(tmp_path: Path) -> None:
    text = CLASSES.replace("[bank]", "offline_numbers = [41, 99]\n[bank]", 1)
    load_center(write(tmp_path / "center.toml", text))
    [said] = told(write(tmp_path / "center.toml", text.replace("41", "40")))
    assert said.startswith("center.toml:59: `categories.quota`: of a letter the hub gives 39 at most: ")


def test_the_numbers_that_a_kiosk_needs_are_those_that_it_is_granted() -> None:
    ranges, rested = 2, 2  # today's and the next day's, and as many of before
    assert SIZES[0] * (ranges + rested) == LEASED_NUMBERS


def test_a_centre_without_anything_to_do_is_none(tmp_path: Path) -> None:
    text = (
        'center = "a"\ntitle = { vi = "A" }\nname = { vi = "A" }\nservices = []\ncounters = []\ndevices = []'
    )
    assert told(write(tmp_path / "center.toml", text)) == [
        "center.toml:4: `services` has none: a centre has at least one",
        "center.toml:5: `counters` has none: a centre has at least one",
    ]


def test_a_rule_and_a_wrong_shape_are_told_together(tmp_path: Path) -> None:
    text = (
        CENTER.replace('letter = "A"', "letter = 1")
        .replace('"kiosk-1"', '"bridge-1"')
        .replace("[bank]", "[[bank]]")
    )
    lines = told(write(tmp_path / "center.toml", text))
    assert [line.split(": ")[0] for line in lines] == ["center.toml:6", "center.toml:12", "center.toml:37"]


@pytest.mark.parametrize(
    ("shows", "line"),
    [
        ('"sign"', "4: `counter` is missing: add the counter whose sign this is"),
        ('"panel"', "4: `counter` is missing: add the counter whose panel this is"),
        ('"board"\ncounter = "1"', "5: `counter` has no place here: a board shows every counter; remove it"),
    ],
)
def test_a_sign_has_a_counter_and_a_board_none(tmp_path: Path, shows: str, line: str) -> None:
    text = 'role = "display"\ncenter = "tan-lap"\ndevice = "sign-1"\nshows = '
    [said] = told(write(tmp_path / "sign-1.toml", text + shows))
    assert said.startswith(f"sign-1.toml:{line}")
    right = load(write(tmp_path / "sign-1.toml", text + '"sign"\ncounter = "1"'))
    assert isinstance(right, DisplaySettings)


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.1.2.3", "::1"])
def test_a_broker_on_this_machine_needs_no_tls(tmp_path: Path, host: str) -> None:
    assert load(write(tmp_path / "kiosk-1.toml", f'{KIOSK}[broker]\nhost = "{host}"\n')).broker.host == host


@pytest.mark.parametrize("host", ["192.168.1.2", "hub.local", "localhost.example", "2001:db8::1", "0.0.0.0"])
def test_a_broker_elsewhere_needs_the_centres_authority(tmp_path: Path, host: str) -> None:
    text = f'{KIOSK}[broker]\nhost = "{host}"\n'
    [line] = told(write(tmp_path / "kiosk-1.toml", text))
    assert line.startswith("kiosk-1.toml:8: `broker.ca` is missing: ")
    [line] = told(write(tmp_path / "kiosk-1.toml", text + 'ca = "ca.crt"\n'))
    assert line.startswith("kiosk-1.toml:9: `broker.ca` names no file: ")
    write(tmp_path / "ca.crt", "")
    assert load(tmp_path / "kiosk-1.toml").broker.ca == str(tmp_path / "ca.crt")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a = 1\nname = kiosk\n", 2),
        ('name = "x', 1),
        ("a = [\n1,\n", 3),
        ("[a]\nb = 1\n[a]\n", 3),
        ("a = 1\n\nd = 2026-02-30\n", 3),
    ],
)
def test_what_is_no_toml_is_told_with_its_line(tmp_path: Path, text: str, line: int) -> None:
    write(tmp_path / "luot.toml", "= 1")
    first, second = told(write(tmp_path / "kiosk-1.toml", text))
    assert first.startswith("luot.toml:1: ")
    assert second.startswith(f"kiosk-1.toml:{line}: cannot be read as TOML: ")


@pytest.mark.parametrize("text", ["a = 1\na = 2\n", "[services]\na = 1\n[services]\na = 2\n"])
def test_what_is_there_twice_is_told_so(tmp_path: Path, text: str) -> None:
    [line] = told(write(tmp_path / "kiosk-1.toml", text))
    assert line.endswith(
        " (it is there twice; of what there are several each has a header like [[services]])"
    )


def test_a_file_that_is_no_utf8_or_not_there_is_told(tmp_path: Path) -> None:
    path = tmp_path / "kiosk-1.toml"
    path.write_bytes(b'a = 1\nname = "qu\xe2y"\n')
    assert told(path) == ["kiosk-1.toml:2: is not UTF-8: save the file as UTF-8 text"]
    path.unlink()
    assert told(path) == ["kiosk-1.toml: cannot be read: No such file or directory"]
    path.write_bytes(b"\xef\xbb\xbf" + KIOSK.replace("\n", "\r\n").encode())  # as Notepad saves it
    assert load(path).device == "kiosk-1"


@contextmanager
def closed(folder: Path) -> Iterator[None]:
    """A folder into which this user may not look: root, who may always, is somebody else meanwhile."""
    folder.chmod(0)
    user = os.geteuid()
    os.seteuid(user or 65534)
    try:
        yield
    finally:
        os.seteuid(user)
        folder.chmod(0o700)


def test_who_may_not_read_a_file_is_told_so_once(tmp_path: Path) -> None:
    path = write(tmp_path / "kiosk-1.toml", KIOSK)
    write(tmp_path / "kiosk-1.d" / "more.toml", "[printer]\nport = 9101\n")
    with closed(tmp_path):
        [line] = told(path)
    assert line.startswith("kiosk-1.toml: may not be read by this user: type sudo ")


SECRETS = ("hunter2-sepay", "hunter2-broker", "hunter2-hash")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("$argon2id$", ""),
        ("password =", "pasword ="),
        ("sepay_secret =", "sepay ="),
        ("sepay_secret", "broker.sepay_secret"),
        ('"hunter2-broker"', '["hunter2-broker"]'),
        ('"hunter2-broker"', "hunter2-broker"),
        ('"hunter2-broker"', '"hunter2-broker'),
        ("password_hash =", "password_hash "),
        ("[[logins]]", "[logins]"),
        ('"hunter2-broker"', '{ text = "hunter2-broker" }'),
    ],
)
def test_a_secret_is_never_told(tmp_path: Path, old: str, new: str) -> None:
    text = WEB.replace(old, new, 1)
    assert text != WEB
    lines = told(write(tmp_path / "web-1.toml", text + "port = 0\n"))
    assert lines
    assert not [secret for secret in SECRETS if secret in "\n".join(lines)]


def test_a_number_in_place_of_a_secret_is_not_told_either(tmp_path: Path) -> None:
    [line] = told(write(tmp_path / "web-1.toml", WEB.replace('"hunter2-broker"', "424242")))
    assert line == "web-1.toml:7: `broker.password` must be text in quotes"


ROUGH = st.recursive(
    st.booleans() | st.integers() | st.floats(allow_nan=False) | st.sampled_from(["", "1", "vi", "A", "x y"]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["vi", "id", "host"]), inner),
    max_leaves=3,
)


@st.composite
def damaged(draw: st.DrawFn, whole: dict[str, Any]) -> Any:
    """A right document with one value, somewhere in it, replaced or taken out."""
    document = copy.deepcopy(whole)
    at: Any = document
    while True:
        key = draw(st.sampled_from(sorted(at) if isinstance(at, dict) else range(len(at))))
        if isinstance(at[key], dict | list) and at[key] and draw(st.booleans()):
            at = at[key]
        elif draw(st.booleans()):
            at[key] = draw(ROUGH)
            return document
        else:
            del at[key]
            return document


def whole(text: str) -> dict[str, Any]:
    return tomllib.loads(text)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (CENTER, CenterSettings),
        (CLASSES + HOURS, CenterSettings),
        (BRIDGE, BridgeSettings),
        (KIOSK, KioskSettings),
    ],
)
@given(data=st.data())
def test_a_document_without_mistakes_becomes_settings_and_no_other(
    text: str, kind: Any, data: st.DataObject
) -> None:
    document = data.draw(damaged(whole(text)))
    document.pop("role", None)  # `load` judges it, to know the kind
    found = list(mistakes(document, kind))
    try:
        convert(document, kind)
    except msgspec.ValidationError:
        assert found
    else:
        assert not found


@given(data=st.data())
def test_the_rules_pass_over_what_has_another_shape(data: st.DataObject) -> None:
    list(center_rules(data.draw(damaged(whole(CENTER)))))
    list(center_rules(data.draw(damaged(whole(CLASSES + HOURS)))))
    list(device_rules(data.draw(damaged(whole(BRIDGE)))))
    list(device_rules(data.draw(damaged(whole(WEB)))))


def test_the_roles_of_a_settings_file_are_those_of_the_structs() -> None:
    assert sorted(get_args(Role)) == sorted(ROLES)


PAGE = (Path(__file__).parent.parent / "docs" / "settings.md").read_text(encoding="utf-8")


def test_the_example_of_the_page_is_a_centre(tmp_path: Path) -> None:
    [example] = re.findall(r"^```toml\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    center = load_center(write(tmp_path / "center.toml", example))
    assert len(center.services) == 2
    assert {each.id for each in center.categories} == {"ordinary", "priority", "agent", "appointment"}
    ratio = example.replace("head_start = 15\n", "").replace("first_number", "ratio = 2\nfirst_number")
    assert load_center(write(tmp_path / "center.toml", ratio)).ratio == 2


@pytest.mark.parametrize(
    ("heading", "kind"),
    [
        ("The centre", CenterSettings),
        ("`[theme]`", Theme),
        ("`[[services]]`", Service),
        ("`[[categories]]`", Category),
        ("`[[counters]]`", Counter),
        ("`[[devices]]`", Account),
    ],
)
def test_the_page_has_every_key_and_what_holds_unless_it_is_set(
    heading: str, kind: type[msgspec.Struct]
) -> None:
    section = PAGE.partition(f"\n### {heading}\n")[2].partition("\n### ")[0]
    rows = re.findall(r"^\| `(\w+)` \| .+ \| (.+) \|$", section, re.MULTILINE)
    assert rows == [(each.name, unless_set(each)) for each in msgspec.structs.fields(kind)]


def unless_set(field: msgspec.structs.FieldInfo) -> str:
    if field.required:
        return "needed"
    default = field.default if field.default is not msgspec.NODEFAULT else field.default_factory()
    if default is CATEGORIES:
        return "those"
    if isinstance(default, float):
        return f"`{default:g}`"
    return "–" if default in (None, "", (), {}) else f"`{json.dumps(default)}`"

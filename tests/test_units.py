"""The units are what systemd accepts, and each starts a role that there is, for ever and watched."""

import re
import subprocess
from pathlib import Path

import pytest

from config.load import ROLES

FOLDER = Path(__file__).parent.parent / "systemd"
UNITS = sorted(FOLDER.glob("*.service"))
PARTS = sorted(ROLES.keys() - {"technician"})  # a person types those commands


def test_systemd_accepts_every_unit(tmp_path: Path) -> None:
    for unit in UNITS:  # as they are, but for programs that need not be installed here
        text = re.sub(r"^(ExecStart(Post)?=)\S+", r"\1/bin/true", unit.read_text(), flags=re.MULTILINE)
        (tmp_path / unit.name).write_text(text)
    done = subprocess.run(
        ["systemd-analyze", "verify", *(str(tmp_path / unit.name) for unit in UNITS)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_every_role_has_a_unit() -> None:
    assert {f"luot-{role}@.service" for role in PARTS} == {each.name for each in UNITS if "@" in each.name}


@pytest.mark.parametrize("role", PARTS)
def test_a_part_is_watched_and_always_started_again(role: str) -> None:
    lines = (FOLDER / f"luot-{role}@.service").read_text().splitlines()
    unit = dict(line.split("=", 1) for line in lines if "=" in line)
    assert unit["ExecStart"].endswith(f"/luot {role} --config /etc/luot/%i.toml")
    assert unit["Type"] == "notify"
    assert int(unit["WatchdogSec"]) > 0
    assert unit["Restart"] == "always"
    assert unit["StartLimitIntervalSec"] == "0"
    assert unit["StateDirectory"] == "luot/%i"


def test_each_output_shows_the_windows_that_have_its_name() -> None:
    text = (FOLDER / "weston.ini").read_text()
    assert re.findall(r"^name=(.+)\napp-ids=(.+)$", text, re.MULTILINE) == [
        ("HDMI-A-1", "HDMI-A-1"),
        ("HDMI-A-2", "HDMI-A-2"),
    ]

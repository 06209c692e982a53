"""What a technician is told of devices from afar: of those that are there, and of those that are not."""

import re
from datetime import datetime
from pathlib import Path
from time import monotonic
from uuid import uuid4

from click.testing import CliRunner

from bus.health import HealthFacts
from bus.messages import Health, LinkHealth, Status
from bus.topics import HEALTH
from center.broker import PrivateBroker
from demo.member import Member
from technician.command import luot
from technician.health import Told, tell
from tests.test_command import run

LINKS = (
    LinkHealth("keypad-1", "ready", 120, 3, 2, 7.5),
    LinkHealth("modbus-3", "bad-register", about="compare them with its manual"),
)
SILENT = "lost: is it switched on, on the network, and running?"


def status(word: str) -> Status:
    return Status(word, uuid4().hex, "bridge", "1.0", "pi-3")  # type: ignore[arg-type]


def test_a_device_that_is_there_is_told_with_all_that_hangs_on_it(broker: PrivateBroker, files: Path) -> None:
    config = ["--config", str(files / "guest-technician.toml")]
    with Member(broker, "bridge-1", "bridge", files) as bridge:
        bridge.health_facts = lambda: HealthFacts(links=LINKS)
        bridge.report()
        deadline = monotonic() + 30
        while len(lines := CliRunner().invoke(luot, ["health", *config]).output.splitlines()) < 3:
            assert monotonic() < deadline, lines
        assert lines[0].startswith("bridge-1: online for 0:0")
        assert lines[1:] == [
            "  keypad-1: ready; 120 frames, 3 errors, 2 retries, 7.5 ms",
            "  modbus-3: bad-register (compare them with its manual)",
        ]
        told = CliRunner().invoke(luot, ["health", "kiosk-1", *config])
        assert told.output == f"kiosk-1: {SILENT}\n"


def test_a_device_whose_word_cannot_be_read_hides_no_other(broker: PrivateBroker, files: Path) -> None:
    config = ["--config", str(files / "guest-technician.toml")]
    with Member(broker, "bridge-1", "bridge", files) as bridge:
        topic = HEALTH.path(broker.center.center, device="bridge-1")
        wanted, told = "bridge-1: online, and has not told more yet\n", ""
        deadline = monotonic() + 30
        while told != wanted:
            assert monotonic() < deadline, told
            bridge.step(0)  # its own word may come late
            bridge.session.publish(topic, b'{"at": "soon"}', retain=True)
            told = CliRunner().invoke(luot, ["health", *config]).output


def test_a_connection_that_fails_is_told_once_and_at_once(broker: PrivateBroker, files: Path) -> None:
    file = files / "guest-technician.toml"
    assert run("health", "--config", file) == (
        0, "No device was on the bus since the broker was started.\n", "",
    )  # fmt: skip
    file.write_text(re.sub("(?m)^password = .*", 'password = "another"', file.read_text()))
    for words in (["health"], ["ask", "kiosk-1", "identify"]):
        code, _, err = run(*words, "--config", file)
        error, hint = err.splitlines()
        assert code == 1
        assert error.startswith(f"error: No connection to the broker at 127.0.0.1:{broker.port}: ")
        assert "refused this account" in error
        assert hint.startswith("hint: Is the password that of guest-technician, ")


def test_of_a_device_that_is_lost_nothing_old_is_told() -> None:
    health = Health(datetime.now().astimezone(), 5, 40, 9000, links=LINKS, last_error="it burns")
    assert list(tell({"bridge-1": Told(status("lost"), health)})) == [f"bridge-1: {SILENT}"]
    assert list(tell({"bridge-1": Told(status("online"))})) == ["bridge-1: online, and has not told more yet"]
    assert list(tell({"bridge-1": Told(status("online"), health)}))[-1] == "  last error: it burns"

"""`luot demo` as a newcomer starts it, and a stranger's plain MQTT client that joins it."""

import fcntl
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from queue import SimpleQueue
from signal import SIGINT
from time import monotonic, sleep
from typing import IO, Any
from uuid import uuid4

import pytest
from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

SECONDS = 400  # more than it takes until everything has happened once
ALL = r"[1-9]\d* given · [1-9]\d* called · [1-9]\d* printed · touch to paper \d.* · key to screen \d"


class Stranger:
    """A client that knows of us only what the contract and `accounts.json` say."""

    def __init__(self, accounts: dict[str, Any], role: str, *topics: str) -> None:
        account = accounts["accounts"][role]
        self.device = account["device"]
        self.root = f"luot/1/{accounts['center']}"
        self.heard: SimpleQueue[MQTTMessage] = SimpleQueue()
        self.client = Client(CallbackAPIVersion.VERSION2, protocol=MQTTProtocolVersion.MQTTv5)
        self.client.username_pw_set(account["username"], account["password"])
        self.client.on_message = lambda _client, _data, message: self.heard.put(message)
        self.client.connect(accounts["host"], accounts["port"])
        self.client.loop_start()
        for topic in (f"reply/{self.device}", *topics):
            self.client.subscribe(f"{self.root}/{topic}", qos=1)

    def ask(self, verb: str, **fields: object) -> dict[str, Any]:
        properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
        properties.ResponseTopic = f"{self.root}/reply/{self.device}"
        properties.CorrelationData = key = uuid4().bytes
        body = json.dumps({"request": str(uuid4()), **fields})
        self.client.publish(f"{self.root}/ask/{self.device}/{verb}", body, qos=1, properties=properties)
        while True:
            message = self.heard.get(timeout=120)
            if getattr(message.properties, "CorrelationData", None) == key:
                answer = json.loads(message.payload)
                assert isinstance(answer, dict)
                return answer

    def until(self, topic: str) -> dict[str, Any]:
        deadline = monotonic() + 120
        while monotonic() < deadline:
            message = self.heard.get(timeout=120)
            if message.topic == f"{self.root}/{topic}":
                told = json.loads(message.payload)
                assert isinstance(told, dict)
                return told
        raise AssertionError(f"nothing came on {topic}")

    def leave(self) -> None:
        self.client.disconnect()
        self.client.loop_stop()


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    luot = str(Path(sys.executable).with_name("luot"))
    options = ["--headless", "--speed", "4", "--seed", "7", "--for", str(SECONDS)]
    process = subprocess.Popen([luot, "demo", *options, "--dir", tmp_path], stdout=subprocess.PIPE, text=True)
    yield process
    process.terminate()
    process.wait(120)


def line_with(output: IO[str] | None, words: str) -> str:
    assert output is not None
    for line in output:
        if re.search(words, line):
            return line
    raise AssertionError(f"the demo never said {words!r}")


def test_it_ends_by_itself_when_its_time_is_over(tmp_path: Path) -> None:
    luot = str(Path(sys.executable).with_name("luot"))
    command = [luot, "demo", "--headless", "--for", "1", "--dir", str(tmp_path)]
    ended = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    assert ended.returncode == 0
    assert "numbers given" in ended.stdout


def test_it_takes_guests_and_says_what_happened_when_it_is_ended(
    demo: subprocess.Popen[str], tmp_path: Path
) -> None:
    room = line_with(demo.stdout, "The control room").split()[-1]
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+", room)
    accounts = json.loads((tmp_path / "accounts.json").read_text())
    assert set(accounts["accounts"]) == {"kiosk", "display", "bridge", "web", "technician"}

    kiosk = Stranger(accounts, "kiosk", "state/queue/thue")
    watch = Stranger(accounts, "technician", "call", "state/center", "device/+/status")
    answer = kiosk.ask("take", service="thue", category="ordinary", language="vi")
    assert answer["ok"]
    ticket = answer["result"]
    assert ticket["id"] == f"{ticket['id'][:10]}-{ticket['label']}"
    assert re.fullmatch(r"F\d{3}", ticket["label"])
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", ticket["at"])
    assert kiosk.ask("delivered", ticket=ticket["id"], outcome="shown") == {"ok": True, "result": {}}
    refused = kiosk.ask("take", service="no-such")
    assert (refused["ok"], refused["error"]["code"]) == (False, "unknown-service")
    assert watch.until("state/center")["center"] == accounts["center"]
    assert set(watch.until("call")) >= {"ticket", "nth", "seq", "label", "counter"}
    kiosk.leave()
    watch.leave()

    line_with(demo.stdout, ALL)
    demo.send_signal(SIGINT)
    assert demo.stdout is not None
    summary = demo.stdout.read()
    assert demo.wait(120) == 0
    for name in ("numbers given", "numbers called", "tickets printed"):
        found = re.search(rf"{name}\s+(\d+)", summary)
        assert found, summary
        assert int(found[1]) > 0
    for name in ("touch to paper", "key to screen"):
        assert re.search(rf"{name}\s+median [\d.]+ m?s, 99th percentile [\d.]+ m?s", summary), summary
    kept = {each.name for each in tmp_path.iterdir()}
    assert {"accounts.json", "center.toml", "hub.toml", "data", "paper", "logs"} <= kept
    assert not [each for each in (tmp_path / "logs").iterdir() if "Traceback" in each.read_text()]


def test_killed_it_leaves_nothing_running(demo: subprocess.Popen[str], tmp_path: Path) -> None:
    """What is left would hold the ports and the serial lines that the next one gets."""
    line_with(demo.stdout, "The control room")
    assert {*running(tmp_path)} >= {"luot", "mosquitto"}
    demo.kill()
    demo.wait()
    deadline = monotonic() + 60
    while (left := running(tmp_path)) and monotonic() < deadline:
        sleep(0.05)
    assert not left


def running(folder: Path) -> list[str]:
    """The processes that are told of a folder."""
    found = []
    for each in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if os.fsencode(folder) in (each / "cmdline").read_bytes():
                found.append((each / "comm").read_text().strip())
    return found


def test_two_demos_do_not_share_a_folder(tmp_path: Path) -> None:
    luot = str(Path(sys.executable).with_name("luot"))
    (tmp_path / "accounts.json").write_text("mine")
    with (tmp_path / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        second = subprocess.run(
            [luot, "demo", "--headless", "--dir", tmp_path],
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )
    assert second.returncode == 1
    assert "error: Another demo is running" in second.stderr
    assert (tmp_path / "accounts.json").read_text() == "mine"


def test_a_part_that_does_not_start_is_named_with_its_reason(tmp_path: Path) -> None:
    luot = str(Path(sys.executable).with_name("luot"))
    lock = tmp_path / "data" / "hub" / "journal.lock"
    lock.parent.mkdir(parents=True)
    with lock.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)  # as another hub does
        demo = subprocess.run(
            [luot, "demo", "--headless", "--dir", tmp_path],
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )
    assert demo.returncode == 1
    assert re.search(r"error: hub: error: Another hub is running on the journal .*", demo.stderr)

"""The broker of a real centre: TLS with its own authority for devices, a local socket for the hub."""

import getpass
import socket
import ssl
import subprocess
from collections.abc import Iterator
from pathlib import Path
from time import monotonic

import pytest

from bus.session import Connected, Disconnected, Session
from center.broker import (
    CONFIGURATION,
    EVERYONE,
    LISTENERS,
    PrivateBroker,
    free_port,
    install,
    prove_installed,
    write_files,
)
from center.proof import ACCOUNT, prove
from config.errors import LuotError
from config.settings import Broker, CenterSettings


@pytest.fixture
def installed(tmp_path: Path, settings: CenterSettings, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("center.broker.GROUP", "root" if getpass.getuser() == "root" else None)
    install(tmp_path / "broker", settings, ("localhost", "127.0.0.1"))
    return tmp_path / "broker"


@pytest.fixture
def running(installed: Path, settings: CenterSettings) -> Iterator[tuple[Path, int]]:
    """What was installed, started as it is but for its socket, port and user, which belong to the machine."""
    port = free_port()
    listeners = LISTENERS.format(folder=installed).replace("8883", f"{port} 127.0.0.1")
    listeners = listeners.replace("/run/luot-broker/broker.sock", str(installed / "broker.sock"))
    listeners = f"user {getpass.getuser()}\n{listeners}"
    configuration = write_files(installed, settings, accounts(installed), listeners)
    process = subprocess.Popen(["/usr/sbin/mosquitto", "-c", configuration], stderr=subprocess.DEVNULL)
    deadline = monotonic() + 30
    while socket.socket().connect_ex(("127.0.0.1", port)):
        assert monotonic() < deadline, "Mosquitto does not come up"
    yield installed, port
    process.terminate()
    process.wait()


def accounts(folder: Path) -> dict[str, str]:
    lines = (folder / "accounts.toml").read_text().splitlines()
    return {name: value.strip('"') for name, value in (line.split(" = ") for line in lines)}


def connects(broker: Broker, name: str) -> bool:
    with Session(broker, name, ()) as session:
        deadline = monotonic() + 30
        while monotonic() < deadline:
            for item in session.receive(0.1):
                if isinstance(item, Connected | Disconnected):
                    return isinstance(item, Connected)
    raise AssertionError("neither connected nor refused")


def test_a_device_comes_in_by_tls_and_the_hub_by_its_socket(running: tuple[Path, int]) -> None:
    folder, port = running
    passwords = accounts(folder)
    device = Broker("localhost", port, password=passwords["kiosk-1"], ca=str(folder / "ca.crt"))
    assert connects(device, "kiosk-1")
    assert connects(Broker(socket=str(folder / "broker.sock"), password=passwords["hub"]), "hub")


def test_without_tls_or_with_another_authority_nobody_comes_in(
    running: tuple[Path, int], tmp_path: Path, settings: CenterSettings
) -> None:
    folder, port = running
    password = accounts(folder)["kiosk-1"]
    assert not connects(Broker("localhost", port, password=password), "kiosk-1")
    install(tmp_path / "other", settings, ("localhost",))
    foreign = Broker("localhost", port, password=password, ca=str(tmp_path / "other" / "ca.crt"))
    assert not connects(foreign, "kiosk-1")


def test_installing_again_keeps_passwords_and_authority(installed: Path, settings: CenterSettings) -> None:
    before = ((installed / "accounts.toml").read_text(), (installed / "ca.crt").read_text())
    install(installed, settings, ("localhost", "10.0.0.2"))
    assert before == ((installed / "accounts.toml").read_text(), (installed / "ca.crt").read_text())
    certificate = ssl._ssl._test_decode_cert(str(installed / "broker.crt"))  # type: ignore[attr-defined]
    assert ("IP Address", "10.0.0.2") in certificate["subjectAltName"]


def test_secrets_are_nobody_elses(installed: Path) -> None:
    for name in ("accounts.toml", "passwords", "acl", "broker.key", "ca.key"):
        assert not (installed / name).stat().st_mode & 0o007, name


def test_the_running_broker_is_proved_to_keep_its_rules(
    running: tuple[Path, int], settings: CenterSettings
) -> None:
    folder, port = running
    password = accounts(folder)[ACCOUNT]
    prove(Broker("localhost", port, ca=str(folder / "ca.crt")), settings, password)
    prove(Broker(socket=str(folder / "broker.sock")), settings, password)


def test_a_group_that_is_missing_is_told_with_what_makes_it(
    tmp_path: Path, settings: CenterSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 0)
    monkeypatch.setattr("center.broker.GROUP", "no-such-group")
    with pytest.raises(LuotError, match="no-such-group") as raised:
        install(tmp_path, settings, ("localhost",))
    assert "adduser" in raised.value.hint


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        ("pattern readwrite {root}/state/#", "state/proof went through"),
        ("pattern read {root}/ask/#", "ask/PROOF/proof went through"),
        ("pattern readwrite {root}/journal", "journal went through"),
        ("pattern write {root}/device/+/ask/+", "device/PROOF/ask/proof went through"),
    ],
)
def test_rule_that_is_not_kept_is_named(
    tmp_path: Path, settings: CenterSettings, monkeypatch: pytest.MonkeyPatch, rule: str, told: str
) -> None:
    monkeypatch.setattr("center.broker.EVERYONE", f"{EVERYONE}{rule}\n")
    with PrivateBroker(tmp_path, settings) as broker, pytest.raises(LuotError, match=told):
        prove(broker.address(ACCOUNT), settings, broker.passwords[ACCOUNT])


def test_broker_that_lets_in_anybody_is_found(
    tmp_path: Path, settings: CenterSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_to_all = CONFIGURATION.replace("allow_anonymous false", "allow_anonymous true")
    monkeypatch.setattr("center.broker.CONFIGURATION", open_to_all)
    with PrivateBroker(tmp_path, settings) as broker, pytest.raises(LuotError, match="without an account"):
        prove(broker.address(ACCOUNT), settings, broker.passwords[ACCOUNT])


def test_broker_whose_files_are_not_there_is_told_with_what_writes_them(
    tmp_path: Path, settings: CenterSettings
) -> None:
    with pytest.raises(LuotError, match="no account for this test") as raised:
        prove_installed(tmp_path, settings)
    assert "luot broker" in raised.value.hint


def test_broker_that_is_away_is_said_to_be(broker: PrivateBroker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("center.proof.WITHIN_S", 0.2)
    broker.kill()
    with pytest.raises(LuotError, match="has not answered"):
        prove(broker.address(ACCOUNT), broker.center, broker.passwords[ACCOUNT])

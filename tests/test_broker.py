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
from center.broker import LISTENERS, free_port, install, write_files
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
    deadline = monotonic() + 5
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
        deadline = monotonic() + 5
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

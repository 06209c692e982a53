"""Mosquitto's configuration, password file and ACL, written from the centre's list of devices.

Every device has an account of its own, and the broker lets it write only below its own name. The broker keeps
nothing on disk: it is a wire, and every owner publishes its state again at each connect.
"""

import contextlib
import getpass
import logging
import os
import random
import secrets
import shutil
import signal
import socket
import subprocess
import time
import tomllib
from dataclasses import dataclass
from pathlib import Path

from bus.device_asks import PEER_VERBS
from bus.topics import VERSION
from center import proof
from center.authority import make_certificates
from config.errors import HardwareAbsent, LuotError
from config.settings import Account, Broker, CenterSettings

log = logging.getLogger(__name__)

HUB = "hub"
START_S = 30.0  # a broker is ready in about 10 ms, where the machine is not busy
WITH_US = ("setpriv", "--pdeathsig", "TERM")  # before a command: it ends when we do, though we are killed
FREE_PORTS = (20_000, 32_000)  # below those that Linux gives to outgoing connections

# What every account may do; %u is its own name.
EVERYONE = """\
pattern write {root}/ask/%u/+
pattern read {root}/reply/%u
pattern read {root}/state/#
pattern write {root}/device/%u/status
pattern write {root}/device/%u/health
pattern write {root}/device/%u/reply/+
pattern read {root}/device/%u/status
pattern read {root}/device/%u/ask/+
"""

# What a role may do besides.
ROLES = {
    "hub": (
        "readwrite {root}/ask/#", "write {root}/reply/+", "write {root}/state/#", "write {root}/call",
        "write {root}/journal", "read {root}/device/+/status",
    ),
    "kiosk": (  # it may print where a printer stands alone
        *(f"write {{root}}/ask/{{name}}/+/{verb}" for verb in PEER_VERBS),
        "read {root}/device/+/reply/{name}", "read {root}/device/+/status", "read {root}/device/+/health",
    ),
    "display": ("read {root}/call",),
    "bridge": (),
    "web": (
        "read {root}/journal", "read {root}/call", "read {root}/device/+/status",
        "read {root}/device/+/health",
    ),
    "printer": ("read {root}/ask/+/{name}/+",),
    "technician": ("read {root}/#", "write {root}/device/+/ask/+"),
}  # fmt: skip

CONFIGURATION = """\
# Written by luot from the centre's file; changes here are lost.
per_listener_settings false
allow_anonymous false
password_file {folder}/passwords
acl_file {folder}/acl
persistence false
set_tcp_nodelay true
max_inflight_messages 200
max_queued_messages 1000
max_packet_size 4194304
log_dest stderr
log_timestamp_format %Y-%m-%dT%H:%M:%S
connection_messages true
{listeners}
"""


# The hub's own listener is a local socket, without TLS; a device's client id is its account's name.
SOCKET = "/run/luot-broker/broker.sock"
LISTENERS = f"""\
listener 0 {SOCKET}
listener 8883
use_username_as_clientid true
cafile {{folder}}/ca.crt
certfile {{folder}}/broker.crt
keyfile {{folder}}/broker.key
"""
GROUP = "luot"
ACCOUNTS = "accounts.toml"


def new_passwords(center: CenterSettings) -> dict[str, str]:
    """A fresh password for every account of the centre, the hub's and the proof's included."""
    names = (HUB, proof.ACCOUNT, *(each.id for each in center.devices))
    return {name: secrets.token_urlsafe(18) for name in names}


def access_list(center: CenterSettings) -> str:
    """Mosquitto's ACL file. What no line allows is forbidden."""
    root = f"luot/{VERSION}/{center.center}"
    lines = [EVERYONE.format(root=root)]
    for account in (Account(HUB, "web"), *center.devices):
        role = HUB if account.id == HUB else account.role
        lines.append(f"user {account.id}")
        lines += [f"topic {rule.format(root=root, name=account.id)}" for rule in ROLES[role]]
        lines.append("")
    return "\n".join(lines)


def write_files(folder: Path, center: CenterSettings, passwords: dict[str, str], listeners: str) -> Path:
    """Write configuration, password file and ACL; returns the configuration's path.

    Raises HardwareAbsent where Mosquitto is not installed.
    """
    folder.mkdir(parents=True, exist_ok=True)
    configuration = folder / "mosquitto.conf"
    configuration.write_text(CONFIGURATION.format(folder=folder, listeners=listeners))
    (folder / "acl").write_text(access_list(center))
    (folder / "acl").chmod(0o600)
    plain = folder / "passwords.new"  # nobody else's until it is hashed
    plain.touch(mode=0o600)
    plain.write_text("".join(f"{name}:{password}\n" for name, password in passwords.items()))
    subprocess.run([_program("mosquitto_passwd"), "-U", str(plain)], check=True, capture_output=True)
    plain.replace(folder / "passwords")
    return configuration


def install(folder: Path, center: CenterSettings, hosts: tuple[str, ...]) -> Path:
    """Write all that the centre's broker needs, for `luot-broker.service`; returns the file of the passwords.

    `hosts` are the names and addresses that devices know it by. Passwords and the authority that are there
    already are kept, so this is run again whenever the list of devices changes. Raises LuotError where the
    group that the broker runs in is not there.
    """
    folder.mkdir(parents=True, exist_ok=True)
    accounts = folder / ACCOUNTS
    known = _known(folder)
    passwords = {name: known.get(name, fresh) for name, fresh in new_passwords(center).items()}
    accounts.touch(mode=0o600)
    accounts.write_text("".join(f'{name} = "{password}"\n' for name, password in passwords.items()))
    make_certificates(folder, center.center, hosts)
    write_files(folder, center, passwords, LISTENERS.format(folder=folder))
    if os.geteuid() == 0:
        for name in ("mosquitto.conf", "acl", "passwords", "broker.key"):
            try:
                shutil.chown(folder / name, group=GROUP)
            except LookupError as error:
                raise LuotError(
                    f"The group {GROUP}, which the broker runs in, is not on this machine.",
                    hint=f"Make it, and try again: adduser --system --group --home /var/lib/luot {GROUP}",
                ) from error
            (folder / name).chmod(0o640)
    return accounts


def prove_installed(folder: Path, center: CenterSettings) -> None:
    """That the broker which runs with these files keeps their rules. Raises LuotError where it does not."""
    password = _known(folder).get(proof.ACCOUNT)
    if password is None:
        raise LuotError(f"{folder} has no account for this test.", hint="Write it again: luot broker.")
    proof.prove(Broker(socket=SOCKET), center, password)


def _known(folder: Path) -> dict[str, str]:
    """The passwords that were written there. Raises LuotError where they may not be read."""
    try:
        return tomllib.loads((folder / ACCOUNTS).read_text())
    except FileNotFoundError:
        return {}
    except PermissionError as error:
        raise LuotError(
            f"{folder / ACCOUNTS} is only for root to read.", hint="Try again with sudo."
        ) from error


def _program(name: str) -> str:
    found = shutil.which(name, path="/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin:/opt/homebrew/sbin")
    if not found:
        raise HardwareAbsent(f"{name} is not installed.", hint="apt-get install mosquitto")
    return found


@dataclass
class PrivateBroker:
    """An unprivileged Mosquitto of our own on loopback, for demo and tests, with the real accounts and ACL.

    `with PrivateBroker(folder, center) as broker: Session(broker.address("kiosk-1"), …)`. It keeps its port
    and its accounts over `kill` and `start`, as a real one does.
    """

    folder: Path
    center: CenterSettings
    port: int = 0  # a free one unless given

    def __post_init__(self) -> None:
        self.passwords = new_passwords(self.center)
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> "PrivateBroker":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def address(self, account: str) -> Broker:
        """What a device's settings say of the broker."""
        return Broker(
            host="127.0.0.1", port=self.port, username=account, password=self.passwords.get(account, "")
        )

    def start(self) -> None:
        """Start it and wait until it takes connections. Raises LuotError when it does not."""
        self.port = self.port or free_port()
        # Started by root, Mosquitto would become a user that cannot read these files.
        listeners = f"user {getpass.getuser()}\nlistener {self.port} 127.0.0.1"
        configuration = write_files(self.folder, self.center, self.passwords, listeners)
        with (self.folder / "mosquitto.log").open("ab") as output:
            self._process = subprocess.Popen(
                [*WITH_US, _program("mosquitto"), "-c", str(configuration)],
                stdout=output,
                stderr=output,
                start_new_session=True,  # Ctrl-C is for whoever started it
            )
        deadline = time.monotonic() + START_S
        while time.monotonic() < deadline and self._process.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
            except ConnectionRefusedError:
                time.sleep(0.01)
            else:
                return
        raise LuotError(
            f"Mosquitto did not start on port {self.port}.", hint=f"See {self.folder / 'mosquitto.log'}."
        )

    def kill(self) -> None:
        """End it as a power cut does."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        self._end(signal.SIGTERM)

    def _end(self, how: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait(START_S)
            self._process = None


def free_port() -> int:
    """A port of loopback that nobody has now, and that no outgoing connection will get meanwhile."""
    while True:
        port = random.randrange(*FREE_PORTS)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port

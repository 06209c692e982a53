"""The settings of a whole centre on one machine, as the files that its devices really read."""

import json
from dataclasses import dataclass
from pathlib import Path
from string import Template

from center.broker import PrivateBroker

TEMPLATES = Path(__file__).with_name("settings")
GUESTS = ("kiosk", "display", "bridge", "web", "technician")


@dataclass(frozen=True)
class Places:
    """Where the simulated hardware and the web pages are, and the secrets that were made for them."""

    printer_port: int
    line: Path
    web_port: int
    password_hash: str
    sepay_secret: str
    scanner: str = ""  # none unless somebody scans


def write_settings(folder: Path, broker: PrivateBroker, places: Places) -> None:
    """Write every device's file into the folder, and `accounts.json` for whoever wants to join the bus."""
    for template in TEMPLATES.glob("*.toml"):
        text = Template(template.read_text()).substitute(
            folder=folder,
            broker_port=broker.port,
            password=broker.passwords.get(template.stem, ""),
            printer_port=places.printer_port,
            line=places.line,
            web_port=places.web_port,
            password_hash=places.password_hash,
            sepay_secret=places.sepay_secret,
            scanner=places.scanner,
        )
        path = folder / template.name
        path.touch(mode=0o600)
        path.write_text(text)
    accounts = folder / "accounts.json"
    accounts.touch(mode=0o600)
    accounts.write_text(json.dumps(guest_accounts(broker), indent=2) + "\n")


def guest_accounts(broker: PrivateBroker) -> dict[str, object]:
    """The broker's address, and one account a role that no device of the demo uses."""
    return {
        "center": broker.center.center,
        "host": "127.0.0.1",
        "port": broker.port,
        "accounts": {
            role: {
                "device": f"guest-{role}",
                "username": f"guest-{role}",
                "password": broker.passwords[f"guest-{role}"],
            }
            for role in GUESTS
        },
    }

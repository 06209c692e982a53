"""The settings of a device and of a centre, as structs.

A device's file is short: which centre, which broker, its name, its role and its hardware. Everything that
people see comes from the centre's file, which only the hub reads. `config.load` reads both.
"""

from pathlib import Path
from typing import Annotated, Literal

from msgspec import Meta, Struct

Id = Annotated[
    str,
    Meta(
        pattern=r"\A[a-z0-9][a-z0-9-]{0,31}\Z",
        description="a name in quotes, of at most 32 small letters, digits and hyphens",
    ),
]
Amount = Annotated[int, Meta(ge=1, le=500_000_000)]  # đồng
Purpose = Annotated[str, Meta(min_length=1, max_length=60)]  # what a fee is for, as people read it
Text = dict[str, str]  # language → words; a missing language falls back to "vi"
Host = Annotated[
    str,
    Meta(
        pattern=r"\A(?:[A-Za-z0-9._-]+|[0-9A-Fa-f.]*(?::[0-9A-Fa-f.]*){2,})\Z",
        description="a host's name or IP address in quotes, without mqtt:// and without a port",
        extra={"masked": True},  # a whole URL, pasted here, may carry a password
    ),
]
Port = Annotated[int, Meta(ge=1, le=65535)]
Pixels = Annotated[int, Meta(ge=320, le=7680)]
Size = Annotated[tuple[Pixels, Pixels], Meta(description="[width, height], each from 320 to 7680")]
Address = Annotated[int, Meta(ge=1, le=247)]
Secret = Annotated[str, Meta(extra={"masked": True})]  # never told in a message


class Table(Struct, frozen=True, forbid_unknown_fields=True):
    """A table of a settings file: a key it does not know is a typing error."""


class Broker(Table, frozen=True):
    """Where the centre's MQTT broker is, and this device's account there."""

    host: Host = "localhost"
    port: Port = 8883
    socket: str = ""  # a local socket in place of host and port: the hub's own listener
    username: str = ""  # the device's name unless set
    password: Secret = ""
    ca: str = ""  # the centre's certificate authority (a file); without it only loopback is allowed


class Screen(Table, frozen=True):
    """The window of a screen."""

    size: Size | None = None  # px, of a window; unset: the whole screen
    remote_touch: bool = False  # a technician may touch it over the bus: for a demo, never in a hall


class PrinterPort(Table, frozen=True):
    """The ticket printer of a kiosk."""

    host: Host
    port: Port = 9100
    width: Literal[384, 576] = 576  # dots: 58 mm or 80 mm paper
    native_qr: bool = True  # it draws a QR code itself (GS ( k); cheap models print it as text
    confirm: Literal["gs-r", "none"] = "gs-r"  # whether it answers a query in order


class Keypad(Table, frozen=True):
    """A keypad on the line, and the counter that it acts for."""

    address: Address
    counter: Id


class Sign(Table, frozen=True):
    """A number sign on the line, and the counter that it shows."""

    address: Address
    counter: Id


class Line(Table, frozen=True):
    """A serial line and what is on it."""

    port: str  # a /dev/serial/by-id path survives replugging
    baud: Literal[9600, 19200, 38400, 57600, 115200] = 19200
    keypads: tuple[Keypad, ...] = ()
    signs: tuple[Sign, ...] = ()


class Login(Table, frozen=True):
    """A person who works at the counters."""

    name: Id
    password_hash: Secret  # made by `luot login`
    counters: tuple[Id, ...] = ()  # the counters this person may open; none named: all of them


class Device(Table, frozen=True):
    """What every device's file says."""

    center: Id
    device: Id  # also the name of its account at the broker
    broker: Broker = Broker()
    data: Path | None = None  # a folder for this device alone, that survives a power cut

    @property
    def folder(self) -> Path:
        """Where the device keeps what must survive a power cut."""
        return self.data or Path("/var/lib/luot") / self.device


class HubSettings(Device, frozen=True, kw_only=True, tag_field="role", tag="hub"):
    catalog: Path = Path("center.toml")  # the centre's file, beside this one unless a whole path


class KioskSettings(Device, frozen=True, kw_only=True, tag_field="role", tag="kiosk"):
    printer: PrinterPort
    screen: Screen = Screen()


class DisplaySettings(Device, frozen=True, kw_only=True, tag_field="role", tag="display"):
    shows: Literal["board", "sign", "panel"]
    counter: Id | None = None  # whose sign or panel it is; a board has none
    screen: Screen = Screen()
    sound: bool = True


class BridgeSettings(Device, frozen=True, kw_only=True, tag_field="role", tag="bridge"):
    line: Line


class WebSettings(Device, frozen=True, kw_only=True, tag_field="role", tag="web"):
    logins: tuple[Login, ...]
    host: Host = "127.0.0.1"
    port: Port = 8080
    origin: str = ""  # the address that browsers use, where a proxy stands in front
    sepay_secret: Secret = ""  # checks the payment messages of SePay; unset: none are taken


DeviceSettings = HubSettings | KioskSettings | DisplaySettings | BridgeSettings | WebSettings


class Bank(Table, frozen=True):
    """The account that fees are paid into (VietQR)."""

    bin: Annotated[str, Meta(pattern=r"\A[0-9]{6}\Z", description="the bank's 6 digits in quotes")]
    account: Annotated[
        str, Meta(pattern=r"\A[A-Za-z0-9]{1,19}\Z", description="1 to 19 digits or letters in quotes")
    ]


class Fee(Table, frozen=True):
    """A fee that clerks ask often, offered to them as one key."""

    purpose: Purpose
    amount: Amount


class Service(Table, frozen=True, kw_only=True):
    id: Id
    letter: Annotated[str, Meta(pattern=r"\A[A-Z]\Z", description="one capital, A to Z, in quotes")]
    name: Text
    hint: Text = {}  # what belongs to it, in a few words
    icon: Literal["person", "house", "shop", "document", "heart", "receipt"] = "document"
    minutes: Annotated[float, Meta(gt=0, le=240)] = 8.0  # mean service time until the centre has its own
    target_wait: Annotated[int, Meta(ge=1, le=480)] = 20  # minutes; a ticket is due that long after its issue
    place: Text = {}  # where to go; unset: the counters that serve it
    fees: tuple[Fee, ...] = ()


class Counter(Table, frozen=True, kw_only=True):
    id: Id
    number: Annotated[str, Meta(min_length=1, max_length=4)]  # drawn large, spoken: "3"
    name: Text = {}  # unset: "Quầy 3", "Counter 3"
    services: tuple[Id, ...]
    overflow: tuple[Id, ...] = ()  # taken only when none of its own waits


class Account(Table, frozen=True):
    """A device of the centre and what it may do at the broker."""

    id: Id
    role: Literal["kiosk", "display", "bridge", "web", "technician"]
    counters: tuple[Id, ...] = ()  # a bridge acts for these alone


class CenterSettings(Table, frozen=True, kw_only=True):
    """The centre's file."""

    center: Id
    title: Text  # what it is: "Trung tâm Phục vụ hành chính công"
    name: Text  # where it is: "Phường Tân Lập"
    languages: tuple[str, ...] = ("vi", "en")
    timezone: str = "Asia/Ho_Chi_Minh"
    track_url: str = ""  # public address of a ticket's page, with {id}; unset: no QR on the ticket
    notices: tuple[Text, ...] = ()
    pay_minutes: Annotated[int, Meta(ge=1, le=60)] = 5  # how long a payment code is good for
    bank: Bank | None = None
    services: tuple[Service, ...]
    counters: tuple[Counter, ...]
    devices: tuple[Account, ...]

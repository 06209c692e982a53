"""The settings of a device and of a centre, as structs.

A device's file is short: which centre, which broker, its name, its role and its hardware. Everything that
people see comes from the centre's file, which only the hub reads. `config.load` reads both.
"""

from datetime import date
from pathlib import Path
from typing import Annotated, Literal

from msgspec import Meta, field

from config.categories import CATEGORIES, Category
from config.fields import (
    Amount,
    Baud,
    HexColor,
    Host,
    Id,
    Letter,
    Percent,
    Port,
    Purpose,
    Quota,
    Secret,
    Size,
    Table,
    Text,
)
from config.hardware import Gpio, Line, Modbus, Pad


class Broker(Table, frozen=True):
    """Where the centre's MQTT broker is, and this device's account there."""

    host: Host = "localhost"
    port: Port = 8883
    socket: str = ""  # a local socket in place of host and port: the hub's own listener
    username: str = ""  # the device's name unless set
    password: Secret = ""
    ca: str = ""  # the centre's certificate authority (a file); without it only loopback is allowed

    @property
    def where(self) -> str:
        """Its address, for people."""
        return self.socket or f"{self.host}:{self.port}"


class Screen(Table, frozen=True):
    """The window of a screen."""

    size: Size | None = None  # px, of a window; unset: the whole screen
    output: str = ""  # which screen, where a Pi has two: "HDMI-A-1" or "HDMI-A-2"
    remote_touch: bool = False  # a technician may touch it over the bus: for a demo, never in a hall


PaperWidth = Literal[384, 576]  # dots: 58 mm or 80 mm paper
Cutter = Literal["full", "partial", "presenter", "none"]
Status = Literal["automatic", "asked", "none"]  # it tells its changes, it answers questions, or neither
Confirm = Literal["gs-h", "gs-r", "none"]  # how it says that a job is on paper


class PrinterPort(Table, frozen=True):
    """A ticket printer: how it is connected, and what model it is.

    It has a `host`, a `serial` or a `usb`; a kiosk's may be another `device`, a printer that stands alone.
    What is unset is the profile's (`printer.profiles`).
    """

    profile: Literal[
        "epson-tm-t20", "epson-tm-t82", "xprinter-xp-80", "generic-80", "generic-58", "presenter"
    ] = "generic-80"
    host: Host = ""  # of a network printer
    port: Port = 9100
    serial: str = ""  # its serial port; a /dev/serial/by-id path survives replugging
    usb: str = ""  # its device file, or its serial number: it is then found wherever it is plugged in
    device: Id | None = None  # a printer of the centre that stands alone: it has all the rest of this
    template: Path | None = None  # what a ticket shows; unset: what comes with Lượt
    roll_m: Annotated[int, Meta(ge=1, le=500)] | None = None  # how long a new roll is, to tell what is left
    width: PaperWidth | None = None
    cutter: Cutter | None = None
    status: Status | None = None
    confirm: Confirm | None = None
    native_qr: bool | None = None
    doubles: bool | None = None
    baud: Baud | None = None


class Login(Table, frozen=True):
    """A person who works in the centre."""

    name: Id
    password_hash: Secret  # made by `luot login`
    counters: tuple[Id, ...] = ()  # the counters this person may open; none named: all of them
    role: Literal["clerk", "manager"] = "clerk"  # a manager also minds services, appointments and the clock


class Device(Table, frozen=True):
    """What every device's file says."""

    center: Id
    device: Id  # also the name of its account at the broker
    broker: Broker = Broker()
    data: Path | None = None  # a folder for this device alone, that survives a power cut
    volatile: bool = False  # that folder may vanish with a power cut: for a demo, never in a centre

    @property
    def folder(self) -> Path:
        """Where the device keeps what must survive a power cut."""
        return self.data or Path("/var/lib/luot") / self.device


class HubSettings(Device, frozen=True, kw_only=True, tag_field="role", tag="hub"):
    catalog: Path = Path("center.toml")  # the centre's file, beside this one unless a whole path

    @property
    def journal(self) -> Path:
        """Its journal of all that ever happened."""
        return self.folder / "journal.sqlite"


StaffPin = Annotated[
    str,
    Meta(pattern=r"\A([0-9]{4,8})?\Z", description="4 to 8 digits in quotes", extra={"masked": True}),
]


class KioskSettings(Device, frozen=True, kw_only=True, tag_field="role", tag="kiosk"):
    printer: PrinterPort
    screen: Screen = Screen()
    headphones: str = ""  # the ALSA device that reads the pages aloud; unset: nothing does
    staff_pin: StaffPin = ""  # opens the corner for staff; unset: there is none
    scanner: str = ""  # its serial port; a /dev/serial/by-id path survives replugging; unset: there is none


class PrinterSettings(Device, frozen=True, kw_only=True, tag_field="role", tag="printer"):
    printer: PrinterPort


VOICE = Path("/var/lib/luot/voice")


class DisplaySettings(Device, frozen=True, kw_only=True, tag_field="role", tag="display"):
    shows: Literal["board", "sign", "panel"]
    counter: Id | None = None  # whose sign or panel it is; a board has none
    screen: Screen = Screen()
    sound: bool = True
    voice: Path = VOICE  # its clip packs, a folder a language
    volume: dict[str, Percent] = field(default_factory=dict)  # by the hour from which it holds; unset: 100
    pictures: Path | None = None  # a folder of those that a board shows while nobody is called


class BridgeSettings(Device, frozen=True, kw_only=True, tag_field="role", tag="bridge"):
    line: Line | None = None
    pads: tuple[Pad, ...] = ()
    modbus: Modbus | None = None
    gpio: Gpio | None = None


class WebSettings(Device, frozen=True, kw_only=True, tag_field="role", tag="web"):
    logins: tuple[Login, ...]
    host: Host = "127.0.0.1"
    port: Port = 8080
    origin: str = ""  # the address that browsers use, where a proxy stands in front
    sepay_secret: Secret = ""  # checks the payment messages of SePay; unset: none are taken


class TechnicianSettings(Device, frozen=True, kw_only=True, tag_field="role", tag="technician"):
    """Those of no part: with them `luot ask` speaks to the others."""


DeviceSettings = (
    HubSettings
    | KioskSettings
    | DisplaySettings
    | BridgeSettings
    | WebSettings
    | PrinterSettings
    | TechnicianSettings
)


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


Interval = Annotated[
    str,
    Meta(
        pattern=r"\A([01][0-9]|2[0-3]):[0-5][0-9]-(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)\Z",
        description='from when to when, in quotes, as in "07:30-11:30"',
    ),
]


class Hours(Table, frozen=True):
    """When there is service, by day of the week; a day that is not named has none."""

    mon: tuple[Interval, ...] = ()
    tue: tuple[Interval, ...] = ()
    wed: tuple[Interval, ...] = ()
    thu: tuple[Interval, ...] = ()
    fri: tuple[Interval, ...] = ()
    sat: tuple[Interval, ...] = ()
    sun: tuple[Interval, ...] = ()


LabelNumber = Annotated[int, Meta(ge=2, le=9999)]


Icon = Literal["person", "house", "shop", "document", "heart", "receipt"]


class Service(Table, frozen=True, kw_only=True):
    id: Id
    letter: Letter
    name: Text
    hint: Text = field(default_factory=dict)  # what belongs to it, in a few words
    icon: Icon = "document"
    group: Id | None = None  # of `groups`, for kiosks that have no room for all services at once
    minutes: Annotated[float, Meta(gt=0, le=240)] = 8.0  # mean service time until the centre has its own
    target_wait: Annotated[int, Meta(ge=1, le=480)] = 20  # minutes; a ticket is due that long after its issue
    place: Text = field(default_factory=dict)  # where to go; unset: the counters that serve it
    fees: tuple[Fee, ...] = ()
    hours: Hours | None = None  # unset: the centre's
    quota: Quota | None = None  # numbers a day
    people: Annotated[int, Meta(ge=1, le=20)] = 1  # how many may be served on one number


class Group(Table, frozen=True, kw_only=True):
    """Services that belong together, behind one touch where a kiosk has no room for all of them."""

    id: Id
    name: Text
    icon: Icon = "document"


class Counter(Table, frozen=True, kw_only=True):
    id: Id
    number: Annotated[str, Meta(min_length=1, max_length=4)]  # drawn large, spoken: "3"
    name: Text = field(default_factory=dict)  # unset: "Quầy 3", "Counter 3"
    services: tuple[Id, ...]
    overflow: tuple[Id, ...] = ()  # taken only when none of its own waits
    auto_call: bool = False  # it calls the next by itself once it is free


class Account(Table, frozen=True):
    """A device of the centre and what it may do at the broker."""

    id: Id
    role: Literal["kiosk", "display", "bridge", "web", "printer", "technician"]
    counters: tuple[Id, ...] = ()  # a bridge acts for these alone
    guest: bool = False  # joins to try and to watch: nobody waits for its numbers


class Theme(Table, frozen=True):
    """What the centre's screens have of its own."""

    color: HexColor = ""  # in the place of lacquer; each screen takes the nearest tone that can be read
    emblem: Path | None = None  # a PNG file


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
    hours: Hours | None = None  # unset: at any time
    holidays: tuple[date, ...] = ()  # without service
    first_number: Annotated[int, Meta(ge=0, le=480)] = 30  # minutes before the first hour of a day
    last_number: Annotated[int, Meta(ge=0, le=480)] = 0  # minutes before the last hour of a day
    carry_over: bool = False  # who waits at the end of a day keeps number and place
    recalls: Annotated[int, Meta(ge=1, le=20)] = 3  # of one ticket at a counter; then it is a no-show
    return_minutes: Annotated[int, Meta(ge=0, le=720)] = 60  # how long a no-show may come back
    ratio: Annotated[int, Meta(ge=1, le=20)] | None = None  # ordinary tickets for one of priority
    theme: Theme | None = None
    rating: bool = False  # the panel asks how the service was
    offline_numbers: tuple[LabelNumber, LabelNumber] = (800, 999)  # of each letter, for kiosks cut off
    retention_days: Annotated[int, Meta(ge=31, le=3660)] = 365  # of the notes that clerks write
    categories: tuple[Category, ...] = CATEGORIES
    groups: tuple[Group, ...] = ()
    services: tuple[Service, ...]
    counters: tuple[Counter, ...]
    devices: tuple[Account, ...]

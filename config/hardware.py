"""The hardware of a bridge, as its settings describe it: lines, signs, number pads and pins."""

from typing import Annotated, Literal

from msgspec import Meta, field

from config.fields import Address, Baud, Id, Table

Act = Literal[
    "next", "recall", "start", "finish", "no-show", "hold", "requeue", "open", "pause", "close",
    "rate-1", "rate-2", "rate-3", "rate-4", "rate-5",
]  # fmt: skip
Keys = Annotated[tuple[Act, ...], Meta(min_length=1, max_length=16)]


class Keypad(Table, frozen=True):
    """A keypad on the line, the counter that it acts for, and what its keys do, in their order."""

    address: Address
    counter: Id
    keys: Keys = ("next", "recall", "no-show", "finish")


class OnLine(Table, frozen=True):
    """A rating pad, a number sign or a call lamp on the line, and its counter."""

    address: Address
    counter: Id


class Line(Table, frozen=True):
    """A serial line and what is on it."""

    port: str  # a /dev/serial/by-id path survives replugging
    baud: Baud = 19200
    keypads: tuple[Keypad, ...] = ()
    raters: tuple[OnLine, ...] = ()  # pads with five keys, on which citizens rate the service
    signs: tuple[OnLine, ...] = ()
    lamps: tuple[OnLine, ...] = ()


PadKey = Literal[
    "0", "1", "2", "3", "4", "5", "6", "7", "8", "9", ".", "enter", "+", "-", "*", "/", "=", "backspace",
    "tab", "esc",
]  # fmt: skip
PAD_KEYS: dict[PadKey, Act] = {"enter": "next", "+": "recall", "-": "no-show", "0": "finish"}


class Pad(Table, frozen=True):
    """A USB number pad, the counter that it acts for, and what its keys do, by what stands on them."""

    device: str  # a /dev/input/by-id/…-event-kbd path survives replugging
    counter: Id
    keys: dict[PadKey, Act] = field(default_factory=lambda: dict(PAD_KEYS))


LAST_REGISTER = 65535
Register = Annotated[int, Meta(ge=0, le=LAST_REGISTER)]
Word = Annotated[int, Meta(ge=0, le=65535)]


class Switch(Table, frozen=True):
    """A register that is on or off, and its two values."""

    register: Register
    on: Word = 1
    off: Word = 0


class ModbusSign(Table, frozen=True):
    """A number sign that other makers sell: its register map, as its manual has it, counted from 0."""

    address: Address
    counter: Id
    register: Register  # the first one of the number
    code: Literal["integer", "bcd", "ascii", "ascii-pairs"] = "integer"
    width: Annotated[int, Meta(ge=1, le=8)] = 4  # characters, where the code has any
    letter: Register | None = None  # takes the letter where the code has digits only
    blink: Switch | None = None  # on while the number is called
    light: Switch | None = None  # on while there is a number; may be a brightness
    swapped: bool = False  # a register's low byte is its first
    function: Literal[6, 16] = 16  # 6: registers are written one by one

    @property
    def registers(self) -> tuple[int, ...]:
        """All that are written, those of the number first."""
        count = {"ascii": self.width, "ascii-pairs": (self.width + 1) // 2}.get(self.code, 1)
        switches = [each.register for each in (self.blink, self.light) if each is not None]
        letter = [] if self.letter is None else [self.letter]
        return (*range(self.register, self.register + count), *letter, *switches)


class Modbus(Table, frozen=True):
    """A serial line with Modbus RTU signs and nobody else."""

    port: str  # a /dev/serial/by-id path survives replugging
    signs: Annotated[tuple[ModbusSign, ...], Meta(min_length=1)]
    baud: Baud = 9600
    parity: Literal["none", "even", "odd"] = "none"


Pin = Annotated[int, Meta(ge=2, le=27, description="a GPIO's number, 2 to 27, without quotes")]
Bounce = Annotated[int, Meta(ge=0, le=1000)]  # ms for which a contact must be still to count


class Contact(Table, frozen=True, kw_only=True):
    """What closes between a pin and ground, or, without `pull_up`, between a pin and 3.3 V."""

    pin: Pin
    pull_up: bool = True
    bounce_ms: Bounce = 30


class Button(Contact, frozen=True, kw_only=True):
    """A button at a counter, and what it does there."""

    counter: Id
    key: Act = "next"


class Sensor(Contact, frozen=True, kw_only=True):
    """A contact that is closed while all is well: the door shut, paper enough. So a cut wire is told, too."""

    watches: Literal["door", "paper"]


class Switched(Table, frozen=True, kw_only=True):
    """What a pin switches at a counter, a relay for the most part."""

    pin: Pin
    counter: Id
    active_high: bool = True


class Tower(Table, frozen=True, kw_only=True):
    """A tower light at a counter."""

    green: Pin
    amber: Pin
    red: Pin
    counter: Id
    active_high: bool = True


class Gpio(Table, frozen=True):
    """What is wired to the Pi itself; pins have the numbers of their GPIOs, not of their place."""

    buttons: tuple[Button, ...] = ()
    lamps: tuple[Switched, ...] = ()
    towers: tuple[Tower, ...] = ()
    buzzers: tuple[Switched, ...] = ()
    sensors: tuple[Sensor, ...] = ()

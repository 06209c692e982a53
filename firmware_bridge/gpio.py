"""What is wired to the Pi's own pins: buttons, lamps, tower lights, buzzers, sensors. A driver of the bridge.

gpiozero does the work, on lgpio. What changes at an input is told by lgpio's thread; outputs never make
anybody wait, so they are switched by whoever has something to show. Pins do not come and go: where they are
not there, the bridge does not start.
"""

import os
import sys
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from functools import partial
from itertools import count
from queue import SimpleQueue
from secrets import randbits
from tempfile import gettempdir
from typing import Any

from gpiozero import LED, Buzzer, Device, DigitalInputDevice, GPIOZeroError
from gpiozero.pins import Factory

from bus.messages import LinkHealth
from config.clock import Clock
from config.errors import HardwareAbsent
from config.hardware import Button, Contact, Gpio, Sensor
from firmware_bridge.driver import Face, KeyPressed, LinkChanged
from firmware_bridge.frames import Outcome
from firmware_bridge.lights import Light, is_new_call, lamp_of, tower_of

BLINK_S = 0.5
CALL_S = 0.3  # of sound: a number is called
REFUSED_S = 0.08  # of sound, twice: a button was refused
STATES = {"door": ("open", "closed"), "paper": ("low", "ready")}  # with its contact open, and closed
SYSTEM_PACKAGES = "/usr/lib/python3/dist-packages"  # has lgpio; PyPI has none for every Pi's Python


class Pins:
    """The pins that the settings name; each device is called by its own.

    `KeyPressed` and `LinkChanged` are put into `inbox`.
    """

    def __init__(self, settings: Gpio, inbox: SimpleQueue[object], *, clock: Clock | None = None) -> None:
        self._settings = settings
        self._inbox = inbox
        self._clock = clock or Clock()
        self._boot = randbits(32)
        self._presses = count(1)
        self._lights: dict[str, tuple[Sequence[LED], Callable[[Face], Sequence[Light]]]] = {}
        self._buzzers: dict[str, Buzzer] = {}
        self._sensors: dict[str, tuple[Sensor, DigitalInputDevice]] = {}
        self._sure: dict[str, Face] = {}  # the last one of each buzzer that was
        self._opened = ExitStack()
        self.keypads = {_name(each.pin): each.counter for each in settings.buttons}
        self.faces = {_name(each.pin): each.counter for each in (*settings.lamps, *settings.buzzers)}
        self.faces |= {_name(each.green): each.counter for each in settings.towers}

    def __enter__(self) -> "Pins":
        if Device.pin_factory is None:
            Device.pin_factory = pins_of_this_pi()
        with ExitStack() as opening:
            self._open(partial(_use, opening))
            self._opened = opening.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._opened.close()

    def show(self, name: str, face: Face) -> None:
        """From now on the light shows this; a buzzer tells what is new."""
        if name in self._lights:
            leds, lights_of = self._lights[name]
            for led, light in zip(leds, lights_of(face), strict=True):
                _shine(led, light)
        elif face.sure:
            if is_new_call(self._sure.get(name), face):
                self._buzzers[name].beep(CALL_S, n=1)
            self._sure[name] = face

    def answer(self, press: KeyPressed, outcome: Outcome) -> None:
        """A button that was refused sounds the buzzers of its counter; one that was taken is seen to work."""
        if outcome is Outcome.REFUSED:
            for name, buzzer in self._buzzers.items():
                if self.faces[name] == self.keypads[press.keypad]:
                    buzzer.beep(REFUSED_S, REFUSED_S, n=2)

    def health(self) -> tuple[LinkHealth, ...]:
        """What the sensors see; of all else nothing can be known."""
        return tuple(LinkHealth(name, self._state(name)) for name in self._sensors)

    def _open(self, use: Callable[..., Any]) -> None:
        settings = self._settings
        for lamp in settings.lamps:
            self._lights[_name(lamp.pin)] = [use(LED, lamp.pin, active_high=lamp.active_high)], lamp_of
        for tower in settings.towers:
            pins = (tower.green, tower.amber, tower.red)
            leds = [use(LED, pin, active_high=tower.active_high) for pin in pins]
            self._lights[_name(tower.green)] = leds, tower_of
        for each in settings.buzzers:
            self._buzzers[_name(each.pin)] = use(Buzzer, each.pin, active_high=each.active_high)
        for sensor in settings.sensors:
            name = f"{sensor.watches}-{sensor.pin}"
            contact = use(DigitalInputDevice, sensor.pin, **_wiring(sensor))
            self._sensors[name] = sensor, contact
            contact.when_activated = contact.when_deactivated = partial(self._sensed, name)
        for button in settings.buttons:
            contact = use(DigitalInputDevice, button.pin, **_wiring(button))
            contact.when_activated = partial(self._pressed, button)

    # On lgpio's thread

    def _pressed(self, button: Button) -> None:
        at = self._clock.monotonic() - button.bounce_ms / 1000
        name = _name(button.pin)
        self._inbox.put(KeyPressed(name, self._boot, next(self._presses), button.key, at))

    def _sensed(self, name: str) -> None:
        self._inbox.put(LinkChanged(name, self._state(name)))

    def _state(self, name: str) -> str:
        sensor, contact = self._sensors[name]
        return STATES[sensor.watches][bool(contact.is_active)]


def pins_of_this_pi() -> Factory:
    """What gpiozero needs to use them; `HardwareAbsent` on any other machine."""
    sys.path.append(SYSTEM_PACKAGES)
    os.environ.setdefault("LG_WD", gettempdir())  # lgpio makes a pipe there, or in whatever folder we are
    try:
        import lgpio
        from gpiozero.pins.lgpio import LGPIOFactory
    except ImportError as error:
        hint = "sudo apt-get install -y python3-lgpio"
        raise HardwareAbsent(f"The pins cannot be used: {error}.", hint=hint) from error
    try:
        return LGPIOFactory()
    except (GPIOZeroError, lgpio.error) as error:
        hint = "[gpio] is for a Raspberry Pi, and for an account in the group gpio."
        raise HardwareAbsent(f"The pins cannot be used: {error}.", hint=hint) from error


def _name(pin: int) -> str:
    """A device in the bridge; `lamp-17` would be the lamp of that address on the line, too."""
    return f"gpio-{pin}"


def _use(opening: ExitStack, kind: type[Device], pin: int, **wiring: Any) -> Any:
    """A device of gpiozero's at that pin."""
    try:
        return opening.enter_context(kind(pin, **wiring))
    except _troubles() as error:
        hint = "Wire it to another one; this one may be taken, as for SPI, I2C or 1-Wire."
        raise HardwareAbsent(f"GPIO {pin} cannot be used: {error}.", hint=hint) from error


def _troubles() -> tuple[type[Exception], ...]:
    """What a pin can raise: gpiozero's errors, and lgpio's where that is in use."""
    lgpio = sys.modules.get("lgpio")
    return (GPIOZeroError, lgpio.error) if lgpio else (GPIOZeroError,)


def _wiring(contact: Contact) -> dict[str, Any]:
    return {"pull_up": contact.pull_up, "bounce_time": contact.bounce_ms / 1000 or None}


def _shine(led: LED, light: Light) -> None:
    match light:
        case "on":
            led.on()
        case "off":
            led.off()
        case "blinking":
            led.blink(BLINK_S, BLINK_S)

"""Number signs of the market on a Modbus line: a driver of the bridge."""

from functools import partial
from queue import SimpleQueue

from bus.messages import LinkHealth
from config.clock import Clock
from config.hardware import Modbus
from firmware_bridge.driver import Face, KeyPressed
from firmware_bridge.frames import Outcome
from firmware_bridge.modbus_master import ModbusMaster
from firmware_bridge.port import Port


class ModbusLine:
    """The signs of one line, which has nobody else on it.

    `LinkChanged` is put into `inbox`, and an exception that ends its thread.
    """

    def __init__(self, settings: Modbus, inbox: SimpleQueue[object], *, clock: Clock | None = None) -> None:
        self._master = ModbusMaster(settings, inbox.put)
        parity = settings.parity[0].upper()
        self._port = Port(settings.port, self._master, inbox, parity=parity, clock=clock)
        self.keypads: dict[str, str] = {}
        self.faces = self._master.faces

    def __enter__(self) -> "ModbusLine":
        self._port.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self._port.__exit__()

    def show(self, name: str, face: Face) -> None:
        """From now on the sign shows this, whatever happens to it or to the line."""
        self._port.do(partial(self._master.show, name, face))

    def answer(self, press: KeyPressed, outcome: Outcome) -> None:
        """Nobody presses a sign."""

    def health(self) -> tuple[LinkHealth, ...]:
        """The line and its signs; only numbers are read, so any thread may ask."""
        return self._master.health()

"""What staff do at the screen: an act of their corner, carried out."""

import logging
from collections.abc import Callable
from uuid import uuid4

from bus.asks import Reopen, Shut
from bus.device import Device
from bus.device_asks import DeviceRequest, Print
from bus.messages import Payload
from config.errors import LuotError
from kiosk.corner import Act
from kiosk.reprints import Reprints
from printer.press import Press
from printer.shared import SharedPrinter

log = logging.getLogger(__name__)

STAFF_S = 5.0  # staff wait for the hub's answer that long


class Acts:
    """`told` gets what became of an act, once that is known."""

    def __init__(self, device: Device, printer: Press | SharedPrinter, reprints: Reprints) -> None:
        self._device = device
        self._printer = printer
        self._reprints = reprints

    def carry_out(self, act: Act, told: Callable[[Payload | LuotError], None]) -> None:
        match act:
            case "test-print":  # as they do when they have changed the paper
                self._printer.roll_changed()
                self._reprints.test(DeviceRequest(uuid4()), told)
            case "restart":
                log.warning("restarting, as staff asked at the screen")
                raise SystemExit(0)
            case Print():
                self._reprints.again(act, told)
            case Reopen():
                self._device.ask("reopen", act, within=STAFF_S, then=told)
            case Shut():
                self._device.ask("shut", act, within=STAFF_S, then=told)

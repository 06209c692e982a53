"""A printer that stands alone, as a kiosk sees it over the bus: in place of a `Press` of its own.

A ticket is asked for under one request id, again and again until it is answered: the printer prints it once.
Where no answer comes in time nobody knows whether it is on paper.
"""

import math
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Self
from uuid import uuid4

from bus.answers import Nothing, Ticket
from bus.device import HEALTH_S, Device, Received
from bus.device_asks import DeviceRequest, Printed, PrintTicket
from bus.messages import Health, LinkHealth, Payload, Status
from bus.topics import DEVICE_REPLY, HEALTH, STATUS
from config.errors import LuotError, Unreachable
from config.settings import PrinterPort
from printer.press import Press
from printer.spool import Done, PrinterChanged
from printer.status import PrinterState

ANSWER_S = 15.0  # a ticket takes 2 s, and another one may be before it
OLD_S = 3 * HEALTH_S
STATES = {str(state): state for state in PrinterState}  # a newer printer may have another word


def topics(center: str, device: str, printer: str) -> tuple[str, ...]:
    """What a device has to hear to print there."""
    return (
        HEALTH.path(center, device=printer),
        STATUS.path(center, device=printer),
        DEVICE_REPLY.path(center, device=printer, asker=device),
    )


class SharedPrinter:
    """`tell` gets what becomes of a ticket and of the printer; `hear` wants all that the device hears."""

    def __init__(self, device: Device, printer: str, tell: Callable[[Done | PrinterChanged], None]) -> None:
        self.device = device
        self.name = printer
        self.tickets_left: int | None = None
        self._tell = tell
        self._online = False
        self._said = PrinterState.SILENT  # by its last health
        self._heard = -math.inf

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """There is nothing to end: what is under way is the printer's."""

    @property
    def state(self) -> PrinterState:
        fresh = self.device.clock.monotonic() - self._heard < OLD_S
        return self._said if self._online and fresh and self.device.connected else PrinterState.SILENT

    def links(self) -> tuple[LinkHealth, ...]:
        return ()

    def hear(self, news: object) -> None:
        """What the printer says of itself."""
        if not isinstance(news, Received) or news.ids.get("device") != self.name:
            return
        before = self.state
        match news.payload:
            case Status(status):
                self._online = status == "online"
            case Health(printer=str(word), tickets_left=left):
                self._said = STATES.get(word, PrinterState.OFFLINE)
                self.tickets_left, self._heard = left, self.device.clock.monotonic()
        if self.state is not before:
            self._tell(PrinterChanged(self.state))

    def print(self, job: str, ticket: Ticket, *, again: bool = False) -> None:
        """Ask for it, where the printer is known to print: nothing is sent to one that cannot."""
        if not self.state.can_print:
            self._tell(Done(job, "failed", self.state, f"the printer {self.name} is {self.state}"))
            return
        request = PrintTicket(uuid4(), ticket, again)
        self._ask("print-ticket", request, partial(self._answered, job))

    def print_test(self, job: str, device: str) -> None:
        """A page by which a technician sees that all is right."""
        self._ask("test-print", DeviceRequest(uuid4()), partial(self._answered, job))

    def roll_changed(self) -> None:
        """As staff say."""
        self._ask("paper-changed", DeviceRequest(uuid4()), lambda _: None)

    def _ask(
        self, verb: str, request: PrintTicket | DeviceRequest, then: Callable[[Payload | LuotError], None]
    ) -> None:
        self.device.ask(verb, request, within=ANSWER_S, then=then, of=self.name)

    def _answered(self, job: str, answer: Payload | LuotError) -> None:
        match answer:
            case Printed(outcome, reason):
                done = Done(job, outcome, self.state, reason)
            case Nothing():
                done = Done(job, "printed", self.state)
            case Unreachable():
                done = Done(job, "unknown", self.state, answer.message)
            case LuotError():
                done = Done(job, "failed", self.state, answer.message)
        self._tell(done)


def printer_of(port: PrinterPort, folder: Path, device: Device) -> Press | SharedPrinter:
    """The device's own, or one that stands alone."""
    if port.device:
        return SharedPrinter(device, port.device, device.inbox.put)
    return Press(port, folder, device.states, device.inbox.put)

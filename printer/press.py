"""A printer of a device's own, from a ticket to its paper: composed, encoded, and handed to the spool.

It minds the roll, too: a printer that is ready counts as low on paper when little is left by estimate.
"""

from collections.abc import Callable
from pathlib import Path
from threading import Timer
from types import TracebackType
from typing import Self

from bus.answers import Ticket
from bus.messages import CenterState, LinkHealth
from bus.states import States
from config.errors import Refused
from config.settings import PrinterPort
from config.words import pick
from printer import roll
from printer.drawing import check_text
from printer.encode import encode, warm_up
from printer.profiles import profile_of
from printer.roll import EARLY, Roll
from printer.spool import Done, Job, PrinterChanged, Spool
from printer.status import PrinterState
from printer.template import template_of
from printer.ticket import compose, compose_test_page

WARM_S = 2.0  # after the start, when a screen has its first picture and nobody has touched it yet


class Press:
    """Prints from `with` to its end, in the hub's words.

    `tell` gets what becomes of it, from the spool's thread; `hear` wants it back on that of the device.
    """

    def __init__(
        self,
        settings: PrinterPort,
        folder: Path,
        states: States,
        tell: Callable[[Done | PrinterChanged], None],
    ) -> None:
        self.settings = settings
        self.folder = folder
        self.states = states
        self.profile = profile_of(settings)
        self.spool = Spool(settings, folder, tell)
        self.roll = Roll()
        self._roll_mm = settings.roll_m * 1000.0 if settings.roll_m else None
        self._lengths: dict[str, float] = {}  # of the jobs under way, mm
        self._warming = Timer(WARM_S, warm_up)

    def __enter__(self) -> Self:
        check_text()
        template_of(self.settings)  # a mistake in it is told now and not at the first ticket
        self.roll = roll.read(self.folder)
        self.spool.__enter__()
        self._warming.daemon = True
        self._warming.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._warming.cancel()
        self.spool.__exit__(kind, error, trace)

    @property
    def state(self) -> PrinterState:
        left, state = self.tickets_left, self.spool.state
        few = state is PrinterState.READY and left is not None and left < EARLY
        return PrinterState.PAPER_LOW if few else state

    @property
    def tickets_left(self) -> int | None:
        return self.roll.tickets_left(self._roll_mm)

    def links(self) -> tuple[LinkHealth, ...]:
        return (self.spool.health(),)

    def hear(self, news: object) -> None:
        """Mind what it means for the roll."""
        match news:
            case Done(job, outcome):
                mm = self._lengths.pop(job, 0.0)
                if mm and outcome != "failed":
                    self._minded(self.roll.fed(mm))
            case PrinterChanged(state):
                self._minded(self.roll.seen(state, self._roll_mm))

    def roll_changed(self) -> None:
        """As staff say."""
        self._minded(self.roll.changed())

    def print(self, job: str, ticket: Ticket, *, again: bool = False) -> None:
        """Raises Refused while the hub was never heard, when nobody could have taken a ticket.

        And for one that nobody could print: over the bus any may come.
        """
        center = self._center()
        name, *then = (self._name(each, ticket.language) for each in (ticket.service, *ticket.then))
        dated = not ticket.offline or self.states.hub_now() is not None
        template, width = template_of(self.settings), self.profile.width
        try:
            composed = compose(
                ticket, center, name, width, template, then=", ".join(then), dated=dated, again=again
            )
            data = encode(composed, self.profile)
        except (ValueError, OverflowError, RecursionError, OSError) as error:
            # Words or a time without measure, or a template's picture that is gone by now.
            raise Refused("bad-request", f"This ticket cannot be drawn: {error}.") from error
        self._submit(job, data, composed.mm, again=again)

    def print_test(self, job: str, device: str) -> None:
        """A page by which a technician sees that all is right. Raises Refused while no hub was heard."""
        page = compose_test_page(self._center(), device, self.profile.width)
        self._submit(job, encode(page, self.profile), page.mm)

    def _name(self, service: str, language: str) -> str:
        """What it is called; empty for one that the centre has no longer."""
        found = self.states.catalog.service(service) if self.states.catalog else None
        return pick(found.name, language) if found else ""

    def _center(self) -> CenterState:
        if self.states.center is None:
            raise Refused("conflict", "The hub has not been heard of yet.")
        return self.states.center

    def _submit(self, job: str, data: bytes, mm: float, *, again: bool = False) -> None:
        self._lengths[job] = mm
        self.spool.submit(Job(job, data, again=again))

    def _minded(self, now: Roll) -> None:
        if now != self.roll:
            self.roll = now
            roll.write(self.folder, now)

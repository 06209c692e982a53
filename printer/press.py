"""A printer of a device's own, from a ticket to its paper: composed, encoded, and handed to the spool."""

from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

from bus.messages import CenterState, LinkHealth, Ticket
from bus.states import States
from config.errors import Refused
from config.settings import PrinterPort
from config.words import pick
from printer.drawing import check_text
from printer.encode import encode
from printer.profiles import profile_of
from printer.spool import Done, Job, PrinterChanged, Spool
from printer.status import PrinterState
from printer.template import template_of
from printer.ticket import Composed, compose, compose_test_page


class Press:
    """Prints from `with` to its end, in the hub's words. `tell` gets what becomes of it (`printer.spool`)."""

    def __init__(
        self,
        settings: PrinterPort,
        folder: Path,
        states: States,
        tell: Callable[[Done | PrinterChanged], None],
    ) -> None:
        self.settings = settings
        self.states = states
        self.profile = profile_of(settings)
        self.spool = Spool(settings, folder, tell)

    def __enter__(self) -> Self:
        check_text()
        template_of(self.settings)  # a mistake in it is told now and not at the first ticket
        self.spool.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.spool.__exit__(kind, error, trace)

    @property
    def state(self) -> PrinterState:
        return self.spool.state

    def health(self) -> tuple[LinkHealth, ...]:
        return (self.spool.health(),)

    def print(self, job: str, ticket: Ticket, *, again: bool = False) -> None:
        """Raises Refused while the hub was never heard: nobody could have taken a ticket."""
        center, catalog = self._center(), self.states.catalog
        service = catalog.service(ticket.service) if catalog else None
        name = pick(service.name, ticket.language) if service else ""
        dated = not ticket.offline or self.states.hub_now() is not None
        template = template_of(self.settings)
        width = self.profile.width
        self._submit(
            job, compose(ticket, center, name, width, template, dated=dated, again=again), again=again
        )

    def print_test(self, job: str, device: str) -> None:
        """A page by which a technician sees that all is right. Raises Refused while no hub was heard."""
        self._submit(job, compose_test_page(self._center(), device, self.profile.width))

    def _center(self) -> CenterState:
        if self.states.center is None:
            raise Refused("conflict", "The hub has not been heard of yet.")
        return self.states.center

    def _submit(self, job: str, composed: Composed, *, again: bool = False) -> None:
        self.spool.submit(Job(job, encode(composed, self.profile), again=again))

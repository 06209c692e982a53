"""A printer that stands alone: kiosks without one of their own print on it over the bus."""

import logging
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from uuid import UUID

from bus.answers import Nothing
from bus.asks import Request
from bus.device import Device, Reply
from bus.device_asks import Printed, PrintTicket
from bus.disk import DiskFault
from bus.health import HealthFacts
from bus.messages import Outcome
from bus.topics import PEER_ASK, STATE_CATALOG, STATE_CENTER
from config.clock import Clock
from config.errors import Refused
from config.settings import PrinterSettings
from printer.jobs import Jobs
from printer.press import Press
from printer.spool import CAME_OUT, Done, PrinterChanged

log = logging.getLogger(__name__)

TURN_S = 1.0

Tell = Callable[[Printed | Refused], None]


class Printer:
    """A press on the bus, and a memory of what it was asked for."""

    def __init__(self, settings: PrinterSettings, *, clock: Clock | None = None) -> None:
        topics = [topic.path(settings.center) for topic in (STATE_CENTER, STATE_CATALOG)]
        asks = PEER_ASK.filter(settings.center, device=settings.device)
        self.device = Device(settings, "printer", [*topics, asks], clock=clock)
        self.press = Press(settings.printer, settings.folder, self.device.states, self.device.inbox.put)
        self.jobs = Jobs(settings.folder, volatile=settings.volatile)
        self._asked: dict[str, Tell] = {}  # who asked for what is under way, by its job: the request
        self._opened = ExitStack()

    def __enter__(self) -> "Printer":
        self.device.health_facts = self._health
        self.device.serve("print-ticket", self._print)
        self.device.serve("test-print", self._test_print)
        self.device.serve("paper-changed", self._paper_changed)
        with ExitStack() as opening:
            opening.callback(self.jobs.close)
            for part in (self.press, self.device):
                opening.enter_context(part)
            self._opened = opening.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._opened.close()

    def step(self, timeout: float = TURN_S) -> None:
        """Take what is new, waiting for it up to `timeout` seconds."""
        for news in self.device.step(timeout):
            self.press.hear(news)
            match news:
                case Done():
                    self._done(news)
                case PrinterChanged():
                    self.device.report()

    def _print(self, request: Request, reply: Tell) -> None:
        assert isinstance(request, PrintTicket)
        self._once(request, reply, partial(self.press.print, ticket=request.ticket, again=request.again))

    def _test_print(self, request: Request, reply: Reply) -> None:
        def tell(printed: Printed | Refused) -> None:
            match printed:
                case Printed(outcome, reason) if outcome not in CAME_OUT:
                    reply(Refused("conflict", reason or "It did not come out."))
                case Printed():
                    reply(Nothing())
                case _:
                    reply(printed)

        self._once(request, tell, partial(self.press.print_test, device=self.device.name))

    def _once(self, request: Request, tell: Tell, begin: Callable[[str], None]) -> None:
        """Begin a job for a request that is a new one; of any other the answer is known, or on its way."""
        job = str(request.request)
        try:
            if self.jobs.begin(request.request):
                begin(job)
            elif outcome := self.jobs.outcome(request.request):
                tell(Printed(outcome))
                return
            self._asked[job] = tell
        except DiskFault as fault:
            tell(Refused("busy", fault.message))
        except Refused as refused:
            self._end(request.request, "failed")
            tell(refused)

    def _done(self, done: Done) -> None:
        """Of a job that an earlier process left, `Jobs` has known since the start that it is unknown."""
        if tell := self._asked.pop(done.job, None):
            self._end(UUID(done.job), done.outcome)
            tell(Printed(done.outcome, done.reason))

    def _end(self, request: UUID, outcome: Outcome) -> None:
        try:
            self.jobs.end(request, outcome)
        except DiskFault as fault:  # at the next start it is unknown
            log.error("%s %s", fault.message, fault.hint)

    def _paper_changed(self, _request: Request, reply: Reply) -> None:
        self.press.roll_changed()
        self.device.report()
        reply(Nothing())

    def _health(self) -> HealthFacts:
        return HealthFacts(
            printer=self.press.state, tickets_left=self.press.tickets_left, links=self.press.links()
        )


def run(settings: PrinterSettings) -> None:
    """Print for ever."""
    with Printer(settings) as printer:
        while True:
            printer.step()

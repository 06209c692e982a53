"""A printer that stands alone: kiosks without one of their own print on it over the bus."""

import logging
from contextlib import ExitStack
from uuid import UUID

from bus.asks import Printed, PrintTicket, Request
from bus.device import Device, Reply
from bus.disk import DiskFault
from bus.health import HealthFacts
from bus.messages import Nothing
from bus.topics import STATE_CATALOG, STATE_CENTER
from config.clock import Clock
from config.errors import Refused
from config.settings import PrinterSettings
from printer.jobs import Jobs
from printer.press import Press
from printer.spool import Done, PrinterChanged

log = logging.getLogger(__name__)

TURN_S = 1.0
TEST = "test-print/"  # how the jobs of test pages are called; others are called as their request


class Printer:
    """A press on the bus, and a memory of what it was asked for."""

    def __init__(self, settings: PrinterSettings, *, clock: Clock | None = None) -> None:
        topics = (STATE_CENTER, STATE_CATALOG)
        self.device = Device(
            settings, "printer", [topic.filter(settings.center) for topic in topics], clock=clock
        )
        self.press = Press(settings.printer, settings.folder, self.device.states, self.device.inbox.put)
        self.jobs = Jobs(settings.folder, volatile=settings.volatile)
        self._replies: dict[str, Reply] = {}  # to who asked for what is under way, by its job
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

    def _print(self, request: Request, reply: Reply) -> None:
        assert isinstance(request, PrintTicket)
        job = str(request.request)
        try:
            if self.jobs.begin(request.request):
                self.press.print(job, request.ticket, again=request.again)
            elif outcome := self.jobs.outcome(request.request):
                reply(Printed(outcome))
                return
            self._replies[job] = reply
        except DiskFault as fault:
            reply(Refused("busy", fault.message))
        except Refused as refused:
            self.jobs.end(request.request, "failed")
            reply(refused)

    def _done(self, done: Done) -> None:
        reply = self._replies.pop(done.job, None)
        if done.job.startswith(TEST):
            if reply:
                reply(Nothing() if done.came_out else Refused("conflict", done.reason))
            return
        try:
            self.jobs.end(UUID(done.job), done.outcome)
        except DiskFault as fault:  # at the next start it is unknown
            log.error("%s %s", fault.message, fault.hint)
        if reply:
            reply(Printed(done.outcome, done.reason))

    def _test_print(self, request: Request, reply: Reply) -> None:
        job = f"{TEST}{request.request}"
        try:
            self.press.print_test(job, self.device.name)
            self._replies[job] = reply
        except Refused as refused:
            reply(refused)

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

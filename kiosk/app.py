"""The kiosk: touches become numbers on the screen and on paper.

What keeps numbers true is the order: a `take` is on disk before it is asked, its end before anything is shown
or printed, and what became of the paper is on disk until the hub has heard of it.
"""

import logging
from contextlib import ExitStack
from functools import partial
from uuid import uuid4

from bus.asks import Adopt, Delivered, Request, Take
from bus.device import Device, Reply
from bus.health import HealthFacts
from bus.messages import Nothing, Payload, Ticket
from bus.remote import serve_screen
from bus.session import Connected
from bus.topics import STATE_CATALOG, STATE_CENTER, STATE_QUEUE
from config.clock import Clock
from config.errors import LuotError, Refused, Unreachable
from config.settings import KioskSettings
from config.words import hour, pick
from kiosk.journey import Journey, Offer
from kiosk.memory import DiskFault, Memory
from kiosk.pages import lay_out
from kiosk.scene import Scene
from kiosk.sheet import Sheet
from printer.encode import encode
from printer.spool import Done, Job, PrinterChanged, Spool
from printer.ticket import Composed, check_text, compose, compose_test_page
from screen.remote import Remote
from screen.window import Closed, Exposed, Touch, Window

log = logging.getLogger(__name__)

TURN_S = 1 / 30  # what SDL has does not wake the loop: it looks that often
TAKE_S = 2.0  # longer nobody waits for a number
REPORT_S = 5.0
AGAIN_S = 10.0  # before a report that the hub did not answer is made again


class Kiosk:
    """The touch screen, its printer and its memory, on the bus."""

    def __init__(self, settings: KioskSettings, *, clock: Clock | None = None) -> None:
        self.settings = settings
        topics = (STATE_CENTER, STATE_CATALOG, STATE_QUEUE)
        self.device = Device(
            settings, "kiosk", [topic.filter(settings.center) for topic in topics], clock=clock
        )
        self.window = Window(settings.screen, f"Lượt · {settings.device}", self.device.clock)
        self.remote = Remote(self.window, self.device.inbox.put)
        self.spool = Spool(settings.printer, self.device.inbox.put)
        self.memory = Memory(settings.folder)
        self.journey = Journey()
        self.scene: Scene | None = None  # of the last frame
        self.sheet: Sheet | None = None
        self._can_print = True  # until the printer says otherwise
        self._tests: dict[str, Reply] = {}  # test pages under way, by their job
        self._reporting = False
        self._report_due = 0.0
        self._fault = ""
        self._opened = ExitStack()

    def __enter__(self) -> "Kiosk":
        check_text()
        self.device.health_facts = self._health
        self.device.serve("test-print", self._test_print)
        touch = self.window.touch if self.settings.screen.remote_touch else None
        serve_screen(self.device, self.remote.picture, touch)
        with ExitStack() as opening:
            opening.callback(self.memory.close)
            for part in (self.window, self.remote, self.spool, self.device):
                opening.enter_context(part)
            self._opened = opening.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._opened.close()

    def step(self, timeout: float = TURN_S) -> None:
        """Take what is new, waiting for it up to `timeout` seconds, and show it."""
        for news in self.device.step(timeout):
            match news:
                case Done():
                    self._done(news)
                case PrinterChanged(state):
                    self._can_print = state.can_print
                    self.device.report()
                case Connected():
                    self._report_due = 0.0
        for event in self.window.events():
            match event:
                case Touch("down", x, y):
                    self._touched(x, y)
                case Exposed():
                    self.scene = None
                case Closed():
                    raise SystemExit(0)
        self.journey = self.journey.passed(self._now())
        if self._now() >= self._report_due:
            self._report()
        self._show()
        self.remote.step()

    # A number

    def _touched(self, x: int, y: int) -> None:
        target = self.sheet.at(x, y) if self.sheet else None
        if target is None:
            return
        offer = Offer.of(self.device.states)
        self.journey, take = self.journey.touch(target, offer=offer, request=uuid4(), now=self._now())
        if take is None:
            return
        try:
            self.memory.begin(take)
        except DiskFault as fault:
            self._say(fault)
            self.journey, _ = self.journey.answer(take.request, fault, self._now())
            return
        self.device.ask("take", take, within=TAKE_S, then=partial(self._answered, take))

    def _answered(self, take: Take, answer: Payload | Refused | Unreachable) -> None:
        assert isinstance(answer, Ticket | Refused | Unreachable)
        outcome: Ticket | LuotError = answer
        try:
            self.memory.end(take.request, answer)
        except DiskFault as fault:
            self._say(fault)
            outcome = fault
        self.journey, effect = self.journey.answer(take.request, outcome, self._now())
        if effect:
            self._print(effect.ticket)
        self._report_due = 0.0  # what was given up is told soon

    def _print(self, ticket: Ticket) -> None:
        center, catalog = self.device.states.center, self.device.states.catalog
        assert center is not None  # without it nothing could be touched
        service = catalog.service(ticket.service) if catalog else None
        name = pick(service.name, ticket.language) if service else ""
        self._submit(ticket.id, compose(ticket, center, name, self.settings.printer.width))

    def _submit(self, job: str, composed: Composed) -> None:
        self.spool.submit(Job(job, encode(composed, self.settings.printer)))

    def _done(self, done: Done) -> None:
        """A job of the printer ended: a ticket, or a technician's test page."""
        if reply := self._tests.pop(done.job, None):
            reply(Nothing() if done.outcome in ("printed", "sent") else Refused("conflict", done.reason))
            return
        self.journey = self.journey.paper(done.job, done.outcome, self._now())
        try:
            self.memory.delivered(done.job, done.outcome)
        except DiskFault as fault:
            self._say(fault)
        self._report_due = 0.0

    # What the hub has yet to hear

    def _report(self) -> None:
        """Tell the next thing, one at a time; until it is answered it stays on the disk."""
        if self._reporting:
            return
        self._report_due = self._now() + AGAIN_S
        try:
            report = self.memory.given_up() or self.memory.fact()
        except DiskFault as fault:
            self._say(fault)
            return
        if report:
            self._reporting = True
            verb = "adopt" if isinstance(report, Adopt) else "delivered"
            self.device.ask(verb, report, within=REPORT_S, then=partial(self._reported, report))

    def _reported(self, report: Adopt | Delivered, answer: Payload | Refused | Unreachable) -> None:
        self._reporting = False
        if isinstance(answer, Unreachable) or (isinstance(answer, Refused) and answer.code == "bad-request"):
            return  # it may be told again
        if isinstance(answer, Refused):  # it has heard it, and will not say otherwise another time
            log.error("the hub refused a report report=%r error=%s", report, answer.message)
        try:
            self.memory.told(report)
        except DiskFault as fault:
            self._say(fault)
        else:
            self._report_due = 0.0

    # The screen

    def _show(self) -> None:
        """Draw the page where it is another than the one that is shown."""
        states, journey = self.device.states, self.journey
        now = states.hub_now()
        scene = Scene(
            page=journey.page,
            language=journey.language,
            offer=Offer.of(states),
            hour=hour(now, states.center.timezone) if now and states.center else "",
            left=journey.left(self._now()),
            paper=self._can_print,
        )
        if scene != self.scene or self.window.stale:
            self.scene, self.sheet = scene, lay_out(scene, self.window.size)
            self.sheet.paint(self.window.surface)
            self.window.present()

    def _now(self) -> float:
        return self.device.clock.monotonic()

    def _say(self, fault: DiskFault) -> None:
        """Once: a disk that fails does so again and again."""
        if fault.message != self._fault:
            self._fault = fault.message
            log.error("%s %s", fault.message, fault.hint)

    # What a technician asks

    def _health(self) -> HealthFacts:
        return HealthFacts(
            frame_age_s=self.window.frame_age_s, printer=self.spool.state, links=(self.spool.health(),)
        )

    def _test_print(self, request: Request, reply: Reply) -> None:
        center = self.device.states.center
        if center is None:
            reply(Refused("conflict", "The hub has not been heard of yet."))
            return
        job = f"test-print-{request.request}"
        self._tests[job] = reply
        self._submit(job, compose_test_page(center, self.settings.device, self.settings.printer.width))


def run(settings: KioskSettings) -> None:
    """Serve citizens for ever."""
    with Kiosk(settings) as kiosk:
        while True:
            kiosk.step()

"""The kiosk: touches become numbers on the screen and on paper, with the hub or without it."""

import logging
import math
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from uuid import uuid4

from bus.answers import Ticket
from bus.device import Device
from bus.health import HealthFacts
from bus.issuer import Issuer
from bus.memory import Memory
from bus.messages import LinkHealth, Payload
from bus.remote import serve_screen
from bus.topics import STATE_CATALOG, STATE_CENTER, STATE_QUEUE
from config.clock import Clock
from config.errors import LuotError, Refused
from config.settings import KioskSettings
from config.words import hour, say
from kiosk import focus, notices
from kiosk.acts import Acts
from kiosk.corner import Corner, Staff
from kiosk.fingers import Fingers
from kiosk.journey import Asked, Home, Journey, Trouble
from kiosk.narrator import Narrator
from kiosk.offer import Offer
from kiosk.pace import Pace
from kiosk.pages import lay_out
from kiosk.papers import Papers
from kiosk.reprints import Reprints
from kiosk.scene import Scene
from kiosk.sheet import Sheet
from printer import shared
from printer.spool import Done, PrinterChanged
from scanner.port import Scanned, Scanner, ScannerChanged
from screen.remote import Remote
from screen.window import Closed, Exposed, Key, KeyName, Letter, ScreenEvent, Touch, Window

log = logging.getLogger(__name__)

TURN_S = 1 / 30  # what SDL has does not wake the loop: it looks that often
LOOK_S = 0.1  # between looks at what only time changes: the hour, a notice, a hub that is silent
TAKE_S = 1.5  # longer the hub is not waited for: the number of our own is there within 2 s


class Kiosk:
    """The touch screen and its printer, around an issuer of numbers."""

    def __init__(self, settings: KioskSettings, *, clock: Clock | None = None) -> None:
        self.settings = settings
        topics = [topic.filter(settings.center) for topic in (STATE_CENTER, STATE_CATALOG, STATE_QUEUE)]
        if settings.printer.device:
            topics += shared.topics(settings.center, settings.device, settings.printer.device)
        self.device = Device(settings, "kiosk", topics, clock=clock)
        self.window = Window(settings.screen, f"Lượt · {settings.device}", self.device.clock)
        self.remote = Remote(self.window, self.device.inbox.put)
        self.printer = shared.printer_of(settings.printer, settings.folder, self.device)
        ports = [settings.scanner] if settings.scanner else []
        self.scanners = [Scanner(port, self.device.inbox.put, clock=self.device.clock) for port in ports]
        self.papers = Papers(settings.folder)
        self.reprints = Reprints(self.printer, self.papers, settings.device)
        self.acts = Acts(self.device, self.printer, self.reprints)
        memory = Memory(settings.folder, self.device.clock, volatile=settings.volatile)
        self.issuer = Issuer(self.device, memory, leases=True)
        self.journey = Journey()
        self.corner = Corner(settings.staff_pin)
        self.narrator = Narrator(settings.headphones, self.device.clock)
        self.scene: Scene | None = None  # of the last frame
        self.sheet: Sheet | None = None
        self.fingers = Fingers()
        self.pace = Pace()
        self.focus = ""  # the target that the keys have reached, or that a finger is on
        self._looks = -math.inf  # when to look again, though nothing has happened
        self._opened = ExitStack()

    def __enter__(self) -> "Kiosk":
        self.papers.open()
        self.device.health_facts = self._health
        self.device.serve("print", self.reprints.again)
        self.device.serve("paper-changed", self.reprints.paper_changed)
        self.device.serve("test-print", self.reprints.test)
        touch = self.window.touch if self.settings.screen.remote_touch else None
        serve_screen(self.device, self.remote.picture, touch)
        with ExitStack() as opening:
            for part in (self.window, self.remote, self.narrator, self.printer, self.issuer, self.device):
                opening.enter_context(part)
            for scanner in self.scanners:
                opening.enter_context(scanner)
            self._opened = opening.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._opened.close()

    def step(self, timeout: float = TURN_S) -> None:
        """Take what is new, waiting for it up to `timeout` seconds, and show it."""
        before = self.journey, self.corner
        news = self.device.step(timeout)
        for each in news:
            self._hear(each)
        self.issuer.step(news)
        events = self.window.events()
        for event in events:
            self._happen(event)
        if self.narrator.reading:
            self.journey = self.journey.attend(self._now())
        now = self._now()
        self.journey, self.corner = self.journey.passed(now), self.corner.passed(now)
        other = self.journey is not before[0] or self.corner is not before[1]
        if news or events or other or now >= self._looks:
            self._looks = now + LOOK_S
            self._show()
        self.remote.step()

    def _hear(self, news: object) -> None:
        """Something that the device heard: of the bus, the printer, the scanner."""
        self.printer.hear(news)
        match news:
            case Done():
                self._done(news)
            case PrinterChanged() | ScannerChanged():
                self.device.report()
            case Scanned(code) if self.corner.page is None:  # not while staff are at the screen
                self.narrator.interrupt()
                now = self._now()
                self._ask(*self.journey.scan(code, offer=self._offer(), request=uuid4(), now=now))
            case Exception():
                raise news

    def _happen(self, event: ScreenEvent) -> None:
        """Something that a person or the window did."""
        match event:
            case Touch() as touch:
                self._felt(touch)
            case Key(name):
                self._attend()
                self._pressed(name)
            case Letter(letter):
                self._attend()
                self._touched(f"key:{letter}")
            case Exposed():
                self.scene = None
            case Closed():
                raise SystemExit(0)

    # From a touch to a target

    def _felt(self, touch: Touch) -> None:
        """A finger on the screen. What it would touch is ringed until it leaves."""
        if self.sheet is None:
            return
        now, target = self._now(), self.sheet.at(touch.x, touch.y)
        page = self.journey.since, type(self.corner.page)
        may_be_staff = isinstance(self.journey.page, Home | Trouble)
        in_corner = may_be_staff and target is None and max(touch.x, touch.y) < self.sheet.finger
        match touch.kind:
            case "down":
                self.narrator.interrupt()
                self.corner = self.corner.finger(now, down=in_corner)
                self.fingers = self.fingers.down(touch.finger, target, page, now)
                self.focus = self.fingers.target or ""
            case "move" if not in_corner:
                self.corner = self.corner.finger(now, down=False)
            case "up":
                self.corner = self.corner.finger(now, down=False)
                self.fingers, touched = self.fingers.up(touch.finger, target, page)
                self.focus = ""
                self._touched(touched)

    def _attend(self) -> None:
        """Somebody is at the keys and, where there are headphones, may have them on."""
        self.narrator.interrupt()
        if self.narrator.ready and self.corner.page is None:
            self.journey = self.journey.listen(self._now())
        self.journey = self.journey.attend(self._now())

    def _pressed(self, key: KeyName) -> None:
        match key:
            case "enter":  # before a key has led anywhere it sends what was typed
                self._touched(self.focus or "send")
            case "back":
                self._touched("back" if self.sheet and "back" in self.sheet.targets else "done")
            case "erase":
                self._touched("erase")
            case "help":
                self.narrator.repeat()
            case "louder" | "softer":
                look = self.journey.look.by(1 if key == "louder" else -1)
                self.journey = replace(self.journey, look=look)
            case _ if self.sheet:
                self.focus = focus.moved(self.sheet.targets, self.focus, key)

    def _touched(self, target: str | None) -> None:
        """A target of the page as it is shown was touched, or its key was pressed."""
        if self.sheet is None or target not in self.sheet.targets:
            return
        now = self._now()
        if self.corner.page is not None:
            self.corner, act = self.corner.touch(target, request=uuid4(), now=now)
            if isinstance(self.corner.page, Staff):
                self.pace = Pace()  # they have looked
            if act:
                self.acts.carry_out(act, self._told)
            return
        offer = replace(self._offer(), rest_s=self.pace.rest_s(now))
        self._ask(*self.journey.touch(target, offer=offer, request=uuid4(), now=now))

    def _told(self, outcome: Payload | LuotError) -> None:
        """Say at the screen what became of what staff did there."""
        done = "It could not be done." if isinstance(outcome, LuotError) else "Done."
        self.corner = self.corner.told(say(self.journey.language, done), self._now())

    # From a target to the paper

    def _ask(self, journey: Journey, asked: Asked | None) -> None:
        self.journey = journey
        if asked is not None:
            self.issuer.take(asked, within=TAKE_S, then=partial(self._answered, asked))

    def _answered(self, asked: Asked, outcome: Ticket | LuotError) -> None:
        self.journey, effect = self.journey.answer(asked.request, outcome, self._now())
        if effect:
            self._print(effect.ticket)
            if not self.settings.screen.remote_touch:  # who touches from afar is no child
                self.pace = self.pace.gave(self._now())
            if self.pace.rest_s(self._now()):
                log.warning("numbers are taken too fast: somebody should go there")
                self.device.report()

    def _print(self, ticket: Ticket) -> None:
        self.papers.begin(ticket)
        try:
            self.printer.print(ticket.id, ticket)
        except Refused as refused:  # the number is given all the same, and stays on the screen
            log.error("%s", refused.message)
            self._done(Done(ticket.id, "failed", self.printer.state, refused.message))

    def _done(self, done: Done) -> None:
        """A job of the printer ended: a ticket, or what staff or a technician asked for."""
        self.papers.end(done.job.partition("/")[0], done.outcome)
        if not self.reprints.ended(done):
            self.journey = self.journey.paper(done.job, done.outcome, self._now())
            self.issuer.delivered(done.job, done.outcome)

    # The screen

    def _show(self) -> None:
        """Draw the page where it is another than the one that is shown."""
        states, journey = self.device.states, self.journey
        now = states.hub_now()
        scene = Scene(
            page=self.corner.page or journey.page,
            language=journey.language,
            offer=self._offer(),
            hour=hour(now, states.center.timezone) if now and states.center else "",
            left=self.corner.left(self._now()) if self.corner.page else journey.left(self._now()),
            printer=self.printer.state,
            look=journey.look,
            turn=notices.turn(self._now(), len(states.center.notices) if states.center else 0),
            headphones=self.narrator.ready,
            focus=self.focus,
            papers=self.papers.offered(states.center.day) if self.corner.page and states.center else (),
            tickets_left=self.printer.tickets_left if self.corner.page else None,
        )
        if scene != self.scene or self.window.stale:
            self.scene, self.sheet = scene, lay_out(scene, self.window.size)
            if self.focus not in self.sheet.targets:  # the page is another one
                self.focus = ""
            self.sheet.paint(self.window.surface)
            self.window.present()
        self.narrator.show(scene, self.window.size)

    def _offer(self) -> Offer:
        return Offer.of(self.device.states, online=self.issuer.online, reserve=self.issuer.reserve)

    def _now(self) -> float:
        return self.device.clock.monotonic()

    # What a technician asks

    def _health(self) -> HealthFacts:
        return HealthFacts(
            frame_age_s=self.window.frame_age_s,
            printer=self.printer.state,
            tickets_left=self.printer.tickets_left,
            calls="rush" if self.pace.rest_s(self._now()) else "",
            links=(*self.printer.links(), *self.narrator.health(), *map(_link, self.scanners)),
        )


def _link(scanner: Scanner) -> LinkHealth:
    return LinkHealth("scanner", scanner.state, scanner.scans, scanner.faults, about=scanner.trouble)


def run(settings: KioskSettings) -> None:
    """Serve citizens for ever."""
    with Kiosk(settings) as kiosk:
        while True:
            kiosk.step()

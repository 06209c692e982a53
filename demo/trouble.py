"""Trouble on purpose: each button breaks something for real, and tells how the centre mended itself."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from typing import TYPE_CHECKING, Literal
from uuid import uuid4

import msgspec
from msgspec import structs

from bus.answers import Appointment
from bus.asks import Book
from bus.messages import Panel, Payload, Rev
from config.errors import LuotError, Refused, Unreachable
from config.words import money
from demo.console import Console
from demo.people import FEE_COUNTER, PASSWORD
from demo.watch import KIOSK, Watch

if TYPE_CHECKING:
    from demo.center import DemoCenter

CUT_S = 3.0  # how long the broker stays away
PATIENCE_S = 30.0
LOOK_S = 0.02
STORIES = 6
SCANS, SCAN_S = 10, 3.0  # how often a code is held there, and for how long
SOON_S = 20.0
HUB, BRIDGE = "hub", "bridge-1"
KEYPAD = 1  # the address of the keypad that is unplugged


class Story(Payload, frozen=True):
    """What a button did, and what came of it, step by step."""

    number: int
    steps: tuple[str, ...]
    state: Literal["going", "done", "failed"] = "going"


class Trouble:
    """The buttons. Belongs to one event loop; `changed` is called when a story goes on."""

    def __init__(self, center: "DemoCenter", watch: Watch, changed: Callable[[], None]) -> None:
        self.stories: tuple[Story, ...] = ()  # newest first
        self.paper_out = False
        self.unplugged = False
        self._center = center
        self._watch = watch
        self._changed = changed
        self._count = 0

    # The buttons

    async def pay(self) -> None:
        """Pay what a panel asks for, as the bank would."""
        async with self._story("Payment") as tell:
            panel = self.charge()
            if panel is None or panel.qr is None:
                raise LuotError("no fee is open: ask for one first")
            transfer = await asyncio.to_thread(self._center.bank.pay, panel.qr)
            tell(
                f"{money(transfer.amount)} with {transfer.reference} sent, signed as the bank's provider does"
            )
            took = await self._until(lambda: self._watch.states.panels[panel.counter].show == "paid")
            tell(f"the hub told the panel {_seconds(took)} later")

    async def ask_fee(self) -> None:
        """Have a clerk ask for a fee."""
        async with self._story("Fee") as tell:
            people = self._center.people
            if people is None:
                raise LuotError("nobody works here:", hint="use the clerk's page")
            people.make_way(f"counter-{FEE_COUNTER}")
            await asyncio.to_thread(people.charge)
            await self._until(lambda: self.charge() is not None)
            if panel := self.charge():
                tell(f"a clerk asks {money(panel.amount or 0)}: pay it as the bank would")

    async def paper(self) -> None:
        """Take the paper out of the printer, or put it in again."""
        if self.paper_out:
            async with self._story("Paper put in") as tell:
                self.paper_out = False
                self._center.printer.load_paper()
                took = await self._until(lambda: self._printer() == "ready")
                tell(f"the kiosk prints again {_seconds(took)} later")
        else:
            async with self._story("Paper taken out") as tell:
                self.paper_out = True
                self._center.printer.take_paper_out()
                took = await self._until(lambda: self._printer() == "paper-out")
                tell(f"the kiosk knew {_seconds(took)} later, before anybody touched it")

    async def keypad(self) -> None:
        """Unplug the keypad of counter 1, or plug it in again."""
        if self.unplugged:
            async with self._story("Keypad 1 plugged in") as tell:
                self.unplugged = False
                self._center.line.plug(KEYPAD)
                took = await self._until(lambda: self._keypad() == "ready")
                tell(f"it works again {_seconds(took)} later")
        else:
            async with self._story("Keypad 1 unplugged") as tell:
                self.unplugged = True
                self._center.line.unplug(KEYPAD)
                took = await self._until(lambda: self._keypad() == "silent")
                tell(f"the bridge knew {_seconds(took)} later, the other keypads go on")

    async def scan(self) -> None:
        """Book an appointment, and hold its code before the kiosk's scanner until the kiosk heeds it."""
        async with self._story("Appointment") as tell:
            code = await asyncio.to_thread(self._book)
            tell(f"{code} is held before the kiosk's scanner")
            figures = self._watch.figures
            for _ in range(SCANS):
                self._center.scanner.scan(code)
                with suppress(Unreachable):  # somebody else's number may be on the screen yet
                    took = await self._until(lambda: code in figures.arrived, within=SCAN_S)
                    break
            else:
                raise Unreachable("the kiosk has not asked for its number")
            if self.paper_out:
                tell("its number is on the screen, for want of paper")
            else:
                took += await self._until(lambda: figures.arrived[code] in figures.printed)
                tell(f"its number was on paper {_seconds(took)} later, without a touch")

    async def kill(self, name: str) -> None:
        """`kill -9` a part's process."""
        async with self._story(f"{name} killed") as tell:
            session, boot, known = self._session(name), self._boot(), self._rev()
            self._center.parts[name].kill()
            took = await self._until(lambda: self._session(name) not in ("", session))
            tell(f"back after {_seconds(took)}")
            if name == HUB:
                await self._until(lambda: self._boot() != boot)
                tell(_loss(known, self._rev()))

    async def cut(self) -> None:
        """`kill -9` the broker, and start it again a little later."""
        async with self._story("Broker killed") as tell:
            connections, known = self._watch.connections, self._rev()
            await asyncio.to_thread(self._center.broker.kill)
            await asyncio.sleep(CUT_S)
            await asyncio.to_thread(self._center.broker.start)
            tell(f"started again after {CUT_S:.0f} s")
            parts = self._center.parts
            took = await self._until(
                lambda: self._watch.connections > connections and all(map(self._session, parts))
            )
            tell(f"all {len(parts)} parts back {_seconds(took)} later")
            tell(_loss(known, self._rev()))

    def _book(self) -> str:
        """The code of an appointment that is due in a moment, made by a manager at the web page."""
        states = self._watch.states
        now = states.hub_now()
        if now is None or states.catalog is None:
            raise LuotError("the hub has not been heard of yet")
        console = Console(self._center.web, "manager-1", PASSWORD)
        console.log_in()
        service, soon = states.catalog.services[0].id, now + timedelta(seconds=SOON_S)
        return msgspec.json.decode(console.act("book", Book(uuid4(), service, soon)), type=Appointment).code

    # What the watch sees

    def charge(self) -> Panel | None:
        """A fee that is open: the one on the panel of counter 1 first."""
        panels = sorted(self._watch.states.panels.items())
        return next((panel for _, panel in panels if panel.show == "pay"), None)

    def _session(self, name: str) -> str:
        """Which run of a part is online; none while it is away."""
        status = self._watch.statuses.get(name)
        return status.session if status and status.status == "online" else ""

    def _boot(self) -> str:
        center = self._watch.states.center
        return center.boot if center else ""

    def _rev(self) -> Rev:
        """The newest that the hub has told: all of the journal up to it must outlive a crash."""
        states = self._watch.states
        told = (states.center, states.board, *states.queues.values(), *states.counters.values())
        return max((each.rev for each in told if each), key=lambda rev: rev.seq, default=Rev("", 0))

    def _printer(self) -> str | None:
        health = self._watch.healths.get(KIOSK)
        return health.printer if health else None

    def _keypad(self) -> str:
        health = self._watch.healths.get(BRIDGE)
        links = health.links if health else ()
        return next((each.state for each in links if each.name == f"keypad-{KEYPAD}"), "")

    # Telling

    @asynccontextmanager
    async def _story(self, title: str) -> AsyncIterator[Callable[[str], None]]:
        """The story of one press; what is yielded adds a step. Raises Refused while an equal one goes on."""
        if any(each.state == "going" and each.steps[0] == title for each in self.stories):
            raise Refused("conflict", f"{title}: that is under way already.")
        self._count += 1
        story = Story(self._count, (title,))

        def put(changed: Story) -> None:
            nonlocal story
            story = changed
            others = [each for each in self.stories if each.number != story.number]
            self.stories = tuple(sorted([story, *others], key=lambda each: -each.number))[:STORIES]
            self._changed()

        def tell(step: str) -> None:
            put(structs.replace(story, steps=(*story.steps, step)))

        put(story)
        try:
            yield tell
            put(structs.replace(story, state="done"))
        except LuotError as error:
            words = f"{error.message} {error.hint}".strip()
            put(structs.replace(story, steps=(*story.steps, words), state="failed"))

    async def _until(self, holds: Callable[[], bool], *, within: float = PATIENCE_S) -> float:
        """The seconds until it held. Raises Unreachable when it does not come."""
        began = time.monotonic()
        while not holds():
            if time.monotonic() - began > within:
                raise Unreachable(f"not mended within {within:.0f} s")
            await asyncio.sleep(LOOK_S)
        return time.monotonic() - began


def _seconds(seconds: float) -> str:
    return f"{seconds:.1f} s" if seconds >= 0.5 else f"{seconds * 1000:.0f} ms"


def _loss(known: Rev, now: Rev) -> str:
    """Whether every event that was told before is still in the journal."""
    if now.epoch == known.epoch and now.seq >= known.seq:
        return f"nothing lost of {known.seq} events"
    return f"LOST: {known.seq} events were told, the journal has {now.seq}"

"""A printer that is not there: the twin of the real one, for tests and the demo.

It is on TCP, on a serial line or at a USB file, prints at a printer's speed, answers what it is asked as the
model of its profile does, and has their troubles: an end of paper, an open cover, a pulled plug. A job that
stops for want of paper is held, and comes out when there is paper again.
"""

import re
import select
import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path

from PIL import Image

from printer.condition import Condition
from printer.drawing import stack
from printer.interpreter import (
    WHITE,
    AskedInOrder,
    AskedWhenCompleted,
    Cut,
    Effect,
    Interpreter,
    Print,
    TellChanges,
)
from printer.plugs import PtyPlug, TcpPlug
from printer.profiles import PROFILES, Profile
from printer.status import FORGET
from printer.ticket import DOTS_PER_MM

CUTTER = 120  # dots from the print head up to the knife: what is not fed past it stays for the next ticket
ROLL_MM = 50_000.0
LOW_MM = 2_000.0  # left on the roll, when the near-end sensor speaks
TICK_S = 1 / 50

_REAL_TIME = re.compile(rb"\x10\x04([\x01-\x04])|" + re.escape(FORGET))


class SimulatedPrinter:
    """A printer on a loopback port, or at a `path`; it works in a thread of its own from `with` to its end.

    Its controls (`take_paper_out`, `unplug` …) may be used from any thread. `tickets` holds what was cut off,
    oldest first; `on_ticket` is called with each, in the printer's thread, and `folder` gets them as PNG.
    `on_bytes` is called with all that arrives.
    """

    def __init__(
        self,
        *,
        profile: Profile = PROFILES["epson-tm-t20"],
        mm_per_s: float = 150.0,
        port: int = 0,
        path: Path | None = None,
        folder: Path | None = None,
        on_ticket: Callable[[Image.Image], None] | None = None,
        on_bytes: Callable[[bytes], None] | None = None,
    ) -> None:
        self.width = profile.width
        self.tickets: list[Image.Image] = []
        self.answers = profile.answers  # one that hangs has it false
        self.mm_per_s = mm_per_s
        self._profile = profile
        self._folder = folder
        self._on_ticket = on_ticket
        self._on_bytes = on_bytes
        self._powered = True
        self._cable = True
        self._paper_mm = ROLL_MM
        self._cover_open = False
        self._drop = False
        self._stopping = False
        self._plug = TcpPlug(port) if path is None else PtyPlug(path)
        self._interpreter = Interpreter(profile.width)
        self._sheet = Image.new("1", (profile.width, CUTTER), WHITE)  # past the head and not cut yet
        self._strip: Image.Image | None = None  # what is being printed
        self._strip_row = 0
        self._moved_at = 0.0  # monotonic; the time that the paper's way so far took it to
        self._recent = b""
        self._tells = 0
        self._told = b""
        self._thread = threading.Thread(target=self._run, name="simulated printer", daemon=True)

    def __enter__(self) -> "SimulatedPrinter":
        self._wake, self._woken = socket.socketpair()
        if self._folder is not None:
            self._folder.mkdir(parents=True, exist_ok=True)
        self._plug.plug_in()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping = True
        self._nudge()
        self._thread.join()
        self._wake.close()
        self._woken.close()

    @property
    def port(self) -> int:
        """Where it listens."""
        assert isinstance(self._plug, TcpPlug)
        return self._plug.port

    @property
    def there(self) -> bool:
        """Whether it can be connected to."""
        return self._plug.is_in

    @property
    def errors(self) -> list[str]:
        """Commands that it did not understand: a real printer would have printed garbage."""
        return self._interpreter.errors

    def sheet(self) -> Image.Image:
        """The paper past the print head, not cut off yet."""
        return self._sheet.copy()

    def take_paper_out(self, after_mm: float = 0.0) -> None:
        """The roll ends, now or after so much more of it."""
        self._paper_mm = after_mm
        self._nudge()

    def load_paper(self, mm: float = ROLL_MM) -> None:
        self._paper_mm = mm
        self._nudge()

    def open_cover(self) -> None:
        self._cover_open = True
        self._nudge()

    def close_cover(self) -> None:
        self._cover_open = False
        self._nudge()

    def unplug(self) -> None:
        """Pull the power: connections end, and what was not printed yet is forgotten."""
        self._powered = False
        self._nudge()

    def plug_in(self) -> None:
        self._powered = True
        self._nudge()

    def pull_cable(self) -> None:
        """Nothing comes and goes any more, and it remembers what it has."""
        self._cable = False
        self._nudge()

    def put_cable_in(self) -> None:
        self._cable = True
        self._nudge()

    def drop_connections(self) -> None:
        """Close the connection, as printers do with one that was idle long."""
        self._drop = True
        self._nudge()

    # In the printer's thread

    def _run(self) -> None:
        while not self._stopping:
            self._step()
        self._plug.pull()

    def _step(self) -> None:
        if self._powered and self._linked and not self._plug.is_in:
            self._plug.plug_in()
        elif self._plug.is_in and not (self._powered and self._linked):
            self._pull()
        if self._drop:
            self._drop = False
            self._hang_up()
        self._print()
        self._tell_changes()
        busy = self._strip is not None and self._runs
        plug = self._plug.source() if self._cable else None
        bell = self._woken.fileno()
        sources = [bell] if plug is None else [bell, plug]
        ready, _, _ = select.select(sources, [], [], TICK_S if busy else None)
        if bell in ready:
            self._woken.recv(4096)
        if plug in ready:
            self._receive(self._plug.receive())

    @property
    def _linked(self) -> bool:
        """Whether its plug is there: a network's connection stays when a cable is out, a file does not."""
        return self._cable or isinstance(self._plug, TcpPlug)

    def _pull(self) -> None:
        if not self._powered:
            self._forget()
        self._plug.pull()
        self._tells, self._told = 0, b""

    def _hang_up(self) -> None:
        self._plug.hang_up()
        self._tells, self._told = 0, b""

    def _forget(self) -> None:
        self._interpreter.forget()
        self._strip = None

    def _receive(self, data: bytes | None) -> None:
        if data is None:
            self._tells, self._told = 0, b""
            return
        if self._on_bytes:
            self._on_bytes(data)
        self._recent += data
        for asked in _REAL_TIME.finditer(self._recent):  # answered at once, even inside a picture
            if asked[0] == FORGET and self._profile.clears:
                self._forget()
                data = self._recent[asked.end() :]
                self._answer(b"\x37\x25\x00")
            elif asked[1]:
                self._answer(bytes([self._condition.answers[asked[1][0] - 1]]))
        self._interpreter.feed(data)
        self._recent = _REAL_TIME.sub(b"", self._recent)[1 - len(FORGET) :]  # one may come in two pieces

    @property
    def _runs(self) -> bool:
        return self._powered and self._paper_mm > 0 and not self._cover_open

    def _print(self) -> None:
        """Move the paper as far as time, the roll and what was received allow."""
        now = time.monotonic()
        while self._runs:
            if self._strip is None:
                effect = self._interpreter.step()
                if effect is None:
                    return
                self._carry_out(effect, now)
            elif not self._move(self._strip, now):
                return

    def _carry_out(self, effect: Effect, now: float) -> None:
        match effect:
            case Print(strip):
                self._strip, self._strip_row = strip, 0
            case Cut():
                self._cut()
            case AskedWhenCompleted(mark) if self._profile.confirm == "gs-h":
                self._answer(b"\x37\x22" + mark + b"\x00")
            case AskedWhenCompleted():
                self.errors.append("unknown command 1d 28 48")
            case AskedInOrder():
                self._answer(b"\x03" if self._condition.low else b"\x00")
            case TellChanges(mask):
                self._tells, self._told = mask, b""

    def _move(self, strip: Image.Image, now: float) -> bool:
        """Print what there was time and paper for; true when the strip is done."""
        self._moved_at = max(self._moved_at, now - 2 * TICK_S)  # it never catches up after standing still
        affordable = int((now - self._moved_at) * self.mm_per_s * DOTS_PER_MM)
        left = strip.height - self._strip_row
        rows = min(left, affordable, int(self._paper_mm * DOTS_PER_MM))
        printed = strip.crop((0, self._strip_row, self.width, self._strip_row + rows))
        self._sheet = stack((self._sheet, printed), self.width)
        self._strip_row += rows
        self._moved_at += rows / DOTS_PER_MM / self.mm_per_s
        self._paper_mm -= rows / DOTS_PER_MM
        if self._paper_mm * DOTS_PER_MM < 1:
            self._paper_mm = 0.0
        if rows == left:
            self._strip = None
        return rows == left

    def _cut(self) -> None:
        knife = self._sheet.height - CUTTER
        ticket = self._sheet.crop((0, 0, self.width, knife))
        self._sheet = self._sheet.crop((0, knife, self.width, self._sheet.height))
        self.tickets.append(ticket)
        if self._folder:
            ticket.save(self._folder / f"{len(self.tickets):03}.png")
        if self._on_ticket:
            self._on_ticket(ticket)

    @property
    def _condition(self) -> Condition:
        return Condition(self._paper_mm <= 0, self._paper_mm < LOW_MM, self._cover_open)

    def _tell_changes(self) -> None:
        """Automatic status, where it was asked for and is another than the last."""
        block = self._condition.block
        if self._tells and self._profile.status == "automatic" and block != self._told:
            self._told = block
            self._answer(block)

    def _answer(self, data: bytes) -> None:
        if self.answers and self._cable:
            self._plug.send(data)

    def _nudge(self) -> None:
        self._wake.send(b"!")

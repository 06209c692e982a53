"""A network printer that is not there: the twin of the real one, for tests and the demo.

It listens on TCP as printers do on port 9100, takes one connection at a time, prints at a printer's speed,
answers what it is asked as real printers do, and has their troubles: an end of paper, an open cover, a pulled
plug. A job that stops for want of paper is held, and comes out when there is paper again.
"""

import contextlib
import re
import select
import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path

from PIL import Image

from printer.interpreter import WHITE, AskedInOrder, Cut, Effect, Interpreter, Print, TellChanges

DOTS_PER_MM = 8
CUTTER = 120  # dots from the print head up to the knife: what is not fed past it stays for the next ticket
ROLL_MM = 50_000.0
LOW_MM = 2_000.0  # left on the roll, when the near-end sensor speaks
TICK_S = 1 / 50

_REAL_TIME = re.compile(rb"\x10\x04([\x01-\x04])")


class SimulatedPrinter:
    """A printer on a loopback port; it works in a thread of its own from `with` to its end.

    Its controls (`take_paper_out`, `unplug` …) may be used from any thread. `tickets` holds what was cut off,
    oldest first; `on_ticket` is called with each, in the printer's thread, and `folder` gets them as PNG.
    """

    def __init__(
        self,
        *,
        width: int = 576,
        mm_per_s: float = 150.0,
        port: int = 0,
        folder: Path | None = None,
        on_ticket: Callable[[Image.Image], None] | None = None,
    ) -> None:
        self.width = width
        self.port = port  # 0 until it listens, unless one was asked for
        self.tickets: list[Image.Image] = []
        self.answers = True  # a printer that only listens has it false
        self._mm_per_s = mm_per_s
        self._folder = folder
        self._on_ticket = on_ticket
        self._plugged = True
        self._paper_mm = ROLL_MM
        self._cover_open = False
        self._drop = False
        self._stopping = False
        self._listener: socket.socket | None = None
        self._connection: socket.socket | None = None
        self._interpreter = Interpreter(width)
        self._sheet = Image.new("1", (width, CUTTER), WHITE)  # past the head and not cut yet
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
        self._listen()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping = True
        self._nudge()
        self._thread.join()
        self._wake.close()
        self._woken.close()

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
        self._plugged = False
        self._nudge()

    def plug_in(self) -> None:
        self._plugged = True
        self._nudge()

    def drop_connections(self) -> None:
        """Close the connection, as printers do with one that was idle long."""
        self._drop = True
        self._nudge()

    # In the printer's thread

    def _run(self) -> None:
        while not self._stopping:
            self._step()
        self._hang_up()
        if self._listener:
            self._listener.close()

    def _step(self) -> None:
        if self._plugged and not self._listener:
            self._listen()
        elif self._listener and not self._plugged:
            self._power_off()
        if self._drop:
            self._drop = False
            self._hang_up()
        self._print()
        self._tell_changes()
        sources = [self._woken, self._connection or self._listener]
        busy = self._strip is not None and self._runs
        ready, _, _ = select.select([each for each in sources if each], [], [], TICK_S if busy else None)
        if self._woken in ready:
            self._woken.recv(4096)
        if self._connection and self._connection in ready:
            self._receive(self._connection)
        elif self._listener and self._listener in ready:
            self._connection = self._listener.accept()[0]

    def _listen(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", self.port))
        self.port = self._listener.getsockname()[1]

    def _power_off(self) -> None:
        if self._listener:
            self._listener.close()
        self._listener = None
        self._hang_up()
        errors = self._interpreter.errors
        self._interpreter = Interpreter(self.width)
        self._interpreter.errors.extend(errors)
        self._strip = None

    def _hang_up(self) -> None:
        if self._connection:
            self._connection.close()
        self._connection, self._tells, self._told = None, 0, b""

    def _receive(self, connection: socket.socket) -> None:
        try:
            data = connection.recv(65536)
        except OSError:
            data = b""
        if not data:
            self._hang_up()
            return
        self._interpreter.feed(data)
        self._recent += data
        for asked in _REAL_TIME.finditer(self._recent):  # answered at once, even inside a picture
            self._answer(bytes([self._status()[asked[1][0] - 1]]))
        self._recent = _REAL_TIME.sub(b"", self._recent)[-2:]  # a question may come in two pieces

    @property
    def _runs(self) -> bool:
        return self._plugged and self._paper_mm > 0 and not self._cover_open

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
            case AskedInOrder():
                self._answer(b"\x03" if self._paper_mm < LOW_MM else b"\x00")
            case TellChanges(mask):
                self._tells, self._told = mask, b""

    def _move(self, strip: Image.Image, now: float) -> bool:
        """Print what there was time and paper for; true when the strip is done."""
        self._moved_at = max(
            self._moved_at, now - 2 * TICK_S
        )  # it does not catch up with time it stood still
        affordable = int((now - self._moved_at) * self._mm_per_s * DOTS_PER_MM)
        left = strip.height - self._strip_row
        rows = min(left, affordable, int(self._paper_mm * DOTS_PER_MM))
        longer = Image.new("1", (self.width, self._sheet.height + rows), WHITE)
        longer.paste(self._sheet)
        longer.paste(
            strip.crop((0, self._strip_row, self.width, self._strip_row + rows)), (0, self._sheet.height)
        )
        self._sheet = longer
        self._strip_row += rows
        self._moved_at += rows / DOTS_PER_MM / self._mm_per_s
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

    def _status(self) -> bytes:
        """The answers to `DLE EOT` 1 to 4."""
        out, low = self._paper_mm <= 0, self._paper_mm < LOW_MM
        return bytes(
            (
                0x12 | (0x08 if out or self._cover_open else 0),
                0x12 | (0x20 if out else 0) | (0x04 if self._cover_open else 0),
                0x12,
                0x12 | (0x0C if low else 0) | (0x60 if out else 0),
            )
        )

    def _tell_changes(self) -> None:
        """Automatic status, where it was asked for and is another than the last."""
        out, low = self._paper_mm <= 0, self._paper_mm < LOW_MM
        printer = 0x10 | (0x08 if out or self._cover_open else 0) | (0x20 if self._cover_open else 0)
        block = bytes((printer, 0, (0x03 if low else 0) | (0x0C if out else 0), 0x0F))
        if self._tells and block != self._told:
            self._told = block
            self._answer(block)

    def _answer(self, data: bytes) -> None:
        if self._connection and self.answers:
            with contextlib.suppress(OSError):
                self._connection.sendall(data)

    def _nudge(self) -> None:
        self._wake.send(b"!")

"""A serial line and the thread that alone talks on it; the rules of the talk are the master's.

Whatever happens to the port (an adapter pulled out in the middle of a byte, a line that takes nothing more)
ends in the same way: it is closed, and opened again under the same path as soon as that is possible.
"""

import logging
import os
import termios
from functools import partial
from queue import SimpleQueue
from select import select
from threading import Thread

from serial import Serial

from bus.messages import LinkHealth
from config.clock import Clock
from config.settings import Line as Settings
from firmware_bridge.driver import Face, KeyPressed
from firmware_bridge.frames import Mark, Outcome, Show
from firmware_bridge.mailbox import Mailbox
from firmware_bridge.master import Master

log = logging.getLogger(__name__)

NO_NUMBER = "----"
REOPEN_S = 0.5
CHUNK = 256  # bytes read at once, many frames

PORT_ERRORS = (
    OSError,
    termios.error,
)  # pyserial's own are OSErrors; a port that vanishes can raise the other


class Line:
    """Keypads and signs on one serial line: a driver of the bridge.

    `KeyPressed` and `LinkChanged` are put into `inbox`, and an exception that ends the thread.
    """

    def __init__(self, settings: Settings, inbox: SimpleQueue[object], *, clock: Clock | None = None) -> None:
        self._settings = settings
        self._inbox = inbox
        self._clock = clock or Clock()
        self._master = Master(settings, inbox.put)
        self.keypads = {self._master.names[each.address]: each.counter for each in settings.keypads}
        self.faces = {self._master.names[each.address]: each.counter for each in settings.signs}
        self._mailbox = Mailbox()
        self._trouble = ""  # said last, so as not to say it again
        self._closing = False
        self._thread = Thread(target=self._run, name=f"line {settings.port}", daemon=True)

    def __enter__(self) -> "Line":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._mailbox.put(self._close)
        self._thread.join()
        self._mailbox.close()

    def __repr__(self) -> str:
        return f"<Line {self._settings.port} {self._master.health()[0].state}>"

    def show(self, name: str, face: Face) -> None:
        """From now on the sign shows this, whatever happens to it or to the line."""
        self._mailbox.put(partial(self._master.show, name, sign_of(face)))

    def answer(self, press: KeyPressed, outcome: Outcome) -> None:
        """Tell the keypad what became of the press."""
        self._mailbox.put(partial(self._master.answer, press, outcome))

    def health(self) -> tuple[LinkHealth, ...]:
        """The line and its devices; only numbers are read, so any thread may ask."""
        return self._master.health()

    # The thread

    def _close(self) -> None:
        self._closing = True

    def _run(self) -> None:
        try:
            while not self._closing:
                self._use_port()
        except Exception as error:
            self._inbox.put(error)  # it is the process's: the loop raises it

    def _use_port(self) -> None:
        """Talk for as long as the port is there, or wait a moment for it."""
        try:
            with Serial(self._settings.port, self._settings.baud, timeout=0, exclusive=True) as port:
                log.info("the line is there port=%s", self._settings.port)
                self._trouble = ""
                self._master.attach()
                self._talk(port.fileno())
        except PORT_ERRORS as error:
            self._master.detach()
            if str(error) != self._trouble:
                self._trouble = str(error)
                log.warning("the line cannot be used port=%s error=%s", self._settings.port, error)
            self._wait(REOPEN_S)

    def _talk(self, port: int) -> None:
        """pyserial has set the port up; to read and write it by itself would take twice the system calls."""
        while not self._closing:
            now = self._clock.monotonic()
            data = self._master.send(now)
            if data and os.write(port, data) < len(data):
                raise OSError("the port takes nothing more")
            if self._wait(self._master.wake() - now, port):
                received = os.read(port, CHUNK)
                if not received:
                    raise OSError("the port has gone")
                self._master.receive(received, self._clock.monotonic())

    def _wait(self, seconds: float, *ports: int) -> bool:
        """Do what others want done meanwhile; true when a port has something to read."""
        bell = self._mailbox.fileno()
        ready, _, _ = select([bell, *ports], [], [], max(0.0, min(seconds, REOPEN_S)))
        if bell in ready:
            self._mailbox.work()
        return any(port in ready for port in ports)


def sign_of(face: Face) -> Show:
    """What a sign shows: the number that is called or served, and whether that is sure."""
    marks = Mark(0) if face.sure else Mark.OLD
    if face.label is None:
        return Show(marks, NO_NUMBER)
    return Show(marks | Mark.CALLING if face.status == "calling" else marks, face.label)

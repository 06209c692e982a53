"""USB number pads, as any shop sells them, plugged into the Pi of their counter: one thread reads them all.

A pad is taken for the bridge alone, so that no console and no window gets its keys. It repeats nothing by
itself: a press that the bridge did not live to ask for is gone, and its clerk sees no light. The light is the
pad's own, that of NumLock: on while a press waits for its answer; a moment more when it was taken; blinking
three times when it was refused. One press at a time, as a keypad on the line has it: until it is answered
other keys do nothing, so that the light always speaks of one.
"""

import errno
import logging
import os
from collections.abc import Callable, Mapping
from functools import partial
from math import inf
from queue import SimpleQueue
from secrets import randbits
from select import select
from threading import Thread
from time import monotonic

from bus.messages import LinkHealth
from config.clock import Clock
from config.hardware import Pad as Settings
from firmware_bridge.driver import Face, KeyPressed, LinkChanged
from firmware_bridge.evdev import EVENT, NAMES, Events, Pressed, claim, light, open_device
from firmware_bridge.frames import Outcome
from firmware_bridge.mailbox import Mailbox

log = logging.getLogger(__name__)

REOPEN_S = 0.5
CHUNK = 64 * EVENT.size  # bytes read at once: as many events as the kernel keeps

# When the light changes after an answer, and to what.
TAKEN = ((0.3, False),)
REFUSED = tuple((0.2 * step, step % 2 == 1) for step in range(7))

WRONG_PATH = "this is no number pad: its file is below /dev/input/by-id and ends in -event-kbd"
TROUBLES = {
    errno.ENOENT: "it is not plugged in",
    errno.ENODEV: "it was unplugged",
    errno.EBUSY: "another program holds it",
    errno.EISDIR: WRONG_PATH,
    errno.ENOTTY: WRONG_PATH,
    errno.EACCES: "the user luot may not read it: sudo usermod --append --groups input luot",
}


class Pads:
    """All number pads of a bridge: one of its drivers.

    `KeyPressed` and `LinkChanged` are put into `inbox`, and an exception that ends the thread.
    """

    def __init__(
        self, settings: tuple[Settings, ...], inbox: SimpleQueue[object], *, clock: Clock | None = None
    ) -> None:
        self._clock = clock or Clock()
        pads = [Pad(each, inbox.put, self._clock) for each in settings]
        self.keypads = {pad.name: each.counter for pad, each in zip(pads, settings, strict=True)}
        self.faces: Mapping[str, str] = {}
        self._pads = {pad.name: pad for pad in pads}
        self._inbox = inbox
        self._mailbox = Mailbox()
        self._closing = False
        self._thread = Thread(target=self._run, name="number pads", daemon=True)

    def __enter__(self) -> "Pads":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._mailbox.put(self._close)
        self._thread.join()
        self._mailbox.close()

    def __repr__(self) -> str:
        return f"<Pads {' '.join(f'{pad.name} {pad.state}' for pad in self._pads.values())}>"

    def show(self, name: str, face: Face) -> None:
        raise KeyError(name)  # a pad shows no counter

    def answer(self, press: KeyPressed, outcome: Outcome) -> None:
        """Tell the clerk, by the pad's light, what became of the press."""
        self._mailbox.put(partial(self._pads[press.keypad].answer, press, outcome))

    def health(self) -> tuple[LinkHealth, ...]:
        """Every pad; only numbers are read, so any thread may ask."""
        return tuple(pad.health() for pad in self._pads.values())

    # The thread

    def _close(self) -> None:
        self._closing = True

    def _run(self) -> None:
        try:
            while not self._closing:
                for pad in self._pads.values():
                    pad.tend()
                self._wait()
            for pad in self._pads.values():
                pad.close()
        except Exception as error:
            self._inbox.put(error)  # it is the process's: the loop raises it

    def _wait(self) -> None:
        """Until a pad has something to say or wants to be tended, or somebody wants something."""
        bell, now = self._mailbox.fileno(), self._clock.monotonic()
        opened = {pad.device: pad for pad in self._pads.values() if pad.device is not None}
        wake = min(pad.wake() for pad in self._pads.values())
        ready, _, _ = select([bell, *opened], [], [], max(0.0, wake - now) if wake < inf else None)
        for device in ready:
            if device == bell:
                self._mailbox.work()
            else:
                opened[device].read()


class Pad:
    """One pad, whether it is plugged in or not."""

    def __init__(self, settings: Settings, tell: Callable[[object], None], clock: Clock) -> None:
        self.name = f"pad-{settings.counter}"
        self.state = "absent"  # or "ready", or "busy": another program holds it
        self.device: int | None = None  # its open file
        self._settings = settings
        self._tell = tell
        self._clock = clock
        self._boot = randbits(32)
        self._number = 0
        self._heard = 0  # keys that went down, also those that did nothing
        self._waiting = False  # for an answer to the last press
        self._light: int | None = None  # the one that it has
        self._changes: list[tuple[float, bool]] = []  # of the light: when, and to what
        self._events = Events()
        self._drops = 0
        self._reopen_at = -inf
        self._trouble = ""  # said last, so as not to say it again

    def health(self) -> LinkHealth:
        drops = self._drops + self._events.drops
        return LinkHealth(self.name, self.state, self._heard, drops, about=self._trouble)

    def wake(self) -> float:
        """When it wants to be tended."""
        if self.device is None:
            return self._reopen_at
        return self._changes[0][0] if self._changes else inf

    def tend(self) -> None:
        """Do what is due: look whether it is back, switch its light."""
        now = self._clock.monotonic()
        if self.device is None and now >= self._reopen_at:
            self._open()
        while self.device is not None and self._changes and self._changes[0][0] <= now:
            self._switch(self._changes.pop(0)[1])

    def read(self) -> None:
        """Take what it has to say."""
        assert self.device is not None
        try:
            data = os.read(self.device, CHUNK)
            if not data:
                raise OSError(errno.ENODEV, TROUBLES[errno.ENODEV])
        except OSError as error:
            self._lose(error)
            return
        for pressed in self._events.feed(data):
            self._pressed(pressed)

    def answer(self, press: KeyPressed, outcome: Outcome) -> None:
        """What became of the press."""
        if press.boot == self._boot and press.number == self._number:
            self._waiting = False
            self._blink(TAKEN if outcome is Outcome.ACCEPTED else REFUSED)

    def close(self) -> None:
        if self.device is not None:
            self._switch(False)
        if self.device is not None:
            os.close(self.device)
            self.device = None

    def _open(self) -> None:
        device = None
        try:
            device = open_device(self._settings.device)
            self._light = claim(device)
        except OSError as error:
            if device is not None:
                os.close(device)
            self._lose(error)
            return
        log.info("a number pad is there name=%s device=%s", self.name, self._settings.device)
        self.device, self._trouble = device, ""
        self._drops += self._events.drops
        self._events = Events()
        self._turn("ready")
        self._switch(self._waiting)

    def _lose(self, error: OSError) -> None:
        """It is gone, or still not to be had."""
        if self.device is not None:
            os.close(self.device)
            self.device = None
        self._changes.clear()
        self._reopen_at = self._clock.monotonic() + REOPEN_S
        self._turn("busy" if error.errno == errno.EBUSY else "absent")
        trouble = TROUBLES.get(error.errno or 0, str(error))
        if trouble != self._trouble:
            self._trouble = trouble
            log.warning(
                "a number pad cannot be used name=%s device=%s why=%s",
                self.name, self._settings.device, trouble,
            )  # fmt: skip

    def _pressed(self, pressed: Pressed) -> None:
        name = NAMES.get(pressed.code)
        if name is None:  # some send NumLock round every key
            return
        self._heard += 1
        if self._waiting:
            return
        self._number += 1
        self._waiting = True
        self._changes.clear()
        age = max(0.0, monotonic() - pressed.at)  # by the machine's own clock, which is the kernel's
        act = self._settings.keys.get(name, "")
        self._tell(KeyPressed(self.name, self._boot, self._number, act, self._clock.monotonic() - age))
        self._switch(True)

    def _blink(self, changes: tuple[tuple[float, bool], ...]) -> None:
        now = self._clock.monotonic()
        self._changes = [(now + after, on) for after, on in changes]

    def _switch(self, on: bool) -> None:
        if self.device is not None and self._light is not None:
            try:
                os.write(self.device, light(self._light, on=on))
            except OSError as error:
                self._lose(error)

    def _turn(self, state: str) -> None:
        if state != self.state:
            self.state = state
            self._tell(LinkChanged(self.name, state))

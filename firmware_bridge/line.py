"""Our own keypads, rating pads, signs and lamps on a serial line: a driver of the bridge."""

from functools import partial
from queue import SimpleQueue

from bus.messages import LinkHealth
from config.clock import Clock
from config.hardware import Keypad, OnLine
from config.hardware import Line as Settings
from firmware_bridge.driver import Face, KeyPressed
from firmware_bridge.frames import Lamp, Light, Mark, Outcome, Show
from firmware_bridge.master import Master
from firmware_bridge.port import Port

NO_NUMBER = "----"


class Line:
    """Our own devices on one serial line.

    `KeyPressed` and `LinkChanged` are put into `inbox`, and an exception that ends its thread.
    """

    def __init__(self, settings: Settings, inbox: SimpleQueue[object], *, clock: Clock | None = None) -> None:
        self._master = Master(settings, inbox.put)
        self._port = Port(settings.port, self._master, inbox, clock=clock)
        names = self._master.names
        pads: tuple[Keypad | OnLine, ...] = (*settings.keypads, *settings.raters)
        shows: tuple[Keypad | OnLine, ...] = (*settings.keypads, *settings.signs, *settings.lamps)
        self._signs = {names[each.address] for each in settings.signs}
        self.keypads = {names[each.address]: each.counter for each in pads}
        self.faces = {names[each.address]: each.counter for each in shows}

    def __enter__(self) -> "Line":
        self._port.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self._port.__exit__()

    def show(self, name: str, face: Face) -> None:
        """From now on the device shows this, whatever happens to it or to the line."""
        wanted = sign_of(face) if name in self._signs else lamps_of(face)
        self._port.do(partial(self._master.show, name, wanted))

    def answer(self, press: KeyPressed, outcome: Outcome) -> None:
        """Tell the keypad what became of the press."""
        self._port.do(partial(self._master.answer, press, outcome))

    def health(self) -> tuple[LinkHealth, ...]:
        """The line and its devices; only numbers are read, so any thread may ask."""
        return self._master.health()


def sign_of(face: Face) -> Show:
    """What a sign shows: the number that is called or served, and whether that is sure."""
    marks = Mark(0) if face.sure else Mark.OLD
    if face.label is None:
        return Show(marks, NO_NUMBER)
    return Show(marks | Mark.CALLING if face.status == "calling" else marks, face.label)


def lamps_of(face: Face) -> Light:
    """What lamps show: what the hub does not vouch for is dark."""
    on = blink = Lamp(0)
    if face.sure:
        if face.label is not None:
            on |= Lamp.NUMBER
        if face.status == "calling":
            blink |= Lamp.NUMBER
        if face.status != "closed":
            on |= Lamp.OPEN
        if face.status == "paused":
            blink |= Lamp.OPEN
        if face.priority:
            on |= Lamp.PRIORITY
    return Light(on, blink)

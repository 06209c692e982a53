"""A serial line that is not there, with our own devices on it: a pty for a bridge to open.

It is a serial port at a path of its own, as a by-id path is. Frames take the time that they take on a real
line, devices answer after a real turn-around, and two that speak at once garble each other. The line can
lose, garble and delay what is said and vanish altogether, each device can be unplugged, and a technician can
set a wrong speed, swap the wires, or give two devices one address.
"""

import os
import termios
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import zip_longest
from pathlib import Path
from random import Random
from select import select
from threading import Event, Thread
from time import monotonic

from config.hardware import Keypad
from firmware_bridge.codec import Decoder
from firmware_bridge.frames import Kind, Light, Mark, Press, wire_time
from firmware_bridge.mailbox import Mailbox
from firmware_bridge.plug import Plug
from firmware_bridge.twins import Twin, simulated

TICK_S = 0.25
WRITTEN = {  # on the keys
    Kind.KEYPAD: Keypad(1, "1").keys,
    Kind.RATER: tuple(f"rate-{score}" for score in range(1, 6)),
}


@dataclass(frozen=True)
class Noise:
    """How bad the line is: shares of what is said on it, each way."""

    lost: float = 0.0
    garbled: float = 0.0  # a byte changed, missing or too many
    delay_s: float = 0.0  # of an answer, at most

    def spoil(self, data: bytes, chance: Random) -> bytes:
        """What arrives of these bytes."""
        if chance.random() < self.lost:
            return b""
        if chance.random() >= self.garbled:
            return data
        at = chance.randrange(len(data))
        wrong = bytes((chance.randrange(256),))
        return data[:at] + chance.choice((wrong, b"", data[at : at + 1] + wrong)) + data[at + 1 :]


@dataclass
class Speech:
    """Bytes of a device."""

    over: float  # when the last one is on the line
    delay_s: float  # until they reach the master
    data: bytes
    begun: bool = False  # the master has the first one

    def begins(self, baud: int) -> float:
        """When the first byte is on the line."""
        return self.over - wire_time(len(self.data) - 1, baud)

    def due(self, baud: int) -> float:
        """When the master is to have the first byte, or the others."""
        return self.delay_s + (self.over if self.begun else self.begins(baud))


class SimulatedLine:
    """A serial line with its devices; `path` leads to its port while it is there.

    Any thread may do something to it, and it is done on return. `device` makes a device of an address, a kind
    and the line's speed.
    """

    def __init__(
        self,
        path: Path,
        *,
        keypads: Sequence[int] = (),
        raters: Sequence[int] = (),
        signs: Sequence[int] = (),
        lamps: Sequence[int] = (),
        baud: int = 19200,
        seed: int = 0,
        device: Callable[[int, Kind, int], Twin] = simulated,
    ) -> None:
        self.path = path
        self.noise = Noise()
        self.swapped = False  # the two wires of the master's end
        self.baud = baud  # of the devices; a master at another speed is not understood
        self._kinds = dict.fromkeys(keypads, Kind.KEYPAD) | dict.fromkeys(raters, Kind.RATER)
        self._kinds |= dict.fromkeys(signs, Kind.SIGN) | dict.fromkeys(lamps, Kind.LAMP)
        self._device = device
        self._plugged = {address: [self._made(address)] for address in self._kinds}
        self._told: dict[int, float] = {}  # when the last press of each was on the line, whole
        self._chance = Random(seed)
        self._speeches: list[Speech] = []
        self._plug = Plug(path)
        self._mailbox = Mailbox()
        self._closing = False
        self._thread = Thread(target=self._run, name=f"simulated line {path}", daemon=True)

    def __enter__(self) -> "SimulatedLine":
        self._plug.put_in()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._do(self._close)
        self._thread.join()
        self._mailbox.close()
        for address in self._kinds:
            self._unplug(address)

    # What a person sees and does

    def press(self, address: int, act: str) -> None:
        """Press the key that has this written on it, where nobody set other acts."""
        self.press_key(address, WRITTEN[self._kinds[address]].index(act) + 1)

    def press_key(self, address: int, key: int) -> None:
        """Press a key, 1 for the first."""
        self._do(partial(self._press, address, key))

    def lamp(self, address: int) -> str:
        """What became of the last press: "waiting", "accepted" or "refused"."""
        return "".join(twin.lamp for twin in self._plugged[address][:1])

    def lights(self, address: int) -> Light:
        """The lamps that it lights."""
        return next((twin.lights for twin in self._plugged[address]), Light(0, 0))

    def told_at(self, address: int) -> float | None:
        """When the last press was on the line for the first time, in monotonic seconds: for measuring."""
        return self._told.get(address)

    def shown(self, address: int) -> str:
        """The text of a sign, with its dot where it has one."""
        for twin in self._plugged[address]:
            return twin.text + ("." if Mark.OLD in twin.marks else "")
        return ""

    def blinks(self, address: int) -> bool:
        """Whether the sign's text blinks, as it does while a number is called."""
        return any(Mark.CALLING in twin.marks for twin in self._plugged[address])

    def unplug(self, address: int) -> None:
        self._do(partial(self._unplug, address))

    def plug(self, address: int) -> None:
        """With its power the device lost all that it knew. Where there is one already, they are two."""
        self._do(lambda: self._plugged[address].append(self._made(address)))

    def vanish(self) -> None:
        """Pull the adapter out."""
        self._do(self._plug.pull_out)

    def return_(self) -> None:
        """Put the adapter back: the same path, most likely another port."""
        self._do(self._plug.put_in)

    def _do(self, work: Callable[[], object]) -> None:
        done = Event()

        def task() -> None:
            work()
            done.set()

        self._mailbox.put(task)
        done.wait()

    # The thread

    def _run(self) -> None:
        while not self._closing:
            now = monotonic()
            self._speak(now)
            for twins in self._plugged.values():
                for twin in twins:
                    twin.tick(now)
            ears = [self._mailbox.fileno(), *self._plug.ours]
            wake = min([now + TICK_S, *(speech.due(self.baud) for speech in self._speeches[:1])])
            ready, _, _ = select(ears, [], [], max(0.0, wake - monotonic()))
            if ears[0] in ready:
                self._mailbox.work()
            elif ready:
                self._listen(os.read(ears[1], 256), monotonic())
        self._plug.pull_out()

    def _listen(self, data: bytes, now: float) -> None:
        """The master spoke: every device hears it, and those that answer at one time are heard together."""
        over = now + wire_time(len(data), self.baud)
        if self.swapped:
            self._speeches.append(Speech(over, 0.0, b"\0"))  # the idle line, turned round, is a break
            return
        if termios.tcgetattr(self._plug.ours[0])[4] != getattr(termios, f"B{self.baud}"):
            return
        data = self._interrupt(self.noise.spoil(data, self._chance), now)
        said: dict[float, bytes] = {}
        for twins in self._plugged.values():
            for twin in twins:
                for each in twin.hear(data, over):
                    said[each.after_s] = collide(said.get(each.after_s, b""), each.data)
        for after_s, answer in sorted(said.items()):
            ends = over + after_s + wire_time(len(answer), self.baud)
            delay_s = self._chance.uniform(0.0, self.noise.delay_s)
            self._speeches.append(Speech(ends, delay_s, self.noise.spoil(answer, self._chance)))

    def _interrupt(self, data: bytes, now: float) -> bytes:
        """Who speaks into what another one says is understood no better; returns what is heard of it."""
        for speech in self._speeches:
            if speech.begins(self.baud) <= now < speech.over:
                data, speech.data = collide(data, speech.data[::-1]), collide(speech.data, data)
        return data

    def _speak(self, now: float) -> None:
        """Let the master have what is over by now."""
        while self._speeches and self._speeches[0].due(self.baud) <= now:
            speech = self._speeches[0]
            if not speech.begun:
                speech.begun = True
                self._plug.write(speech.data[:1])
                continue
            self._speeches.pop(0)
            for frame in Decoder().feed(speech.data):
                if isinstance(frame.message, Press):
                    self._told.setdefault(frame.address, now)
            self._plug.write(speech.data[1:])

    def _press(self, address: int, key: int) -> None:
        for twin in self._plugged[address][:1]:
            self._told.pop(address, None)
            twin.press(key, monotonic())

    def _made(self, address: int) -> Twin:
        return self._device(address, self._kinds[address], self.baud)

    def _unplug(self, address: int) -> None:
        for twin in self._plugged[address]:
            twin.close()
        self._plugged[address] = []

    def _close(self) -> None:
        self._closing = True


def collide(one: bytes, other: bytes) -> bytes:
    """What is heard when two speak at once: on a quiet line, which is all ones, a zero wins."""
    return bytes(a & b for a, b in zip_longest(one, other, fillvalue=0xFF))

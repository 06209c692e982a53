"""A serial line that is not there, with simulated keypads and signs on it: a pty for a bridge to open.

It is a serial port at a path of its own, as a by-id path is. Frames take the time that they take on a real
line, devices answer after a real turn-around, and two that speak at once garble each other. The line can
lose, garble and delay what is said and vanish altogether, and each device can be unplugged.
"""

import os
import tty
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import zip_longest
from pathlib import Path
from random import Random
from select import select
from threading import Event, Thread
from time import monotonic

from firmware_bridge.frames import EVERYONE, Frame, Key, Mark, Press, encode, wire_time
from firmware_bridge.mailbox import Mailbox
from firmware_bridge.twins import SimulatedKeypad, SimulatedSign

TURN_S = 0.001  # between a request's last byte and an answer's first
TICK_S = 0.25


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


@dataclass(frozen=True)
class Speech:
    """Bytes whose last one is on the line at `at`; `teller` is the keypad whose press they tell."""

    at: float
    data: bytes
    teller: SimulatedKeypad | None


class SimulatedLine:
    """A serial line with its devices; `path` leads to its port while it is there.

    Any thread may do something to it, and it is done on return.
    """

    def __init__(
        self,
        path: Path,
        *,
        keypads: Sequence[int] = (),
        signs: Sequence[int] = (),
        baud: int = 19200,
        seed: int = 0,
    ) -> None:
        self.path = path
        self.noise = Noise()
        self._twins: dict[int, type[SimulatedKeypad | SimulatedSign]] = dict.fromkeys(
            keypads, SimulatedKeypad
        )
        self._twins |= dict.fromkeys(signs, SimulatedSign)
        self._plugged = {address: twin() for address, twin in self._twins.items()}
        self._baud = baud
        self._chance = Random(seed)
        self._speeches: list[Speech] = []
        self._ends: tuple[int, ...] = ()  # of the pty: ours and the bridge's; none while it has vanished
        self._mailbox = Mailbox()
        self._closing = False
        self._thread = Thread(target=self._run, name=f"simulated line {path}", daemon=True)

    def __enter__(self) -> "SimulatedLine":
        self._return()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._do(self._close)
        self._thread.join()
        self._mailbox.close()

    # What a person sees and does

    def press(self, address: int, key: str) -> None:
        """Press `next`, `recall`, `no-show` or `finish`."""
        self._do(partial(self._press, address, Key[key.upper().replace("-", "_")]))

    def lamp(self, address: int) -> str:
        """What became of the last press: "waiting", "accepted" or "refused"."""
        keypad = self._plugged.get(address)
        return keypad.lamp if isinstance(keypad, SimulatedKeypad) else ""

    def told_at(self, address: int) -> float | None:
        """When the last press was on the line for the first time, in monotonic seconds: for measuring."""
        keypad = self._plugged.get(address)
        return keypad.told_at if isinstance(keypad, SimulatedKeypad) else None

    def shown(self, address: int) -> str:
        """The text of a sign, with its dot where it has one."""
        sign = self._plugged.get(address)
        return sign.looks if isinstance(sign, SimulatedSign) else ""

    def blinks(self, address: int) -> bool:
        """Whether the sign's text blinks, as it does while a number is called."""
        sign = self._plugged.get(address)
        return isinstance(sign, SimulatedSign) and Mark.CALLING in sign.marks

    def unplug(self, address: int) -> None:
        self._do(partial(self._plugged.pop, address, None))

    def plug(self, address: int) -> None:
        """With its power the device lost all that it knew."""
        self._do(partial(self._plugged.update, {address: self._twins[address]()}))

    def vanish(self) -> None:
        """Pull the adapter out."""
        self._do(self._vanish)

    def return_(self) -> None:
        """Put the adapter back: the same path, most likely another port."""
        self._do(self._return)

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
            for twin in self._plugged.values():
                twin.tick(now)
            ears = [self._mailbox.fileno(), *self._ends[:1]]
            wake = min([now + TICK_S, *(speech.at for speech in self._speeches)])
            ready, _, _ = select(ears, [], [], max(0.0, wake - monotonic()))
            if ears[0] in ready:
                self._mailbox.work()
            elif ready:
                self._listen(os.read(ears[1], 256), monotonic())
        self._vanish()

    def _listen(self, data: bytes, now: float) -> None:
        """The master spoke: every device hears it, and all answers go on the line together."""
        now += wire_time(len(data), self._baud) + TURN_S  # when it is over, and an answer begins
        data = self.noise.spoil(data, self._chance)
        answers = b""
        teller = None
        for address, twin in self._plugged.items():
            for frame in twin.decoder.feed(data):
                if frame.address not in (address, EVERYONE):
                    continue
                answer = twin.hear(frame.message, alone=frame.address == address, now=now)
                if answer is None:
                    continue
                first = isinstance(answer, Press) and not answers
                teller = twin if first and isinstance(twin, SimulatedKeypad) else None
                answers = collide(answers, encode(Frame(address, frame.sequence, answer)))
        if answers:
            at = now + wire_time(len(answers), self._baud)
            at += self._chance.uniform(0.0, self.noise.delay_s)
            self._speeches.append(Speech(at, self.noise.spoil(answers, self._chance), teller))

    def _speak(self, now: float) -> None:
        """Let the master have what is over by now."""
        for speech in [each for each in self._speeches if each.at <= now]:
            self._speeches.remove(speech)
            if self._ends and speech.data:
                if speech.teller and speech.teller.told_at is None:
                    speech.teller.told_at = now
                os.write(self._ends[0], speech.data)

    def _press(self, address: int, key: Key) -> None:
        keypad = self._plugged.get(address)
        if isinstance(keypad, SimulatedKeypad):
            keypad.press(key, monotonic())

    def _vanish(self) -> None:
        self.path.unlink(missing_ok=True)
        for end in self._ends:
            os.close(end)
        self._ends = ()

    def _return(self) -> None:
        self._vanish()
        self._ends = os.openpty()
        tty.setraw(self._ends[1])
        self.path.symlink_to(os.ttyname(self._ends[1]))

    def _close(self) -> None:
        self._closing = True


def collide(one: bytes, other: bytes) -> bytes:
    """What is heard when two speak at once: on a quiet line, which is all ones, a zero wins."""
    return bytes(a & b for a, b in zip_longest(one, other, fillvalue=0xFF))

"""The master of a Modbus line, as rules alone: bytes and times in, bytes and news out.

One request is in the air at a time, and between two of them the line rests for 3.5 characters, as the
specification has it. Nothing is told to everybody at once, since nobody would answer. What a sign is to show
is written whenever it changes, and all of it anew at each visit: so a sign that lost its power, or its cable
for a moment, is right again after a second, and signs that cannot be read are no different.

A line is either ours (`master`) or Modbus: the frames of the one are noise to the devices of the other, and a
sign that is silent would hold up every key for its time-out. Each line has its own adapter, its own port and
its own master.
"""

from collections.abc import Callable
from math import inf

from bus.messages import LinkHealth
from config.hardware import Modbus, ModbusSign
from firmware_bridge.driver import Face, LinkChanged
from firmware_bridge.modbus import CAUSES, LONGEST, Write
from firmware_bridge.registers import writes

VISIT_S = 1.0  # between two visits of a sign that is fine
ABSENT_S = 3.0  # of one that is not: the others need not wait for its time-outs too often
PATIENCE_S = 0.25  # within which a sign answers; cheap ones take their time, and so do adapters
MISSES = 3  # answers missed in a row, after which a sign is what its last answer looked like
CHARACTER = 11  # bits on the line, at most
SHORTEST_REST_S = 0.00175  # over 19200 baud the rest is not shorter than this


class Sign:
    """A sign, as the master knows it."""

    def __init__(self, settings: ModbusSign) -> None:
        self.settings = settings
        self.name = f"modbus-{settings.address}"
        self.state = "silent"  # or "ready", or what `modbus` calls its fault
        self.due = inf  # when it is asked next: as soon as there is something to show
        self.wanted: tuple[Write, ...] = ()
        self.written = 0  # of these, in this visit
        self.refusal = ""  # the first one of this visit
        self.misses = 0  # in a row
        self.frames = 0
        self.errors = 0
        self.retries = 0
        self.round_trip_ms = 0.0  # smoothed

    def begin(self, due: float) -> None:
        """All is to be written anew."""
        self.written = 0
        self.refusal = ""
        self.due = due if self.wanted else inf

    def health(self) -> LinkHealth:
        trip, about = round(self.round_trip_ms, 1), CAUSES.get(self.state, "")
        return LinkHealth(self.name, self.state, self.frames, self.errors, self.retries, trip, about)


class ModbusMaster:
    """Decides what goes on the line, and makes sense of what comes from it; a `port.Master`.

    `tell` gets each `LinkChanged` as it happens.
    """

    def __init__(self, settings: Modbus, tell: Callable[[LinkChanged], None]) -> None:
        self._signs = {sign.name: sign for sign in map(Sign, settings.signs)}
        self._tell = tell
        self.baud = settings.baud
        self._rest_s = max(3.5 * CHARACTER / settings.baud, SHORTEST_REST_S)
        self._asked: tuple[Sign, Write] | None = None  # the request in the air
        self._asked_at = 0.0
        self._until = 0.0  # when the time for its answer is over
        self._quiet_at = 0.0  # when the line has rested
        self._heard = b""
        self._state = "absent"
        self._why_absent = ""

    @property
    def faces(self) -> dict[str, str]:
        """Each sign's counter."""
        return {sign.name: sign.settings.counter for sign in self._signs.values()}

    def attach(self) -> None:
        """The port is open: everybody on it is a stranger."""
        self._asked = None
        for sign in self._signs.values():
            sign.misses = 0
            sign.begin(0.0)
        self._state = "ready"
        self._tell(LinkChanged("modbus", self._state))

    def detach(self, why: str) -> None:
        """The port is gone, or still not there."""
        self._why_absent = why
        if self._state == "absent":
            return
        for sign in self._signs.values():
            sign.state = "silent"
        self._state = "absent"
        self._tell(LinkChanged("modbus", self._state))

    def wake(self) -> float:
        """When `send` is wanted next, should nothing come before."""
        return self._until if self._asked else max(self._quiet_at, self._next().due)

    def send(self, now: float) -> bytes:
        """What to put on the line now, perhaps nothing."""
        if self._asked:
            if now < self._until:
                return b""
            self._missed(*self._asked, now)
        sign = self._next()
        if now < max(self._quiet_at, sign.due):
            return b""
        write = sign.wanted[sign.written]
        request = write.request()
        self._asked = sign, write
        self._asked_at = now
        self._until = now + self._wire_time(len(request) + len(write.answer())) + PATIENCE_S
        self._quiet_at = now + self._wire_time(len(request)) + self._rest_s
        self._heard = b""
        return request

    def receive(self, data: bytes, now: float) -> None:
        """Bytes came from the line."""
        self._quiet_at = now + self._rest_s
        self._heard = (self._heard + data)[-LONGEST:]
        if self._asked:
            sign, write = self._asked
            if verdict := write.judge(self._heard):
                self._asked = None
                self._answered(sign, write, verdict, now)

    def show(self, name: str, face: Face) -> None:
        """From now on the sign is to show this."""
        sign = self._signs[name]
        sign.wanted = writes(sign.settings, face)
        sign.begin(0.0 if sign.misses < MISSES else sign.due)

    def health(self) -> tuple[LinkHealth, ...]:
        """The line and every sign on it."""
        signs = [sign.health() for sign in self._signs.values()]
        frames, errors = (sum(getattr(each, key) for each in signs) for key in ("frames", "errors"))
        about = self._why_absent if self._state == "absent" else ""
        return (LinkHealth("modbus", self._state, frames, errors, about=about), *signs)

    # Rules

    def _next(self) -> Sign:
        return min(self._signs.values(), key=lambda sign: sign.due)

    def _answered(self, sign: Sign, write: Write, verdict: str, now: float) -> None:
        """It obeyed, or refused: what comes after that it is told all the same."""
        sign.frames += 1
        sign.misses = 0
        trip = (now - self._asked_at) * 1000
        sign.round_trip_ms += (trip - sign.round_trip_ms) * (0.1 if sign.round_trip_ms else 1)
        if verdict != "ready":
            sign.errors += 1
            sign.refusal = sign.refusal or verdict
        if write == sign.wanted[sign.written]:  # and nothing else is wanted since
            sign.written += 1
        if sign.written < len(sign.wanted):
            sign.due = now
        else:
            self._turn(sign, sign.refusal or "ready")
            sign.begin(now + VISIT_S)

    def _missed(self, sign: Sign, write: Write, now: float) -> None:
        """The time for an answer is over: once more, unless that was so too often."""
        self._asked = None
        sign.misses += 1
        sign.errors += bool(self._heard)
        if sign.misses < MISSES:
            sign.retries += 1
            sign.due = now
        else:
            self._turn(sign, write.diagnose(self._heard))
            sign.begin(now + ABSENT_S)

    def _turn(self, sign: Sign, state: str) -> None:
        """The sign is in this state now; told if that is news."""
        if state != sign.state:
            sign.state = state
            self._tell(LinkChanged(sign.name, state))

    def _wire_time(self, count: int) -> float:
        return count * CHARACTER / self.baud

"""A device on the line, as the master knows it: what it is to be asked next, and what is wrong with it.

What is wrong is known from bytes alone. No answer at all: the device is silent. Answers that are never a
frame: it is garbled, by a bad wire, or by a second device that has the same address and answers at the same
time. So it is asked to draw a slot for its answer, and where two answer, their unique ids say so.
"""

from bus.messages import LinkHealth
from firmware_bridge.frames import (
    SLOTS,
    Ack,
    Hello,
    Identity,
    Kind,
    Light,
    Lit,
    Message,
    Poll,
    Press,
    Show,
    Shown,
)

VISIT_S = 2.0  # between two requests to a device that has nothing to tell
ABSENT_S = 1.0  # and to one that is silent
GREET_S = 10.0  # between two questions who it is: it may have been exchanged, or have got a double
RETRY_S = 0.02  # before the first repetition, twice that before the second, and so on
PROBE_S = 0.25  # between two drawings of slots
MISSES = 8  # answers missed in a row that make a device silent: 1 in 3000 where a third of them is lost
GARBLED = 4  # garbled answers in a row that make it suspect
ALONE = 3  # drawings answered by one device alone that clear it


class Peer:
    """A device at its address."""

    def __init__(self, address: int, kind: Kind, acts: tuple[str, ...] = ()) -> None:
        self.address = address
        self.kind = kind
        self.acts = acts  # of its keys
        self.name = f"{kind.name.lower()}-{address}"
        self.state = "silent"  # or "ready", "wrong-kind", "garbled", "two-devices"
        self.due = 0.0  # when it is asked next
        self.wanted: Show | Light | None = None
        self.press: tuple[int, int] | None = None  # boot and number of the last one
        self.ack: Ack | None = None  # what became of it, once that is known
        self.ack_owed = False
        self.errors = 0
        self.identity: Identity | None = None
        self._shown: Show | Light | None = None
        self._greet_at = 0.0
        self._misses = 0  # in a row
        self._garbled = 0  # in a row
        self._alone = 0  # drawings in which nobody else answered
        self._frames = 0
        self._retries = 0
        self._round_trip_ms = 0.0  # smoothed

    @property
    def has_keys(self) -> bool:
        return self.kind in (Kind.KEYPAD, Kind.RATER)

    @property
    def works(self) -> bool:
        """It is the one that it should be; what can be read of it counts, however bad its wires are."""
        return self.state in ("ready", "garbled") and self._fits()

    def forget(self) -> None:
        """The line is gone, or back: whoever is there is a stranger."""
        self.state = "silent"
        self.due = 0.0
        self._misses = self._garbled = 0

    def request(self, now: float) -> Message:
        """What it is to be asked, or told, now."""
        if not self.works:
            return Hello(SLOTS) if self.state in ("garbled", "two-devices") else Hello()
        if self.ack is not None and self.ack_owed:
            return self.ack
        if self.state == "garbled":  # whatever it is told, every other time it draws
            return (self._untold() if self._misses % 2 else None) or Hello(SLOTS)
        if now >= self._greet_at:
            return Hello()
        return self._untold() or Poll()

    def heard(self, message: Message, now: float) -> None:
        """It says this, whether it was asked or not."""
        self._frames += 1
        self._misses = 0
        if self.state == "silent":
            self.due = now
        match message:
            case Identity():
                self._identify(message, now)
            case Shown(marks, text):
                self._shown = Show(marks, text)
            case Lit(on, blink):
                self._shown = Light(on, blink)

    def answered(self, request: Message, now: float, *, asked_at: float) -> None:
        """What it said was the answer to this request."""
        if isinstance(request, Ack):
            self.ack_owed = False
        if self.state in ("ready", "wrong-kind"):
            self._garbled = 0
        trip = (now - asked_at) * 1000
        self._round_trip_ms += (trip - self._round_trip_ms) * (0.1 if self._round_trip_ms else 1)
        following = self.request(now)
        if isinstance(following, Hello) and following.slots > 1:
            self.due = now + PROBE_S
        elif following in (Poll(), request):  # who does not obey waits for the next visit
            self.due = now + VISIT_S
        else:
            self.due = now

    def missed(self, now: float, *, garbled: bool) -> None:
        """There was no answer to what it was asked, or none that could be read."""
        self._misses += 1
        self._garbled = self._garbled + 1 if garbled else 0
        self._retries += self.state != "silent"
        if self._garbled >= GARBLED and self.state != "two-devices":
            self.state, self._alone = "garbled", 0
        elif self._misses >= MISSES:
            self.state = "silent"
        if self.state in ("garbled", "two-devices"):
            self.due = now + PROBE_S
        elif self._misses < MISSES:
            self.due = now + RETRY_S * self._misses
        else:
            self.due = now + ABSENT_S

    def presses(self, press: Press) -> bool:
        """Whether this press is news; another device's keys do not count."""
        if not self.works or not self.has_keys:
            return False
        if self.press and press.boot == self.press[0] and press.number <= self.press[1]:
            if press.number == self.press[1]:
                self.ack_owed = True  # it has not heard what became of it, if anything did
            return False
        self.press = (press.boot, press.number)
        self.ack = None
        return True

    def health(self) -> LinkHealth:
        trip = round(self._round_trip_ms, 1)
        about = ""
        if it := self.identity:
            about = f"firmware {it.major}.{it.minor}, unique id {it.unique.hex()}"
        return LinkHealth(self.name, self.state, self._frames, self.errors, self._retries, trip, about)

    def _untold(self) -> Show | Light | None:
        """What it should show, and does not, though it could."""
        if isinstance(self.wanted, Light) and self.identity and not self.identity.lamps:
            return None
        return self.wanted if self.wanted != self._shown else None

    def _identify(self, told: Identity, now: float) -> None:
        known, self.identity = self.identity, told
        self._shown = None
        self._greet_at = now + GREET_S
        if self.state in ("garbled", "two-devices"):
            if known is not None and known.unique != told.unique:
                self.state, self._alone = "two-devices", 0
                return
            self._alone += 1
            if self._alone < ALONE:
                return
        self.state = "ready" if self._fits() else "wrong-kind"

    def _fits(self) -> bool:
        it = self.identity
        return it is not None and it.kind is self.kind and it.keys >= len(self.acts)

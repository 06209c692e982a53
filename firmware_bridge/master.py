"""The master's side of the line's protocol, as rules alone: bytes and times in, bytes and events out.

One line, one master, one request in the air. Every request of one device gets one answer from it; what gets
no answer is asked again, and nothing is told only once. Each 20 ms one request goes to all keypads together,
which only a keypad with a press answers: while nobody presses, a line of any length costs one frame. Two
presses at once garble each other, and then each keypad is asked by itself. Beyond that a device is visited
once a second, to know that it is there, and that a sign shows what it should.

At 19200 baud (0.52 ms a byte) a request to everyone and the longest answer take 5.2 + 3 + 10.9 = 19.1 ms,
which is why a round has 20 ms, whatever hangs on the line: a press waits 10 ms for its round on average, 20
at most (35 if a visit comes first), and is heard 16 ms after that. Asking eight keypads one by one would be a
round of 8 × 12 = 96 ms, and on a faster line 400 answers a second that say nothing.
"""

from collections.abc import Callable
from math import inf

from bus.messages import LinkHealth
from config.settings import Line
from firmware_bridge.driver import KeyPressed, LinkChanged
from firmware_bridge.frames import (
    EVERYONE,
    MAX_FRAME,
    Ack,
    Decoder,
    Frame,
    Hello,
    Identity,
    Kind,
    Message,
    Outcome,
    Poll,
    Press,
    Show,
    Shown,
    encode,
    from_device,
    size,
    wire_time,
)

ROUND_S = 0.020  # between two requests to everyone
TURN_S = 0.003  # within which a device begins its answer
PATIENCE_S = 0.020  # the same as seen from here: an FTDI adapter alone may hold bytes back for 16 ms
VISIT_S = 1.0  # between two requests to a device that has nothing to tell, or is silent
MISSES = 8  # answers missed in a row that make a device silent: 1 in 3000 where a third of them is lost


class Peer:
    """A device, as the master knows it."""

    def __init__(self, address: int, kind: Kind) -> None:
        self.address = address
        self.kind = kind
        self.name = f"{kind.name.lower()}-{address}"
        self.state = "silent"  # or "ready", or "wrong-kind"
        self.due = 0.0  # when it is asked next
        self.misses = 0  # in a row
        self.frames = 0
        self.errors = 0
        self.retries = 0
        self.round_trip_ms = 0.0  # smoothed
        self.wanted: Show | None = None
        self.shown: Show | None = None
        self.press: tuple[int, int] | None = None  # boot and number of the last one
        self.ack: Ack | None = None  # what became of it, once that is known
        self.ack_owed = False

    def request(self) -> Message:
        """What it is to be asked, or told, now."""
        if self.state != "ready":
            return Hello()
        if self.ack is not None and self.ack_owed:
            return self.ack
        if self.wanted is not None and self.wanted != self.shown:
            return self.wanted
        return Poll()

    def health(self) -> LinkHealth:
        trip = round(self.round_trip_ms, 1)
        return LinkHealth(self.name, self.state, self.frames, self.errors, self.retries, trip)


class Master:
    """Decides what goes on the line, and makes sense of what comes from it.

    `tell` gets each `KeyPressed` and `LinkChanged` as it happens.
    """

    def __init__(self, line: Line, tell: Callable[[KeyPressed | LinkChanged], None]) -> None:
        kinds = {keypad.address: Kind.KEYPAD for keypad in line.keypads}
        kinds |= {sign.address: Kind.SIGN for sign in line.signs}
        self._peers = {address: Peer(address, kind) for address, kind in kinds.items()}
        self._named = {peer.name: peer for peer in self._peers.values()}
        self._acts = {keypad.address: keypad.keys for keypad in line.keypads}
        self._tell = tell
        self._baud = line.baud
        self._decoder = Decoder()
        self._sequence = 0
        self._asked: Frame | None = None  # the request in the air
        self._asked_at = 0.0
        self._until = 0.0  # when the time for its answer is over
        self._round_s = max(ROUND_S, wire_time(size(Poll) + MAX_FRAME, line.baud) + TURN_S)
        self._round_at = 0.0 if line.keypads else inf
        self._garbled = False  # since the last round
        self._state = "absent"
        self._errors = 0  # garbled answers that were nobody's in particular

    # The line itself

    def attach(self) -> None:
        """The port is open: everybody on it is a stranger."""
        self._decoder = Decoder()
        self._asked = None
        for peer in self._peers.values():
            peer.state = "silent"
            peer.due = 0.0
        self._state = "ready"
        self._tell(LinkChanged("line", self._state))

    def detach(self) -> None:
        """The port is gone, or still not there."""
        if self._state == "absent":
            return
        for peer in self._peers.values():
            peer.state = "silent"
        self._state = "absent"
        self._tell(LinkChanged("line", self._state))

    def wake(self) -> float:
        """When `send` is wanted next, should nothing come before."""
        return self._until if self._asked else self._next()[0]

    def send(self, now: float) -> bytes:
        """What to put on the line now, perhaps nothing."""
        if self._asked:
            if now < self._until:
                return b""
            self._missed(self._asked, now)
        due, address = self._next()
        if due > now:
            return b""
        self._sequence = (self._sequence + 1) % 256
        if address == EVERYONE:
            message: Message = Poll()
            self._until = self._round_at = now + self._round_s
            self._garbled = False
        else:
            message = self._peers[address].request()
            self._until = now + wire_time(size(type(message)) + MAX_FRAME, self._baud) + PATIENCE_S
        self._asked = Frame(address, self._sequence, message)
        self._asked_at = now
        return encode(self._asked)

    def receive(self, data: bytes, now: float) -> None:
        """Bytes came from the line."""
        bad = self._decoder.bad
        for frame in self._decoder.feed(data):
            if frame.address in self._peers and from_device(frame.message):
                self._heard(self._peers[frame.address], frame, now)
        if garbled := self._decoder.bad - bad:
            self._garbled = True
            if self._asked and self._asked.address != EVERYONE:
                self._peers[self._asked.address].errors += garbled
            else:
                self._errors += garbled

    # What the app wants

    @property
    def names(self) -> dict[int, str]:
        """What the device at each address is called."""
        return {peer.address: peer.name for peer in self._peers.values()}

    def show(self, name: str, wanted: Show) -> None:
        """From now on the sign is to show this."""
        peer = self._named[name]
        peer.wanted = wanted
        if peer.state == "ready":
            peer.due = 0.0

    def answer(self, press: KeyPressed, outcome: Outcome) -> None:
        """What became of the press; of no interest if the keypad has been pressed anew."""
        peer = self._named[press.keypad]
        if peer.press == (press.boot, press.number):
            peer.ack = Ack(press.boot, press.number, outcome)
            peer.ack_owed = True
            if peer.state == "ready":
                peer.due = 0.0

    def health(self) -> tuple[LinkHealth, ...]:
        """The line and every device on it."""
        peers = [peer.health() for peer in self._peers.values()]
        frames = sum(each.frames for each in peers)
        return (LinkHealth("line", self._state, frames, self._errors), *peers)

    # Rules

    def _next(self) -> tuple[float, int]:
        """When somebody is due, and who."""
        return min([(self._round_at, EVERYONE), *((each.due, each.address) for each in self._peers.values())])

    def _heard(self, peer: Peer, frame: Frame, now: float) -> None:
        peer.frames += 1
        asked = self._asked
        request = None  # the one of ours that this answers
        if asked and asked.sequence == frame.sequence and asked.address in (peer.address, EVERYONE):
            self._asked = None
            request = asked.message if asked.address == peer.address else None
        if isinstance(request, Ack):
            peer.ack_owed = False
        match frame.message:
            case Identity(kind):
                self._turn(peer, "ready" if kind is peer.kind else "wrong-kind")
                peer.shown = None
            case Shown(marks, text):
                peer.shown = Show(marks, text)
            case Press() if peer.kind is Kind.KEYPAD:
                self._pressed(peer, frame.message, now)
        following = peer.request()
        if request is not None:
            peer.misses = 0
            trip = (now - self._asked_at) * 1000
            peer.round_trip_ms += (trip - peer.round_trip_ms) * (0.1 if peer.round_trip_ms else 1)
            peer.due = now + VISIT_S
        if following not in (Poll(), request):  # who does not obey waits for the next visit
            peer.due = now

    def _pressed(self, peer: Peer, press: Press, now: float) -> None:
        if (press.boot, press.number) == peer.press:
            peer.ack_owed = True  # it has not heard what became of it, if anything did
            return
        peer.press = (press.boot, press.number)
        peer.ack = None
        at = now - wire_time(size(Press), self._baud) - press.age_ms / 1000
        acts = self._acts[peer.address]
        act = acts[press.key - 1] if 1 <= press.key <= len(acts) else ""
        self._tell(KeyPressed(peer.name, press.boot, press.number, act, at))

    def _missed(self, asked: Frame, now: float) -> None:
        """The time for an answer is over: the rule after a request to everyone, a fault after any other."""
        self._asked = None
        if asked.address == EVERYONE:
            if self._garbled:
                for peer in self._peers.values():
                    if peer.state == "ready" and peer.kind is Kind.KEYPAD:
                        peer.due = self._asked_at  # so before the next round
            return
        peer = self._peers[asked.address]
        peer.misses += 1
        if peer.state != "silent":
            peer.retries += 1
            if peer.misses >= MISSES:
                self._turn(peer, "silent")
        peer.due = now if peer.state == "ready" else now + VISIT_S

    def _turn(self, peer: Peer, state: str) -> None:
        """The device is in this state now; told if that is news."""
        if state != peer.state:
            peer.state = state
            self._tell(LinkChanged(peer.name, state))

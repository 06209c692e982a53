"""The master's side of the line's protocol, as rules alone: bytes and times in, bytes and events out.

One line, one master, one request in the air. Every request of one device gets one answer from it; what gets
no answer is asked again, and nothing is told only once. Each 10 ms one request goes to all keypads together,
which only a keypad with a press answers: a line of any length costs one frame, and one in 40 ms once nobody
has pressed for a quarter of an hour. Two presses at once garble each other, and then each keypad is asked by
itself. Beyond that a device is visited every other second, to know that it is there, and that a sign shows
what it should.

At 19200 baud (0.52 ms a byte) a request to everyone takes 5.2 ms and an answer must have begun 3 ms later,
which is why a round has 10 ms, whatever hangs on the line. Asking eight keypads one by one would be a round
of 8 × 12 = 96 ms. What an adapter adds is measured: an FTDI alone may hold bytes back for 16 ms, and who
speaks into an answer that it holds back never hears it.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from math import inf

from bus.messages import LinkHealth
from config.hardware import Line
from firmware_bridge.codec import Decoder, encode
from firmware_bridge.diagnosis import Diagnosis
from firmware_bridge.driver import KeyPressed, LinkChanged
from firmware_bridge.frames import (
    EVERYONE,
    MAX_FRAME,
    SLOTS,
    TURN_S,
    Ack,
    Frame,
    Hello,
    Kind,
    Light,
    Message,
    Outcome,
    Poll,
    Press,
    Show,
    from_device,
    size,
    slot_time,
    wire_time,
)
from firmware_bridge.peer import Peer

ROUND_S = 0.010  # between two requests to everyone
RESTING_S = 0.040  # the same while nobody presses: each costs a wake, and the bridge has a core's hundredth
BUSY_S = 900.0  # after a press: as long as a service takes
LATEST_S = 0.020  # that an adapter may add to an answer's way
FORGET = 0.5  # what is left of an answer's lateness after the next one


@dataclass
class Exchange:
    """A request in the air, and what has come of it."""

    request: Frame
    at: float
    begin_by: float  # when the time for an answer to begin is over
    until: float  # and the time for its end
    begun: bool = False  # bytes have come
    only_zeros: bool = True
    garbled: bool = False
    answered: bool = False


class Master:
    """Decides what goes on the line, and makes sense of what comes from it.

    `tell` gets each `KeyPressed` and `LinkChanged` as it happens.
    """

    def __init__(self, line: Line, tell: Callable[[KeyPressed | LinkChanged], None]) -> None:
        scores = tuple(f"rate-{score}" for score in range(1, 6))
        peers = [
            *(Peer(each.address, Kind.KEYPAD, each.keys) for each in line.keypads),
            *(Peer(each.address, Kind.RATER, scores) for each in line.raters),
            *(Peer(each.address, Kind.SIGN) for each in line.signs),
            *(Peer(each.address, Kind.LAMP) for each in line.lamps),
        ]
        self.baud: int = line.baud  # of what `send` gave last
        self._settled: int = line.baud
        self._line = Diagnosis(line.baud, len(peers), lambda state: tell(LinkChanged("line", state)))
        self._peers = {peer.address: peer for peer in peers}
        self._named = {peer.name: peer for peer in peers}
        self._tell = tell
        self._decoder = Decoder()
        self._sequence = 0
        self._air: Exchange | None = None
        self._late_s = LATEST_S  # by how much answers come later than the wire alone would bring them
        self._bad = 0  # frames until now
        self._last = EVERYONE  # whom the last request was to
        self._suspects: deque[int] = deque()  # one of them has a press to tell, or several
        self._round_at = 0.0 if line.keypads or line.raters else inf
        self._busy_until = 0.0
        self._errors = 0  # garbled answers that were nobody's in particular

    # The line itself

    def attach(self) -> None:
        """The port is open: everybody on it is a stranger."""
        self._decoder = Decoder()
        self._bad = 0
        self._air = None
        self._suspects.clear()
        self._late_s = LATEST_S
        for peer in self._peers.values():
            peer.forget()
        self._line.turn("ready")

    def detach(self, why: str) -> None:
        """The port is gone, or still not there."""
        for peer in self._peers.values():
            peer.forget()
        self._line.lost(why)

    def wake(self) -> float:
        """When `send` is wanted next, should nothing come before: once a round, if nothing does."""
        due = 0.0 if self._suspects else min([self._round_at, *[peer.due for peer in self._peers.values()]])
        if self._air is None:
            return due
        return self._air.until if self._air.begun else max(due, self._air.until)

    def send(self, now: float) -> bytes:
        """What to put on the line now, perhaps nothing."""
        if self._air and now >= self._air.until:
            self._over(self._air, now)
        if self._air or now < self.wake():
            return b""
        address = self._next(now)
        self._sequence = (self._sequence + 1) % 256
        if address == EVERYONE:
            message: Message = Poll()
            self.baud = self._settled
            self._round_at = now + (ROUND_S if now < self._busy_until else RESTING_S)
        else:
            message = self._peers[address].request(now)
            self.baud = self._line.speed(now)
        begin_by = now + self._wire(size(type(message)) + 1) + self._late_s
        if isinstance(message, Hello):
            begin_by += (message.slots - 1) * slot_time(self.baud)
        request = Frame(address, self._sequence, message)
        self._air = Exchange(request, now, begin_by, until=begin_by)
        return encode(request)

    def receive(self, data: bytes, now: float) -> None:
        """Bytes came from the line."""
        if self._air:
            self._air.begun = True
            self._air.only_zeros &= not any(data)
            self._air.until = max(self._air.until, now + self._wire(MAX_FRAME) + self._late_s)
        for frame in self._decoder.feed(data):
            if self._air and frame == self._air.request:  # an adapter that hears itself
                self._air.begun, self._air.only_zeros = False, True
                self._air.until = self._air.begin_by
            elif frame.address in self._peers and from_device(frame.message):
                self._heard(self._peers[frame.address], frame, now)
        if self._count_garbled() and self._air and self._air.request.message != Hello(SLOTS):
            self._air.until = now + TURN_S  # nothing better will come

    # What the app wants

    @property
    def names(self) -> dict[int, str]:
        """What the device at each address is called."""
        return {peer.address: peer.name for peer in self._peers.values()}

    def show(self, name: str, wanted: Show | Light) -> None:
        """From now on the device is to show this."""
        peer = self._named[name]
        peer.wanted = wanted
        if peer.works:
            peer.due = 0.0

    def answer(self, press: KeyPressed, outcome: Outcome) -> None:
        """What became of the press; of no interest if the keypad has been pressed anew."""
        peer = self._named[press.keypad]
        if peer.press == (press.boot, press.number):
            peer.ack = Ack(press.boot, press.number, outcome)
            peer.ack_owed = True
            if peer.works:
                peer.due = 0.0

    def health(self) -> tuple[LinkHealth, ...]:
        """The line and every device on it."""
        peers = [peer.health() for peer in self._peers.values()]
        frames = sum(each.frames for each in peers)
        return (self._line.health(frames, self._errors), *peers)

    # Rules

    def _next(self, now: float) -> int:
        """Who is asked now. Where both are due, everyone and single devices take turns."""
        if self._suspects:
            return self._suspects.popleft()
        single = min(self._peers.values(), key=lambda peer: peer.due)
        everyone = single.due > now if self._last == EVERYONE else self._round_at <= now
        self._last = EVERYONE if everyone else single.address
        return self._last

    def _wire(self, count: int) -> float:
        return wire_time(count, self.baud)

    def _heard(self, peer: Peer, frame: Frame, now: float) -> None:
        if not self._line.heard(self.baud, now):
            return
        air, before = self._air, peer.state
        peer.heard(frame.message, now)
        if air is None or air.request.sequence != frame.sequence:
            self._late_s = LATEST_S  # it came when nobody waited for it any more
        elif air.request.address == EVERYONE:
            self._air = None
        elif air.request.address == peer.address:
            self._answer(peer, air, frame.message, now)
        if isinstance(frame.message, Press) and peer.presses(frame.message):
            self._pressed(peer, frame.message, now)
        if peer.ack and peer.ack_owed and peer.works:
            peer.due = 0.0  # before any visit: a press that is told on and on is in the way of others
        self._note(peer, before)

    def _answer(self, peer: Peer, air: Exchange, answer: Message, now: float) -> None:
        request = air.request.message
        peer.answered(request, now, asked_at=air.at)
        air.answered = True
        if isinstance(request, Hello) and request.slots > 1:
            return  # perhaps another one answers, too
        late = now - air.at - self._wire(size(type(request)) + size(type(answer)))
        self._late_s = min(LATEST_S, max(TURN_S, late, self._late_s * FORGET))
        self._air = None

    def _pressed(self, peer: Peer, press: Press, now: float) -> None:
        act = peer.acts[press.key - 1] if 1 <= press.key <= len(peer.acts) else ""
        self._busy_until = now + BUSY_S
        at = now - self._wire(size(Press)) - press.age_ms / 1000
        self._tell(KeyPressed(peer.name, press.boot, press.number, act, at))

    def _over(self, air: Exchange, now: float) -> None:
        """The time for an answer is over: the rule after a request to everyone, a fault after any other."""
        self._decoder.give_up()
        self._count_garbled()
        self._air = None
        self._line.unanswered(zeros=air.begun and air.only_zeros)
        peer = self._peers.get(air.request.address)
        if peer is not None:
            if not air.answered:
                before = peer.state
                if before == "ready":
                    self._late_s = LATEST_S  # perhaps we did not wait for long enough
                peer.missed(now, garbled=air.garbled)
                self._note(peer, before)
        elif air.garbled:
            self._late_s = LATEST_S  # perhaps we spoke into an answer that the adapter held back
            working = [each for each in self._peers.values() if each.works]
            self._suspects.extend(each.address for each in working if each.has_keys)

    def _count_garbled(self) -> bool:
        """Whoever was asked has the bad frames that came, if any."""
        garbled, self._bad = self._decoder.bad - self._bad, self._decoder.bad
        if not garbled:
            return False
        peer = self._peers.get(self._air.request.address) if self._air else None
        if peer:
            peer.errors += garbled
        else:
            self._errors += garbled
        if self._air:
            self._air.garbled = True
        return True

    def _note(self, peer: Peer, before: str) -> None:
        """Tell what became of the device, if that is news."""
        if peer.state != before:
            self._tell(LinkChanged(peer.name, peer.state))

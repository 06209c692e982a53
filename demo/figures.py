"""The figures of a running centre, from what is overheard on its bus and seen on its hall board."""

import math
from dataclasses import dataclass, field
from statistics import median

from bus.answers import Ticket
from bus.asks import CheckIn, Delivered
from bus.device import Received
from bus.messages import Call, TicketId
from demo.overheard import Answered, Asked


@dataclass
class Times:
    """How long something took each time, in seconds."""

    seconds: list[float] = field(default_factory=list)

    @property
    def median(self) -> float | None:
        return median(self.seconds) if self.seconds else None

    @property
    def percentile_99(self) -> float | None:
        """The time that 99 of 100 did not exceed (nearest rank)."""
        if not self.seconds:
            return None
        return sorted(self.seconds)[math.ceil(0.99 * len(self.seconds)) - 1]


@dataclass
class Figures:
    """What has happened since the start: numbers as the sets of their tickets, times as measured.

    *Touch to paper* is from the kiosk's request to its report that the printer has confirmed the ticket. *Key
    to screen* is from a `next` of keypad or page until the hall board's next picture has come in over the
    bus: what it takes to make and send the picture is in it. (Were one of something else on its way at that
    moment, the time would be too short; a board draws only what changes, so that is one in hundreds.)
    """

    given: set[TicketId] = field(default_factory=set)
    called: set[TicketId] = field(default_factory=set)
    printed: set[TicketId] = field(default_factory=set)
    arrived: dict[str, TicketId] = field(default_factory=dict)  # by the code of their appointment
    touch_to_paper: Times = field(default_factory=Times)
    key_to_screen: Times = field(default_factory=Times)
    _taken: dict[TicketId, float] = field(default_factory=dict)  # not yet on paper: when they were asked for
    _pressed: list[float] = field(default_factory=list)  # not yet on the board

    def hear(self, news: Asked | Answered | Received) -> None:
        """Count what was overheard."""
        match news:
            case Answered(asked, Ticket() as ticket) if asked.verb in ("take", "check-in"):
                self.given.add(ticket.id)
                self._taken[ticket.id] = asked.at
                if isinstance(asked.fields, CheckIn):
                    self.arrived[asked.fields.code] = ticket.id
            case Answered(asked, Ticket()) if asked.verb == "next":
                self._pressed.append(asked.at)
            case Asked(fields=Delivered(ticket=ticket, outcome="printed"), at=at):
                self.printed.add(ticket)
                if (taken := self._taken.pop(ticket, None)) is not None:
                    self.touch_to_paper.seconds.append(at - taken)
            case Received(payload=Call(ticket=ticket)):
                self.called.add(ticket)

    def board_shown(self, at: float) -> None:
        """A new picture of the hall board came in: what was called before is on it."""
        self.key_to_screen.seconds += [at - pressed for pressed in self._pressed]
        self._pressed.clear()

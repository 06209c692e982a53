"""Takes the touch that rates a service, once, and tells the hub."""

import logging
from uuid import uuid4

from bus.asks import Rate
from bus.device import Device
from bus.messages import Panel, Payload
from config.errors import Refused, Unreachable
from display import rating
from screen.theme import Size
from screen.window import Touch

log = logging.getLogger(__name__)

PATIENCE_S = 5.0


class Rater:
    """The face that is touched on a counter's panel; a finger that slides off it takes it back."""

    def __init__(self, device: Device, counter: str) -> None:
        self._device = device
        self._counter = counter
        self._pressed: int | None = None
        self._chosen: int | None = None
        self._about: tuple[str, str | None] | None = None  # whose service it was chosen for

    def chosen(self, panel: Panel | None) -> int | None:
        """The face that was touched for what the panel shows; another question has none yet."""
        about = (panel.show, panel.label) if panel else None
        if about != self._about:
            self._about, self._pressed, self._chosen = about, None, None
        return self._chosen

    def touch(self, touch: Touch, size: Size) -> None:
        """A finger on the panel while it asks."""
        score = rating.score_at(size, touch.x, touch.y)
        match touch.kind:
            case "down":
                self._pressed = score
            case "up" if score is not None and score == self._pressed and self._chosen is None:
                self._chosen = score
                told = Rate(uuid4(), score, counter=self._counter)
                self._device.ask("rate", told, within=PATIENCE_S, then=self._answered)

    def _answered(self, outcome: Payload | Refused | Unreachable) -> None:
        """It may be touched again where the hub did not take it."""
        if isinstance(outcome, (Refused, Unreachable)):
            log.warning("a rating was not taken counter=%s error=%s", self._counter, outcome.message)
            self._chosen = None

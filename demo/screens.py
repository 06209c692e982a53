"""The live pictures of the screens: each screen is asked for the frame after the last one, over the bus.

So nothing polls: a request stands at every screen that is looked at, and is answered when something new is
shown. A request may die with its screen or with the broker, so it is asked again at each birth and, for
safety, now and then.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import uuid4

import msgspec

from bus.answers import Answer
from bus.device import Device, Received
from bus.device_asks import Picture, Screenshot
from bus.remote import ask_device
from config.errors import Refused

log = logging.getLogger(__name__)

REST_S = 0.06  # between two requests: an animation is seen, and costs its screen little
RENEW_S = 15.0  # a screen presents itself anew every 10 s, whatever happens
SMALLEST = 64  # px of width, where only the moment counts


@dataclass
class Screen:
    """A screen, its newest picture, and the request that stands there."""

    name: str
    picture: Picture | None = None
    count: int = 0  # of its pictures: frames begin at 0 again when a screen restarts
    after: int = -1
    standing: bytes = b""
    asked_at: float = 0.0
    due: float = 0.0


class Screens:
    """The screens of the centre, for their device's loop. `measured` is followed even when nobody looks."""

    def __init__(self, device: Device, names: Sequence[str], measured: str) -> None:
        self._device = device
        self._screens = {name: Screen(name) for name in names}
        self._measured = measured
        self._looking = False

    def get(self, name: str) -> Screen | None:
        return self._screens.get(name)

    def counts(self) -> dict[str, int]:
        """How many pictures of each have come."""
        return {each.name: each.count for each in self._screens.values()}

    def look(self, looking: bool) -> None:
        """Somebody looks at the pictures, or nobody does any more."""
        if looking != self._looking:
            self._looking = looking
            for name in self._screens:
                self.renew(name)

    def renew(self, name: str) -> None:
        """What stands at this screen is gone, or is not what is wanted any more."""
        if screen := self._screens.get(name):
            screen.after, screen.due = -1, 0.0

    def step(self, now: float) -> float:
        """Ask the screens that are due; the seconds until the next one is."""
        followed = self._screens.values() if self._looking else [self._screens[self._measured]]
        for each in followed:
            if now >= each.due:
                request = Screenshot(uuid4(), width=None if self._looking else SMALLEST, after=each.after)
                each.standing, each.asked_at = request.request.bytes, now
                each.due = now + RENEW_S
                device = self._device
                ask_device(device.session, device.center, each.name, "screenshot", request)
        return max(0.0, min(each.due for each in followed) - now)

    def receive(self, received: Received, now: float) -> Screen | None:
        """Take a device's answer: the screen, if it is the picture that was waited for."""
        screen = self._screens.get(received.ids["device"])
        answer = received.payload
        if screen is None or received.correlation != screen.standing or not isinstance(answer, Answer):
            return None
        if not isinstance(answer.result, msgspec.Raw):
            return None
        try:
            picture = answer.read(Picture)
        except Refused as error:
            log.error("a picture cannot be read device=%s error=%s", screen.name, error)
            return None
        screen.after, screen.due = picture.frame, max(now, screen.asked_at + REST_S)
        if self._looking:
            screen.picture = picture
            screen.count += 1
        return screen

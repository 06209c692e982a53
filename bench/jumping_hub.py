"""The real hub, on a machine whose wall clock somebody moves."""

from datetime import datetime, timedelta
from pathlib import Path

import msgspec
from msgspec import Struct

from center.hub import BEAT_S, Hub
from config.clock import Clock
from config.settings import CenterSettings, HubSettings


class Shift(Struct, frozen=True):
    """How wrong the wall clock is, and whether the machine says that it can be trusted."""

    seconds: float = 0.0
    synchronised: bool = False

    def write(self, path: Path) -> None:
        """In one piece: a hub may be reading."""
        new = path.with_suffix(".new")
        new.write_bytes(msgspec.json.encode(self))
        new.replace(path)


class JumpingClock(Clock):
    """The machine's clocks, the wall clock shifted by what a file says."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def now(self) -> datetime:
        return super().now() + timedelta(seconds=self._shift().seconds)

    def synchronised(self) -> bool:
        return self._shift().synchronised

    def real_time_clock(self) -> bool:
        return False

    def _shift(self) -> Shift:
        return msgspec.json.decode(self.path.read_bytes(), type=Shift)


def serve(settings: HubSettings, center: CenterSettings, shift: Path) -> None:
    """Serve for ever."""
    with Hub(settings, center, clock=JumpingClock(shift)) as hub:
        while True:
            hub.step(BEAT_S)

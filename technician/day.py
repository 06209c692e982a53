"""Puts the hub's day and time right while the hub is stopped, as staff do on the page while it runs."""

from datetime import date
from pathlib import Path
from uuid import uuid4

from bus.asks import ConfirmClock
from bus.events import JournalEvent
from center import engine
from center.command import Command, Moment
from center.journal import Alive, Journal
from config.clock import Clock
from config.errors import LuotError
from config.settings import CenterSettings


def correct(path: Path, center: CenterSettings, today: date, clock: Clock) -> date | None:
    """It is `today`, and as late as the machine's clock says; the day that the hub had till now.

    Raises LuotError where that clock has another date: the hub's time would be wrong again.
    """
    with Journal(path, center.center) as journal:
        state = journal.state(center)
        now = clock.now()
        if (local := state.local_date(now)) != today:
            raise LuotError(
                f"By the clock of this machine it is {local}, not {today}.",
                hint=f"Set it first, as in: timedatectl set-time '{today} 07:30:00'. Then do this again.",
            )
        before, last = state.day, journal.last_alive()
        ran = last.ran if last else state.ran
        told = Command("hub", "web", "confirm-clock", ConfirmClock(uuid4(), now), Moment(now, ran), fresh="")
        entries = [
            JournalEvent(seq, "hub", None, now, event, ran)
            for seq, event in enumerate(engine.decide(state, told).events, state.seq + 1)
        ]
        journal.commit(entries, (), alive=Alive(now, ran, clock.machine(), clock.boottime()))
    return before

"""What the hub committed, read off its disk: whoever saw an effect of an event finds the event here."""

import sqlite3
from contextlib import closing
from pathlib import Path

from bus.events import EventBody, decode_body


def committed(folder: Path) -> list[EventBody]:
    """The events of the hub whose settings are in this folder, the oldest first."""
    path = folder / "data" / "hub" / "journal.sqlite"
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=30)) as database:
        return [decode_body(body) for (body,) in database.execute("SELECT body FROM event ORDER BY seq")]

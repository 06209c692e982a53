"""Who is logged in, on disk, so that a restart throws nobody out."""

import hashlib
import secrets
import sqlite3
from datetime import timedelta
from pathlib import Path

from config.clock import Clock

LIFE = timedelta(hours=12)  # a working day: nobody stays logged in until tomorrow

SCHEMA = """
CREATE TABLE IF NOT EXISTS session (token_hash BLOB PRIMARY KEY, login TEXT NOT NULL, expires REAL NOT NULL);
"""


class Sessions:
    """Tokens are random and kept only as their hash: who reads the file cannot use them."""

    def __init__(self, path: Path, clock: Clock) -> None:
        self.path = path
        self.clock = clock

    def __enter__(self) -> "Sessions":
        self._db = sqlite3.connect(self.path, isolation_level=None)
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=NORMAL")
        self._db.execute(SCHEMA)
        return self

    def __exit__(self, *_: object) -> None:
        self._db.close()

    def start(self, login: str) -> str:
        """The token of a new session."""
        token = secrets.token_urlsafe(32)
        now = self.clock.now()
        self._db.execute("DELETE FROM session WHERE expires <= ?", [now.timestamp()])
        self._db.execute(
            "INSERT INTO session VALUES (?, ?, ?)", [_hash(token), login, (now + LIFE).timestamp()]
        )
        return token

    def login(self, token: str) -> str | None:
        """Whose session it is, if it is one."""
        row = self._db.execute(
            "SELECT login FROM session WHERE token_hash = ? AND expires > ?",
            [_hash(token), self.clock.now().timestamp()],
        ).fetchone()
        return str(row[0]) if row else None

    def end(self, token: str) -> None:
        self._db.execute("DELETE FROM session WHERE token_hash = ?", [_hash(token)])


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()

"""The journal's tables, and how those of an older version become today's.

A journal's version (`PRAGMA user_version`) is the number of steps that were taken. Steps are added at the end
and never changed.
"""

import sqlite3

STEPS = (
    (
        "CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID",
        """CREATE TABLE event (
            seq INTEGER PRIMARY KEY,
            device TEXT NOT NULL,
            request BLOB,
            at INTEGER NOT NULL,  -- milliseconds since 1970, UTC, by the hub's time
            body BLOB NOT NULL    -- JSON
        ) STRICT""",
        """CREATE TABLE request (
            device TEXT NOT NULL,
            request BLOB NOT NULL,
            day TEXT NOT NULL,
            answer BLOB NOT NULL, -- JSON, as it was sent
            PRIMARY KEY (device, request)
        ) STRICT, WITHOUT ROWID""",
    ),
    (
        "ALTER TABLE event ADD COLUMN ran INTEGER NOT NULL DEFAULT 0",  # milliseconds that the hub ever ran
        # Before, the hub had one time alone, which never went back.
        "UPDATE event SET ran = at - (SELECT at FROM event ORDER BY seq LIMIT 1)",
        """INSERT INTO meta SELECT 'alive', json_object(
            'at', strftime('%Y-%m-%dT%H:%M:%fZ', at / 1000.0, 'unixepoch'),
            'ran', ran, 'machine', '', 'boottime', 0.0
        ) FROM event ORDER BY seq DESC LIMIT 1""",
        """CREATE TABLE note (  -- of transfers: words of staff, which do not stay as long as the events
            seq INTEGER PRIMARY KEY,
            ticket TEXT NOT NULL,
            at INTEGER NOT NULL,
            text TEXT NOT NULL
        ) STRICT""",
        """CREATE TABLE snapshot (
            seq INTEGER PRIMARY KEY,
            at INTEGER NOT NULL,
            version TEXT NOT NULL,
            body BLOB NOT NULL,
            checksum TEXT NOT NULL  -- SHA-256 of the body
        ) STRICT""",
    ),
)
VERSION = len(STEPS)


def version_of(database: sqlite3.Connection) -> int:
    """How many steps were taken; 0 for a file that is no journal."""
    (version,) = database.execute("PRAGMA user_version").fetchone()
    return int(version)


def upgrade(database: sqlite3.Connection) -> None:
    """Take the steps that are missing. To be called within a transaction."""
    for step in STEPS[version_of(database) :]:
        for statement in step:
            database.execute(statement)
    database.execute(f"PRAGMA user_version={VERSION}")

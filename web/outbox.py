"""Facts on their way to the hub: money that came in, and money that a clerk took.

They are told once only, so each one is on the web's own disk before the hub is asked, and stays there until
the hub has answered.
"""

import logging
import sqlite3

from bus.asks import VERBS, Request
from bus.disk import Disk
from bus.messages import Payload, encode
from bus.reading import read
from config.errors import LuotError, Refused
from config.settings import WebSettings
from web.link import Link

log = logging.getLogger(__name__)

ANSWER_S = 4.0
AGAIN_S = 30.0

FILE = "outbox.sqlite"
SCHEMA = "CREATE TABLE fact (request TEXT PRIMARY KEY, verb TEXT NOT NULL, fields BLOB NOT NULL)"


class Outbox:
    """What the hub has not answered yet, in the order in which it came. Belongs to one event loop."""

    def __init__(self, settings: WebSettings, link: Link) -> None:
        self.disk = Disk(settings.folder / FILE, (SCHEMA,), self._count, volatile=settings.volatile)
        self.link = link
        self.waiting = 0  # facts, as far as the disk could be read

    async def tell(self, verb: str, fact: Request) -> Payload:
        """The hub's answer. Raises Refused, DiskFault, and Unreachable where it is kept and told later."""
        with self.disk.writing() as database:
            row = (str(fact.request), verb, encode(fact))
            database.execute("INSERT OR IGNORE INTO fact VALUES (?, ?, ?)", row)
            self._count(database)
        return await self._ask(verb, fact)

    async def tell_what_is_left(self) -> None:
        """Ask again whenever the hub is in reach, for ever: whoever told us may have given up by then."""
        while True:
            try:
                for verb, fact in self.left() if self.link.picture.live else []:
                    try:
                        await self._ask(verb, fact)
                    except Refused:
                        continue
            except LuotError as error:
                log.warning("facts wait for the hub error=%s", error)
            await self.link.bell.wait(AGAIN_S)

    def left(self) -> list[tuple[str, Request]]:
        """Verb and fields of each."""
        with self.disk.reading() as database:
            rows = database.execute("SELECT verb, fields FROM fact ORDER BY rowid").fetchall()
        return [(verb, read(fields, VERBS[verb].fields)) for verb, fields in rows]

    async def _ask(self, verb: str, fact: Request) -> Payload:
        try:
            result = await self.link.ask(verb, fact, within=ANSWER_S)
        except Refused as refused:  # asking again would change nothing: a person has to look
            log.error("the hub refused a fact verb=%s request=%s error=%s", verb, fact.request, refused)
            self._forget(fact)
            raise
        self._forget(fact)
        return result

    def _forget(self, fact: Request) -> None:
        with self.disk.writing() as database:
            database.execute("DELETE FROM fact WHERE request = ?", (str(fact.request),))
            self._count(database)

    def _count(self, database: sqlite3.Connection) -> None:
        (self.waiting,) = database.execute("SELECT count(*) FROM fact").fetchone()

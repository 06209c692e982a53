"""Appointments from a spreadsheet: a CSV file with the columns service, date, time and, if any, code.

Every mistake is told with its line, and nothing is booked while there is one. A row is one request however
often it is imported, so a file that was cut off half way is simply imported again.
"""

import asyncio
import csv
import io
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Final
from unicodedata import normalize
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

import msgspec

from bus.answers import Appointment
from bus.asks import Book
from bus.messages import CODE, Catalog, Id, Payload
from config.errors import Refused, Unreachable
from web.link import Link

MOST_BYTES = 128 * 1024
MOST_ROWS = 2000
AT_ONCE = 20
ANSWER_S = 5.0
COLUMNS: Final = ("service", "date", "time")
NAMESPACE = UUID("0d6a8c52-3f4e-4b0c-9a7e-1f2b6c7d8e90")  # a row is one request, however often imported

# What is said of a row that cannot be booked; the page has each in the clerk's language.
NO_HEAD = "The first line names the columns: service, date, time, and code where there is one."
EMPTY = "The file has no appointments."
TOO_MANY = "The file has more than {most} appointments: split it."
FIELDS = "This line has {count} fields and the first line {wanted}."
NO_SERVICE = "There is no service “{written}”. There are: {services}."
NO_DATE = "“{written}” is no date: write it as in 23/11/2026."
NO_TIME = "“{written}” is no hour: write it as in 08:30."
PAST = "{written} is over already."
NO_CODE = "“{written}” is no code: 4 to 40 of A–Z and 0–9, with . and - within."
TWICE = "The code {written} stands in line {line} already."
KEPT = "Who has the appointment {written} is here already."
REFUSED = "The centre refused it: {why}"
UNREACHED = "From here on the centre did not answer. Import the same file again: nothing is booked twice."
MISTAKES = (
    NO_HEAD, EMPTY, TOO_MANY, FIELDS, NO_SERVICE, NO_DATE, NO_TIME, PAST, NO_CODE, TWICE, KEPT, REFUSED,
    UNREACHED,
)  # fmt: skip


class Mistake(Payload, frozen=True):
    """What is wrong with a line of the file: one of `MISTAKES`, with the values to put in."""

    line: int
    message: str
    values: Mapping[str, str] = msgspec.field(default_factory=dict)


class Booked(Payload, frozen=True):
    """What became of a file."""

    appointments: tuple[Appointment, ...] = ()
    mistakes: tuple[Mistake, ...] = ()


@dataclass(frozen=True)
class Row:
    line: int
    book: Book


class _Wrong(ValueError):
    """A field that cannot be read; its arguments are message and values."""


@dataclass(frozen=True)
class Reader:
    """Reads a file as the centre's staff write it."""

    catalog: Catalog
    zone: ZoneInfo
    now: datetime  # the hub's time

    def read(self, text: str) -> tuple[list[Row], list[Mistake]]:
        """The rows that can be booked, and what is wrong with the others."""
        lines = [(number, line) for number, line in _lines(text) if any(each.strip() for each in line)]
        head = [each.strip().casefold() for each in lines[0][1]] if lines else []
        if not set(COLUMNS) <= set(head):
            return [], [Mistake(1, NO_HEAD)]
        if len(lines) == 1:
            return [], [Mistake(1, EMPTY)]
        if len(lines) - 1 > MOST_ROWS:
            return [], [Mistake(1, TOO_MANY, {"most": str(MOST_ROWS)})]
        rows: list[Row] = []
        mistakes: list[Mistake] = []
        times: dict[str, int] = {}  # how often a row has stood there: two people may want the same hour
        codes: dict[str, int] = {}
        for number, line in lines[1:]:
            try:
                if len(line) != len(head):
                    raise _Wrong(FIELDS, {"count": str(len(line)), "wanted": str(len(head))})
                fields = dict(zip(head, (each.strip() for each in line), strict=True))
                rows.append(Row(number, self._book(fields, number, codes, times)))
            except _Wrong as wrong:
                mistakes.append(Mistake(number, *wrong.args))
        return rows, mistakes

    def _book(
        self, fields: Mapping[str, str], line: int, codes: dict[str, int], times: dict[str, int]
    ) -> Book:
        service = self._service(fields["service"])
        at = self._at(fields["date"], fields["time"])
        code = fields.get("code", "").upper() or None
        if code and not re.match(CODE, code):
            raise _Wrong(NO_CODE, {"written": code})
        if code and (first := codes.setdefault(code, line)) != line:
            raise _Wrong(TWICE, {"written": code, "line": str(first)})
        key = f"{code or ''},{service},{at.isoformat()}"
        times[key] = times.get(key, 0) + 1
        return Book(uuid5(NAMESPACE, f"{key},{times[key]}"), service, at, code)

    def _service(self, written: str) -> Id:
        """By its id, its letter, or its name in any language."""
        wanted = _plain(written)
        for each in self.catalog.services:
            if wanted in map(_plain, (each.id, each.letter, *each.name.values())):
                return each.id
        services = ", ".join(each.id for each in self.catalog.services)
        raise _Wrong(NO_SERVICE, {"written": written, "services": services})

    def _at(self, day: str, hour: str) -> datetime:
        at = datetime.combine(_date(day), _time(hour), self.zone)
        if at <= self.now:
            raise _Wrong(PAST, {"written": f"{day} {hour}"})
        return at


def _lines(text: str) -> Iterator[tuple[int, list[str]]]:
    """Each line's number and fields. Spreadsheets separate by comma, semicolon or tab, and mark the start."""
    text = text.removeprefix("\N{ZERO WIDTH NO-BREAK SPACE}")
    first = text.partition("\n")[0]
    reader = csv.reader(io.StringIO(text), delimiter=max(",;\t", key=first.count))
    for line in reader:
        yield reader.line_num, line


def _date(written: str) -> date:
    """`23/11/2026` or `2026-11-23`."""
    for form in (
        r"(?P<d>\d{1,2})[/.-](?P<m>\d{1,2})[/.-](?P<y>\d{4})",
        r"(?P<y>\d{4})-(?P<m>\d{2})-(?P<d>\d{2})",
    ):
        if found := re.fullmatch(form, written):
            with suppress(ValueError):
                return date(int(found["y"]), int(found["m"]), int(found["d"]))
    raise _Wrong(NO_DATE, {"written": written})


def _time(written: str) -> time:
    """`8:30`, `08:30` or `8h30`; a spreadsheet may add the seconds."""
    if found := re.fullmatch(r"(\d{1,2})[:h](\d{2})(?::00)?", written):
        with suppress(ValueError):
            return time(int(found[1]), int(found[2]))
    raise _Wrong(NO_TIME, {"written": written})


def _plain(text: str) -> str:
    return normalize("NFC", text).casefold()


async def book(text: str, link: Link) -> Booked:
    """Ask the hub for every row, where all of them can be read. Raises Unreachable."""
    picture = link.picture
    if picture.center is None or picture.catalog is None or picture.at is None:
        raise Unreachable("The hub has not been heard of yet.")
    rows, mistakes = Reader(picture.catalog, ZoneInfo(picture.center.timezone), picture.at).read(text)
    if mistakes:
        return Booked(mistakes=tuple(mistakes))
    appointments: list[Appointment] = []
    for start in range(0, len(rows), AT_ONCE):
        some = rows[start : start + AT_ONCE]
        asked = (link.ask("book", each.book, within=ANSWER_S) for each in some)
        for row, answer in zip(some, await asyncio.gather(*asked, return_exceptions=True), strict=True):
            match answer:
                case Appointment():
                    appointments.append(answer)
                case Refused(code="conflict"):
                    mistakes.append(Mistake(row.line, KEPT, {"written": row.book.code or ""}))
                case Refused():
                    mistakes.append(Mistake(row.line, REFUSED, {"why": answer.message}))
                case Unreachable():
                    return Booked(tuple(appointments), (*mistakes, Mistake(row.line, UNREACHED)))
                case BaseException():
                    raise answer
    return Booked(tuple(appointments), tuple(mistakes))

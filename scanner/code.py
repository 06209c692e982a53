"""What was scanned, told apart: the code of an appointment or a dossier, a ticket's page, an identity card.

Pure, and strict: what is not wholly one of these is `Unknown`. The personal fields of a card stand in no
`repr`, so in no log; an `Unknown` keeps nothing of what was read, for it may be a card that was read badly.
An appointment's code has a letter, or eight digits at most: more of them alone may be the number of a person,
as on cards, and that is nobody's business here.
"""

import re
from dataclasses import dataclass, field
from datetime import date, datetime
from unicodedata import normalize

APPOINTMENT = re.compile(r"(?![0-9]{9})[A-Z0-9]{4,12}")
# The office that keeps the dossier, with its province's letter; the day; the number.
DOSSIER = re.compile(r"(?:[0-9]{2,3}\.){0,3}[A-Z][0-9]{2}(?:\.[0-9]{2,3}){0,3}-([0-9]{6})-[0-9]{4,5}")
TICKET = re.compile(r"(?<![0-9A-Za-z-])([0-9]{4}-[0-9]{2}-[0-9]{2})-([A-Z][0-9]{3,4})(?![0-9A-Za-z-])")
ADDRESS = re.compile(r"https?://[!-~]+")

CARD_FIELDS = (7, 11)  # of cards made before, and since July 2024
CARD_NUMBER = re.compile(r"[0-9]{12}")
OLD_NUMBER = re.compile(r"(?:[0-9]{9}|[0-9]{12})?")
NAME = re.compile(r"[^\W\d_](?:[^\W\d_]|[ '’.\u0300-\u036f-]){0,99}")
SEXES = ("Nam", "Nữ")


@dataclass(frozen=True)
class AppointmentCode:
    """The code of an appointment slip."""

    code: str


@dataclass(frozen=True)
class DossierCode:
    """The code of a dossier, as on the receipt for it."""

    code: str


@dataclass(frozen=True)
class TrackingCode:
    """The address of a ticket's page, as printed on it."""

    day: date
    label: str


@dataclass(frozen=True)
class IdentityCard:
    """A citizen's identity card. It is not signed, so it proves nothing."""

    number: str = field(repr=False)
    old_number: str = field(repr=False)  # of the card before; empty where there was none
    name: str = field(repr=False)
    born: date = field(repr=False)
    sex: str = field(repr=False)
    address: str = field(repr=False)
    issued: date = field(repr=False)


@dataclass(frozen=True)
class Unknown:
    """Something else, or one of the others that was not read whole."""

    garbled: bool = False  # it is no UTF-8: the scanner is not set up for it, or bytes were lost


Code = AppointmentCode | DossierCode | TrackingCode | IdentityCard | Unknown


def read(line: bytes) -> Code:
    """What a line of a scanner is, without the end of the line."""
    try:
        text = normalize("NFC", line.decode()).strip(" \t")
    except UnicodeDecodeError:
        return Unknown(garbled=True)
    return _address(text) or _card(text) or _code(text.upper() if text.isascii() else text) or Unknown()


def _code(text: str) -> Code | None:
    if APPOINTMENT.fullmatch(text):
        return AppointmentCode(text)
    if (found := DOSSIER.fullmatch(text)) and _day(found[1], "%y%m%d"):
        return DossierCode(text)
    return None


def _address(text: str) -> Code | None:
    found = TICKET.findall(text) if ADDRESS.fullmatch(text) else []
    if len(found) != 1:
        return None
    day = _day(found[0][0], "%Y-%m-%d")
    return TrackingCode(day, found[0][1]) if day else None


def _card(text: str) -> Code | None:
    """Fields go by their place: empty ones count. What the newer cards have more is not read."""
    fields = [each.strip() for each in text.split("|")]
    if len(fields) not in CARD_FIELDS:
        return None
    number, old_number, name, born, sex, address, issued = fields[:7]
    birthday, day = _day(born, "%d%m%Y"), _day(issued, "%d%m%Y")
    whole = CARD_NUMBER.fullmatch(number) and OLD_NUMBER.fullmatch(old_number) and NAME.fullmatch(name)
    if not (whole and sex in SEXES and address and address.isprintable() and birthday and day):
        return None
    return IdentityCard(number, old_number, name, birthday, sex, address, day) if birthday < day else None


def _day(text: str, form: str) -> date | None:
    """The date, where there is such a one."""
    try:
        day = datetime.strptime(text, form).date()  # noqa: DTZ007
    except ValueError:
        return None
    return day if day.strftime(form) == text else None  # `strptime` takes blanks and missing zeros

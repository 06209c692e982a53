"""The words that people read: gettext catalogues in `config/locale`, and how money, hours and dates look.

Message ids are English, so English needs no catalogue. What a language lacks is said in Vietnamese.
"""

from collections.abc import Mapping
from datetime import date, datetime
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

import polib

LOCALE = Path(__file__).with_name("locale")
FALLBACK = "vi"

# What a language calls itself.
LANGUAGE_NAMES = {"vi": "Tiếng Việt", "en": "English", "rad": "Êđê"}


@cache
def catalogue(language: str) -> Mapping[str, str]:
    """The translated messages of a language, empty where it has no catalogue."""
    path = LOCALE / f"{language}.po"
    if not path.exists():
        return {}
    return {entry.msgid: entry.msgstr for entry in polib.pofile(str(path)) if entry.msgstr}


def say(language: str, message: str, **values: object) -> str:
    """The message in that language, with `{values}` put in."""
    if language == "en":
        found = message
    else:
        found = catalogue(language).get(message) or catalogue(FALLBACK).get(message) or message
    return found.format(**values) if values else found


def pick(text: Mapping[str, str], language: str) -> str:
    """A text of the centre in that language: else in Vietnamese, else whatever there is."""
    return text.get(language) or text.get(FALLBACK) or next(iter(text.values()), "")


def money(amount: int) -> str:
    """`15.000 ₫`, whole đồng, with a space that does not break."""
    return f"{amount:,}".replace(",", ".") + "\N{NO-BREAK SPACE}₫"


def hour(moment: datetime, zone: str) -> str:
    """`08:12` in the centre's zone."""
    return moment.astimezone(ZoneInfo(zone)).strftime("%H:%M")


def day(moment: datetime | date, zone: str) -> str:
    """`22/11/2026` in the centre's zone."""
    local = moment.astimezone(ZoneInfo(zone)) if isinstance(moment, datetime) else moment
    return local.strftime("%d/%m/%Y")


def wait_range(low: int, high: int) -> str:
    """`5–10`, minutes."""
    return f"{low}–{high}" if high > low else str(high)

"""What the shape of a centre's file cannot say: ids that name something, hours in order, enough numbers.

The rules read the document itself and pass over what has another shape (`config.shape` tells of that), so
that one run tells everything.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from config import emblem
from config.layers import Document, values
from config.lines import KeyPath
from config.settings import Interval
from config.shape import Mistake, each_once, meant, mistakes, name, quoted
from config.words import FALLBACK, LANGUAGE_NAMES

TEXTS = (
    "title", "name", "notices.*", "services.*.name", "services.*.hint", "services.*.place", "counters.*.name",
    "categories.*.name", "groups.*.name",
)  # fmt: skip
NEEDED_CATEGORIES = {
    "ordinary": "that of everybody else",
    "appointment": "that of who has an appointment",
}
LONGEST_ADDRESS = 200
LEASED_NUMBERS = 20  # of each letter, for a kiosk: ranges of five for two days, and those before


def center_rules(document: Document) -> Iterator[Mistake]:
    """Mistakes in a centre's file."""
    for key, advice in (
        ("services.*.id", "give each service an id of its own"),
        ("counters.*.id", "give each counter an id of its own"),
        ("counters.*.number", "give each counter a number of its own"),
        ("devices.*.id", "give each device an id of its own"),
        ("categories.*.id", "give each category an id of its own"),
        ("groups.*.id", "give each group an id of its own"),
        ("languages.*", "name each language once"),
    ):
        yield from each_once(values(document, key), advice)
    yield from each_once(
        [*values(document, "services.*.letter"), *values(document, "categories.*.letter")],
        "give each service, and each category that has one, a letter of its own",
    )
    services = _texts(document, "services.*.id")
    counters = _texts(document, "counters.*.id")
    yield from _named(document, "counters.*.services.*", "service", services)
    yield from _named(document, "counters.*.overflow.*", "service", services)
    yield from _named(document, "devices.*.counters.*", "counter", counters)
    yield from _groups(document)
    yield from _somewhere_to_go(document)
    yield from _who_acts(document)
    yield from _words(document)
    yield from _place_and_time(document)
    yield from _hours(document)
    yield from _categories(document)
    yield from _numbers(document)
    yield from _money(document)
    yield from _theme(document)


def _somewhere_to_go(document: Document) -> Iterator[Mistake]:
    for key in ("services", "counters"):
        if document.get(key) == []:
            yield Mistake((key,), f"`{key}` has none: a centre has at least one")
    served = _texts(document, "counters.*.services.*")
    for path, service in values(document, "services.*.id"):
        if isinstance(service, str) and service not in served:
            yield Mistake(path, f'no counter serves "{service}": add it to the `services` of a counter')
    for path, counter in values(document, "counters.*"):
        for place, service in values(counter, "overflow.*"):
            if service in _texts(counter, "services.*"):
                where = (*path, *place)
                yield Mistake(
                    where, f'"{service}" is the counter\'s own already: take it out of `{name(where)}`'
                )


def _groups(document: Document) -> Iterator[Mistake]:
    yield from _named(document, "services.*.group", "group", _texts(document, "groups.*.id"))
    used = _texts(document, "services.*.group")
    for path, group in values(document, "groups.*.id"):
        if isinstance(group, str) and group not in used:
            yield Mistake(path, f'no service is in the group "{group}": let one say it, or remove the group')


def _who_acts(document: Document) -> Iterator[Mistake]:
    for path, device in values(document, "devices.*"):
        if _texts(device, "counters.*") and device.get("role") != "bridge":
            yield Mistake((*path, "counters"), "`devices.counters` is for a bridge alone: remove it")
        if isinstance(device, dict) and device.get("id") == "hub":
            yield Mistake(
                (*path, "id"), '"hub" is the hub itself: remove it here, or give the device another id'
            )


def _words(document: Document) -> Iterator[Mistake]:
    if isinstance(document.get("languages"), list) and FALLBACK not in document["languages"]:
        yield Mistake(
            ("languages",), f'`languages` lacks "{FALLBACK}", in which everything can be said: add it'
        )
    for path, language in values(document, "languages.*"):
        yield from _language(path, language)
    for key in TEXTS:
        for path, text in values(document, key):
            if isinstance(text, dict):
                if not text.get(FALLBACK):
                    yield Mistake(path, f"`{name(path)}` lacks its words in Vietnamese: add {FALLBACK} = …")
                for language in text:
                    yield from _language((*path, language), language)


def _language(path: KeyPath, language: object) -> Iterator[Mistake]:
    if isinstance(language, str) and language not in LANGUAGE_NAMES:
        yield Mistake(path, f'there is no language "{language}" here{meant(language, LANGUAGE_NAMES)}')


def _place_and_time(document: Document) -> Iterator[Mistake]:
    zone = document.get("timezone")
    if isinstance(zone, str):
        try:
            ZoneInfo(zone)
        except (KeyError, OSError, ValueError):
            yield Mistake(
                ("timezone",), f'there is no time zone "{zone}": in Vietnam it is "Asia/Ho_Chi_Minh"'
            )
    track = document.get("track_url")
    if (
        isinstance(track, str)
        and track
        and not (track.startswith(("https://", "http://")) and "{id}" in track)
    ):
        yield Mistake(
            ("track_url",),
            '`track_url` must be an address with {id} where the ticket goes, as in "https://luot.example/t/{id}"',
        )
    elif isinstance(track, str) and len(track) > LONGEST_ADDRESS:
        yield Mistake(
            ("track_url",),
            f"`track_url` has more than {LONGEST_ADDRESS} letters: as a code on paper no phone would read it",
        )


def _hours(document: Document) -> Iterator[Mistake]:
    for path, hours in [*values(document, "hours"), *values(document, "services.*.hours")]:
        if hours == {}:
            yield Mistake(path, f"`{name(path)}` has no day: add those with service, or remove it")
        for day in hours if isinstance(hours, dict) else ():
            written = (((*path, day, *place), text) for place, text in values(hours[day], "*"))
            yield from _in_order(
                (where, text) for where, text in written if not any(mistakes(text, Interval))
            )


def _in_order(intervals: Iterable[tuple[KeyPath, str]]) -> Iterator[Mistake]:
    """Each interval of a day is over when the next begins. Times in four digits sort as their texts do."""
    last = ""
    for path, interval in intervals:
        begin, end = interval.split("-")
        if begin >= end:
            yield Mistake(path, f"`{name(path)}`: {quoted(interval)} ends before it begins: turn it round")
        elif begin < last:
            advice = "put them in order, or make one of them"
            yield Mistake(path, f"`{name(path)}`: {quoted(interval)} begins before {last}: {advice}")
        last = max(last, end)


def _categories(document: Document) -> Iterator[Mistake]:
    """Those that a centre names take the place of all that there are otherwise."""
    if not isinstance(document.get("categories"), list):
        return
    known = _texts(document, "categories.*.id")
    for id_, who in NEEDED_CATEGORIES.items():
        if id_ not in known:
            yield Mistake(("categories",), f'`categories` lacks "{id_}", {who}: add it')
    if "ratio" not in document:
        return
    priority = [
        (path, each)
        for path, each in values(document, "categories.*")
        if isinstance(each, dict) and each.get("priority") is True
    ]
    if not priority:
        yield Mistake(
            ("ratio",), "`ratio` has nothing to count: let a category say `priority = true`, or remove it"
        )
    for path, category in priority:
        if category.get("head_start"):
            where = (*path, "head_start")
            yield Mistake(where, f"`{name(where)}` does nothing beside `ratio`: remove one of the two")


def _numbers(document: Document) -> Iterator[Mistake]:
    """Of each letter the hub has the low numbers, and kiosks hold some of the high ones."""
    match document.get("offline_numbers", [800, 999]):
        case [int(low), int(high)]:
            pass
        case _:
            return
    devices = [each for _, each in values(document, "devices.*") if isinstance(each, dict)]
    kiosks = sum(each.get("role") == "kiosk" and each.get("guest") is not True for each in devices)
    if (there := max(0, high - low + 1)) < (wanted := max(1, kiosks) * LEASED_NUMBERS):
        yield Mistake(
            ("offline_numbers",),
            f"`offline_numbers` are {there}, and the kiosks need {wanted} of each letter: give them more",
        )
    streams = [each for each in values(document, "categories.*") if _texts(each[1], "letter")]
    for path, table in [*values(document, "services.*"), *streams]:
        for key, quota in values(table, "quota"):
            if isinstance(quota, int) and quota >= low:
                where = (*path, *key)
                advice = "lower it, or let `offline_numbers` begin later"
                yield Mistake(
                    where, f"`{name(where)}`: of a letter the hub gives {low - 1} at most: {advice}"
                )


def _money(document: Document) -> Iterator[Mistake]:
    fee = next(values(document, "services.*.fees.*"), None)
    if fee and "bank" not in document:
        yield Mistake(fee[0], "`bank` is missing: a fee is paid into an account; add a table [bank]")


def _theme(document: Document) -> Iterator[Mistake]:
    for path, file in values(document, "theme.emblem"):
        if isinstance(file, str) and (wrong := emblem.fault(Path(file))):
            yield Mistake(path, f"`{name(path)}` {wrong}")


def _named(document: Document, key: str, what: str, known: list[str]) -> Iterator[Mistake]:
    """Every value at `key` must be the id of a thing that the file has."""
    for path, value in values(document, key):
        if isinstance(value, str) and value not in known:
            yield Mistake(path, f'`{name(path)}`: there is no {what} "{value}"{meant(value, known)}')


def _texts(value: Any, key: str) -> list[str]:
    """The texts at `key`."""
    return [each for _, each in values(value, key) if isinstance(each, str)]

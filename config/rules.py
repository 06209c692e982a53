"""What the shape of a settings file cannot say: ids that name something, addresses of one device each, TLS.

The rules read the document itself and pass over what has another shape (`config.shape` tells of that), so
that one run tells everything.
"""

from collections.abc import Collection, Iterable, Iterator
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from config.layers import Document
from config.lines import KeyPath
from config.shape import Mistake, closest, name, quoted
from config.words import FALLBACK, LANGUAGE_NAMES

TEXTS = (
    "title", "name", "notices.*", "services.*.name", "services.*.hint", "services.*.place", "counters.*.name",
)  # fmt: skip


def device_rules(document: Document) -> Iterator[Mistake]:
    """Mistakes in a device's file."""
    yield from _broker(document)
    shows, counter = document.get("shows"), document.get("counter")
    if shows in ("sign", "panel") and counter is None:
        yield Mistake(
            ("shows",), f'`counter` is missing: add the counter whose {shows} this is, as in "counter-1"'
        )
    if shows == "board" and counter is not None:
        yield Mistake(("counter",), "`counter` has no place here: a board shows every counter; remove it")
    yield from _each_once(
        [*_values(document, "line.keypads.*.address"), *_values(document, "line.signs.*.address")],
        "set another address on one of the two devices, and here",
    )
    yield from _each_once(_values(document, "logins.*.name"), "give each person a name of their own")
    for path, written in _values(document, "logins.*.password_hash"):
        if isinstance(written, str) and not written.startswith("$argon2id$"):
            yield Mistake(path, f"`{name(path)}` is not a password's hash: make one by `luot login`")


def center_rules(document: Document) -> Iterator[Mistake]:
    """Mistakes in a centre's file."""
    for key, advice in (
        ("services.*.id", "give each service an id of its own"),
        ("services.*.letter", "give each service a letter of its own"),
        ("counters.*.id", "give each counter an id of its own"),
        ("counters.*.number", "give each counter a number of its own"),
        ("devices.*.id", "give each device an id of its own"),
        ("languages.*", "name each language once"),
    ):
        yield from _each_once(_values(document, key), advice)
    services = _texts(document, "services.*.id")
    counters = _texts(document, "counters.*.id")
    yield from _named(document, "counters.*.services.*", "service", services)
    yield from _named(document, "counters.*.overflow.*", "service", services)
    yield from _named(document, "devices.*.counters.*", "counter", counters)
    yield from _somewhere_to_go(document)
    yield from _who_acts(document)
    yield from _words(document)
    yield from _place_and_time(document)
    yield from _money(document)


def _broker(document: Document) -> Iterator[Mistake]:
    broker = document.get("broker", {})
    if not isinstance(broker, dict):
        return
    authority = broker.get("ca")
    if isinstance(authority, str) and authority and not Path(authority).is_file():
        yield Mistake(
            ("broker", "ca"), f"`broker.ca` names no file: copy the centre's authority to {authority}"
        )
    host = broker.get("host", "localhost")
    if not authority and not broker.get("socket") and isinstance(host, str) and not _is_loopback(host):
        yield Mistake(
            ("broker", "host"),
            "`broker.ca` is missing: a broker on another machine is reached by TLS only; "
            "add the file of the centre's authority",
        )


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _somewhere_to_go(document: Document) -> Iterator[Mistake]:
    for key in ("services", "counters"):
        if document.get(key) == []:
            yield Mistake((key,), f"`{key}` has none: a centre has at least one")
    served = _texts(document, "counters.*.services.*")
    for path, service in _values(document, "services.*.id"):
        if isinstance(service, str) and service not in served:
            yield Mistake(path, f'no counter serves "{service}": add it to the `services` of a counter')
    for path, counter in _values(document, "counters.*"):
        for place, service in _values(counter, "overflow.*"):
            if service in _texts(counter, "services.*"):
                where = (*path, *place)
                yield Mistake(
                    where, f'"{service}" is the counter\'s own already: take it out of `{name(where)}`'
                )


def _who_acts(document: Document) -> Iterator[Mistake]:
    for path, device in _values(document, "devices.*"):
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
    for path, language in _values(document, "languages.*"):
        yield from _language(path, language)
    for key in TEXTS:
        for path, text in _values(document, key):
            if isinstance(text, dict):
                if not text.get(FALLBACK):
                    yield Mistake(path, f"`{name(path)}` lacks its words in Vietnamese: add {FALLBACK} = …")
                for language in text:
                    yield from _language((*path, language), language)


def _language(path: KeyPath, language: object) -> Iterator[Mistake]:
    if isinstance(language, str) and language not in LANGUAGE_NAMES:
        yield Mistake(path, f'there is no language "{language}" here{_meant(language, LANGUAGE_NAMES)}')


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


def _money(document: Document) -> Iterator[Mistake]:
    fee = next(_values(document, "services.*.fees.*"), None)
    if fee and "bank" not in document:
        yield Mistake(fee[0], "`bank` is missing: a fee is paid into an account; add a table [bank]")


def _each_once(values: Iterable[tuple[KeyPath, Any]], advice: str) -> Iterator[Mistake]:
    seen = []
    for path, value in values:
        if value in seen:
            yield Mistake(path, f"`{name(path)}` has {quoted(value)} a second time: {advice}")
        seen.append(value)


def _named(document: Document, key: str, what: str, known: list[str]) -> Iterator[Mistake]:
    """Every value at `key` must be the id of a thing that the file has."""
    for path, value in _values(document, key):
        if isinstance(value, str) and value not in known:
            yield Mistake(path, f'`{name(path)}`: there is no {what} "{value}"{_meant(value, known)}')


def _meant(word: str, known: Collection[str]) -> str:
    guess = closest(word, known)
    return f'; did you mean "{guess}"?' if guess else f"; there are: {', '.join(known)}"


def _values(value: Any, key: str, path: KeyPath = ()) -> Iterator[tuple[KeyPath, Any]]:
    """What stands at `key`, as in "services.*.id" (`*`: every element of a list), each with its own path."""
    step, _, rest = key.partition(".")
    if step == "*" and isinstance(value, list):
        found: Iterable[tuple[str | int, Any]] = enumerate(value)
    elif step != "*" and isinstance(value, dict) and step in value:
        found = [(step, value[step])]
    else:
        return
    for part, inner in found:
        if rest:
            yield from _values(inner, rest, (*path, part))
        else:
            yield (*path, part), inner


def _texts(value: Any, key: str) -> list[str]:
    """The texts at `key`."""
    return [each for _, each in _values(value, key) if isinstance(each, str)]

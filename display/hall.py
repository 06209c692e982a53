"""What a hall board has to show: who is called, and what takes turns on it while nobody is."""

from collections.abc import Callable

from bus.messages import Catalog
from bus.states import States
from config.words import hour, pick, say
from display import pulse
from display.announcer import Announcement, Announcer
from display.board import ROWS, BoardView, Row
from display.pictures import Picture
from screen.theme import HOUSE, Theme, themed

NOTICE_S = 12  # how long a notice or a picture stands


def look(
    states: States,
    announcer: Announcer,
    monotonic: float,
    picture_at: Callable[[int], Picture | None] | None = None,
) -> BoardView:
    """What the board shows now; `monotonic` as the announcer counts, in seconds.

    `picture_at` has the picture of a turn, where there is one.
    """
    center, now, current = states.center, states.hub_now(), announcer.current(monotonic)
    if center is None or now is None:
        return BoardView()
    notices = tuple(pick(notice, "vi") for notice in center.notices)
    if center.stopped:
        notices = (say("vi", "The queue system is being mended. Please ask a member of staff."),)
    recent = tuple(_row(each, states.catalog) for each in announcer.recent(monotonic)[: ROWS + 1])
    away = _away(states) if center.open else ""
    turn = int(now.timestamp() // NOTICE_S)
    quiet = announcer.quiet(monotonic) and current is None and center.open
    large = notices if quiet and recent else ()
    picture = None
    if picture_at and quiet and not center.stopped:
        picture = _picture(turn, max(1, len(large)), picture_at)
    return BoardView(
        title=pick(center.title, "vi"),
        name=pick(center.name, "vi"),
        time=hour(now, center.timezone),
        english="en" in center.languages,
        current=_row(current, states.catalog) if current else None,
        glow=pulse.glow(announcer.age(monotonic)) if current else 0,
        recent=recent,
        notices=notices,
        notice=large[turn % len(large)] if large and not picture else "",
        picture=picture,
        away=away,
        turn=turn if len(notices) + bool(away) > 1 else 0,
        open=center.open,
        fresh=states.fresh(),
        theme=_theme(states.catalog),
    )


def _picture(turn: int, pages: int, picture_at: Callable[[int], Picture | None]) -> Picture | None:
    """The picture of this turn: one follows after every so many pages, and is asked for ahead of them."""
    rounds, place = divmod(turn, pages + 1)
    picture = picture_at(rounds)
    return picture if place == pages else None


def _row(call: Announcement, catalog: Catalog | None) -> Row:
    info = catalog.counter(call.counter) if catalog else None
    name = info.name if info else {}

    def counter(language: str) -> str:
        return pick(name, language) or say(language, "Counter {number}", number=call.number)

    def told(language: str) -> str:
        line = "Number {label}, please go to {place}"
        return say(language, line, label=call.label, place=counter(language))

    place = counter("vi")
    number = call.number if place.endswith(f" {call.number}") else ""
    others = (line for language in call.languages if (line := told(language)) != told("vi"))
    return Row(call.label, place.removesuffix(f" {call.number}"), number, next(others, ""))


def _theme(catalog: Catalog | None) -> Theme:
    return themed(catalog.theme.color, catalog.theme.emblem) if catalog else HOUSE


def _away(states: States) -> str:
    """The counters at which nobody is served now: "Tạm nghỉ: Quầy 2, 4 · Quầy đóng: Bàn thuế"."""
    counters = states.catalog.counters if states.catalog else ()
    said = []
    for status, word in (("paused", "Paused"), ("closed", "Closed")):
        names: dict[str, list[str]] = {}
        for each in counters:
            if (state := states.counters.get(each.id)) and state.status == status:
                name = pick(each.name, "vi")
                place = name.removesuffix(f" {each.number}")
                names.setdefault(place, []).extend([each.number] if place != name else [])
        if names and sum(max(1, len(each)) for each in names.values()) < len(counters):
            places = (" ".join(filter(None, [place, ", ".join(each)])) for place, each in names.items())
            said.append(f"{say('vi', word)}: {', '.join(places)}")
    return " · ".join(said)

"""The start page: the question, the services as cards, priority, and the languages."""

import math
from dataclasses import dataclass

from pygame import Rect

from bus.messages import QueueState, ServiceInfo
from config.words import LANGUAGE_NAMES, pick, say, wait_range
from kiosk.journey import Home, Offer, Waiting
from kiosk.sheet import Sheet
from screen import icons, text
from screen.theme import GREEN, INK, LACQUER, MUTED, ON_INK, PAPER, SOFT, WHITE, Color

# Units of the cards, as `Sheet.px` takes them.
NAME, FIGURES, LETTER = 46, 28, 56
NAME_ABOVE, HINT_ABOVE = 43, 52  # a baseline above the one below it


def lay_out(
    sheet: Sheet, top: int, page: Home | Waiting, offer: Offer, language: str, hour: str, *, paper: bool
) -> None:
    """The whole page below the band. While a `take` is under way its card is pressed."""
    take = page.take if isinstance(page, Waiting) else None
    priority = (take or page).category == "priority"  # type: ignore[union-attr]
    notice = _notice(offer, language, paper=paper)
    if sheet.compact:
        top = _head_compact(sheet, top, offer, language, hour, notice)
    else:
        head = _head_upright if sheet.upright else _head_lying
        top = head(sheet, top, offer, language, hour, priority)
        top = _strip(sheet, top, *notice) if notice else top
    bottom = _foot(sheet, offer, language, priority)
    _cards(sheet, top, bottom, offer, language, pressed=take.service if take else "")


# Above the cards: where one is, the hour, and the question. Each returns where the cards may begin.


def _head_upright(sheet: Sheet, top: int, offer: Offer, language: str, hour: str, priority: bool) -> int:
    px, left, right = sheet.px, sheet.margin, sheet.width - sheet.margin
    clock = sheet.line(hour, right, top + px(122), px(66), bold=True, align="right")
    title, name = pick(offer.title, language), pick(offer.name, language)
    most = clock.left - px(30) - left
    sheet.line(title, left, top + px(78), text.fit(title, most, px(31)), MUTED)
    sheet.line(name, left, top + px(134), text.fit(name, most, px(48), bold=True), bold=True)
    question, (hint, color) = say(language, "What do you need to do?"), _hint(language, priority)
    size = text.fit(question, right - left, px(80), bold=True)
    sheet.line(question, left, top + px(282), size, bold=True)
    size = text.fit(hint, right - left, px(35), bold=priority)
    sheet.line(hint, left, top + px(344), size, color, bold=priority)
    return top + px(392)


def _head_lying(sheet: Sheet, top: int, offer: Offer, language: str, hour: str, priority: bool) -> int:
    px, left, right = sheet.px, sheet.margin, sheet.width - sheet.margin
    clock = sheet.line(hour, right, top + px(98), px(66), bold=True, align="right")
    question, (hint, color) = say(language, "What do you need to do?"), _hint(language, priority)
    size = text.fit(question, clock.left - px(30) - left, px(68), bold=True)
    sheet.line(question, left, top + px(98), size, bold=True)
    said = sheet.line(hint, left, top + px(154), px(32), color, bold=priority)
    place, most = f"{pick(offer.title, language)} · {pick(offer.name, language)}", right - said.right - px(60)
    if text.fit(place, most, px(32)) < px(26):
        place = pick(offer.name, language)
    sheet.line(place, right, top + px(154), text.fit(place, most, px(32)), MUTED, align="right")
    return top + px(196)


def _head_compact(
    sheet: Sheet, top: int, offer: Offer, language: str, hour: str, notice: tuple[str, str] | None
) -> int:
    px, left, right = sheet.px, sheet.margin, sheet.width - sheet.margin
    baseline = top + px(58)
    clock = sheet.line(hour, right, baseline, px(44), bold=True, align="right")
    if notice:
        icon, words = notice
        side, size = px(44), px(27)
        sheet.icon(icon, (left + side / 2, top + px(43)), side, LACQUER)
        left += side + px(18)
        lines = text.wrap(words, clock.left - px(24) - left, size)
        first = top + px(43) + text.capital(size) / 2 - (len(lines) - 1) * text.leading(size) / 2
        sheet.lines(lines, left, first, size)
        return top + px(86)
    question = say(language, "What do you need to do?")
    asked = sheet.line(question, left, baseline, px(48), bold=True)
    most = clock.left - px(24) - asked.right - px(24)
    name = pick(offer.name, language)
    size = text.fit(name, most, px(28))
    sheet.line(name, clock.left - px(24), baseline, size, MUTED, align="right")
    return top + px(86)


def _hint(language: str, priority: bool) -> tuple[str, Color]:
    if priority:
        return say(language, "Touch a box to take a priority number."), LACQUER
    return say(language, "Touch a box to take a number."), MUTED


def _notice(offer: Offer, language: str, *, paper: bool) -> tuple[str, str] | None:
    """What a person should know before touching: an icon and the words."""
    if not offer.open:
        return "pause", say(language, "The centre is closed and gives no numbers now.")
    if not offer.reached:
        return "offline", say(
            language, "The connection is lost. Please wait a moment or ask a member of staff."
        )
    if not paper:
        return "alert", say(language, "No tickets are printed now. Your number will be shown on the screen.")
    return None


def _strip(sheet: Sheet, top: int, icon: str, words: str) -> int:
    px = sheet.px
    size, pad = px(32), px(26)
    left = sheet.margin + pad + px(46) + px(22)
    lines = text.wrap(words, sheet.width - sheet.margin - pad - left, size)
    height = px(42) + text.leading(size) * len(lines)
    box = Rect(sheet.margin, top, sheet.width - 2 * sheet.margin, height)
    sheet.panel(box, SOFT)
    sheet.icon(icon, (box.x + pad + px(23), box.centery), px(46), LACQUER)
    first = box.centery - (len(lines) - 1) * text.leading(size) / 2 + text.capital(size) / 2
    sheet.lines(lines, left, first, size)
    return box.bottom + px(24)


# Below the cards: priority and languages. Each returns where the cards must end.


def _foot(sheet: Sheet, offer: Offer, language: str, priority: bool) -> int:
    px = sheet.px
    height = max(sheet.finger, px(90 if sheet.upright else 112))
    bottom, gap = sheet.height - sheet.margin, px(16 if sheet.compact else 22)
    end = _languages(sheet, Rect(sheet.margin, bottom - height, 0, height), offer, language, gap)
    if sheet.upright:
        box = Rect(sheet.margin, bottom - height - px(30) - px(182), sheet.width - 2 * sheet.margin, px(182))
    else:
        left = end + (gap if sheet.compact else px(60))
        box = Rect(left, bottom - height, sheet.width - sheet.margin - left, height)
    sheet.targets["priority"] = box
    (_priority_compact if sheet.compact else _priority)(sheet, box, language, priority)
    return box.top


def _languages(sheet: Sheet, box: Rect, offer: Offer, language: str, gap: int) -> int:
    """A row of buttons from the left; returns where it ends."""
    size = sheet.px(32)
    for each in offer.languages:
        name = LANGUAGE_NAMES.get(each, each)
        room = sheet.px(24 if sheet.compact else 40)
        box = Rect(box.x, box.y, max(sheet.finger, text.width(name, size, bold=True) + 2 * room), box.height)
        fill, ink = (INK, WHITE) if each == language else (PAPER, INK)
        sheet.button(box, name, size, fill, ink, border=INK)
        sheet.targets[f"language:{each}"] = box
        box = box.move(box.width + gap, 0)
    return box.x - gap


def _priority(sheet: Sheet, box: Rect, language: str, chosen: bool) -> None:
    px, pad = sheet.px, sheet.px(34)
    if chosen:
        title = say(language, "Priority number chosen")
        words, answer = say(language, "Touch a box above to take it."), say(language, "Ordinary number")
        fill, ink, quiet, face, on_face = INK, WHITE, ON_INK, WHITE, INK
    else:
        title = say(language, "Priority visitors")
        words = say(language, "People with merit, the elderly, pregnant or disabled")
        answer = say(language, "Priority number")
        fill, ink, quiet, face, on_face = SOFT, INK, INK, INK, WHITE
    sheet.panel(box, fill)
    width = min(text.width(answer, px(34), bold=True) + px(88), round(box.width * 0.45))
    height = min(box.height - px(32), max(px(104), px(80)))
    button = Rect(box.right - pad - width, 0, width, height)
    button.centery = box.centery
    most = button.left - px(28) - box.x - pad
    title_size, size = text.fit(title, most, px(37), bold=True), px(28)
    lines = text.wrap(words, most, size)
    if len(lines) > 2:
        size = px(24)
        lines = text.wrap(words, most, size)
    whole = text.capital(title_size) + len(lines) * text.leading(size)
    baseline = box.centery - whole / 2 + text.capital(title_size)
    sheet.line(title, box.x + pad, baseline, title_size, ink, bold=True)
    sheet.lines(lines, box.x + pad, baseline + text.leading(size) + px(4), size, quiet)
    sheet.button(button, answer, px(34), face, on_face)


def _priority_compact(sheet: Sheet, box: Rect, language: str, chosen: bool) -> None:
    px, most = sheet.px, box.width - sheet.px(40)
    if chosen:
        title = say(language, "Priority number chosen")
        words = say(language, "Touch here for an ordinary number.")
    else:
        title = say(language, "Priority number")
        words = say(language, "People with merit, the elderly, pregnant or disabled")
    sheet.panel(box, INK if chosen else SOFT, border=INK)
    title_size, size = text.fit(title, most, px(38), bold=True), px(26)
    lines = text.wrap(words, most, size)
    baseline = box.centery - (text.capital(title_size) + len(lines) * text.leading(size)) / 2
    baseline += text.capital(title_size)
    ink, quiet = (WHITE, ON_INK) if chosen else (INK, INK)
    sheet.line(title, box.centerx, baseline, title_size, ink, bold=True, align="center")
    sheet.lines(lines, box.centerx, baseline + text.leading(size), size, quiet, align="center")


# The cards


@dataclass(frozen=True)
class Plan:
    """What there is room for on every card alike."""

    box: Rect  # the first card
    pad: int
    icon: int  # its side; 0: without one, and the letter stands below
    split: bool  # how long it takes stands below how many wait


def _cards(sheet: Sheet, top: int, bottom: int, offer: Offer, language: str, *, pressed: str) -> None:
    columns, rows = _grid(len(offer.services), sheet.upright)
    gap = sheet.px(14 if sheet.compact else 25)
    width = (sheet.width - 2 * sheet.margin - (columns - 1) * gap) // columns
    height = min(sheet.px(330), (bottom - top - rows * gap) // rows)
    plan = _plan(sheet, Rect(sheet.margin, top, width, height), language)
    for number, service in enumerate(offer.services):
        row, column = divmod(number, columns)
        box = plan.box.move(column * (width + gap), row * (height + gap))
        sheet.targets[f"service:{service.id}"] = box
        _card(sheet, plan, box, offer, service, language, pressed=service.id == pressed)


def _grid(count: int, upright: bool) -> tuple[int, int]:
    """Columns and rows for so many cards."""
    if upright:
        columns = 1 if count <= 3 else 2
        return columns, max(1, math.ceil(count / columns))
    rows = 1 if count <= 3 else 2 if count <= 8 else 3
    return max(1, math.ceil(count / rows)), rows


def _plan(sheet: Sheet, box: Rect, language: str) -> Plan:
    px = sheet.px
    pad = px(36) if box.height >= px(300) else px(24)
    count, wait = say(language, "{count} waiting", count=99), say(language, "{range} minutes", range="99–99")

    def split(most: int) -> bool:
        return text.fit(f"{count} · {wait}", most, px(FIGURES)) < px(24)

    words = px(
        NAME * text.CAPITAL + HINT_ABOVE + NAME_ABOVE + 4
    )  # from the last baseline to the name's capitals
    room = box.height - 2 * pad - words - px(24)
    if split(box.width - 2 * pad):
        room -= text.leading(px(FIGURES))
    if room >= px(40):
        return Plan(box, pad, min(room, px(78)), split(box.width - 2 * pad))
    return Plan(box, pad, 0, split(box.width - 2 * pad - px(LETTER)))


def _card(
    sheet: Sheet, plan: Plan, box: Rect, offer: Offer, service: ServiceInfo, language: str, *, pressed: bool
) -> None:
    """From below: how many wait, what belongs to it, its name; above these its icon and its letter."""
    px, taking = sheet.px, offer.obstacle(service.id) is None
    ink, accent = (INK, LACQUER) if taking else (MUTED, MUTED)
    if pressed:
        sheet.panel(box, SOFT, border=INK, weight=6)
    else:
        sheet.panel(box, WHITE if taking else PAPER, border=SOFT)
    inner = box.inflate(-2 * plan.pad, -2 * plan.pad)
    baseline = letter = inner.bottom - px(4)
    size = px(44 if plan.icon else 40)
    if plan.icon:
        icon = service.icon if service.icon in icons.NAMES else "document"
        middle = inner.x + plan.icon * 0.4  # an icon's strokes begin inside its box
        sheet.icon(icon, (middle, inner.y + plan.icon / 2), plan.icon, accent)
        letter = inner.y + px(36)
    sheet.line(service.letter, inner.right, letter, size, MUTED, bold=True, align="right")

    room = inner.width if plan.icon else inner.width - px(LETTER)
    baseline = _figures(sheet, plan, inner, baseline, room, offer, service.id, language) - px(HINT_ABOVE)
    name, hint, size = pick(service.name, language), pick(service.hint, language), px(NAME)
    lines, two = [name], baseline - text.leading(px(36)) - text.capital(px(36))
    if text.fit(name, inner.width, size, bold=True) < px(32) and two >= inner.y + plan.icon:
        lines, size, hint = text.wrap(name, inner.width, px(36), bold=True), px(36), ""
    if hint and baseline - px(NAME_ABOVE) - text.capital(size) >= inner.y:
        sheet.line(hint, inner.x, baseline, text.fit(hint, inner.width, px(29)), MUTED)
        baseline -= px(NAME_ABOVE)
    baseline -= (len(lines) - 1) * text.leading(size)
    size = min(text.fit(line, inner.width, size, bold=True) for line in lines)
    sheet.lines(lines, inner.x, baseline, size, ink, bold=True)


def _figures(
    sheet: Sheet, plan: Plan, inner: Rect, baseline: int, room: int, offer: Offer, service: str, language: str
) -> int:
    """How many wait and how long it takes, the last line on `baseline`; returns the first one's."""
    queue = offer.queues.get(service)
    count, wait, number, color = "", "", "", INK
    if offer.obstacle(service) == "not-taking":
        count, color = say(language, "Not taking numbers"), MUTED
    elif queue and offer.open and offer.reached:
        if queue.waiting:
            number = str(queue.waiting)
            count = say(language, "{count} waiting", count=number)
            wait = _minutes(queue, language)
        elif queue.wait:
            count, color = say(language, "No wait"), GREEN
        else:
            count = say(language, "Nobody waiting")
    size = sheet.px(FIGURES)
    if plan.split:
        sheet.line(wait, inner.x, baseline, text.fit(wait, room, size))
        baseline, room, wait = baseline - text.leading(size), inner.width, ""
    words = f"{count} · {wait}" if wait else count
    size = text.fit(words, room, size)
    before, bold, after = words.partition(number) if number else (words, "", "")
    x = sheet.line(before, inner.x, baseline, size, color).right
    x = sheet.line(bold, x, baseline, size, color, bold=True).right
    sheet.line(after, x, baseline, size, color)
    return baseline


def _minutes(queue: QueueState, language: str) -> str:
    if queue.wait is None:
        return ""
    return say(language, "{range} minutes", range=wait_range(queue.wait.low, queue.wait.high))

"""The foot of the start page: what else can be chosen, besides a service."""

from dataclasses import dataclass

from pygame import Rect

from config.words import LANGUAGE_NAMES
from kiosk import foot
from kiosk.scene import Scene
from kiosk.sheet import Sheet
from screen import text
from screen.theme import INK, ON_INK, PAPER, SOFT, WHITE

PRIORITY_HIGH = 182  # units
_LOOKS = {"contrast": "contrast", "low": "wheelchair", "spoken": "headphones"}  # their icons


@dataclass(frozen=True)
class Way:
    """Another way to a number than by one touch, its words where there is room for them and where not."""

    target: str
    icon: str
    words: str
    short: str


def lay_out(sheet: Sheet, scene: Scene) -> int:
    """All of them; returns where the cards must end."""
    if scene.home.errands is not None:
        return foot.ends(sheet, scene, _taken(scene), ready=bool(scene.home.errands))
    return (_upright if sheet.upright else _lying)(sheet, scene)


def _taken(scene: Scene) -> str:
    count = len(scene.pressed)
    if count < 2:
        return scene.say("Get your number")
    return scene.say("Get one number for {count} errands", count=count)


def _upright(sheet: Sheet, scene: Scene) -> int:
    """From below: languages, and the looks where both have room; other ways to a number; priority."""
    px, gap, high = sheet.px, sheet.px(22), max(sheet.finger, sheet.px(96))
    row = Rect(sheet.margin, sheet.height - sheet.margin - high, sheet.width - 2 * sheet.margin, high)
    end = _languages(sheet, scene, row, scene.offer.languages)
    looks, ways = (*_spoken(scene), "large", "contrast"), _ways(scene)
    if not sheet.small:
        looks = (*looks, "low")
    beside = row.right - end >= len(looks) * (high + gap)
    if beside:
        _looks(sheet, scene, row.right, row, looks)
    if ways or not beside:
        row = row.move(0, -high - px(24))
        end = row.right if beside else _looks(sheet, scene, row.right, row, looks) - gap
    width = (end - row.x - gap * (len(ways) - 1)) // max(1, len(ways))
    for number, way in enumerate(ways):
        _way(sheet, scene, Rect(row.x + number * (width + gap), row.y, width, high), way)
    if not scene.offer.priorities:
        return row.top
    high = px(PRIORITY_HIGH)
    return _priority(sheet, scene, Rect(row.x, row.y - px(24) - high, row.width, high))


def _lying(sheet: Sheet, scene: Scene) -> int:
    """One row: languages, other ways to a number, priority. The looks stand in the head.

    On the smallest one there is room for the other languages, and for one button for all that helps the eyes.
    """
    gap, row = sheet.px(16 if sheet.compact else 22), _last_row(sheet)
    languages, left, right = scene.offer.languages, row.x, row.right
    if sheet.compact:
        languages = tuple(each for each in languages if each != scene.language)
        right = _looks(sheet, scene, right, row, ("clear",)) - gap
    left = _languages(sheet, scene, row, languages) + (gap if sheet.small else sheet.px(60))
    least = 1.5 * sheet.finger if scene.offer.priorities else 0
    width = max(sheet.finger, sheet.px(160 if sheet.small else 220))
    for way in _ways(scene):
        if right - left - width - gap < least:
            break
        _way(sheet, scene, Rect(left, row.y, width, row.height), way)
        left += width + gap
    if not scene.offer.priorities:
        return row.top
    return _priority(sheet, scene, Rect(left, row.y, right - left, row.height))


def looks(sheet: Sheet, scene: Scene, right: int, middle: int) -> int:
    """In the head of a lying screen, ending at `right`; returns where what stands beside them must end."""
    side = max(sheet.finger, sheet.px(104))
    row = Rect(0, middle - side // 2, 0, side)
    return _looks(sheet, scene, right, row, (*_spoken(scene), "large", "contrast")) - sheet.px(40)


def _last_row(sheet: Sheet) -> Rect:
    height = max(sheet.finger, sheet.px(112))
    bottom = sheet.height - sheet.margin
    return Rect(sheet.margin, bottom - height, sheet.width - 2 * sheet.margin, height)


def _languages(sheet: Sheet, scene: Scene, row: Rect, languages: tuple[str, ...]) -> int:
    """Buttons from the left; returns where they end."""
    size, gap = sheet.px(32), sheet.px(16 if sheet.compact else 22)
    left, pad = row.x, sheet.px(16 if sheet.compact else 28 if sheet.small else 40)
    for each in languages:
        name = LANGUAGE_NAMES.get(each, each)
        width = max(sheet.finger, text.width(name, size, bold=True) + 2 * pad)
        box = Rect(left, row.y, width, row.height)
        fill, ink = (INK, WHITE) if each == scene.language else (PAPER, INK)
        sheet.target(f"language:{each}", box)
        sheet.button(box, name, size, fill, ink, border=INK)
        left = box.right + gap
    return left - gap


def _spoken(scene: Scene) -> tuple[str, ...]:
    """The smallest screen has no room for it: there a key is what begins it, as everywhere."""
    return ("spoken",) * scene.headphones


def _looks(sheet: Sheet, scene: Scene, right: int, row: Rect, names: tuple[str, ...]) -> int:
    """Square buttons up to `right`; returns where they begin."""
    side, gap = row.height, sheet.px(22)
    for name in reversed(names):
        box = Rect(right - side, row.y, side, row.height)
        fill, ink = (INK, WHITE) if scene.look.chosen(name) else (PAPER, INK)
        sheet.target(f"look:{name}", box)
        if name in ("large", "clear"):
            sheet.button(box, "A+", sheet.px(46), fill, ink, border=INK)
        else:
            sheet.panel(box, fill, border=INK)
            sheet.icon(_LOOKS[name], box.center, round(min(box.size) * 0.58), ink)
        right = box.left - gap
    return right + gap


def _ways(scene: Scene) -> tuple[Way, ...]:
    """Other ways to a number than by one touch."""
    check_in = Way("check-in", "calendar", "I have an appointment", "Appointment")
    errands = Way("errands", "list", "I have several errands", "Several errands")
    return (*(check_in,) * scene.offer.check_in, *(errands,) * scene.offer.errands)


def _way(sheet: Sheet, scene: Scene, box: Rect, way: Way) -> None:
    """An icon and the words: side by side, or, where that is narrow, one above the other and the words short.

    Where there is no room for both there is for the words, as for who asked for larger ones.
    """
    px = sheet.px
    sheet.target(way.target, box)
    sheet.panel(box, PAPER, border=INK)
    words = scene.say(way.words if sheet.upright else way.short)
    side, size, pad = px(52), px(34), px(20)
    if text.fit(words, box.width - side - 3 * pad, size, bold=True) >= px(28):
        size = text.fit(words, box.width - side - 3 * pad, size, bold=True)
        left = box.centerx - (side + pad + text.width(words, size, bold=True)) / 2
        sheet.icon(way.icon, (left + side / 2, box.centery), side, INK)
        sheet.line(words, left + side + pad, box.centery + text.capital(size) / 2, size, bold=True)
        return
    words, side = scene.say(way.short), 0 if sheet.look.large else px(40)
    size, lines = _sized(words, box.width - pad, px(32), box.height - side - pad)
    if side and size < px(24):
        side = 0
        size, lines = _sized(words, box.width - pad, px(32), box.height - pad)
    high = side + px(10) + text.capital(size) + text.leading(size) * (len(lines) - 1)
    top = box.centery - high / 2
    if side:
        sheet.icon(way.icon, (box.centerx, top + side / 2), side, INK)
    first = top + side + px(10) + text.capital(size)
    sheet.lines(lines, box.centerx, first, size, bold=True, align="center")


def _sized(words: str, most: int, size: int, room: int) -> tuple[int, list[str]]:
    """Bold words in lines, at the largest size up to this at which they are within `most` by `room` px."""
    lines = text.wrap(words, most, size, bold=True)
    wide = max(text.width(each, size, bold=True) for each in lines)
    if size > 8 and (wide > most or text.leading(size) * len(lines) > room):
        return _sized(words, most, size - 1, room)
    return size, lines


def _priority(sheet: Sheet, scene: Scene, box: Rect) -> int:
    """Offered once, plainly; returns where it begins."""
    sheet.target("priority", box)
    (_broad if sheet.upright else _narrow)(sheet, scene, box)
    return box.top


def _broad(sheet: Sheet, scene: Scene, box: Rect) -> None:
    """Words, and a button beside them."""
    px, pad = sheet.px, sheet.px(34)
    if scene.priority:
        title = scene.say("Priority number chosen")
        words, answer = scene.say("Touch a box above to take it."), scene.say("Ordinary number")
        fill, ink, quiet, face, on_face = INK, WHITE, ON_INK, WHITE, INK
    else:
        title = scene.say("Priority visitors")
        words = scene.say("People with merit, the elderly, pregnant or disabled")
        answer = scene.say("Priority number")
        fill, ink, quiet, face, on_face = SOFT, INK, INK, INK, WHITE
    sheet.panel(box, fill)
    width = min(text.width(answer, px(34), bold=True) + px(88), round(box.width * 0.45))
    height = min(box.height - px(32), px(104))
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


def _narrow(sheet: Sheet, scene: Scene, box: Rect) -> None:
    """A button as a whole: its words, and below them, where there is room, what they mean."""
    px, most = sheet.px, box.width - sheet.px(36)
    if scene.priority:
        title = scene.say("Priority number chosen")
        words = scene.say("Touch here for an ordinary number.")
    else:
        title = scene.say("Priority number")
        words = scene.say("People with merit, the elderly, pregnant or disabled")
    ink, quiet = (WHITE, ON_INK) if scene.priority else (INK, INK)
    sheet.panel(box, INK if scene.priority else SOFT, border=INK)
    large, size = px(38), px(26)
    titles, lines = text.wrap(title, most, large, bold=True), text.wrap(words, most, size)

    def height() -> int:
        return text.capital(large) + text.leading(large) * (len(titles) - 1) + text.leading(size) * len(lines)

    if height() > box.height - px(20):
        lines = []
    while height() > box.height - px(20) or max(text.width(each, large, bold=True) for each in titles) > most:
        large -= 1
        titles = text.wrap(title, most, large, bold=True)
    baseline = box.centery - height() / 2 + text.capital(large)
    baseline = sheet.lines(titles, box.centerx, baseline, large, ink, bold=True, align="center")
    sheet.lines(lines, box.centerx, baseline + text.leading(size), size, quiet, align="center")

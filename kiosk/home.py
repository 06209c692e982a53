"""The start page: the question, the services as cards, priority, and the languages."""

from pygame import Rect

from config.words import LANGUAGE_NAMES
from kiosk import cards
from kiosk.scene import Scene
from kiosk.sheet import Sheet
from screen import text
from screen.theme import INK, LACQUER, MUTED, ON_INK, PAPER, SOFT, WHITE, Color


def lay_out(sheet: Sheet, scene: Scene, top: int) -> None:
    """The whole page below the band. While a `take` is under way its card is pressed."""
    if sheet.compact:
        top = _head_compact(sheet, scene, top)
    else:
        top = (_head_upright if sheet.upright else _head_lying)(sheet, scene, top)
        top = _strip(sheet, scene, top)
    cards.lay_out(sheet, scene, top, _foot(sheet, scene))


# Above the cards: where one is, the hour, and the question. Each returns where the cards may begin.


def _head_upright(sheet: Sheet, scene: Scene, top: int) -> int:
    px, left, right = sheet.px, sheet.margin, sheet.width - sheet.margin
    clock = sheet.line(scene.hour, right, top + px(122), px(66), bold=True, align="right")
    title, name = scene.pick(scene.offer.title), scene.pick(scene.offer.name)
    most = clock.left - px(30) - left
    sheet.line(title, left, top + px(78), text.fit(title, most, px(31)), MUTED)
    sheet.line(name, left, top + px(134), text.fit(name, most, px(48), bold=True), bold=True)
    question, (hint, color) = scene.say("What do you need to do?"), _hint(scene)
    size = text.fit(question, right - left, px(80), bold=True)
    sheet.line(question, left, top + px(282), size, bold=True)
    size = text.fit(hint, right - left, px(35), bold=scene.priority)
    sheet.line(hint, left, top + px(344), size, color, bold=scene.priority)
    return top + px(392)


def _head_lying(sheet: Sheet, scene: Scene, top: int) -> int:
    px, left, right = sheet.px, sheet.margin, sheet.width - sheet.margin
    clock = sheet.line(scene.hour, right, top + px(98), px(66), bold=True, align="right")
    question, (hint, color) = scene.say("What do you need to do?"), _hint(scene)
    size = text.fit(question, clock.left - px(30) - left, px(68), bold=True)
    sheet.line(question, left, top + px(98), size, bold=True)
    said = sheet.line(hint, left, top + px(154), px(32), color, bold=scene.priority)
    name, most = scene.pick(scene.offer.name), right - said.right - px(60)
    place = f"{scene.pick(scene.offer.title)} · {name}"
    if text.fit(place, most, px(32)) < px(26):
        place = name
    sheet.line(place, right, top + px(154), text.fit(place, most, px(32)), MUTED, align="right")
    return top + px(196)


def _head_compact(sheet: Sheet, scene: Scene, top: int) -> int:
    px, left, right = sheet.px, sheet.margin, sheet.width - sheet.margin
    baseline = top + px(58)
    clock = sheet.line(scene.hour, right, baseline, px(44), bold=True, align="right")
    if notice := _notice(scene):
        icon, words = notice
        side, size = px(44), px(27)
        sheet.icon(icon, (left + side / 2, top + px(43)), side, LACQUER)
        left += side + px(18)
        lines = text.wrap(words, clock.left - px(24) - left, size)
        first = top + px(43) + text.capital(size) / 2 - (len(lines) - 1) * text.leading(size) / 2
        sheet.lines(lines, left, first, size)
        return top + px(86)
    question = scene.say("What do you need to do?")
    asked = sheet.line(question, left, baseline, px(48), bold=True)
    most = clock.left - px(24) - asked.right - px(24)
    name = scene.pick(scene.offer.name)
    size = text.fit(name, most, px(28))
    sheet.line(name, clock.left - px(24), baseline, size, MUTED, align="right")
    return top + px(86)


def _hint(scene: Scene) -> tuple[str, Color]:
    if scene.priority:
        return scene.say("Touch a box to take a priority number."), LACQUER
    return scene.say("Touch a box to take a number."), MUTED


def _notice(scene: Scene) -> tuple[str, str] | None:
    """What a person should know before touching: an icon and the words."""
    if not scene.offer.open:
        return "pause", scene.say("The centre is closed and gives no numbers now.")
    if not scene.offer.reached:
        return "offline", _cut_off(scene)
    if not scene.paper:
        return "alert", scene.say("No tickets are printed now. Your number will be shown on the screen.")
    return None


def _cut_off(scene: Scene) -> str:
    if scene.offer.reserve:
        return scene.say("The connection is lost. You can take a number all the same.")
    return scene.say("The connection is lost. Please wait or ask a member of staff.")


def _strip(sheet: Sheet, scene: Scene, top: int) -> int:
    notice, px = _notice(scene), sheet.px
    if notice is None:
        return top
    icon, words = notice
    title, _, advice = words.partition(". ")
    size, pad, side = px(32), px(30), px(64)
    left = sheet.margin + 2 * pad + side
    most = sheet.width - sheet.margin - pad - left
    titles = text.wrap(title, most, size, bold=True)
    lines = text.wrap(advice, most, size) if advice else []
    height = px(42) + text.leading(size) * (len(titles) + len(lines))
    box = Rect(sheet.margin, top, sheet.width - 2 * sheet.margin, height)
    sheet.panel(box, SOFT)
    sheet.icon(icon, (box.x + pad + side / 2, box.centery), side, LACQUER)
    rest = len(titles) + len(lines) - 1
    first = box.centery - rest * text.leading(size) / 2 + text.capital(size) / 2
    last = sheet.lines(titles, left, first, size, bold=True)
    sheet.lines(lines, left, last + text.leading(size), size)
    return box.bottom + px(24)


# Below the cards: priority and languages. Each returns where the cards must end.


def _foot(sheet: Sheet, scene: Scene) -> int:
    px = sheet.px
    height = max(sheet.finger, px(90 if sheet.upright else 112))
    bottom, gap = sheet.height - sheet.margin, px(16 if sheet.compact else 22)
    end = _languages(sheet, scene, Rect(sheet.margin, bottom - height, 0, height), gap)
    if sheet.upright:
        box = Rect(sheet.margin, bottom - height - px(30) - px(182), sheet.width - 2 * sheet.margin, px(182))
    else:
        left = end + (gap if sheet.compact else px(60))
        box = Rect(left, bottom - height, sheet.width - sheet.margin - left, height)
    if not scene.offer.priority:
        return bottom - height
    sheet.targets["priority"] = box
    (_priority_compact if sheet.compact else _priority)(sheet, scene, box)
    return box.top


def _languages(sheet: Sheet, scene: Scene, box: Rect, gap: int) -> int:
    """A row of buttons from the left; returns where it ends."""
    size = sheet.px(32)
    for each in scene.offer.languages:
        name = LANGUAGE_NAMES.get(each, each)
        room = sheet.px(24 if sheet.compact else 40)
        box = Rect(box.x, box.y, max(sheet.finger, text.width(name, size, bold=True) + 2 * room), box.height)
        fill, ink = (INK, WHITE) if each == scene.language else (PAPER, INK)
        sheet.button(box, name, size, fill, ink, border=INK)
        sheet.targets[f"language:{each}"] = box
        box = box.move(box.width + gap, 0)
    return box.x - gap


def _priority(sheet: Sheet, scene: Scene, box: Rect) -> None:
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


def _priority_compact(sheet: Sheet, scene: Scene, box: Rect) -> None:
    px, most = sheet.px, box.width - sheet.px(40)
    if scene.priority:
        title = scene.say("Priority number chosen")
        words = scene.say("Touch here for an ordinary number.")
    else:
        title = scene.say("Priority number")
        words = scene.say("People with merit, the elderly, pregnant or disabled")
    sheet.panel(box, INK if scene.priority else SOFT, border=INK)
    title_size, size = text.fit(title, most, px(38), bold=True), px(26)
    lines = text.wrap(words, most, size)
    baseline = box.centery - (text.capital(title_size) + len(lines) * text.leading(size)) / 2
    baseline += text.capital(title_size)
    ink, quiet = (WHITE, ON_INK) if scene.priority else (INK, INK)
    sheet.line(title, box.centerx, baseline, title_size, ink, bold=True, align="center")
    sheet.lines(lines, box.centerx, baseline + text.leading(size), size, quiet, align="center")

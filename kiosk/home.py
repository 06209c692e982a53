"""The start page: the question, the services as cards, and what else can be chosen at its foot."""

from pygame import Rect

from kiosk import cards, choices, notices
from kiosk.journey import ERRANDS
from kiosk.scene import Scene
from kiosk.sheet import Sheet
from printer.status import PrinterState
from screen import text
from screen.theme import LACQUER, MUTED, SOFT, Color


def lay_out(sheet: Sheet, scene: Scene, top: int) -> None:
    """The whole page below the band. While a `take` is under way its card is pressed."""
    bottom = choices.lay_out(sheet, scene)
    if sheet.compact:
        top = _head_compact(sheet, scene, top)
    elif sheet.upright:
        top = max(top, sheet.reach - sheet.px(HEAD))  # where targets stand low the question stands above them
        top = _strip(sheet, scene, _head_upright(sheet, scene, top), bottom)
    else:
        top = _strip(sheet, scene, _head_lying(sheet, scene, top), bottom)
    cards.lay_out(sheet, scene, top, bottom)


HEAD = 392  # units


# Above the cards: where one is, the hour, and the question. Each returns where the cards may begin.


def _head_upright(sheet: Sheet, scene: Scene, top: int) -> int:
    px, right = sheet.px, sheet.width - sheet.margin
    left = sheet.emblem(sheet.margin, top + px(98), px(108), tile=sheet.look.contrast)
    clock = sheet.line(scene.hour, right, top + px(122), px(66), bold=True, align="right")
    title, name = scene.pick(scene.offer.title), scene.pick(scene.offer.name)
    most = clock.left - px(30) - left
    sheet.line(title, left, top + px(78), text.fit(title, most, px(31)), MUTED)
    sheet.line(name, left, top + px(134), text.fit(name, most, px(48), bold=True), bold=True)
    left, top = sheet.margin, top - (px(36) if sheet.small else 0)  # the cards need it more
    question, (hint, color, bold) = _question(scene), _hint(scene)
    size = text.fit(question, right - left, px(80), bold=True)
    sheet.line(question, left, top + px(282), size, bold=True)
    size = text.fit(hint, right - left, px(35), bold=bold)
    sheet.line(hint, left, top + px(344), size, color, bold=bold)
    return top + px(HEAD)


def _head_lying(sheet: Sheet, scene: Scene, top: int) -> int:
    px, right = sheet.px, sheet.width - sheet.margin
    left = sheet.emblem(sheet.margin, top + px(104), px(116), tile=sheet.look.contrast)
    right = choices.looks(sheet, scene, right, top + px(98))
    clock = sheet.line(scene.hour, right, top + px(98), px(66), bold=True, align="right")
    question, (hint, color, bold) = _question(scene), _hint(scene)
    size = text.fit(question, clock.left - px(30) - left, px(68), bold=True)
    sheet.line(question, left, top + px(98), size, bold=True)
    said = sheet.line(hint, left, top + px(154), px(32), color, bold=bold)
    name, most = scene.pick(scene.offer.name), right - said.right - px(60)
    place = f"{scene.pick(scene.offer.title)} · {name}"
    if text.fit(place, most, px(32)) < px(26):
        place = name
    if (size := text.fit(place, most, px(32))) >= px(20):
        sheet.line(place, right, top + px(154), size, MUTED, align="right")
    return top + px(196)


def _head_compact(sheet: Sheet, scene: Scene, top: int) -> int:
    px, right = sheet.px, sheet.width - sheet.margin
    left = sheet.emblem(sheet.margin, top + px(44), px(60), tile=sheet.look.contrast)
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
    question = _question(scene)
    asked = sheet.line(
        question, left, baseline, text.fit(question, clock.left - left, px(48), bold=True), bold=True
    )
    most = clock.left - px(24) - asked.right - px(24)
    beside = scene.pick(scene.offer.name)
    if scene.home.errands is not None or scene.left is not None:
        beside, *_ = _hint(scene)
    size = text.fit(beside, max(most, 1), px(28))
    if size >= px(20):
        sheet.line(beside, clock.left - px(24), baseline, size, MUTED, align="right")
    return top + px(86)


def _question(scene: Scene) -> str:
    """What is asked above the cards; in a group, which one it is."""
    if group := scene.offer.group(scene.home.group):
        return scene.pick(group.name)
    if scene.home.errands is not None:
        return scene.say("Which errands do you have?")
    return scene.say("What do you need to do?")


def _hint(scene: Scene) -> tuple[str, Color, bool]:
    """Under the question: the words, their colour, and whether they are bold."""
    if scene.left is not None:
        return _forgets(scene), LACQUER, True
    if scene.home.errands is not None:
        if len(scene.home.errands) == ERRANDS:
            return scene.say("One number is for {count} errands at most.", count=ERRANDS), LACQUER, True
        if scene.priority:
            return scene.say("Priority number chosen"), LACQUER, True
        return scene.say("Touch them in the order in which you want to go."), MUTED, False
    if not scene.offer.taking:
        return scene.say("No numbers are given now."), MUTED, False
    if scene.priority:
        return scene.say("Touch a box to take a priority number."), LACQUER, True
    return scene.say("Touch a box to take a number."), MUTED, False


def _forgets(scene: Scene) -> str:
    """What was chosen is forgotten soon."""
    return scene.say("Back to the start in {seconds} seconds", seconds=scene.left)


def _notice(scene: Scene) -> tuple[str, str] | None:
    """What a person should know before touching: an icon and the words."""
    if not scene.offer.open:
        return "pause", scene.say("The centre is closed and gives no numbers now.")
    if not scene.offer.reached:
        return "offline", _cut_off(scene)
    if scene.printer is PrinterState.PAPER_OUT:
        return "alert", scene.say("The printer needs paper. Your number will be shown on the screen.")
    if not scene.printer.can_print:
        return "alert", scene.say("No tickets are printed now. Your number will be shown on the screen.")
    return None


def _cut_off(scene: Scene) -> str:
    if scene.offer.reserve:
        return scene.say("The connection is lost. You can take a number all the same.")
    return scene.say("The connection is lost. Please wait or ask a member of staff.")


def _strip(sheet: Sheet, scene: Scene, top: int, bottom: int) -> int:
    notice, px = _notice(scene), sheet.px
    if notice is None:
        return notices.lay_out(sheet, scene, top, bottom)
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

"""The services as cards: what one is called, what belongs to it, how many wait and how long.

Where there are more than a page has room for, groups of them, and the ways on and back, are cards too.
"""

import math
from dataclasses import dataclass, replace
from datetime import datetime

from pygame import Rect

from bus.messages import GroupInfo, QueueState, ServiceInfo
from config.words import wait_range
from kiosk.scene import Scene
from kiosk.sheet import Sheet
from kiosk.shelves import offered, shelf
from screen import icons, text
from screen.theme import GREEN, INK, LACQUER, MUTED, PAPER, SOFT, WHITE, Color

# Units, as `Sheet.px` takes them.
NAME, FIGURES, LETTER, FOOT = 46, 28, 56, 4
LEAST = 138  # of a card's height: its name, and how many wait
TWO_LINES = 156  # less has no room for both figures, one above the other
NAME_ABOVE, HINT_ABOVE = 43, 52  # a baseline above the one below it


@dataclass(frozen=True)
class Plan:
    """What there is room for, on every card alike."""

    box: Rect  # the first card
    pad: int
    icon: int  # its side; 0: without one, and the letter stands below
    split: bool  # how long it takes stands below how many wait
    lift: int = 0  # what is written stands so much higher, where no icon fills the card


@dataclass(frozen=True)
class Figures:
    """How many wait, the number in it that stands out, how long it takes, and their colour."""

    count: str = ""
    number: str = ""
    wait: str = ""
    color: Color = INK


@dataclass(frozen=True)
class Face:
    """What a card says: of a service, or of a group of them."""

    target: str
    name: str
    hint: str
    icon: str
    letter: str
    figures: Figures
    taking: bool
    chosen: int | None = None  # its place among the errands of one number; 0: it is under way


def room(sheet: Sheet, top: int, bottom: int) -> int:
    """How many there can be at most, between `top` and `bottom`."""
    return _rows(sheet, top, bottom) * _columns(sheet)


def lay_out(sheet: Sheet, scene: Scene, top: int, bottom: int) -> None:
    """All of them, between `top` and `bottom`."""
    gap, most, home = _gap(sheet), _rows(sheet, top, bottom), scene.home
    back = scene.offer.group(home.group) is not None
    places = most * _columns(sheet)
    things, more = shelf(offered(scene.offer, home.group, places), home.shelf, places - back)
    ways = [("more", scene.say("More services"))] * more + [("back", scene.say("All services"))] * back
    columns, rows = _grid(len(things) + len(ways), _columns(sheet), most, sheet.upright)
    width = (sheet.width - 2 * sheet.margin - (columns - 1) * gap) // columns
    height = min(sheet.px(330), (bottom - top - rows * gap) // rows)
    plan = _plan(sheet, scene, Rect(sheet.margin, top, width, height))
    boxes = (
        plan.box.move(number % columns * (width + gap), number // columns * (height + gap))
        for number in range(len(things) + len(ways))
    )
    for thing, box in zip(things, boxes, strict=False):
        face = _service(scene, thing) if isinstance(thing, ServiceInfo) else _group(scene, thing)
        sheet.target(face.target, box)
        _card(sheet, plan, box, face)
    for (target, words), box in zip(ways, boxes, strict=True):
        sheet.target(target, box)
        sheet.button(box, words, sheet.px(NAME), PAPER, INK, border=INK)


def _gap(sheet: Sheet) -> int:
    return sheet.px(14 if sheet.compact else 25)


def _rows(sheet: Sheet, top: int, bottom: int) -> int:
    """The most that stand one above the other."""
    return max(1, (bottom - top) // (max(sheet.finger, sheet.px(LEAST)) + _gap(sheet)))


def _columns(sheet: Sheet) -> int:
    """The most that stand side by side."""
    return 2 if sheet.upright else 3 if sheet.look.large else 4


def _grid(count: int, columns: int, most: int, upright: bool) -> tuple[int, int]:
    """Columns and rows for so many cards, at most so many of each; few ones stand in one."""
    if upright:
        columns = 1 if count <= min(3, most) else columns
        return columns, max(1, math.ceil(count / columns))
    rows = 1 if count <= 3 else min(most, max(2, math.ceil(count / columns)))
    return max(1, math.ceil(count / rows)), rows


def _plan(sheet: Sheet, scene: Scene, box: Rect) -> Plan:
    px = sheet.px
    pad = px(36 if box.height >= px(300) else 24 if box.height >= px(175) else 14)
    longest = f"{scene.say('{count} waiting', count=99)} · {scene.say('{range} minutes', range='99–99')}"

    def split(most: int) -> bool:
        return box.height >= px(TWO_LINES) and text.fit(longest, most, px(FIGURES)) < px(24)

    written = px(NAME * text.CAPITAL + NAME_ABOVE + HINT_ABOVE + FOOT)
    room = box.height - 2 * pad - written - px(24)
    if split(box.width - 2 * pad):
        room -= text.leading(px(FIGURES))
    if room >= px(40):
        return Plan(box, pad, min(room, px(78)), split(box.width - 2 * pad))
    below = split(box.width - 2 * pad - px(LETTER))
    left = box.height - 2 * pad - written - (text.leading(px(FIGURES)) if below else 0)
    if left < 0:  # nor is there room for the hint
        left += px(NAME_ABOVE)
    return Plan(box, pad, 0, below, max(0, left // 2))


def _card(sheet: Sheet, plan: Plan, box: Rect, face: Face) -> None:
    """From below: how many wait, what belongs to it, its name; above these its icon and its letter."""
    px = sheet.px
    ink, accent, quiet = (INK, LACQUER, MUTED) if face.taking else (MUTED, MUTED, MUTED)
    if face.chosen is not None:
        quiet = INK
        sheet.panel(box, SOFT, border=INK, weight=6)
    else:
        sheet.panel(box, WHITE if face.taking else PAPER, border=SOFT)
    inner = box.inflate(-2 * plan.pad, -2 * plan.pad)
    inner.height -= plan.lift
    baseline = letter = inner.bottom - px(FOOT)
    size = px(44 if plan.icon else 40)
    if plan.icon:
        middle = inner.x + plan.icon * 0.4  # an icon's strokes begin inside its box
        sheet.icon(face.icon, (middle, inner.y + plan.icon / 2), plan.icon, accent)
        letter = inner.y + px(36)
    if face.chosen:
        _place(sheet, face.chosen, inner.right, letter, size)
    elif face.letter:
        sheet.line(face.letter, inner.right, letter, size, quiet, bold=True, align="right")

    figures = face.figures if face.chosen is None else replace(face.figures, color=INK)
    baseline = _figures(sheet, plan, inner, figures) - px(HINT_ABOVE)
    hint, size = face.hint, px(NAME)
    lines, two = [face.name], baseline - text.leading(px(36)) - text.capital(px(36))
    if text.fit(face.name, inner.width, size, bold=True) < px(32) and two >= inner.y + plan.icon:
        lines, size, hint = text.wrap(face.name, inner.width, px(36), bold=True), px(36), ""
    if hint and baseline - px(NAME_ABOVE) - text.capital(size) >= inner.y:
        sheet.line(hint, inner.x, baseline, text.fit(hint, inner.width, px(29)), quiet)
        baseline -= px(NAME_ABOVE)
    baseline -= (len(lines) - 1) * text.leading(size)
    size = min(text.fit(line, inner.width, size, bold=True) for line in lines)
    sheet.lines(lines, inner.x, baseline, size, ink, bold=True)


def _place(sheet: Sheet, place: int, right: int, baseline: int, size: int) -> None:
    """Which errand of the number it is, where its letter stood."""
    disc = Rect(0, 0, round(size * 1.2), round(size * 1.2))
    disc.bottomright, size = (right, baseline + sheet.px(FOOT)), round(size * 0.8)
    sheet.rounded(disc, INK, disc.height // 2)
    middle = disc.centery + text.capital(size) / 2
    sheet.line(str(place), disc.centerx, middle, size, WHITE, bold=True, align="center")


def _figures(sheet: Sheet, plan: Plan, inner: Rect, figures: Figures) -> int:
    """How many wait and how long it takes, at the foot of the card; returns the first line's baseline."""
    size, baseline = sheet.px(FIGURES), inner.bottom - sheet.px(FOOT)
    room = inner.width if plan.icon else inner.width - sheet.px(LETTER)
    words, wait = figures.count, figures.wait
    if plan.split:
        sheet.line(wait, inner.x, baseline, text.fit(wait, room, size), figures.color)
        baseline, room = baseline - text.leading(size), inner.width
    elif wait:
        both = f"{words} · {wait}" if words else wait
        shrunk = text.fit(both, room, size) < 0.7 * size
        words = words if words and shrunk and sheet.look.large else both  # large words matter more
    size = text.fit(words, room, size)
    before, bold, after = words.partition(figures.number) if figures.number else (words, "", "")
    x = sheet.line(before, inner.x, baseline, size, figures.color).right
    x = sheet.line(bold, x, baseline, size, figures.color, bold=True, goes_on=bool(before)).right
    sheet.line(after, x, baseline, size, figures.color, goes_on=True)
    return baseline


# What they say


def _service(scene: Scene, service: ServiceInfo) -> Face:
    chosen = None
    if service.id in scene.pressed:
        chosen = 0 if scene.home.errands is None else scene.pressed.index(service.id) + 1
    return Face(
        f"service:{service.id}",
        scene.pick(service.name),
        scene.pick(service.hint),
        service.icon if service.icon in icons.NAMES else "document",
        service.letter,
        _figures_of(scene, service.id),
        scene.offer.obstacle(service.id) is None,
        chosen,
    )


def _group(scene: Scene, group: GroupInfo) -> Face:
    """How many services there are in it, and how many people wait for them."""
    services = [each.id for each in scene.offer.services if each.group == group.id]
    taking = [each for each in services if scene.offer.obstacle(each) is None]
    waiting = sum(scene.offer.queues[each].waiting for each in taking if each in scene.offer.queues)
    if not taking:
        figures = Figures(scene.say("Not taking numbers"), color=MUTED)
    elif waiting and scene.offer.reached:
        figures = Figures(scene.say("{count} waiting", count=waiting), str(waiting))
    else:
        figures = Figures()
    return Face(
        f"group:{group.id}",
        scene.pick(group.name),
        scene.say("{count} services", count=len(services)),
        group.icon if group.icon in icons.NAMES else "document",
        "",
        figures,
        bool(taking),
        0 if set(services) & set(scene.pressed) else None,
    )


def _figures_of(scene: Scene, service: str) -> Figures:
    offer, queue = scene.offer, scene.offer.queues.get(service)
    obstacle = offer.obstacle(service)
    if obstacle:
        return Figures(_closed(scene, queue), color=MUTED)
    if queue is None or not offer.reached:
        return Figures()  # what is not known is not said
    wait = ""
    if queue.wait:
        wait = scene.say("{range} minutes", range=wait_range(queue.wait.low, queue.wait.high))
    elif queue.opens:
        wait = scene.say("Opens at {hour}", hour=scene.moment(queue.opens))
    if queue.waiting:
        number = str(queue.waiting)
        return Figures(scene.say("{count} waiting", count=number), number, wait)
    if queue.wait:
        return Figures(scene.say("No wait"), color=GREEN)
    return Figures(scene.say("Nobody waiting"), wait=wait)


def _closed(scene: Scene, queue: QueueState | None) -> str:
    """Why a service gives no numbers, in a few words."""
    match queue:
        case QueueState(why="shut"):
            return scene.say("No more numbers today")
        case QueueState(why="full"):
            return scene.say("All of today's numbers are given")
        case QueueState(why="hours" | "stopped", opens=datetime() as opens):
            return scene.say("Opens at {hour}", hour=scene.moment(opens))
    return scene.say("Not taking numbers")

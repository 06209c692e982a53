"""The services as cards: what one is called, what belongs to it, how many wait and how long."""

import math
from dataclasses import dataclass
from datetime import datetime

from pygame import Rect

from bus.messages import QueueState, ServiceInfo
from config.words import wait_range
from kiosk.scene import Scene
from kiosk.sheet import Sheet
from kiosk.shelves import shelf
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


def lay_out(sheet: Sheet, scene: Scene, top: int, bottom: int) -> None:
    """All of them, between `top` and `bottom`."""
    gap = sheet.px(14 if sheet.compact else 25)
    most = max(1, (bottom - top) // (max(sheet.finger, sheet.px(LEAST)) + gap))
    services, more = shelf(scene.offer.services, scene.shelf, most * _columns(sheet))
    columns, rows = _grid(len(services) + more, _columns(sheet), most, sheet.upright)
    width = (sheet.width - 2 * sheet.margin - (columns - 1) * gap) // columns
    height = min(sheet.px(330), (bottom - top - rows * gap) // rows)
    plan = _plan(sheet, scene, Rect(sheet.margin, top, width, height))
    for number, service in enumerate(services):
        row, column = divmod(number, columns)
        box = plan.box.move(column * (width + gap), row * (height + gap))
        sheet.target(f"service:{service.id}", box)
        _card(sheet, scene, plan, box, service)
    if more:
        row, column = divmod(len(services), columns)
        box = plan.box.move(column * (width + gap), row * (height + gap))
        sheet.target("more", box)
        sheet.button(box, scene.say("More services"), sheet.px(NAME), PAPER, INK, border=INK)


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

    room = box.height - 2 * pad - px(NAME * text.CAPITAL + NAME_ABOVE + HINT_ABOVE + FOOT) - px(24)
    if split(box.width - 2 * pad):
        room -= text.leading(px(FIGURES))
    if room >= px(40):
        return Plan(box, pad, min(room, px(78)), split(box.width - 2 * pad))
    return Plan(box, pad, 0, split(box.width - 2 * pad - px(LETTER)))


def _card(sheet: Sheet, scene: Scene, plan: Plan, box: Rect, service: ServiceInfo) -> None:
    """From below: how many wait, what belongs to it, its name; above these its icon and its letter."""
    px, taking = sheet.px, scene.offer.obstacle(service.id) is None
    ink, accent, quiet = (INK, LACQUER, MUTED) if taking else (MUTED, MUTED, MUTED)
    if service.id == scene.pressed:
        quiet = INK
        sheet.panel(box, SOFT, border=INK, weight=6)
    else:
        sheet.panel(box, WHITE if taking else PAPER, border=SOFT)
    inner = box.inflate(-2 * plan.pad, -2 * plan.pad)
    baseline = letter = inner.bottom - px(FOOT)
    size = px(44 if plan.icon else 40)
    if plan.icon:
        icon = service.icon if service.icon in icons.NAMES else "document"
        middle = inner.x + plan.icon * 0.4  # an icon's strokes begin inside its box
        sheet.icon(icon, (middle, inner.y + plan.icon / 2), plan.icon, accent)
        letter = inner.y + px(36)
    sheet.line(service.letter, inner.right, letter, size, quiet, bold=True, align="right")

    baseline = _figures(sheet, scene, plan, inner, service.id) - px(HINT_ABOVE)
    name, hint, size = scene.pick(service.name), scene.pick(service.hint), px(NAME)
    lines, two = [name], baseline - text.leading(px(36)) - text.capital(px(36))
    if text.fit(name, inner.width, size, bold=True) < px(32) and two >= inner.y + plan.icon:
        lines, size, hint = text.wrap(name, inner.width, px(36), bold=True), px(36), ""
    if hint and baseline - px(NAME_ABOVE) - text.capital(size) >= inner.y:
        sheet.line(hint, inner.x, baseline, text.fit(hint, inner.width, px(29)), quiet)
        baseline -= px(NAME_ABOVE)
    baseline -= (len(lines) - 1) * text.leading(size)
    size = min(text.fit(line, inner.width, size, bold=True) for line in lines)
    sheet.lines(lines, inner.x, baseline, size, ink, bold=True)


def _figures(sheet: Sheet, scene: Scene, plan: Plan, inner: Rect, service: str) -> int:
    """How many wait and how long it takes, at the foot of the card; returns the first line's baseline."""
    size, baseline = sheet.px(FIGURES), inner.bottom - sheet.px(FOOT)
    room = inner.width if plan.icon else inner.width - sheet.px(LETTER)
    count, number, wait, color = _figures_of(scene, service)
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


def _figures_of(scene: Scene, service: str) -> tuple[str, str, str, Color]:
    """How many wait, the number in it that stands out, how long it takes, and their colour."""
    offer, queue = scene.offer, scene.offer.queues.get(service)
    obstacle = offer.obstacle(service)
    if obstacle in ("not-taking", "no-answer"):
        return _closed(scene, queue), "", "", MUTED
    if queue is None or obstacle or not offer.reached:
        return "", "", "", INK  # what is not known is not said
    wait = ""
    if queue.wait:
        wait = scene.say("{range} minutes", range=wait_range(queue.wait.low, queue.wait.high))
    elif queue.opens:
        wait = scene.say("Opens at {hour}", hour=scene.moment(queue.opens))
    if queue.waiting:
        number = str(queue.waiting)
        return scene.say("{count} waiting", count=number), number, wait, INK
    if queue.wait:
        return scene.say("No wait"), "", "", GREEN
    return scene.say("Nobody waiting"), "", wait, INK


def _closed(scene: Scene, queue: QueueState | None) -> str:
    """Why a service gives no numbers, in a few words."""
    match queue:
        case QueueState(why="shut"):
            return scene.say("No more numbers today")
        case QueueState(why="full"):
            return scene.say("All of today's numbers are given")
        case QueueState(why="hours", opens=datetime() as opens):
            return scene.say("Opens at {hour}", hour=scene.moment(opens))
    return scene.say("Not taking numbers")

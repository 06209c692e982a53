"""What the corner for staff shows: the pad for the PIN, and what can be done here."""

from pygame import Rect

from bus.messages import Outcome, ServiceInfo
from kiosk import shelves
from kiosk.corner import Pin, Staff
from kiosk.papers import Paper
from kiosk.scene import Scene
from kiosk.sheet import Sheet
from screen import text
from screen.theme import INK, LACQUER, MUTED, PAPER, SOFT, WHITE, Color

PAD = ("1", "2", "3", "4", "5", "6", "7", "8", "9", "erase", "0", "send")
STATES: dict[Outcome, str] = {
    "printed": "The ticket was printed",
    "sent": "The ticket was printed",
    "failed": "The ticket could not be printed",
    "unknown": "The ticket may not have been printed",
}
KEY = 170  # units, the most that a key of the pad measures


def lay_out_pin(sheet: Sheet, scene: Scene, top: int, page: Pin) -> None:
    """Standing the pad is below what is typed, lying beside it."""
    px, gap = sheet.px, sheet.px(14)
    low = _foot(sheet, scene, ()) - px(24)
    if page.wait:
        words, color = scene.say("Please wait {seconds} seconds", seconds=page.wait), LACQUER
    elif page.wrong:
        words, color = scene.say("This PIN is wrong"), LACQUER
    else:
        words, color = scene.say("Type the PIN of staff"), INK
    rows = len(PAD) // 3
    high = min(px(KEY), (low - top - px(24)) // rows)
    wide = high if sheet.upright or sheet.small else px(KEY)
    wide = max(wide, sheet.finger)
    left = (sheet.width - 3 * wide) // 2 if sheet.upright else sheet.width - sheet.margin - 3 * wide
    first = low - rows * high
    for number, name in enumerate(PAD):
        cell = Rect(left + number % 3 * wide, first + number // 3 * high, wide, high)
        _key(sheet, cell, name, ready=page.wait == 0)
    most = sheet.width - 2 * sheet.margin if sheet.upright else left - 2 * sheet.margin
    middle = sheet.width // 2 if sheet.upright else sheet.margin + most // 2
    bottom = first - px(60) if sheet.upright else (top + low) // 2 + px(60)
    size = text.fit(words, most, px(44 if sheet.compact else 60), bold=True)
    dots = " ".join("•" * len(page.digits))
    if dots:
        sheet.line(dots, middle, bottom, text.fit(dots, most, px(90), bold=True), bold=True, align="center")
    sheet.line(words, middle, bottom - px(120) + gap, size, color, bold=True, align="center")


def _key(sheet: Sheet, cell: Rect, name: str, *, ready: bool) -> None:
    digit = name.isdigit()
    if ready:
        sheet.target(f"key:{name}" if digit else name, cell, ring=0)
    box = cell.inflate(-2 * sheet.px(7), -2 * sheet.px(7))
    if digit:
        sheet.button(box, name, sheet.px(60), WHITE if ready else SOFT, INK, border=SOFT)
        return
    sheet.panel(box, SOFT if name == "erase" else INK)
    icon, ink = ("erase", INK) if name == "erase" else ("check-circle", WHITE)
    sheet.icon(icon, box.center, round(min(box.size) * 0.5), ink)


def lay_out(sheet: Sheet, scene: Scene, top: int, page: Staff) -> None:
    """A ticket without its paper and a service are buttons: they say what they do to it."""
    px, gap = sheet.px, sheet.px(14 if sheet.compact else 24)
    acts = (
        ("restart", scene.say("Restart this machine")),
        ("test-print", scene.say("Paper changed: print a test")),
    )
    low = _foot(sheet, scene, acts)
    size = px(40 if sheet.compact else 60)
    words, color = (page.told, LACQUER) if page.told else (scene.say("For staff"), INK)
    most = sheet.width - 2 * sheet.margin
    baseline = max(top, sheet.reach) + px(26 if sheet.small else 44) + text.capital(size)
    large = text.fit(words, most, size, bold=True)
    title = sheet.line(words, sheet.margin, baseline, large, color, bold=True)
    if scene.tickets_left is not None:
        paper = scene.say("Paper for about {count} tickets", count=scene.tickets_left)
        small = text.fit(paper, most - title.width - gap, px(34))
        sheet.line(paper, sheet.width - sheet.margin, baseline, small, align="right")
    area = Rect(sheet.margin, baseline + px(26), most, low - gap - baseline - px(26))
    columns = 2 if sheet.upright else 3
    room = columns * max(1, (area.height + gap) // (max(sheet.finger, px(100)) + gap))
    every: tuple[Paper | ServiceInfo, ...] = (*scene.papers, *scene.offer.services)
    things, more = shelves.shelf(every, page.shelf, room)
    rows = max(1, -(-(len(things) + more) // columns))
    width = (area.width - gap * (columns - 1)) // columns
    height = min(px(180), (area.height - gap * (rows - 1)) // rows)
    boxes = [
        Rect(
            area.x + number % columns * (width + gap),
            area.y + number // columns * (height + gap),
            width,
            height,
        )
        for number in range(len(things) + more)
    ]
    for thing, box in zip(things, boxes, strict=False):
        if isinstance(thing, Paper):
            _paper(sheet, scene, thing, box)
        else:
            _service(sheet, scene, thing, box)
    if more:
        sheet.target("more", boxes[-1])
        sheet.button(boxes[-1], scene.say("More services"), px(40), PAPER, INK, border=INK)


def _service(sheet: Sheet, scene: Scene, service: ServiceInfo, box: Rect) -> None:
    queue = scene.offer.queues.get(service.id)
    shut = queue is not None and queue.why == "shut"
    sheet.target(f"{'reopen' if shut else 'shut'}:{service.id}", box)
    sheet.panel(box, PAPER if shut else WHITE, border=INK)
    act = scene.say("Touch to take numbers again" if shut else "Touch to stop for today")
    _words(sheet, box, scene.pick(service.name), act, MUTED if shut else INK)


def _paper(sheet: Sheet, scene: Scene, paper: Paper, box: Rect) -> None:
    sheet.target(f"print:{paper.ticket.id}", box)
    sheet.panel(box, WHITE, border=LACQUER)
    outcome = paper.outcome or "unknown"
    state = scene.say(STATES[outcome])
    _words(sheet, box, scene.say("Reprint {label}", label=paper.ticket.label), state, LACQUER)


def _words(sheet: Sheet, box: Rect, name: str, act: str, color: Color) -> None:
    """What a button is about, and below it what it does."""
    most, px = box.width - sheet.px(40), sheet.px
    size, small = text.fit(name, most, px(40), bold=True), text.fit(act, most, px(30))
    below = max(text.leading(small), px(40))
    baseline = box.centery - (below - text.capital(size)) / 2
    sheet.line(name, box.centerx, baseline, size, color, bold=True, align="center")
    sheet.line(act, box.centerx, baseline + below, small, INK, align="center")


def _foot(sheet: Sheet, scene: Scene, acts: tuple[tuple[str, str], ...]) -> int:
    """Back to the start, and the acts beside or above it; returns where the rest must end."""
    px, gap, height = sheet.px, sheet.px(22), max(sheet.finger, sheet.px(117))
    row = Rect(sheet.margin, sheet.height - sheet.margin - height, sheet.width - 2 * sheet.margin, height)
    width = (row.width - gap * len(acts)) // (len(acts) + 1)
    back = row.copy()
    back.width = width
    sheet.back(back, scene.say("Back to the start"), scene.say("in {seconds} seconds", seconds=scene.left))
    for number, (name, words) in enumerate(acts, 1):
        box = back.move(number * (width + gap), 0)
        sheet.target(name, box)
        sheet.button(box, words, px(34), INK, WHITE)
    return row.top

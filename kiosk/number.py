"""The page of the number: as large as it goes, where to go with it, how long it may take, and its paper."""

from pygame import Rect

from bus.answers import Ticket
from config.words import wait_range
from kiosk.journey import Given, Paper
from kiosk.scene import Scene
from kiosk.sheet import Sheet
from printer.status import PrinterState
from screen import text
from screen.code import code
from screen.text import Align
from screen.theme import INK, LACQUER, MUTED, SOFT, WHITE


def lay_out(sheet: Sheet, scene: Scene, top: int, bottom: int, given: Given) -> None:
    """Standing: number, figures and paper one below the other; lying: the number stands beside the others."""
    px, left, right = sheet.px, sheet.margin, sheet.width - sheet.margin
    high = bottom - top
    if sheet.upright:
        number = Rect(left, top, right - left, round(high * 0.52))
        facts = Rect(left, number.bottom, right - left, max(px(200), round(high * 0.15)))
    else:
        number = Rect(left, top, round((right - left) * 0.48), high)
        beside, down = number.right + px(40), top + round(high * (0.1 if sheet.compact else 0.16))
        facts = Rect(beside, down, right - beside, max(px(160), round(high * 0.3)))
    _number(sheet, scene, number, given.ticket)
    _facts(sheet, scene, facts, given.ticket)
    below = facts.bottom + px(10)
    slip = Rect(facts.x, below, facts.width, bottom - below)
    if given.on_paper:
        _slip(sheet, scene, slip, given.paper)
    else:
        _no_slip(sheet, scene, slip, given)


def _number(sheet: Sheet, scene: Scene, box: Rect, ticket: Ticket) -> None:
    """The label as large as it goes, what it is for, and where to go."""
    px, middle = sheet.px, box.centerx
    small = 0.72 if sheet.compact else 1.0
    caption, title, place = px(42 * small), px(62 * small), px(46 * small)
    service, where = scene.name(ticket.service), scene.pick(ticket.place)
    if ticket.priority:
        service = f"{service} · {scene.say('Priority')}"
    then = scene.say("then {services}", services=", ".join(map(scene.name, ticket.then)))
    lines, further = text.wrap(where, box.width, place), text.wrap(then, box.width, place) * bool(ticket.then)
    rows = len(lines) + len(further)
    words = text.capital(caption) + px(126 * small) + text.leading(title) + text.leading(place) * rows
    room = round((box.height - words - px(60)) / text.CAPITAL)  # for the label, px of an em
    size = text.fit(ticket.label, box.width - px(40), room, bold=True)
    y = box.centery - (words + text.capital(size)) / 2 + text.capital(caption)
    sheet.line(scene.say("Your number"), middle, y, caption, MUTED, align="center")
    y += px(76 * small) + text.capital(size)
    x = text.middle(ticket.label, middle, size, bold=True)
    sheet.line(ticket.label, x, y, size, LACQUER, bold=True, align="center")
    y += px(44 * small) + text.leading(title)
    sheet.line(service, middle, y, text.fit(service, box.width, title, bold=True), bold=True, align="center")
    y = sheet.lines(lines, middle, y + px(6) + text.leading(place), place, align="center")
    sheet.lines(further, middle, y + text.leading(place), place, align="center")


def _facts(sheet: Sheet, scene: Scene, box: Rect, ticket: Ticket) -> None:
    """How many are ahead, and how long it may take."""
    px = sheet.px
    if ticket.offline:
        _unknown(sheet, scene, box)
        return
    facts = [(str(ticket.ahead), scene.say("person ahead" if ticket.ahead == 1 else "people ahead"))]
    if ticket.wait:
        facts.append((wait_range(ticket.wait.low, ticket.wait.high), scene.say("minutes, roughly")))
    elif ticket.opens:
        facts.append((scene.moment(ticket.opens), scene.say("opening hour")))
    gap = px(16 if sheet.compact else 30)
    width = min(px(420), (box.width - gap * (len(facts) - 1)) // len(facts))
    left = box.centerx - (width * len(facts) + gap * (len(facts) - 1)) // 2
    large = min(px(84), round(box.height * 0.4))
    small = min(text.fit(words, width - px(28), px(32)) for _, words in facts)
    for number, (figure, words) in enumerate(facts):
        card = Rect(left + number * (width + gap), box.y, width, box.height)
        sheet.panel(card, WHITE, border=SOFT)
        y = card.centery + (text.capital(large) - text.leading(small)) / 2
        sheet.line(figure, card.centerx, y, large, bold=True, align="center")
        sheet.line(words, card.centerx, y + text.leading(small) + px(12), small, MUTED, align="center")


def _unknown(sheet: Sheet, scene: Scene, box: Rect) -> None:
    """Of a number of our own nobody knows who is ahead."""
    px = sheet.px
    sheet.panel(box, WHITE, border=SOFT)
    title, words = scene.say("This number is valid"), scene.say("How many are ahead is not known now.")
    most, size, small = box.width - 2 * px(28), px(52), px(36)
    if sheet.compact:
        size, small = px(40), px(30)
    size, lines = text.fit(title, most, size, bold=True), text.wrap(words, most, small)
    y = box.centery + (text.capital(size) - text.leading(small) * len(lines)) / 2
    sheet.line(title, box.centerx, y, size, bold=True, align="center")
    sheet.lines(lines, box.centerx, y + text.leading(small) + px(6), small, align="center")


def _slip(sheet: Sheet, scene: Scene, box: Rect, paper: Paper) -> None:
    """The paper is on its way, or in the slot below."""
    px, side = sheet.px, 0
    size = px(38 if sheet.compact else 50)
    if paper == "printing":
        words, color = scene.say("Printing your ticket, please wait"), MUTED
    else:
        words, color = scene.say("Please take your ticket from the slot below"), INK
        side = px(80 if sheet.compact else 110)
    if text.leading(size) * len(text.wrap(words, box.width, size, bold=True)) + px(64) + side > box.height:
        side = 0  # words matter more
    size, _, lines, _ = text.fitted(words, "", box.width, size, size, box.height - px(16))
    height = text.leading(size) * len(lines) + (px(24) + side if side else 0)
    y = sheet.lines(
        lines,
        box.centerx,
        box.centery - height / 2 + text.capital(size),
        size,
        color,
        bold=True,
        align="center",
    )
    if side:
        sheet.icon("arrow-down", (box.centerx, y + px(48) + side / 2), side, LACQUER)


def _no_slip(sheet: Sheet, scene: Scene, box: Rect, given: Given) -> None:
    """What to do without paper: the number is valid all the same, and a phone may follow it."""
    px, left = sheet.px, box.centerx
    align: Align = "center"
    title, words = _without_paper(scene, given)
    said = box.inflate(0, -px(16))
    if given.ticket.track:
        image = code(given.ticket.track, min(said.height, round(box.width * 0.42)))
        sheet.picture(image, image.get_rect(midright=(box.right, box.centery)))
        said.width -= image.get_width() + px(36)
        left, align = said.x, "left"
    size, small = px(38 if sheet.compact else 50), px(32 if sheet.compact else 38)
    size, small, titles, lines = text.fitted(title, words, said.width, size, small, said.height)
    height = text.leading(size) * len(titles) + text.leading(small) * len(lines)
    y = said.centery - height / 2 + text.capital(size)
    y = sheet.lines(titles, left, y, size, LACQUER, bold=True, align=align)
    sheet.lines(lines, left, y + px(8) + text.leading(small), small, align=align)


def _without_paper(scene: Scene, given: Given) -> tuple[str, str]:
    """What happened, and what to do now."""
    code = bool(given.ticket.track)
    if given.paper == "unknown":
        title = scene.say("The ticket may not have been printed")
        if code:
            return title, scene.say("If there is none, please take a photo of this number or scan the code.")
        return title, scene.say("If there is none, please take a photo of this number or remember it.")
    empty = scene.printer is PrinterState.PAPER_OUT
    title = scene.say("The printer needs paper" if empty else "The ticket could not be printed")
    if code:
        return title, scene.say("Your number is valid. Please take a photo of it or scan the code.")
    return title, scene.say("Your number is valid. Please take a photo of it or remember it.")

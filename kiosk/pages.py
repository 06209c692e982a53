"""What each page of the kiosk shows, laid out for any screen, standing or lying.

Pure: a scene and a size go in, a sheet comes out. Targets are named as `kiosk.journey` names them.
"""

from datetime import datetime

from pygame import Rect

from bus.asks import CheckIn
from bus.messages import QueueState, Ticket
from config.words import wait_range
from kiosk import home, keyboard, staff
from kiosk.corner import Pin, Staff
from kiosk.journey import Given, Paper, Trouble, Typing, Waiting
from kiosk.offer import Why
from kiosk.scene import Scene
from kiosk.sheet import Sheet
from screen import text
from screen.theme import INK, LACQUER, MUTED, SOFT, WHITE, Size


def lay_out(scene: Scene, size: Size) -> Sheet:
    """The page on a screen of that size."""
    sheet = Sheet(size, scene.look, scene.focus)
    top = sheet.band()
    match scene.page:
        case Given(ticket, paper):
            bottom = _end(sheet, scene, scene.say("Done"))
            _ticket(sheet, scene, top, bottom, ticket, paper)
        case Trouble(why, service, label):
            bottom = _end(sheet, scene, scene.say("Back to the start"))
            _message(sheet, top, bottom, *_trouble(scene, why, service, label))
        case Waiting(slow=True):
            title, words = scene.say("Getting your number"), scene.say("Please wait a moment.")
            _message(sheet, top, sheet.height, "clock", title, words)
        case Pin() as pin:
            staff.lay_out_pin(sheet, scene, top, pin)
        case Staff() as page:
            staff.lay_out(sheet, scene, top, page)
        case Typing(code, unknown=unknown):
            keyboard.lay_out(sheet, scene, top, code, unknown=unknown)
        case Waiting(asked=CheckIn(code=code)):
            keyboard.lay_out(sheet, scene, top, code, unknown=False)
        case _ if not scene.offer.services:
            _message(sheet, top, sheet.height, "clock", scene.say("Getting ready, please wait"), "")
        case _:
            home.lay_out(sheet, scene, top)
    return sheet


def _end(sheet: Sheet, scene: Scene, words: str) -> int:
    """The way back to the start, and how long until it is gone by itself; returns where the page must end."""
    px = sheet.px
    height = max(sheet.finger, px(117))
    width = max(height, text.width(words, px(38), bold=True) + 2 * px(62))
    box = Rect(sheet.width - sheet.margin - width, sheet.height - sheet.margin - height, width, height)
    sheet.target("done", box)
    sheet.button(box, words, px(38))
    if scene.left is not None:
        counting = scene.say("Back to the start in {seconds} seconds", seconds=scene.left)
        size = text.fit(counting, box.x - 2 * sheet.margin, px(30))
        sheet.line(counting, sheet.margin, box.centery + text.capital(size) / 2, size, MUTED)
    return box.top


def _message(sheet: Sheet, top: int, bottom: int, icon: str, title: str, words: str) -> None:
    """One thing said in the middle of the page."""
    px, most = sheet.px, sheet.width - 2 * max(sheet.margin, sheet.px(90))
    size, small = px(52 if sheet.compact else 68), px(36 if sheet.compact else 42)
    side = px(110 if sheet.compact else 170)
    gap = px(36)
    room = bottom - top - px(32) - side - gap - gap // 2
    size, small, titles, lines = _fitted(title, words, most, size, small, room)
    height = side + gap + text.leading(size) * len(titles) + gap // 2 + text.leading(small) * len(lines)
    y = max(top + px(16), (top + bottom - height) // 2)
    middle = sheet.width / 2
    sheet.icon(icon, (middle, y + side / 2), side, LACQUER)
    y += side + gap + text.capital(size)
    y = sheet.lines(titles, middle, y, size, bold=True, align="center")
    sheet.lines(lines, middle, y + gap + text.leading(small), small, align="center")


def _fitted(
    title: str, words: str, most: int, size: int, small: int, room: int
) -> tuple[int, int, list[str], list[str]]:
    """A title and its words in lines, at the largest sizes up to these at which both have room, px high."""
    titles, lines = text.wrap(title, most, size, bold=True), text.wrap(words, most, small) if words else []
    if text.leading(size) * len(titles) + text.leading(small) * len(lines) <= room or small < 12:
        return size, small, titles, lines
    return _fitted(title, words, most, size - 1 - size // 25, small - 1 - small // 25, room)


def _trouble(scene: Scene, why: Why, service: str, label: str) -> tuple[str, str, str]:
    """An icon, what happened, and what to do now."""
    match why:
        case "no-answer":
            title = scene.say("No number was given")
            words = scene.say("This machine cannot reach the system. Please show this to a member of staff.")
            return "offline", title, words
        case "has-number":
            title = scene.say("You have the number {label} already", label=label)
            return (
                "check-circle",
                title,
                scene.say("Please wait until it is called, or ask a member of staff."),
            )
        case "other-day":
            title = scene.say("Your appointment is on another day")
            words = scene.say("Please look at the day on your slip. You can take an ordinary number today.")
            return "calendar", title, words
        case "not-taking" if not service:
            title = scene.say("No number was given")
            return "pause", title, scene.say("Please come back later or ask a member of staff.")
        case "not-taking":
            return ("pause", *_not_taking(scene, service))
        case "closed":
            title = scene.say("The centre is closed")
            return "pause", title, scene.say("No numbers are given outside opening hours. Please come again.")
        case "disk":
            title = scene.say("This machine is out of order")
            words = scene.say("It cannot give numbers now. Please use another one or ask a member of staff.")
            return "alert", title, words
        case "refused":
            title = scene.say("No number was given")
            words = scene.say("The system could not take this request. Please ask a member of staff.")
            return "alert", title, words


def _not_taking(scene: Scene, service: str) -> tuple[str, str]:
    """Why a service gives no numbers, and when it does again."""
    name, again = scene.name(service), scene.say("Please come back later or ask a member of staff.")
    match scene.offer.queues.get(service):
        case QueueState(why="shut", notice=notice):
            title = scene.say("{service}: no more numbers today", service=name)
            return title, notice or scene.say("Please come back another day or ask a member of staff.")
        case QueueState(why="full"):
            title = scene.say("{service}: all of today's numbers are given", service=name)
            return title, scene.say("Please come back another day or ask a member of staff.")
        case QueueState(why="hours", opens=datetime() as opens):
            title = scene.say("{service}: not open now", service=name)
            return title, scene.say("Opens at {hour}", hour=scene.moment(opens))
    return scene.say("{service}: not taking numbers now", service=name), again


# The number


def _ticket(sheet: Sheet, scene: Scene, top: int, bottom: int, ticket: Ticket, paper: Paper) -> None:
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
    _number(sheet, scene, number, ticket)
    _facts(sheet, scene, facts, ticket)
    _slip(sheet, scene, Rect(facts.x, facts.bottom, facts.width, bottom - facts.bottom), paper)


def _number(sheet: Sheet, scene: Scene, box: Rect, ticket: Ticket) -> None:
    """The label as large as it goes, what it is for, and where to go."""
    px, middle = sheet.px, box.centerx
    small = 0.72 if sheet.compact else 1.0
    caption, title, place = px(42 * small), px(62 * small), px(46 * small)
    service, where = scene.name(ticket.service), scene.pick(ticket.place)
    if ticket.priority:
        service = f"{service} · {scene.say('Priority')}"
    lines = text.wrap(where, box.width, place)
    words = text.leading(caption) + px(60) + text.leading(title) + text.leading(place) * len(lines)
    room = round((box.height - words - px(60)) / text.CAPITAL)  # for the label, px of an em
    size = text.fit(ticket.label, box.width - px(40), room, bold=True)
    y = box.centery - (words + text.capital(size)) / 2 + text.capital(caption)
    sheet.line(scene.say("Your number"), middle, y, caption, MUTED, align="center")
    y += px(76 * small) + text.capital(size)
    x = text.middle(ticket.label, middle, size, bold=True)
    sheet.line(ticket.label, x, y, size, LACQUER, bold=True, align="center")
    y += px(44 * small) + text.leading(title)
    sheet.line(service, middle, y, text.fit(service, box.width, title, bold=True), bold=True, align="center")
    sheet.lines(lines, middle, y + px(6) + text.leading(place), place, align="center")


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
    """What to do about the paper."""
    px, most = sheet.px, box.width
    size, small = px(38 if sheet.compact else 50), px(32 if sheet.compact else 38)
    color, words, side = INK, "", 0
    match paper:
        case "printing":
            title, color = scene.say("Printing your ticket, please wait"), MUTED
        case "printed" | "sent" | "shown":
            title = scene.say("Please take your ticket from the slot below")
            side = px(80 if sheet.compact else 110)
        case "failed":
            title = scene.say("The ticket could not be printed")
            words = scene.say("Please remember this number or take a photo of it.")
        case "unknown":
            title = scene.say("The ticket may not have been printed")
            words = scene.say("If there is none, please remember this number or take a photo of it.")
    if words:
        color = LACQUER
    if (
        side
        and text.leading(size) * len(text.wrap(title, most, size, bold=True)) + px(64) + side > box.height
    ):
        side = 0  # words matter more
    size, small, titles, lines = _fitted(title, words, most, size, small, box.height - px(16))
    height = text.leading(size) * len(titles) + text.leading(small) * len(lines)
    height += px(24) + side if side else 0
    y = box.centery - height / 2 + text.capital(size)
    y = sheet.lines(titles, box.centerx, y, size, color, bold=True, align="center")
    sheet.lines(lines, box.centerx, y + px(8) + text.leading(small), small, align="center")
    if side:
        sheet.icon("arrow-down", (box.centerx, y + px(48) + side / 2), side, LACQUER)

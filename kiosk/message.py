"""One thing said in the middle of a page: that there is no number, why, and what to do now."""

import re
from datetime import datetime

from bus.messages import QueueState
from kiosk.journey import Trouble
from kiosk.scene import Scene
from kiosk.sheet import Sheet
from screen import text
from screen.theme import LACQUER


def lay_out(sheet: Sheet, top: int, bottom: int, icon: str, title: str, words: str) -> None:
    """One thing said in the middle of the page."""
    px, most = sheet.px, sheet.width - 2 * max(sheet.margin, sheet.px(90))
    size, small = px(52 if sheet.compact else 68), px(36 if sheet.compact else 42)
    side = px(110 if sheet.compact else 170)
    gap = px(36)
    room = bottom - top - px(32) - side - gap - gap // 2
    size, small, titles, lines = text.fitted(title, words, most, size, small, room)
    height = side + gap + text.leading(size) * len(titles) + gap // 2 + text.leading(small) * len(lines)
    y = max(top + px(16), (top + bottom - height) // 2)
    middle = sheet.width / 2
    sheet.icon(icon, (middle, y + side / 2), side, LACQUER)
    y += side + gap + text.capital(size)
    y = sheet.lines(titles, middle, y, size, bold=True, align="center")
    sheet.lines(lines, middle, y + gap + text.leading(small), small, align="center")


def of(scene: Scene, trouble: Trouble) -> tuple[str, str, str]:
    """An icon, what happened, and what to do now."""
    match trouble.why:
        case "no-answer":
            title = scene.say("No number was given")
            words = scene.say("This machine cannot reach the system. Please show this to a member of staff.")
            return "offline", title, words
        case "has-number":
            title = scene.say("You have the number {label} already", label=trouble.label)
            words = scene.say("Please wait until it is called, or ask a member of staff.")
            if service := scene.offer.service(trouble.service):
                place = re.sub(" (?=[0-9])", "\N{NO-BREAK SPACE}", scene.pick(service.place))
                words = f"{scene.pick(service.name)} · {place}. {words}"
            return "check-circle", title, words
        case "old-number":
            title = scene.say("The number {label} is of another day", label=trouble.label)
            return "calendar", title, scene.say("Please take a new number or ask a member of staff.")
        case "unknown-code":
            title = scene.say("This code is not known here")
            return "scan", title, scene.say("Please scan it again or ask a member of staff.")
        case "card":
            title = scene.say("No card is needed here")
            words = scene.say("Nothing of it is kept. Please go back to the start and touch what you need.")
            return "person", title, words
        case "other-day":
            title = scene.say("Your appointment is on another day")
            words = scene.say("Please look at the day on your slip. You can take an ordinary number today.")
            return "calendar", title, words
        case "not-taking" if not trouble.service:
            title = scene.say("No number was given")
            return "pause", title, scene.say("Please come back later or ask a member of staff.")
        case "not-taking":
            return ("pause", *_not_taking(scene, trouble.service))
        case "closed":
            title = scene.say("The centre is closed")
            if opens := scene.offer.opens(trouble.service):
                return "clock", title, _come_again(scene, opens)
            return "pause", title, scene.say("No numbers are given outside opening hours. Please come again.")
        case "rush":
            title = scene.say("Please wait a moment")
            words = scene.say("Many numbers were taken here just now. You may also ask a member of staff.")
            return "clock", title, words
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
            return title, _come_again(scene, opens)
    return scene.say("{service}: not taking numbers now", service=name), again


def _come_again(scene: Scene, opens: datetime) -> str:
    return scene.say("Opens at {hour}. Please come back then.", hour=scene.moment(opens))

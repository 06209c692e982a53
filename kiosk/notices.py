"""The centre's notices on the start page: one after the other, where all services have room beside them."""

from pygame import Rect

from kiosk import cards
from kiosk.scene import Scene
from kiosk.sheet import Sheet
from screen import text
from screen.theme import LACQUER, SOFT

TURN_S = 12.0  # that each of them is shown
LINES = 2


def turn(now: float, count: int) -> int:
    """Which of so many it is now; `now` is monotonic seconds."""
    return int(now // TURN_S) % count if count else 0


def lay_out(sheet: Sheet, scene: Scene, top: int, bottom: int) -> int:
    """Above the cards, as high for each as for the longest; returns where the cards may begin."""
    notices, home = scene.offer.notices, scene.home
    if not notices or home.group or home.errands is not None or sheet.look.large:
        return top  # those who asked for larger words need the room
    px, pad, side, size = sheet.px, sheet.px(30), sheet.px(52), sheet.px(32)
    left = sheet.margin + 2 * pad + side
    most = sheet.width - sheet.margin - pad - left
    room = LINES * text.leading(size)
    said = [text.fitted("", scene.pick(each), most, size, size, room) for each in notices]
    height = px(36) + max(text.leading(small) * len(lines) for _, small, _, lines in said)
    box = Rect(sheet.margin, top, sheet.width - 2 * sheet.margin, height)
    end = box.bottom + px(24)
    if cards.room(sheet, end, bottom) < len(scene.offer.services):
        return top
    sheet.panel(box, SOFT)
    sheet.icon("info", (box.x + pad + side / 2, box.centery), side, LACQUER)
    _, size, _, lines = said[scene.turn % len(said)]
    first = box.centery - (len(lines) - 1) * text.leading(size) / 2 + text.capital(size) / 2
    sheet.lines(lines, left, first, size)
    return end

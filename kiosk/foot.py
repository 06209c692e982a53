"""The foot of a page: the way back, with how long until it comes by itself, and the way on."""

from pygame import Rect

from kiosk.scene import Scene
from kiosk.sheet import Sheet
from screen import text
from screen.theme import INK, MUTED, SOFT


def end(sheet: Sheet, scene: Scene, words: str) -> int:
    """The way back alone; returns where the page must end."""
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


def ends(sheet: Sheet, scene: Scene, words: str, *, ready: bool) -> int:
    """The way back, and on to the number once that is `ready`; returns where the page must end."""
    px, height = sheet.px, max(sheet.finger, sheet.px(117))
    whole = Rect(sheet.margin, sheet.height - sheet.margin - height, sheet.width - 2 * sheet.margin, height)
    width = (whole.width - px(24)) // 2
    back, on = whole.copy(), whole.copy()
    back.width = on.width = width
    on.right = whole.right
    counted = scene.say("in {seconds} seconds", seconds=scene.left) if scene.left is not None else ""
    sheet.back(back, scene.say("Back to the start"), counted)
    if ready:
        sheet.target("send", on)
        sheet.button(on, words, px(40))
    else:
        sheet.button(on, words, px(40), SOFT, INK)
    return whole.top

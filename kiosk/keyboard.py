"""The page on which the code of an appointment or a dossier is typed: one key a letter, all in low reach."""

from pygame import Rect

from kiosk import foot
from kiosk.journey import is_code
from kiosk.scene import Scene
from kiosk.sheet import Sheet
from screen import text
from screen.theme import INK, LACQUER, MUTED, SOFT, WHITE

ROWS = ("1234567890", "ABCDEFGHIJ", "KLMNOPQRST", "UVWXYZ.-")
COLUMNS = 10
ROW = 140  # units, the most that a row of keys is high
HEAD = 420  # units
SHOWN = 12  # letters; of a longer code its end
EXAMPLE = "0" * 6  # an ordinary code, for the size of its letters


def lay_out(sheet: Sheet, scene: Scene, top: int, code: str, *, unknown: bool) -> None:
    """From below: the way on and back, the keys, the code, and what to type."""
    bottom = foot.ends(sheet, scene, scene.say("Get your number"), ready=is_code(code))
    gap = sheet.px(14 if sheet.small else 30)
    head = round(sheet.height * 0.12) if sheet.small else sheet.px(HEAD if sheet.upright else 190)
    row = min(sheet.px(ROW), (bottom - gap - top - head) // len(ROWS))
    keys = bottom - gap - row * len(ROWS)
    _keys(sheet, keys, row)
    _head(
        sheet, scene, Rect(sheet.margin, top, sheet.width - 2 * sheet.margin, keys - gap - top), code, unknown
    )


def _keys(sheet: Sheet, top: int, height: int) -> None:
    """A target is the whole cell, so that there is nothing between keys that a finger can miss."""
    inset, width = sheet.px(7), sheet.width - 2 * sheet.margin
    edges = [sheet.margin + width * column // COLUMNS for column in range(COLUMNS + 1)]
    for number, letters in enumerate(ROWS):
        for column, letter in enumerate(letters):
            box = Rect(edges[column], top + number * height, edges[column + 1] - edges[column], height)
            sheet.target(f"key:{letter}", box, ring=0)
            face = box.inflate(-2 * inset, -2 * inset)
            size = min(sheet.px(52), round(0.85 * face.height))
            sheet.button(face, letter, size, WHITE, INK, border=SOFT)
    box = Rect(edges[len(ROWS[-1])], top + (len(ROWS) - 1) * height, 0, height)
    box.width = edges[-1] - box.x
    sheet.target("erase", box, ring=0)
    sheet.panel(box.inflate(-2 * inset, -2 * inset), SOFT)
    sheet.icon("erase", box.center, min(sheet.px(64), height // 2), INK)


def _head(sheet: Sheet, scene: Scene, box: Rect, code: str, unknown: bool) -> None:
    """What to type, what is typed, and what became of it: one below the other, or side by side."""
    px = sheet.px
    title = scene.say("Type the code of your appointment or dossier")
    if unknown:
        words, color = scene.say("There is no such code. Please look at each letter again."), LACQUER
    else:
        words, color = scene.say("The code is on your appointment slip."), MUTED
    field, said = box.copy(), box.copy()
    if sheet.upright:
        field.height = px(170)
        field.bottom = box.bottom
        said.height = field.top - box.top - px(40)
    else:
        said.width = field.width = (box.width - px(40)) // 2
        field.right = box.right
        field.height = min(box.height - px(8), px(170))
        field.centery = said.centery = box.centery
    size, small = px(34 if sheet.compact else 66), px(27 if sheet.compact else 36)
    size, lines = (
        text.fit(title, said.width, size, bold=True),
        text.wrap(words, said.width, small, bold=unknown),
    )
    high = text.capital(size) + text.leading(small) * len(lines) + px(8)
    if high + px(24) > said.height:  # what went wrong matters more than what this is
        while text.leading(small) * len(lines) > said.height - px(12):
            small -= 1
            lines = text.wrap(words, said.width, small, bold=unknown)
        top = said.centery - text.leading(small) * (len(lines) - 1) / 2 + text.capital(small) / 2
        sheet.lines(lines, said.x, top, small, color, bold=unknown)
    else:
        top = said.bottom - high if sheet.upright else said.centery - high // 2
        sheet.line(title, said.x, top + text.capital(size), size, bold=True)
        first = top + text.capital(size) + px(8) + text.leading(small)
        sheet.lines(lines, said.x, first, small, color, bold=unknown)
    sheet.panel(field, WHITE, border=LACQUER if unknown else INK)
    if code:
        spaced = " ".join(code if len(code) <= SHOWN else f"…{code[-SHOWN + 1 :]}")
        most = text.fit(" ".join(EXAMPLE), field.width - px(60), round(field.height * 0.8), bold=True)
        size = text.fit(spaced, field.width - px(60), most, bold=True)
        baseline = field.centery + text.capital(size) / 2
        sheet.line(spaced, field.centerx, baseline, size, bold=True, align="center")

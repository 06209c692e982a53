"""What each page of the kiosk shows, laid out for any screen, standing or lying.

Pure: a scene and a size go in, a sheet comes out. Targets are named as `kiosk.journey` names them.
"""

from bus.asks import CheckIn
from kiosk import foot, home, keyboard, message, number, staff
from kiosk.corner import Pin, Staff
from kiosk.journey import Given, Trouble, Typing, Waiting
from kiosk.scene import Scene
from kiosk.sheet import Sheet
from screen.theme import Size


def lay_out(scene: Scene, size: Size) -> Sheet:
    """The page on a screen of that size."""
    sheet = Sheet(size, scene.look, scene.focus, scene.offer.theme)
    top = sheet.band()
    match scene.page:
        case Given() as given:
            number.lay_out(sheet, scene, top, foot.end(sheet, scene, scene.say("Done")), given)
        case Trouble() as trouble:
            bottom = foot.end(sheet, scene, scene.say("Back to the start"))
            message.lay_out(sheet, top, bottom, *message.of(scene, trouble))
        case Waiting(slow=True):
            title, words = scene.say("Getting your number"), scene.say("Please wait a moment.")
            message.lay_out(sheet, top, sheet.height, "clock", title, words)
        case Pin() as pin:
            staff.lay_out_pin(sheet, scene, top, pin)
        case Staff() as page:
            staff.lay_out(sheet, scene, top, page)
        case Typing(code, unknown=unknown):
            keyboard.lay_out(sheet, scene, top, code, unknown=unknown)
        case Waiting(asked=CheckIn(code=code), scanned=False):
            keyboard.lay_out(sheet, scene, top, code, unknown=False)
        case _ if not scene.offer.services:
            message.lay_out(sheet, top, sheet.height, "clock", scene.say("Getting ready, please wait"), "")
        case _:
            home.lay_out(sheet, scene, top)
    return sheet

"""What the lights and buzzers at a counter say of it."""

from typing import Literal

from firmware_bridge.driver import Face

Light = Literal["off", "on", "blinking"]


def lamp_of(face: Face) -> tuple[Light]:
    """Blinking while somebody is called, lit while somebody is served; dark when nobody vouches for it."""
    if not face.sure or face.label is None:
        return ("off",)
    return ("blinking" if face.status == "calling" else "on",)


def tower_of(face: Face) -> tuple[Light, Light, Light]:
    """Green, amber and red, as at a till: open, and blinking while it calls; back soon; closed.

    When nobody vouches for it amber blinks, as at a crossing whose lights are out of order.
    """
    if not face.sure:
        return "off", "blinking", "off"
    match face.status:
        case "closed":
            return "off", "off", "on"
        case "paused":
            return "off", "on", "off"
        case "calling":
            return "blinking", "off", "off"
    return "on", "off", "off"


def is_new_call(before: Face | None, face: Face) -> bool:
    """Whether to sound; `before` is the last face that was sure, or nothing: at the start no call is new."""
    if before is None or face.status != "calling":
        return False
    return (before.status, before.label) != (face.status, face.label)

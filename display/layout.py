"""Where things are on a hall board, at every size and either way up."""

from dataclasses import dataclass

import pygame

from screen import band
from screen.theme import Size, scale


@dataclass(frozen=True)
class Layout:
    """Where things are, in px: `body` is what the call and the list share."""

    unit: float
    upright: bool
    margin: int
    head: pygame.Rect
    body: pygame.Rect
    call: pygame.Rect
    list: pygame.Rect
    foot: pygame.Rect
    band: int


def lay_out(size: Size, *, alone: bool) -> Layout:
    """The call left of the list, or above it on a board that stands upright; `alone` it has both places."""
    (width, height), unit = size, scale(size)
    upright, margin = height > width, round(56 * unit)
    top, bottom = round((176 if upright else 108) * unit), height - band.height(size)
    foot = pygame.Rect(0, bottom - round(85 * unit), width, round(85 * unit))
    body = pygame.Rect(0, top, width, foot.top - top)
    if alone:
        call = body
    elif upright:
        call = pygame.Rect(0, top, width, round(body.height * 0.5))
    else:
        call = pygame.Rect(0, top, round(width * 0.615), body.height)
    rest = pygame.Rect(call.right % width, top, width - call.right % width, body.height)
    if upright:
        rest = pygame.Rect(0, call.bottom, width, foot.top - call.bottom)
    return Layout(
        unit=unit,
        upright=upright,
        margin=margin,
        head=pygame.Rect(0, 0, width, top),
        body=body,
        call=call,
        list=rest.inflate(-2 * margin, -round(40 * unit) if upright else 0),
        foot=foot,
        band=bottom,
    )


def room_of(size: Size) -> Size:
    """How large a picture may be that is alone on the board."""
    room: Size = lay_out(size, alone=True).body.size
    return room

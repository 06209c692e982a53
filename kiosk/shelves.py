"""What the start page offers where not all services have room: groups of them, and one part at a time."""

import math
from typing import TypeVar

from bus.messages import GroupInfo, ServiceInfo
from kiosk.offer import Offer

T = TypeVar("T")


def offered(offer: Offer, group: str, room: int) -> tuple[GroupInfo | ServiceInfo, ...]:
    """The services of a group; else all of them, or groups and what is in none where all have no room."""
    if offer.group(group):
        return tuple(each for each in offer.services if each.group == group)
    if len(offer.services) <= room or not offer.groups:
        return offer.services
    return *offer.groups, *(each for each in offer.services if each.group is None)


def shelf(things: tuple[T, ...], number: int, room: int) -> tuple[tuple[T, ...], bool]:
    """The things of that shelf, and whether one place is left for going on to the next one."""
    if len(things) <= room:
        return things, False
    each = max(1, room - 1)
    first = number % math.ceil(len(things) / each) * each
    return things[first : first + each], True

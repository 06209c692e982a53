"""Services where there are more than a page has room for: a part of them, and the way to the others."""

import math
from typing import TypeVar

T = TypeVar("T")


def shelf(services: tuple[T, ...], number: int, room: int) -> tuple[tuple[T, ...], bool]:
    """The services of that shelf, and whether one place is left for going on to the next one."""
    if len(services) <= room:
        return services, False
    each = max(1, room - 1)
    first = number % math.ceil(len(services) / each) * each
    return services[first : first + each], True

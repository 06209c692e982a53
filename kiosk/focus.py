"""Moving through a page without touching it: which target the next key press leads to.

Tab goes through the targets as one reads; an arrow leads to the nearest one on its side.
"""

from collections.abc import Mapping

from pygame import Rect

from screen.window import KeyName

_SIDES: dict[KeyName, tuple[int, int]] = {"left": (-1, 0), "right": (1, 0), "up": (0, -1), "down": (0, 1)}


def moved(targets: Mapping[str, Rect], focus: str, key: KeyName) -> str:
    """The target that has the focus after that key; "" where there is none."""
    order = as_read(targets)
    if not order:
        return ""
    if focus not in targets:
        return order[-1 if key == "previous" else 0]
    if key in _SIDES:
        return _nearest(targets, focus, _SIDES[key])
    step = {"next": 1, "previous": -1}.get(key, 0)
    return order[(order.index(focus) + step) % len(order)]


def as_read(targets: Mapping[str, Rect]) -> list[str]:
    """Row by row, and from the left within a row: what stands beside each other is a row."""
    rows: list[list[str]] = []
    for name in sorted(targets, key=lambda name: targets[name].centery):
        if rows and targets[rows[-1][0]].bottom > targets[name].centery:
            rows[-1].append(name)
        else:
            rows.append([name])
    return [name for row in rows for name in sorted(row, key=lambda name: targets[name].x)]


def _nearest(targets: Mapping[str, Rect], focus: str, side: tuple[int, int]) -> str:
    """The nearest one on that side; what stands aside counts as farther. Without one the focus stays."""
    here = targets[focus]

    def distance(name: str) -> float:
        away = (targets[name].centerx - here.centerx, targets[name].centery - here.centery)
        along = away[0] * side[0] + away[1] * side[1]
        across = abs(away[0] * side[1]) + abs(away[1] * side[0])
        return along + 2 * across if along > max(across / 4, 1) else float("inf")

    best = min(targets, key=distance)
    return best if distance(best) < float("inf") else focus

"""redraw: laying out and drawing each kind of screen whole and presenting it, in a real window of 1080p.

Every time it has another number or another hour, so that words are drawn that were not there before. The
floor is to fill the same window with one colour and present it, taken in turn with it.
"""

import os
from collections.abc import Callable
from dataclasses import replace
from time import perf_counter

from bench.result import Result, median_ms, within
from config.clock import Clock
from config.settings import Screen
from demo.desktop import VirtualDesktop
from demo.scenes import scenes
from demo.views import VIEWS
from display.board import BoardView
from display.panel import PanelView
from display.sign import SignView
from kiosk.pages import lay_out
from screen.canvas import Canvas
from screen.theme import INK, Size
from screen.window import Window

SIZE = (1920, 1080)
ROUNDS = 150
WARM_UP = 10

Draw = Callable[[Size, int], Canvas]  # the screen of that round


def run() -> list[Result]:
    with VirtualDesktop(*SIZE) as desktop:
        os.environ.update(desktop.environment)
        with Window(Screen(size=SIZE), "redraw", Clock()) as window:
            return [measure(window, name, draw) for name, draw in SCREENS.items()]


def measure(window: Window, name: str, draw: Draw) -> Result:
    drawn: list[float] = []
    filled: list[float] = []
    for number in range(WARM_UP + ROUNDS):
        window.events()
        began = perf_counter()
        draw(window.size, number).paint(window.surface)
        window.present()
        drawn.append(perf_counter() - began)
        began = perf_counter()
        window.surface.fill(INK)
        window.present()
        filled.append(perf_counter() - began)
    drawn, filled = drawn[WARM_UP:], filled[WARM_UP:]
    return within(f"redraw {name}", median_ms(drawn), "ms", limit=8, floor=median_ms(filled))


def a_board(size: Size, number: int) -> Canvas:
    view = VIEWS["board calls"]
    assert isinstance(view, BoardView)
    assert view.current is not None
    return replace(view, current=replace(view.current, label=f"A{number:03}")).canvas(size)


def a_sign(size: Size, number: int) -> Canvas:
    view = VIEWS["sign calls"]
    assert isinstance(view, SignView)
    return replace(view, label=f"A{number:03}").canvas(size)


def a_panel(size: Size, number: int) -> Canvas:
    view = VIEWS["panel asks"]
    assert isinstance(view, PanelView)
    return replace(view, left_s=number).canvas(size)


def a_kiosk(size: Size, number: int) -> Canvas:
    return lay_out(replace(HOME, hour=f"{number // 60:02}:{number % 60:02}"), size)


HOME = dict(scenes("vi"))["home"]
SCREENS: dict[str, Draw] = {"board": a_board, "sign": a_sign, "panel": a_panel, "kiosk": a_kiosk}

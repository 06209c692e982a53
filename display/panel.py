"""The panel on a counter's desk: the QR code of a fee, and whether it is paid. The hub says what it shows."""

from dataclasses import dataclass, replace
from functools import lru_cache

import pygame
import qrcode

from bus.messages import Show
from bus.states import States
from config.words import hour, money, pick, say
from screen import band, icons, text
from screen.theme import GREEN, INK, LACQUER, MUTED, PAPER, SOFT, WHITE, Color
from screen.widgets import bar, note, panel

QUIET = 4  # modules of white about the code


@dataclass(frozen=True)
class PanelView:
    """What a payment panel shows."""

    show: Show | None = None  # none until the hub has said it
    counter: str = ""
    label: str = ""  # "Số A012"
    qr: str = ""
    amount: str = ""
    purpose: str = ""
    reference: str = ""
    time: str = ""  # when it was paid
    left_s: int = 0
    whole_s: int = 0
    english: bool = False
    fresh: bool = False

    def draw(self, surface: pygame.Surface) -> None:
        _Panel(surface, self).draw()


def look(states: States, counter: str) -> PanelView:
    """What the panel of that counter shows now."""
    center, catalog, told, now = states.center, states.catalog, states.panels.get(counter), states.hub_now()
    info = catalog.counter(counter) if catalog else None
    if center is None or catalog is None or info is None or told is None or now is None:
        return PanelView()
    view = PanelView(
        show="idle",
        counter=pick(info.name, "vi"),
        english="en" in center.languages,
        fresh=states.fresh(),
    )
    if told.show not in ("pay", "paid", "expired") or told.amount is None:
        return view
    view = replace(
        view,
        show=told.show,
        label=say("vi", "Number {label}", label=told.label) if told.label else "",
        amount=money(told.amount),
        purpose=told.purpose or "",
    )
    if told.show == "paid" and told.since is not None:
        return replace(view, time=hour(told.since, center.timezone))
    if told.show == "pay" and told.expires is not None:
        if told.expires <= now:  # the hub is away, or about to say so: nobody must pay late
            return replace(view, show="expired")
        return replace(
            view,
            qr=told.qr or "",
            reference=told.reference or "",
            left_s=int((told.expires - now).total_seconds()),
            whole_s=int((told.expires - (told.since or now)).total_seconds()),
        )
    return view


@lru_cache(maxsize=2)
def code(content: str, room: int) -> pygame.Surface:
    """The QR code with its quiet zone, as large as whole pixels a module allow within `room` px."""
    drawing = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_M, border=QUIET)
    drawing.add_data(content)
    modules = drawing.get_matrix()
    small = pygame.Surface((len(modules), len(modules)))
    small.fill(WHITE)
    for y, row in enumerate(modules):
        for x, dark in enumerate(row):
            if dark:
                small.set_at((x, y), (0, 0, 0))
    return pygame.transform.scale_by(small, max(1, room // len(modules)))


class _Panel:
    """One drawing of a view."""

    def __init__(self, surface: pygame.Surface, view: PanelView) -> None:
        self.surface = surface
        self.view = view
        self.width, self.height = surface.get_size()
        self.upright = self.height > self.width
        self.unit = min(max(surface.get_size()) / 1280, min(surface.get_size()) / 800)
        self.top = band.height(surface.get_size())
        self.margin = self.px(56)
        self.gap = self.px(68)

    def px(self, units: float) -> int:
        return round(units * self.unit)

    @property
    def card(self) -> pygame.Rect:
        """Where the code is, when the words stand beside it."""
        side = min(self.height - self.top - 2 * self.gap, round(self.width * 0.485))
        return pygame.Rect(self.margin, (self.top + self.height - side) // 2, side, side)

    @property
    def words(self) -> pygame.Rect:
        """Where the words are: beside the code, or above and below it."""
        if self.upright:
            top, bottom = self.top + self.px(28), self.height - self.gap
            return pygame.Rect(self.margin, top, self.width - 2 * self.margin, bottom - top)
        left = self.card.right + self.margin
        return pygame.Rect(left, self.card.top, self.width - self.margin - left, self.card.height)

    def draw(self) -> None:
        match self.view.show:
            case "pay":
                self._pay()
            case "paid":
                self._paid()
            case "expired":
                self._expired()
            case _:
                self._idle()
        if self.view.show is not None and not self.view.fresh:
            color = WHITE if self.view.show == "paid" else MUTED
            right, baseline = self.width - self.margin, self.height - self.px(24)
            note(self.surface, "offline", say("vi", "Reconnecting…"), right, baseline, self.px(26), color)

    def _pay(self) -> None:
        self.surface.fill(PAPER)
        band.draw(self.surface, 0)
        if not self.view.qr:  # the centre has no bank account
            self._center("receipt", 150, LACQUER, self.view.amount, 120, LACQUER)
            self._below(f"{self.view.purpose}\n{say('vi', 'Please pay the clerk.')}", INK)
            return
        below_what, above_how = self._what(), self._how()
        card = self.card
        if self.upright:
            side = min(self.words.width, above_how - below_what - self.px(116))
            card = pygame.Rect((self.width - side) // 2, below_what + self.px(32), side, side)
        panel(self.surface, card, WHITE, self.px(26), border=SOFT, weight=max(2, self.px(3)))
        image = code(self.view.qr, card.width - self.px(12))
        self.surface.blit(image, image.get_rect(center=card.center))
        if self.view.english:
            line = say("en", "Scan with your bank's app, check the amount, then pay.")
            size = text.fit(line, card.width, self.px(25))
            baseline = card.bottom + self.px(38)
            text.draw(self.surface, line, card.centerx, baseline, size, MUTED, align="center")

    def _what(self) -> int:
        """What is to be paid; returns where that ends."""
        view, area = self.view, self.words
        baseline = area.top + self.px(44)
        whose = " · ".join(filter(None, (view.counter, view.label)))
        text.draw(self.surface, whose, area.left, baseline, self.px(34), MUTED)
        size = self.px(46)
        lines = text.wrap(view.purpose, area.width, size, bold=True)
        if len(lines) > 2:
            size = self.px(34)
            lines = text.wrap(view.purpose, area.width, size, bold=True)
        baseline = text.draw_lines(
            self.surface, lines, area.left, baseline + self.px(60), size, INK, bold=True
        )
        baseline += self.px(76 if len(lines) > 1 else 100)
        text.draw(self.surface, say("vi", "Amount"), area.left, baseline, self.px(34), MUTED)
        size = text.fit(view.amount, area.width, self.px(132), bold=True)
        baseline += self.px(28) + text.capital(size)
        text.draw(self.surface, view.amount, area.left, baseline, size, LACQUER, bold=True)
        return round(baseline + 0.2 * size)

    def _how(self) -> int:
        """How it is paid and how long one can, from the bottom up; returns where that begins."""
        view, area, size = self.view, self.words, self.px(32)
        line = pygame.Rect(area.left, area.bottom - self.px(56), area.width, self.px(56))
        left = say("vi", "{time} left", time=f"{view.left_s // 60}:{view.left_s % 60:02}")
        thick = self.px(16)
        middle = line.bottom - self.px(20)
        text.draw(self.surface, left, line.right, middle + text.capital(size) // 2, size, INK, align="right")
        room = line.width - text.width("còn 00:00", size) - self.px(20)
        share = view.left_s / view.whole_s if view.whole_s else 0.0
        bar(self.surface, pygame.Rect(line.left, middle - thick // 2, room, thick), share, INK, SOFT)

        baseline = line.top - self.px(22)
        name = say("vi", "Reference:") + " "
        whole = text.width(name, size) + text.width(view.reference, size, bold=True)
        fitting = size if whole <= area.width else int(size * area.width / whole)
        end = text.draw(self.surface, name, area.left, baseline, fitting, MUTED).right
        text.draw(self.surface, view.reference, end, baseline, fitting, INK, bold=True)

        advice = say("vi", "Open your bank's app, scan the code, check the amount, then pay.")
        lines = text.wrap(advice, area.width, size)
        first = baseline - text.leading(size) * len(lines)
        text.draw_lines(self.surface, lines, area.left, first, size, INK)
        return first - text.capital(size)

    def _paid(self) -> None:
        view = self.view
        self.surface.fill(GREEN)
        title = say("vi", "Received {money}", money=view.amount)
        self._center("check-circle", 204, WHITE, title, 88, WHITE)
        facts = " · ".join(filter(None, (view.label, view.purpose, view.time)))
        self._below(facts, WHITE)

    def _expired(self) -> None:
        self.surface.fill(PAPER)
        band.draw(self.surface, 0)
        self._center("clock", 170, LACQUER, say("vi", "This code has expired"), 80, INK)
        advice = ("Please ask the clerk for a new one.", "Do not pay with the old code.")
        self._below("\n".join(say("vi", each) for each in advice), MUTED)

    def _idle(self) -> None:
        self.surface.fill(PAPER)
        band.draw(self.surface, 0)
        if self.view.show is None:
            baseline = self.height // 2
            words = say("vi", "Connecting…")
            text.draw(
                self.surface, words, self.width // 2, baseline, self.px(60), INK, bold=True, align="center"
            )
            return
        self._center("scan", 150, LACQUER, self.view.counter, 110, INK)
        self._below(say("vi", "When there is a fee to pay, its QR code is shown here."), MUTED)

    def _center(self, icon: str, side: int, color: Color, title: str, size: int, ink: Color) -> None:
        """An icon over a title, a little above the middle."""
        middle = self.width // 2
        center = (middle, round(self.height / 2 - self.px(102)))
        icons.draw(self.surface, icon, center, self.px(side), color, weight=2.0)
        size = text.fit(title, self.width - 2 * self.margin, self.px(size), bold=True)
        baseline = self.height / 2 + self.px(124)
        text.draw(self.surface, title, middle, baseline, size, ink, bold=True, align="center")

    def _below(self, words: str, color: Color) -> None:
        size = self.px(40)
        room = self.width - 2 * self.margin
        lines = [line for part in words.split("\n") for line in text.wrap(part, room, size)]
        baseline = self.height / 2 + self.px(200)
        text.draw_lines(self.surface, lines, self.width // 2, baseline, size, color, align="center")

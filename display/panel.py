"""The panel on a counter's desk: the QR code of a fee, and whether it is paid. The hub says what it shows."""

from dataclasses import dataclass, replace

import pygame

from bus.messages import Show
from bus.states import States
from config.words import hour, money, pick, say
from display import rating
from screen import band, text
from screen.canvas import Canvas
from screen.code import code
from screen.theme import GREEN, HOUSE, INK, LACQUER, MUTED, PAPER, SOFT, WHITE, Color, Size, Theme, themed

ADVICE = "Scan with your bank's app, check the amount, then pay."


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
    chosen: int | None = None  # the face that was touched
    english: bool = False
    fresh: bool = False
    theme: Theme = HOUSE

    def canvas(self, size: Size) -> Canvas:
        """What a panel of that size shows."""
        canvas = Canvas(size, self.theme)
        _Drawing(canvas, self, lay_out(size)).draw()
        return canvas


def look(states: States, counter: str, chosen: int | None = None) -> PanelView:
    """What the panel of that counter shows now; `chosen` is the face that was touched."""
    center, catalog, told, now = states.center, states.catalog, states.panels.get(counter), states.hub_now()
    info = catalog.counter(counter) if catalog else None
    if center is None or catalog is None or info is None or told is None or now is None:
        return PanelView()
    view = PanelView(
        show="idle",
        counter=pick(info.name, "vi"),
        english="en" in center.languages,
        fresh=states.fresh(),
        theme=themed(catalog.theme.color, catalog.theme.emblem),
    )
    if told.show in ("rate", "thanks"):
        return replace(view, show=told.show, chosen=chosen)
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


@dataclass(frozen=True)
class Layout:
    """Where things are, in px. On a panel that stands upright the code finds its place between the words."""

    unit: float
    margin: int
    middle: tuple[int, int]
    words: pygame.Rect
    card: pygame.Rect | None  # what the code lies on


def lay_out(size: Size) -> Layout:
    """The code left of the words, or amid them on a panel that stands upright."""
    (width, height), top = size, band.height(size)
    unit = min(max(size) / 1280, min(size) / 800)
    margin, gap = round(56 * unit), round(68 * unit)
    if height > width:
        card, words = (
            None,
            pygame.Rect(margin, top + gap // 2, width - 2 * margin, height - top - 3 * gap // 2),
        )
    else:
        side = min(height - top - 2 * gap, round(width * 0.485))
        card = pygame.Rect(margin, (top + height - side) // 2, side, side)
        left = card.right + margin
        words = pygame.Rect(left, card.top, width - margin - left, side)
    return Layout(unit, margin, (width // 2, height // 2), words, card)


@dataclass(frozen=True)
class _Drawing:
    canvas: Canvas
    view: PanelView
    at: Layout

    def px(self, units: float) -> int:
        return round(units * self.at.unit)

    def draw(self) -> None:
        match self.view.show:
            case "pay":
                self._pay()
            case "paid":
                self._paid()
            case "expired":
                self._expired()
            case "rate":
                rating.draw(self.canvas, self.view.chosen, english=self.view.english)
            case "thanks":
                self._thanks()
            case _:
                self._idle()
        if self.view.show is not None and not self.view.fresh:
            color = WHITE if self.view.show == "paid" else MUTED
            edge = self.canvas.box
            right, baseline = edge.right - self.at.margin, edge.bottom - self.px(24)
            self.canvas.note("offline", say("vi", "Reconnecting…"), right, baseline, self.px(26), color)

    def _pay(self) -> None:
        self.canvas.fill(PAPER)
        self.canvas.band()
        if not self.view.qr:  # the centre has no bank account
            self._center("receipt", 150, LACQUER, self.view.amount, 120, LACQUER)
            words = "Please pay the clerk."
            self._below(f"{self.view.purpose}\n{say('vi', words)}", INK, words)
            return
        below_what, above_how = self._what(), self._how()
        card = self.at.card
        if card is None:
            side = min(self.at.words.width, above_how - below_what - self.px(116))
            card = pygame.Rect(self.at.middle[0] - side // 2, below_what + self.px(32), side, side)
        self.canvas.rounded(card, WHITE, self.px(26), border=SOFT, weight=max(2, self.px(3)))
        image = code(self.view.qr, card.width - self.px(12))
        self.canvas.picture(image, image.get_rect(center=card.center))
        if self.view.english:
            size = text.fit(ADVICE, max(card.width, self.at.words.width), self.px(28))
            baseline = card.bottom + self.px(38)
            self.canvas.line(ADVICE, card.centerx, baseline, size, MUTED, align="center")

    def _what(self) -> int:
        """What is to be paid; returns where that ends."""
        view, area = self.view, self.at.words
        baseline = area.top + self.px(44)
        whose = " · ".join(filter(None, (view.counter, view.label)))
        self.canvas.line(whose, area.left, baseline, self.px(34), MUTED)
        size = self.px(46)
        lines = text.wrap(view.purpose, area.width, size, bold=True)
        if len(lines) > 2:
            size = self.px(34)
            lines = text.wrap(view.purpose, area.width, size, bold=True)
        baseline = self.canvas.lines(lines, area.left, baseline + self.px(60), size, INK, bold=True)
        baseline += self.px(76 if len(lines) > 1 else 100)
        self.canvas.line(say("vi", "Amount"), area.left, baseline, self.px(34), MUTED)
        size = text.fit(view.amount, area.width, self.px(132), bold=True)
        baseline += self.px(28) + text.capital(size)
        self.canvas.line(view.amount, area.left, baseline, size, LACQUER, bold=True)
        return round(baseline + 0.2 * size)

    def _how(self) -> int:
        """How it is paid and how long one can, from the bottom up; returns where that begins."""
        view, area, size = self.view, self.at.words, self.px(32)
        line = pygame.Rect(area.left, area.bottom - self.px(56), area.width, self.px(56))
        left = say("vi", "{time} left", time=f"{view.left_s // 60}:{view.left_s % 60:02}")
        thick = self.px(16)
        middle = line.bottom - self.px(20)
        self.canvas.line(left, line.right, middle + text.capital(size) // 2, size, INK, align="right")
        room = line.width - text.width("còn 00:00", size) - self.px(20)
        share = view.left_s / view.whole_s if view.whole_s else 0.0
        self.canvas.bar(pygame.Rect(line.left, middle - thick // 2, room, thick), share, INK, SOFT)

        baseline = line.top - self.px(22)
        name = say("vi", "Reference:") + " "
        whole = text.width(name, size) + text.width(view.reference, size, bold=True)
        fitting = size if whole <= area.width else int(size * area.width / whole)
        end = self.canvas.line(name, area.left, baseline, fitting, MUTED).right
        self.canvas.line(view.reference, end, baseline, fitting, INK, bold=True)

        lines = text.wrap(say("vi", ADVICE), area.width, size)
        first = baseline - text.leading(size) * len(lines)
        self.canvas.lines(lines, area.left, first, size, INK)
        return first - text.capital(size)

    def _paid(self) -> None:
        view = self.view
        self.canvas.fill(GREEN)
        title, english = (say(each, "Received {money}", money=view.amount) for each in ("vi", "en"))
        self._center("check-circle", 204, WHITE, title, 88, WHITE)
        facts = " · ".join(filter(None, (view.label, view.purpose, view.time)))
        self._below(facts, WHITE, english)

    def _expired(self) -> None:
        self.canvas.fill(PAPER)
        self.canvas.band()
        title = "This code has expired"
        self._center("clock", 170, LACQUER, say("vi", title), 80, INK)
        advice = ("Please ask the clerk for a new one.", "Do not pay with the old code.")
        self._below("\n".join(say("vi", each) for each in advice), MUTED, ". ".join((title, *advice[:1])))

    def _thanks(self) -> None:
        self.canvas.fill(PAPER)
        self.canvas.band()
        self._center("check-circle", 170, GREEN, say("vi", "Thank you"), 96, INK)
        words = "Your answer helps us to serve better."
        self._below(say("vi", words), MUTED, f"Thank you. {words}")

    def _idle(self) -> None:
        self.canvas.fill(PAPER)
        self.canvas.emblem(self.at.margin, self.canvas.band() + self.px(84), self.px(112))
        if self.view.show is None:
            words = say("vi", "Connecting…")
            self.canvas.line(words, *self.at.middle, self.px(60), INK, bold=True, align="center")
            return
        self._center("scan", 150, LACQUER, self.view.counter, 110, INK)
        words = "When there is a fee to pay, its QR code is shown here."
        self._below(say("vi", words), MUTED, words)

    def _center(self, icon: str, side: int, color: Color, title: str, size: int, ink: Color) -> None:
        """An icon over a title, a little above the middle."""
        x, y = self.at.middle
        self.canvas.icon(icon, (x, y - self.px(102)), self.px(side), color, weight=2.0)
        size = text.fit(title, 2 * (x - self.at.margin), self.px(size), bold=True)
        self.canvas.line(title, x, y + self.px(124), size, ink, bold=True, align="center")

    def _below(self, words: str, color: Color, english: str) -> None:
        (x, y), size = self.at.middle, self.px(40)
        room = 2 * (x - self.at.margin)
        lines = [line for part in words.split("\n") for line in text.wrap(part, room, size)]
        baseline = self.canvas.lines(lines, x, y + self.px(200), size, color, align="center")
        if self.view.english:
            size = text.fit(english, room, self.px(28))
            self.canvas.line(english, x, baseline + self.px(62), size, color, align="center")

"""The sign above a counter: the number that is called or served there, or why there is none."""

from dataclasses import dataclass

import pygame

from bus.messages import CounterStatus
from bus.states import States
from config.words import pick, say
from screen import band, text
from screen.canvas import Canvas
from screen.theme import GOLD, HOUSE, INK, ON_GOLD, ON_INK, WHITE, Size, Theme, themed

SEPARATOR = " · "
SMALLEST = 26  # units: rather than smaller, the last services are left out

# What a status says, and what a citizen does then.
_WORDS: dict[CounterStatus, tuple[str, str]] = {
    "closed": ("Closed", "Please go to another counter"),
    "paused": ("Paused", "Please wait, the clerk will be back"),
    "free": ("Free", "Please wait for your number to be called"),
    "calling": ("Called", "Please come to this counter"),
    "serving": ("Being served", "Being served"),
}


@dataclass(frozen=True)
class SignView:
    """What a counter's sign shows."""

    name: str = ""
    services: str = ""
    status: CounterStatus | None = None  # none until the hub has said it
    label: str | None = None  # who is at the counter, or is called to it
    priority: bool = False
    reason: str = ""  # of a pause
    english: bool = False
    fresh: bool = False
    theme: Theme = HOUSE

    def canvas(self, size: Size) -> Canvas:
        """What a sign of that size shows."""
        canvas = Canvas(size, self.theme)
        _Drawing(canvas, self).draw()
        return canvas


def look(states: States, counter: str) -> SignView:
    """What the sign of that counter shows now."""
    center, catalog, state = states.center, states.catalog, states.counters.get(counter)
    info = catalog.counter(counter) if catalog else None
    if center is None or catalog is None or info is None or state is None:
        return SignView()
    services = filter(None, map(catalog.service, state.serves or info.services))
    return SignView(
        name=pick(info.name, "vi"),
        services=SEPARATOR.join(pick(service.name, "vi") for service in services),
        status=state.status,
        label=state.label if state.status in ("calling", "serving") else None,
        priority=state.priority,
        reason=state.reason if state.status == "paused" else "",
        english="en" in center.languages,
        fresh=states.fresh(),
        theme=themed(catalog.theme.color, catalog.theme.emblem),
    )


@dataclass(frozen=True)
class _Drawing:
    canvas: Canvas
    view: SignView

    def px(self, units: float) -> int:
        """The sign is drawn for 800 × 480 units."""
        size = self.canvas.size
        return round(units * min(max(size) / 800, min(size) / 480))

    def draw(self) -> None:
        size, status = self.canvas.size, self.view.status
        whole = self.canvas.box
        upright = whole.height > whole.width
        head = pygame.Rect(0, 0, whole.width, self.px(150 if upright else 92))
        foot = pygame.Rect(0, whole.bottom - self.px(72), whole.width, self.px(72))
        middle = pygame.Rect(0, head.bottom, whole.width, foot.top - head.bottom)
        self.canvas.fill(INK)
        if status is None:
            words, base = say("vi", "Connecting…"), middle.centery
            self.canvas.line(words, middle.centerx, base, self.px(56), WHITE, bold=True, align="center")
            self.canvas.band(whole.bottom - band.height(size))
            return
        self._head(head, upright)
        if self.view.label is not None:
            self._number(middle, self.view.label)
            self._foot(foot, "Serving a person with priority" if self.view.priority else _WORDS[status][1])
        else:
            self._message(middle, *_WORDS[status])
            self.canvas.band(whole.bottom - band.height(size))

    def _head(self, head: pygame.Rect, upright: bool) -> None:
        """The counter's name, and beside it, or below it on a sign that stands, what it does."""
        view, margin, size = self.view, self.px(30), self.px(42)
        right, middle = head.right - margin, head.centery
        left = self.canvas.emblem(margin, middle, self.px(104 if upright else 68), tile=True)
        upper = lower = middle + text.capital(size) // 2
        most = round(head.width * 0.7) - left
        if upright:
            upper, lower, most = head.top + self.px(68), head.top + self.px(122), right - left
        if not view.fresh:
            words = say("vi", "Reconnecting…")
            note = self.canvas.note("offline", words, right, lower, self.px(28), ON_INK)
            most = most if upright else note.left - margin - left
        size = text.fit(view.name, most, size, bold=True)
        name = self.canvas.line(view.name, left, upper, size, WHITE, bold=True)
        if view.fresh:
            services, room = view.services, right - left if upright else right - margin - name.right
            while text.fit(services, room, self.px(31)) < self.px(SMALLEST) and SEPARATOR in services:
                services = services.rpartition(SEPARATOR)[0] + "…"
            size, x = text.fit(services, room, self.px(31)), left if upright else right
            self.canvas.line(services, x, lower, size, ON_INK, align="left" if upright else "right")

    def _number(self, area: pygame.Rect, label: str) -> None:
        self.canvas.fill(GOLD, area)
        size = text.fit(label, round(area.width * 0.86), round(area.height * 0.9), bold=True)
        base = area.centery + text.capital(size) / 2
        x = text.middle(label, area.centerx, size, bold=True)
        self.canvas.line(label, x, base, size, ON_GOLD, bold=True, align="center")

    def _foot(self, foot: pygame.Rect, message: str) -> None:
        words = say("vi", message)
        size = text.fit(words, foot.width - self.px(24), self.px(34), bold=True)
        base = foot.centery + text.capital(size) / 2
        self.canvas.line(words, foot.centerx, base, size, WHITE, bold=True, align="center")

    def _message(self, area: pygame.Rect, word: str, advice: str) -> None:
        """Why there is no number, what a citizen does then, and both in English."""
        room = area.width - self.px(48)
        said = [(say("vi", word), 104, WHITE, True), (say("vi", advice), 36, ON_INK, False)]
        if self.view.reason:
            said.insert(1, (self.view.reason, 46, WHITE, False))
        if self.view.english:
            said.append((f"{word}. {advice}", 28, ON_INK, False))
        paragraphs = []
        for words, units, color, bold in said:
            lines = text.wrap(words, room, self.px(units), bold=bold)
            size = min(text.fit(line, room, self.px(units), bold=bold) for line in lines)
            paragraphs.append((lines, size, color, bold))
        gap = self.px(8)
        base = area.centery - sum(len(lines) * text.leading(size) + gap for lines, size, *_ in paragraphs) / 2
        for lines, size, color, bold in paragraphs:
            first = base + (text.leading(size) + text.capital(size)) / 2
            self.canvas.lines(lines, area.centerx, first, size, color, bold=bold, align="center")
            base += len(lines) * text.leading(size) + gap

"""The hall board: one big call and at most five recent ones.

Sizes follow EN 301 549: a capital of at least 0.7° of the reader's eye is 6 cm at 5 m and 12 cm at 10 m. The
number on a 43-inch board is 14 cm high; twelve rows of numbers could be read to 4.5 m only.
"""

from dataclasses import dataclass

from config.words import say
from display import pulse
from display.layout import Layout, lay_out
from display.pictures import Picture
from screen import text
from screen.canvas import Canvas
from screen.icons import Point
from screen.theme import HOUSE, INK, NIGHT, ON_GOLD, ON_INK, RULE, WHITE, Color, Size, Theme

ROWS = 5


@dataclass(frozen=True)
class Row:
    """A call as it is drawn. "Quầy 3" is a place and a number; of "Bàn thuế" all is the place."""

    label: str
    place: str
    number: str
    also: str = ""  # the whole call in its citizen's language, where that is another


@dataclass(frozen=True)
class BoardView:
    """What a hall board shows."""

    title: str = ""
    name: str = ""
    time: str = ""  # none until the hub has said it
    english: bool = False
    current: Row | None = None
    glow: int = 0  # of the current call's gold
    recent: tuple[Row, ...] = ()
    notices: tuple[str, ...] = ()
    notice: str = ""  # the one that stands large, as nobody was called for a while
    picture: Picture | None = None  # likewise
    away: str = ""  # the counters that are paused or closed
    turn: int = 0  # of the notices
    open: bool = True
    fresh: bool = False
    theme: Theme = HOUSE

    def canvas(self, size: Size) -> Canvas:
        """What a board of that size shows."""
        canvas = Canvas(size, self.theme)
        _Drawing(canvas, self, lay_out(size, alone=not self.rows)).draw()
        return canvas

    @property
    def rows(self) -> tuple[Row, ...]:
        """What the list has; the last call stands beside it where there is nothing else to say."""
        if self.picture:
            return ()
        return self.recent[:ROWS] if self.current or self.notice else self.recent[1:]

    @property
    def foot(self) -> tuple[str, ...]:
        """What the foot says: the notices unless one stands large; while nobody is called who is away."""
        notices = () if self.notice else self.notices
        return (*notices, self.away) if self.away and not self.current else notices


@dataclass(frozen=True)
class _Drawing:
    canvas: Canvas
    view: BoardView
    at: Layout

    def px(self, units: float) -> int:
        return round(units * self.at.unit)

    def draw(self) -> None:
        view = self.view
        self.canvas.fill(INK)
        self._head()
        self._foot()
        if not view.time:
            self._message("offline", "Connecting…")
        elif view.current is not None:
            self._call(view.current)
            self._list("Just called")
        elif view.picture:
            self._picture(view.picture)
        elif not view.open:
            self._message("clock", "The centre is closed.")
        elif view.notice:
            self._notice(view.notice)
            self._list("Just called")
        elif view.recent:
            self._last_call(view.recent[0])
            self._list("Before that")
        else:
            self._message("receipt", "Please take a number and wait for your call.")

    def _head(self) -> None:
        view, head, upright = self.view, self.at.head, self.at.upright
        left, right, middle = self.at.margin, head.right - self.at.margin, head.centery
        stale = bool(view.time) and not view.fresh
        upper, lower = middle - self.px(16), middle + self.px(46)

        size = self.px(64)
        base = upper if upright and stale else middle + text.capital(size) // 2
        clock = self.canvas.line(view.time, right, base, size, WHITE, bold=True, align="right")
        end = clock.left - self.px(40)
        if stale:
            size, words = self.px(32), say("vi", "Reconnecting…")
            at = (right, lower) if upright else (end, middle + text.capital(size) // 2)
            end = min(end, self.canvas.note("offline", words, *at, size, ON_INK).left - self.px(40))

        left = self.canvas.emblem(left, middle, round(head.height * 0.72), tile=True)
        if upright:
            size = text.fit(view.title, end - left, self.px(34))
            self.canvas.line(view.title, left, upper, size, ON_INK)
            size = text.fit(view.name, end - left, self.px(50), bold=True)
            self.canvas.line(view.name, left, lower, size, WHITE, bold=True)
        else:
            words = " · ".join(filter(None, (view.title, view.name)))
            size = text.fit(words, end - left, self.px(40), bold=True)
            base = middle + text.capital(size) // 2
            self.canvas.line(words, left, base, size, WHITE, bold=True)

    def _foot(self) -> None:
        foot, notices = self.at.foot, self.view.foot
        self.canvas.fill(NIGHT, foot)
        self.canvas.band(self.at.band)
        if not notices:
            return
        room, size = foot.width - 2 * self.at.margin, self.px(42)
        words = " ".join(notices)
        if text.width(words, size) > room:
            words = notices[self.view.turn % len(notices)]
        size = text.fit(words, room, size)
        self.canvas.line(words, self.at.margin, foot.centery + text.capital(size) // 2, size, WHITE)

    def _call(self, call: Row) -> None:
        """Somebody is called now: the number, and the counter to go to, on gold."""
        area = self.at.call
        self.canvas.fill(pulse.gold(self.view.glow), area)
        unit = min(area.width / 1180, area.height / 851)
        room, middle = round(area.width - 170 * unit), area.centerx
        words, place, digit, small = (round(each * unit) for each in (72, 88, 214, 40))
        number = text.fit(call.label, room, round(410 * unit), bold=True)
        lines = (words, number, digit, small) if call.also else (words, number, digit)
        inked = sum(map(text.capital, lines))
        gap = min((area.height - inked) / (len(lines) + 1.2), 0.6 * text.capital(number))

        base = area.centery - (inked + gap * (len(lines) - 1)) / 2 + text.capital(words)
        invite = say("vi", "Now calling")
        self.canvas.line(invite, middle, base, words, ON_GOLD, bold=True, align="center")
        base += gap + text.capital(number)
        x = text.middle(call.label, middle, number, bold=True)
        self.canvas.line(call.label, x, base, number, ON_GOLD, bold=True, align="center")
        base += gap + text.capital(digit)
        where = say("vi", "to {place}", place=call.place[:1].lower() + call.place[1:])
        self._place(where, call.number, (middle, base), (place, digit), room, ON_GOLD)
        if call.also:
            base += gap + text.capital(small)
            small = text.fit(call.also, room, small)
            self.canvas.line(call.also, middle, base, small, ON_GOLD, align="center")

    def _picture(self, picture: Picture) -> None:
        """Nobody is called now: a picture, whole."""
        image = picture.surface
        self.canvas.picture(image, image.get_rect(center=self.at.body.center))

    def _notice(self, notice: str) -> None:
        """Nobody is called now: there is room for a notice that can be read from the last row."""
        area = self.at.call.inflate(-4 * self.at.margin, -2 * self.at.margin)
        for units in (110, 96, 84, 72, 60):
            size = self.px(units)
            lines = text.wrap(notice, area.width, size, bold=True)
            if len(lines) * text.leading(size) <= area.height:
                break
        base = area.centery - text.leading(size) * (len(lines) - 1) / 2 + text.capital(size) / 2
        self.canvas.lines(lines, area.left, base, size, WHITE, bold=True)
        self._edge()

    def _edge(self) -> None:
        """The line between what stands beside the list and the list."""
        area = self.at.call
        if area.right < self.canvas.size[0]:
            ends = (area.right, area.top + self.at.margin), (area.right, area.bottom - self.at.margin)
            self.canvas.rule(*ends, RULE, max(1, self.px(2)))

    def _last_call(self, call: Row) -> None:
        """Nobody is called now: the last call stays, quietly, for those who were out."""
        area = self.at.call
        unit = min(area.width / 1180, area.height / 851)
        room = round(area.width - 300 * unit)
        size = text.fit(call.label, room, round(330 * unit), bold=True)
        center, middle = (area.centerx, area.centery + text.capital(size) / 2)
        x = text.middle(call.label, center, size, bold=True)
        self.canvas.line(call.label, x, middle, size, WHITE, bold=True, align="center")
        words, digit = round(60 * unit), round(140 * unit)
        base = middle - text.capital(size) - 80 * unit
        self.canvas.line(say("vi", "Just called"), center, base, words, ON_INK, align="center")
        base = middle + text.capital(digit) + 80 * unit
        self._place(call.place, call.number, (center, base), (words, digit), room, WHITE)
        self._edge()

    def _place(
        self, words: str, number: str, at: Point, sizes: tuple[int, int], room: int, color: Color
    ) -> None:
        """Where to go, the counter's number larger than the words, centred on a point of the baseline."""
        words += " " if number else ""
        width = text.width(words, sizes[0], bold=True) + text.width(number, sizes[1], bold=True)
        small, large = (int(each * min(1, room / width)) for each in sizes)
        width = text.width(words, small, bold=True) + text.width(number, large, bold=True)
        end = self.canvas.line(words, at[0] - width / 2, at[1], small, color, bold=True).right
        self.canvas.line(number, end, at[1], large, color, bold=True)

    def _list(self, title: str) -> None:
        if not self.view.rows:
            return
        area, rule = self.at.list, max(1, self.px(2))
        top = area.top + self.px(74)
        self.canvas.line(say("vi", title), area.left, top, self.px(40), ON_INK)
        pitch = (area.bottom - top - self.px(24)) / ROWS
        label, where, number = (min(self.px(each), round(pitch * each / 140)) for each in (92, 46, 82))
        for row, call in enumerate(self.view.rows):
            base = top + round(pitch * (row + 0.5)) + text.capital(label) // 2
            name = self.canvas.line(call.label, area.left, base, label, WHITE, bold=True)
            digits = self.canvas.line(call.number, area.right, base, number, WHITE, bold=True, align="right")
            place = call.place + (" " if call.number else "")
            room = digits.left - name.right - self.px(40)
            size, lines = text.fit(place, room, where), [place]
            if size < 0.7 * where:  # a long name has two lines
                lines = text.wrap(place, room, round(0.7 * where))
                size = min(text.fit(line, room, round(0.7 * where)) for line in lines)
                base = name.centery + (text.capital(size) - text.leading(size) * (len(lines) - 1)) // 2
            self.canvas.lines(lines, digits.left, base, size, ON_INK, align="right")
            y = top + round(pitch * (row + 1))
            self.canvas.rule((area.left, y), (area.right, y), RULE, rule)

    def _message(self, icon: str, message: str) -> None:
        """A board with nobody on it says what there is to do."""
        body, size, small = self.at.body, self.px(96), self.px(44)
        room = body.width - 4 * self.at.margin
        lines = text.wrap(say("vi", message), room, size, bold=True)
        base = body.centery - text.leading(size) * (len(lines) - 1) // 2 + self.px(100)
        self.canvas.icon(icon, (body.centerx, base - self.px(220)), self.px(150), ON_INK)
        base = self.canvas.lines(lines, body.centerx, base, size, WHITE, bold=True, align="center")
        if self.view.english:
            small = text.fit(message, room, small)
            self.canvas.line(message, body.centerx, base + self.px(84), small, ON_INK, align="center")

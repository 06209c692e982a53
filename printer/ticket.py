"""A ticket as a picture: what a citizen holds in the hand.

The whole ticket is drawn, because the code pages of printers lack 104 of 134 Vietnamese letters. Text is set
by Pillow with Raqm and drawn in one bit, in Noto Sans, never below 28 px to the em (3.5 mm at 8 dots a mm):
under that the stacked marks of Vietnamese and Êđê run together. A ticket is a stack of strips as wide as the
paper; strips that do not change, as the centre's name, are drawn once.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache, lru_cache

from PIL import Image, ImageDraw, ImageFont, features

from bus.messages import CenterState, Ticket
from config.errors import HardwareAbsent
from config.words import day, hour, pick, say, wait_range

WHITE, BLACK = 255, 0  # in Pillow's one-bit pictures; a white of 1 inverts to 254, which is not black


@dataclass(frozen=True)
class Composed:
    """A ticket ready to be encoded."""

    picture: Image.Image  # 1 bit, as wide as the paper
    qr: str = ""  # printed as a code below the picture; by the printer itself, where it can


@dataclass(frozen=True)
class _Layout:
    """Sizes in dots; of type, to the em."""

    width: int
    margin: int
    small: int
    body: int
    service: int
    number: int

    @property
    def column(self) -> int:
        return self.width - 2 * self.margin


_LAYOUTS = {
    576: _Layout(width=576, margin=30, small=28, body=32, service=44, number=216),
    384: _Layout(width=384, margin=8, small=28, body=28, service=38, number=150),
}


def check_text() -> None:
    """Raises `HardwareAbsent` where text would be drawn wrong: without FriBiDi, in silence."""
    if not (features.check("raqm") and features.check("fribidi")):
        raise HardwareAbsent(
            "Pillow cannot shape text here: the marks of Vietnamese letters would be misplaced.",
            hint="Install it: sudo apt install libfribidi0",
        )
    for bold in (False, True):
        _font(28, bold)


def compose(ticket: Ticket, center: CenterState, service: str, width: int, *, dated: bool = True) -> Composed:
    """The ticket in its own language; `service` is the service's name in it, `width` the paper's in dots.

    It is not `dated` where nobody knows what time it is.
    """
    language, layout = ticket.language, _LAYOUTS[width]
    parts = [_head(center, language, layout), _text(say(language, "Your number"), layout.body, layout)]
    parts += [_gap(22, layout), _number(ticket.label, layout), _gap(22, layout)]
    if ticket.priority:
        parts += [_badge(say(language, "Priority"), layout), _gap(8, layout)]
    parts.append(_text(service, layout.service, layout, bold=True))
    parts.append(_text(pick(ticket.place, language), layout.body + 4, layout))
    parts.append(_dashes(layout))
    ahead = say(language, "not known now") if ticket.offline else _people(ticket.ahead, language)
    parts.append(_row(say(language, "Ahead of you"), ahead, layout))
    if ticket.wait:
        minutes = say(language, "{range} minutes", range=wait_range(ticket.wait.low, ticket.wait.high))
        parts.append(_row(say(language, "Wait about"), minutes, layout))
    elif ticket.opens:
        parts.append(_row(say(language, "Opens"), _moment(ticket.opens, center), layout))
    if dated:
        parts.append(_row(say(language, "Taken"), _moment(ticket.at, center), layout))
    parts.append(_dashes(layout))
    parts.append(_text(say(language, "Listen for your number or watch the board."), layout.small, layout))
    parts.append(_text(say(language, "If you miss your turn, tell the help desk."), layout.small, layout))
    if ticket.track:
        parts += [_dashes(layout), _text(say(language, "Scan to follow your turn"), layout.small, layout)]
        parts.append(_gap(24, layout))  # the code's quiet zone
    return Composed(_stack(parts, layout), ticket.track)


def compose_test_page(center: CenterState, device: str, width: int) -> Composed:
    """What a technician prints to see that paper, width and letters are right."""
    layout = _LAYOUTS[width]
    ruler = _ruler(layout)
    parts = [_head(center, "vi", layout)]
    parts.append(_text(say("vi", "Test print"), layout.service, layout, bold=True))
    parts.append(_text(device, layout.body, layout))
    parts.append(_text("Ễ Ẫ Ỗ Ữ Ặ Ệ ỡ ặ đ · Ƀ Č Ĕ Ñ Ư̆", layout.body, layout))
    parts += [_gap(10, layout), ruler, _text(f"{width} dots, {width // 8} mm", layout.small, layout)]
    parts.append(_text(_moment(center.at, center), layout.small, layout))
    return Composed(_stack(parts, layout))


def _head(center: CenterState, language: str, layout: _Layout) -> Image.Image:
    return _center_head(pick(center.title, language), pick(center.name, language), layout)


@lru_cache(maxsize=8)
def _center_head(title: str, name: str, layout: _Layout) -> Image.Image:
    rule = Image.new("1", (layout.width, 22), WHITE)
    ImageDraw.Draw(rule).rectangle((layout.margin, 10, layout.width - layout.margin - 1, 13), fill=BLACK)
    words = [_text(title, layout.small, layout), _text(name, layout.body + 6, layout, bold=True)]
    return _stack([*words, rule], layout)


def _moment(at: datetime, center: CenterState) -> str:
    return f"{hour(at, center.timezone)} · {day(at, center.timezone)}"


def _people(count: int, language: str) -> str:
    if count == 0:
        return say(language, "nobody")
    return say(language, "1 person") if count == 1 else say(language, "{count} people", count=count)


def _number(label: str, layout: _Layout) -> Image.Image:
    """The label, as large as the paper takes it, cut to its ink."""
    font = _font(_fit(label, layout.number, True, layout.column), True)
    left, top, right, bottom = font.getbbox(label, anchor="ls")
    strip = Image.new("1", (layout.width, int(bottom - top)), WHITE)
    start = (layout.width - (right - left)) // 2 - left
    ImageDraw.Draw(strip).text((start, -top), label, font=font, fill=BLACK, anchor="ls")
    return strip


@lru_cache(maxsize=64)
def _text(words: str, size: int, layout: _Layout, *, bold: bool = False) -> Image.Image:
    """Centred lines. Each is as high as the font's ascent and descent, which hold its tallest stacks (Ễ)."""
    font = _font(_fit(words, size, bold, layout.column), bold)
    ascent, descent = font.getmetrics()
    lines = _wrap(words.split(), font, layout.column)
    strip = Image.new("1", (layout.width, len(lines) * (ascent + descent)), WHITE)
    draw = ImageDraw.Draw(strip)
    for index, line in enumerate(lines):
        left = (layout.width - font.getlength(line)) // 2
        draw.text((left, index * (ascent + descent) + ascent), line, font=font, fill=BLACK, anchor="ls")
    return strip


@lru_cache(maxsize=64)
def _row(label: str, value: str, layout: _Layout) -> Image.Image:
    """A label at the left and its value at the right, in two lines where one is too short for them."""
    regular, bold = _font(layout.body, False), _font(layout.body, True)
    ascent, descent = bold.getmetrics()
    height = ascent + descent
    fits = regular.getlength(label) + 12 + bold.getlength(value) <= layout.column
    strip = Image.new("1", (layout.width, height if fits else 2 * height), WHITE)
    draw = ImageDraw.Draw(strip)
    draw.text((layout.margin, ascent), label, font=regular, fill=BLACK, anchor="ls")
    baseline = ascent if fits else height + ascent
    left = int(layout.width - layout.margin - bold.getlength(value))  # a part of a dot would blur letters
    draw.text((left, baseline), value, font=bold, fill=BLACK, anchor="ls")
    return strip


@lru_cache(maxsize=8)
def _badge(words: str, layout: _Layout) -> Image.Image:
    """White on black: what staff at the counter should see at a glance."""
    font = _font(layout.body, True)
    ascent, descent = font.getmetrics()
    strip = Image.new("1", (layout.width, ascent + descent), WHITE)
    draw = ImageDraw.Draw(strip)
    left = (layout.width - font.getlength(words)) // 2
    box = (left - 24, 0, layout.width - left + 24, strip.height - 1)
    draw.rounded_rectangle(box, radius=8, fill=BLACK)
    draw.text((left, ascent), words, font=font, fill=WHITE, anchor="ls")
    return strip


@cache
def _dashes(layout: _Layout) -> Image.Image:
    strip = Image.new("1", (layout.width, 30), WHITE)
    draw = ImageDraw.Draw(strip)
    for left in range(layout.margin, layout.width - layout.margin, 10):
        draw.rectangle((left, 14, min(left + 5, layout.width - layout.margin - 1), 15), fill=BLACK)
    return strip


def _ruler(layout: _Layout) -> Image.Image:
    """From the first dot to the last, a mark a centimetre."""
    strip = Image.new("1", (layout.width, 24), WHITE)
    draw = ImageDraw.Draw(strip)
    draw.rectangle((0, 10, layout.width - 1, 13), fill=BLACK)
    for left in [*range(0, layout.width, 80), layout.width - 2]:
        draw.rectangle((left, 0, left + 1, 23), fill=BLACK)
    return strip


@cache
def _gap(rows: int, layout: _Layout) -> Image.Image:
    return Image.new("1", (layout.width, rows), WHITE)


def _stack(strips: Sequence[Image.Image], layout: _Layout) -> Image.Image:
    picture = Image.new("1", (layout.width, sum(strip.height for strip in strips)), WHITE)
    top = 0
    for strip in strips:
        picture.paste(strip, (0, top))
        top += strip.height
    return picture


@cache
def _font(size: int, bold: bool) -> ImageFont.FreeTypeFont:
    name = f"NotoSans-{'Bold' if bold else 'Regular'}.ttf"  # Pillow looks in the system's font folders
    try:
        return ImageFont.truetype(name, size, layout_engine=ImageFont.Layout.RAQM)
    except OSError as error:
        raise HardwareAbsent(
            f"The font {name} is not on this machine.", hint="Install it: sudo apt install fonts-noto-core"
        ) from error


def _fit(words: str, size: int, bold: bool, most: int) -> int:
    """The largest size, up to `size`, at which the longest word fits."""
    needed = max(map(_font(size, bold).getlength, words.split()), default=0.0)
    return size if needed <= most else int(size * most / needed)


def _wrap(words: Sequence[str], font: ImageFont.FreeTypeFont, most: float) -> tuple[str, ...]:
    """The lines with the least ragged edge: a last word alone reads badly."""

    @cache
    def best(start: int) -> tuple[float, tuple[str, ...]]:
        options: list[tuple[float, tuple[str, ...]]] = []
        for end in range(start + 1, len(words) + 1):
            line = " ".join(words[start:end])
            slack = most - font.getlength(line)
            if slack < 0 and options:
                break
            cost, rest = best(end)
            options.append((slack**2 + cost, (line, *rest)))
        return min(options, default=(0.0, ()))

    return best(0)[1]

"""A ticket as a picture: what a citizen holds in the hand.

The whole ticket is drawn, because the code pages of printers lack 104 of 134 Vietnamese letters. It is a
stack of strips as wide as the paper, and of QR codes, which some printers draw themselves.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from PIL import Image

from bus.answers import Ticket
from bus.messages import CenterState
from config.words import day, hour, pick, say, wait_range
from printer import drawing
from printer.code import Code
from printer.drawing import LAYOUTS, Layout
from printer.template import Block, CodeBlock, NumberBlock, PictureBlock, RuleBlock, Template, TextBlock, fill

DOTS_PER_MM = 8
AROUND_NUMBER, AROUND_CODE, BELOW_BADGE = 22, 24, 8  # blank rows

Part = Image.Image | Code


@dataclass(frozen=True)
class Composed:
    """A ticket ready to be encoded: strips and codes, from top to bottom."""

    parts: tuple[Part, ...]
    width: int  # of the paper, in dots

    @property
    def picture(self) -> Image.Image:
        """All of it as it will be on paper, 1 bit."""
        strips = [part.picture if isinstance(part, Code) else part for part in self.parts]
        return drawing.stack(strips, self.width)

    @property
    def mm(self) -> float:
        """How long it is."""
        return sum(part.height for part in self.parts) / DOTS_PER_MM


def compose(
    ticket: Ticket,
    center: CenterState,
    service: str,
    width: int,
    template: Template,
    *,
    then: str = "",
    dated: bool = True,
    again: bool = False,
) -> Composed:
    """The ticket in its own language; `service` is the service's name in it, `width` the paper's in dots.

    `then` are the names of further services on the same number.

    It is not `dated` where nobody knows what time it is. One that is printed `again` is marked: two papers
    with one number are not two turns.
    """
    layout, fields = LAYOUTS[width], _fields(ticket, center, service, then, dated=dated)
    parts: list[Part] = _badge(say(ticket.language, "REPRINTED"), layout) if again else []
    for block in template.block:
        parts += _parts(block, fields, ticket.language, layout)
    return Composed(tuple(parts), width)


def compose_test_page(center: CenterState, device: str, width: int) -> Composed:
    """What a technician prints to see that paper, width and letters are right."""
    layout = LAYOUTS[width]
    parts: list[Part] = [
        drawing.text(pick(center.name, "vi"), layout.body, layout, bold=True),
        drawing.line(layout),
        drawing.text(say("vi", "Test print"), layout.large, layout, bold=True),
        drawing.text(device, layout.body, layout),
        drawing.text("Ễ Ẫ Ỗ Ữ Ặ Ệ ỡ ặ đ · Ƀ Č Ĕ Ñ Ư̆", layout.body, layout),
        drawing.gap(10, layout),
        drawing.ruler(layout),
        drawing.text(f"{width} dots, {width // DOTS_PER_MM} mm", layout.small, layout),
        drawing.text(_moment(center.at, center), layout.small, layout),
    ]
    return Composed(tuple(parts), width)


def _parts(block: Block, fields: Mapping[str, str], language: str, layout: Layout) -> list[Part]:
    """What a block becomes on this ticket."""
    if isinstance(block, NumberBlock):
        space = drawing.gap(AROUND_NUMBER, layout)
        return [space, drawing.number(fields["label"], layout), space]
    if block.when and not fields[block.when]:
        return []
    match block:
        case TextBlock():
            words = fill(block.text if isinstance(block.text, str) else pick(block.text, language), fields)
            if not words.strip():
                return []
            if block.inverse:
                return _badge(words, layout)
            return [drawing.text(words, getattr(layout, block.size), layout, bold=block.bold)]
        case CodeBlock():
            space = drawing.gap(AROUND_CODE, layout)
            text = fill(block.text, fields)
            return [space, Code(text, layout.width)] if text else []
        case PictureBlock():
            return [drawing.picture(block.file, layout)]
        case RuleBlock():
            return [drawing.line(layout) if block.style == "line" else drawing.dashes(layout)]


def _badge(words: str, layout: Layout) -> list[Part]:
    return [drawing.badge(words, layout), drawing.gap(BELOW_BADGE, layout)]


def _fields(ticket: Ticket, center: CenterState, service: str, then: str, *, dated: bool) -> dict[str, str]:
    """What a template's fields say on this ticket; nothing where there is nothing to say."""
    language, wait = ticket.language, ticket.wait
    minutes = say(language, "{range} minutes", range=wait_range(wait.low, wait.high)) if wait else ""
    return {
        "title": pick(center.title, language),
        "name": pick(center.name, language),
        "label": ticket.label,
        "service": service,
        "place": pick(ticket.place, language),
        "then": then,
        "priority": say(language, "Priority") if ticket.priority else "",
        "ahead": say(language, "not known now") if ticket.offline else _people(ticket.ahead, language),
        "wait": minutes,
        "opens": _moment(ticket.opens, center) if ticket.opens and not wait else "",
        "taken": _moment(ticket.at, center) if dated else "",
        "track": ticket.track,
    }


def _moment(at: datetime, center: CenterState) -> str:
    return f"{hour(at, center.timezone)} · {day(at, center.timezone)}"


def _people(count: int, language: str) -> str:
    if count == 0:
        return say(language, "nobody")
    return say(language, "1 person") if count == 1 else say(language, "{count} people", count=count)

"""How was it? Five faces with words on the panel's touch screen, of which one is touched."""

from dataclasses import dataclass

import pygame

from config.words import say
from screen import band, text
from screen.canvas import Canvas
from screen.theme import INK, MUTED, PAPER, SOFT, WHITE, Size

QUESTION = "How was the service?"
ANSWERS = ("Very bad", "Bad", "Fair", "Good", "Very good")  # scores 1 to 5


@dataclass(frozen=True)
class Layout:
    """Where things are, in px: the faces side by side, or one below the other on an upright panel."""

    unit: float
    margin: int
    question: int  # its baseline
    cards: tuple[pygame.Rect, ...]


def lay_out(size: Size) -> Layout:
    """The question, and below it five cards that fill the screen."""
    (width, height), top = size, band.height(size)
    unit = min(max(size) / 1280, min(size) / 800)
    margin, gap = round(48 * unit), round(24 * unit)
    question = top + round(110 * unit)
    first = question + round(96 * unit)
    last = height - round(64 * unit)  # below the cards there is room for the mark that the hub is away
    area = pygame.Rect(margin, first, width - 2 * margin, last - first)
    gaps = len(ANSWERS) - 1
    if height > width:
        each = (area.height - gaps * gap) // len(ANSWERS)
        cards = [
            pygame.Rect(area.left, area.top + place * (each + gap), area.width, each)
            for place in range(len(ANSWERS))
        ]
    else:
        each = (area.width - gaps * gap) // len(ANSWERS)
        cards = [
            pygame.Rect(area.left + place * (each + gap), area.top, each, area.height)
            for place in range(len(ANSWERS))
        ]
    return Layout(unit, margin, question, tuple(cards))


def score_at(size: Size, x: int, y: int) -> int | None:
    """The score whose face is there, 1 to 5."""
    cards = lay_out(size).cards
    return next((score for score, card in enumerate(cards, 1) if card.collidepoint(x, y)), None)


def draw(canvas: Canvas, chosen: int | None, *, english: bool) -> None:
    """Draw the question and its faces, the chosen one filled."""
    size = canvas.size
    at = lay_out(size)
    canvas.fill(PAPER)
    canvas.band()
    room, middle = size[0] - 2 * at.margin, size[0] // 2
    words, em = say("vi", QUESTION), round(60 * at.unit)
    em = text.fit(words, room, em, bold=True)
    canvas.line(words, middle, at.question, em, INK, bold=True, align="center")
    if english:
        base = at.question + round(52 * at.unit)
        canvas.line(QUESTION, middle, base, round(30 * at.unit), MUTED, align="center")
    for score, (card, answer) in enumerate(zip(at.cards, ANSWERS, strict=True), 1):
        _card(canvas, card, at.unit, score, answer, filled=score == chosen, english=english)


def _card(
    canvas: Canvas, card: pygame.Rect, unit: float, score: int, answer: str, *, filled: bool,
    english: bool,
) -> None:  # fmt: skip
    """A face and its words: below it, or beside it where the card lies."""
    align: text.Align
    ink, quiet, ground = (WHITE, WHITE, INK) if filled else (INK, MUTED, WHITE)
    weight = max(2, round(3 * unit))
    canvas.rounded(card, ground, round(22 * unit), border=ground if filled else SOFT, weight=weight)
    small, pad = round(28 * unit), round(18 * unit)
    if card.width > card.height:
        em, align = round(44 * unit), "left"
        side = min(card.height - 2 * pad, round(150 * unit))
        face = (card.left + 2 * pad + side // 2, card.centery)
        x, room = card.left + 4 * pad + side, card.width - 5 * pad - side
        base = card.centery + (0 if english else text.capital(em) // 2)
        below = base + round(46 * unit)
    else:
        em, align = round(34 * unit), "center"
        side = min(card.width - 2 * pad, round(150 * unit))
        face = (card.centerx, card.top + round(card.height * 0.32))
        x, room = card.centerx, card.width - 2 * pad
        base = card.top + round(card.height * 0.64)
        below = base + text.leading(em) + round(44 * unit)
    canvas.icon(f"face-{score}", face, side, ink)
    lines = text.wrap(say("vi", answer), room, em, bold=True)
    em = min(text.fit(line, room, em, bold=True) for line in lines)
    canvas.lines(lines, x, base, em, ink, bold=True, align=align)
    if english:
        canvas.line(answer, x, below, small, quiet, align=align)

"""A page read aloud: the words of its sheet, in the order and in the manner in which people read.

What is heard comes from what is shown, so no page says less than it shows. Figures and labels are said as
people say them: a program reads "08:12" and "A012" as it pleases.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial

from pygame import Rect

from config.spelling import SPELLING
from config.words import say
from kiosk.sheet import Sheet
from screen.canvas import Mark

MARKS = {  # in a dossier's code; of a long one the end is shown
    "vi": {".": "chấm", "-": "gạch", "…": ""},
    "en": {".": "dot", "-": "dash", "…": ""},
}
_LABEL = re.compile(r"\b[A-Z]\d{3,4}\b")
_SPELLED = re.compile(r"([A-Z0-9.…-] )*[A-Z0-9.-]")  # a letter alone, or a code as it is typed
_FIGURES = re.compile(r"[\d–]+")
# What figures stand for, and how that is said.
SPOKEN = (
    (re.compile(r"(\d+)–(\d+)"), "{} to {}"),
    (re.compile(r"\b0?(\d+):00\b"), "{} o'clock"),
    (re.compile(r"\b0?(\d+):0?(\d+)\b"), "{} hours {} minutes"),
    (re.compile(r"\b0?(\d+)/0?(\d+)\b"), "day {}, month {}"),
)


@dataclass(frozen=True)
class Reading:
    """The phrases of a page apart from its targets, and those of each target."""

    page: tuple[str, ...]
    targets: dict[str, tuple[str, ...]]


def read(sheet: Sheet) -> Reading:
    """What is on that sheet, as it is written."""
    page: list[tuple[Rect, str]] = []
    targets: dict[str, list[tuple[Rect, str]]] = {name: [] for name in sheet.targets}
    for box, words in _phrases(mark for mark in sheet.marks if mark.words):
        if name := sheet.at(*box.center):
            targets[name].append((box, words))
        else:
            page.append((box, words))
    foot = sheet.targets["done"].top if "done" in sheet.targets else sheet.height
    page.sort(key=lambda each: each[0].top >= foot)  # it is laid out first: the rest is what it leaves
    return Reading(
        tuple(_captioned(words for _, words in page)),
        {name: tuple(_downward(sheet.targets[name], phrases)) for name, phrases in targets.items()},
    )


def aloud(language: str, words: str) -> str:
    """The words as they are said."""
    if _SPELLED.fullmatch(words):
        return spelled(language, words.replace(" ", ""))
    words = _LABEL.sub(lambda label: spelled(language, label[0]), words.replace(" · ", ", "))
    for pattern, message in SPOKEN:
        words = pattern.sub(partial(_filled, say(language, message)), words)
    return words


def _filled(message: str, found: re.Match[str]) -> str:
    """The message with what was found."""
    return message.format(*found.groups())


def spelled(language: str, characters: str) -> str:
    """Letter by letter, digit by digit."""
    names = SPELLING[language] | MARKS[language]
    return " ".join(names.get(each, each) for each in characters)


def _phrases(marks: Iterable[Mark]) -> Iterator[tuple[Rect, str]]:
    """What is one text, wrapped or not."""
    box, words = Rect(0, 0, 0, 0), ""
    for mark in marks:
        if mark.goes_on:
            box, words = box.union(mark.box), f"{words} {mark.words}"
            continue
        if words:
            yield box, " ".join(words.split())
        box, words = mark.box, mark.words
    if words:
        yield box, " ".join(words.split())


def _captioned(phrases: Iterable[str]) -> Iterator[str]:
    """A figure and the words below it are one phrase: "4", "people ahead"."""
    figure = ""
    for each in phrases:
        if _FIGURES.fullmatch(each):
            if figure:
                yield figure
            figure = each
        else:
            yield f"{figure} {each}".strip()
            figure = ""
    if figure:
        yield figure


def _downward(box: Rect, phrases: list[tuple[Rect, str]]) -> Iterator[str]:
    """From above; what stands on the right after what stands on the left."""
    for _, words in sorted(phrases, key=lambda each: (each[0].left > box.centerx, each[0].top)):
        yield words

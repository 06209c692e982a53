"""What is said to somebody who cannot see the screen, or cannot read it: pages, choices and what changes.

Pure, as `kiosk.journey` is: it remembers what was told and finds what is to be told now. What a person does
interrupts what is said (EN 301 549, 5.1.3.5), and so does another page; what comes by itself waits its turn.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from config.words import FALLBACK, LANGUAGE_NAMES, say
from kiosk import focus
from kiosk.corner import Pin, Staff
from kiosk.journey import TOLD_ALOUD_S, Given, Typing, Waiting
from kiosk.look import VOLUMES
from kiosk.pages import lay_out
from kiosk.reading import Reading, aloud, read, spelled
from kiosk.scene import Scene
from kiosk.sheet import Sheet
from screen.speech import LANGUAGES
from screen.theme import Size

# What is drawn without words.
NAMES = {
    "look:large": "Larger text",
    "look:contrast": "Light on black",
    "look:clear": "Larger text, light on black",
    "look:low": "Everything within low reach",
    "look:spoken": "Spoken guidance",
    "erase": "Erase the last letter",
}


@dataclass(frozen=True)
class Sentence:
    """Words, and the language in which they are said."""

    language: str
    words: str


@dataclass(frozen=True)
class Telling:
    """What is to be said now; `at_once`: in place of what is being said."""

    sentences: tuple[Sentence, ...] = ()
    at_once: bool = False


@dataclass(frozen=True)
class Guide:
    """What was told last; nothing before the guidance begins and after it ends."""

    scene: Scene | None = None
    phrases: frozenset[str] = frozenset()  # of its page, whatever the figures in them
    targets: frozenset[str] = frozenset()
    asked: bool = False  # a person did something since, and waits for what came of it
    again: bool = False  # and wants to hear everything once more
    warned: bool = False  # that the page ends soon

    def tell(self, scene: Scene, size: Size) -> tuple["Guide", Telling]:
        """What that page, on a screen of that size, gives to say."""
        if not scene.look.spoken:
            if self.scene is None:
                return self, Telling()
            bye = say(_voice(self.scene.language), "The spoken guidance is over. Any key begins it again.")
            return Guide(), Telling((Sentence(_voice(self.scene.language), bye),), at_once=True)
        match scene.page:
            case Pin() | Staff() | Waiting(slow=False):  # staff see; an answer is there in a moment
                return self, Telling()
        shown = replace(scene, left=None, turn=0)
        now, telling = self, Telling()
        if shown != self.scene or self.asked:
            now, telling = self._compare(shown, size)
        ends = scene.left is not None and scene.left <= TOLD_ALOUD_S
        if ends and not now.warned and not telling.sentences:  # who hears something new has time again
            return replace(now, warned=True), Telling((_ends(scene),))
        return replace(now, warned=now.warned and ends), telling

    def _compare(self, scene: Scene, size: Size) -> tuple["Guide", Telling]:
        """What is new; of another page, or on request, that is all of it."""
        spoken, before = replace(scene, language=_voice(scene.language)), self.scene
        sheet = lay_out(spoken, size)
        reading = read(sheet)
        phrases = _with_notices(spoken, reading.page)
        page = [Sentence(spoken.language, aloud(spoken.language, each)) for each in phrases]
        chosen = tuple(_target(spoken, scene.language, sheet, reading))
        whole = (*page, *(chosen or _choices(spoken, sheet)))
        now = Guide(
            scene, frozenset(map(_without_figures, phrases)), frozenset(sheet.targets), warned=self.warned
        )
        if before is None:
            return now, Telling((*_help(spoken), *_others(spoken), *whole), at_once=True)
        if self.again:
            return now, Telling((*whole, *_help(spoken)), at_once=True)
        if _page(before) != _page(scene):
            return now, Telling(whole, at_once=True)
        was, code = _code(before), _code(scene)
        new = tuple(
            sentence
            for phrase, sentence in zip(phrases, page, strict=True)
            if _without_figures(phrase) not in self.phrases and phrase.replace(" ", "") != code
        )
        told = (*_volume(before, spoken), *_typed(spoken.language, was, code), *new)
        if self.asked and was == code:
            others = _choices(spoken, sheet) if now.targets != self.targets else ()
            told = (*told, *others, *chosen) or whole
        return now, Telling(told, at_once=self.asked)


def _page(scene: Scene) -> tuple[object, ...]:
    """What is another page where it is another."""
    ticket = scene.page.ticket.id if isinstance(scene.page, Given) else ""
    return type(scene.page), scene.language, ticket


def _voice(language: str) -> str:
    """The language in which a page is said: Vietnamese where there is no voice for its own."""
    return language if language in LANGUAGES else FALLBACK


def _with_notices(scene: Scene, phrases: tuple[str, ...]) -> tuple[str, ...]:
    """All the notices of the centre where they have their turns: whoever listens does not wait for them."""
    notices = [" ".join(scene.pick(each).split()) for each in scene.offer.notices]
    if not notices or notices[0] not in phrases:
        return phrases
    at = phrases.index(notices[0])
    return (*phrases[:at], *notices, *phrases[at + 1 :])


def _without_figures(phrase: str) -> str:
    """What differs by its figures alone, as the clock does and how many wait, is no news."""
    return re.sub(r"\d+", "0", phrase)


def _help(scene: Scene) -> Iterator[Sentence]:
    """How to go on."""
    yield Sentence(
        scene.language,
        scene.say("The arrow keys lead from one choice to the next, Enter chooses, Escape leads back."),
    )
    yield Sentence(
        scene.language,
        scene.say(
            "F1 says everything again, plus and minus make it louder and softer. A key ends what is said."
        ),
    )


def _others(scene: Scene) -> Iterator[Sentence]:
    """In each other language that it can be had in that one too."""
    for each in scene.offer.languages:
        if each in LANGUAGES and each != scene.language:
            words = say(each, "You can hear this in {name} too: choose it here.", name=LANGUAGE_NAMES[each])
            yield Sentence(each, words)


def _choices(scene: Scene, sheet: Sheet) -> tuple[Sentence, ...]:
    """How many there are, while none has been reached."""
    count = len(sheet.targets)
    words = scene.say("1 choice") if count == 1 else scene.say("{count} choices", count=count)
    return (Sentence(scene.language, words),) if count else ()


def _target(scene: Scene, language: str, sheet: Sheet, reading: Reading) -> Iterator[Sentence]:
    """The target that the keys have reached: its words, whether it is chosen, and its place among the others.

    `language` is the one that was chosen, whatever is spoken.
    """
    name = scene.focus
    if name not in sheet.targets:
        return
    kind, _, of = name.partition(":")
    if kind == "key":
        yield Sentence(scene.language, spelled(scene.language, of))
        return
    words, state = "", ""
    errands = scene.home.errands or ()
    if kind == "language":  # its own name, in its own voice
        yield Sentence(_voice(of), LANGUAGE_NAMES.get(of, of))
        state = scene.say("chosen") if of == language else ""
    elif name in NAMES:
        words = scene.say(NAMES[name])
        state = scene.say("chosen") if kind == "look" and scene.look.chosen(of) else ""
    elif kind == "service" and of in errands:  # a figure alone says so on the screen
        words = _joined(aloud(scene.language, each) for each in reading.targets[name] if not each.isdigit())
        state = scene.say("chosen as number {number}", number=errands.index(of) + 1)
    else:
        words = _joined(aloud(scene.language, each) for each in reading.targets[name])
    order = [each for each in focus.as_read(sheet.targets) if not each.startswith("key:")]
    place = scene.say("{number} of {count}", number=order.index(name) + 1, count=len(order))
    yield Sentence(scene.language, _joined(each for each in (words, state, place) if each))


def _joined(phrases: Iterable[str]) -> str:
    """One after the other, with a pause after each."""
    return " ".join(each if each[-1] in ".?!:" else f"{each}." for each in phrases)


def _code(scene: Scene) -> str:
    """The code as far as it is typed."""
    return scene.page.code if isinstance(scene.page, Typing) else ""


def _typed(language: str, was: str, code: str) -> Iterator[Sentence]:
    """The letter that was typed or erased."""
    if len(code) > len(was):
        yield Sentence(language, spelled(language, code[-1]))
    elif len(code) < len(was):
        yield Sentence(language, say(language, "{letter} erased", letter=spelled(language, was[-1])))


def _volume(before: Scene, scene: Scene) -> Iterator[Sentence]:
    """How loud it is from now on."""
    if before.look.volume != scene.look.volume:
        words = scene.say("Volume {number} of {count}", number=scene.look.volume, count=len(VOLUMES))
        yield Sentence(scene.language, words)


def _ends(scene: Scene) -> Sentence:
    """How long there is until the page ends, and how to stay."""
    spoken = replace(scene, language=_voice(scene.language))
    words = spoken.say("Back to the start in {seconds} seconds", seconds=scene.left)
    return Sentence(spoken.language, _joined((words, spoken.say("Press any key to stay."))))

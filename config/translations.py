"""Which words of a centre's file lack a language that the centre offers."""

from collections.abc import Iterator

from config.layers import Document, values
from config.rules import TEXTS
from config.shape import Mistake, name
from config.words import FALLBACK, LANGUAGE_NAMES

INSTEAD = "those in Vietnamese are shown"


def missing(document: Document) -> Iterator[Mistake]:
    """One for each text; a language that has none of them is told of once."""
    texts = [(path, text) for key in TEXTS for path, text in values(document, key) if isinstance(text, dict)]
    for path, language in values(document, "languages.*"):
        if language == FALLBACK or language not in LANGUAGE_NAMES:
            continue
        lacking = [place for place, text in texts if not text.get(language)]
        if len(lacking) == len(texts) > 1:
            yield Mistake(path, f'no words in this file are in "{language}": {INSTEAD}')
        else:
            for place in lacking:
                yield Mistake(place, f'`{name(place)}` has no words in "{language}": {INSTEAD}')

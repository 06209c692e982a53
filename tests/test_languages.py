"""What people read is there in Vietnamese, and no Êđê word is without a source."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import polib
import pytest

from config.words import LANGUAGE_NAMES, LOCALE, catalogue, say
from demo import gallery
from demo.files import TEMPLATES
from technician.check import notes

ROOT = LOCALE.parent.parent
READ = ("kiosk", "display", "printer", "web")


def messages(path: Path) -> Iterator[str]:
    """The messages that a module says in any language: the words in a call of `say`."""
    for call in ast.walk(ast.parse(path.read_text())):
        if isinstance(call, ast.Call) and ast.unparse(call.func).split(".")[-1] == "say":
            parts = [each for argument in call.args for each in ast.walk(argument)]
            words = {each.value for each in parts if isinstance(each, ast.Constant)}
            if "en" not in words:  # one that is said in English only
                yield from (word for word in words if isinstance(word, str) and word not in LANGUAGE_NAMES)


@pytest.mark.parametrize("package", READ)
def test_every_message_is_there_in_vietnamese(package: str) -> None:
    said = {message for path in (ROOT / package).glob("*.py") for message in messages(path)}
    assert said - set(catalogue("vi")) == set()


def words(screen: gallery.Name, language: str) -> dict[str, str]:
    """Everything that a screen says in any of its states, and in which."""
    glass = next(gallery.glasses(screen))
    pictures = list(gallery.pictures(screen, glass, language))
    return {mark.words: each.state for each in pictures for mark in each.canvas().marks if mark.words}


@pytest.mark.parametrize("screen", gallery.GLASS)
def test_a_vietnamese_screen_says_in_english_only_what_somebody_is_called_in(screen: gallery.Name) -> None:
    english = re.compile(r"\b(the|please|your|is|of|back|take|with|this|no|not)\b", re.IGNORECASE)
    said = {text for text in words(screen, "vi") if english.search(text)}
    assert {text for text in said if not re.fullmatch(r"Number \w+, please go to .+", text)} == set()


def test_an_english_kiosk_says_nothing_in_vietnamese_for_which_there_are_words() -> None:
    assert words("kiosk", "en").keys() & set(catalogue("vi").values()) == set()


@pytest.mark.parametrize("path", sorted(LOCALE.glob("*.po")), ids=lambda path: path.stem)
def test_a_translation_keeps_the_values_of_its_message(path: Path) -> None:
    def values(text: str) -> set[str]:
        return {part.split("}")[0] for part in text.split("{")[1:]}

    entries = polib.pofile(str(path))
    assert [entry.msgid for entry in entries if values(entry.msgid) != values(entry.msgstr)] == []
    assert len({entry.msgid for entry in entries}) == len(entries), "a message is there twice"


def test_every_ede_word_names_its_source_and_the_manual_has_it() -> None:
    manual = (ROOT / "docs" / "languages.md").read_text()
    for entry in polib.pofile(str(LOCALE / "rad.po")):
        sources = [word for word in entry.tcomment.split() if word.startswith("https://")]
        assert sources, f"{entry.msgid!r} names no source"
        assert all(source in manual for source in sources)
        assert entry.msgstr in manual


def test_words_that_a_centre_lacks_are_named_with_their_line(tmp_path: Path) -> None:
    whole = (TEMPLATES / "center.toml").read_text()
    path, name = tmp_path / "center.toml", 'name = { vi = "Đất đai", en = "Land" }'
    path.write_text(whole.replace(name, 'name = { vi = "Đất đai" }'))
    line = whole[: whole.index(name)].count("\n") + 1
    one, other = notes(path)
    assert one.endswith(': no words in this file are in "rad": those in Vietnamese are shown')
    assert other == f'{path}:{line}: `services.name` has no words in "en": those in Vietnamese are shown'
    path.write_text(whole.replace('"en", "rad"]', '"en"]'))
    assert notes(path) == []


def test_what_ede_lacks_is_said_in_vietnamese() -> None:
    assert say("rad", "Your number") == "Mrô"
    assert say("rad", "What do you need to do?") == "Ông bà cần làm gì?"

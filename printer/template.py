"""What a ticket shows, and in what order: a TOML file of blocks, which a centre may change.

Whatever is wrong with one is told with its line, before a ticket is printed by it. It cannot lack the number,
and a ticket that is printed once more is marked as such whatever the template says.
"""

import string
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

from msgspec import Meta
from PIL import Image

from config.fields import Table
from config.layers import Document, Layers
from config.settings import PrinterPort
from config.shape import Mistake, closest, convert, mistakes, quoted
from config.words import FALLBACK, LANGUAGE_NAMES

SHIPPED = Path(__file__).with_name("templates")
MOST_BLOCKS, MOST_LETTERS = 40, 300
MOST_DOTS = 2000  # a side of a picture

Field = Literal[
    "title", "name", "label", "service", "place", "then", "priority", "ahead", "wait", "opens", "taken",
    "track",
]  # fmt: skip
FIELDS: tuple[str, ...] = get_args(Field)
Words = Annotated[
    str | dict[str, str],
    Meta(description='text in quotes, or words by language, as in { vi = "…", en = "…" }'),
]


class TextBlock(Table, frozen=True, kw_only=True, tag_field="kind", tag="text"):
    """Centred lines; left out when `when`, or a field of their own, has nothing to say."""

    text: Words
    size: Literal["small", "body", "large"] = "body"
    bold: bool = False
    inverse: bool = False  # white on black
    when: Field | None = None


class NumberBlock(Table, frozen=True, tag_field="kind", tag="number"):
    """The ticket's label, as large as the paper takes it."""


class CodeBlock(Table, frozen=True, kw_only=True, tag_field="kind", tag="qr"):
    """A QR code of this text."""

    text: Annotated[str, Meta(min_length=1, max_length=MOST_LETTERS)]
    when: Field | None = None


class PictureBlock(Table, frozen=True, kw_only=True, tag_field="kind", tag="picture"):
    """A picture in black and white, shrunk where it is wider than the paper."""

    file: Path
    when: Field | None = None


class RuleBlock(Table, frozen=True, kw_only=True, tag_field="kind", tag="rule"):
    """A line across the paper."""

    style: Literal["dashes", "line"] = "dashes"
    when: Field | None = None


Block = TextBlock | NumberBlock | CodeBlock | PictureBlock | RuleBlock
_KINDS: dict[str, type[Block]] = {each.__struct_config__.tag: each for each in get_args(Block)}


class Template(Table, frozen=True):
    """The blocks from top to bottom."""

    block: tuple[Block, ...]


def template_of(printer: PrinterPort) -> Template:
    """The centre's own, or what comes with Lượt: on a serial line a shorter one, for letters take time."""
    return load(printer.template or SHIPPED / ("short.toml" if printer.serial else "ticket.toml"))


@cache
def load(path: Path) -> Template:
    """Read a template. SettingsError tells every mistake, one a line."""
    layers = Layers.read(path)
    layers.judge(_mistakes(layers.document, path.parent))
    return convert(_anchored(layers.document, path.parent), Template)


def _anchored(document: Document, folder: Path) -> Document:
    """A sound template, with its pictures' paths made relative to the folder that it lies in."""
    blocks = document["block"]
    return {
        "block": [each | {"file": str(folder / each["file"])} if "file" in each else each for each in blocks]
    }


def _mistakes(document: Document, folder: Path) -> Iterator[Mistake]:
    blocks = document.get("block", [])
    for key in document.keys() - {"block"}:
        yield Mistake((key,), f"unknown key `{key}`: a template is made of tables [[block]]; remove it")
    if not isinstance(blocks, list) or not all(isinstance(each, dict) for each in blocks):
        yield Mistake(("block",), "`block` must be tables, each below a header in double brackets")
        return
    if len(blocks) > MOST_BLOCKS:
        yield Mistake(("block", MOST_BLOCKS), f"a ticket has {MOST_BLOCKS} blocks at most: remove the rest")
    if not any(each.get("kind") == "number" for each in blocks):
        yield Mistake((), 'the number is missing: add a [[block]] with kind = "number"')
    for place, block in enumerate(blocks):
        kind = _KINDS.get(block["kind"]) if isinstance(block.get("kind"), str) else None
        if kind is None:
            meant = closest(block.get("kind"), _KINDS)
            advice = f"did you mean {quoted(meant)}?" if meant else f"one of {', '.join(map(quoted, _KINDS))}"
            yield Mistake(("block", place, "kind"), f"`block.kind` is none that there is: {advice}")
            continue
        found = list(mistakes(block, kind, ("block", place)))
        yield from found
        if not found:
            yield from _in_block(place, block, folder)


def _in_block(place: int, block: dict[str, Any], folder: Path) -> Iterator[Mistake]:
    """What the shape of a block cannot say."""
    text = block.get("text", "")
    for language, words in text.items() if isinstance(text, dict) else [("", text)]:
        where = ("block", place, "text", language) if language else ("block", place, "text")
        if language and language not in LANGUAGE_NAMES:
            yield Mistake(where, f"there is no language {quoted(language)} here")
        if len(words) > MOST_LETTERS:
            yield Mistake(where, f"`block.text` is longer than {MOST_LETTERS} letters: shorten it")
        else:
            yield from (Mistake(where, f"`block.text`: {what}") for what in _in_words(words))
    if isinstance(text, dict) and not text.get(FALLBACK):
        yield Mistake(
            ("block", place, "text"), f"`block.text` lacks its words in Vietnamese: add {FALLBACK} = …"
        )
    if "file" in block:
        fault = _fault(folder / block["file"])
        if fault:
            yield Mistake(("block", place, "file"), f"`block.file`: {block['file']} {fault}")


def _in_words(words: str) -> Iterator[str]:
    try:
        parts = list(string.Formatter().parse(words))
    except ValueError:
        yield "a brace without its other one; write {{ and }} for braces that are printed"
        return
    for _, field, how, conversion in parts:
        if field is not None and (field not in FIELDS or how or conversion):
            meant = closest(field, FIELDS)
            advice = f"did you mean {{{meant}}}?" if meant else "those there are: " + ", ".join(FIELDS)
            yield f"there is no field {{{field}}}; {advice}"
    if not words.isprintable():
        yield "it has letters that cannot be printed"


def _fault(path: Path) -> str:
    """What is wrong with a picture, or nothing."""
    try:
        with Image.open(path) as picture:
            if max(picture.size) > MOST_DOTS:
                return f"is larger than {MOST_DOTS} dots a side: make it smaller"
            picture.load()
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        return f"is no picture that can be read: {error}"
    return ""


def fill(words: str, fields: Mapping[str, str]) -> str:
    """The words with the fields in them; nothing where one of these has nothing to say."""
    names = [field for _, field, _, _ in string.Formatter().parse(words) if field is not None]
    return words.format_map(fields) if all(fields[each] for each in names) else ""

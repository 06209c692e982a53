"""What in a document does not fit the settings' structs: every mistake of it, in words for a technician.

msgspec stops at the first mistake, so the structs are walked here and msgspec judges the single values.
"""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from difflib import get_close_matches
from types import NoneType
from typing import Annotated, Any, NamedTuple, TypeVar, get_args, get_origin

import msgspec
from msgspec import Struct, inspect, structs

from config.lines import KeyPath

T = TypeVar("T")


class Mistake(NamedTuple):
    """What is wrong, and what to do; `path` leads to it, or to the table that lacks something."""

    path: KeyPath
    text: str


def convert(value: object, kind: type[T]) -> T:
    """The value as a `kind`; `msgspec.ValidationError` where it has a mistake."""
    return msgspec.convert(value, kind, dec_hook=lambda wanted, written: wanted(written))


def mistakes(value: object, kind: Any, path: KeyPath = ()) -> Iterator[Mistake]:
    """Every mistake in a value that should become a `kind`; where there is none, `convert` takes it."""
    if NoneType in get_args(kind):
        kind = next(each for each in get_args(kind) if each is not NoneType)
    if get_origin(kind) is Annotated and isinstance(value, list):
        within = list(mistakes(value, get_args(kind)[0], path))
        if any(len(mistake.path) > len(path) for mistake in within):  # of its items, not of its length
            yield from within
            return
    origin, inside = get_origin(kind), get_args(kind)
    if origin is tuple and inside[-1] is Ellipsis and isinstance(value, list):
        inside = inside[:1] * len(value)
    if isinstance(kind, type) and issubclass(kind, Struct) and isinstance(value, dict):
        yield from _in_table(value, kind, path)
    elif origin is tuple and isinstance(value, list) and len(value) == len(inside):
        for place, (each, of) in enumerate(zip(value, inside, strict=True)):
            yield from mistakes(each, of, (*path, place))
    elif origin is dict and isinstance(value, dict):
        for key, each in value.items():
            yield from mistakes(each, inside[1], (*path, key))
    else:
        try:
            convert(value, kind)
        except msgspec.ValidationError:
            wanted = inspect.type_info(kind)
            yield Mistake(path, f"`{name(path)}` must be {_describe(wanted)}{_not(value, wanted)}")


def _in_table(table: Mapping[str, object], struct: type[Struct], path: KeyPath) -> Iterator[Mistake]:
    fields = {field.name: field for field in structs.fields(struct)}
    known = [*fields, *filter(None, [struct.__struct_config__.tag_field])]
    meant = {key: closest(key, known) for key in table if key not in known}
    for key, value in table.items():
        if key in meant:
            advice = (
                f"did you mean `{meant[key]}`?"
                if meant[key]
                else f"it is none of {', '.join(known)}; remove it"
            )
            yield Mistake((*path, key), f"unknown key `{name((*path, key))}`: {advice}")
        if field := fields.get(meant.get(key, key)):
            yield from mistakes(value, field.type, (*path, key))
    for missing, field in fields.items():
        if field.required and missing not in table and missing not in meant.values():
            wanted = _describe(inspect.type_info(field.type))
            yield Mistake(path, f"`{name((*path, missing))}` is missing: add it, as {wanted}")


def name(path: KeyPath) -> str:
    """`counters.services`: a path as people say it; the line tells which of the counters it is."""
    return ".".join(part for part in path if isinstance(part, str))


def closest(word: object, words: Iterable[str]) -> str:
    """The one of `words` that was probably meant, or ""."""
    return next(iter(get_close_matches(str(word).lower(), words, 1, cutoff=0.7)), "")


def each_once(found: Iterable[tuple[KeyPath, Any]], advice: str) -> Iterator[Mistake]:
    """A mistake for every value that was there before."""
    seen = []
    for path, value in found:
        if value in seen:
            yield Mistake(path, f"`{name(path)}` has {quoted(value)} a second time: {advice}")
        seen.append(value)


def meant(word: str, known: Collection[str]) -> str:
    """What to write in place of a word that is none of those known, as the end of a sentence."""
    if not known:
        return "; there are none"
    guess = closest(word, known)
    return f'; did you mean "{guess}"?' if guess else f"; there are: {', '.join(known)}"


def _describe(wanted: inspect.Type) -> str:
    """What is to be written, as in "must be …"."""
    match wanted:
        case inspect.Metadata(extra_json_schema={"description": str(words)}):
            return words
        case inspect.Metadata(type=inner):
            return _describe(inner)
        case inspect.IntType(ge=low, le=high):
            return f"a whole number from {low} to {high}"
        case inspect.FloatType(gt=low, le=high):
            return f"a number over {low} and at most {high}"
        case inspect.StrType(max_length=None):
            return "text in quotes"
        case inspect.StrType(max_length=most):
            return f"text in quotes, 1 to {most} letters long"
        case inspect.BoolType():
            return "true or false, without quotes"
        case inspect.LiteralType(values=values):
            return f"one of {', '.join(quoted(value) for value in values)}"
        case inspect.DateType():
            return "a date without quotes, as in 2027-01-01"
        case inspect.TupleType(item_types=items):
            return f"a list of {len(items)} in brackets, each of them {_describe(items[0])}"
        case inspect.VarTupleType(item_type=inspect.StructType()):
            return "tables, each below a header in double brackets"
        case inspect.VarTupleType(item_type=item):
            return f"a list in brackets, each of them {_describe(item)}"
        case inspect.DictType(value_type=inspect.LiteralType()):
            return 'acts by key, as in { enter = "next", "+" = "recall" }'
        case inspect.DictType(value_type=inspect.IntType()):
            return 'whole numbers by hour, as in { "07:00" = 80, "11:30" = 40 }'
        case inspect.DictType():
            return 'words by language, as in { vi = "…", en = "…" }'
        case inspect.StructType():
            return "a table"
        case inspect.CustomType():
            return "a path in quotes"
    raise TypeError(f"settings of this kind have no words yet: {wanted}")


def _not(value: object, wanted: inspect.Type) -> str:
    """`, not …`: what is written instead, as far as it may be told."""
    if isinstance(wanted, inspect.Metadata) and (wanted.extra or {}).get("masked"):
        return ""
    match value:
        case dict():
            return ", not a table"
        case list() if isinstance(wanted, inspect.StructType):
            return ", not several: its header has single brackets"
        case list():
            return f", not a list of {len(value)}"
        case str() if isinstance(wanted, inspect.LiteralType):
            guess = closest(value, (each for each in wanted.values if isinstance(each, str)))
            return f", not {quoted(value)}" + (f"; did you mean {quoted(guess)}?" if guess else "")
        case str() | int() | float():
            return f", not {quoted(value)}"
    return f", not {value}"  # a date or a time


def quoted(value: object) -> str:
    """The value as the file has it."""
    return json.dumps(value, ensure_ascii=False)

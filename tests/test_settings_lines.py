"""The scanner finds the line of every key, in whatever form of TOML it is written."""

import json
import tomllib
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from config.lines import KeyPath, key_lines

# Every number in the texts below is written as LINE and replaced by the number of the line that it stands on.
LINE = "@@"

names = st.sampled_from(["a", "b", "c-1", "1", "true", "a.b", "", "#", "=", "]", 'quo"te', "quầy", "\\", "'"])
noise = st.sampled_from(["", "  ", "# a = 1 [x]", "\n", "\n  # ]]\n\n", "\t# '''"])
gaps = st.sampled_from(["", " ", "\n", " # } ] ,\n", "\n\n  "])
texts = st.sampled_from([
    '""', "''", '"a = 1"', r'"\"\\"', "'\\'", '"# no"', '"""x"""', "'''\n[a]\nb = 1\n'''",
    '"""\n\\""" \\\n """""',
    "''''quoted'''''", '"]},"', "1979-05-27 07:32:00", "-inf", "true", "0xff",
])  # fmt: skip


@st.composite
def keys(draw: st.DrawFn, name: str) -> str:
    """The name as a key: bare where that is allowed, else in quotes of either kind."""
    forms = [json.dumps(name, ensure_ascii=False)]
    if "'" not in name:
        forms.append(f"'{name}'")
    if name and name.isascii() and name.replace("-", "").isalnum():
        forms.append(name)
    return draw(st.sampled_from(forms))


trees = st.recursive(
    st.just(LINE) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3),
    max_leaves=12,
)


@st.composite
def inline(draw: st.DrawFn, value: Any) -> str:
    """A value in one piece; arrays may go over several lines."""
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        parts = [draw(gaps) + draw(inline(each)) + draw(gaps) for each in value]
        last = draw(st.sampled_from(["", ","])) if parts else ""
        return f"[{','.join(parts)}{last}{draw(gaps)}]"
    pairs = [f" {draw(keys(name))} = {draw(inline(each))} " for name, each in value.items()]
    return "{" + ",".join(pairs) + "}"


@st.composite
def dotted(draw: st.DrawFn, prefix: str, value: Any) -> list[str]:
    """Lines `prefix.name = value`, as deep as chance has it."""
    if isinstance(value, dict) and value and draw(st.booleans()):
        lines = []
        for name, each in value.items():
            dot = draw(st.sampled_from([".", " . "]))
            lines += draw(dotted(f"{prefix}{dot}{draw(keys(name))}", each))
        return lines
    return [f"{prefix} = {draw(inline(value))}"]


@st.composite
def tables(draw: st.DrawFn, prefix: str, table: dict[str, Any]) -> list[str]:
    """The statements of a table: its own keys first, then tables and arrays of tables below headers."""
    lines, below = [], []
    for name, value in table.items():
        path = ".".join(filter(None, (prefix, draw(keys(name)))))
        as_tables = isinstance(value, list) and value and all(isinstance(each, dict) for each in value)
        if isinstance(value, dict) and draw(st.booleans()):
            below += [f"[ {path} ]", *draw(tables(path, value))]
        elif as_tables and draw(st.booleans()):
            for each in value:
                below += [f"[[{path}]]", *draw(tables(path, each))]
        else:
            lines += draw(dotted(draw(keys(name)), value))
    return [part for line in lines + below for part in (draw(noise), line)]


@st.composite
def documents(draw: st.DrawFn) -> str:
    statements = draw(tables("", draw(st.dictionaries(names, trees, max_size=4))))
    newline = draw(st.sampled_from(["\n", "\r\n"]))
    lines = "\n".join(statements).split("\n")
    return newline.join(line.replace(LINE, str(number)) for number, line in enumerate(lines, start=1))


def paths(value: Any, path: KeyPath = ()) -> dict[KeyPath, Any]:
    """Every path in a document, with what stands there."""
    inside: dict[Any, Any] = {}
    if isinstance(value, dict | list):
        for key, each in value.items() if isinstance(value, dict) else enumerate(value):
            inside |= {(*path, key): each} | paths(each, (*path, key))
    return inside


@given(documents())
def test_every_path_has_its_line(text: str) -> None:
    document = tomllib.loads(text)
    found = key_lines(text)
    assert found.keys() == paths(document).keys()
    told = {path: value for path, value in paths(document).items() if type(value) is int and value != 0xFF}
    assert {path: found[path] for path in told} == told


def test_a_table_stands_where_its_header_does() -> None:
    text = "[a.b]\nc = 1\n\n[[d]]\n[[d]]\ne = [\n  1,\n  2]\n"
    assert key_lines(text) == {
        ("a",): 1, ("a", "b"): 1, ("a", "b", "c"): 2,
        ("d",): 4, ("d", 0): 4, ("d", 1): 5, ("d", 1, "e"): 6, ("d", 1, "e", 0): 7, ("d", 1, "e", 1): 8,
    }  # fmt: skip

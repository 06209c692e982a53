"""Templates of tickets: those that come with Lượt, a centre's own, wrong ones and hostile ones."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from config.errors import SettingsError
from config.settings import PrinterPort
from printer.sample import CENTER, sample
from printer.template import FIELDS, MOST_BLOCKS, SHIPPED, Template, TextBlock, load, template_of
from printer.ticket import compose
from technician.check import verdict
from tests.paper import find, ticket

NUMBER = '[[block]]\nkind = "number"\n'


def write(folder: Path, text: str) -> Path:
    path = folder / "ticket.toml"
    path.write_text(text, encoding="utf-8")
    load.cache_clear()
    return path


def told(path: Path) -> list[str]:
    """What is wrong with it, without its folder."""
    with pytest.raises(SettingsError) as error:
        load(path)
    return [line.replace(f"{path.parent}/", "") for line in error.value.message.splitlines()]


@pytest.mark.parametrize("path", sorted(SHIPPED.glob("*.toml")), ids=lambda path: path.stem)
def test_every_word_that_comes_with_luot_is_there_in_vietnamese_and_english(path: Path) -> None:
    for block in load(path).block:
        if isinstance(block, TextBlock) and isinstance(block.text, dict):
            assert {"vi", "en"} <= block.text.keys()


def test_a_serial_line_gets_the_short_ticket_and_a_centre_its_own(tmp_path: Path) -> None:
    own = write(tmp_path, NUMBER)
    assert template_of(PrinterPort(host="printer")) == load(SHIPPED / "ticket.toml")
    assert template_of(PrinterPort(usb="/dev/usb/lp0")) == load(SHIPPED / "ticket.toml")
    assert template_of(PrinterPort(serial="/dev/ttyS0")) == load(SHIPPED / "short.toml")
    assert template_of(PrinterPort(serial="/dev/ttyS0", template=own)) == load(own)


def test_a_centres_own_blocks_are_on_its_ticket(tmp_path: Path) -> None:
    Image.new("RGB", (900, 300), "black").save(tmp_path / "logo.png")
    text = f"""
[[block]]
kind = "picture"
file = "logo.png"

{NUMBER}
[[block]]
kind = "text"
text = {{ vi = "Mời lên tầng 2", rad = "Êđê: Ƀ Č Ĕ" }}

[[block]]
kind = "text"
text = "{{{{{{label}}}}}}"
"""
    own = load(write(tmp_path, text))
    for language, words in (("vi", "Mời lên tầng 2"), ("en", "Mời lên tầng 2"), ("rad", "Êđê: Ƀ Č Ĕ")):
        picture = compose(ticket(language=language), CENTER, "", 576, own).picture
        assert find(picture, words, 30)
        assert find(picture, "{A012}", 30)
        assert picture.getpixel((288, 10)) == 0  # the picture, above all and in the middle
        assert picture.getpixel((20, 10)) == 255


def test_what_has_nothing_to_say_is_left_out_whole(tmp_path: Path) -> None:
    own = load(write(tmp_path, NUMBER + '[[block]]\nkind = "rule"\nwhen = "wait"\n'))
    with_wait = compose(ticket(), CENTER, "", 576, own).picture
    without = compose(ticket(wait=None), CENTER, "", 576, own).picture
    assert with_wait.height > without.height


TEXT = NUMBER + '[[block]]\nkind = "text"\n'
KINDS = '"text", "number", "qr", "picture", "rule"'
TABLES = "must be tables, each below a header in double brackets"
BRACES = "write {{ and }} for braces that are printed"


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("", '1: the number is missing: add a [[block]] with kind = "number"'),
        (NUMBER + '[[block]]\nkind = "txt"\n', '4: `block.kind` is none that there is: did you mean "text"?'),
        (NUMBER + "[[block]]\nkind = 7\n", f"4: `block.kind` is none that there is: one of {KINDS}"),
        (TEXT + 'txt = "a"\n', "5: unknown key `block.txt`: did you mean `text`?"),
        (TEXT + 'text = "{label"\n', f"5: `block.text`: a brace without its other one; {BRACES}"),
        (TEXT + 'text = "{lable}"\n', "5: `block.text`: there is no field {lable}; did you mean {label}?"),
        (
            TEXT + 'text = "{label.__class__}"\n',
            "5: `block.text`: there is no field {label.__class__}; those there are: " + ", ".join(FIELDS),
        ),
        (TEXT + 'text = { en = "a" }\n', "5: `block.text` lacks its words in Vietnamese: add vi = …"),
        (TEXT + 'text = { vi = "a", xx = "b" }\n', '5: there is no language "xx" here'),
        (TEXT + 'text = "a\\u0007"\n', "5: `block.text`: it has letters that cannot be printed"),
        (
            TEXT + 'text = "a"\nsize = "huge"\n',
            '6: `block.size` must be one of "body", "large", "small", not "huge"',
        ),
        (NUMBER + 'when = "wait"\n', "3: unknown key `block.when`: it is none of kind; remove it"),
        ("block = 3\n", f"1: `block` {TABLES}"),
        (
            'size = "58"\n' + NUMBER,
            "1: unknown key `size`: a template is made of tables [[block]]; remove it",
        ),
        (
            NUMBER * (MOST_BLOCKS + 1),
            f"{2 * MOST_BLOCKS + 1}: a ticket has {MOST_BLOCKS} blocks at most: remove the rest",
        ),
    ],
)
def test_a_bad_template_is_refused_with_line_and_reason(tmp_path: Path, text: str, wrong: str) -> None:
    assert told(write(tmp_path, text)) == [f"ticket.toml:{wrong}"]


def test_a_picture_that_is_none_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path, NUMBER + '[[block]]\nkind = "picture"\nfile = "logo.png"\n')
    assert "No such file" in told(path)[0]
    (tmp_path / "logo.png").write_bytes(b"GIF89a but not really")
    assert "is no picture that can be read" in told(path)[0]
    Image.new("1", (3000, 10)).save(tmp_path / "logo.png")
    assert "is larger than 2000 dots a side" in told(path)[0]


def test_a_template_is_checked_by_itself_and_with_its_kiosk(tmp_path: Path) -> None:
    template, kiosk = write(tmp_path, NUMBER), tmp_path / "kiosk-1.toml"
    kiosk.write_text(
        'role = "kiosk"\ncenter = "tan-lap"\ndevice = "kiosk-1"\n'
        '[printer]\nhost = "10.0.0.9"\ntemplate = "ticket.toml"\n'
    )
    assert verdict(template) == "a ticket of 1 blocks"
    assert verdict(kiosk) == f"kiosk kiosk-1 of tan-lap, with {template}: a ticket of 1 blocks"
    write(tmp_path, "[[block]]\n")
    for path in (template, kiosk):
        with pytest.raises(SettingsError, match="the number is missing"):
            verdict(path)


def as_toml(value: Any) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return '"' + "".join(f"\\U{ord(letter):08x}" for letter in value) + '"'
        case dict():
            return "{ " + ", ".join(f"{as_toml(key)} = {as_toml(each)}" for key, each in value.items()) + " }"
    return repr(value)


letters = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)
words = st.lists(st.one_of(letters, st.sampled_from([f"{{{each}}}" for each in FIELDS]))).map("".join)
values = st.one_of(
    words,
    st.booleans(),
    st.integers(-(2**63), 2**63 - 1),
    st.sampled_from(["small", "large", "dashes", "line", "logo.png", *FIELDS]),
    st.dictionaries(st.sampled_from(["vi", "en", "rad", "xx"]), words, max_size=3),
)
keys = st.one_of(st.sampled_from(["text", "size", "bold", "inverse", "when", "style", "file"]), letters)
kinds = st.sampled_from(["text", "number", "qr", "picture", "rule", "table"])


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.tuples(kinds, st.dictionaries(keys, values, max_size=4)), max_size=6),
    st.sampled_from([384, 576]),
)
def test_any_template_is_refused_in_words_or_makes_a_ticket(
    tmp_path_factory: pytest.TempPathFactory, blocks: list[tuple[str, dict[str, Any]]], width: int
) -> None:
    folder = tmp_path_factory.getbasetemp()
    Image.new("1", (600, 20)).save(folder / "logo.png")
    text = NUMBER
    for kind, pairs in blocks:
        text += f'[[block]]\nkind = "{kind}"\n'
        text += "".join(
            f"{as_toml(key)} = {as_toml(value)}\n" for key, value in pairs.items() if key != "kind"
        )
    template: Template | SettingsError
    try:
        template = load(write(folder, text))
    except SettingsError as error:
        template = error
    if isinstance(template, SettingsError):
        assert template.message.startswith(f"{folder}/ticket.toml:")
    else:
        picture = compose(sample("vi"), CENTER, "Hộ tịch", width, template).picture
        assert picture.width == width
        assert picture.height < 40_000

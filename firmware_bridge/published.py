"""What others need of `frames`: the firmware's C header, and the tables of docs/line-protocol.md."""

import inspect
import re
from collections.abc import Iterator
from enum import IntEnum

from firmware_bridge import frames, segments
from firmware_bridge.frames import LAYOUTS, Kind, Lamp, Layout, Mark, Outcome, size, wire_time

KINDS: tuple[type[IntEnum | Mark | Lamp], ...] = (Kind, Outcome, Mark, Lamp)
CONSTANTS = {
    "VERSION": (frames.VERSION, "of this protocol; other frames are not for us"),
    "EVERYONE": (frames.EVERYONE, "the address of a request to all devices with keys"),
    "TEXT_CELLS": (frames.TEXT_CELLS, "the longest text, in characters"),
    "UNIQUE_BYTES": (frames.UNIQUE_BYTES, "of a device's unique id"),
    "MAX_FRAME": (frames.MAX_FRAME, "bytes, delimiters and all"),
    "SLOTS": (frames.SLOTS, "the most that a Hello asks for"),
    "SLOT_BYTES": (size(frames.Identity), "a slot is as long as so many bytes, and TURN_MS"),
    "REST_MS": (round(frames.REST_S * 1000), "from a request to its answer, at least"),
    "TURN_MS": (round(frames.TURN_S * 1000), "from a request to its answer, at most"),
    "PRESS_LIFE_MS": (round(frames.PRESS_LIFE_S * 1000), "after which a press is given up"),
    "ALONE_MS": (round(frames.ALONE_S * 1000), "without a request, after which what is shown is old"),
}
C_TYPES = {"B": "uint8", "H": "uint16", "I": "uint32"}
BAUD = 19200


def header() -> str:
    """The C header of the reference firmware."""
    return "\n".join(_header()) + "\n"


def _header() -> Iterator[str]:
    yield "/* Made by `luot contract --header` from firmware_bridge/frames.py: change it there. */"
    yield "#ifndef LUOT_FRAMES_H"
    yield "#define LUOT_FRAMES_H"
    yield ""
    for name, (value, meaning) in CONSTANTS.items():
        yield f"#define LUOT_{name} {value} /* {meaning} */"
    yield ""
    yield "enum luot_type {"
    yield from (f"    LUOT_{_upper(each)} = 0x{each.code:02X}," for each in LAYOUTS)
    yield "};"
    for kind in KINDS:
        yield ""
        yield f"enum luot_{kind.__name__.lower()} {{"
        yield from (f"    LUOT_{kind.__name__.upper()}_{each.name} = {each.value}," for each in kind)
        yield "};"
    yield ""
    yield "/* The size of each type's payload, and where its fields are in it. */"
    yield "#define LUOT_PAYLOADS(X) \\"
    rows = [f"    X(LUOT_{_upper(each)}, {each.packing.size})" for each in LAYOUTS]
    yield " \\\n".join(rows)
    for layout in LAYOUTS:
        if layout.formats:
            yield ""
        for name, offset, kind_ in _fields(layout):
            yield f"#define LUOT_{_upper(layout)}_{name.upper()} {offset} /* {kind_} */"
    yield ""
    yield f"/* Seven segments of the characters 0x{segments.FIRST:02X} to 0x{segments.LAST:02X}. */"
    yield "#define LUOT_SEGMENTS { \\"
    codes = [segments.segments(chr(each)) for each in range(segments.FIRST, segments.LAST + 1)]
    for at in range(0, len(codes), 16):
        yield "    " + " ".join(f"0x{code:02X}," for code in codes[at : at + 16]) + " \\"
    yield "}"
    yield ""
    yield "#endif"


def tables() -> str:
    """The tables of the page, as Markdown."""
    return "\n".join(_tables()) + "\n"


def _tables() -> Iterator[str]:
    yield "### Messages"
    yield ""
    yield f"| type | message | payload | frame | at {BAUD} baud |"
    yield "| --- | --- | ---: | ---: | ---: |"
    for each in LAYOUTS:
        whole = size(each.message)
        milliseconds = wire_time(whole, BAUD) * 1000
        name = each.message.__name__
        yield f"| `{each.code:02X}` | {name} | {each.packing.size} | {whole} | {milliseconds:.1f} ms |"
    for each in LAYOUTS:
        yield ""
        yield f"**{each.message.__name__}** `{each.code:02X}`. {inspect.getdoc(each.message)}"
        if each.formats:
            yield ""
            yield "| at | field | | |"
            yield "| ---: | --- | --- | --- |"
            remarks = _remarks(each)
            for name, offset, kind in _fields(each):
                yield f"| {offset} | `{name}` | {kind} | {remarks.get(name, '')} |"
    for kind_ in KINDS:
        remarks = dict(re.findall(r"^    (\w+) = \w+ *# (.*)$", inspect.getsource(kind_), re.MULTILINE))
        yield ""
        yield f"### {kind_.__name__}"
        yield ""
        yield str(inspect.getdoc(kind_))
        yield ""
        yield "| | | |"
        yield "| ---: | --- | --- |"
        yield from (f"| {each.value} | `{each.name}` | {remarks.get(str(each.name), '')} |" for each in kind_)
    yield ""
    yield "### Constants"
    yield ""
    yield "| | | |"
    yield "| --- | ---: | --- |"
    yield from (f"| `{name}` | {value} | {meaning} |" for name, (value, meaning) in CONSTANTS.items())
    yield ""
    yield "### Seven segments"
    yield ""
    yield "Bit 0 is the segment at the top, and on clockwise to bit 5 at the upper left; bit 6 is the middle"
    yield f"one. Small letters are as capitals; what is not here is three bars, `{segments.NONE:02X}`."
    yield ""
    yield "| | | | | | | | |"
    yield "| --- " * 8 + "|"
    drawn = [f"{each.replace(' ', 'space')} `{code:02X}`" for each, code in segments.SEGMENTS.items()]
    for at in range(0, len(drawn), 8):
        row = drawn[at : at + 8]
        yield "| " + " | ".join(row + [""] * (8 - len(row))) + " |"


def _fields(layout: Layout) -> Iterator[tuple[str, int, str]]:
    """Name, place in the payload and kind of each field."""
    offset = 0
    for name, format_, kind in zip(
        layout.message.__struct_fields__, layout.formats, layout.kinds, strict=True
    ):
        if format_ in C_TYPES:
            yield name, offset, C_TYPES[format_]
            offset += {"B": 1, "H": 2, "I": 4}[format_]
        else:
            count = int(format_.removesuffix("s"))
            yield name, offset, f"{count} bytes" if kind is bytes else f"{count} characters"
            offset += count


def _remarks(layout: Layout) -> dict[str, str]:
    """What the source says of each field."""
    source = inspect.getsource(layout.message)
    return dict(re.findall(r"^    (\w+): .*?# (.*)$", source, re.MULTILINE))


def _upper(layout: Layout) -> str:
    return layout.message.__name__.upper()

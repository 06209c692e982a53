"""The page on the line's protocol, the firmware's header and the code say the same."""

import re
import subprocess
from pathlib import Path

from firmware_bridge import published
from firmware_bridge.codec import Decoder, crc, encode
from firmware_bridge.compiled import SOURCES, STRICT, CompiledDevice
from firmware_bridge.frames import (
    Ack,
    Frame,
    Hello,
    Identity,
    Kind,
    Light,
    Lit,
    Mark,
    Outcome,
    Poll,
    Press,
    Show,
    Shown,
)
from firmware_bridge.segments import NONE, SEGMENTS, segments

PAGE = (Path(__file__).parent.parent / "docs" / "line-protocol.md").read_text(encoding="utf-8")
BOOT = 0x6F3A11C2
EXAMPLE = [
    Frame(3, 1, Hello()),
    Frame(3, 1, Identity(Kind.KEYPAD, 1, 0, 4, 0, 0, bytes.fromhex("4c0055000f51383236333935"))),
    Frame(0, 7, Poll()),
    Frame(3, 7, Press(BOOT, 1, 1, 12)),
    Frame(3, 8, Ack(BOOT, 1, Outcome.ACCEPTED)),
    Frame(3, 8, Lit(0, 0)),
    Frame(11, 9, Show(Mark.CALLING, "A012")),
    Frame(11, 9, Shown(Mark.CALLING, "A012")),
]


def test_the_header_is_made_from_the_table() -> None:
    assert (SOURCES / "luot_frames.h").read_text(encoding="utf-8") == published.header()


def test_the_page_ends_with_the_tables() -> None:
    assert PAGE.endswith("\n\n" + published.tables())


def test_the_example_is_what_is_sent() -> None:
    (block,) = re.findall(r"^```\n(M   .*?)```", PAGE, re.MULTILINE | re.DOTALL)
    lines = [re.match(r"(\w+) +((?:[0-9A-F]{2} )+) *(\w+)", line) for line in block.splitlines()]
    written = [bytes.fromhex(line[2]) for line in lines if line]
    assert written == [encode(frame) for frame in EXAMPLE]
    assert Decoder().feed(b"".join(written)) == EXAMPLE
    assert [line[3] for line in lines if line] == [type(frame.message).__name__ for frame in EXAMPLE]


def test_the_steps_of_the_example_are_right() -> None:
    (poll,) = (frame for frame in EXAMPLE if isinstance(frame.message, Poll))
    content = bytes((1, poll.address, poll.sequence, 2, 0))
    assert f"`{content.hex(' ')}`" in PAGE
    assert f"`{crc(content).hex(' ').upper()}`" in PAGE


def test_the_program_of_the_page_compiles(tmp_path: Path) -> None:
    (program,) = re.findall(r"^```c\n(.*?)```", PAGE, re.MULTILINE | re.DOTALL)
    (tmp_path / "main.c").write_text(program)
    command = ["gcc", *STRICT, f"-I{SOURCES}", "-fsyntax-only", str(tmp_path / "main.c")]
    subprocess.run(command, check=True)


def test_seven_segments_draw_no_character_as_another_digit() -> None:
    drawn: dict[int, str] = {}
    for character, code in SEGMENTS.items():
        drawn[code] = drawn.get(code, "") + character
    assert [each for each in drawn.values() if len(each) > 1] == ["5S"]  # as everywhere
    assert segments("a") == segments("A")
    assert segments("K") == segments("?") == NONE


def test_a_sign_blinks_while_it_calls_and_shows_the_end_of_what_is_too_long(firmware: Path) -> None:
    sign = CompiledDevice(firmware, 11, Kind.SIGN, cells=4)
    sign.hear(encode(Frame(11, 1, Show(0, "A0123"))), 0.0)
    assert (sign.cells, sign.dot) == ("0123", False)
    assert sign.segments == bytes(SEGMENTS[each] for each in "0123")
    sign.hear(encode(Frame(11, 2, Show(Mark.CALLING, "B7"))), 1.0)
    seen = []
    for quarter in range(8):
        sign.tick(1.1 + quarter * 0.25)
        seen.append(sign.cells)
    assert seen == ["  B7", "    "] * 4
    sign.tick(6.1)
    assert sign.dot
    sign.close()


def test_lamps_blink(firmware: Path) -> None:
    lamp = CompiledDevice(firmware, 31, Kind.LAMP)
    lamp.hear(encode(Frame(31, 1, Light(3, 1))), 0.0)
    seen = []
    for quarter in range(4):
        lamp.tick(0.1 + quarter * 0.25)
        seen.append(lamp.lit)
    assert seen == [3, 2, 3, 2]
    lamp.close()

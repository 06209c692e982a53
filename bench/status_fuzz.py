"""status-fuzz: a million bytes of what printers say, and of noise, glued and cut in any way.

Half of it is noise: whatever it is taken for, it is accounted for to the byte, and where it says that paper
is out, a cover open or the printer not online, no state is made of it that prints. The other half are answers
that are known: each is read as what it is, wherever it was cut.
"""

import random
from collections.abc import Iterator
from time import perf_counter

from bench.result import Result, within
from printer.status import (
    Answer,
    AnswerReader,
    Automatic,
    Completed,
    Forgot,
    InOrder,
    RealTime,
    mark,
    state_of_answers,
    state_of_block,
)

BYTES = 1_000_000
LENGTH = {Automatic: 4, Completed: 7, Forgot: 3, InOrder: 1, RealTime: 1}
REAL_TIME = [byte for byte in range(256) if byte & 0x93 == 0x12]
FREE = [byte for byte in range(256) if byte & 0x90 == 0]  # inside a block, or in order


def run() -> list[Result]:
    began = perf_counter()
    faults = sum(fuzz(random.Random(1), BYTES))
    took = perf_counter() - began
    return [
        within("status-fuzz, answers misread", faults, "of 1,000,000 bytes", limit=1),
        within("status-fuzz, a byte", took / BYTES * 1e6, "µs", limit=50),
    ]


def fuzz(dice: random.Random, count: int) -> Iterator[int]:
    """How many answers were misread, batch by batch, until so many bytes were read."""
    while count > 0:
        noise = dice.randbytes(dice.randrange(1, 200))
        said = [_answer(dice) for _ in range(dice.randrange(1, 40))]
        yield _of_noise(noise, dice) + _of_answers(said, dice)
        count -= len(noise) + sum(LENGTH[type(each)] for each in said)


def _of_noise(noise: bytes, dice: random.Random) -> int:
    reader, used, faults = AnswerReader(), 0, 0
    for answer in _read(reader, noise, dice):
        used += LENGTH[type(answer)]
        if isinstance(answer, Automatic):
            printer, error, paper, _ = answer.block
            stops = printer & 0x28 or error & 0x6C or paper & 0x0C
            faults += state_of_block(answer.block).can_print == bool(stops)
    for at in range(0, len(noise) - 3, 4):
        printer, offline, error, paper = noise[at : at + 4]
        stops = printer & 0x08 or offline & 0x64 or error & 0x6C or paper & 0x60
        faults += state_of_answers(printer, offline, error, paper).can_print == bool(stops)
    return faults + (not 0 <= len(noise) - used - reader.noise < 7)  # the rest is a block that has begun


def _of_answers(said: list[Answer], dice: random.Random) -> int:
    heard = _read(AnswerReader(), b"".join(map(_bytes, said)), dice)
    return sum(one != other for one, other in zip(said, heard, strict=False)) + abs(len(said) - len(heard))


def _read(reader: AnswerReader, data: bytes, dice: random.Random) -> list[Answer]:
    """Read it in pieces, as it may come."""
    answers, at = [], 0
    while at < len(data):
        size = dice.randrange(1, 9)
        answers += reader.feed(data[at : at + size])
        at += size
    return answers


def _answer(dice: random.Random) -> Answer:
    match dice.randrange(5):
        case 0:
            return RealTime(dice.choice(REAL_TIME))
        case 1:
            return InOrder(dice.choice(FREE))
        case 2:
            return Completed(mark(dice.randrange(1 << 16)))
        case 3:
            return Forgot()
    first = 0x10 | dice.choice(FREE) & 0x6C
    return Automatic(bytes([first, *(dice.choice(FREE) for _ in range(3))]))


def _bytes(answer: Answer) -> bytes:
    match answer:
        case RealTime(byte) | InOrder(byte):
            return bytes([byte])
        case Completed(told):
            return b"\x37\x22" + told + b"\x00"
        case Forgot():
            return b"\x37\x25\x00"
        case Automatic(block):
            return block

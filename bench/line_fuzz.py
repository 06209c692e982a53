"""line-fuzz: a million frames on a line that damages them, for the bridge's decoder and the firmware's alike.

Every other frame is good and stays so; the others are damaged, and there is noise between them. What is
damaged may not be taken for anything else, and what is good may not be lost behind it. The C firmware, built
under sanitizers, reads the very same bytes and must find the very same frames of the master's.

The damage is what happens to a line: up to three bits flipped, a burst of up to 16 bits, a byte lost, doubled
or added, a frame cut off or begun too late, or turned round by swapped wires. Worse than that passes a CRC of
16 bits once in 65,536 times: the last figure counts it, of frames of which several bytes are others.
"""

import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from time import perf_counter

from bench.result import Result, within
from firmware_bridge.codec import Decoder, encode
from firmware_bridge.compiled import ENVIRONMENT, build, sanitizers
from firmware_bridge.frames import (
    LAYOUTS,
    SLOTS,
    TEXT_CELLS,
    Ack,
    Frame,
    Hello,
    Identity,
    Kind,
    Light,
    Lit,
    Message,
    Outcome,
    Poll,
    Press,
    Show,
    Shown,
    from_device,
)

FRAMES = 1_000_000
BATCH = 20_000
FAR = 100  # so many in a row are never damaged
PIECES = (1, 3, 64, 4096)  # bytes, as they may come from a port


@dataclass
class Count:
    """What went wrong."""

    sent: int = 0
    believed: int = 0  # frames that nobody sent
    lost: int = 0  # good frames
    differ: int = 0  # batches of which the firmware read something else


def run() -> list[Result]:
    with TemporaryDirectory(prefix="luot-bench-") as folder:
        reader = build(Path(folder), "reader")
        began = perf_counter()
        count = fuzz(reader, Random(1), FRAMES, DAMAGES)
        took = perf_counter() - began
        heavy = fuzz(reader, Random(2), FRAMES // 10, (replaced,))
    frames = f"of {count.sent:,} frames"
    others = f"of {heavy.sent:,} frames"
    return [
        within("line-fuzz, damaged and believed", count.believed, frames, limit=1),
        within("line-fuzz, good and lost", count.lost, frames, limit=1),
        within(f"line-fuzz, read otherwise in C ({sanitizers()})", count.differ, "batches", limit=1),
        within("line-fuzz, a frame", took / count.sent * 1e6, "µs", limit=200),
        within("line-fuzz, bytes replaced and believed", heavy.believed, others, limit=8),
    ]


def fuzz(reader: Path, dice: Random, frames: int, damages: tuple["Damage", ...]) -> Count:
    """Send so many frames, batch by batch, and count what goes wrong."""
    count = Count()
    while count.sent < frames:
        said = list(_speech(dice, min(BATCH, frames - count.sent), damages))
        line = b"".join(data for _, _, data in said)
        heard = _heard(line, dice)
        _compare(said, heard, count)
        theirs = subprocess.run([reader], input=line, capture_output=True, env=ENVIRONMENT, check=True).stdout
        ours = [encode(frame).hex() for frame in heard if not from_device(frame.message)]
        count.differ += theirs.decode().split() != ours
        count.sent += len(said)
    return count


def _speech(dice: Random, count: int, damages: tuple["Damage", ...]) -> Iterator[tuple[Frame, bool, bytes]]:
    """Frames, whether each is whole, and what is on the line of it, and of the noise before it."""
    for nth in range(count):
        frame = Frame(dice.randrange(256), nth % 256, _message(dice))
        data = encode(frame)
        whole = dice.random() < 0.5
        noise = dice.randbytes(dice.randrange(12)) if dice.random() < 0.3 else b""
        yield frame, whole, noise + (data if whole else dice.choice(damages)(data, dice))


def _heard(line: bytes, dice: Random) -> list[Frame]:
    decoder, frames, at = Decoder(), [], 0
    while at < len(line):
        size = dice.choice(PIECES)
        frames += decoder.feed(line[at : at + size])
        at += size
    return frames


def _compare(said: list[tuple[Frame, bool, bytes]], heard: list[Frame], count: Count) -> None:
    """What is heard must be what was said, in its order, without what was damaged beyond reading."""
    at = 0
    for frame in heard:
        near = range(at, min(at + FAR, len(said)))
        found = next((each for each in near if said[each][0] == frame), None)
        if found is None:
            count.believed += 1
            continue
        count.lost += sum(whole for _, whole, _ in said[at:found])
        at = found + 1
    count.lost += sum(whole for _, whole, _ in said[at:])


def _message(dice: Random) -> Message:
    byte, word = dice.randrange(256), dice.getrandbits(32)
    text = "".join(chr(dice.randrange(0x20, 0x7F)) for _ in range(dice.randrange(TEXT_CELLS + 1)))
    match dice.choice(LAYOUTS).message.__name__:
        case "Hello":
            return Hello(dice.randrange(1, SLOTS + 1))
        case "Poll":
            return Poll()
        case "Ack":
            return Ack(word, byte, dice.choice(list(Outcome)))
        case "Show":
            return Show(byte, text)
        case "Light":
            return Light(byte, word % 256)
        case "Identity":
            return Identity(dice.choice(list(Kind)), byte, 0, 4, 0, 0, dice.randbytes(12))
        case "Lit":
            return Lit(byte, word % 256)
        case "Press":
            return Press(word, byte, word % 16, word % 5000)
    return Shown(byte, text)


# What happens to a frame

Damage = Callable[[bytes, Random], bytes]


def flipped(data: bytes, dice: Random) -> bytes:
    """Up to three bits, anywhere."""
    spoilt = int.from_bytes(data)
    for bit in dice.sample(range(8 * len(data)), dice.randint(1, 3)):
        spoilt ^= 1 << bit
    return spoilt.to_bytes(len(data))


def burst(data: bytes, dice: Random) -> bytes:
    """Up to 16 bits in a row."""
    pattern = dice.randrange(1, 1 << 16) << dice.randrange(8 * len(data) - 15)
    return (int.from_bytes(data) ^ pattern).to_bytes(len(data))


def lost(data: bytes, dice: Random) -> bytes:
    at = dice.randrange(len(data))
    return data[:at] + data[at + 1 :]


def doubled(data: bytes, dice: Random) -> bytes:
    at = dice.randrange(len(data))
    return data[:at] + data[at : at + 1] + data[at:]


def added(data: bytes, dice: Random) -> bytes:
    at = dice.randrange(len(data) + 1)
    return data[:at] + dice.randbytes(1) + data[at:]


def cut_off(data: bytes, dice: Random) -> bytes:
    return data[: dice.randrange(1, len(data))]


def begun_late(data: bytes, dice: Random) -> bytes:
    return data[dice.randrange(1, len(data)) :]


def turned_round(data: bytes, dice: Random) -> bytes:
    """As swapped wires have it."""
    return bytes(byte ^ 0xFF for byte in data)


def replaced(data: bytes, dice: Random) -> bytes:
    """Three to six bytes are others; no length of COBS among them, so that the frame keeps its form."""
    lengths = {0, len(data) - 1}
    at = 1
    while at < len(data) - 1:
        lengths.add(at)
        at += data[at]
    free = [each for each in range(len(data)) if each not in lengths]
    spoilt = bytearray(data)
    for each in dice.sample(free, min(len(free), dice.randint(3, 6))):
        spoilt[each] = dice.randrange(1, 256)
    return bytes(spoilt)


DAMAGES: tuple[Damage, ...] = (flipped, burst, lost, doubled, added, cut_off, begun_late, turned_round)

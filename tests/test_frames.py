"""Frames of the line's protocol: what was sent is read, and nothing else ever is."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_bridge.codec import Decoder, crc, enclose, encode
from firmware_bridge.frames import (
    LAYOUTS,
    MAX_FRAME,
    SLOTS,
    TEXT_CELLS,
    UNIQUE_BYTES,
    Ack,
    Frame,
    Hello,
    Identity,
    Kind,
    Light,
    Lit,
    Outcome,
    Poll,
    Press,
    Show,
    Shown,
    size,
    wire_time,
)

byte = st.integers(0, 0xFF)
word = st.integers(0, 0xFFFF)
boot = st.integers(0, 0xFFFFFFFF)
text = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=TEXT_CELLS)
unique = st.binary(min_size=UNIQUE_BYTES, max_size=UNIQUE_BYTES)
messages = st.one_of(
    st.builds(Hello, st.integers(1, SLOTS)),
    st.just(Poll()),
    st.builds(Ack, boot, word, st.sampled_from(Outcome)),
    st.builds(Show, byte, text),
    st.builds(Light, byte, byte),
    st.builds(Identity, st.sampled_from(Kind), byte, byte, byte, byte, byte, unique),
    st.builds(Lit, byte, byte),
    st.builds(Press, boot, word, byte, word),
    st.builds(Shown, byte, text),
)
frames = st.builds(Frame, byte, byte, messages)

SAMPLES = (
    Frame(3, 0, Poll()),
    Frame(247, 255, Press(0xDEAD0000, 1, 4, 0)),
    Frame(1, 17, Ack(0x00FF00FF, 0xFFFF, Outcome.REFUSED)),
    Frame(11, 200, Show(1, "A012")),
)


def damaged(data: bytes) -> Iterator[bytes]:
    """Every way in which one bit flips, or one byte is lost, doubled, added or replaced."""
    for at in range(len(data)):
        for bit in range(8):
            yield data[:at] + bytes((data[at] ^ 1 << bit,)) + data[at + 1 :]
        yield data[:at] + data[at + 1 :]
        for wrong in range(256):
            yield data[:at] + bytes((wrong,)) + data[at:]
            yield data[:at] + bytes((wrong,)) + data[at + 1 :]


def test_the_crc_is_x25() -> None:
    assert crc(b"123456789") == (0x906E).to_bytes(2, "little")  # the check value of its definition


@given(st.lists(frames, max_size=5))
def test_what_was_sent_is_read(sent: list[Frame]) -> None:
    decoder = Decoder()
    assert decoder.feed(b"".join(map(encode, sent))) == sent
    assert decoder.bad == 0


@given(frames, st.integers(1, MAX_FRAME))
def test_frames_may_come_in_pieces(sent: Frame, step: int) -> None:
    data = encode(sent)
    decoder = Decoder()
    assert [frame for at in range(0, len(data), step) for frame in decoder.feed(data[at : at + step])] == [
        sent
    ]


@pytest.mark.parametrize("sent", SAMPLES, ids=lambda frame: type(frame.message).__name__)
def test_no_damaged_frame_is_taken_for_another(sent: Frame) -> None:
    for data in damaged(encode(sent)):
        decoder = Decoder()
        read = decoder.feed(data + b"\0")
        assert read in ([], [sent])
        assert read or decoder.bad, "a frame that is lost is counted"


@given(st.binary(max_size=100), frames)
def test_a_good_frame_is_found_behind_any_garbage(garbage: bytes, sent: Frame) -> None:
    read = Decoder().feed(garbage + encode(sent))
    assert read[-1:] == [sent]


@given(st.binary(min_size=MAX_FRAME, max_size=1000).map(lambda data: data.replace(b"\0", b"\1")), frames)
def test_noise_without_an_end_is_not_kept(noise: bytes, sent: Frame) -> None:
    decoder = Decoder()
    for _ in range(20):
        assert decoder.feed(noise) == []
    assert decoder.feed(encode(sent)) == [sent]
    assert decoder.bad == 1


ACK = (
    bytes((1, 3, 9, 0x03, 9)) + b"boot" + b"\1\0\0\0" + b"\2"
)  # version, address, sequence, type, length, payload


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(ACK[:4], id="less than a header"),
        pytest.param(b"\2" + ACK[1:], id="another version"),
        pytest.param(ACK[:3] + b"\x7f" + ACK[4:], id="an unknown type"),
        pytest.param(ACK[:4] + b"\x08" + ACK[5:], id="another length than it has"),
        pytest.param(ACK[:4] + b"\x08" + ACK[5:-1], id="another length than its type has"),
        pytest.param(ACK[:-1] + b"\x63", id="an unknown outcome"),
        pytest.param(bytes((1, 3, 9, 0x84, 7, 0)) + "số 1".encode(), id="a text beyond ASCII"),
        pytest.param(
            bytes((1, 3, 9, 0x04, 7, 0)) + b"A\012\0\0\0", id="a text with something behind its end"
        ),
        pytest.param(bytes((1, 3, 9, 0x01, 1, 0)), id="no slot to answer in"),
    ],
)
def test_a_whole_frame_that_makes_no_sense_is_bad(content: bytes) -> None:
    decoder = Decoder()
    assert len(decoder.feed(enclose(ACK))) == 1
    assert decoder.feed(enclose(content)) == []
    assert decoder.bad == 1


def test_no_frame_is_longer_than_the_longest() -> None:
    assert {size(layout.message) for layout in LAYOUTS} == {10, 11, 12, 17, 19, 21, 28}


def test_a_line_of_19200_baud_carries_1920_bytes_a_second() -> None:
    assert wire_time(1920, 19200) == 1.0

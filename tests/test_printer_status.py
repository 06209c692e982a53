"""What a printer says, read from its bytes: never paper that is not there, and never an exception."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.status_fuzz import fuzz
from printer.status import (
    Answer,
    AnswerReader,
    Automatic,
    Completed,
    Forgot,
    InOrder,
    PrinterState,
    RealTime,
    mark,
    state_of_answers,
    state_of_block,
    state_of_usb,
)

pieces = st.lists(st.binary(max_size=6), max_size=12)


@pytest.mark.parametrize(
    ("answers", "state"),
    [
        ("12 12 12 12", PrinterState.READY),
        ("12 12 12 1e", PrinterState.PAPER_LOW),
        ("1a 32 12 7e", PrinterState.PAPER_OUT),
        ("12 12 12 72", PrinterState.PAPER_OUT),  # only the sensor says it
        ("1a 16 12 12", PrinterState.COVER_OPEN),
        ("1a 36 12 7e", PrinterState.COVER_OPEN),  # open to change the roll
        ("1a 52 1a 12", PrinterState.ERROR),  # the cutter is jammed
        ("1a 12 12 12", PrinterState.OFFLINE),
    ],
)
def test_real_time_answers_tell_the_state(answers: str, state: PrinterState) -> None:
    assert state_of_answers(*bytes.fromhex(answers)) is state


@pytest.mark.parametrize(
    ("block", "state"),
    [
        ("10 00 00 0f", PrinterState.READY),
        ("10 00 03 0f", PrinterState.PAPER_LOW),
        ("18 00 0f 0f", PrinterState.PAPER_OUT),
        ("38 00 00 0f", PrinterState.COVER_OPEN),
        ("18 08 00 0f", PrinterState.ERROR),
        ("18 00 00 0f", PrinterState.OFFLINE),
    ],
)
def test_automatic_status_tells_the_state(block: str, state: PrinterState) -> None:
    assert state_of_block(bytes.fromhex(block)) is state


def test_only_ready_and_low_paper_can_print() -> None:
    assert [state for state in PrinterState if state.can_print] == [
        PrinterState.READY,
        PrinterState.PAPER_LOW,
    ]


def test_answers_are_told_apart_when_they_come_together() -> None:
    answers = AnswerReader().feed(bytes.fromhex("12 00 18 00 0f 0f 1a 03"))
    assert answers == [RealTime(0x12), InOrder(0), Automatic(b"\x18\x00\x0f\x0f"), RealTime(0x1A), InOrder(3)]


def test_real_time_answer_in_the_middle_of_a_block_spoils_neither() -> None:
    answers = AnswerReader().feed(bytes.fromhex("18 00 12 0f 0f"))
    assert answers == [RealTime(0x12), Automatic(b"\x18\x00\x0f\x0f")]


@given(pieces)
def test_answers_do_not_depend_on_how_bytes_were_split(parts: list[bytes]) -> None:
    split, whole = AnswerReader(), AnswerReader()
    answers = [answer for part in parts for answer in split.feed(part)]
    assert answers == whole.feed(b"".join(parts))
    assert split.noise == whole.noise


@given(pieces)
def test_noise_is_counted_and_every_answer_has_a_state(parts: list[bytes]) -> None:
    reader = AnswerReader()
    used = 0
    for answer in reader.feed(b"".join(parts)):
        if isinstance(answer, Automatic):
            assert state_of_block(answer.block) in PrinterState
        used += length(answer)
    assert len(b"".join(parts)) - used - reader.noise in range(7)  # the beginning of a block


def length(answer: Answer) -> int:
    match answer:
        case Automatic():
            return 4
        case Completed():
            return 7
        case Forgot():
            return 3
    return 1


@given(st.integers(0, 0xFFFF), st.integers(0, 0xFFFF))
def test_only_its_own_mark_confirms_a_job(number: int, other: int) -> None:
    """A mark comes back whole whatever real-time answers stand in the middle of it."""
    answer = b"\x37\x22" + mark(number) + b"\x00"
    assert AnswerReader().feed(answer) == [Completed(mark(number))]
    for at in range(1, len(answer)):
        assert AnswerReader().feed(answer[:at] + b"\x16" + answer[at:]) == [
            RealTime(0x16),
            Completed(mark(number)),
        ]
    assert (mark(number) == mark(other)) == (number == other)


def test_a_cleared_buffer_is_told_apart_from_a_mark() -> None:
    assert AnswerReader().feed(b"\x37\x25\x00\x12") == [Forgot(), RealTime(0x12)]
    reader = AnswerReader()
    assert reader.feed(b"\x37\x26\x12\x37\x22ABCD\x01") == [RealTime(0x12)]
    assert reader.noise == 9


@pytest.mark.parametrize(
    ("byte", "state"),
    [
        (0x18, PrinterState.READY),
        (0x38, PrinterState.PAPER_OUT),
        (0x10, PrinterState.ERROR),
        (0x08, PrinterState.OFFLINE),
    ],
)
def test_usb_port_tells_the_state_without_words(byte: int, state: PrinterState) -> None:
    assert state_of_usb(byte) is state


@given(st.tuples(*[st.integers(0, 255)] * 4))
def test_end_of_paper_is_never_read_as_paper(answers: tuple[int, int, int, int]) -> None:
    printer, offline, error, paper = answers
    assert not state_of_answers(printer, offline, error, paper | 0x60).can_print
    assert not state_of_answers(printer, offline | 0x20, error, paper).can_print
    assert not state_of_block(bytes((printer, offline, error | 0x0C, paper))).can_print


@given(st.tuples(*[st.integers(0, 255)] * 4))
def test_offline_printer_is_never_read_as_ready(answers: tuple[int, int, int, int]) -> None:
    printer, offline, error, paper = answers
    assert not state_of_answers(printer | 0x08, offline, error, paper).can_print
    assert not state_of_block(bytes((printer | 0x08, offline, error, paper))).can_print


def test_noise_and_glued_answers_are_never_misread() -> None:
    """A part of `luot bench status-fuzz`."""
    assert sum(fuzz(random.Random(2), 20_000)) == 0

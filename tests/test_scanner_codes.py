"""What was scanned is told apart strictly, and nothing personal is ever to be read of it."""

from datetime import date
from unicodedata import normalize

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bus import messages
from scanner.code import (
    CARD_FIELDS,
    DOSSIER,
    AppointmentCode,
    Code,
    DossierCode,
    IdentityCard,
    TrackingCode,
    Unknown,
    read,
)
from scanner.lines import MOST_BYTES, SILENCE_S, Lines

CARD = "001099012345|123456789|NGUYỄN VĂN AN|20051999|Nam|Thôn Cầu, Xã Mẫu, Tỉnh Mẫu|15032021"
NEW_CARD = "001099012345||NGUYỄN VĂN AN|20051999|Nam|Thôn Cầu, Xã Mẫu, Tỉnh Mẫu|01082024||||"
AN = IdentityCard(
    "001099012345", "123456789", "NGUYỄN VĂN AN", date(1999, 5, 20), "Nam", "Thôn Cầu, Xã Mẫu, Tỉnh Mẫu",
    date(2021, 3, 15),
)  # fmt: skip
TODAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("K7M2P9", AppointmentCode("K7M2P9")),
        ("hen01", AppointmentCode("HEN01")),
        (" HEN01\t", AppointmentCode("HEN01")),
        ("12345678", AppointmentCode("12345678")),
        ("38.98.H29-210519-0013", DossierCode("38.98.H29-210519-0013")),
        ("000.00.01.H29-260310-0420", DossierCode("000.00.01.H29-260310-0420")),
        ("H15.29.17-261122-0012", DossierCode("H15.29.17-261122-0012")),
        ("h15.29.17-261122-00012", DossierCode("H15.29.17-261122-00012")),
        ("https://luot.example/t/2026-11-22-A012", TrackingCode(TODAY, "A012")),
        ("http://10.0.0.5:8080/?id=2026-11-22-B1234&x=1", TrackingCode(TODAY, "B1234")),
        (CARD, AN),
        (CARD.replace("|Nam|", "| Nam |"), AN),
        (CARD.replace("Nam", "Nữ").replace("VĂN AN", "THỊ Y B’LÔ"), None),
        (NEW_CARD, None),
    ],
)
def test_what_is_whole_is_known(text: str, code: Code | None) -> None:
    found = read(text.encode())
    assert found == code or (code is None and isinstance(found, IdentityCard))


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "K7M", "K7M2P9K7M2P9K", "K7M 2P9", "K7M2-P9", "mã01", "Ｋ７Ｍ２", "ſen01",
        # the number of a card, old or new, and of an insurance: nobody's business
        "001099012345", "123456789", "0123456789",
        "38.98.H29-210519-001", "38.98.H29-211319-0013", "38.98.29-210519-0013", "38.98.H29.210519.0013",
        "38.98.HH9-210519-0013", "8.98.H29-210519-0013",
        "38.98.H29-210519-0013-1", "10.20.38.98.H29-210519-0013",
        "2026-11-22-A012", "ftp://luot.example/t/2026-11-22-A012", "https://luot.example/t/2026-11-31-A012",
        "https://luot.example/t/2026-11-22-A12", "https://luot.example/t/2026-11-22-A01234",
        "https://luot.example/t/12026-11-22-A012", "https://luot.example/ t/2026-11-22-A012",
        "https://luot.example/2026-11-22-A012/2026-11-22-A013", "https://luot.example/",
        CARD + "|", CARD + "||", CARD + "|||||", CARD.rpartition("|")[0],
        CARD.replace("001099012345", "01099012345"), CARD.replace("123456789", "12345678"),
        CARD.replace("20051999", "31021999"), CARD.replace("20051999", "1999"),
        CARD.replace("20051999", " 2051999"),
        CARD.replace("15032021", "15031989"), CARD.replace("15032021", ""), CARD.replace("Nam", "nam"),
        CARD.replace("NGUYỄN VĂN AN", ""), CARD.replace("NGUYỄN VĂN AN", "AN 7"),
        CARD.replace("Thôn Cầu", "Thôn\x07Cầu"), NEW_CARD.replace("||NG", "|NG"), "|" * 6, "|" * 10,
    ],
)  # fmt: skip
def test_what_is_nearly_right_is_not_known(text: str) -> None:
    assert read(text.encode()) == Unknown()


@pytest.mark.parametrize("encoding", ["cp1258", "utf-16", "utf-16-be"])
def test_a_card_in_another_encoding_is_not_known(encoding: str) -> None:
    garbled = "NGUYÊN VĂN AN".encode(encoding)
    line = CARD.encode().replace("NGUYỄN VĂN AN".encode(), garbled)
    assert isinstance(read(line), Unknown)
    assert read(b"\xff\xfe") == Unknown(garbled=True)


def test_a_card_whose_letters_come_in_parts_is_the_same_card() -> None:
    assert read(normalize("NFD", CARD).encode()) == AN


def test_nothing_personal_is_to_be_read_of_what_was_scanned() -> None:
    said = repr(read(CARD.encode())) + repr(read(CARD[:-1].encode()))
    for each in CARD.split("|"):
        assert each not in said
    assert "1999" not in said


CARD_FIELD = st.one_of(st.sampled_from(CARD.split("|")), st.text(max_size=20))


@given(st.one_of(st.binary(max_size=300), st.text(max_size=300).map(str.encode)))
def test_no_line_is_too_strange(line: bytes) -> None:
    assert isinstance(read(line), Code)


@given(st.lists(CARD_FIELD, min_size=6, max_size=12))
def test_nothing_of_a_broken_card_is_kept(fields: list[str]) -> None:
    found = read("|".join(fields).encode(errors="replace"))
    assert isinstance(found, Unknown) or "|".join(fields).count("|") + 1 in CARD_FIELDS
    assert repr(found) in ("IdentityCard()", "Unknown(garbled=False)")


@given(st.one_of(st.from_regex(DOSSIER, fullmatch=True), st.from_regex(r"\A[A-Z0-9]{4,12}\Z")))
def test_a_code_that_is_known_can_be_asked_for_on_the_bus(text: str) -> None:
    match read(text.encode()):
        case AppointmentCode(code) | DossierCode(code):
            assert msgspec.convert(code, messages.Code) == code
        case other:
            assert isinstance(other, Unknown)


# Lines


def lines(*pieces: bytes) -> tuple[list[bytes], int]:
    """The lines that come of these pieces, one right after the other, and how many were thrown away."""
    splitter = Lines()
    return [line for piece in pieces for line in splitter.feed(piece, 0.0)], splitter.faults


@pytest.mark.parametrize("end", [b"\r", b"\n", b"\r\n"])
def test_lines_come_out_whole_however_they_were_cut(end: bytes) -> None:
    said = b"HEN01" + end + CARD.encode() + end
    for cut in range(len(said)):
        assert lines(said[:cut], said[cut:]) == ([b"HEN01", CARD.encode()], 0)


@pytest.mark.parametrize("ended", [True, False])
def test_of_a_line_that_is_too_long_nothing_is_left_and_the_next_is_whole(ended: bool) -> None:
    long = b"x" * MOST_BYTES
    pieces = [long + b"yy", b"HEN01"] if ended else [long, b"y" * 5000, b"z" * 5000, b"HEN01"]
    assert lines(*pieces, b"\rHEN02\r") == ([b"HEN02"], 1)


@pytest.mark.parametrize("begun", [b"HE", b"x" * 2 * MOST_BYTES])
def test_a_line_that_is_not_ended_is_forgotten_after_a_silence(begun: bytes) -> None:
    splitter = Lines()
    assert list(splitter.feed(begun, 10.0)) == []
    assert list(splitter.feed(b"HEN01\r", 10.0 + SILENCE_S)) == [b"HEN01"]
    assert splitter.faults == 1


@given(st.lists(st.binary(max_size=2 * MOST_BYTES), max_size=5))
def test_whatever_came_before_a_line_end_the_next_line_is_whole(pieces: list[bytes]) -> None:
    found, _ = lines(*pieces, b"\rHEN01\r")
    assert found[-1] == b"HEN01"
    assert all(0 < len(line) <= MOST_BYTES for line in found)

"""The composed ticket: the right words, every mark in its place, nothing cut."""

import unicodedata
from datetime import UTC, datetime
from typing import Any

import pytest
from PIL import Image, ImageChops, features

from bus.answers import Ticket
from bus.messages import CenterState, Wait
from config.errors import LuotError
from printer.code import Code
from printer.drawing import check_text
from printer.template import SHIPPED, load
from printer.ticket import Composed, compose_test_page
from printer.ticket import compose as compose_by
from tests.paper import CENTER, find, same, ticket

BODY = {576: 30, 384: 28}  # px to the em
SERVICE = {576: 40, 384: 38}
SMALL = 28
MARGIN = {576: 30, 384: 8}

widths = pytest.mark.parametrize("width", [576, 384])


def compose(given: Ticket, center: CenterState, service: str, width: int, **how: Any) -> Composed:
    return compose_by(given, center, service, width, load(SHIPPED / "ticket.toml"), **how)


def ink(picture: Image.Image) -> tuple[int, int, int, int]:
    box = ImageChops.invert(picture).getbbox()
    assert box
    return box


@widths
@pytest.mark.parametrize(
    ("language", "regular", "bold", "small"),
    [
        (
            "vi",
            "Số của ông bà",
            ["Phía trước: 4 người", "Chờ khoảng 5–10 phút"],
            "Lấy lúc 08:12 · 22/11/2026",
        ),
        (
            "en",
            "Your number",
            ["Ahead of you: 4 people", "Wait about 5–10 minutes"],
            "Taken 08:12 · 22/11/2026",
        ),
        ("rad", "Mrô", ["Phía trước: 4 người"], "Lấy lúc"),  # Vietnamese where it has no words
    ],
)
def test_ticket_says_everything_in_its_language(
    width: int, language: str, regular: str, bold: list[str], small: str
) -> None:
    picture = compose(ticket(language=language), CENTER, "Hộ tịch", width).picture
    assert find(picture, regular, BODY[width])
    for words in bold:
        assert find(picture, words, BODY[width], bold=True), words
    assert find(picture, small, SMALL)
    assert find(picture, "Hộ tịch", SERVICE[width], bold=True)


@widths
def test_words_stand_in_reading_order(width: int) -> None:
    picture = compose(ticket(), CENTER, "Hộ tịch", width).picture
    body = BODY[width]
    places = [
        find(picture, "Phường Tân Lập", body, bold=True),
        find(picture, "Số của ông bà", body),
        find(picture, "Hộ tịch", SERVICE[width], bold=True),
        find(picture, "Quầy 1 hoặc Quầy 2", body),
        find(picture, "Phía trước", body, bold=True),
        find(picture, "Lấy lúc", SMALL),
    ]
    tops = [place[1] for place in places if place]
    assert len(tops) == len(places)
    assert tops == sorted(tops)


@widths
def test_further_errands_stand_below_the_first_one(width: int) -> None:
    picture = compose(ticket(), CENTER, "Hộ tịch", width, then="Đất đai, Thuế").picture
    assert find(picture, "Sau đó: Đất đai, Thuế", BODY[width])
    assert not find(compose(ticket(), CENTER, "Hộ tịch", width).picture, "Sau đó:", BODY[width])


@widths
@pytest.mark.parametrize("words", ["Ễ Ẫ Ỗ Ữ", "Ặ Ệ Ợ Ự", "ưỡng ẫy ặc", "Ƀ Č Ĕ Ñ Ŏ Ư̆", "gjpqy"])
def test_stacked_marks_are_not_cut(width: int, words: str) -> None:
    picture = compose(ticket(place={"vi": words}), CENTER, words, width).picture
    assert find(picture, words, SERVICE[width], bold=True)
    assert find(picture, words, BODY[width])


@widths
def test_decomposed_letters_print_as_composed_ones(width: int) -> None:
    name = "Chuyển quyền sử dụng đất, Ễ"
    composed = compose(ticket(), CENTER, name, width).picture
    assert same(compose(ticket(), CENTER, unicodedata.normalize("NFD", name), width).picture, composed)


@widths
@pytest.mark.parametrize("label", ["A012", "W888", "M8888", "I111"])
def test_number_is_the_largest_and_within_the_margins(width: int, label: str) -> None:
    picture = compose(ticket(label=label), CENTER, "Hộ tịch", width).picture
    box = ink(picture)
    assert box[0] >= MARGIN[width]
    assert box[2] <= width - MARGIN[width]
    half = picture.resize((width // 2, picture.height // 2), Image.Resampling.NEAREST)
    halves = (half, picture.crop((0, 1, *picture.size)).resize(half.size, Image.Resampling.NEAREST))
    sizes = range(108, 50, -1)  # a capital of 100 is 9 mm high
    assert any(find(each, label, size, bold=True) for size in sizes for each in halves)


@widths
def test_long_names_wrap_and_longer_words_shrink(width: int) -> None:
    name = "Cấp giấy chứng nhận quyền sử dụng đất và quyền sở hữu nhà ở"
    short = compose(ticket(), CENTER, "Hộ tịch", width).picture
    for long in (name, "x" * 60):
        picture = compose(ticket(), CENTER, long, width).picture
        box = ink(picture)
        assert MARGIN[width] <= box[0] < box[2] <= width - MARGIN[width]
    assert compose(ticket(), CENTER, name, width).picture.height > short.height
    assert find(compose(ticket(), CENTER, name, width).picture, "quyền", SERVICE[width], bold=True)


@widths
def test_no_wait_is_promised_while_no_counter_is_open(width: int) -> None:
    picture = compose(ticket(wait=None), CENTER, "Hộ tịch", width).picture
    assert not find(picture, "Chờ khoảng", BODY[width], bold=True)
    assert find(picture, "Phía trước: 4 người", BODY[width], bold=True)


@widths
@pytest.mark.parametrize(
    ("language", "unknown"), [("vi", "Phía trước: chưa biết"), ("en", "Ahead of you: not known now")]
)
def test_of_an_offline_number_nobody_is_said_to_be_ahead(width: int, language: str, unknown: str) -> None:
    offline = ticket(language=language, ahead=0, wait=None, offline=True)
    picture = compose(offline, CENTER, "Hộ tịch", width).picture
    parts = (unknown, unknown.partition(": ")[2])  # in one line, or in two on narrow paper
    assert any(find(picture, words, BODY[width], bold=True) for words in parts)
    assert find(picture, offline.place[language], BODY[width])
    assert not find(picture, "Phía trước: không có ai", BODY[width], bold=True)
    assert find(picture, "08:12 · 22/11/2026", SMALL)
    undated = compose(offline, CENTER, "Hộ tịch", width, dated=False).picture
    assert not find(undated, "08:12", SMALL)


@widths
def test_the_opening_hour_is_said_where_no_wait_is_known(width: int) -> None:
    early = ticket(wait=None, opens=datetime(2026, 11, 22, 0, 30, tzinfo=UTC))
    picture = compose(early, CENTER, "Hộ tịch", width).picture
    assert find(picture, "Mở cửa 07:30 · 22/11/2026", BODY[width], bold=True)


def test_nobody_and_one_person_ahead_are_said_as_people_say_it() -> None:
    first = compose(ticket(ahead=0, wait=Wait(0, 5)), CENTER, "Hộ tịch", 576).picture
    assert find(first, "Phía trước: không có ai", BODY[576], bold=True)
    second = compose(ticket(language="en", ahead=1), CENTER, "Civil status", 576).picture
    assert find(second, "Ahead of you: 1 person", BODY[576], bold=True)


def test_time_is_the_centres_and_not_the_machines() -> None:
    late = ticket(at=datetime(2026, 11, 22, 17, 5, tzinfo=UTC))
    assert find(compose(late, CENTER, "Hộ tịch", 576).picture, "Lấy lúc 00:05 · 23/11/2026", SMALL)


@widths
def test_priority_shows_white_on_black(width: int) -> None:
    picture = compose(ticket(priority=True), CENTER, "Hộ tịch", width).picture
    assert find(ImageChops.invert(picture), "Ưu tiên", BODY[width], bold=True)
    ordinary = compose(ticket(), CENTER, "Hộ tịch", width).picture
    assert not find(ImageChops.invert(ordinary), "Ưu tiên", BODY[width], bold=True)


def test_code_is_there_only_with_a_public_address() -> None:
    plain = compose(ticket(), CENTER, "Hộ tịch", 576)
    assert not any(isinstance(part, Code) for part in plain.parts)
    assert not find(plain.picture, "Quét để theo dõi", SMALL)
    address = "https://luot.example.vn/t/2026-11-22-A012"
    tracked = compose(ticket(track=address), CENTER, "Hộ tịch", 576)
    assert [part.text for part in tracked.parts if isinstance(part, Code)] == [address]
    assert find(tracked.picture, "Quét để theo dõi lượt", SMALL)


@widths
@pytest.mark.parametrize(("language", "mark"), [("vi", "IN LẠI"), ("en", "REPRINTED")])
def test_a_ticket_that_is_printed_again_is_marked_and_keeps_its_number(
    width: int, language: str, mark: str
) -> None:
    first, again = (
        compose(ticket(language=language), CENTER, "Hộ tịch", width, again=again).picture
        for again in (False, True)
    )
    assert find(ImageChops.invert(again), mark, BODY[width], bold=True)
    assert not find(ImageChops.invert(first), mark, BODY[width], bold=True)
    assert same(again.crop((0, again.height - first.height, *again.size)), first)


@widths
def test_test_page_reaches_both_edges(width: int) -> None:
    left, _, right, _ = ink(compose_test_page(CENTER, "kiosk-1", width).picture)
    assert (left, right) == (0, width)


@pytest.mark.parametrize("missing", ["raqm", "fribidi"])
def test_text_that_would_be_misdrawn_is_refused_with_a_hint(
    missing: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    check_text()
    monkeypatch.setattr(features, "check", lambda feature: feature != missing)
    with pytest.raises(LuotError) as error:
        check_text()
    assert "libfribidi0" in error.value.hint

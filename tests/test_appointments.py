"""Appointments from a spreadsheet: every mistake with its line, and a row is one request for ever."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from bus.messages import Rev
from center import views
from config.settings import CenterSettings
from web.appointments import (
    EMPTY,
    FIELDS,
    MOST_ROWS,
    NO_CODE,
    NO_DATE,
    NO_HEAD,
    NO_SERVICE,
    NO_TIME,
    PAST,
    TOO_MANY,
    TWICE,
    Reader,
    Row,
)

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)


@pytest.fixture
def reader(settings: CenterSettings) -> Reader:
    return Reader(views.catalog(settings, Rev("e", 1)), ZONE, NOW)


def rows(reader: Reader, text: str) -> list[Row]:
    """The rows of a file without mistakes."""
    found, mistakes = reader.read(text)
    assert mistakes == []
    return found


def wrong(reader: Reader, text: str) -> list[tuple[int, str]]:
    """Line and message of every mistake."""
    return [(each.line, each.message) for each in reader.read(text)[1]]


class TestRows:
    def test_the_columns_are_found_by_their_names(self, reader: Reader) -> None:
        (row,) = rows(reader, "Time,Code,Service,Room,Date\n08:30,hen7,ho-tich,5,24/11/2026\n")
        assert (row.line, row.book.service, row.book.code) == (2, "ho-tich", "HEN7")
        assert row.book.at == datetime(2026, 11, 24, 1, 30, tzinfo=UTC)

    def test_the_code_of_a_dossier_serves_as_its_appointment_s(self, reader: Reader) -> None:
        (row,) = rows(reader, "service,date,time,code\nthue,24/11/2026,08:30,38.98.h29-210519-0013")
        assert row.book.code == "38.98.H29-210519-0013"

    @pytest.mark.parametrize("written", ["dat-dai", "B", "b", "Đất đai", "ĐẤT ĐAI", "Land"])
    def test_a_service_goes_by_its_id_its_letter_or_its_name(self, reader: Reader, written: str) -> None:
        (row,) = rows(reader, f"service,date,time\n{written},24/11/2026,08:30")
        assert row.book.service == "dat-dai"

    @pytest.mark.parametrize("day", ["24/11/2026", "24-11-2026", "24.11.2026", "2026-11-24"])
    @pytest.mark.parametrize("hour", ["8:05", "08:05", "8h05", "08:05:00"])
    def test_dates_and_hours_are_read_as_people_write_them(self, reader: Reader, day: str, hour: str) -> None:
        (row,) = rows(reader, f"service,date,time\nthue,{day},{hour}")
        assert row.book.at.astimezone(ZONE).isoformat() == "2026-11-24T08:05:00+07:00"

    @pytest.mark.parametrize("between", [",", ";", "\t"])
    def test_it_is_read_as_spreadsheets_save_it(self, reader: Reader, between: str) -> None:
        text = '\ufeffservice,date,time\r\n"thue",24/11/2026,08:30\r\n,,\r\n'
        assert len(rows(reader, text.replace(",", between))) == 1

    def test_two_people_may_have_the_same_hour_and_a_row_is_one_request_for_ever(
        self, reader: Reader
    ) -> None:
        text = "service,date,time\nthue,24/11/2026,08:30\nthue,24/11/2026,8:30\nthue,24/11/2026,9:00\n"
        requests = [each.book.request for each in rows(reader, text)]
        assert len(set(requests)) == 3
        assert [each.book.request for each in rows(reader, text.replace("thue", "F"))] == requests


class TestMistakes:
    def test_each_has_its_line_and_all_come_at_once(self, reader: Reader) -> None:
        text = (
            "service,date,time,code\n"
            "thue,31/11/2026,08:30,\n"
            "thue,24/11/2026,24:00,\n"
            "khong,24/11/2026,08:30,\n"
            "\n"
            "thue,23/11/2026,08:00,\n"
            "thue,24/11/2026,08:30,A-1\n"
            "thue,24/11/2026\n"
            "thue,24/11/2026,08:30,HEN1\n"
            "thue,24/11/2026,09:30,hen1\n"
        )
        assert wrong(reader, text) == [
            (2, NO_DATE),
            (3, NO_TIME),
            (4, NO_SERVICE),
            (6, PAST),
            (7, NO_CODE),
            (8, FIELDS),
            (10, TWICE),
        ]

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ("", NO_HEAD),
            ("\n\n", NO_HEAD),
            ("thue,24/11/2026,08:30\n", NO_HEAD),
            ("service,date\nthue,24/11/2026\n", NO_HEAD),
            ("service,date,time\n", EMPTY),
            ("service,date,time\n" + "thue,24/11/2026,08:30\n" * (MOST_ROWS + 1), TOO_MANY),
            ("\ufffd\ufffd\x00P\x00K", NO_HEAD),
        ],
    )
    def test_what_is_no_such_file_is_said_to_be_so(self, reader: Reader, text: str, message: str) -> None:
        assert wrong(reader, text) == [(1, message)]

    def test_the_services_that_there_are_are_told(self, reader: Reader, settings: CenterSettings) -> None:
        (mistake,) = reader.read("service,date,time\nhotich,24/11/2026,08:30\n")[1]
        assert mistake.values["written"] == "hotich"
        assert mistake.values["services"].split(", ") == [each.id for each in settings.services]

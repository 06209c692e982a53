"""What the kiosk's pages say, and that it can be touched; `test_gallery` judges how all of them look."""

import subprocess
from dataclasses import replace
from pathlib import Path

import pygame
import pytest

from demo.scenes import (
    CLOSED,
    CUT_OFF,
    GROUPS,
    LANGUAGES,
    NOTICE,
    NOTICES,
    OFFER,
    OPENS,
    SCREENS,
    SERVICES,
    TRACK,
    WHY,
    in_groups,
    many,
    scenes,
    ticket,
)
from kiosk.journey import Given, Home, Trouble, Typing
from kiosk.look import Look
from kiosk.notices import TURN_S, turn
from kiosk.pages import lay_out
from kiosk.scene import Scene
from kiosk.sheet import Sheet
from printer.status import PrinterState
from screen.theme import GREEN, Color, Size, contrast

every_screen = pytest.mark.parametrize("size", SCREENS, ids="{0[0]}x{0[1]}".format)
every_language = pytest.mark.parametrize("language", LANGUAGES)


@every_screen
@every_language
def test_touching_what_is_read_asks_for_it(size: Size, language: str) -> None:
    scene = Scene(Home(), language, OFFER, "08:12")
    sheet = lay_out(scene, size)
    for each in SERVICES:
        assert sheet.at(*_read(sheet, scene.pick(each.name)).center) == f"service:{each.id}"
        assert sheet.at(*_read(sheet, each.letter).center) == f"service:{each.id}"
    for code, name in (("vi", "Tiếng Việt"), ("en", "English"), ("rad", "Êđê")):
        if sheet.compact and code == language:
            continue  # there is room for the others only
        assert sheet.at(*_read(sheet, name).center) == f"language:{code}"
    assert sheet.at(*_read(sheet, scene.say("Priority number")).center) == "priority"
    assert sheet.at(1, size[1] // 2) is None


def test_the_way_back_is_a_button_on_every_page_that_ends() -> None:
    for size in SCREENS:
        for page in (Given(ticket(), "printed"), Trouble("no-answer", "thue")):
            sheet = lay_out(Scene(page, "vi", OFFER, "08:12", left=6), size)
            words = "Xong" if isinstance(page, Given) else "Về trang đầu"
            assert sheet.at(*_read(sheet, words).center) == "done"
            assert _read(sheet, "Về trang đầu sau 6 giây")


def test_the_number_is_the_largest_thing_on_its_page() -> None:
    for size in SCREENS:
        sheet = lay_out(Scene(Given(ticket(), "printed"), "vi", OFFER, "08:12", left=6), size)
        number = _read(sheet, "A012")
        assert all(
            mark.box.height <= number.height / 2 for mark in sheet.marks if mark.words not in ("A012", "")
        )


def test_a_home_page_says_how_many_wait_and_how_long() -> None:
    words = _words(Scene(Home(), "vi", OFFER, "08:12"))
    assert "4 người đang chờ · 5–10 phút" in words
    assert "7 người đang chờ" in words  # no counter is open for it, so nothing is said of minutes
    assert "Không phải chờ" in words
    assert "Chưa có người chờ" in words
    assert "Tạm ngừng nhận số" in words
    assert "08:12" in words


def test_a_kiosk_cut_off_says_which_services_it_still_has_numbers_for() -> None:
    words = _words(Scene(Home(), "vi", CUT_OFF, "08:12"))
    assert "người đang chờ" not in words  # nothing old is said
    assert "mất liên lạc Ông bà vẫn lấy được số" in words
    assert words.count("Tạm ngừng nhận số") == 4
    words = _words(Scene(Home(), "vi", replace(CUT_OFF, reserve=frozenset()), ""))
    assert "Xin ông bà đợi một chút hoặc hỏi cán bộ" in words
    assert words.count("Tạm ngừng nhận số") == 6


def test_an_offline_number_says_where_to_go_and_that_nobody_knows_who_is_ahead() -> None:
    words = _words(Scene(Given(ticket(wait=None, offline=True), "printed"), "vi", CUT_OFF, left=9))
    assert "Số này có giá trị" in words
    assert "Chưa biết có bao nhiêu người phía trước" in words
    assert "Quầy 1 hoặc Quầy 2" in words
    assert "phút" not in words


def test_a_ticket_before_the_opening_hour_says_when_that_is() -> None:
    words = _words(Scene(Given(ticket(wait=None, opens=OPENS), "printed"), "vi", OFFER, "07:05", left=9))
    assert "07:30 giờ mở cửa" in words


@pytest.mark.parametrize(
    ("name", "card", "page"),
    [
        ("shut", "Hôm nay ngừng nhận số", "hôm nay ngừng nhận số Xin ông bà quay lại hôm khác"),
        ("shut with a notice", "Hôm nay ngừng nhận số", NOTICE),
        ("full", "Đã hết số hôm nay", "đã hết số hôm nay Xin ông bà quay lại hôm khác"),
        ("hours", "Mở cửa lúc 07:30", "chưa đến giờ làm việc Mở cửa lúc 07:30"),
        ("hours of another day", "Mở cửa lúc 07:30 ngày 23/11", "Mở cửa lúc 07:30 ngày 23/11"),
    ],
)
def test_a_service_that_gives_no_numbers_says_why_and_when_to_come_back(
    name: str, card: str, page: str
) -> None:
    offer = replace(OFFER, queues={**OFFER.queues, "kinh-doanh": WHY[name]})
    assert card in _words(Scene(Home(), "vi", offer, "06:00"))
    assert page in _words(Scene(Trouble("not-taking", "kinh-doanh"), "vi", offer, "06:00", left=20))


def test_a_number_for_several_errands_says_what_comes_then() -> None:
    page = Given(ticket(then=("dat-dai", "kinh-doanh")), "printed")
    assert "sau đó: Đất đai, Đăng ký kinh doanh" in _words(Scene(page, "vi", OFFER, left=9))


def test_errands_are_numbered_in_the_order_in_which_they_were_chosen() -> None:
    chosen = lay_out(Scene(Home(errands=("dat-dai", "ho-tich")), "vi", OFFER), (1080, 1920))
    for place, service in (("1", "dat-dai"), ("2", "ho-tich")):
        assert chosen.targets[f"service:{service}"].contains(_read(chosen, place))
    assert "Lấy một số cho 2 việc" in (mark.words for mark in chosen.marks)
    assert "send" not in lay_out(Scene(Home(errands=()), "vi", OFFER), (1080, 1920)).targets


def test_a_priority_number_for_several_errands_is_told_as_one() -> None:
    assert "Đã chọn số ưu tiên" in _words(Scene(Home("priority", errands=()), "vi", OFFER))


@every_screen
def test_groups_are_shown_only_where_not_all_services_have_room(size: Size) -> None:
    few = replace(OFFER, services=in_groups(SERVICES), groups=GROUPS)
    assert not [each for each in lay_out(Scene(Home(), "vi", few), size).targets if "group" in each]
    offer = replace(OFFER, services=in_groups(many(20)), groups=GROUPS)
    seen = set(lay_out(Scene(Home(), "vi", offer), size).targets)
    assert seen >= {f"group:{each.id}" for each in GROUPS}
    for group in GROUPS:
        for number in range(5):
            targets = lay_out(Scene(Home(group=group.id, shelf=number), "vi", offer), size).targets
            assert "back" in targets
            seen |= set(targets)
    assert seen >= {f"service:{each.id}" for each in offer.services}


def test_the_notices_of_the_centre_take_turns_in_the_same_place() -> None:
    offer = replace(OFFER, notices=NOTICES)
    pages = [lay_out(Scene(Home(), "vi", offer, turn=each), (1080, 1920)) for each in range(2)]
    assert pages[0].targets == pages[1].targets
    for page, notice in zip(pages, NOTICES, strict=True):
        said = " ".join(mark.words for mark in page.marks)
        assert [each["vi"] in said for each in NOTICES] == [each == notice for each in NOTICES]
    assert [turn(now, 2) for now in (0, TURN_S - 1, TURN_S, 2 * TURN_S)] == [0, 0, 1, 0]
    assert turn(1000.0, 0) == 0


@every_screen
def test_a_notice_never_hides_a_service(size: Size) -> None:
    for count in range(1, 21):
        offer = replace(OFFER, services=many(count))
        plain = lay_out(Scene(Home(), "vi", offer), size).targets
        assert (
            lay_out(Scene(Home(), "vi", replace(offer, notices=NOTICES)), size).targets.keys() == plain.keys()
        )


def test_a_closed_centre_says_when_it_opens() -> None:
    offer = replace(OFFER, open=False, queues=CLOSED)
    home = _words(Scene(Home(), "vi", offer, "21:00"))
    assert home.count("Mở cửa lúc 07:30 ngày 23/11") == len(SERVICES)
    assert "Chạm vào một ô" not in home
    touched = _words(Scene(Trouble("closed", "thue"), "vi", offer, "21:00", left=20))
    assert "Trung tâm đang đóng cửa Mở cửa lúc 07:30 ngày 23/11. Mời ông bà quay lại lúc đó." in touched
    unknown = replace(OFFER, open=False, queues={})
    assert "Tạm ngừng nhận số" in _words(Scene(Home(), "vi", unknown, ""))


def test_a_number_without_paper_is_to_be_kept() -> None:
    for paper in ("failed", "unknown"):
        page = Given(ticket(), paper)
        words = _words(Scene(page, "vi", OFFER, "08:12", left=40))
        assert "chụp ảnh" in words
        assert "quét mã" not in words
        assert "cầm phiếu" not in words
    empty = Scene(Given(ticket(), "failed"), "vi", OFFER, printer=PrinterState.PAPER_OUT)
    assert "Máy in hết giấy" in _words(empty)


@every_screen
@pytest.mark.parametrize("look", [Look(), Look(large=True, contrast=True)], ids=["plain", "clear"])
def test_a_phone_reads_the_code_of_a_number_without_paper(size: Size, look: Look, tmp_path: Path) -> None:
    surface = pygame.Surface(size)
    page = Given(ticket(track=TRACK), "failed")
    lay_out(Scene(page, "vi", OFFER, "08:12", left=40, look=look), size).paint(surface)
    pygame.image.save(surface, tmp_path / "page.png")
    command = ["zbarimg", "--quiet", "--raw", "-Sdisable", "-Sqrcode.enable", str(tmp_path / "page.png")]
    assert subprocess.run(command, capture_output=True, check=True, text=True).stdout.split() == [TRACK]


@every_language
def test_low_reach_leaves_the_upper_part_of_a_tall_screen_alone(language: str) -> None:
    for name, scene in scenes(language):
        for target, box in lay_out(replace(scene, look=Look(low=True)), (1080, 1920)).targets.items():
            assert box.top >= 0.4 * 1920, f"{name}: {target}"


def test_large_text_is_larger_and_nothing_that_is_said_is_lost() -> None:
    plain, large = (
        Scene(Home(), "vi", OFFER, "08:12"),
        Scene(Home(), "vi", OFFER, "08:12", look=Look(large=True)),
    )
    for words in ("Ông bà cần làm gì?", "Hộ tịch", "English"):
        before, after = (
            next(mark.size for mark in lay_out(scene, (1080, 1920)).marks if mark.words == words)
            for scene in (plain, large)
        )
        assert after >= 1.2 * before
    assert set(_words(large).replace("·", "").split()) >= {"4", "người", "đang", "chờ", "5–10", "phút"}


@every_screen
def test_what_keys_have_reached_is_ringed(size: Size) -> None:
    scene = Scene(Home(), "vi", OFFER, "08:12")
    for target, box in lay_out(scene, size).targets.items():
        without, ringed = pygame.Surface(size), pygame.Surface(size)
        lay_out(scene, size).paint(without)
        lay_out(replace(scene, focus=target), size).paint(ringed)
        outside = (box.x - 4, box.centery)
        assert contrast(_color(without, outside), _color(ringed, outside)) >= 3, target


@every_screen
def test_every_one_of_many_services_is_reached_by_going_on(size: Size) -> None:
    offer = replace(OFFER, services=many(20))
    shown: set[str] = set()
    for shelf in range(20):
        sheet = lay_out(Scene(Home(shelf=shelf), "vi", offer), size)
        assert "more" in sheet.targets
        shown |= set(sheet.targets)
    assert {f"service:{each.id}" for each in offer.services} <= shown


def test_who_has_an_appointment_is_asked_for_its_code_only_while_the_hub_knows_it() -> None:
    for offer in (CUT_OFF, replace(OFFER, open=False), replace(OFFER, appointments=False)):
        assert "check-in" not in lay_out(Scene(Home(), "vi", offer), (1080, 1920)).targets
    assert "check-in" in lay_out(Scene(Home(), "vi", OFFER), (1080, 1920)).targets


def test_a_code_is_sent_only_once_it_is_long_enough() -> None:
    assert "send" not in lay_out(Scene(Typing("K7M"), "vi", OFFER, left=30), (1080, 1920)).targets
    assert "send" in lay_out(Scene(Typing("K7M2"), "vi", OFFER, left=30), (1080, 1920)).targets


def test_no_wait_is_green() -> None:
    pygame.font.init()
    sheet = lay_out(Scene(Home(), "vi", OFFER, "08:12"), (1080, 1920))
    surface = pygame.Surface((1080, 1920))
    sheet.paint(surface)
    shown = surface.subsurface(_read(sheet, "Không phải chờ"))
    assert pygame.mask.from_threshold(shown, GREEN, (8, 8, 8, 255)).count() > 50


def test_a_name_that_a_language_lacks_is_said_in_vietnamese() -> None:
    assert "Hộ tịch" in _words(Scene(Home(), "rad", OFFER, "08:12"))


def _read(sheet: Sheet, words: str) -> pygame.Rect:
    """Where these words stand: alone on their line."""
    (box,) = (mark.box for mark in sheet.marks if mark.words == words)
    return box


def _color(surface: pygame.Surface, at: tuple[int, int]) -> Color:
    red, green, blue, _ = surface.get_at(at)
    return red, green, blue


def _words(scene: Scene) -> str:
    """Everything that the page says on a standing kiosk."""
    return " ".join(mark.words.strip() for mark in lay_out(scene, (1080, 1920)).marks if mark.words)

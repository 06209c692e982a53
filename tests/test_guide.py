"""The spoken guidance: all that is shown is told, when, and a whole journey by what is heard alone."""

import re
import stat
import sys
from array import array
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from shutil import which
from time import monotonic, sleep
from typing import Any
from uuid import UUID

import pygame
import pytest
from msgspec import structs

from center.broker import PrivateBroker
from config.clock import FakeClock
from config.errors import HardwareAbsent
from config.words import catalogue
from demo.part import Part
from demo.scenes import LANGUAGES, NOTICES, OFFER, scenes, ticket
from kiosk.corner import Pin, Staff
from kiosk.guide import NAMES, Guide, Sentence, Telling
from kiosk.journey import IDLE_S, LISTEN_S, TOLD_ALOUD_S, Given, Home, Journey, Typing, Waiting
from kiosk.look import VOLUMES, Look
from kiosk.narrator import LONGEST_S, Narrator
from kiosk.pages import lay_out
from kiosk.reading import SPOKEN, aloud, read
from kiosk.scene import Scene
from screen.sound import RATE, Sound
from screen.speech import spoken
from technician.check import verdict
from tests.booth import Booth, open_booth

SIZE = (1080, 1920)
LOOK = Look(spoken=True)
GIVEN = Given(ticket(), "printed")


def page(name: str, language: str = "vi", **more: Any) -> Scene:
    """A page of the gallery, as somebody hears it who has said so."""
    changes: dict[str, Any] = {"headphones": True, "look": LOOK, "left": None, "focus": ""} | more
    return replace(dict(scenes(language))[name], **changes)


class Listener:
    """Somebody to whom the pages are told."""

    def __init__(self) -> None:
        self.guide = Guide()

    def hear(self, scene: Scene, *, key: bool = False, again: bool = False) -> Telling:
        self.guide = replace(self.guide, asked=key or again or self.guide.asked, again=again)
        self.guide, telling = self.guide.tell(scene, SIZE)
        return telling

    def words(self, scene: Scene, *, key: bool = False, again: bool = False) -> list[str]:
        return [each.words for each in self.hear(scene, key=key, again=again).sentences]


# What is said of a page


@pytest.mark.parametrize("size", [SIZE, (800, 480)], ids="{0[0]}x{0[1]}".format)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_word_that_is_shown_is_read_once(language: str, size: tuple[int, int]) -> None:
    for name, scene in scenes(language):
        sheet = lay_out(scene, size)
        reading = read(sheet)
        phrases = [*reading.page, *(each for target in reading.targets.values() for each in target)]
        shown = Counter(word for mark in sheet.marks for word in mark.words.split())
        assert Counter(word for phrase in phrases for word in phrase.split()) == shown, name


def test_every_word_that_is_shown_is_heard_by_who_goes_through_all_choices() -> None:
    for name, scene in scenes("vi"):
        scene = replace(scene, headphones=True, left=None, look=replace(scene.look, spoken=True), focus="")
        sheet, listener = lay_out(scene, SIZE), Listener()
        heard = listener.words(scene)
        for target in sheet.targets:
            heard += listener.words(replace(scene, focus=target), key=True)
        if isinstance(scene.page, Pin | Staff) or (isinstance(scene.page, Waiting) and not scene.page.slow):
            assert heard == [], name  # staff see, and the answer is there in a moment
            continue
        assert all(heard), name
        assert len(heard) > len(sheet.targets), f"{name}: a target says nothing"
        said = set(re.findall(r"\w+", " ".join(heard).lower()))
        shown = {word for mark in sheet.marks for word in re.findall(r"[^\W\d]+", mark.words.lower())}
        assert {word for word in shown if len(word) > 2} <= said, name  # letters alone are spelled


def test_a_card_is_read_from_its_name_on_with_its_place_among_the_choices() -> None:
    listener = Listener()
    listener.hear(page("home"))
    (said,) = listener.words(page("home", focus="service:dat-dai"), key=True)
    assert said.startswith("Đất đai. Sổ đỏ, chuyển nhượng. 111 người đang chờ, 95 đến 140 phút. bê. 2 trên ")


@pytest.mark.parametrize(
    ("language", "written", "said"),
    [
        ("vi", "A012", "a không một hai"), ("en", "A012", "A zero one two"),
        ("vi", "Ông bà đã có số A012", "Ông bà đã có số a không một hai"),
        ("vi", "K 7 M", "ca bảy em mờ"), ("vi", "Y tế", "Y tế"),
        ("vi", "4 người đang chờ · 5–10 phút", "4 người đang chờ, 5 đến 10 phút"),
        ("vi", "Mở cửa lúc 07:30", "Mở cửa lúc 7 giờ 30 phút"), ("vi", "13:00", "13 giờ"),
        ("en", "Opens at 07:05 on 24/11", "Opens at 7 hours 5 minutes on day 24, month 11"),
        ("vi", "07:30 ngày 05/12", "7 giờ 30 phút ngày 5 tháng 12"),
    ],
)  # fmt: skip
def test_figures_and_labels_are_said_as_people_say_them(language: str, written: str, said: str) -> None:
    assert aloud(language, written) == said


def test_what_is_said_of_figures_and_of_what_has_no_words_is_there_in_vietnamese() -> None:
    assert {message for _, message in SPOKEN} | set(NAMES.values()) <= catalogue("vi").keys()


# When it is said


def test_it_begins_with_how_to_go_on_and_with_the_other_languages_in_their_own_voices() -> None:
    telling = Listener().hear(page("home"))
    said = [each.words for each in telling.sentences]
    assert "phím Enter để chọn" in said[0]
    assert telling.sentences[2] == Sentence("en", "You can hear this in English too: choose it here.")
    assert said.index("Ông bà cần làm gì?") > 2
    assert said[-1] == f"Có {len(lay_out(page('home'), SIZE).targets)} lựa chọn."


def test_other_choices_are_told_where_a_choice_leads_to_them() -> None:
    listener = Listener()
    listener.hear(page("groups", focus="group:nha-dat"))
    inside = page("a group")
    told = listener.words(inside, key=True)
    assert told == ["Nhà đất, xây dựng", f"Có {len(lay_out(inside, SIZE).targets)} lựa chọn."]


def test_an_errand_is_told_with_its_place_among_the_others() -> None:
    listener = Listener()
    listener.hear(page("errands", focus="service:ho-tich"))
    chosen = page("two errands", focus="service:ho-tich")
    assert ". đã chọn, việc thứ 2. 1 trên " in listener.words(chosen, key=True)[-1]


def test_a_button_that_is_not_ready_is_told_last() -> None:
    """It is laid out first, and "get your number" is not what such a page begins with."""
    for name in ("errands", "nothing typed"):
        listener = Listener()
        listener.hear(page("home"))
        *_, not_ready, choices = listener.words(page(name), key=True)
        assert not_ready == "Lấy số", name
        assert choices.startswith("Có "), name


def test_what_comes_after_the_first_errand_is_a_sentence_of_its_own() -> None:
    assert "sau đó: Đất đai, Đăng ký kinh doanh" in Listener().words(page("ticket of three errands"))


def test_another_number_is_another_page() -> None:
    listener = Listener()
    listener.hear(page("printed"))
    other = structs.replace(GIVEN.ticket, id="2026-11-22-A013", label="A013")
    assert "a không một ba" in listener.words(page("printed", page=Given(other, "printed")))


def test_a_key_is_always_answered_and_ends_what_is_said() -> None:
    listener = Listener()
    listener.hear(page("home"))
    at = page("home", focus="service:ho-tich")
    moved, stayed = listener.hear(at, key=True), listener.hear(at, key=True)
    assert moved == stayed
    assert moved.at_once
    assert (
        listener.words(page("home"), key=True)[-1] == "Có 16 lựa chọn."
    )  # nothing is reached: the page again


def test_everything_is_said_again_on_request() -> None:
    listener = Listener()
    first = listener.words(page("printed"))
    again = listener.words(page("printed"), again=True)
    assert set(again) <= set(first)
    assert again[:2] == ["Số của ông bà", "a không một hai"]


def test_the_clock_a_countdown_and_queues_are_no_news() -> None:
    listener = Listener()
    listener.hear(page("home"))
    queues = OFFER.queues | {"ho-tich": structs.replace(OFFER.queues["ho-tich"], waiting=5)}
    for scene in (
        page("home", hour="09:00"),
        page("home", left=21),
        page("home", offer=replace(OFFER, queues=queues)),
    ):
        assert listener.hear(scene) == Telling()


def test_notices_are_read_once_and_all_together_though_they_are_shown_in_turn() -> None:
    listener = Listener()
    first = page("a short notice")
    heard = listener.words(first)
    assert {aloud("vi", each["vi"]) for each in NOTICES} <= set(heard)
    assert [listener.words(replace(first, turn=turn)) for turn in (1, 0, 1)] == [[], [], []]


def test_what_comes_by_itself_waits_and_another_page_does_not() -> None:
    listener = Listener()
    listener.hear(page("home"))
    cut_off = listener.hear(page("cut off"))
    assert cut_off.sentences[0].words == "Máy đang mất liên lạc"
    assert not cut_off.at_once
    assert listener.hear(page("pressed"), key=True) == Telling()  # the answer is there in a moment
    number = listener.hear(page("printing"))
    assert number.at_once
    assert {"a không một hai", "Quầy 1 hoặc Quầy 2", "4 người phía trước"} <= {
        each.words for each in number.sentences
    }
    paper = listener.hear(page("printed"))
    assert [each.words for each in paper.sentences] == ["Mời ông bà cầm phiếu ở khe bên dưới"]
    assert not paper.at_once


def test_a_typed_letter_is_said_and_what_is_wrong_with_a_code() -> None:
    listener = Listener()
    typing = page("nothing typed")
    listener.hear(typing)
    for code, said in (("K", "ca"), ("K7", "bảy"), ("K", "Đã xóa bảy"), ("K7", "bảy")):
        assert listener.words(replace(typing, page=Typing(code)), key=True) == [said]
    unknown = listener.words(replace(typing, page=Typing("K7", unknown=True)))
    assert unknown == ["Không có mã hẹn này. Xin ông bà xem lại từng chữ."]


def test_the_volume_is_told_as_it_changes() -> None:
    listener = Listener()
    listener.hear(page("home"))
    assert listener.words(page("home", look=LOOK.by(1)), key=True) == ["Âm lượng 4 trên 5"]


def test_volume_stays_within_its_steps() -> None:
    assert LOOK.by(99).volume == len(VOLUMES)
    assert LOOK.by(-99).volume == 1


def test_one_is_warned_once_before_a_page_ends_and_told_how_to_stay() -> None:
    listener = Listener()
    listener.hear(page("printed", left=40))
    (warning,) = listener.words(page("printed", left=TOLD_ALOUD_S))
    assert warning == "Về trang đầu sau 20 giây. Ông bà bấm phím bất kỳ để ở lại."
    assert listener.words(page("printed", left=TOLD_ALOUD_S - 1)) == []
    assert listener.words(page("printed", left=TOLD_ALOUD_S), key=True) != []
    assert listener.words(page("printed", left=40)) == []
    assert listener.words(page("printed", left=TOLD_ALOUD_S)) == [warning]


def test_what_changes_meanwhile_does_not_make_a_page_that_ends_one_that_is_listened_to() -> None:
    listener = Listener()
    listener.hear(page("home"))
    assert listener.words(page("home", left=TOLD_ALOUD_S, hour="08:13")) != []
    assert listener.words(page("home", left=TOLD_ALOUD_S - 1, hour="08:14")) == []
    assert listener.words(page("home", left=TOLD_ALOUD_S - 2, hour="08:14")) == []
    assert listener.guide.warned


def test_the_end_is_told_and_then_there_is_silence() -> None:
    listener = Listener()
    assert listener.words(page("home", look=Look())) == []
    listener.hear(page("printed"))
    end = listener.hear(page("home", look=Look()))
    assert end.at_once
    assert [each.words for each in end.sentences] == [
        "Máy thôi đọc màn hình. Ông bà bấm phím bất kỳ để nghe lại."
    ]
    assert listener.hear(page("cut off", look=Look())) == Telling()


def test_a_language_without_a_voice_is_read_in_vietnamese_and_chosen_all_the_same() -> None:
    listener = Listener()
    sentences = listener.hear(page("printed", "rad")).sentences
    assert Sentence("vi", "Số của ông bà") in sentences
    listener.hear(page("home", "rad"))
    name, rest = listener.hear(page("home", "rad", focus="language:rad"), key=True).sentences
    assert name == Sentence("vi", "Êđê")
    assert rest.words.startswith("đang chọn.")


def test_names_of_languages_are_said_in_their_own_voices() -> None:
    listener = Listener()
    listener.hear(page("home"))
    assert listener.hear(page("home", focus="language:en"), key=True).sentences[0] == Sentence(
        "en", "English"
    )


# How long there is


def test_who_listens_has_a_minute_after_the_last_key() -> None:
    journey = Journey().listen(100.0).attend(100.0)
    assert journey.passed(100.0 + LISTEN_S - 1).look.spoken
    assert journey.left(100.0 + LISTEN_S - TOLD_ALOUD_S - 1) is None
    assert journey.left(100.0 + LISTEN_S - TOLD_ALOUD_S) == TOLD_ALOUD_S
    assert journey.passed(100.0 + LISTEN_S) == Journey(since=100.0 + LISTEN_S)


def test_a_key_keeps_a_page_from_ending_under_the_hands() -> None:
    journey = replace(Journey(), page=Typing("K"), until=130.0).attend(125.0)
    assert journey.passed(130.0).page == Typing("K")
    assert journey.passed(125.0 + IDLE_S).page == Home()


def test_who_goes_back_is_still_read_to_and_who_has_a_number_no_longer() -> None:
    typing = Journey(page=Typing(), language="en").listen(0.0)
    journey, _ = typing.touch("done", offer=OFFER, request=UUID(int=1), now=100.0)
    assert (journey.page, journey.language, journey.look.spoken) == (Home(), "en", True)
    given = replace(typing, page=GIVEN)
    journey, _ = given.touch("done", offer=OFFER, request=UUID(int=1), now=100.0)
    assert journey == Journey(since=100.0)


# The voice itself


@pytest.mark.parametrize(
    ("language", "words"), [("vi", "Số của ông bà, a không một hai"), ("en", "Your number")]
)
def test_words_are_spoken(language: str, words: str) -> None:
    sound = array("h", spoken(language, words))
    loudness = (sum(each * each for each in sound) / len(sound)) ** 0.5
    assert 0.5 < len(sound) / RATE < 5
    assert loudness > 800


def program(folder: Path, code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put a program in the place of espeak-ng."""
    path = folder / "bin" / "espeak-ng"
    path.parent.mkdir()
    path.write_text(f"#!{sys.executable}\nimport sys\n{code}")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", str(path.parent), prepend=":")


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[], bytes]:
    """A sound device that writes what is heard, twenty times as fast."""
    monkeypatch.setenv("SDL_AUDIODRIVER", "disk")
    monkeypatch.setenv("SDL_DISKAUDIODELAY", "1")
    monkeypatch.setenv("SDL_DISKAUDIOFILE", str(tmp_path / "heard.raw"))
    monkeypatch.setenv("AUDIODEV", "")  # what a narrator sets there ends with the test
    monkeypatch.setattr("screen.sound.END_S", 30.0)  # its thread plays into no other test
    return lambda: (tmp_path / "heard.raw").read_bytes() if (tmp_path / "heard.raw").exists() else b""


def test_without_the_program_there_is_no_guidance_and_health_says_so(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with Narrator("default", FakeClock()) as narrator:
        assert not narrator.ready
        assert [each.state for each in narrator.health()] == ["no-voice"]
        narrator.show(page("home"), SIZE)
    assert "espeak-ng is not on this machine" in caplog.text
    with pytest.raises(HardwareAbsent):
        spoken("vi", "a")


def test_check_says_whether_a_kiosk_is_read_aloud(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kiosk = tmp_path / "kiosk-1.toml"
    kiosk.write_text(
        'role = "kiosk"\ncenter = "tan-lap"\ndevice = "kiosk-1"\nheadphones = "default"\n'
        '[printer]\nhost = "10.0.0.9"\n'
    )
    assert verdict(kiosk) == "kiosk kiosk-1 of tan-lap, read aloud into headphones"
    monkeypatch.setenv("PATH", str(tmp_path))
    assert verdict(kiosk).endswith(
        "not read aloud: espeak-ng is not on this machine. (sudo apt-get install -y espeak-ng)"
    )


def test_a_voice_that_hangs_is_not_taken_for_a_listener(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, heard: Callable[[], bytes]
) -> None:
    program(
        tmp_path,
        "import time, os\nwhile not os.path.exists(sys.argv[0] + '.ends'): time.sleep(0.02)\n",
        monkeypatch,
    )
    clock = FakeClock()
    with Narrator("default", clock) as narrator:
        narrator.show(page("printed"), SIZE)
        assert narrator.reading
        clock.advance(LONGEST_S)
        assert not narrator.reading
        (tmp_path / "bin" / "espeak-ng.ends").touch()


def test_headphones_that_are_not_there_are_told_in_health(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SDL_AUDIODRIVER", "none-such")
    monkeypatch.setenv("AUDIODEV", "")
    monkeypatch.setattr("screen.sound.END_S", 30.0)
    with Narrator("default", FakeClock()) as narrator:
        assert narrator.ready  # they may be plugged in later
        _until(lambda: [each.state for each in narrator.health()] == ["silent"])


def test_without_headphones_nothing_is_said_and_nothing_amiss() -> None:
    with Narrator("", FakeClock()) as narrator:
        assert not narrator.ready
        assert narrator.health() == ()


def _level(level: int, seconds: float) -> bytes:
    """A sound that no other is like."""
    return array("h", [level]).tobytes() * round(seconds * RATE)


def _until(holds: Callable[[], bool]) -> None:
    deadline = monotonic() + 30
    while not holds():
        assert monotonic() < deadline, "waited in vain"
        sleep(0.01)


def test_what_is_hushed_ends_at_once_and_what_waited_behind_it_is_never_heard(
    heard: Callable[[], bytes],
) -> None:
    first, second, third = _level(1000, 600), _level(2000, 0.2), _level(3000, 0.2)
    with Sound(FakeClock()) as sound:
        sound.play(lambda: first, volume=1.0)
        sound.play(lambda: second, volume=1.0)
        _until(lambda: first[:2000] in heard())
        sound.hush()
        sound.play(lambda: third, volume=1.0)
        _until(lambda: third in heard())
        _until(lambda: not sound.busy)
    levels = Counter(array("h", heard()))
    assert levels[2000] == 0
    assert levels[1000] < 300 * RATE


def test_what_makes_no_sound_is_passed_over(heard: Callable[[], bytes]) -> None:
    after = _level(1000, 0.2)
    with Sound(FakeClock()) as sound:
        sound.play(partial(spoken, "vi", ""), volume=1.0)
        sound.play(lambda: after, volume=1.0)
        _until(lambda: after in heard())


def test_a_device_that_was_released_is_opened_anew(heard: Callable[[], bytes]) -> None:
    sounds = [_level(1000, 0.2), _level(2000, 0.2)]
    with Sound(FakeClock()) as sound:
        for each in sounds:
            sound.play(partial(bytes, each), volume=1.0)
            _until(lambda: not sound.busy)
            _until(partial(lambda each: each in heard(), each))
            sound.release()


# A journey with closed eyes


class Ears:
    """Somebody who sees nothing, before a kiosk with headphones."""

    def __init__(self, booth: Booth, said: Path) -> None:
        self.booth = booth
        self._said = said
        self._known = 0  # lines that were heard before the last key

    @property
    def heard(self) -> list[str]:
        """What was said since the last key, sentence by sentence."""
        return self._lines()[self._known :]

    def press(self, key: int, unicode: str = "") -> None:
        self.booth.pass_time(1)
        sound = self.booth.kiosk.narrator._sound
        sound.hush()  # as the key will do; what is begun is written down before it
        self.booth.until("silence", lambda: not sound.busy)
        self._known = len(self._lines())
        pygame.event.post(pygame.Event(pygame.KEYDOWN, key=key, mod=0, unicode=unicode))
        self.booth.kiosk.step(0)

    def hear(self, *words: str) -> str:
        """Wait until a sentence with these words is said."""
        self.booth.until(
            f"{words} in {self.heard}", lambda: any(self._has(each, words) for each in self.heard)
        )
        return next(each for each in self.heard if self._has(each, words))

    def find(self, *words: str) -> None:
        """Go on until a choice with these words is said."""
        for _ in range(30):
            self.press(pygame.K_TAB)
            place = self.hear(" trên ")  # every choice tells its place
            if self._has(place, words):
                return
        raise AssertionError(f"nothing says {words}")

    def wait(self, seconds: float) -> None:
        """Hear it to its end, and do nothing."""
        self.booth.until("silence", lambda: not self.booth.kiosk.narrator.reading)
        self.booth.pass_time(seconds)

    def _lines(self) -> list[str]:
        return self._said.read_text().splitlines() if self._said.exists() else []

    def _has(self, sentence: str, words: tuple[str, ...]) -> bool:
        return all(each in sentence for each in words)


@pytest.fixture
def ears(
    broker: PrivateBroker,
    hub: Part,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    heard: Callable[[], bytes],
) -> Iterator[Ears]:
    """Behind the real program stands one that writes down what it is to say."""
    assert hub
    assert heard() == b""
    said, real = tmp_path / "said", which("espeak-ng")
    program(
        tmp_path,
        "import subprocess\n"
        "words = sys.stdin.buffer.read()\n"
        f"with open({str(said)!r}, 'ab') as file: file.write(words + b'\\n')\n"
        f"sys.exit(subprocess.run([{real!r}, *sys.argv[1:]], input=words).returncode)\n",
        monkeypatch,
    )
    with open_booth(broker, tmp_path) as booth:
        booth.settings = structs.replace(booth.settings, headphones="default")
        booth.start()
        yield Ears(booth, said)


def test_a_number_is_taken_by_what_is_heard_alone(ears: Ears, heard: Callable[[], bytes]) -> None:
    assert ears.heard == []
    ears.press(pygame.K_DOWN)
    ears.hear("phím Enter để chọn")
    ears.find("Đất đai")
    ears.press(pygame.K_RETURN)
    ears.hear("Số của ông bà")
    ears.hear("bê không không một")
    ears.hear("Quầy")
    ears.hear("Mời ông bà cầm phiếu")
    ears.press(pygame.K_F1)
    ears.hear("bê không không một")
    ears.press(pygame.K_PLUS, "+")
    ears.hear("Âm lượng 4 trên 5")
    ears.wait(LISTEN_S - TOLD_ALOUD_S + 1)
    ears.hear("Về trang đầu sau", "bấm phím bất kỳ để ở lại")
    ears.find("Xong")
    ears.wait(LISTEN_S - TOLD_ALOUD_S - 1)
    assert ears.heard[-1].startswith("Xong.")  # it stays
    ears.press(pygame.K_RETURN)
    ears.hear("Máy thôi đọc màn hình")
    assert ears.booth.page == Home()
    assert ears.booth.kiosk.journey.look == Look()
    assert any(heard())

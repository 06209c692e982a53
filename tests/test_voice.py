"""The voice: what would be heard, written by SDL, and the packs that it is made from."""

import faulthandler
import math
import shutil
import sys
import time
import wave
from array import array
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from pygame._sdl2 import audio

from bus.messages import YOUNG_CALL_S
from config.clock import FakeClock
from display import chime, clip
from display.announcer import Announcement
from display.clip import Clip
from display.pack import Manifest, read_pack, write_manifest
from display.phrase import NEEDED, WORDS, phrase
from display.voice import Voice
from screen.sound import RATE, Sound
from technician.command import luot
from tests.test_announcer import Scene, ticket

NOW = FakeClock().monotonic()


def tone(pitch: float, length_s: float = 0.12, loud: float = 0.3) -> bytes:
    """A sound that no other is like."""
    count = int(length_s * RATE)
    wave_ = (round(loud * clip.FULL * math.sin(2 * math.pi * pitch * each / RATE)) for each in range(count))
    return array("h", wave_).tobytes()


def make_pack(folder: Path, language: str, names: Mapping[str, str] | tuple[str, ...] = NEEDED) -> Path:
    """A pack whose every clip is a tone of its own."""
    place, base = folder / language, 300 if language == "vi" else 305
    write_manifest(place, Manifest(language, "a tuning fork", "CC0-1.0", dict.fromkeys(names, "…")))
    for number, name in enumerate(names):
        clip.write(place / f"{name}.wav", Clip(tone(base + 20 * number)))
    return place


@pytest.fixture
def packs(tmp_path: Path) -> Path:
    for language in ("vi", "en"):
        make_pack(tmp_path / "voice", language)
    return tmp_path / "voice"


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[], bytes]:
    """A sound device that writes what would be heard, twenty times as fast."""
    monkeypatch.setenv("SDL_AUDIODRIVER", "disk")
    monkeypatch.setenv("SDL_DISKAUDIODELAY", "1")
    monkeypatch.setenv("SDL_DISKAUDIOFILE", str(tmp_path / "heard.raw"))
    monkeypatch.setattr("screen.sound.END_S", 30.0)  # its thread plays into no other test
    return lambda: (tmp_path / "heard.raw").read_bytes() if (tmp_path / "heard.raw").exists() else b""


@pytest.fixture
def voice(packs: Path, heard: Callable[[], bytes]) -> Iterator[Voice]:
    with Sound(FakeClock()) as sound:
        voice = Voice(sound, packs)
        voice.read()
        yield voice


def call(label: str, counter: str = "3", *languages: str) -> Announcement:
    return Announcement(f"2026-11-23-{label}", 1, label, counter, counter, languages or ("vi",))


def waited(heard: Callable[[], bytes], sound: bytes) -> bytes:
    """All that was heard, once that was heard to its end."""
    deadline = time.monotonic() + 30
    while sound not in heard():
        assert time.monotonic() < deadline, "it was not heard"
        time.sleep(0.02)
    return heard()


def samples(packs: Path, language: str, *names: str) -> bytes:
    """The words as the files have them."""
    return b"".join(clip.read(packs / language / f"{name}.wav").samples for name in names)


# What is said


def test_label_is_read_digit_by_digit_and_the_counter_is_always_said() -> None:
    assert phrase("A012", "one", "3", NEEDED) == ("call", "A", "0", "1", "2", "counter", "3")
    assert phrase("M0128", "one", "12", NEEDED)[-3:] == ("counter", "1", "2")
    assert phrase("M0128", "one", "12", WORDS["vi"])[-2:] == ("counter", "12")
    assert phrase("A001", "tax", "7", (*NEEDED, "counter-tax"))[-1] == "counter-tax"
    assert phrase("A001", "one", "2-b", NEEDED)[-3:] == ("counter", "2", "B")


@pytest.mark.parametrize("language", WORDS)
def test_there_are_words_for_every_clip_that_is_needed(language: str) -> None:
    assert WORDS[language].keys() >= set(NEEDED)


# What is heard


def test_call_is_heard_clip_by_clip_without_gaps_after_the_chime(
    voice: Voice, packs: Path, heard: Callable[[], bytes]
) -> None:
    voice.say(call("A012"), NOW, 1.0)
    words = samples(packs, "vi", "call", "A", "0", "1", "2", "counter", "3")
    before, after = waited(heard, words).split(words)
    assert before.endswith(chime.samples())
    assert not any(before.removesuffix(chime.samples()))
    assert not any(after)


TURN_S = 1 / 30


def announced(voice: Voice, calls: int, apart_s: float, *others: str) -> list[str]:
    """The labels that a board says of so many calls, in their order; `others` are the citizens' languages."""
    scene, said, number = Scene(now=NOW), [], 0
    while scene.now < NOW + YOUNG_CALL_S:
        while number < calls and scene.now >= NOW + number * apart_s:
            number += 1
            scene.announcer.hear(scene.call(ticket(number), 1, "3", *others), scene.now)
        if begun := scene.announcer.step(scene.now):
            said.append(begun.label)
            scene.announcer.hold(voice.say(begun, scene.now, 1.0, brief=scene.announcer.waiting))
        scene.now += TURN_S
    return said


def assert_in_order(heard: bytes, words: list[bytes]) -> None:
    """Each was heard whole after the one before it, and between them nothing but the chime and silence."""
    rest = heard
    for each in words:
        assert each in rest, "a call is lost, or another talks over it"
        before, rest = rest.split(each, 1)
        assert not any(before.replace(chime.samples(), b""))


def test_failure_02_twelve_calls_in_ten_seconds_are_all_heard_in_order_and_none_over_another(
    voice: Voice, packs: Path, heard: Callable[[], bytes]
) -> None:
    labels = announced(voice, 12, 10 / 12)
    assert labels == [f"A{number:03}" for number in range(1, 13)]
    words = [samples(packs, "vi", "call", *label, "counter", "3") for label in labels]
    assert_in_order(waited(heard, words[-1]), words)


def test_ten_calls_in_one_second_are_all_heard_each_in_its_citizens_language(
    voice: Voice, packs: Path, heard: Callable[[], bytes]
) -> None:
    labels = announced(voice, 10, 0.1, "en")
    assert labels == [f"A{number:03}" for number in range(1, 11)]
    vietnamese, english = (
        [samples(packs, language, "call", *label, "counter", "3") for label in labels]
        for language in ("vi", "en")
    )
    words = [vietnamese[0], *english[:-1], vietnamese[-1], english[-1]]  # time for two only at either end
    everything = waited(heard, words[-1])
    assert_in_order(everything, words)
    assert sum(map(everything.count, vietnamese)) == 2


def test_words_that_follow_others_at_once_need_no_chime(
    voice: Voice, packs: Path, heard: Callable[[], bytes]
) -> None:
    over = voice.say(call("A001"), NOW, 1.0)
    over = voice.say(call("A002"), over + 0.1, 1.0)
    voice.say(call("A003"), over + 30, 1.0)
    everything = waited(heard, samples(packs, "vi", "call", "A", "0", "0", "3", "counter", "3"))
    assert everything.count(chime.samples()) == 2


def test_call_is_said_in_each_of_its_languages_and_in_vietnamese_where_one_has_no_pack(
    voice: Voice, packs: Path
) -> None:
    names = phrase("A012", "", "3", NEEDED)
    vietnamese, english = (samples(packs, each, *names) for each in ("vi", "en"))
    assert voice.words(call("A012", "3", "vi", "en")) == vietnamese + english
    assert voice.words(call("A012", "3", "vi", "rad")) == vietnamese
    assert voice.words(call("A012", "3", "rad")) == vietnamese
    make_pack(packs, "rad")
    voice.read()
    assert voice.words(call("A012", "3", "rad")) == samples(packs, "rad", *names)


def test_call_whose_clips_are_not_all_there_is_not_said_by_halves_and_the_log_names_them(
    voice: Voice, packs: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (packs / "en" / "2.wav").unlink()
    voice.read()
    for _ in range(3):
        assert voice.words(call("A012", "3", "en")) == voice.words(call("A012", "3", "vi"))
    assert caplog.text.count("language=en clip=2") == 1


def test_board_without_a_voice_has_its_chime_for_every_call(
    tmp_path: Path, heard: Callable[[], bytes], caplog: pytest.LogCaptureFixture
) -> None:
    with Sound(FakeClock()) as sound:
        voice = Voice(sound, tmp_path / "none")
        voice.read()
        assert voice.say(call("A001"), NOW, 1.0) == NOW + chime.LENGTH_S
        voice.say(call("A002"), NOW + 3, 1.0)
        deadline = time.monotonic() + 30
        while heard().count(chime.samples()) < 2:
            assert time.monotonic() < deadline, "it was not heard"
            time.sleep(0.02)
    assert caplog.text.count("by a chime alone") == 1


def test_quiet_hour_is_quieter(voice: Voice, packs: Path, heard: Callable[[], bytes]) -> None:
    voice.say(call("A001"), NOW, 0.25)
    voice.say(call("B001"), NOW, 0.0)
    words = samples(packs, "vi", "call", "A", "0", "0", "1", "counter", "3")
    loudest = max(array("h", chime.samples() + words))

    def loudness() -> float:
        whole = heard()
        return max(array("h", whole[: len(whole) // 2 * 2]), default=0) / loudest

    deadline = time.monotonic() + 30
    while loudness() < 0.24:  # it is heard piece by piece
        assert time.monotonic() < deadline, "it was not heard"
        time.sleep(0.02)
    assert loudness() < 0.26


def test_words_that_the_device_had_no_time_for_are_not_said_late(
    packs: Path, heard: Callable[[], bytes], caplog: pytest.LogCaptureFixture
) -> None:
    clock = FakeClock()
    with Sound(clock) as sound:
        voice = Voice(sound, packs)
        voice.read()
        now = clock.monotonic()
        clock.advance(YOUNG_CALL_S + 1)
        voice.say(call("A001"), now, 1.0)
        voice.say(call("A002"), clock.monotonic(), 1.0)
        second = samples(packs, "vi", "call", "A", "0", "0", "2", "counter", "3")
        assert samples(packs, "vi", "call", "A", "0", "0", "1") not in waited(heard, second)
    assert caplog.text.count("something is not said") == 1


# Packs, as a technician makes them


@pytest.fixture
def command(tmp_path: Path, heard: Callable[[], bytes]) -> Callable[..., Result]:
    def run(*arguments: object, typed: str = "") -> Result:
        words = [*map(str, arguments), "--dir", str(tmp_path / "voice")]
        return CliRunner().invoke(luot, ["voice", *words], input=typed)

    return run


@pytest.fixture(scope="session")
def spoken(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The placeholder, as espeak-ng makes it."""
    folder = tmp_path_factory.mktemp("spoken")
    made = CliRunner().invoke(luot, ["voice", "make", "--language", "vi", "--dir", str(folder)])
    assert made.exit_code == 0, made.output
    return folder


def test_placeholder_has_every_clip_and_nothing_is_wrong_with_it(spoken: Path) -> None:
    checked = CliRunner().invoke(luot, ["voice", "check", "--dir", str(spoken)])
    assert (checked.exit_code, checked.output.count("\n")) == (0, 1), checked.output
    pack = read_pack(spoken / "vi")
    assert not pack.missing
    said = sum(pack.clips[name].seconds for name in phrase("A012", "", "3", pack.clips))
    assert 2.5 < said < 5


def test_making_the_placeholder_again_keeps_what_a_person_recorded(
    spoken: Path, tmp_path: Path, command: Callable[..., Result]
) -> None:
    shutil.copytree(spoken, tmp_path / "voice")
    clip.write(tmp_path / "voice" / "vi" / "A.wav", Clip(tone(440)))
    (tmp_path / "voice" / "vi" / "B.wav").unlink()
    assert "1 clips made" in command("make", "--language", "vi").output
    assert read_pack(tmp_path / "voice" / "vi").clips["A"] == Clip(tone(440))


def test_check_names_what_is_missing_quiet_distorted_or_of_another_kind(
    packs: Path, command: Callable[..., Result]
) -> None:
    (packs / "vi" / "K.wav").unlink()
    clip.write(packs / "vi" / "A.wav", Clip(tone(440, loud=0.01)))
    clip.write(packs / "vi" / "B.wav", Clip(tone(440, loud=0.08)))
    with wave.open(str(packs / "vi" / "C.wav"), "wb") as file:
        file.setparams((2, 2, 44_100, 0, "NONE", ""))
        file.writeframes(bytes(4000))
    (packs / "vi" / "D.wav").write_bytes(b"no sound")
    told = command("check")
    assert told.exit_code == 1
    for words in ("missing: K\n", "A.wav: it is too quiet", "B.wav: its loudness", "C.wav: it has 44100",
                  "D.wav: it is no WAV"):  # fmt: skip
        assert words in told.output


def test_file_of_another_kind_becomes_a_clip_like_the_others_and_is_heard(
    packs: Path, tmp_path: Path, command: Callable[..., Result], heard: Callable[[], bytes]
) -> None:
    """A telephone's recording: stereo, 44,100 samples a second, quiet, silence before and after."""
    with wave.open(str(tmp_path / "phone.wav"), "wb") as file:
        file.setparams((2, 2, 44_100, 0, "NONE", ""))
        silence = bytes(4 * 44_100)
        file.writeframes(silence + tone(220, 0.8, 0.05) + silence)
    assert command("replace", "vi", "A", tmp_path / "phone.wav").exit_code == 0
    made = read_pack(packs / "vi").clips["A"]
    assert 0.2 < made.seconds < 0.4
    assert -18 < made.level < -16
    assert made.samples in heard()


def test_microphone_is_recorded_and_what_it_heard_is_played(
    packs: Path, tmp_path: Path, command: Callable[..., Result], heard: Callable[[], bytes],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    (tmp_path / "microphone.raw").write_bytes(bytes(RATE) + tone(330, 0.5) + bytes(30 * RATE))
    monkeypatch.setenv("SDL_DISKAUDIOFILEIN", str(tmp_path / "microphone.raw"))
    heard_of_it: list[int] = []
    device: Any = audio.AudioDevice

    def counted(*arguments: Any) -> object:
        *others, hear = arguments
        heard_of_it.append(0)

        def count(microphone: object, samples: bytes) -> None:
            hear(microphone, samples)
            heard_of_it.append(len(bytes(samples)))

        return device(*others, count)

    def pause(_: object) -> None:
        """A person with a key: to begin, and once it was said and heard to its end."""
        deadline = time.monotonic() + 30
        while heard_of_it and sum(heard_of_it) < 3 * RATE:
            assert time.monotonic() < deadline, "the microphone hears nothing"
            time.sleep(0.02)
        if heard_of_it:
            hold_the_microphone_up()

    def hold_the_microphone_up() -> None:
        """Its thread has something to tell, and cannot, as this one does not let it."""
        before = sys.getswitchinterval()
        sys.setswitchinterval(60.0)
        until = time.monotonic() + 0.3
        while time.monotonic() < until:
            pass
        sys.setswitchinterval(before)

    monkeypatch.setattr(audio, "AudioDevice", counted)
    monkeypatch.setattr("click.pause", pause)
    assert command("speaker", "vi", "H'Lan", "--licence", "CC BY 4.0").exit_code == 0
    faulthandler.dump_traceback_later(300, exit=True)  # nothing else ends threads that wait for each other
    told = command("record", "vi", "counter-tax", "--words", "đến bàn thuế")
    faulthandler.cancel_dump_traceback_later()
    assert told.exit_code == 0, told.output
    assert "Say: đến bàn thuế" in told.output
    pack = read_pack(packs / "vi")
    assert (pack.manifest.speaker, pack.manifest.clips["counter-tax"]) == ("H'Lan", "đến bàn thuế")
    assert pack.clips["counter-tax"].samples in heard()


def test_silence_is_not_kept_as_a_clip(packs: Path, tmp_path: Path, command: Callable[..., Result]) -> None:
    before = read_pack(packs / "vi").clips["A"]
    clip.write(tmp_path / "silence.wav", Clip(bytes(RATE)))
    assert command("replace", "vi", "A", tmp_path / "silence.wav").exit_code == 1
    assert read_pack(packs / "vi").clips["A"] == before


def test_call_can_be_heard_before_anybody_is_called(
    packs: Path, command: Callable[..., Result], heard: Callable[[], bytes]
) -> None:
    assert command("play", "vi", "B031", "4").exit_code == 0
    assert samples(packs, "vi", "call", "B", "0", "3", "1", "counter", "4") in heard()


BOARD = """center = "tan-lap"
role = "display"
device = "board-1"
shows = "board"
volume = {{ {volume} }}
voice = "{voice}"
"""


def test_check_of_a_boards_settings_tells_its_voice(packs: Path, tmp_path: Path) -> None:
    def told(voice: Path, volume: str = "") -> str:
        (tmp_path / "board-1.toml").write_text(BOARD.format(voice=voice, volume=volume))
        return CliRunner().invoke(luot, ["check", str(tmp_path / "board-1.toml")]).output

    assert "with a voice for en, vi" in told(packs, '"07:00" = 80, "11:30" = 40')
    assert '"7h" is no hour' in told(packs, '"7h" = 80')
    assert "from 0 to 100, not 101" in told(packs, '"07:00" = 101')
    assert "by a chime alone" in told(tmp_path / "none")
    (packs / "vi" / "A.wav").unlink()
    assert "with a voice for en, and what luot voice check tells of vi" in told(packs)

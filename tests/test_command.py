"""The command line: what it prints, and the code that it ends with."""

import json
import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from click.testing import CliRunner

from bus.asks import VERBS
from bus.device_asks import DEVICE_VERBS
from bus.topics import TOPICS
from center.broker import PrivateBroker
from config.errors import SettingsError
from config.load import load
from config.settings import CenterSettings
from demo.files import Places, write_settings
from technician.command import luot, main
from technician.contract import as_json, as_markdown
from tests.test_settings import closed

ROOT = Path(__file__).parent.parent
LUOT = Path(sys.executable).with_name("luot")


def run(*arguments: str | Path, **environment: str) -> tuple[int, str, str]:
    """The exit code, stdout and stderr of `luot`."""
    done = subprocess.run(
        [LUOT, *arguments], capture_output=True, text=True, check=False, env={**os.environ, **environment}
    )
    return done.returncode, done.stdout, done.stderr


@pytest.fixture
def folder(tmp_path: Path, settings: CenterSettings) -> Path:
    """The demo's settings, of a broker that does not run."""
    broker = PrivateBroker(tmp_path / "broker", settings, port=1)
    password_hash = PasswordHasher().hash("correct horse")
    write_settings(tmp_path, broker, Places(1, tmp_path / "line", 1, password_hash, "secret"))
    return tmp_path


def test_the_settings_of_the_demo_are_fine(folder: Path) -> None:
    files = sorted(folder.glob("*.toml"))
    code, out, err = run("check", *files)
    assert (code, err) == (0, "")
    lines = dict(line.split(": fine — ", 1) for line in out.splitlines() if not line.startswith("note: "))
    assert list(lines) == [str(file) for file in files]
    assert lines[str(folder / "kiosk-1.toml")] == "kiosk kiosk-1 of tan-lap"
    assert lines[str(folder / "center.toml")].startswith("centre tan-lap with 6 services, 4 counters and ")
    assert lines[str(folder / "hub.toml")].startswith(f"hub hub of tan-lap, with {folder / 'center.toml'}: ")


def test_every_file_is_checked_even_after_a_wrong_one(folder: Path) -> None:
    wrong, right = folder / "board-1.toml", folder / "kiosk-1.toml"
    wrong.write_text(wrong.read_text().replace("shows", "show"))
    code, out, err = run("check", wrong, right)
    assert code == 2
    assert out == f"{right}: fine — kiosk kiosk-1 of tan-lap\n"
    assert err.splitlines()[0] == f"error: {wrong}:3: unknown key `show`: did you mean `shows`?"


def test_a_hub_is_checked_with_its_centre(folder: Path) -> None:
    center = folder / "center.toml"
    center.write_text(center.read_text().replace('center = "tan-lap"', 'center = "tan-loi"'))
    code, _, err = run("check", folder / "hub.toml")
    assert code == 2
    assert "in " + str(center) + ' "tan-loi"' in err
    center.unlink()
    assert run("check", folder / "hub.toml")[2].startswith(f"error: {center}: cannot be read: ")


def test_a_part_does_not_start_with_the_settings_of_another(folder: Path) -> None:
    code, _, err = run("kiosk", "--config", folder / "board-1.toml")
    assert (code, err.splitlines()) == (
        2,
        [
            f"error: {folder / 'board-1.toml'}: these are the settings of a display",
            "hint: they are for luot display",
        ],
    )


def test_a_part_does_not_start_with_wrong_settings(folder: Path) -> None:
    missing = folder / "kiosk-9.toml"
    code, _, err = run("kiosk", "--config", missing)
    assert (code, err.splitlines()) == (
        2,
        [
            f"error: {missing}: cannot be read: No such file or directory",
            f"hint: when this is mended, `luot check {missing}` says so",
        ],
    )


def test_a_screen_that_is_not_there_is_told_by_the_exit_code(folder: Path) -> None:
    code, _, err = run(
        "display", "--config", folder / "board-1.toml", SDL_VIDEODRIVER="wayland", WAYLAND_DISPLAY="none"
    )
    assert code == 3
    assert [line for line in err.splitlines() if line.startswith("error: ")]


def test_a_part_leaves_when_systemd_says_so(files: Path) -> None:
    with subprocess.Popen(
        [LUOT, "hub", "--config", files / "hub.toml"], stderr=subprocess.PIPE, text=True
    ) as hub:
        assert hub.stderr is not None
        assert hub.stderr.readline()  # its first line: it runs
        hub.terminate()
        assert hub.wait(timeout=30) == 0
        assert "Traceback" not in hub.stderr.read()


def test_the_settings_of_the_installing_page_are_fine(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "installing.md").read_text(encoding="utf-8")
    parts = []
    for block in re.finditer(r"```toml\n(.*?)```", page, re.DOTALL):
        if not re.match("role =|center =", block[1]):
            parts.append(block[1])
            continue
        [*_, name] = re.findall(
            r"/etc/luot/([\w-]+\.toml)", page[: block.start()]
        )  # the last one named before it
        (tmp_path / name).write_text(block[1], encoding="utf-8")
    (tmp_path / "ca.crt").touch()
    (tmp_path / "center.toml").write_text((ROOT / "demo/settings/center.toml").read_text(encoding="utf-8"))
    files = [file for file in tmp_path.glob("*.toml") if file.name != "center.toml"]
    assert {"luot", "hub", "kiosk-1", "board-1", "bridge-1", "web-1"} <= {file.stem for file in files}
    assert run("check", *files)[::2] == (0, "")
    for part in parts:  # some are of the table of a line
        assert any(fits(text, file) for file in files for text in (part, f"[line]\n{part}")), part


def fits(part: str, file: Path) -> bool:
    """Whether that part of a file is right in this one."""
    added = file.with_suffix(".d") / "part.toml"
    added.parent.mkdir(exist_ok=True)
    added.write_text(part.replace("…", "another"), encoding="utf-8")  # each has a port of its own
    try:
        load(file)
    except SettingsError:
        return False
    finally:
        added.unlink()
    return True


def test_a_login_is_the_hash_of_the_password_that_was_typed() -> None:
    done = CliRunner().invoke(luot, ["login"], input="mật khẩu\nmật khẩu\n")
    [found] = re.findall(r'^password_hash = "(\S+)"$', done.stdout, re.MULTILINE)
    assert PasswordHasher().verify(found, "mật khẩu")
    assert "mật khẩu" not in done.output


def test_the_page_of_the_bus_says_what_the_code_does() -> None:
    page = (ROOT / "docs" / "bus.md").read_text(encoding="utf-8")
    assert page == as_markdown(), "make it anew: luot contract --markdown > docs/bus.md"


def test_the_contract_has_every_topic_and_verb_and_what_they_carry() -> None:
    contract = json.loads(as_json())
    assert contract["topics"].keys() == {f"luot/1/{{center}}/{topic.name}" for topic in TOPICS}
    assert contract["verbs"].keys() == VERBS.keys()
    assert contract["device_verbs"].keys() == DEVICE_VERBS.keys()
    references = set(references_in(contract))
    assert references
    assert {each.removeprefix("#/$defs/") for each in references} <= contract["$defs"].keys()


def references_in(schema: Any) -> Iterator[str]:
    if isinstance(schema, dict):
        for key, value in schema.items():
            if key == "$ref":
                yield value
            else:
                yield from references_in(value)
    elif isinstance(schema, list):
        for each in schema:
            yield from references_in(each)


def test_a_command_pays_only_for_itself() -> None:
    code = "import sys, technician.command; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    ).stdout
    assert not {"pygame", "PIL", "paho", "msgspec", "starlette", "sqlite3", "center", "kiosk"} & set(
        loaded.split()
    )


def test_what_is_installed_is_whole(tmp_path: Path) -> None:
    hatchling = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(hatchling, cwd=ROOT, check=True, capture_output=True)
    [wheel] = tmp_path.glob("*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    packages = [path.parent for path in ROOT.glob("*/__init__.py") if path.parent.name != "tests"]
    ours = {
        str(path.relative_to(ROOT))
        for package in packages
        for path in package.rglob("*")
        if path.is_file() and path.parent.name != "__pycache__"
    }
    assert ours <= names
    for unit in (ROOT / "systemd").iterdir():
        assert [name for name in names if name.endswith(f".data/data/share/luot/systemd/{unit.name}")]


def test_what_the_centre_beside_a_device_does_not_know_of_it_is_told(folder: Path) -> None:
    sign, bridge, strange = (folder / f"{name}.toml" for name in ("sign-1", "bridge-1", "sign-9"))
    strange.write_text(sign.read_text().replace('"sign-1"', '"sign-9"'))
    sign.write_text(re.sub(r"(?m)^counter = .*", 'counter = "9"', sign.read_text()))
    center = folder / "center.toml"
    center.write_text(
        center.read_text().replace('counters = ["1", "2", "3", "4"]', 'counters = ["2", "3"]', 1)
    )
    code, out, _ = run("check", sign, bridge, strange)
    assert code == 0, "it may be meant for another Pi"
    told = [line for line in out.splitlines() if line.startswith("note: ")]
    assert [line.partition(".toml:")[2].partition(": ")[2] for line in told] == [
        'center.toml has no counter "9"',
        *(f'counter "{each}" is none of the `counters` of bridge-1 in center.toml' for each in "1414"),
        '`device`: center.toml has no display "sign-9" in its `[[devices]]`',
    ]


def test_two_files_of_one_device_are_told(folder: Path) -> None:
    copy = folder / "kiosk-9.toml"
    copy.write_text((folder / "kiosk-1.toml").read_text())
    assert run("check", copy)[1].splitlines()[1:] == [
        f'note: {copy}:1: `device` is "kiosk-1" in kiosk-1.toml too: give each device a name of its own'
    ]


def test_who_may_not_write_is_told_to_try_with_sudo(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["voice", "speaker", "vi", "Lan", "--licence", "any", "--dir"]
    assert CliRunner().invoke(luot, [*words, str(tmp_path)]).exit_code == 0  # and all is imported
    shut = tmp_path / "shut"
    shut.mkdir()
    monkeypatch.setattr(sys, "argv", ["luot", *words, str(shut / "voice")])
    with closed(shut), pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 1
    error, hint = capsys.readouterr().err.splitlines()
    assert error.startswith(f"error: {shut}/voice/vi")
    assert (error.endswith(": Permission denied"), hint) == (True, "hint: Try again with sudo.")


def test_what_devices_share_is_checked_too(tmp_path: Path) -> None:
    shared = tmp_path / "luot.toml"
    shared.write_text('cente = "tan-lap"\n\n[broker]\nhost = 5\n')
    code, _, stderr = run("check", shared)
    assert code == 2
    assert "luot.toml:1: unknown key `cente`: did you mean `center`?" in stderr
    assert "luot.toml:4: `broker.host`" in stderr
    shared.write_text('center = "tan-lap"\n\n[broker]\nhost = "hub.local"\n')
    assert run("check", shared)[0] == 0

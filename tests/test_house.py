"""The house keeps its order: who may import whom, names that are ours alone, locks without addresses."""

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

# Who may import what of ours. A device never imports `center`, and `center` never imports a device.
MAY_IMPORT = {
    "config": set(),
    "bus": {"config"},
    "screen": {"config"},
    "center": {"bus", "config"},
    "printer": {"bus", "config"},
    "scanner": {"config"},
    "kiosk": {"bus", "config", "screen", "printer", "scanner"},
    "display": {"bus", "config", "screen"},
    "firmware_bridge": {"bus", "config"},
    "web": {"bus", "config"},
}
MAY_IMPORT_ALL = {"technician", "demo", "bench", "tests"}
OURS = MAY_IMPORT.keys() | MAY_IMPORT_ALL
MODULES = sorted(path for folder in OURS for path in (ROOT / folder).rglob("*.py"))


def imported(path: Path) -> set[str]:
    """The top-level names that a module imports, wherever in it."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add("." if node.level else str(node.module).partition(".")[0])
    return names


@pytest.mark.parametrize("folder", MAY_IMPORT)
def test_a_folder_imports_only_what_the_table_allows(folder: str) -> None:
    allowed = MAY_IMPORT[folder] | {folder}
    for path in (ROOT / folder).rglob("*.py"):
        assert imported(path) & (OURS | {"."}) <= allowed, path


def test_every_package_has_its_place_in_the_table_and_in_the_wheel() -> None:
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")}
    assert packages == OURS
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert set(project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]) == OURS - {"tests"}
    assert set(project["tool"]["mypy"]["packages"]) == OURS


def test_systemd_is_no_package() -> None:
    assert not (ROOT / "systemd" / "__init__.py").exists(), "systemd-python owns this name"


def test_nobody_elses_package_has_a_name_of_ours() -> None:
    for name in OURS - {"tests"}:  # those are not installed
        assert set(packages_distributions().get(name, [])) <= {"luot"}, name
        assert name not in sys.stdlib_module_names


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_module_says_what_it_is_for(path: Path) -> None:
    assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))


@pytest.mark.parametrize("name", ["run.txt", "test.txt"])
def test_a_lock_names_hashes_and_no_address(name: str) -> None:
    text = (ROOT / "requirements" / name).read_text(encoding="utf-8")
    assert not re.search(
        r"://|^\s*-|@|file:", re.sub(r"^ +--hash=sha256:[0-9a-f]{64}( \\)?$", "", text, flags=re.M), re.M
    )
    for requirement in text.replace("\\\n", " ").splitlines():
        assert re.fullmatch(r"[a-z0-9.-]+==\S+ (; .*?)?( +--hash=sha256:[0-9a-f]{64})+", requirement), (
            requirement
        )


def test_the_locks_agree_and_have_every_direct_dependency() -> None:
    run, test = (
        dict(re.findall(r"^([a-z0-9.-]+)==(\S+)", (ROOT / "requirements" / name).read_text(), re.M))
        for name in ("run.txt", "test.txt")
    )
    assert run.items() <= test.items()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    groups = project["dependency-groups"]
    direct = {
        re.split(r"[^a-z0-9-]", each)[0] for each in project["project"]["dependencies"] + groups["build"]
    }
    assert direct <= run.keys()
    assert {re.split(r"[^a-z0-9-]", each)[0] for each in groups["test"]} <= test.keys()
    assert {*project["build-system"]["requires"]} <= run.keys()

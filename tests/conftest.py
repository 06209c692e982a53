"""What many tests begin with: the engine's hall, a real broker with the real accounts, a real hub."""

from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest

from center.broker import PrivateBroker
from config.load import load, load_center
from config.settings import CenterSettings, HubSettings
from demo.files import TEMPLATES, Places, write_settings
from demo.part import Part
from tests.hall import Hall

# fixtures of a kiosk, of the pages, of devices on the line, and of what is kept
pytest_plugins = ("tests.booth", "tests.browsing", "tests.devices", "tests.morning")

SLOW = (hypothesis.HealthCheck.too_slow,)  # a machine may be, and stand still for seconds
# The suite tries the same examples each time: who changes something sees what that change has broken.
hypothesis.settings.register_profile("suite", deadline=None, derandomize=True, suppress_health_check=SLOW)
hypothesis.settings.register_profile("long", max_examples=10_000, deadline=None, suppress_health_check=SLOW)


@pytest.fixture(scope="session")
def settings() -> CenterSettings:
    """The centre of the demo: six services, four counters."""
    return load_center(TEMPLATES / "center.toml")


@pytest.fixture
def hall() -> Hall:
    """Eight in the morning, counters one and two are open, nobody waits: the engine alone."""
    hall = Hall()
    hall.open("one")
    hall.open("two")
    return hall


@pytest.fixture
def broker(tmp_path: Path, settings: CenterSettings) -> Iterator[PrivateBroker]:
    with PrivateBroker(tmp_path / "broker", settings) as running:
        yield running


@pytest.fixture
def files(tmp_path: Path, broker: PrivateBroker) -> Path:
    """A folder with the settings of every device of the demo's centre."""
    places = Places(printer_port=1, line=tmp_path / "line", web_port=1, password_hash="", sepay_secret="")
    write_settings(tmp_path, broker, places)
    return tmp_path


@pytest.fixture
def settings_of_hub(files: Path) -> HubSettings:
    """What a hub in the test's own hands is started with."""
    settings = load(files / "hub.toml")
    assert isinstance(settings, HubSettings)
    return settings


@pytest.fixture
def hub(files: Path) -> Iterator[Part]:
    """A running hub; `hub.kill()` is `kill -9`, and it comes back by itself."""
    with Part("hub", files / "hub.toml", restart_s=0) as part:
        yield part

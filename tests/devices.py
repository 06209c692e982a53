"""Devices for the line: simulated ones, and the reference firmware built for this machine."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from firmware_bridge.compiled import CompiledDevice, build
from firmware_bridge.frames import Kind
from firmware_bridge.twins import Twin, simulated

Maker = Callable[[int, Kind, int], Twin]  # of an address, a kind and the line's speed


@pytest.fixture(scope="session")
def firmware(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The reference firmware, under sanitizers."""
    return build(tmp_path_factory.mktemp("firmware"), "device")


@pytest.fixture(params=["simulated", "firmware"])
def maker(request: pytest.FixtureRequest) -> Maker:
    """What must behave in the same way."""
    if request.param == "simulated":
        return simulated
    return partial(CompiledDevice, request.getfixturevalue("firmware"))

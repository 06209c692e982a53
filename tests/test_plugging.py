"""A short storm of plugs; `luot torture --plugs 200` is the long one."""

from pathlib import Path

import pytest

from bench.plugging import storm

PLUGS = 6


def test_all_that_was_unplugged_comes_back_and_every_key_acts_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bench.plugged.START_S", 120.0)
    monkeypatch.setattr("bench.plugged.STILL_S", 3.5)  # a bridge may pause between two flashes of a light
    monkeypatch.setattr("bench.plugging.RETURN_S", 60.0)
    report = storm(tmp_path, PLUGS, seed=1)
    assert report.findings == []
    assert report.figures["plugs"] == PLUGS
    assert report.figures["keys_taken"] > 0, "too little to show anything"

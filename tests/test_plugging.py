"""A short storm of plugs; `luot torture --plugs 200` is the long one."""

from pathlib import Path

from bench.plugging import storm

PLUGS = 6


def test_all_that_was_unplugged_comes_back_and_every_key_acts_once(tmp_path: Path) -> None:
    report = storm(tmp_path, PLUGS, seed=1)
    assert report.findings == []
    assert report.figures["plugs"] == PLUGS
    assert report.figures["keys_taken"] > 0, "too little to show anything"

"""Some thousand frames on a line that damages them; `luot bench line-fuzz` is the long version."""

from pathlib import Path
from random import Random

import pytest

from bench.line_fuzz import DAMAGES, Count, fuzz
from firmware_bridge.codec import encode
from firmware_bridge.compiled import build
from firmware_bridge.frames import Frame, Show

FRAMES = 10_000


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("reader"), "reader")


def test_nothing_damaged_is_believed_and_nothing_good_is_lost(reader: Path) -> None:
    assert fuzz(reader, Random(7), FRAMES, DAMAGES) == Count(sent=FRAMES)


def test_a_frame_that_nobody_sent_would_be_counted(reader: Path) -> None:
    forged = encode(Frame(3, 1, Show(0, "9999")))
    count = fuzz(reader, Random(7), FRAMES, (lambda data, dice: forged,))
    assert count.believed == pytest.approx(FRAMES / 2, rel=0.1)

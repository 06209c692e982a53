"""The pulse of a new call: it is seen, it hurts nobody's eyes, and it ends."""

from itertools import pairwise

import pytest

from display.announcer import SHOW_S
from display.pulse import PULSE_S, STEPS, glow, gold
from screen.theme import GOLD, ON_GOLD, contrast

FRAMES = [glow(moment / 100) for moment in range(round(100 * SHOW_S))]


def test_call_begins_in_its_gold_and_ends_in_it_while_it_still_has_the_screen() -> None:
    assert gold(FRAMES[0]) == gold(FRAMES[-1]) == GOLD
    assert set(FRAMES[round(100 * PULSE_S) :]) == {0}
    assert glow(float("inf")) == glow(-1.0) == 0


def test_it_pulses_about_once_a_second_and_swells_without_a_jump() -> None:
    peaks = [at for at, (one, other) in enumerate(pairwise(FRAMES)) if one < other == STEPS]
    assert len(peaks) == PULSE_S
    assert all(later - earlier == pytest.approx(100, abs=2) for earlier, later in pairwise(peaks))
    assert max(abs(other - one) for one, other in pairwise(FRAMES)) <= 1


@pytest.mark.parametrize("level", range(STEPS + 1))
def test_number_is_as_well_read_in_every_light(level: int) -> None:
    assert contrast(ON_GOLD, gold(level)) >= contrast(ON_GOLD, GOLD)


def test_lightest_gold_is_told_from_gold() -> None:
    assert contrast(gold(STEPS), GOLD) > 1.3

from __future__ import annotations

import numpy as np
import pytest

from patchpilot.audio import Audio
from patchpilot.audio.faults import CLIPPED, DC, NOT_FINITE, SILENT, Limits, is_silent
from patchpilot.errors import ParameterError
from tests.audio.tones import sine


def _at(rms_db: float) -> Audio:
    level = 10.0 ** (rms_db / 20.0)
    return Audio(np.tile(np.array([level, -level], np.float32), 5000), 44100)


def test_silence_begins_at_minus_sixty_decibels_of_the_mono_mix() -> None:
    assert is_silent(_at(-60.1))
    assert not is_silent(_at(-59.9))
    loud = _at(-6.0).samples[0]
    assert is_silent(Audio(np.stack([loud, -loud]), 44100))  # left and right cancel each other
    assert is_silent(Audio(np.zeros((2, 0)), 44100))


def test_each_fault_has_its_name() -> None:
    tone = sine(220.0)
    limits = Limits()
    assert limits.fault(tone) == ""
    assert limits.fault(Audio(1e-5 * tone.samples, tone.sample_rate)) == SILENT
    assert limits.fault(Audio(5.0 / np.abs(tone.samples).max() * tone.samples, tone.sample_rate)) == CLIPPED
    assert limits.fault(Audio(tone.samples + 2.0, tone.sample_rate)) in (DC, CLIPPED)
    assert limits.fault(Audio(0.1 * tone.samples + 0.5, tone.sample_rate)) == DC
    broken = tone.samples.copy()
    broken[0, 7] = np.nan
    assert limits.fault(Audio(broken, tone.sample_rate)) == NOT_FINITE


def test_limits_that_nothing_could_keep_are_refused() -> None:
    with pytest.raises(ParameterError, match="quietest level below the loudest"):
        Limits(quietest_db=6.0)

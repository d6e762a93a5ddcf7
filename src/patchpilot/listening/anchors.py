"""Anchors: the reference with its highs cut off, so that everybody's scale has the same low end."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from patchpilot.audio import Audio
from patchpilot.listening.trials import LOW_ANCHOR, MID_ANCHOR

CUTOFFS_HZ: Mapping[str, float] = {LOW_ANCHOR: 3500.0, MID_ANCHOR: 7000.0}
"""Where the anchors of ITU-R BS.1534-3 end."""
_STOP_DB = 60.0
_BEGIN_HZ, _END_HZ = 50.0, 450.0
"""Above the cutoff: where the slope begins, and where it is at its end."""


def anchor(audio: Audio, cutoff_hz: float) -> Audio:
    """A sound below a frequency, as ITU-R BS.1534-3 has it for its low anchor.

    At 3.5 kHz: within 0.1 dB up to the cutoff, at least 25 dB down at 4 kHz and 50 dB at 4.5 kHz. The filter's phase
    is linear, and its delay is taken off.

    Args:
        audio: any number of channels.
        cutoff_hz: > 0; where it is not below half of the sample rate by 500 Hz, the sound comes back as it is.
    """
    half_hz = audio.sample_rate / 2
    if cutoff_hz + _END_HZ >= half_hz or len(audio) == 0:
        return audio
    from scipy import signal

    taps, beta = signal.kaiserord(_STOP_DB, (_END_HZ - _BEGIN_HZ) / half_hz)
    taps += 1 - taps % 2  # odd: its delay is whole samples
    middle_hz = cutoff_hz + (_BEGIN_HZ + _END_HZ) / 2
    kernel = signal.firwin(taps, middle_hz, window=("kaiser", beta), fs=audio.sample_rate)
    half = taps // 2
    wide = np.pad(audio.samples.astype(np.float64), ((0, 0), (half, half)))
    return Audio(
        signal.oaconvolve(wide, kernel[None], mode="valid", axes=1).astype(np.float32), audio.sample_rate
    )

"""Closing the loop: a plan corrected by what the engine made of it."""

from __future__ import annotations

import dataclasses

import numpy as np
from scipy.ndimage import gaussian_filter

from patchpilot.audio import F32, fitted, hz_to_mel
from patchpilot.distance.bands import ADDED, HOP, PAD_S, SAMPLE_RATE, at_common_level, band_mels, mel_bands
from patchpilot.search.resynthesis.harmonic.analysis import Heard
from patchpilot.search.resynthesis.harmonic.keyframes import average_at
from patchpilot.search.resynthesis.harmonic.plan import Plan

_MAX_DIFFERENCE = 3.0
_MAX_STEP = 1.2
"""Nepers by which a partial changes at most in one correction."""
_SMOOTHING = (0.35, 0.3)
"""In frames and bands: a little, for each cell of a noise is its own chance."""


def correct(plan: Plan, heard: Heard, rendered: F32, *, strengths: tuple[float, ...]) -> list[Plan]:
    """Scale the partials by how far a render is from the target, band by band over time.

    Args:
        plan: what was rendered.
        heard: the target.
        rendered: (n,) mono at 44.1 kHz, what it sounded like.
        strengths: the shares of the (logarithmic) difference to make up.

    Returns:
        A plan for each of `strengths`.
    """
    seen = mel_bands(at_common_level(fitted(rendered, len(heard.y) + round(PAD_S * SAMPLE_RATE))))
    missing = np.log((heard.mel + ADDED) / (seen + ADDED))
    smooth = gaussian_filter(np.clip(missing, -_MAX_DIFFERENCE, _MAX_DIFFERENCE), _SMOOTHING)
    times_s = np.arange(0.0, len(smooth)) * (HOP / SAMPLE_RATE)
    at_keys = np.log(average_at(np.exp(smooth), times_s, plan.keys_s))
    return [_scaled(plan, np.clip(s * at_keys, -_MAX_STEP, _MAX_STEP)) for s in strengths]


def _scaled(plan: Plan, gains: F32) -> Plan:
    """The plan with `gains` (m, bands), in nepers, on its partials."""
    return dataclasses.replace(
        plan,
        harmonic=plan.harmonic * _by_partial(gains, plan.f0_hz, plan.harmonic.shape[1]),
        rest=plan.rest * _by_partial(gains, plan.f0_hz / plan.density, plan.rest.shape[1]),
    )


def _by_partial(gains: F32, spacing_hz: float, count: int) -> F32:
    """Factors (m, count) on partials `spacing_hz` apart from `gains` (m, bands)."""
    bands = band_mels()
    at = hz_to_mel(np.arange(1, count + 1) * spacing_hz)
    return np.stack([np.exp(np.interp(at, bands, row)) for row in gains]).astype(np.float32)

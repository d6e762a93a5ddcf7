"""All metrics at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from patchpilot.audio import Audio
from patchpilot.distance._log_stft_mae import log_stft_mae
from patchpilot.distance._logmel import logmel
from patchpilot.distance._mfcc_mae import mfcc13_mae, mfcc40_mae
from patchpilot.distance._mss import mss
from patchpilot.distance._rms_cosine import rms_cosine
from patchpilot.distance._sot import sot
from patchpilot.distance._spectral_convergence import spectral_convergence
from patchpilot.distance._wmfcc import wmfcc

Metric = Callable[[Audio, Audio], float]
"""From a target and another sound to a number; lower is better unless its docstring says otherwise."""

METRICS: Mapping[str, Metric] = {
    "logmel": logmel,
    "mss": mss,
    "wmfcc": wmfcc,
    "sot": sot,
    "rms_cosine": rms_cosine,
    "spectral_convergence": spectral_convergence,
    "log_stft_mae": log_stft_mae,
    "mfcc13_mae": mfcc13_mae,
    "mfcc40_mae": mfcc40_mae,
}
"""Our own headline metric first, then the published ones; the same names as the entry points."""


def compare(target: Audio, other: Audio, metrics: Mapping[str, Metric] = METRICS) -> dict[str, float]:
    """Every metric's number for one pair of sounds, in the order of `metrics`."""
    return {name: metric(target, other) for name, metric in metrics.items()}

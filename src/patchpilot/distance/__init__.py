"""How far apart two sounds are: one metric a file, each a pure function of two `Audio`s.

The headline metric is `logmel`, for it is blind to gain and to padding and rises with what one hears;
`LogMel(target)` is the same with the target heard once, for a search that compares thousands, and `bands` what it
sees, for one that works towards it. The others are
the field's, with the settings under which its numbers were published, for comparing with the literature and
nothing else.

    >>> import numpy as np
    >>> from patchpilot.audio import Audio
    >>> rng = np.random.default_rng(0)
    >>> a, b = (Audio(rng.standard_normal(44100), 44100) for _ in range(2))
    >>> round(logmel(a, b), 1), wording(logmel(a, b))
    (0.3, 'very close')

    metric                  lower is better?    hears gain?    from
    logmel                  yes                 no             here
    mss, wmfcc, sot         yes                 mss, sot: no   Hayes et al. 2025
    rms_cosine              no: 1 is best       no             Hayes et al. 2025
    spectral_convergence,   yes                 yes            preset-gen-vae (Le Vaillant et al. 2021)
    log_stft_mae,
    mfcc13_mae, mfcc40_mae

The first sound is the target; the other is cut or padded with silence to its length (for `logmel`: and 0.2 s
more). A package of yours adds a metric under the entry-point group `patchpilot.distances`.
"""

from patchpilot.distance._compare import METRICS, Metric, compare
from patchpilot.distance._log_stft_mae import log_stft_mae
from patchpilot.distance._logmel import LogMel, logmel, wording
from patchpilot.distance._mfcc_mae import mfcc13_mae, mfcc40_mae
from patchpilot.distance._mss import mss
from patchpilot.distance._rms_cosine import rms_cosine
from patchpilot.distance._sot import sot
from patchpilot.distance._spectral_convergence import spectral_convergence
from patchpilot.distance._wmfcc import warped_distance, wmfcc
from patchpilot.distance.bands import at_common_level, band_distance, mel_bands

__all__ = [
    "METRICS",
    "LogMel",
    "Metric",
    "at_common_level",
    "band_distance",
    "compare",
    "log_stft_mae",
    "logmel",
    "mel_bands",
    "mfcc13_mae",
    "mfcc40_mae",
    "mss",
    "rms_cosine",
    "sot",
    "spectral_convergence",
    "warped_distance",
    "wmfcc",
    "wording",
]

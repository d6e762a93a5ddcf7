"""What a simulated listener hears in a sound: eight measures of which the preference model sees none."""

from __future__ import annotations

import numpy as np

from patchpilot.audio import F64, Audio, stft_magnitude

MEASURES = (
    "temporal centroid",
    "spectral roll-off",
    "stereo correlation",
    "zero crossings",
    "crest",
    "spectral entropy",
    "tremor",
    "decay",
)
_N_FFT, _HOP, _STEP_S = 1024, 512, 0.01


def measured(audio: Audio) -> F64:
    """All measures, float64 (8,), finite.

    - temporal centroid: mean time in seconds, weighted with the energy.
    - spectral roll-off: log2 of the frequency in Hz below which 85 % of the energy lies.
    - stereo correlation: of left and right; 1 of mono.
    - zero crossings: log10 of how many a second, of the mid.
    - crest: peak over RMS in dB.
    - spectral entropy: of the mean power spectrum, in bits.
    - tremor: standard deviation in dB of the level in steps of 10 ms, where it is within 30 dB of the loudest.
    - decay: dB by which the last quarter is quieter than the first.
    """
    mid, rate = audio.mono().astype(np.float64), audio.sample_rate
    step = round(_STEP_S * rate)
    energy = np.square(mid[: len(mid) // step * step]).reshape(-1, step).mean(axis=1) + 1e-12
    times = (np.arange(len(energy)) + 0.5) * _STEP_S
    spectrum = (
        np.square(stft_magnitude(audio.mono(), n_fft=_N_FFT, hop=_HOP).astype(np.float64)).mean(axis=0)
        + 1e-15
    )
    shares = spectrum / spectrum.sum()
    hz = np.fft.rfftfreq(_N_FFT, 1.0 / rate)
    level = 10.0 * np.log10(energy / energy.max())
    quarter = len(energy) // 4
    left, right = audio.samples[0].astype(np.float64), audio.samples[-1].astype(np.float64)
    both = np.sqrt(np.square(left).sum() * np.square(right).sum())
    return np.array(
        [
            float(times @ energy / energy.sum()),
            float(np.log2(max(hz[int(np.searchsorted(np.cumsum(shares), 0.85))], 20.0))),
            float((left @ right) / both) if both > 0.0 else 1.0,
            float(np.log10(np.count_nonzero(np.diff(np.signbit(mid))) * rate / len(mid) + 1.0)),
            float(20.0 * np.log10(np.abs(mid).max() / np.sqrt(energy.mean()) + 1e-9)),
            float(-(shares * np.log2(shares)).sum()),
            float(level[level > -30.0].std()),
            float(10.0 * np.log10(energy[:quarter].mean() / energy[-quarter:].mean())),
        ]
    )

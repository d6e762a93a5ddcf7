"""How far apart sounds are in the frequency domain, with slopes: a multi-resolution STFT distance of samples.

Source: R. Yamamoto, E. Song and J.-M. Kim, "Parallel WaveGAN: a fast waveform generation model based on generative
adversarial networks with multi-resolution spectrogram", ICASSP 2020, section 2.2: spectral convergence and log
magnitudes, over several windows. Sounds are brought to one loudness before, as the headline distance does.
"""

from __future__ import annotations

from patchpilot.estimators._torch import Tensor, torch

WINDOWS = (256, 1024, 2048)
"""Samples; hops are a quarter. At 16 kHz 16, 64 and 128 ms."""
_ADDED = 0.02
"""To magnitudes at an RMS of 1 before their logarithm: what is softer is nearly silence."""
_SILENT = 1e-4
"""RMS below which a sound is not made louder."""


def stft_distance(ours: Tensor, theirs: Tensor, windows: tuple[int, ...] = WINDOWS) -> Tensor:
    """Distances of sounds, (B,) >= 0: spectral convergence and mean difference of log magnitudes, in nepers.

    Args:
        ours: float32 (B, n), at any level.
        theirs: float32 (B, n), the truth.
        windows: lengths in samples, at most n.
    """
    ours, theirs = levelled(ours.float()), levelled(theirs.float())
    parts = []
    for window in windows:
        one, other = _magnitudes(ours, window), _magnitudes(theirs, window)
        apart = (one - other).flatten(1).norm(dim=1) / other.flatten(1).norm(dim=1).clamp(min=1e-3)
        logs = ((one + _ADDED).log() - (other + _ADDED).log()).abs().flatten(1).mean(1)
        parts.append(apart + logs)
    return torch.stack(parts).mean(0)


def levelled(sound: Tensor) -> Tensor:
    """Sounds (B, n) at an RMS of 1; silence stays as it is."""
    rms = sound.square().mean(dim=1, keepdim=True).add(1e-12).sqrt()
    return sound / rms.clamp(min=_SILENT)


def _magnitudes(sound: Tensor, window: int) -> Tensor:
    """(B, window / 2 + 1, frames), of which 1 is a full-scale sine's; never 0, where a square root has no slope."""
    shape = torch.hann_window(window, device=sound.device)
    made = torch.stft(sound, window, window // 4, window=shape, return_complex=True)
    return torch.view_as_real(made).square().sum(-1).add(1e-8).sqrt() * (2.0 / shape.sum())

"""Audio that a performance brings, fitted to its length and rate."""

from __future__ import annotations

import numpy as np

from patchpilot.audio import Audio, resample
from patchpilot.errors import RackError
from patchpilot.modules.base import Signal
from patchpilot.modules.sounds import heard, sound
from patchpilot.space.performance import AudioInput, Performance


def audio_input(audio: Audio, name: str = "audio") -> AudioInput:
    """Audio as a performance brings it: a file, a slice, a take."""
    return AudioInput(name, sound(audio))


def audio_of(given: AudioInput) -> Audio:
    """The inverse of `audio_input`."""
    return heard(given.asset, given.name)


def heard_input(name: str, performance: Performance, n_samples: int) -> Signal:
    """An audio input of a performance: float32 (2, n), cut off or followed by silence.

    Raises:
        RackError: the performance brings no audio of that name.
    """
    found = {given.name: given for given in performance.inputs}
    if name not in found:
        raise RackError(
            f"expected a performance with audio called {name!r}, got {', '.join(found) or 'none'}: this rack has an "
            "effect that hears it"
        )
    audio = resample(audio_of(found[name]), performance.sample_rate)
    samples = np.zeros((2, n_samples), np.float32)
    n = min(n_samples, audio.samples.shape[1])
    samples[:, :n] = audio.samples[:, :n]  # mono goes to both
    return samples

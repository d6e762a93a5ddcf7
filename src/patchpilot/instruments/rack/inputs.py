"""Audio that a performance brings, fitted to its length and rate."""

from __future__ import annotations

import json

import numpy as np

from patchpilot.audio import Audio, resample
from patchpilot.errors import RackError
from patchpilot.modules.base import Signal
from patchpilot.space.assets import Asset
from patchpilot.space.canonical import canonical_json
from patchpilot.space.performance import AudioInput, Performance


def audio_input(audio: Audio, name: str = "audio") -> AudioInput:
    """Audio as a performance brings it: a file, a slice, a take."""
    header = {"channels": audio.channels, "sample_rate": audio.sample_rate}
    return AudioInput(name, Asset("audio", canonical_json(header), (audio.samples.tobytes(),)))


def audio_of(given: AudioInput) -> Audio:
    """The inverse of `audio_input`."""
    header = json.loads(given.asset.header)
    samples = np.frombuffer(given.asset.blobs[0], np.float32).reshape(header["channels"], -1)
    return Audio(samples, header["sample_rate"])


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

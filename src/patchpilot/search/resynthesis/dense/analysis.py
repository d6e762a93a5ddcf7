"""What resynthesis hears in a sound: how long it is held, its envelope, its sweep, its partials."""

from __future__ import annotations

import zlib
from dataclasses import dataclass

import numpy as np
from scipy.ndimage import uniform_filter1d

from patchpilot.audio import F32, Target
from patchpilot.distance.bands import PAD_S, at_common_level, mel_bands
from patchpilot.search.resynthesis.dense import lines
from patchpilot.search.resynthesis.dense import sweep as sweeps
from patchpilot.search.resynthesis.dense.loop import Goal
from patchpilot.search.resynthesis.dense.partials import Spectrum, take_apart
from patchpilot.search.resynthesis.envelope import Adsr, fit, gain

ENVELOPE_HOP_S = 0.005
MOST_KEYFRAMES = 80


@dataclass(frozen=True)
class Analysis:
    """What was heard in the target.

    Attributes:
        y: (n,) the target, mono.
        sample_rate_hz: of `y`.
        spectrum: its partials and noise floor.
        envelope: the fitted `env_1`.
        note: MIDI note that must give the target.
        hold_s: when the key goes up.
        rise_s: until half of the first 20 milliseconds' peak is reached.
        sweep: its pitch sweep, if any.
        goal: what the tables work towards, under the fitted envelope.
        seed: of every random choice, from the sound itself.
    """

    y: F32
    sample_rate_hz: int
    spectrum: Spectrum
    envelope: Adsr
    note: int
    hold_s: float
    rise_s: float
    sweep: sweeps.Sweep | None
    goal: Goal
    seed: int

    def voice_gain(self, adsr: Adsr) -> F32:
        """(samples,) gain of the voice under another envelope."""
        times_s = np.arange(self.goal.samples) / self.sample_rate_hz
        return gain(adsr, times_s, self.hold_s).astype(np.float32)


def analyze(target: Target) -> Analysis:
    """Everything that the constructions need."""
    mono, sr, hold_s = target.audio.mono(), target.audio.sample_rate, target.hold_s
    padded = np.pad(mono, (0, round(PAD_S * sr)))
    adsr = _fitted(padded, sr, hold_s)
    voice = gain(adsr, np.arange(len(padded)) / sr, hold_s).astype(np.float32)
    rms = float(np.sqrt(np.mean(padded.astype(np.float64) ** 2)))
    times_s = lines.keyframe_times(hold_s, MOST_KEYFRAMES)
    goal = Goal(mel_bands(at_common_level(padded)), len(padded), rms, voice, times_s, sr)
    return Analysis(
        y=mono,
        sample_rate_hz=sr,
        spectrum=take_apart(mono, sr),
        envelope=adsr,
        note=target.note,
        hold_s=hold_s,
        rise_s=_rise(mono, sr),
        sweep=sweeps.find(mono, sr),
        goal=goal,
        seed=zlib.crc32(mono.tobytes()),
    )


def _fitted(padded: F32, sr: int, hold_s: float) -> Adsr:
    hop = int(ENVELOPE_HOP_S * sr)
    power = uniform_filter1d(padded.astype(np.float64) ** 2, 2 * hop + 1)
    return fit(np.sqrt(np.maximum(power, 0.0))[::hop], hop / sr, hold_s)


def _rise(mono: F32, sr: int) -> float:
    start = np.abs(mono[: int(0.02 * sr)])
    return float(np.argmax(start >= 0.5 * start.max())) / sr

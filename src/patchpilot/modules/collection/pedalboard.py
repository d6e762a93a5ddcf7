"""Effects of pedalboard (Spotify's, over JUCE), in ranges in which they stay finite.

Its phaser and chorus give NaN with a feedback of 2 and more, a low-pass with a corner above half the sample rate gives
infinity: the ranges here keep well away. They start silent for each performance, and none of them can move.
"""

from __future__ import annotations

from patchpilot.modules.base import knob
from patchpilot.modules.pedals import effect

_MIX = knob(0.5, 0.0, 1.0)

pedal_chorus = effect(
    "pedal_chorus",
    "JUCE's chorus.",
    "Chorus",
    rate_hz=knob(1.0, 0.01, 20.0, "Hz", octaves=True),
    depth=knob(0.25, 0.0, 1.0),
    centre_delay_ms=knob(7.0, 1.0, 40.0, "ms"),
    feedback=knob(0.0, -0.9, 0.9),
    mix=_MIX,
)
pedal_phaser = effect(
    "pedal_phaser",
    "JUCE's phaser, of six stages.",
    "Phaser",
    rate_hz=knob(1.0, 0.01, 20.0, "Hz", octaves=True),
    depth=knob(0.5, 0.0, 1.0),
    centre_frequency_hz=knob(1300.0, 100.0, 8000.0, "Hz", octaves=True),
    feedback=knob(0.0, -0.8, 0.8),
    mix=_MIX,
)
pedal_delay = effect(
    "pedal_delay",
    "A delay in seconds.",
    "Delay",
    delay_seconds=knob(0.3, 0.001, 4.0, "s", octaves=True),
    feedback=knob(0.3, 0.0, 0.95),
    mix=_MIX,
)
pedal_reverb = effect(
    "pedal_reverb",
    "JUCE's reverb, after Freeverb: a room without a decay in seconds.",
    "Reverb",
    room_size=knob(0.5, 0.0, 1.0),
    damping=knob(0.5, 0.0, 1.0),
    wet_level=knob(0.33, 0.0, 1.0),
    dry_level=knob(0.4, 0.0, 1.0),
    width=knob(1.0, 0.0, 1.0),
)
pedal_compressor = effect(
    "pedal_compressor",
    "JUCE's compressor, without a knee.",
    "Compressor",
    threshold_db=knob(-18.0, -60.0, 0.0, "dB"),
    ratio=knob(4.0, 1.0, 50.0, octaves=True),
    attack_ms=knob(5.0, 0.1, 300.0, "ms", octaves=True),
    release_ms=knob(100.0, 1.0, 2000.0, "ms", octaves=True),
)
pedal_limiter = effect(
    "pedal_limiter",
    "JUCE's limiter, which makes up for what it takes: no ceiling, but loud.",
    "Limiter",
    threshold_db=knob(-10.0, -40.0, 0.0, "dB"),
    release_ms=knob(100.0, 1.0, 2000.0, "ms", octaves=True),
)
pedal_gate = effect(
    "pedal_gate",
    "JUCE's noise gate: what is softer than a threshold is made softer still.",
    "NoiseGate",
    threshold_db=knob(-50.0, -90.0, 0.0, "dB"),
    ratio=knob(10.0, 1.0, 50.0, octaves=True),
    attack_ms=knob(1.0, 0.1, 100.0, "ms", octaves=True),
    release_ms=knob(100.0, 1.0, 2000.0, "ms", octaves=True),
)
pedal_distortion = effect(
    "pedal_distortion",
    "tanh, not oversampled: aliases are part of it.",
    "Distortion",
    drive_db=knob(20.0, 0.0, 60.0, "dB"),
)
pedal_clip = effect(
    "pedal_clip", "Cuts off hard, not oversampled.", "Clipping", threshold_db=knob(-6.0, -40.0, 0.0, "dB")
)
pedal_bitcrush = effect(
    "pedal_bitcrush", "Rounds to fewer bits.", "Bitcrush", bit_depth=knob(8.0, 1.0, 16.0, "bits")
)
pedal_pitch = effect(
    "pedal_pitch",
    "Moves the pitch and leaves the length (Rubber Band); by far the dearest of all.",
    "PitchShift",
    semitones=knob(7.0, -24.0, 24.0, "semitones"),
)

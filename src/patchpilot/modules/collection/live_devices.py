"""The eight devices of Live, parameter by parameter; what the columns mean stands in `live_names`."""

from __future__ import annotations

from patchpilot.modules.collection._signals import NOTE_LENGTHS
from patchpilot.modules.collection.live_names import LiveDevice, LiveParameter

_OFF_ON = ("Off", "On")
_SWITCH = {"off": "Off", "on": "On"}
_MIX = LiveParameter("mix", ("Dry/Wet", "Dry Wet"), 0.0, 100.0, "%", factor=100.0)
_TYPES = {
    "high pass 48 dB": "High Pass 48dB",
    "high pass 12 dB": "High Pass 12dB",
    "low shelf": "Low Shelf",
    "bell": "Bell",
    "notch": "Notch",
    "high shelf": "High Shelf",
    "low pass 12 dB": "Low Pass 12dB",
    "low pass 48 dB": "Low Pass 48dB",
}
_SATURATOR = (
    "Analog Clip",
    "Soft Sine",
    "Bass Shaper",
    "Medium Curve",
    "Hard Curve",
    "Sinoid Fold",
    "Digital Clip",
    "Waveshaper",
)
_SIXTEENTHS = {
    name: f"{beats * 4.0:g}"
    for name, beats in NOTE_LENGTHS.items()
    if beats * 4.0 in (1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0, 16.0)
}
_SYNC = {**dict.fromkeys(NOTE_LENGTHS, "On"), "free": "Off"}


def _band(n: int) -> tuple[LiveParameter, ...]:
    """One of the eight, of the first curve (A)."""
    ours = f"band_{n}_"
    on = {**dict.fromkeys(_TYPES, "On"), "off": "Off"}
    return (
        LiveParameter(f"{ours}kind", (f"{n} Filter Type A",), options=_TYPES, steps=tuple(_TYPES.values())),
        LiveParameter(f"{ours}kind", (f"{n} Filter On A",), options=on, steps=_OFF_ON),
        LiveParameter(f"{ours}hz", (f"{n} Frequency A",), 10.0, 22_000.0, "Hz", "log"),
        LiveParameter(f"{ours}db", (f"{n} Gain A",), -15.0, 15.0, "dB", "stored"),
        LiveParameter(f"{ours}q", (f"{n} Q A", f"{n} Resonance A"), 0.1, 18.0, "", "log"),
    )


EQ = LiveDevice(
    "eq8",
    "EQ Eight",
    "Eq8",
    (
        *(parameter for n in range(1, 9) for parameter in _band(n)),
        LiveParameter("output_db", ("Output",), -12.0, 12.0, "dB", "stored"),
    ),
)
COMPRESSOR = LiveDevice(
    "compressor",
    "Compressor",
    "Compressor2",
    (
        LiveParameter("threshold_db", ("Threshold",), -70.0, 6.0, "dB"),
        LiveParameter("ratio", ("Ratio",), 1.0, 100.0, ": 1", "log"),
        LiveParameter("attack_ms", ("Attack",), 0.01, 1000.0, "ms", "log"),
        LiveParameter("release_ms", ("Release",), 1.0, 3000.0, "ms", "log"),
        LiveParameter("knee_db", ("Knee",), 0.0, 18.0, "dB", "stored"),
        LiveParameter(
            "model", ("Model",), options={"peak": "Peak", "rms": "RMS"}, steps=("Peak", "RMS", "Expand")
        ),
        LiveParameter("output_db", ("Output", "Output Gain"), -36.0, 36.0, "dB", "stored"),
        _MIX,
    ),
)
SATURATOR = LiveDevice(
    "saturator",
    "Saturator",
    "Saturator",
    (
        LiveParameter(
            "curve",
            ("Type",),
            options={name.lower(): name for name in _SATURATOR if name not in ("Bass Shaper", "Waveshaper")},
            steps=_SATURATOR,
        ),
        LiveParameter("drive_db", ("Drive",), -36.0, 36.0, "dB"),
        LiveParameter("output_db", ("Output",), -36.0, 0.0, "dB"),
        _MIX,
    ),
)
FILTER = LiveDevice(
    "auto_filter",
    "Auto Filter",
    "AutoFilter2",
    (
        LiveParameter(
            "kind",
            ("Filter Type",),
            options={
                "low pass": "Lowpass",
                "high pass": "Highpass",
                "band pass": "Bandpass",
                "notch": "Notch",
            },
        ),
        LiveParameter("slope", ("Filter Slope", "Slope"), options={"12 dB": "12", "24 dB": "24"}),
        LiveParameter("cutoff_hz", ("Frequency",), 20.0, 20_000.0, "Hz", "log"),
        LiveParameter("resonance", ("Resonance",), 0.0, 100.0, "%", is_alike=False),
        LiveParameter("drive_db", ("Drive",), 0.0, 24.0, "dB"),
        _MIX,
    ),
)
CHORUS = LiveDevice(
    "chorus",
    "Chorus-Ensemble",
    "Chorus2",
    (
        LiveParameter(
            "mode",
            ("Mode",),
            options={"chorus": "Chorus", "ensemble": "Ensemble", "vibrato": "Vibrato"},
            steps=("Chorus", "Ensemble", "Vibrato"),
        ),
        LiveParameter("rate_hz", ("Rate",), 0.1, 15.0, "Hz", "log"),
        LiveParameter("depth_ms", ("Amount",), 0.0, 100.0, "%", is_alike=False),
        LiveParameter("feedback", ("Feedback",), 0.0, 99.0, "%", factor=100.0),
        LiveParameter("spread_degrees", ("Offset",), 0.0, 180.0, "degrees"),
        LiveParameter("high_pass_hz", ("HP Freq",), 20.0, 2000.0, "Hz", "log"),
        LiveParameter("width", ("Width",), 0.0, 200.0, "%", factor=100.0),
        LiveParameter("output_db", ("Output",), -36.0, 36.0, "dB"),
        _MIX,
    ),
)
PHASER = LiveDevice(
    "phaser_flanger",
    "Phaser-Flanger",
    "PhaserNew",
    (
        LiveParameter(
            "mode",
            ("Mode",),
            options={"phaser": "Phaser", "flanger": "Flanger", "doubler": "Doubler"},
            steps=("Phaser", "Flanger", "Doubler"),
        ),
        LiveParameter("notches", ("Notches",), 1.0, 42.0),
        LiveParameter("centre_hz", ("Center Freq",), 70.0, 18_500.0, "Hz", "log"),
        LiveParameter("flanger_ms", ("Flanger Time",), 0.1, 10.0, "ms", "log"),
        LiveParameter("doubler_ms", ("Doubler Time",), 10.0, 100.0, "ms", "log"),
        LiveParameter("amount", ("Amount",), 0.0, 100.0, "%", is_alike=False),
        LiveParameter("rate_hz", ("Mod Freq",), 0.01, 40.0, "Hz", "log"),
        LiveParameter("spread_degrees", ("Mod Phase",), 0.0, 360.0, "degrees"),
        LiveParameter("feedback", ("Feedback",), 0.0, 100.0, "%", factor=100.0),
        _MIX,
    ),
)
DELAY = LiveDevice(
    "delay",
    "Delay",
    "Delay",
    (
        LiveParameter(
            "left", ("L 16th",), options=_SIXTEENTHS, steps=("1", "2", "3", "4", "5", "6", "8", "16")
        ),
        LiveParameter("left", ("L Sync",), options=_SYNC, steps=_OFF_ON),
        LiveParameter("left_ms", ("L Time",), 1.0, 5000.0, "ms", "log"),
        LiveParameter(
            "right", ("R 16th",), options=_SIXTEENTHS, steps=("1", "2", "3", "4", "5", "6", "8", "16")
        ),
        LiveParameter("right", ("R Sync",), options=_SYNC, steps=_OFF_ON),
        LiveParameter("right_ms", ("R Time",), 1.0, 5000.0, "ms", "log"),
        LiveParameter("feedback", ("Feedback",), 0.0, 95.0, "%", factor=100.0),
        LiveParameter("ping_pong", ("Ping Pong",), options=_SWITCH, steps=_OFF_ON),
        LiveParameter("filter", ("Filter On",), options=_SWITCH, steps=_OFF_ON),
        LiveParameter("filter_hz", ("Filter Freq",), 50.0, 18_000.0, "Hz", "log"),
        LiveParameter("filter_octaves", ("Filter Width",), 0.5, 9.0),
        _MIX,
    ),
)
REVERB = LiveDevice(
    "reverb",
    "Reverb",
    "Reverb",
    (
        LiveParameter("decay_s", ("Decay Time",), 200.0, 60_000.0, "ms", "log", factor=1000.0),
        LiveParameter("predelay_ms", ("Predelay",), 0.5, 250.0, "ms", "log"),
        LiveParameter("size", ("Room Size",), 0.22, 500.0, "", "log", is_alike=False),
        LiveParameter("diffusion", ("Diffusion",), 0.1, 96.0, "%", is_alike=False),
        LiveParameter("high_decay", ("HiShelf Gain",), 0.2, 1.0),
        LiveParameter("width", ("Stereo Image",), 0.0, 120.0, "degrees", is_alike=False),
        _MIX,
    ),
)
DEVICES = (EQ, COMPRESSOR, SATURATOR, FILTER, CHORUS, PHASER, DELAY, REVERB)
"""In the order that a mix engineer knows them."""
BIG_8 = tuple(device.module for device in DEVICES)
"""Names of our modules."""

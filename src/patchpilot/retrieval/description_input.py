"""What the network of a local embedding hears of a sound: `input` of its `embedding.json`."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from patchpilot.audio import front_end
from patchpilot.retrieval._fields import WrongError, is_positive, one_of, taken

KINDS = ("front_end", "waveform", "logmel")
LOGS = ("db", "log10", "ln", "none")
MELS = ("slaney", "htk")
_LONGEST_S = 60.0
_LETTERS = {"waveform": "bct1", "logmel": "bft1"}
_AXES = {"waveform": "bt", "logmel": "bft"}


@dataclass(frozen=True)
class Input:
    """What a network hears of a sound. Every sound's peak is made 1 first, unless `peak` is null.

    Attributes:
        kind: "front_end" (the picture of `audio.front_end`: the fields below but `planes` don't matter), "waveform"
            or "logmel".
        planes: of a picture: "none", (batch, 4, 96, 64); or "held", (batch, 6, 96, 64): cells after the key went up
            are 0, channel 4 is 1 where it is held, channel 5 says the pitch (see `local_inputs.held`).
        sample_rate: Hz, what the sound is resampled to.
        channels: 1 for the mono mix, 2 for both sides (waveform only).
        seconds: of a window, to which sounds are cut or padded with silence; null for the whole sound.
        every_s: how often a window begins, in seconds; null for one only, at the beginning.
        peak: > 0, of the sound as the network hears it; null leaves it as it is.
        axes: of the network's input, a letter each: b batch (of windows), c channel, f band, t time, 1 for one.
        n_fft, hop: samples of a log-mel's window and between windows (periodic Hann, centred, zeros beyond the ends).
        n_mels, fmin, fmax: its bands, between these in Hz.
        mel: "slaney" (librosa's default, of equal area) or "htk" (of equal height).
        power: 2 for bands of power, 1 of magnitude.
        log: "db" (10 log10 of power, 20 of magnitude), "log10", "ln" or "none".
        floor: > 0, lesser bands are raised to it first.
        range_db: with "db": none is more than this below the loudest, which is 0; null leaves them as they are.
        shift, factor: applied last: (value + shift) × factor.
    """

    kind: str
    planes: str = "none"
    sample_rate: int = 44100
    channels: int = 1
    seconds: float | None = None
    every_s: float | None = None
    peak: float | None = 1.0
    axes: str = ""
    n_fft: int = 2048
    hop: int = 512
    n_mels: int = 128
    fmin: float = 0.0
    fmax: float | None = None
    mel: str = "slaney"
    power: int = 2
    log: str = "db"
    floor: float = 1e-10
    range_db: float | None = None
    shift: float = 0.0
    factor: float = 1.0


def input_of(said: Any) -> Input:
    """The checked field; raises `WrongError`."""
    if not isinstance(said, dict):
        raise WrongError(f"expected an object as input, got {said!r:.60}")
    kind = one_of(said, "kind", KINDS)
    if kind == "front_end":
        version = said.get("version")
        if version != front_end.VERSION:
            raise WrongError(
                f"it was made for version {version!r} of the front end, here is {front_end.VERSION}: "
                "it needs another version of Patch Pilot, or training anew"
            )
        planes = one_of({"planes": "none", **said}, "planes", ("none", "held"))
        return Input(kind, planes=planes, sample_rate=front_end.SAMPLE_RATE)
    unknown = set(said) - set(Input.__dataclass_fields__) - {"version"}
    if unknown:
        raise WrongError(f"unknown in input: {', '.join(sorted(unknown))}")
    heard = Input(**{"axes": _AXES[kind], **{name: said[name] for name in said if name != "version"}})
    _check_input(heard)
    return heard


def _check_input(heard: Input) -> None:
    said, optional = vars(heard), lambda value: value is None or is_positive(value)
    whole: Callable[[Any], bool] = lambda value: value >= 1  # noqa: E731
    taken(said, "sample_rate", int, "Hz, 1000 to 400000", lambda rate: 1000 <= rate <= 400_000)
    for name in ("n_fft", "hop", "n_mels"):
        taken(said, name, int, "a whole number of at least 1", whole)
    for name in ("seconds", "every_s", "peak", "range_db", "fmax"):
        taken(said, name, (int, float, type(None)), "a number above 0, or null", optional)
    if heard.seconds is not None and heard.seconds > _LONGEST_S:
        raise WrongError(f"expected windows of at most {_LONGEST_S:g} seconds, got {heard.seconds:g}")
    if heard.every_s is not None and heard.seconds is None:
        raise WrongError("every_s needs seconds, the length of a window")
    if heard.every_s is not None and "b" not in str(heard.axes):
        raise WrongError("every_s makes many windows: expected axes with b, the batch")
    for name in ("fmin", "shift", "factor"):
        taken(said, name, (int, float), "a number", math.isfinite)
    taken(said, "floor", (int, float), "a number above 0", is_positive)
    for name, allowed in {"mel": MELS, "log": LOGS, "power": (1, 2), "channels": (1, 2)}.items():
        one_of(said, name, allowed)
    if heard.kind == "logmel" and (
        heard.channels != 1 or not 0 <= heard.fmin < _top_hz(heard) <= heard.sample_rate
    ):
        raise WrongError("expected a log-mel of 1 channel, with fmin below fmax")
    taken(said, "axes", str, f"some of the letters {_LETTERS[heard.kind]}, each but 1 once", _are_axes(heard))


def _top_hz(heard: Input) -> float:
    return heard.fmax if heard.fmax is not None else heard.sample_rate / 2


def _are_axes(heard: Input) -> Callable[[str], bool]:
    """Whether letters name every axis that must be there, none twice, and no other."""
    needed = {"t", "f"} if heard.kind == "logmel" else {"t", "c"} if heard.channels == 2 else {"t"}

    def check(axes: str) -> bool:
        named = axes.replace("1", "")
        allowed = set(_LETTERS[heard.kind]) - {"1"}
        return len(set(named)) == len(named) and needed <= set(named) <= allowed

    return check

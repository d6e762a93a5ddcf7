"""What Essentia (AGPL-3.0, an optional part that is never needed) says of tempo and key, beside our own.

`pip install essentia` adds it; nothing of it is used for anything else.
"""

from __future__ import annotations

import importlib
from importlib.util import find_spec
from typing import Any

from patchpilot.space.canonical import Json
from patchpilot.tracks.features import SAMPLE_RATE, Listened

_SLOWEST_BPM, _FASTEST_BPM = 100, 180
"""Its own bounds halve fast tempos."""
_PROFILES = ("edma", "edmm")


def is_installed() -> bool:
    """Whether Essentia is there."""
    return find_spec("essentia") is not None


def heard_by_essentia(listened: Listened) -> dict[str, Json] | None:
    """Its tempo (RhythmExtractor2013, "degara") and keys by profile; None where it is not installed."""
    if not is_installed():
        return None
    standard: Any = importlib.import_module("essentia.standard")
    rhythm = standard.RhythmExtractor2013(method="degara", minTempo=_SLOWEST_BPM, maxTempo=_FASTEST_BPM)
    keys = {}
    for profile in _PROFILES:
        root, scale, strength = standard.KeyExtractor(profileType=profile, sampleRate=SAMPLE_RATE)(
            listened.mono
        )
        keys[profile] = {"key": f"{root} {scale}", "strength": float(strength)}
    return {"tempo_bpm": float(rhythm(listened.mono)[0]), "keys": keys}

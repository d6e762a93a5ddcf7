"""Sounds as assets: a user's own, in a slot of a module or as a performance's audio."""

from __future__ import annotations

import json

import numpy as np

from patchpilot.audio import Audio
from patchpilot.errors import RackError
from patchpilot.space.assets import Asset
from patchpilot.space.canonical import canonical_json

KIND = "audio"
"""Of assets that hold a sound."""


def sound(audio: Audio) -> Asset:
    """A sound as an asset.

    `Patch.make(rack.space, assets={"player_sample": sound(load("stab.wav"))})` puts it into a slot.
    """
    header = {"channels": audio.channels, "sample_rate": audio.sample_rate}
    return Asset(KIND, canonical_json(header), (audio.samples.tobytes(),))


def heard(asset: Asset, name: str = "the asset") -> Audio:
    """The inverse of `sound`.

    Args:
        asset: of kind "audio".
        name: what to call it where it is none.

    Raises:
        RackError: it is of another kind, or damaged.
    """
    try:
        if asset.kind != KIND:
            raise ValueError(f"got an asset of kind {asset.kind!r}")
        header = json.loads(asset.header)
        samples = np.frombuffer(asset.blobs[0], np.float32).reshape(header["channels"], -1)
        return Audio(samples, header["sample_rate"])
    except (KeyError, IndexError, TypeError, ValueError) as error:
        raise RackError(
            f"{name}: expected a sound: {error}; make one with patchpilot.modules.sounds.sound(audio)"
        ) from None

"""Whether a codec's tokens say all of a patch."""

from __future__ import annotations

import numpy as np

from patchpilot.errors import PatchError
from patchpilot.estimators.codec import Codec, Said, said
from patchpilot.estimators.tokens import Kind
from patchpilot.space import Asset, Patch, Space

_NEAR = 1e-3
"""Part of a parameter's range by which a value may be off."""


def is_told(codec: Codec, space: Space, patch: Patch) -> bool:
    """Whether a patch, said in tokens and made again of them, is the same where it sounds.

    Others have an asset, a routing, an option or a value that nobody learned from.

    Args:
        codec: the tokens.
        space: of the instrument.
        patch: of that instrument.
    """
    mine = said(patch)
    labels = codec.encode([mine])
    assets = {asset.sha256: asset for asset in (*patch.assets.values(), *space.assets.values())}
    try:
        again = said(codec.decode(space, labels, 0, lambda digest: _one_of(assets, digest)))
    except PatchError:
        return False
    sounds = codec.active(np.maximum(labels.categorical, 0))[0]
    silent = {
        (token.kind, token.name) for token, active in zip(codec.tokens, sounds, strict=True) if not active
    }
    return all(_alike(space, key, mine, again) for key in mine.keys() | again.keys() if key not in silent)


def _alike(space: Space, key: tuple[Kind, str], mine: Said, again: Said) -> bool:
    kind, name = key
    default: float | str = 0.0
    reach = 1.0
    if kind == "value":
        default, reach = float(np.float32(space[name].default)), space[name].maximum - space[name].minimum
    elif kind == "asset":
        default = space.assets[name].sha256
    one, other = (said_.get(key, default) for said_ in (mine, again))
    if isinstance(one, str) or isinstance(other, str):
        return bool(one == other)
    return bool(abs(float(one) - float(other)) <= _NEAR * reach)


def _one_of(assets: dict[str, Asset], digest: str) -> Asset:
    if digest not in assets:
        raise PatchError(f"no asset {digest}")
    return assets[digest]

"""What a distance is measured against: what one would get for no work at all, and what is luck."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from patchpilot.audio import Audio
from patchpilot.distance import LogMel
from patchpilot.errors import EngineError
from patchpilot.instruments.base import Instrument
from patchpilot.instruments.take import Take
from patchpilot.search.base import Context
from patchpilot.space import Patch
from patchpilot.space.sampling import random_patch

Rows = Mapping[str, Mapping[str, float]]
"""Distances by metric name, by row name."""


def reference_rows(context: Context) -> Rows:
    """Silence, the init patch and a random patch; one that cannot be rendered is left out."""
    assert context.target is not None
    instrument, target = context.instrument, context.target.audio
    patches = {
        "init patch": Patch.make(instrument.space),
        "random patch": _random(instrument, context.seed),
    }
    silence = Audio(np.zeros((1, len(target)), np.float32), target.sample_rate)
    distance = LogMel(target)
    rows = {"silence": {"logmel": distance(silence)}}
    rendered = dict(context.instrument.stream((patch, context.performance) for patch in patches.values()))
    for i, name in enumerate(patches):
        audio = rendered[i]
        if isinstance(audio, Audio):
            rows[name] = {"logmel": distance(audio)}
    return rows


def _random(instrument: Instrument, seed: int) -> Patch:
    """Drawn from the instrument's first prior; from all of its core controls where it has none."""
    prior = next(iter(instrument.priors.values()), None)
    if prior is None:
        return random_patch(instrument.space, np.random.default_rng(seed))
    return prior.draw(instrument.space, seed, 0)


def floor_row(context: Context, best: Take, distance: float) -> Rows:
    """The best match with other engine dice: what of its distance is luck. Nothing if it cannot be rendered.

    Args:
        context: what was searched.
        best: the best match.
        distance: of the best match from the target, which this is if it draws no dice.
    """
    assert context.target is not None
    if context.instrument.is_random(best.patch):
        try:
            again = context.instrument.render(best.patch, context.performance.with_seed(1))
        except EngineError:  # one render, not the whole match
            return {}
        distance = LogMel(context.target.audio)(again)
    return {"best match, other engine seed": {"logmel": distance}}

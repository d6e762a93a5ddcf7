"""Rows are made a block at a time: patches drawn, rendered, and embedded or rejected for a reason."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from patchpilot.audio import F32, Audio, faults
from patchpilot.errors import EngineError, PluginError
from patchpilot.instruments.base import Instrument, structure
from patchpilot.retrieval.embedding import Codes, Embedding, quantised
from patchpilot.retrieval.recipe import Recipe, prior_of

KEPT = 0
REASONS = {1: faults.SILENT, 2: "failed", 3: faults.NOT_FINITE}
"""Why a patch is no row of a library: its verdict, and what it is called."""
SILENT, FAILED, NOT_FINITE = REASONS

_log = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False)
class Block:
    """What became of the patches at consecutive places of a prior's sequence.

    Attributes:
        verdicts: uint8 (n,), 0 for those that were kept, else a key of `REASONS`.
        codes: int8 (kept, size), the embeddings of those, in the same order.
    """

    verdicts: npt.NDArray[np.uint8]
    codes: Codes

    def rejected(self) -> Counter[str]:
        """How many were left out, by reason."""
        return Counter(REASONS[int(verdict)] for verdict in self.verdicts if verdict != KEPT)


def render_block(
    instrument: Instrument,
    recipe: Recipe,
    embedding: Embedding,
    places: range,
    on_render: Callable[[str], None] = lambda _: None,
) -> Block:
    """Render and embed the patches at some places of the prior's sequence.

    The workers go on rendering while a render is embedded here. The block depends on the recipe and the places
    only, not on the order in which the renders come. A render that fails is tried once more.

    Args:
        instrument: of the recipe.
        recipe: what to draw and how to play it.
        embedding: of the recipe.
        places: in the prior's sequence.
        on_render: called after each render, with "" or the reason for which it was rejected.

    Raises:
        EngineError: the engine does not start at all; one patch that fails is only rejected.
        PluginError: the embedding gives something else than it says.
    """
    prior = prior_of(instrument, recipe.prior)
    patches = [prior.draw(instrument.space, recipe.seed, place) for place in places]
    # Workers keep a loaded structure for the next patch that has the same.
    order = sorted(range(len(patches)), key=lambda i: structure(patches[i]))
    verdicts = np.zeros(len(patches), np.uint8)
    codes = np.zeros((len(patches), recipe.size), np.int8)
    note = recipe.performance.notes[0]
    for last in (False, True):  # a failure of the machine, not of the patch, must not decide what is a row
        failed = []
        for k, result in instrument.stream([(patches[i], recipe.performance) for i in order]):
            i = order[k]
            verdicts[i] = verdict = _verdict(result)
            if verdict == FAILED and not last:
                failed.append(i)
                continue
            if isinstance(result, Audio) and verdict == KEPT:
                codes[i] = coded(embedding, result, pitch=float(note.pitch), hold_s=note.hold_s)
            else:
                _log.debug("patch %d of %s is %s: %s", places[i], recipe.prior, REASONS[verdict], result)
            on_render(REASONS.get(verdict, ""))
        order = failed
    return Block(verdicts, codes[verdicts == KEPT])


def coded(embedding: Embedding, audio: Audio, *, pitch: float, hold_s: float) -> Codes:
    """The quantised embedding of a sound, int8 (size,): of rows and of what is looked up alike.

    Raises:
        PluginError: the embedding gives something else than it says.
    """
    return quantised(heard(embedding, audio, pitch=pitch, hold_s=hold_s), embedding.scale)


def heard(embedding: Embedding, audio: Audio, *, pitch: float, hold_s: float) -> F32:
    """The embedding of a sound, float32 (size,), if it is what it should be.

    Raises:
        PluginError: the embedding gives something else than it says.
    """
    vector = embedding(audio, pitch=pitch, hold_s=hold_s)
    if np.shape(vector) != (embedding.size,) or not np.isfinite(vector).all():
        raise PluginError(
            f"the embedding {embedding.name!r} should give {embedding.size} finite numbers, "
            f"and gave an array of shape {np.shape(vector)} with {np.count_nonzero(~np.isfinite(vector))} "
            "that are not finite; it is broken"
        )
    return np.asarray(vector, np.float32)


def _verdict(result: Audio | EngineError) -> int:
    if isinstance(result, EngineError):
        return FAILED
    if not faults.is_finite(result):
        return NOT_FINITE
    return SILENT if faults.is_silent(result) else KEPT

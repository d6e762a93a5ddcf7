"""Bringing the knobs of a structure near, on the fast model: CMA-ES over everything that is continuous."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from patchpilot.audio import F32
from patchpilot.search.cma_es import Evolution
from patchpilot.search.resynthesis.envelope import F64, Adsr
from patchpilot.search.subtractive.atoms import atom_bands
from patchpilot.search.subtractive.knobs import NOISES, knobs
from patchpilot.search.subtractive.model import Seen, levelled, misses, simulated
from patchpilot.search.subtractive.structure import Structure

_POPULATION = 12
_TRIAL = 0.2
"""Part of the evaluations that each beginning gets before the best of them goes on alone."""
_STEEP_BELOW = 65.0
"""MIDI note of the cutoff below which the filter falls by 24 dB an octave."""
_DARK = 3e-4
"""Magnitudes far below this tell nothing of where the model is wrong."""
_MOST = 3.0
"""Largest correction, in nepers."""


@dataclass(frozen=True, eq=False)
class Fit:
    """A structure with its knobs set.

    Attributes:
        structure: its oscillators.
        values: by knob.
        steep: whether the filter falls by 24 dB an octave.
        distance: of the model from the target.
        pitch: MIDI note of the sound, which may lie between two keys.
        correction: float32 (t, 96) or (1, 1), logarithm of what the engine makes of it over what the model did.
    """

    structure: Structure
    values: Mapping[str, float]
    steep: bool
    distance: float
    pitch: float
    correction: F32


def fitted(
    structure: Structure, envelope: Adsr, target: Seen, pitch: float, *, evaluations: int, seed: int
) -> Fit:
    """The knobs of a structure that bring the model nearest to the target.

    Args:
        structure: its oscillators.
        envelope: of the target.
        target: what is to be seen.
        pitch: MIDI note of the sound, which may lie between two keys.
        evaluations: of the model.
        seed: of the search.
    """
    steep = structure.cutoff < _STEEP_BELOW
    start = {name: knob.start for name, knob in knobs(structure, envelope).items()}
    first = Fit(structure, start, steep, math.inf, pitch, np.zeros((1, 1), np.float32))
    return _bettered(first, target, NOISES, evaluations=evaluations, sigma=1.0, seed=seed)


def refitted(fit: Fit, rendered: F32, target: Seen, *, evaluations: int, seed: int) -> Fit:
    """The knobs bettered on a model that was put right where the engine was heard to differ.

    The model's error at the present knobs is taken for its error around them (space mapping; Bandler et al.,
    IEEE Trans. MTT 42, 1994).

    Args:
        fit: that was rendered.
        rendered: float32 (frames, 96), what the distance sees of the render.
        target: what is to be seen.
        evaluations: of the model.
        seed: of the search.
    """
    plain = _picture(fit, target)
    heard = np.log(rendered[target.at] + _DARK) - np.log(levelled(plain, target)[0] + _DARK)
    mended = dataclasses.replace(fit, correction=np.asarray(np.clip(heard, -_MOST, _MOST), dtype=np.float32))
    return _bettered(mended, target, [{}], evaluations=evaluations, sigma=0.5, seed=seed)


def _picture(fit: Fit, target: Seen) -> F32:
    """What the bare model sees of a fit, (1, t, 96)."""
    bands = [atom_bands(voice.atom, fit.pitch) for voice in fit.structure.voices]
    values = {name: np.array([[value]]) for name, value in fit.values.items()}
    return simulated(values, bands, target, steep=fit.steep)


def _bettered(
    fit: Fit,
    target: Seen,
    beginnings: Sequence[Mapping[str, float]],
    *,
    evaluations: int,
    sigma: float,
    seed: int,
) -> Fit:
    """The best of searches that begin at the fit's values, changed in one way or another."""
    table = knobs(fit.structure, Adsr())
    names = list(table)
    low, high, step = (
        np.array([getattr(knob, part) for knob in table.values()]) for part in ("low", "high", "step")
    )
    bands = [atom_bands(voice.atom, fit.pitch) for voice in fit.structure.voices]
    factor = np.exp(fit.correction)

    def distances(x: F64) -> F64:
        values = dict(zip(names, np.clip(x * step, low, high).T[..., None], strict=True))
        return misses(simulated(values, bands, target, steep=fit.steep) * factor, target)

    searches = []
    for beginning in beginnings:
        x = np.array([{**fit.values, **beginning}[name] for name in names])
        centre, spread = np.clip(x, low, high) / step, np.full(len(x), sigma)
        searches.append(
            Evolution(centre, low=low / step, high=high / step, spread=spread, seed=seed, size=_POPULATION)
        )
    for search in searches:
        _run(search, distances, round(_TRIAL * evaluations))
    search = min(searches, key=lambda one: one.best[1])
    _run(search, distances, round((1.0 - _TRIAL * len(searches)) * evaluations))
    best, distance = search.best
    values = dict(zip(names, np.clip(best * step, low, high).tolist(), strict=True))
    return dataclasses.replace(fit, values=values, distance=distance)


def _run(search: Evolution, distances: Callable[[F64], F64], evaluations: int) -> None:
    for _ in range(evaluations // _POPULATION):
        asked = search.ask()
        search.tell(distances(np.array(asked)).tolist())

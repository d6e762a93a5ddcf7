"""Bringing the knobs of a structure near, on the fast model: CMA-ES over everything that is continuous."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from patchpilot.audio import F32, F64
from patchpilot.search.cma_es import Evolution
from patchpilot.search.resynthesis.envelope import Adsr
from patchpilot.search.subtractive.atoms import atom_bands
from patchpilot.search.subtractive.knobs import NOISES, knobs
from patchpilot.search.subtractive.model import Seen, levelled, misses, simulated
from patchpilot.search.subtractive.structure import Structure

_POPULATION = 12
_TRIAL = 0.2
"""Part of the evaluations that each beginning gets before the best of them goes on alone."""
_STEEP_BELOW = 65.0
"""MIDI note of a structure's cutoff below which the filter falls by 24 dB an octave."""
_FIRST_SIGMA, _NEXT_SIGMA = 1.0, 0.5
"""First standard deviations in typical steps, of a search from scratch and of one from a fit."""
_DARK = 3e-4
"""Magnitudes far below this tell nothing of where the model is wrong."""
_MOST = 3.0
"""Largest correction, in nepers."""


@dataclass(frozen=True, eq=False)
class Fit:
    """A structure with its knobs set.

    Attributes:
        structure: its oscillators.
        values: in stored units, by names of `knobs`.
        distance: of the model from the target, in nepers.
        pitch: MIDI note of the sound, which may lie between two keys.
        correction: float32 (t, 96) or (1, 1), logarithm of what the engine makes of it over what the model did.
    """

    structure: Structure
    values: Mapping[str, float]
    distance: float
    pitch: float
    correction: F32

    @property
    def is_steep(self) -> bool:
        """Whether the filter falls by 24 dB an octave."""
        return self.structure.cutoff < _STEEP_BELOW


def fitted(
    structure: Structure, envelope: Adsr, target: Seen, pitch: float, *, evaluations: int, seed: int
) -> Fit:
    """The knobs of a structure that bring the model nearest to the target.

    Args:
        structure: its oscillators.
        envelope: of the target.
        target: what is to be seen.
        pitch: MIDI note of the sound, which may lie between two keys.
        evaluations: >= 60, of the model.
        seed: >= 0, of the search.
    """
    start = {name: knob.start for name, knob in knobs(structure, envelope).items()}
    first = Fit(structure, start, math.inf, pitch, np.zeros((1, 1), np.float32))
    return _bettered(first, target, NOISES, evaluations=evaluations, sigma=_FIRST_SIGMA, seed=seed)


def refitted(fit: Fit, rendered: F32, target: Seen, *, evaluations: int, seed: int) -> Fit:
    """The knobs bettered on a model that was put right where the engine was heard to differ.

    The model's error at the present knobs is taken for its error around them (space mapping; Bandler et al.,
    IEEE Trans. MTT 42, 1994).

    Args:
        fit: that was rendered.
        rendered: float32 (frames, 96), what the distance sees of the render.
        target: what is to be seen.
        evaluations: >= 60, of the model.
        seed: >= 0, of the search.
    """
    plain = _picture(fit, target)
    heard = np.log(rendered[target.at] + _DARK) - np.log(levelled(plain, target)[0] + _DARK)
    mended = dataclasses.replace(fit, correction=np.asarray(np.clip(heard, -_MOST, _MOST), dtype=np.float32))
    return _bettered(mended, target, [{}], evaluations=evaluations, sigma=_NEXT_SIGMA, seed=seed)


def _picture(fit: Fit, target: Seen) -> F32:
    """What the bare model sees of a fit, (1, t, 96)."""
    values = {name: np.array([[value]]) for name, value in fit.values.items()}
    return simulated(values, _bands(fit), target, steep=fit.is_steep)


def _bands(fit: Fit) -> list[F32]:
    """What each oscillator of a fit adds to the bands at its table's places, (33, 96) each."""
    return [atom_bands(voice.atom, fit.pitch) for voice in fit.structure.voices]


def _bettered(
    fit: Fit,
    target: Seen,
    beginnings: Sequence[Mapping[str, float]],
    *,
    evaluations: int,
    sigma: float,
    seed: int,
) -> Fit:
    """The best of searches that begin at the fit's values, changed in one way or another.

    Coordinates count typical steps.
    """
    table = knobs(fit.structure, Adsr())  # its beginnings are not used, those of the fit are
    names = list(table)
    low, high, step = np.array([(knob.low, knob.high, knob.step) for knob in table.values()]).T
    bands, factor = _bands(fit), np.exp(fit.correction)

    def distances(x: F64) -> F64:
        values = dict(zip(names, np.clip(x * step, low, high).T[..., None], strict=True))
        return misses(simulated(values, bands, target, steep=fit.is_steep) * factor, target)

    def search_from(beginning: Mapping[str, float]) -> Evolution:
        values = {**fit.values, **beginning}
        centre = np.clip(np.array([values[name] for name in names]), low, high) / step
        spread = np.full(len(names), sigma)
        return Evolution(centre, low=low / step, high=high / step, spread=spread, seed=seed, size=_POPULATION)

    searches = [search_from(beginning) for beginning in beginnings]
    for search in searches:
        _run(search, distances, round(_TRIAL * evaluations))
    search = min(searches, key=lambda one: one.best[1])
    _run(search, distances, round((1.0 - _TRIAL * len(searches)) * evaluations))
    best, distance = search.best
    values = dict(zip(names, np.clip(best * step, low, high).tolist(), strict=True))
    return dataclasses.replace(fit, values=values, distance=distance)


def _run(search: Evolution, distances: Callable[[F64], F64], evaluations: int) -> None:
    """As many whole generations as there are evaluations for; `distances` takes coordinates (p, d), gives (p,)."""
    for _ in range(evaluations // _POPULATION):
        asked = search.ask()
        search.tell(distances(np.array(asked)).tolist())

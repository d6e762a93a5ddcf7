"""Subtractive search: fits on the model first, then fits on the model as the engine corrects it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from patchpilot.audio import F32, Target
from patchpilot.distance.bands import PAD_S, SAMPLE_RATE, at_common_level, mel_bands
from patchpilot.errors import ParameterError
from patchpilot.search.base import Context, Outcome, Proposal
from patchpilot.search.resynthesis.harmonic.analysis import hear
from patchpilot.search.subtractive.fit import Fit, fitted, refitted
from patchpilot.search.subtractive.model import seen
from patchpilot.search.subtractive.structure import Structure, structures
from patchpilot.search.subtractive.write import to_patch

_FEWEST_EVALUATIONS = 120
"""With fewer, a correction would not even see one generation of its search."""
_SURE = 0.3
"""Confidence from which a pitch's cents count."""
_LOUD = 0.3
"""Frames from this part of the loudest one's magnitude on make the spectrum that tables are chosen for."""
_FLOOR = 1e-4
"""Added to magnitudes before their logarithms are averaged, so that one silent frame does not decide."""
_CONSIDERED = 40
"""Of so many of the likeliest structures, those that differ are tried."""


@dataclass
class Arm:
    """A structure on its way to the target.

    Attributes:
        fit: the best of its fits so far.
        score: of the best, −inf until it was heard.
        rendered: float32 (frames, 96), what the distance sees of the best; None until it was heard.
        tried: fits that were proposed, by the sha256 of their patch.
    """

    fit: Fit
    score: float = float("-inf")
    rendered: F32 | None = None
    tried: dict[str, Fit] = field(default_factory=dict)


@dataclass
class State:
    """Where a search stands.

    Attributes:
        arms: one for each structure; none before the first `ask`.
        waiting: arms whose next fit is to be proposed, by their places in `arms`.
        rounds: of corrections that were begun.
    """

    arms: list[Arm] = field(default_factory=list)
    waiting: list[int] = field(default_factory=list)
    rounds: int = 0


class Subtractive:
    """Built-in tables through filters and envelopes, set on a fast model that the engine corrects.

    Args:
        structures: >= 1, how many choices of tables are tried.
        rounds: >= 0, how often each is corrected.
        evaluations: >= 120, of the model for each first fit; a correction takes half as many.

    Raises:
        ParameterError: one of them is out of its range.
    """

    name = "subtractive"

    def __init__(self, structures: int = 3, rounds: int = 3, evaluations: int = 900) -> None:
        if structures < 1 or rounds < 0 or evaluations < _FEWEST_EVALUATIONS:
            raise ParameterError(
                f"expected structures >= 1, rounds >= 0 and evaluations >= {_FEWEST_EVALUATIONS}, "
                f"got {structures}, {rounds} and {evaluations}"
            )
        self._n_structures = structures
        self._rounds = rounds
        self._evaluations = evaluations

    def start(self, context: Context) -> None:
        """Begin with a target.

        Raises:
            ParameterError: there is no target, or the instrument is not Vital.
        """
        if context.target is None:
            raise ParameterError("subtractive search needs a target sound")
        if context.instrument.name != "vital":
            raise ParameterError(
                f"subtractive search writes Vital patches, not those of {context.instrument.name}"
            )
        self._target = context.target
        self._space = context.instrument.space
        self._seed = context.seed
        padded = np.pad(context.target.audio.mono(), (0, round(PAD_S * SAMPLE_RATE)))
        self._bands = mel_bands(at_common_level(padded))
        self._seen = seen(self._bands, context.target.hold_s)
        self.state = State()

    def ask(self, n: int) -> list[Proposal]:
        """First fits of all structures, then corrected ones; none where no table sounds where the target does."""
        state = self.state
        if not state.arms:
            state.arms = [Arm(fit) for fit in self._first_fits()]
            state.waiting = list(range(len(state.arms)))
        elif not state.waiting and state.rounds < self._rounds:
            state.rounds += 1
            state.waiting = [i for i, arm in enumerate(state.arms) if arm.rendered is not None]
        batch, state.waiting = state.waiting[:n], state.waiting[n:]
        return [self._proposal(state.arms[i]) for i in batch]

    def tell(self, outcomes: Sequence[Outcome]) -> None:
        """Keep what came nearer, and what the distance saw of it."""
        for outcome in outcomes:
            for arm in self.state.arms:
                fit = arm.tried.get(outcome.proposal.patch.sha256)
                if fit is not None and outcome.take is not None and outcome.score > arm.score:
                    arm.fit, arm.score = fit, outcome.score
                    arm.rendered = self._as_long(mel_bands(at_common_level(outcome.take.audio.mono())))

    def _first_fits(self) -> list[Fit]:
        target = self._target
        pitch = target.note + _cents(target) / 100.0
        chosen = _different(structures(_spectrum(self._bands), pitch, _CONSIDERED), self._n_structures)
        envelope = hear(target).adsr
        return [
            fitted(one, envelope, self._seen, pitch, evaluations=self._evaluations, seed=self._seed)
            for one in chosen
        ]

    def _proposal(self, arm: Arm) -> Proposal:
        if arm.rendered is not None:
            fit = refitted(
                arm.fit,
                arm.rendered,
                self._seen,
                evaluations=self._evaluations // 2,
                seed=self._seed + self.state.rounds,
            )
        else:
            fit = arm.fit
        patch = to_patch(self._space, fit, tuning_cents=_cents(self._target))
        arm.tried[patch.sha256] = fit
        tables = ", ".join(dict.fromkeys(voice.atom.table for voice in fit.structure.voices))
        corrected = ", corrected" if arm.rendered is not None else ""
        return Proposal(patch, self.name, f"{tables} through a filter, with noise and EQ{corrected}")

    def _as_long(self, bands: F32) -> F32:
        """Bands (n, 96) cut, or padded with silence, to as many frames as the target has."""
        missing = len(self._bands) - len(bands)
        return np.pad(bands, ((0, max(missing, 0)), (0, 0)))[: len(self._bands)]


def _spectrum(bands: F32) -> F32:
    """The spectrum (96,) that tables are chosen for: the geometric mean of the loud frames of `bands` (n, 96)."""
    magnitudes = np.linalg.norm(bands, axis=1)
    loud = bands[magnitudes >= _LOUD * magnitudes.max()]
    return np.asarray(np.exp(np.log(loud + _FLOOR).mean(axis=0)), np.float32)


def _cents(target: Target) -> float:
    """How far the sound is above its note, in cents; 0 where that is not sure."""
    return target.mistuning_cents if target.confidence >= _SURE else 0.0


def _different(found: Sequence[Structure], count: int) -> list[Structure]:
    """The best structures of which no two share more than one oscillator; where there are too few, the best others."""
    chosen: list[Structure] = []
    for structure in found:
        if all(len(structure.atoms & other.atoms) <= 1 for other in chosen):
            chosen.append(structure)
    chosen += [structure for structure in found if structure not in chosen]
    return chosen[:count]

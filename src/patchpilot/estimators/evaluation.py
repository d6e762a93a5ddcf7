"""How close what an estimator proposes comes, on the real engine, and what it is measured against.

sounds = held_out(Dataset("core.h5"), 20)
measured = evaluate(Estimator.load("vital", vital), vital, sounds)
measured.median("best of five")

| row | what is played |
|---|---|
| first | the likeliest patch |
| best of five | the closest of the five likeliest |
| init patch | no work at all |
| mean patch | of the rows that were learned from: medians, and the commonest options |
| nearest row | of those rows, the one whose picture is the nearest |
| same patch again | with other dice: nothing can be expected to be closer |
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from patchpilot.audio import Audio
from patchpilot.datasets import Dataset, Limits, Plan
from patchpilot.datasets.faults import KEPT
from patchpilot.distance import LogMel
from patchpilot.errors import EngineError, EstimatorError
from patchpilot.estimators.training.batches import is_held_out
from patchpilot.instruments.base import Instrument
from patchpilot.space import Patch, Performance, Prior
from patchpilot.space.canonical import Json

FIRST, BEST, INIT, AGAIN = "first", "best of five", "init patch", "same patch again"
FIVE = 5
PROPOSED = 16
"""Patches that are drawn, of which the five likeliest are played."""
PLAN = Plan(notes=(), drawn=1, hold_s=(0.2, 1.7))
"""How drawn patches are played: one note each, as in the data that ship."""
_AT_ONCE = 16
"""Sounds that are worked on together, so that all workers are busy."""
_TRIED = 50
"""Patches that are drawn for each sound, before a prior is given up."""
_OTHER_DICE = 1


class _Proposal(Protocol):
    @property
    def patch(self) -> Patch: ...


class Proposer(Protocol):
    """What is evaluated: an `Estimator`, or anything that proposes like one."""

    def propose(
        self, audio: Audio, n: int, seed: int, pitch: float, hold_s: float, velocity: float
    ) -> Sequence[_Proposal]:
        """Patches that may make a sound, the likeliest first."""


@dataclass(frozen=True, eq=False)
class Sound:
    """A patch that was never learned from, and how it is played.

    Attributes:
        patch: the truth.
        performance: one note.
        name: in plain words.
    """

    patch: Patch
    performance: Performance
    name: str = ""


@dataclass(frozen=True, eq=False)
class Heard:
    """What there is to find a patch by.

    Attributes:
        audio: from its note-on.
        pitch: MIDI note.
        hold_s: seconds that the key is held.
        velocity: 0..1.
    """

    audio: Audio
    pitch: float
    hold_s: float
    velocity: float


Baseline = Callable[[Heard], Patch]
"""Another way to a patch."""


@dataclass(eq=False)
class Evaluation:
    """What was measured.

    Attributes:
        distances: for each row of the table the `logmel` distances, one for each sound, NaN where a render failed.
        names: of the sounds.
        seconds: that each proposal took, rendering not included.
        failed: renders that failed.
    """

    distances: dict[str, list[float]] = field(default_factory=dict)
    names: list[str] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    failed: int = 0

    def median(self, row: str) -> float:
        """Median distance of a row, of what could be rendered; NaN where there is none."""
        return float(self._quantile(row, 0.5))

    def to_json(self) -> dict[str, Json]:
        """Plain JSON; a distance that is not there is None."""
        rows = {
            name: {
                "median": _number(self.median(name)),
                "q25": _number(self._quantile(name, 0.25)),
                "q75": _number(self._quantile(name, 0.75)),
                "distances": [_number(value) for value in values],
            }
            for name, values in self.distances.items()
        }
        return {
            "sounds": len(self.names),
            "rows": rows,
            "propose_s": _number(float(np.median(self.seconds)) if self.seconds else float("nan")),
            "failed": self.failed,
        }

    def table(self) -> str:
        """For people: a line a row, the middle and the middle half."""
        width = max(len(name) for name in self.distances)
        lines = [f"{'logmel distance':<{width}}  median   middle half"]
        lines += [
            f"{name:<{width}}  {self.median(name):6.3f}   {self._quantile(name, 0.25):.3f}–"
            f"{self._quantile(name, 0.75):.3f}"
            for name in self.distances
        ]
        return "\n".join(lines)

    def _quantile(self, row: str, q: float) -> float:
        values = np.array(self.distances[row])
        there = values[~np.isnan(values)]
        return float(np.quantile(there, q)) if len(there) else float("nan")


def evaluate(
    estimator: Proposer,
    instrument: Instrument,
    sounds: Sequence[Sound],
    *,
    proposed: int = PROPOSED,
    seed: int = 0,
    baselines: Mapping[str, Baseline] | None = None,
    on_progress: Callable[[int, int], None] = lambda _, __: None,
) -> Evaluation:
    """Have each sound rendered, patches proposed, and those played.

    The estimator is told the note; what mishearing it costs is another question.

    Args:
        estimator: what is evaluated.
        instrument: the real engine.
        sounds: that it never learned from.
        proposed: >= 5, patches that are drawn for each.
        seed: >= 0, of the draws.
        baselines: other ways to a patch, by name; `init patch` and `same patch again` are always there.
        on_progress: called with how many sounds are done, and of how many.

    Raises:
        EngineError: none of the sounds can be rendered.
        EstimatorError: the estimator is for another instrument.
    """
    found = Evaluation()
    for start in range(0, len(sounds), _AT_ONCE):
        _some(found, estimator, instrument, sounds[start : start + _AT_ONCE], proposed, seed, baselines or {})
        on_progress(min(start + _AT_ONCE, len(sounds)), len(sounds))
    if not found.names:
        raise EngineError(
            f"none of {len(sounds)} sounds could be rendered: does `patchpilot doctor` play one?"
        )
    return found


def _some(
    found: Evaluation,
    estimator: Proposer,
    instrument: Instrument,
    sounds: Sequence[Sound],
    proposed: int,
    seed: int,
    baselines: Mapping[str, Baseline],
) -> None:
    rendered = dict(instrument.stream([(sound.patch, sound.performance) for sound in sounds]))
    targets: list[tuple[Sound, Audio]] = []
    plays: list[tuple[int, str, Patch, Performance]] = []
    for place, sound in enumerate(sounds):
        audio = rendered[place]
        if not isinstance(audio, Audio):
            found.failed += 1
            continue
        note = sound.performance.notes[0]
        heard = Heard(audio, float(note.pitch), note.hold_s, note.velocity)
        began = time.perf_counter()
        answers = estimator.propose(
            audio, proposed, seed, pitch=heard.pitch, hold_s=heard.hold_s, velocity=heard.velocity
        )[:FIVE]
        found.seconds.append(time.perf_counter() - began)
        at, plain = len(targets), sound.performance
        targets.append((sound, audio))
        plays += [(at, FIRST if k == 0 else BEST, answer.patch, plain) for k, answer in enumerate(answers)]
        plays += [(at, name, way(heard), plain) for name, way in baselines.items()]
        plays.append((at, INIT, Patch.make(instrument.space), plain))
        plays.append((at, AGAIN, sound.patch, plain.with_seed(plain.engine_seed + _OTHER_DICE)))
    _compare(found, instrument, targets, plays, (FIRST, BEST, *baselines, INIT, AGAIN))


def _compare(
    found: Evaluation,
    instrument: Instrument,
    targets: Sequence[tuple[Sound, Audio]],
    plays: Sequence[tuple[int, str, Patch, Performance]],
    names: Sequence[str],
) -> None:
    """Distances of what is played, the smallest where there are several of a name."""
    table = {name: [float("nan")] * len(targets) for name in names}
    metrics = [LogMel(audio) for _, audio in targets]
    for position, result in instrument.stream([(patch, how) for _, _, patch, how in plays]):
        at, name, _, _ = plays[position]
        if not isinstance(result, Audio):
            found.failed += 1
            continue
        distance = metrics[at](result)
        for row in (name, BEST) if name == FIRST else (name,):
            table[row][at] = float(np.fmin(table[row][at], distance))
    for name in names:
        found.distances.setdefault(name, []).extend(table[name])
    found.names += [sound.name for sound, _ in targets]


def held_out(dataset: Dataset, n: int, *, share: float) -> list[Sound]:
    """Patches of a dataset that no training with this share held out learns from, one row each.

    Args:
        dataset: of any instrument; no audio is needed.
        n: at most so many, the first ones.
        share: that was held out.

    Raises:
        EstimatorError: there is none.
    """
    names = np.char.decode(np.asarray(dataset.read("metadata/patch_sha256", slice(0, len(dataset)))), "ascii")
    _, first = np.unique(names, return_index=True)
    rows = [row for row in sorted(first.tolist()) if is_held_out(str(names[row]), share)][:n]
    if not rows:
        raise EstimatorError(
            f"none of the patches in {dataset.path} is held out ({share:g} of all are): name a larger dataset, or "
            "draw patches with --prior"
        )
    return [
        Sound(dataset[row].patch, dataset[row].performance, f"{dataset.path.name} row {row}") for row in rows
    ]


def drawn(instrument: Instrument, prior: Prior, n: int, *, seed: int, plan: Plan = PLAN) -> Iterator[Sound]:
    """Patches of a prior that sound, from a seed that no data should be made of.

    Args:
        instrument: plays them, to hear whether they sound.
        prior: what is drawn.
        n: how many.
        seed: >= 0.
        plan: one note for each.

    Raises:
        EstimatorError: too few of the prior's patches sound.
    """
    limits, made = Limits(), 0
    for index in range(_TRIED * n):
        patch = prior.draw(instrument.space, seed, index)
        performance = plan.performances(seed, index)[0]
        try:
            sounds = limits.verdict(instrument.render(patch, performance)) == KEPT
        except EngineError:
            continue
        if sounds:
            yield Sound(patch, performance, f"{prior.name} {seed}/{index}")
            made += 1
        if made == n:
            return
    raise EstimatorError(f"{made} of {_TRIED * n} patches of {prior.name} sound, and {n} were asked for")


def _number(value: float) -> float | None:
    return None if np.isnan(value) else round(value, 4)

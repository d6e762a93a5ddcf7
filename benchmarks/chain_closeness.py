"""Wet sounds and what comes close to them: for `chain.py`."""

from __future__ import annotations

import argparse
import dataclasses
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from chain_sounds import OTHERS, sound
from finetuning import heard, timed
from matchbench.evolving import CmaEs

from patchpilot.audio import Target
from patchpilot.audio.front_end import NAME as FRONT_END
from patchpilot.audio.front_end import front_end
from patchpilot.datasets import Dataset
from patchpilot.estimators.chain_finetuning import ChainFinetuning
from patchpilot.estimators.codec import Codec, said
from patchpilot.estimators.estimator import Estimator
from patchpilot.estimators.networks.chain_proxy_file import load_chain_proxy
from patchpilot.estimators.sequence.orders import order_of, without
from patchpilot.estimators.sequence.searcher import ChainEstimation
from patchpilot.experiment.budget import Budget
from patchpilot.experiment.run import run
from patchpilot.instruments.base import Instrument
from patchpilot.instruments.rack.rack import Rack
from patchpilot.objectives.closeness import CloseTo, performance_of
from patchpilot.search.base import Context, Outcome
from patchpilot.search.refinement.searcher import Refinement
from patchpilot.space import Patch

PROXY, CMA_ES = "finetuned through the proxy", "CMA-ES on the chain"
PROPOSED, NEAR, REFINED = 8, 4, 3
"""Patches that are proposed, rows that are near, and how many of all are refined."""


class Closeness:
    """Finds a dry patch with a chain, and one without, for wet sounds.

    Args:
        rack: a synthesizer and a chain.
        vital: the synthesizer.
        estimator: of the rack.
        decoder: file of the decoder of its order.
        folder: with "wet.h5" and "dry.h5".
        renders: of each refinement.
    """

    def __init__(
        self, rack: Rack, vital: Instrument, estimator: Estimator, decoder: Path, folder: Path, renders: int
    ) -> None:
        self._rack, self._vital, self._renders = rack, vital, renders
        self._searcher = ChainEstimation(estimator, decoder, n=PROPOSED)
        self._rows = {name: _pictures(folder / f"{name}.h5") for name in ("wet", "dry")}
        self._folder = folder
        self.said = f"{estimator.name}, {decoder.stem}, {renders} renders"

    def __call__(self, index: int) -> dict[str, Any] | None:
        """Distances to one sound; None for one that is silent."""
        made = sound(self._rack, index)
        if made is None:
            return None
        patch, target = made
        objective = CloseTo(target.audio)
        rack = Context(self._rack, performance_of(target), target, seed=index)
        order = order_of(self._rack.space)
        proposed = run(self._searcher, objective, rack, batch=PROPOSED, keep=PROPOSED).best
        guesses = [one.proposal.patch for one in proposed]
        wet = [*proposed, *(heard(one, objective, rack) for one in self._near("wet", target))]
        voices = {one.sha256: one for one in map(self._voice, guesses)}
        dry_patches = [*voices.values(), *map(self._voice, self._near("dry", target))]
        alone = dataclasses.replace(rack, instrument=self._vital)
        dry = [heard(one, objective, alone) for one in dry_patches]
        return {
            "chain": " → ".join(order.chain(patch.values)),
            "the same patch again": _best([heard(patch, objective, rack)]),
            "the true voice, dry": _best([heard(without(self._rack.space, order, patch), objective, rack)]),
            "dry only, best proposal": _best(dry[: len(voices)]),
            "dry only, nearest of the dry rows too": _best(dry),
            "dry only, refined": self._refined(objective, alone, dry),
            "dry + chain, best proposal": _best(wet[: len(proposed)]),
            "dry + chain, nearest of the wet rows too": _best(wet),
            "dry + chain, refined": self._refined(objective, rack, wet),
        }

    def _refined(self, objective: CloseTo, context: Context, bases: Sequence[Outcome]) -> float:
        ranked = sorted((one for one in bases if one.take is not None), key=lambda one: -one.score)
        begun = dataclasses.replace(context, base_outcomes=tuple(ranked[:REFINED]))
        made = run(Refinement(), objective, begun, budget=Budget(renders=self._renders))
        return min(_best(ranked), _best(made.best))

    def _voice(self, patch: Patch) -> Patch:
        """What the synthesizer itself plays."""
        return self._rack.union.part(patch, "vital")

    def _near(self, name: str, target: Target) -> list[Patch]:
        """Rows whose pictures are near."""
        mine = front_end(target.audio, pitch=float(target.note))[:2]
        apart = np.abs(self._rows[name].astype(np.float32) - mine).mean((1, 2, 3))
        with Dataset(self._folder / f"{name}.h5") as dataset:
            return [dataset[int(row)].patch for row in np.argsort(apart, kind="stable")[:NEAR]]


class ChainCmaEs(CmaEs):
    """CMA-ES over the settings of the chain only."""

    def knobs(self, context: Context, base: Patch) -> Mapping[str, float]:
        """Of the effects that sound."""
        space = context.instrument.space
        order = order_of(space)
        mine = {name for module in order.modules for name in order.knobs(space, module)}
        return {name: step for name, step in context.instrument.knobs(base).items() if name in mine}


def finetuned(rack: Rack, proxy: Path, index: int, seconds: float) -> dict[str, Any] | None:
    """Distances before and after each method; None for a sound that is silent, or of which nothing can be turned."""
    made = sound(rack, index)
    if made is None:
        return None
    patch, target = made
    network = load_chain_proxy(proxy)
    objective = CloseTo(target.audio)
    context = Context(rack, performance_of(target), target, seed=index)
    start = heard(drawn_anew(rack, network.codec, patch, index), objective, context)
    if start.take is None:
        return None
    context = dataclasses.replace(context, base_outcomes=(start,))
    asked = argparse.Namespace(clock="cpu", seconds=seconds)
    row: dict[str, Any] = {
        "chain": " → ".join(order_of(rack.space).chain(patch.values)),
        "all settings right": _best([heard(patch, objective, context)]),
        "before": -start.score,
    }
    told: dict[str, float] = {}
    for name, searcher in (
        (PROXY, ChainFinetuning(network, rounds=10_000, patience=10_000)),  # until time is over
        (CMA_ES, ChainCmaEs()),
    ):
        outcomes, took = timed(searcher, objective, context, asked)
        row[name] = _best([start, *outcomes])
        told |= {f"{name}: renders": float(len(outcomes)), f"{name}: seconds": took}
    return {**row, **told}


def drawn_anew(rack: Rack, codec: Codec, patch: Patch, index: int) -> Patch:
    """The patch with other values of all continuous settings of its chain, everywhere in what was learned from."""
    rng = np.random.default_rng((OTHERS, index))
    active = codec.active(codec.encode([said(patch)]).categorical)[0]
    values = {
        token.name: token.low + float(share) * (token.high - token.low)
        for token, share, sounds in zip(
            codec.continuous, rng.random(len(codec.continuous)), active, strict=False
        )
        if sounds
    }
    return patch.changed(rack.space, values)


def _pictures(path: Path) -> np.ndarray[Any, np.dtype[np.float16]]:
    """Two channels of all rows, (n, 2, 96, 64)."""
    with Dataset(path) as dataset:
        return np.asarray(dataset.column(f"features/{FRONT_END}")[:, :2].astype(np.float16))


def _best(outcomes: Sequence[Outcome]) -> float:
    """The least distance, of renders that did not fail."""
    return min((-one.score for one in outcomes if one.take is not None), default=float("nan"))

"""Proposals in, outcomes out: what a searcher wants to hear is rendered and scored."""

from __future__ import annotations

from collections.abc import Callable, MutableMapping, Sequence
from statistics import fmean

import numpy as np

from patchpilot import __version__
from patchpilot.audio import Audio
from patchpilot.errors import EngineError
from patchpilot.instruments.take import Origin, Take
from patchpilot.objectives.base import Objective
from patchpilot.search.base import Context, Outcome, Proposal


def play(
    proposals: Sequence[Proposal],
    objective: Objective,
    context: Context,
    done: MutableMapping[int, Outcome],
    on_outcome: Callable[[Outcome], None],
) -> None:
    """Render and score proposals.

    Args:
        proposals: what to play.
        objective: what is good.
        context: says with what, where a proposal does not, and with how many of the engine's dice.
        done: outcomes by the place of their proposal, put in as they are there: what was finished is in it
            even if this is interrupted.
        on_outcome: called after each of them.
    """
    dice = [engine_seeds(proposal, context) for proposal in proposals]
    jobs = [(i, seed) for i, seeds in enumerate(dice) for seed in seeds]
    heard: list[dict[int, Audio | EngineError]] = [{} for _ in proposals]
    pairs = [(proposals[i].patch, proposals[i].played(context).with_seed(seed)) for i, seed in jobs]
    for k, result in context.instrument.stream(pairs):
        i, seed = jobs[k]
        heard[i][seed] = result
        if len(heard[i]) == len(dice[i]):
            done[i] = _outcome(proposals[i], heard[i], objective, context)
            heard[i] = {}
            on_outcome(done[i])


def engine_seeds(proposal: Proposal, context: Context) -> tuple[int, ...]:
    """The dice that a patch is played with: the performance's own, then the first others, if it draws any."""
    own = proposal.played(context).engine_seed
    n = context.engine_seeds if context.instrument.is_random(proposal.patch) else 1
    return tuple(dict.fromkeys((own, *range(n))))[:n]


def _outcome(
    proposal: Proposal, heard: dict[int, Audio | EngineError], objective: Objective, context: Context
) -> Outcome:
    """The take of the performance's own dice, with the mean score of all; a failure if one of them failed."""
    takes: list[Take] = []
    for seed in engine_seeds(proposal, context):
        result = heard[seed]
        if isinstance(result, EngineError):
            return Outcome(proposal, error=str(result))
        if not np.isfinite(result.samples).all():  # a feedback that blew up; no objective could rank it
            return Outcome(proposal, error="the render holds NaN or infinite samples")
        takes.append(_take(proposal, result, context, seed))
    scores = [objective.score(take) for take in takes]
    return Outcome(proposal, takes[0], {name: fmean(parts[name] for parts in scores) for name in scores[0]})


def _take(proposal: Proposal, audio: Audio, context: Context, engine_seed: int) -> Take:
    return Take(
        patch=proposal.patch,
        performance=proposal.played(context).with_seed(engine_seed),
        audio=audio,
        fingerprint=context.instrument.fingerprint,
        origin=Origin(proposal.searcher, proposal.detail, context.seed, proposal.parents, __version__),
    )

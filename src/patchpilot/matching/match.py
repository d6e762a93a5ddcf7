"""The main job: a sound in, ranked patches out."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from threadpoolctl import threadpool_limits

from patchpilot import registry
from patchpilot.audio import Audio, Target, listen
from patchpilot.distance import LogMel, compare
from patchpilot.distance.bands import PAD_S
from patchpilot.errors import EngineError, ParameterError
from patchpilot.experiment.run import UNLIMITED, Budget, run
from patchpilot.instruments.base import Instrument
from patchpilot.matching.result import Match, MatchResult
from patchpilot.objectives.closeness import CloseTo
from patchpilot.search.base import Context, Outcome
from patchpilot.space import Patch, Performance
from patchpilot.space.sampling import random_patch


def match(
    sound: str | Path | Audio | Target,
    instrument: Instrument,
    *,
    top: int = 5,
    using: Sequence[str] = ("resynthesis",),
    note: int | None = None,
    seed: int = 0,
    budget: Budget = UNLIMITED,
    on_outcome: Callable[[Outcome], None] = lambda _: None,
) -> MatchResult:
    """Find patches that make a sound.

    Args:
        sound: a file, audio, or a target that was listened to before.
        instrument: what should make the sound.
        top: >= 1, how many patches to return at most.
        using: names of the searchers to try.
        note: 0..127, MIDI note the sound is taken to be; heard from it by default. A target has its own.
        seed: >= 0, of all random choices.
        budget: most renders and time for each searcher.
        on_outcome: called after each render, for progress.

    Raises:
        AudioError: the sound cannot be used.
        EngineError: not one patch could be rendered.
        ParameterError: `top`, `note` or `seed` is out of its range.
        PluginError: a searcher is not there, or broken.
    """
    if top < 1 or seed < 0:
        raise ParameterError(f"expected top >= 1 and seed >= 0, got {top} and {seed}")
    began = time.monotonic()
    target = sound if isinstance(sound, Target) else listen(sound, note=note)
    performance = performance_of(target)
    context = Context(instrument, performance, target, seed=seed)
    objective = CloseTo(target.audio)
    outcomes: list[Outcome] = []
    # Threads of the linear algebra would only fight the workers for the processor.
    with threadpool_limits(1, user_api="blas"), ThreadPoolExecutor(2) as threads:
        rows = threads.submit(_rows, context)  # rendered while the searcher still listens
        searchers = [registry.load("search", name)() for name in using]
        with threadpool_limits(1, user_api="blas"):  # again: a searcher may have brought a library of its own
            for searcher in searchers:
                outcomes += run(searcher, objective, context, budget=budget, on_outcome=on_outcome)
        best = _best(outcomes, top)
        ranked = [
            threads.submit(_match, rank, outcome, target, instrument)
            for rank, outcome in enumerate(best, start=1)
        ]
        matches = tuple(found.result() for found in ranked)
        floor = _floor(context, matches[0])
    return MatchResult(
        target=target,
        performance=performance,
        instrument=instrument.name,
        matches=matches,
        rows={**rows.result(), **floor},
        seconds=time.monotonic() - began,
        remarks=target.notes + _mono_remark(target, matches),
    )


def performance_of(target: Target) -> Performance:
    """What every patch is played with: the target's note, held as long, and as much longer as is compared."""
    return Performance.one_note(
        target.note,
        velocity=target.velocity,
        hold_s=target.hold_s,
        length_s=target.length_s + PAD_S,
    )


def _best(outcomes: Sequence[Outcome], top: int) -> list[Outcome]:
    """The closest of each patch, closest first."""
    heard = [outcome for outcome in outcomes if outcome.take is not None]
    if not heard:
        reasons = sorted({outcome.error for outcome in outcomes}) or ["nothing was proposed"]
        raise EngineError(f"not one patch could be rendered: {'; '.join(reasons)}")
    ranked = sorted(heard, key=lambda outcome: -outcome.score)
    different = {outcome.proposal.patch.sha256: outcome for outcome in reversed(ranked)}
    return sorted(different.values(), key=lambda outcome: -outcome.score)[:top]


def _match(rank: int, outcome: Outcome, target: Target, instrument: Instrument) -> Match:
    assert outcome.take is not None
    return Match(
        rank=rank,
        take=outcome.take,
        distance=compare(target.audio, outcome.take.audio),
        knobs_only=all(instrument.is_built_in(asset) for asset in outcome.take.patch.assets.values()),
        remarks=outcome.proposal.remarks,
    )


def _rows(context: Context) -> Mapping[str, Mapping[str, float]]:
    """What a number means: silence, the init patch, a random patch; one that cannot be rendered is left out."""
    space = context.instrument.space
    rng = np.random.default_rng(context.seed)
    keep = ("volume", "osc_1_on", "osc_1_level")
    performance = context.performance
    pairs: dict[str, tuple[Patch, Performance]] = {
        "init patch": (Patch.make(space), performance),
        "random patch": (random_patch(space, rng, keep=keep), performance),
    }
    assert context.target is not None
    target = context.target.audio
    silence = Audio(np.zeros((1, len(target)), np.float32), target.sample_rate)
    distance = LogMel(target)
    rows = {"silence": {"logmel": distance(silence)}}
    rendered = dict(context.instrument.stream(pairs.values()))
    for i, name in enumerate(pairs):
        audio = rendered[i]
        if isinstance(audio, Audio):
            rows[name] = {"logmel": distance(audio)}
    return rows


def _floor(context: Context, best: Match) -> Mapping[str, Mapping[str, float]]:
    """The row of the best match with other engine dice: what of the distance is luck. None if it fails."""
    assert context.target is not None
    distance = best.distance["logmel"]
    if context.instrument.is_random(best.take.patch):
        try:
            again = context.instrument.render(best.take.patch, context.performance.with_seed(1))
        except EngineError:  # one render, not the whole match
            return {}
        distance = LogMel(context.target.audio)(again)
    return {"best match, other engine seed": {"logmel": distance}}


def _mono_remark(target: Target, matches: Sequence[Match]) -> tuple[str, ...]:
    """What to say where a stereo sound got presets that play both sides alike."""
    alike = all((found.audio.samples == found.audio.samples[:1]).all() for found in matches)
    return (
        ("the sound is stereo, these presets play both sides alike",)
        if target.audio.channels > 1 and alike
        else ()
    )

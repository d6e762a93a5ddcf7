"""Sounds are rendered and heard; what is proposed for them is played, and compared."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from patchpilot.audio import Audio, listen
from patchpilot.distance import LogMel
from patchpilot.errors import AudioError, EngineError
from patchpilot.estimators.evaluation._measured import Evaluation
from patchpilot.estimators.evaluation._sounds import Sound
from patchpilot.estimators.listening import Heard, heard
from patchpilot.instruments.base import Instrument
from patchpilot.objectives.closeness import performance_of
from patchpilot.space import Patch, Performance

FIRST, BEST, INIT, AGAIN = "first", "best of five", "init patch", "same patch again"
FIVE = 5
PROPOSED = 16
"""Patches that are drawn, of which the five likeliest are played."""
_AT_ONCE = 16
"""Sounds that are worked on together, so that all workers are busy."""
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


Baseline = Callable[[Heard], Patch]
"""Another way to a patch."""


@dataclass(frozen=True, eq=False)
class _Goal:
    """A sound as an estimator gets it.

    Attributes:
        sound: whose patch is the truth.
        heard: what there is to find the patch by.
        performance: with which patches are played to be compared.
    """

    sound: Sound
    heard: Heard
    performance: Performance


@dataclass(frozen=True, eq=False)
class _Play:
    """A patch that is played for the sound at a place, in a row of the table."""

    place: int
    row: str
    patch: Patch
    performance: Performance


@dataclass(frozen=True, eq=False)
class _Asked:
    """What `evaluate` was asked for."""

    estimator: Proposer
    instrument: Instrument
    proposed: int
    seed: int
    baselines: Mapping[str, Baseline]
    as_heard: bool


def evaluate(
    estimator: Proposer,
    instrument: Instrument,
    sounds: Sequence[Sound],
    *,
    proposed: int = PROPOSED,
    seed: int = 0,
    as_heard: bool = False,
    baselines: Mapping[str, Baseline] | None = None,
    on_progress: Callable[[int, int], None] = lambda _, __: None,
) -> Evaluation:
    """Have each sound rendered, patches proposed, and those played.

    Args:
        estimator: what is evaluated.
        instrument: the real engine.
        sounds: that it never learned from.
        proposed: >= 5, patches that are drawn for each.
        seed: >= 0, of the draws.
        as_heard: whether nothing is told but the sound. Key, hold and velocity are then listened for, the sound is
            trimmed, and all patches, the true one among them, are played with the note that was heard: as `match`
            does with a user's file. By default the note is told, and all patches are played with it.
        baselines: other ways to a patch, by name; `init patch` and `same patch again` are always there.
        on_progress: called with how many sounds are done, and of how many.

    Raises:
        EngineError: none of the sounds can be rendered, or listened to.
        EstimatorError: the estimator is for another instrument.
    """
    found = Evaluation()
    asked = _Asked(estimator, instrument, proposed, seed, baselines or {}, as_heard)
    for start in range(0, len(sounds), _AT_ONCE):
        goals = _goals(found, asked, sounds[start : start + _AT_ONCE])
        plays = [play for place, goal in enumerate(goals) for play in _plays(found, asked, place, goal)]
        _compare(found, asked, goals, plays)
        on_progress(min(start + _AT_ONCE, len(sounds)), len(sounds))
    if not found.names:
        raise EngineError(
            f"none of {len(sounds)} sounds could be rendered{' and heard' if as_heard else ''}: does `patchpilot "
            "doctor` play one?"
        )
    return found


def _goals(found: Evaluation, asked: _Asked, sounds: Sequence[Sound]) -> list[_Goal]:
    """Those of some sounds that can be rendered and heard."""
    rendered = dict(asked.instrument.stream([(sound.patch, sound.performance) for sound in sounds]))
    goals = []
    for place, sound in enumerate(sounds):
        audio = rendered[place]
        if not isinstance(audio, Audio):
            found.failed += 1
            continue
        try:
            goals.append(_heard(sound, audio) if asked.as_heard else _told(sound, audio))
        except AudioError:
            found.unheard += 1
    return goals


def _told(sound: Sound, audio: Audio) -> _Goal:
    note = sound.performance.notes[0]
    return _Goal(sound, heard(audio, float(note.pitch), note.hold_s, note.velocity), sound.performance)


def _heard(sound: Sound, audio: Audio) -> _Goal:
    target = listen(audio)
    return _Goal(sound, heard(target, None, None, None), performance_of(target))


def _plays(found: Evaluation, asked: _Asked, place: int, goal: _Goal) -> Iterator[_Play]:
    """What is to be played for a sound, once the estimator has heard it."""
    one, how, began = goal.heard, goal.performance, time.perf_counter()
    answers = asked.estimator.propose(
        one.audio, asked.proposed, asked.seed, pitch=one.pitch, hold_s=one.hold_s, velocity=one.velocity
    )[:FIVE]
    found.seconds.append(time.perf_counter() - began)
    for k, answer in enumerate(answers):
        yield _Play(place, FIRST if k == 0 else BEST, answer.patch, how)
    for name, way in asked.baselines.items():
        yield _Play(place, name, way(one), how)
    yield _Play(place, INIT, Patch.make(asked.instrument.space), how)
    yield _Play(place, AGAIN, goal.sound.patch, how.with_seed(how.engine_seed + _OTHER_DICE))


def _compare(found: Evaluation, asked: _Asked, goals: Sequence[_Goal], plays: Sequence[_Play]) -> None:
    """Distances of what is played, the smallest where there are several of a row."""
    names = (FIRST, BEST, *asked.baselines, INIT, AGAIN)
    table = {name: [float("nan")] * len(goals) for name in names}
    metrics = [LogMel(goal.heard.audio) for goal in goals]
    for position, result in asked.instrument.stream([(play.patch, play.performance) for play in plays]):
        play = plays[position]
        if not isinstance(result, Audio):
            found.failed += 1
            continue
        distance = metrics[play.place](result)
        for row in (play.row, BEST) if play.row == FIRST else (play.row,):
            table[row][play.place] = float(np.fmin(table[row][play.place], distance))
    for name in names:
        found.distances.setdefault(name, []).extend(table[name])
    for goal in goals:
        note, told = goal.sound.performance.notes[0], goal.performance.notes[0]
        found.names.append(goal.sound.name)
        found.keys.append((note.pitch, told.pitch))
        found.holds_s.append((note.hold_s, told.hold_s))

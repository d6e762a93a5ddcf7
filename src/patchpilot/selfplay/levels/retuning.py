"""Notes once more, in the whole loop: what is nearest to a hit alone may be a note that does not belong to the music.

Sounds ring into each other, and trackers hear the strongest of several. So all strikes of a part that have one note are
moved together, to where chroma says that more of the loop's notes sound, if the loop's score says so, too; the loudest
part first. Octaves are left to what is heard in the hits: chroma knows none.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np

from patchpilot.audio import Audio
from patchpilot.instruments.base import Instrument
from patchpilot.selfplay.levels.analysis import Taken
from patchpilot.selfplay.levels.pattern import Part, Score
from patchpilot.selfplay.levels.playing import SAMPLE_RATE, Voice, sounds_of, stem
from patchpilot.selfplay.levels.scoring import LoopScore, LoopScorer

_FARTHEST = 6
"""Semitones that a note is moved by at most: each of the twelve notes once."""
_TRIED = 3
"""Notes whose whole score is asked for."""
_GAIN = 0.005
"""Of the correlation of chroma, at least."""


def retuned(
    score: Score,
    taken: Taken,
    played: Sequence[tuple[Part, Audio]],
    voices: Sequence[Voice],
    scorer: LoopScorer,
    result: LoopScore,
    instrument: Instrument,
) -> tuple[list[tuple[Part, Audio]], LoopScore]:
    """Parts on the notes that make the loop.

    Args:
        score: of the loop.
        taken: the loop taken apart; of parts without a pitch the notes stay.
        played: for each part itself and its stem.
        voices: that play them.
        scorer: says how close the loop comes.
        result: how close it comes now.
        instrument: of the voices.

    Returns:
        Parts and stems as they are now, and how close the loop comes.

    Raises:
        EngineError: a patch cannot be rendered.
    """
    made = list(played)
    louder = sorted(range(len(made)), key=lambda k: -float(np.square(made[k][1].samples).sum()))
    for number in louder:
        part, sound = made[number]
        if taken.hits[taken.parts[number]].pitch is None:
            continue
        others = [one.samples for k, (_, one) in enumerate(made) if k != number]
        rest = np.sum(others, axis=0, dtype=np.float32) if others else np.float32(0.0)
        notes = [strike.semitones for strike in part.strikes]
        there = set(notes)
        steps = sorted({step for one in there for step in _reach(part, one)} | there)
        sounds = dict(
            zip(steps, sounds_of([(part, step, voices[number]) for step in steps], instrument), strict=True)
        )
        for note in sorted(there):
            moved = {step: _moved(part, [one == note for one in notes], step) for step in _reach(part, note)}
            stems = {step: stem(one, score, sounds) for step, one in moved.items()}
            mixes = {step: Audio(rest + one.samples, SAMPLE_RATE) for step, one in stems.items()}
            chroma = {step: scorer.chroma(mix) or 0.0 for step, mix in mixes.items()}
            for step in sorted(chroma, key=lambda step: -chroma[step])[:_TRIED]:
                if chroma[step] < (result.chroma or 0.0) + _GAIN:
                    break
                heard = scorer(mixes[step])
                if heard.total > result.total:
                    part, sound, result = moved[step], stems[step], heard
        made[number] = part, sound
    return made, result


def _reach(part: Part, note: int) -> list[int]:
    """Semitones of the part that its strikes on a note may be moved to, the nearest first."""
    steps = sorted(range(-_FARTHEST + 1, _FARTHEST + 1), key=lambda step: (abs(step), step))
    return [note + step for step in steps if step and 0 <= part.note + note + step <= 127]


def _moved(part: Part, which: Sequence[bool], step: int) -> Part:
    """A part of which some strikes have another note."""
    strikes = (
        dataclasses.replace(strike, semitones=step) if is_one else strike
        for strike, is_one in zip(part.strikes, which, strict=True)
    )
    return dataclasses.replace(part, strikes=tuple(strikes))

"""Which of the patches that were found for each part make the loop together: what is close alone may not be in the mix.

One part after another tries all of its patches while the others keep theirs, until nothing betters the loop's score;
then each tries other notes, where the loop has a key, and to be softer and louder.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from patchpilot.audio import Audio
from patchpilot.errors import EngineError
from patchpilot.instruments.base import Instrument
from patchpilot.selfplay.levels.analysis import Taken
from patchpilot.selfplay.levels.pattern import Part, Score
from patchpilot.selfplay.levels.playing import SAMPLE_RATE, Voice, stems
from patchpilot.selfplay.levels.retuning import retuned
from patchpilot.selfplay.levels.scoring import LoopScore, LoopScorer
from patchpilot.selfplay.levels.tuning import tuned

_ROUNDS = 3
_GAINS_DB = (0.0, -1.5, 1.5, -3.0, 3.0)


@dataclass(frozen=True, eq=False)
class Chosen:
    """A loop that was made of the best of what was found.

    Attributes:
        score: with the notes that suit the patches.
        places: for each part which of its patches.
        stems: of the parts, by name.
        result: how close the loop comes.
    """

    score: Score
    places: tuple[int, ...]
    stems: dict[str, Audio]
    result: LoopScore


def chosen(score: Score, taken: Taken, found: Sequence[Sequence[Voice]], instrument: Instrument) -> Chosen:
    """Choose the patches of all parts.

    Args:
        score: of the loop, its parts in the order of `taken`.
        taken: the loop taken apart.
        found: for each part what may play it, the likeliest first; one at least.
        instrument: that plays them.

    Raises:
        EngineError: not one patch of a part can be rendered.
    """
    played = [_all_played(score, taken, number, voices, instrument) for number, voices in enumerate(found)]

    scorer = LoopScorer(taken.material.audio, is_pitched=taken.is_pitched)

    def mixed(sounds: Sequence[Audio]) -> LoopScore:
        total = np.sum([sound.samples for sound in sounds], axis=0, dtype=np.float32)
        return scorer(Audio(total, SAMPLE_RATE))

    def placed(places: Sequence[int]) -> LoopScore:
        return mixed([played[number][place][1] for number, place in enumerate(places)])

    places, result = _climbed([sorted(some) for some in played], placed, _ROUNDS)
    best = [played[number][place] for number, place in enumerate(places)]
    if taken.is_pitched:
        voices = [found[number][place] for number, place in enumerate(places)]
        best, result = retuned(score, taken, best, voices, scorer, result, instrument)

    def turned(gains: Sequence[int]) -> LoopScore:
        return mixed([_turned(sound, gain) for (_, sound), gain in zip(best, gains, strict=True)])

    gains, result = _climbed([range(len(_GAINS_DB))] * len(played), turned, 1)
    parts, sounds = [], {}
    for (part, sound), gain in zip(best, gains, strict=True):
        parts.append(dataclasses.replace(part, gain_db=part.gain_db + _GAINS_DB[gain]))
        sounds[part.name] = _turned(sound, gain)
    return Chosen(dataclasses.replace(score, parts=tuple(parts)), tuple(places), sounds, result)


def _turned(sound: Audio, gain: int) -> Audio:
    return Audio(sound.samples * np.float32(10.0 ** (_GAINS_DB[gain] / 20.0)), SAMPLE_RATE)


def _all_played(
    score: Score, taken: Taken, number: int, voices: Sequence[Voice], instrument: Instrument
) -> dict[int, tuple[Part, Audio]]:
    """A part by each of its voices, by their places; those that cannot be rendered are left out."""
    made: dict[int, tuple[Part, Audio]] = {}
    failed: EngineError | None = None
    for place, voice in enumerate(voices):
        try:
            made[place] = _played(score, taken, number, voice, instrument)
        except EngineError as error:
            failed = error
    if not made:
        raise failed or EngineError(f"nothing was found that plays {score.parts[number].name}")
    return made


def _played(
    score: Score, taken: Taken, number: int, voice: Voice, instrument: Instrument
) -> tuple[Part, Audio]:
    """A part with the notes that suit a voice, and its stem."""
    part = tuned(score.parts[number], number, taken, voice, instrument)
    alone = dataclasses.replace(score, parts=(part,))
    return part, stems(alone, {part.name: voice}, instrument)[part.name]


def _climbed(
    choices: Sequence[Sequence[int]], heard: Callable[[Sequence[int]], LoopScore], rounds: int
) -> tuple[list[int], LoopScore]:
    """The places from which no single part's change is better, or nearly, beginning with the first of all parts."""
    places = [some[0] for some in choices]
    best = heard(places)
    for _ in range(rounds):
        before = list(places)
        for number, some in enumerate(choices):
            for place in some:
                tried = [*places[:number], place, *places[number + 1 :]]
                if place != places[number] and (result := heard(tried)).total > best.total:
                    places, best = tried, result
        if places == before:
            break
    return places, best

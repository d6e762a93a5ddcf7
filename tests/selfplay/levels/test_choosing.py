"""Patches are chosen by what they make together."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator

import numpy as np
import pytest

from patchpilot.audio import Audio
from patchpilot.errors import EngineError
from patchpilot.instruments.rack.material.material import Material
from patchpilot.selfplay.levels.analysis import taken_apart
from patchpilot.selfplay.levels.choosing import chosen
from patchpilot.selfplay.levels.names import part_names
from patchpilot.selfplay.levels.pattern import score_of
from patchpilot.selfplay.levels.playing import Voice
from patchpilot.space import Patch, Performance
from tests.selfplay.levels.loops import TEMPO, tone_loop
from tests.toy import Toy


class Plucked(Toy):
    """Plays the loop's own tones, "level" says how bright; at 0 it cannot."""

    def stream(self, pairs: Iterable[tuple[Patch, Performance]]) -> Iterator[tuple[int, Audio | EngineError]]:
        for place, (patch, performance) in enumerate(pairs):
            bright = patch.values["level"]
            if bright == 0.0:
                yield place, EngineError("broken")
                continue
            rate = performance.sample_rate
            t = np.arange(round(performance.length_s * rate)) / rate
            hz = 440.0 * 2 ** ((performance.notes[0].pitch - 69) / 12)
            wave = sum(bright**k / k * np.sin(2 * np.pi * k * hz * t) for k in range(1, 5))
            yield place, Audio((0.3 * wave * np.exp(-t / 0.15)).astype(np.float32), rate)


def voice(toy: Toy, level: float) -> Voice:
    return Voice(Patch.make(toy.space, {"level": level}))


def test_the_best_together_is_found_and_a_broken_patch_left_out() -> None:
    toy = Plucked()
    taken = taken_apart(Material(tone_loop(2), TEMPO))
    score = score_of(taken, part_names(taken))
    voices = [[voice(toy, 0.1), voice(toy, 0.0), voice(toy, 1.0)] for _ in score.parts]
    best = chosen(score, taken, voices, toy)
    assert 2 in best.places
    assert 1 not in best.places
    worst = chosen(score, taken, [some[:1] for some in voices], toy)
    assert best.result.total > worst.result.total
    assert best.result.chroma is not None
    assert best.result.chroma > 0.9
    assert set(best.stems) == {part.name for part in score.parts}
    again = chosen(score, taken, voices, toy)
    assert (again.places, again.score, again.result) == (best.places, best.score, best.result)
    with pytest.raises(EngineError, match="broken"):
        chosen(score, taken, [some[1:2] for some in voices], toy)


@pytest.mark.parametrize(
    ("wrong", "classes"),
    [(-12, 128), (1, 12)],
    ids=["an octave, heard in the hit", "a note, heard in the loop"],
)
def test_notes_are_tuned_to_what_plays_them(wrong: int, classes: int) -> None:
    toy = Plucked()
    taken = taken_apart(Material(tone_loop(2), TEMPO))
    score = score_of(taken, part_names(taken))
    off = dataclasses.replace(
        score, parts=tuple(dataclasses.replace(part, note=part.note + wrong) for part in score.parts)
    )
    tuned = chosen(off, taken, [[voice(toy, 1.0)] for _ in off.parts], toy).score
    played = [{(p.note + s.semitones) % classes for s in p.strikes} for p in tuned.parts]
    assert played == [{(p.note + s.semitones) % classes for s in p.strikes} for p in score.parts]

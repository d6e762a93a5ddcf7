from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from patchpilot.errors import ParameterError
from patchpilot.space import Parameter, PatternSpace
from patchpilot.space.harmony import SCALES

CUTOFF = Parameter("cutoff", 8.0, 136.0, 60.0, is_categorical=False, unit="semitones")


@pytest.mark.parametrize("seed", range(30))
def test_every_vector_is_a_performance(seed: int) -> None:
    phrases = PatternSpace(
        bars=(1, 8), tempo_bpm=(60, 180), arcs=(CUTOFF,), n_points=4, n_degrees=3, tail_s=0.5
    )
    vector = np.random.default_rng(seed).random(len(phrases.space))
    values = phrases.space.decode(vector)
    made = phrases.performance(vector)
    assert made.length_s == pytest.approx(values["bars"] * 240 / values["tempo_bpm"] + 0.5)
    starts = {note.start_s for note in made.notes}
    assert len(starts) == values["bars"] * values["pulses"]
    steps = {(round(values["root"]) + step) % 12 for step in SCALES[list(SCALES)[round(values["scale"])]]}
    assert {note.pitch % 12 for note in made.notes} <= steps
    (arc,) = made.arcs
    assert [value for _, value in arc.points] == [values[f"arc_cutoff_{k}"] for k in (1, 2, 3, 4)]
    assert arc.points[0][0] == 0.0
    assert arc.points[-1][0] == values["bars"]
    assert phrases.performance(phrases.space.encode(values)).sha256 == made.sha256


def test_a_melody_goes_on_over_the_bars_and_each_part_counts() -> None:
    phrases = PatternSpace()
    melody = {"bars": 4.0, "pulses": 3.0, "tempo_bpm": 120.0, "root": 48.0}
    melody |= {f"degree_{k}": float(d) for k, d in enumerate((0, 2, 4, 7), start=1)}
    made = phrases.of(melody)
    assert [note.pitch for note in made.notes] == [48, 52, 55, 60] * 3
    changes = [
        {"chord": 2.0}, {"scale": 1.0}, {"gate": 0.3}, {"swing": 0.6}, {"velocity": 0.5}, {"accent": 1.0},
        {"rotation": 1.0}, {"degree_4": -3.0}, {"tempo_bpm": 90.0},
    ]  # fmt: skip
    assert len({made.sha256, *(phrases.of({**melody, **change}).sha256 for change in changes)}) == 10
    chords = phrases.of({**melody, "chord": 2.0}).notes[:3]
    assert [note.pitch for note in chords] == [48, 52, 55]


def test_a_range_of_one_value_is_no_parameter() -> None:
    fixed = PatternSpace(bars=(2, 2), tempo_bpm=(120.0, 120.0), root=(40, 40))
    assert not {"bars", "tempo_bpm", "root"} & set(fixed.space.by_name)
    made = fixed.performance(np.zeros(len(fixed.space)))
    assert (made.length_s, made.tempo_bpm) == (4.0, 120.0)
    assert fixed.space.views["full"] == tuple(p.name for p in fixed.space)


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        ({"bars": (0, 2)}, "expected bars from 1, the lower first, got 0 to 2"),
        ({"bars": (3, 2)}, "expected bars from 1, the lower first, got 3 to 2"),
        ({"tempo_bpm": (10.0, 100.0)}, "expected tempo_bpm from 20"),
        ({"bars": (1, 64)}, "64 bars at 80 beats a minute are 192 s: expected at most 120"),
        ({"n_steps": 0}, "expected n_steps >= 1"),
        ({"tempo_bpm": (100.0, 900.0)}, "tempo from 20 to 300"),
        ({"sample_rate": 10}, "sample rate"),
    ],
)
def test_a_space_of_no_performances_is_refused(parts: dict[str, Any], words: str) -> None:
    with pytest.raises(ParameterError, match=words):
        PatternSpace(**parts)


def test_a_name_that_phrases_do_not_have_is_refused() -> None:
    with pytest.raises(ParameterError, match="phrases have no colour, only bars, tempo_bpm"):
        PatternSpace().of({"colour": 1.0})

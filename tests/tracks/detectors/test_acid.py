"""Acid lines, against what was set."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from tracktruth import acid as truth

from patchpilot.audio import Audio
from patchpilot.tracks import Grid
from patchpilot.tracks.detectors.acid import ACID, NONE, RESONANT_DB, WEIGHTS, AcidLine, acid


def test_the_weights_are_the_seeds() -> None:
    assert WEIGHTS == {"sweep": 0.30, "resonance": 0.25, "glide": 0.25, "accent": 0.20}
    assert AcidLine(9.0, 99.0, 1.0, 1.0).score == pytest.approx(1.0)
    assert NONE.score == 0.0


@pytest.mark.parametrize(("field", "part"), [("resonance_db", 0.25), ("glide_ratio", 0.25)])
def test_each_part_counts_by_itself(field: str, part: float) -> None:
    assert replace(NONE, **{field: 99.0}).score == pytest.approx(part)


@pytest.mark.parametrize(("field", "part"), [("sweep_octaves", "sweep"), ("accent", "accent")])
def test_sweeps_and_accents_are_those_of_a_resonant_filter(field: str, part: str) -> None:
    heard = replace(NONE, **{field: 9.0})
    none, all_of_it = (replace(heard, resonance_db=db).parts[part] for db in RESONANT_DB)
    assert (none, all_of_it) == (0.0, 1.0)
    assert heard.score == 0.0


def test_a_line_is_acid_at_its_edge() -> None:
    line = replace(NONE, glide_ratio=0.1, resonance_db=99.0)
    edge = replace(line, glide_ratio=0.02 + (ACID - 0.25) / 0.25 * 0.33 / 0.8)
    assert edge.score == pytest.approx(ACID)
    assert replace(edge, glide_ratio=edge.glide_ratio + 1e-6).is_acid
    assert not replace(edge, glide_ratio=edge.glide_ratio - 1e-6).is_acid


@pytest.mark.parametrize(
    ("part", "low", "high"),
    [
        ("resonance", 0.0, 0.9),
        *[
            pytest.param(*one, marks=pytest.mark.slow)
            for one in (("sweep", 0.0, 3.0), ("glide", 0.0, 0.6), ("accent", 0.0, 1.0))
        ],
    ],
)
def test_each_part_is_heard_under_drums(part: str, low: float, high: float) -> None:
    cases = [truth.case(3, acid=replace(truth.Acid(), **{part: value})) for value in (low, high)]
    less, more = (acid(case.mix, case.grid).parts[part] for case in cases)
    assert more > less + 0.2


@pytest.mark.parametrize("kind", ["sub", "rolling"])
def test_other_basses_are_less_acid(kind: str) -> None:
    other, line = truth.case(701, kind=kind), truth.case(701, is_acid=True)
    less = acid(other.mix, other.grid, stem=other.stem)
    more = acid(line.mix, line.grid, stem=line.stem)
    assert less.score < more.score
    assert json.loads(json.dumps(less.to_json()))["is_acid"] is False


def test_silence() -> None:
    assert acid(Audio(np.zeros((2, 441_000)), 44_100), Grid(120.0, 0.0, 0.0, 4, 10.0)) == NONE

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


@pytest.mark.parametrize(
    ("field", "value", "part"),
    [
        ("resonance_db", 99.0, 0.25),
        ("glide_ratio", 1.0, 0.25),
        ("accent", 1.0, 0.20),
    ],
)
def test_each_part_counts_by_itself(field: str, value: float, part: float) -> None:
    assert replace(NONE, **{field: value}).score == pytest.approx(part)


def test_a_sweep_is_that_of_a_resonant_filter() -> None:
    swept = replace(NONE, sweep_octaves=9.0)
    none, all_of_it = (replace(swept, resonance_db=db).parts["sweep"] for db in RESONANT_DB)
    assert (none, all_of_it) == (0.0, 1.0)
    assert swept.score == 0.0


def test_a_line_is_acid_from_half_on() -> None:
    half = replace(NONE, glide_ratio=1.0, resonance_db=99.0)
    assert half.score == pytest.approx(ACID)
    assert half.is_acid
    assert not replace(half, resonance_db=14.9).is_acid


def test_resonance_is_heard() -> None:
    heard = [
        acid(case.mix, case.grid, stem=case.stem).parts["resonance"]
        for value in (0.0, 0.5, 0.9)
        for case in [truth.case(700, acid=truth.Acid(resonance=value))]
    ]
    assert heard == sorted(heard)
    assert heard[-1] > heard[0] + 0.3


@pytest.mark.parametrize("kind", ["sub", "rolling"])
def test_other_basses_are_less_acid(kind: str) -> None:
    other, line = truth.case(701, kind=kind), truth.case(701, is_acid=True)
    less = acid(other.mix, other.grid, stem=other.stem)
    more = acid(line.mix, line.grid, stem=line.stem)
    assert less.score < more.score
    assert json.loads(json.dumps(less.to_json()))["is_acid"] is False


def test_silence() -> None:
    assert acid(Audio(np.zeros((2, 441_000)), 44_100), Grid(120.0, 0.0, 0.0, 4, 10.0)) == NONE

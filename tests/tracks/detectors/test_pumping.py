"""Pumping, against duckers of known depth."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from tracktruth import ducker

from patchpilot.audio import Audio
from patchpilot.tracks import Grid
from patchpilot.tracks.detectors.pumping import NONE, Pumping, pumping


def found(depth_db: float, regularity: float = 0.02) -> Pumping:
    depth = 1.0 - 10.0 ** (-depth_db / 20.0)
    return replace(NONE, depth_db=depth_db, depth=depth, regularity=regularity)


@pytest.mark.parametrize(
    ("depth_db", "regularity", "strength"),
    [
        (3.99, 0.02, "none"),
        (4.0, 0.02, "moderate"),
        (8.0, 0.02, "moderate"),
        (8.01, 0.02, "heavy"),
        (6.0, 0.149, "moderate"),
        (6.0, 0.15, "none"),
        (12.0, 0.099, "heavy"),
        (12.0, 0.1, "moderate"),
    ],
)
def test_strength_at_the_edges(depth_db: float, regularity: float, strength: str) -> None:
    assert found(depth_db, regularity).strength == strength


@pytest.mark.parametrize(("depth", "strength"), [(0.299, "none"), (0.3, "moderate"), (0.6, "moderate")])
def test_the_linear_depth_counts_too(depth: float, strength: str) -> None:
    assert replace(found(9.0), depth=depth).strength == strength


def test_the_score_rises_with_the_depth_and_falls_with_irregularity() -> None:
    assert [found(db).score for db in (0.0, 4.0, 8.0, 20.0)] == [0.0, 0.5, 1.0, 1.0]
    assert [found(8.0, r).score for r in (0.1, 0.15, 0.3)] == [1.0, 0.5, 0.0]


@pytest.mark.parametrize(("seed", "kind", "depth_db"), [(500, "ducker", 6.0), (501, "beat_ducker", 12.0)])
def test_a_ducker_in_a_mix(seed: int, kind: str, depth_db: float) -> None:
    case = ducker.case(seed, kind, depth_db)
    for stem in (None, case.stem):
        heard = pumping(case.mix, case.grid, stem=stem)
        assert heard.depth_db == pytest.approx(case.truth.depth_db, abs=1.0)
        assert heard.recovery_s == pytest.approx(case.truth.recovery_s, rel=0.1)
        assert heard.regularity < 0.1
        assert json.loads(json.dumps(heard.to_json()))["strength"] == heard.strength
        assert len(heard.bars) >= 8


def test_nothing_ducks() -> None:
    heard = pumping(*(lambda case: (case.mix, case.grid))(ducker.case(502, "none")))
    assert heard.depth_db < 1.0
    assert heard.strength == "none"


def test_what_has_no_held_sound_does_not_duck() -> None:
    clicks = np.zeros(10 * 44_100, np.float32)
    clicks[::22_050] = 0.9
    assert pumping(Audio(clicks * 0.0, 44_100), Grid(120.0, 0.0, 0.0, 4, 10.0)) == NONE
    assert pumping(Audio(clicks[:44_100], 44_100), Grid(120.0, 0.0, 0.0, 4, 1.0)) == NONE

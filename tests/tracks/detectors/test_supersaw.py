"""Supersaws, against detunes that are known."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from tracktruth import supersaw as truth

from patchpilot.audio import Audio
from patchpilot.tracks import Grid
from patchpilot.tracks.detectors.supersaw import Supersaw, supersaw

TYPICAL = Supersaw(0.5, 0.5, 25.0, 7, 20.0)


@pytest.mark.parametrize(
    ("name", "inside", "outside"),
    [
        ("width", (0.3, 0.8), (0.299, 0.801)),
        ("correlation", (0.3, 0.7), (0.299, 0.701)),
        ("detune", (10.0, 40.0), (9.99, 40.01)),
    ],
)
def test_what_is_typical_at_its_edges(
    name: str, inside: tuple[float, float], outside: tuple[float, float]
) -> None:
    field = {"detune": "detune_cents"}.get(name, name)
    for values, is_typical in ((inside, True), (outside, False)):
        for value in values:
            found = replace(TYPICAL, **{field: value})  # type: ignore[arg-type]
            assert found.typical[name] is is_typical
            assert (found.score == 1.0) is is_typical


def test_a_single_voice_scores_nothing() -> None:
    assert replace(TYPICAL, voices=1).score == 0.0
    assert replace(TYPICAL, voices=3).score == 1.0


def test_a_line_of_saws() -> None:
    case = truth.case(1, "module", 25.0)  # a melody
    found = supersaw(case.mix, case.grid, stem=case.stem)
    assert found.detune_cents == pytest.approx(case.detune_cents, abs=4.0)
    assert found.voices >= 3
    assert json.loads(json.dumps(found.to_json()))["voices"] == found.voices


def test_one_saw_is_none() -> None:
    case = truth.case(0, "one saw")
    found = supersaw(case.mix, case.grid, stem=case.stem)
    assert found.voices <= 1
    assert found.score == 0.0


def test_silence() -> None:
    silence, grid = Audio(np.zeros((2, 441_000)), 44_100), Grid(120.0, 0.0, 0.0, 4, 10.0)
    assert supersaw(silence, grid).score == 0.0

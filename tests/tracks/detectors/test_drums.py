"""Kicks on all beats, and hats between them."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from tracktruth import drums

from patchpilot.audio import Audio
from patchpilot.tracks import Grid
from patchpilot.tracks.detectors._strokes import strokes
from patchpilot.tracks.detectors.four_on_the_floor import FourOnTheFloor, four_on_the_floor
from patchpilot.tracks.detectors.offbeat_hats import OffbeatHats, offbeat_hats


@pytest.mark.parametrize(
    ("kicks", "hats"),
    [("plain", "open"), ("rock", "eighths"), ("breakbeat", "closed"), ("plain", "sixteenths")],
)
def test_patterns(kicks: str, hats: str) -> None:
    case = drums.case(600, kicks, hats)
    assert four_on_the_floor(case.mix, case.grid, stem=case.drums).is_four_on_the_floor == case.is_four
    for stem in (None, case.drums):
        assert offbeat_hats(case.mix, case.grid, stem=stem).is_offbeat == case.is_offbeat


def test_beats_without_a_kick_are_told() -> None:
    case = drums.case(601, "plain", "open")
    found = four_on_the_floor(case.mix, case.grid, stem=case.drums)
    bar_s = case.grid.bar_s
    assert {int((t - case.grid.first_downbeat_s) / bar_s + 1e-6) for t in found.missing_s} <= {6, 7, 8}
    assert json.loads(json.dumps(found.to_json()))["share"] == found.share


def test_four_on_the_floor_at_its_edge() -> None:
    assert not FourOnTheFloor(0.799, 1.0, ()).is_four_on_the_floor
    assert FourOnTheFloor(0.8, 1.0, ()).is_four_on_the_floor
    assert FourOnTheFloor(0.8, 1.0, ()).score == pytest.approx(0.5)


def test_offbeat_hats_at_their_edge() -> None:
    clear = OffbeatHats(3.0, -20.0)
    assert clear.is_offbeat
    assert clear.score == pytest.approx(0.5)
    assert not replace(clear, contrast_db=2.99).is_offbeat
    assert replace(clear, level_db=-50.0).score == 0.0
    assert not replace(clear, level_db=-50.0).is_offbeat


def test_strokes_are_heard_where_they_are_in_long_tracks_too() -> None:
    samples = np.zeros(100 * 44_100, np.float32)
    samples[90 * 44_100 :][:2000] = np.random.default_rng(1).normal(0.0, 0.1, 2000)
    rise = strokes(Audio(samples, 44_100), (7000.0, 16_000.0), np.array([60.0, 89.8, 90.0])).rise
    assert rise[2] > 1e-3
    assert rise[:2].max() < 1e-9


def test_silence_has_neither() -> None:
    silence, grid = Audio(np.zeros((2, 441_000)), 44_100), Grid(120.0, 0.0, 0.0, 4, 10.0)
    assert four_on_the_floor(silence, grid).share == 0.0
    assert offbeat_hats(silence, grid).score == 0.0

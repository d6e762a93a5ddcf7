"""Envelopes, LFO shapes and wavetables as points to draw."""

from __future__ import annotations

import math

import numpy as np
import pytest

from patchpilot.instruments.vital.assets import lfo, wavetable
from patchpilot.instruments.vital.vital import Vital
from patchpilot.instruments.vital.wavetables import built_in
from patchpilot.space import Asset, Patch, Routing, Space
from patchpilot.workspace.drafts.shapes import envelopes, lfos, wavetables
from tests.toy import Toy


def test_an_envelope_is_drawn_in_seconds(space: Space) -> None:
    values = {"attack": 0.1, "hold": 0.2, "decay": 0.5, "sustain": 0.4, "release": 0.3, "delay": 0.05}
    stored = {name: v if name == "sustain" else v**0.25 for name, v in values.items()}
    patch = Patch.make(space, {f"env_1_{name}": v for name, v in stored.items()})
    first = envelopes(space, patch, held_s=1.5)[0]
    assert first["name"] == "env_1"
    assert first["is_used"]
    assert first["stages"] == pytest.approx(values, abs=1e-4)
    points = np.array(first["points"])
    assert (np.diff(points[:, 0]) >= 0).all()
    for s, value in ((0.05, 0.0), (0.15, 1.0), (0.34, 1.0), (0.9, 0.4), (1.45, 0.4), (1.8, 0.0)):
        assert np.interp(s, points[:, 0], points[:, 1]) == pytest.approx(value, abs=0.02)


def test_a_key_that_is_let_go_early_ends_the_attack(space: Space) -> None:
    patch = Patch.make(space, {"env_1_attack": 1.0})
    points = np.array(envelopes(space, patch, held_s=0.5)[0]["points"])
    assert points[:, 1].max() == pytest.approx(0.5, abs=0.02)
    assert points[points[:, 1].argmax(), 0] == pytest.approx(0.5, abs=0.02)


def test_which_shapes_are_used_is_said(space: Space) -> None:
    patch = Patch.make(
        space, routings=[Routing("lfo_3", "osc_1_level", amount=0.3), Routing("env_2", "volume", amount=0.1)]
    )
    assert [one["name"] for one in envelopes(space, patch, 1.0) if one["is_used"]] == ["env_1", "env_2"]
    assert [one["name"] for one in lfos(space, patch) if one["is_used"]] == ["lfo_3"]


def test_an_lfo_is_drawn_upwards(space: Space) -> None:
    patch = Patch.make(
        space, assets={"lfo_2": lfo([(0.0, 0.25), (0.5, 1.0), (1.0, 0.0)], [0.0, 2.0, 0.0], smooth=True)}
    )
    drawn = lfos(space, patch)[1]
    assert (drawn["points"], drawn["powers"], drawn["is_smooth"]) == (
        [[0, 0.25], [0.5, 1.0], [1, 0.0]],
        [0, 2, 0],
        True,
    )


def test_a_wavetable_is_drawn_frame_by_frame(vital: Vital) -> None:
    waves = np.stack([np.sin(2 * np.pi * k * np.arange(2048) / 2048) for k in (1, 2, 3)])
    patch = Patch.make(
        vital.space,
        {"osc_1_wave_frame": 128.0},
        assets={"wavetable_1": wavetable(waves), "wavetable_2": built_in("Pulse Width")},
        info={"assets": {"wavetable_1": "Mine"}},
    )
    mine, pulse, _ = wavetables(vital, patch)
    assert (mine["slot"], mine["name"], mine["position"], mine["is_used"]) == (
        "wavetable_1",
        "Mine",
        0.5,
        True,
    )
    assert [frame["position"] for frame in mine["frames"]] == [0.0, 0.5, 1.0]
    second = np.array(mine["frames"][1]["points"])
    np.testing.assert_allclose(second, np.sin(4 * np.pi * np.arange(64) / 64), atol=1e-3)
    assert not pulse["is_used"]
    assert 1 < len(pulse["frames"]) <= 9
    assert all(math.isfinite(v) for frame in pulse["frames"] for v in frame["points"])


def test_a_table_that_is_computed_says_so(vital: Vital) -> None:
    header = '{"groups":[{"components":[{"type":"Line Source"},{"type":"Wave Folder"}]}]}'
    patch = Patch.make(vital.space, assets={"wavetable_1": Asset("wavetable", header)})
    drawn = wavetables(vital, patch)[0]
    assert (drawn["frames"], drawn["why"]) == ([], "computed by Vital: Line Source, Wave Folder")
    broken = Patch.make(vital.space, assets={"wavetable_1": Asset("wavetable", "{}")})
    assert wavetables(vital, broken)[0]["why"] == "not one of Vital's"


def test_an_instrument_without_any_draws_nothing() -> None:
    toy = Toy()
    patch = Patch.make(toy.space)
    assert (envelopes(toy.space, patch, 1.0), lfos(toy.space, patch), wavetables(toy, patch)) == ([], [], [])

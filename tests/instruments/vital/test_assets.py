from __future__ import annotations

import json
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from patchpilot.errors import ParameterError, PatchError
from patchpilot.instruments.vital.assets import from_vital, lfo, sample, to_vital, wavetable, white_noise
from patchpilot.instruments.vital.vital import Vital
from patchpilot.space import Asset, Patch, Performance, Routing, Space

SINE = np.sin(2 * np.pi * np.arange(2048) / 2048)


@pytest.mark.parametrize(
    "asset",
    [
        wavetable([SINE, SINE**3]),
        lfo([(0, 0.3), (0.1, 1 / 3), (1, 0.3)], [0.0, -2.5, 0.0]),
        sample(SINE, 22050),
        white_noise(),
    ],
)
def test_a_preset_gives_back_the_asset_and_its_name(asset: Asset) -> None:
    written = json.loads(json.dumps(to_vital(asset, "Name")))
    assert from_vital(asset.kind, written, where="here") == (asset, "Name")


def test_frames_are_spread_evenly_or_as_told() -> None:
    def positions(asset: Asset) -> list[int]:
        frames = json.loads(asset.header)["groups"][0]["components"][0]["keyframes"]
        return [frame["position"] for frame in frames]

    assert positions(wavetable(SINE)) == [0]
    assert positions(wavetable([SINE] * 3)) == [0, 128, 256]
    assert positions(wavetable([SINE] * 2, [3, 90])) == [3, 90]


@pytest.mark.parametrize(
    ("frames", "positions"),
    [
        (SINE[:-1], None), ([SINE, SINE * np.nan], None), ([[SINE]], None),
        ([SINE, SINE], [0]), ([SINE, SINE], [5, 5]), ([SINE, SINE], [0, 257]),
    ],
)  # fmt: skip
def test_odd_frames_are_refused(frames: npt.ArrayLike, positions: list[int] | None) -> None:
    with pytest.raises(
        ParameterError, match=r"expected finite frames of shape|ascending positions in 0\.\.256"
    ):
        wavetable(frames, positions)


@pytest.mark.parametrize(
    "points", [[(0, 0)], [(0, 0), (0.9, 1)], [(0, 0), (0.7, 1), (0.3, 1), (1, 0)], [(0, 0)] * 101]
)
def test_odd_shapes_are_refused(points: list[tuple[float, float]]) -> None:
    with pytest.raises(ParameterError, match="expected 2 to 100 points in order from time 0 to 1"):
        lfo(points)


def test_a_sample_is_clipped_to_16_bits() -> None:
    pcm = np.frombuffer(sample([0.0, 1.0, -1.0, 7.0, -7.0], 44100).blobs[0], "<i2")
    assert pcm.tolist() == [0, 32767, -32767, 32767, -32768]


def test_the_noise_is_white_and_always_the_same() -> None:
    noise = np.frombuffer(white_noise().blobs[0], "<i2") / 32768.0
    assert white_noise().sha256.startswith("609a812071e395d0")
    assert noise.std() == pytest.approx(3**-0.5, rel=0.01)
    assert abs(np.corrcoef(noise[1:], noise[:-1])[0, 1]) < 0.02


@pytest.mark.parametrize(
    ("theirs", "is_the_same"),
    [("1.5.5", True), ("1.0.7", True), ("99999.9.9", True), ("0.4.6", False), ("", False)],
)
def test_a_tables_version_counts_only_where_it_is_read_otherwise(theirs: str, is_the_same: bool) -> None:
    preset: dict[str, Any] = {**to_vital(wavetable(SINE), ""), "version": theirs}
    read, _ = from_vital("wavetable", preset, where="wavetable 1")
    assert (read == wavetable(SINE)) is is_the_same


def test_what_is_no_object_is_refused_with_its_place() -> None:
    with pytest.raises(PatchError, match="LFO 3: expected a JSON object, got list"):
        from_vital("lfo", [], where="LFO 3")


def _rms(vital: Vital, patch: Patch) -> float:
    audio = vital.render(patch, Performance.one_note(60, hold_s=0.5, length_s=0.5))
    return float(np.sqrt((audio.samples[:, 4410:] ** 2).mean()))


@pytest.mark.parametrize("i", [1, 8])
def test_an_lfo_shape_is_drawn_upwards_in_its_own_slot(vital: Vital, space: Space, i: int) -> None:
    values, route = {"osc_1_level": 0.0}, [Routing(f"lfo_{i}", "osc_1_level", 1.0)]
    low, high = (
        Patch.make(space, values, routings=route, assets={f"lfo_{i}": lfo([(0, y), (1, y)])}) for y in (0, 1)
    )
    assert _rms(vital, high) > 0.01 > 100 * _rms(vital, low)


@pytest.mark.parametrize("i", [1, 2, 3])
def test_each_oscillator_plays_its_own_table(vital: Vital, space: Space, i: int) -> None:
    values = {"osc_1_on": 0.0, f"osc_{i}_on": 1.0}
    silent = {f"wavetable_{i}": wavetable(np.zeros(2048))}
    assert _rms(vital, Patch.make(space, values)) > 0.01
    assert _rms(vital, Patch.make(space, values, assets=silent)) < 1e-6


def test_the_sample_slot_plays_the_sample(vital: Vital, space: Space) -> None:
    values = {"osc_1_on": 0.0, "sample_on": 1.0, "sample_level": 1.0, "sample_loop": 1.0}
    tone = sample(np.sin(2 * np.pi * 1000 * np.arange(44100) / 44100), 44100)
    patch = Patch.make(space, values, assets={"sample": tone})
    audio = vital.render(patch, Performance.one_note(60, hold_s=1.2, length_s=1.0))
    assert np.abs(np.fft.rfft(audio.mono())).argmax() == 1000

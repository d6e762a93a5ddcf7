"""The fast model against the engine: what it says a patch looks like is what the engine makes of it."""

from __future__ import annotations

import numpy as np
import pytest

from patchpilot.audio import F32
from patchpilot.distance.bands import ACTIVE, mel_bands
from patchpilot.instruments.vital.vital import Vital
from patchpilot.instruments.vital.wavetables import built_in
from patchpilot.search.subtractive.atoms import Atom, atom_bands, noise_bands
from patchpilot.search.subtractive.model import (
    equaliser,
    levelled,
    low_pass,
    misses,
    noise_filter,
    places,
    seen,
    smeared,
)
from patchpilot.space import Patch, Performance

OPEN = {"env_1_attack": 0.0, "env_1_sustain": 1.0, "osc_1_random_phase": 0.0}
NOISE = {"osc_1_on": 0.0, "sample_on": 1.0, "sample_level": 0.7071}


def steady(vital: Vital, values: dict[str, float], table: str = "", note: int = 60) -> F32:
    """Mean band magnitudes of a held note, (96,)."""
    assets = {"wavetable_1": built_in(table)} if table else {}
    patch = Patch.make(vital.space, {**OPEN, **values}, assets=assets)
    audio = vital.render(patch, Performance.one_note(note, hold_s=1.0, length_s=1.0))
    return np.asarray(np.exp(np.log(mel_bands(audio.mono())[10:40] + 1e-9).mean(axis=0)), np.float32)


def apart_db(ours: F32, theirs: F32, floor: float = 10 * ACTIVE) -> F32:
    heard = theirs > floor
    return np.asarray(20.0 * np.abs(np.log10(ours[heard] / theirs[heard])))


@pytest.mark.parametrize(
    ("table", "note", "transpose"), [("Saw to Square", 60, 0), ("Drawbars", 72, -12), ("FM Growl", 55, 12)]
)
def test_an_oscillator_fills_the_bands_that_the_engine_fills(
    vital: Vital, table: str, note: int, transpose: int
) -> None:
    rows = atom_bands(Atom(table, transpose), note)
    for frame in (0.0, 128.0, 200.0):
        heard = steady(vital, {"osc_1_wave_frame": frame, "osc_1_transpose": transpose}, table, note)
        model = places(rows, np.array([frame]))[0] * 0.5  # a level of 0.7071, squared
        assert np.median(apart_db(model, heard)) < 1.5


def test_white_noise_is_as_loud_as_the_engine_s(vital: Vital) -> None:
    heard = steady(vital, NOISE)
    assert np.median(apart_db(noise_bands() * 0.5, heard)) < 1.5


@pytest.mark.parametrize("steep", [False, True])
@pytest.mark.parametrize(("cutoff", "resonance"), [(70.0, 0.0), (84.0, 0.2), (100.0, 0.5)])
def test_the_low_pass_has_the_shape_of_the_engine_s(
    vital: Vital, cutoff: float, resonance: float, steep: bool
) -> None:
    filtered = {"sample_destination": 0.0, "filter_1_on": 1.0, "filter_1_style": float(steep)}
    plain = steady(vital, NOISE)
    heard = steady(vital, {**NOISE, **filtered, "filter_1_cutoff": cutoff, "filter_1_resonance": resonance})
    model = low_pass(np.array([cutoff]), np.array([resonance]), steep=steep)
    # Resonance costs level in the engine; only the shape is modelled, down to where nothing is heard any more.
    shape = np.log(heard / plain) - np.log(model)
    near = model > 0.02
    assert np.std(shape[near]) * 8.7 < 2.0


@pytest.mark.parametrize("blend", [0.0, 1.0, 2.0])
def test_the_noise_filter_blends_as_the_engine_s(vital: Vital, blend: float) -> None:
    plain = steady(vital, NOISE)
    filtered = {"sample_destination": 1.0, "filter_2_on": 1.0, "filter_2_resonance": 0.0}
    heard = steady(vital, {**NOISE, **filtered, "filter_2_cutoff": 84.0, "filter_2_blend": blend})
    model = noise_filter(np.array([84.0]), np.array([blend]))
    near = model > 0.05
    assert np.std((np.log(heard / plain) - np.log(model))[near]) * 8.7 < 3.0


def test_the_equaliser_is_the_engine_s(vital: Vital) -> None:
    knobs = {
        "eq_low_gain": -9.0,
        "eq_low_cutoff": 55.0,
        "eq_band_gain": 8.0,
        "eq_band_cutoff": 80.0,
        "eq_high_gain": -12.0,
        "eq_high_cutoff": 110.0,
    }
    plain = steady(vital, NOISE)
    heard = steady(vital, {**NOISE, **knobs, "eq_on": 1.0})
    model = equaliser({name: np.array([value]) for name, value in knobs.items()})
    assert np.max(20.0 * np.abs(np.log10(heard / plain / model))) < 3.0


def test_every_key_has_its_bands_and_one_beyond_hearing_has_none() -> None:
    lowest, highest = atom_bands(Atom("Saw to Square", 0), 0.0), atom_bands(Atom("Saw to Square", 0), 127.0)
    for rows in (lowest, highest):
        assert np.isfinite(rows).all()
        assert (rows.max(axis=1) > ACTIVE).all()
    assert np.argmax(highest[0]) > np.argmax(lowest[0])
    assert not atom_bands(Atom("Saw to Square", 24), 127.0).any()


def test_frames_that_stand_for_others_weigh_as_many() -> None:
    rng = np.random.default_rng(0)
    for n in (3, 12, 40, 400):
        target = seen(rng.random((n, 96)).astype(np.float32), hold_s=0.5)
        assert target.weights.sum() == pytest.approx(n)
        assert len(target.at) <= 48
        assert target.at[0] == 0


def test_a_picture_misses_itself_by_nothing_whatever_its_level() -> None:
    bands = np.random.default_rng(1).random((30, 96)).astype(np.float32)
    target = seen(bands, hold_s=0.5)
    pictures = np.stack([target.bands * 0.1, target.bands[::-1]])
    assert levelled(pictures, target)[0] == pytest.approx(target.bands, rel=1e-4)
    near, far = misses(pictures, target)
    assert near == pytest.approx(0.0, abs=1e-4)
    assert far > 0.1


def test_a_level_that_lasts_is_seen_as_it_is_and_a_click_is_spread() -> None:
    constant = np.ones((1, 2000))
    assert smeared(constant, np.array([5, 20]))[0] == pytest.approx(1.0, rel=1e-3)
    click = np.zeros((1, 2000))
    click[0, 0] = 1.0
    early, late = smeared(click, np.array([0, 5]))[0]
    assert 0.0 < early < 0.5
    assert late == 0.0

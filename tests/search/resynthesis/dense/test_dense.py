"""The dense construction, heard on the real engine."""

from __future__ import annotations

import dataclasses
from functools import cache

import numpy as np
import pytest

from patchpilot.audio import Audio, Target, listen
from patchpilot.distance import LogMel
from patchpilot.instruments.vital.vital import Vital
from patchpilot.objectives.closeness import performance_of
from patchpilot.search.resynthesis.dense import sweep
from patchpilot.search.resynthesis.dense.draft import DenseDraft, drafts
from patchpilot.search.resynthesis.dense.oscillator import Layer
from patchpilot.search.resynthesis.sketch import to_patch
from patchpilot.space import Patch, Performance, Space

RATE = 44100


def _sound(y: np.ndarray) -> Target:
    return listen(Audio(0.8 * y / np.abs(y).max(), RATE), note=60)


@cache
def snare() -> Target:
    t = np.arange(round(0.3 * RATE)) / RATE
    rng = np.random.default_rng(1)
    return _sound(
        rng.standard_normal(len(t)) * np.exp(-t / 0.06) + np.sin(2 * np.pi * 190 * t) * np.exp(-t / 0.04)
    )


@cache
def kick() -> Target:
    t = np.arange(round(0.45 * RATE)) / RATE
    hz = 50 + 150 * np.exp(-t / 0.03)
    return _sound(np.sin(2 * np.pi * np.cumsum(hz) / RATE) * np.exp(-t / 0.12))


@cache
def bell() -> Target:
    t = np.arange(round(1.2 * RATE)) / RATE
    partials = [(423.0, 1.0, 0.5), (1031.0, 0.6, 0.3), (1787.0, 0.4, 0.2), (2911.0, 0.3, 0.12)]
    return _sound(
        sum((a * np.sin(2 * np.pi * f * t) * np.exp(-t / d) for f, a, d in partials), np.zeros(len(t)))
    )


SOUNDS = {"snare": snare, "kick": kick, "bell": bell}


@cache
def _draft(name: str) -> DenseDraft:
    return drafts(SOUNDS[name]())[0]


def _patch(name: str, space: Space) -> Patch:
    return to_patch(space, _draft(name).sketch())


@pytest.mark.parametrize(("name", "bound"), [("snare", 0.2), ("kick", 0.45), ("bell", 0.3)])
def test_it_comes_close_where_the_init_patch_does_not(vital: Vital, name: str, bound: float) -> None:
    target = SOUNDS[name]()
    distance, performance = LogMel(target.audio), performance_of(target)
    assert distance(vital.render(_patch(name, vital.space), performance)) < bound
    assert distance(vital.render(Patch.make(vital.space), performance)) > 3 * bound


def test_the_simulated_oscillators_are_near_the_engine(vital: Vital) -> None:
    target = snare()
    rendered = vital.render(_patch("snare", vital.space), performance_of(target))
    assert LogMel(target.audio)(rendered) == pytest.approx(_draft("snare").design.gap, abs=0.05)


def test_the_kicks_pitch_is_followed(vital: Vital) -> None:
    rendered = vital.render(_patch("kick", vital.space), performance_of(kick())).mono()
    for at_s, hz in ((0.03, 50 + 150 * np.exp(-1.0)), (0.15, 50 + 150 * np.exp(-5.0))):
        start = round((at_s - 0.015) * RATE)
        piece = rendered[start : start + 1323] * np.hanning(1323)
        spectrum = np.abs(np.fft.rfft(piece, 1 << 16))
        assert np.argmax(spectrum) * RATE / (1 << 16) == pytest.approx(hz, rel=0.12)


def test_a_steady_tone_has_no_sweep() -> None:
    t = np.arange(RATE // 2) / RATE
    steady = (np.sin(2 * np.pi * 110 * t) * np.exp(-t / 0.2)).astype(np.float32)
    assert sweep.find(steady, RATE) is None


def test_the_bells_partials_keep_their_places_and_move_with_the_key(vital: Vital) -> None:
    patch = _patch("bell", vital.space)
    for semitones in (0, 7, -7):
        performance = Performance.one_note(60 + semitones, hold_s=1.2, length_s=1.2)
        rendered = vital.render(patch, performance).mono()
        spectrum = np.abs(np.fft.rfft(rendered * np.hanning(len(rendered)), 1 << 18))
        expected = 423.0 * 2 ** (semitones / 12)
        around = np.arange(
            round(expected * 0.97 / RATE * (1 << 18)), round(expected * 1.03 / RATE * (1 << 18))
        )
        found = around[np.argmax(spectrum[around])] * RATE / (1 << 18)
        assert abs(1200 * np.log2(found / expected)) < 5


@pytest.mark.parametrize("name", ["snare", "bell"])
def test_released_early_it_stops_and_held_long_it_dies(vital: Vital, name: str) -> None:
    patch = _patch(name, vital.space)
    loudest = np.abs(vital.render(patch, Performance.one_note(60, hold_s=0.05, length_s=0.8)).samples)
    assert loudest[:, round(0.5 * RATE) :].max() < 0.01 * loudest.max()
    held = np.abs(vital.render(patch, Performance.one_note(60, hold_s=3.0, length_s=3.0)).samples)
    assert held[:, round(2.5 * RATE) :].max() < 0.02 * held.max()


def test_noise_is_made_not_cut_from_the_target(space: Space) -> None:
    """No wave frame, and not the sample slot, correlates with any part of the target."""
    patch, target = _patch("snare", space), snare().audio.mono()
    assert "sample" not in patch.assets
    assert "sample_on" not in patch.values
    for asset in patch.assets.values():
        if asset.kind == "wavetable":
            frame = np.frombuffer(asset.blobs[0], "<f4")
            assert _correlation(frame, target) < 0.3


def _correlation(piece: np.ndarray, sound: np.ndarray) -> float:
    """Largest normalised cross-correlation of a piece with any part of a sound of its length."""
    piece = piece - piece.mean()
    products = np.abs(np.correlate(sound, piece, mode="valid"))
    energy = np.convolve(sound**2, np.ones(len(piece)), mode="valid")
    return float((products / np.sqrt(np.maximum(energy, 1e-3 * energy.max()) * (piece**2).sum())).max())


def test_the_same_sound_gives_the_same_patch(space: Space) -> None:
    assert to_patch(space, drafts(kick())[0].sketch()).sha256 == _patch("kick", space).sha256


def test_a_render_as_simulated_is_left_alone_and_another_is_corrected(vital: Vital) -> None:
    target, draft = bell(), _draft("bell")
    distance, performance = LogMel(target.audio), performance_of(target)
    assert draft.corrected(vital.render(_patch("bell", vital.space), performance).mono()) == []
    duller = dataclasses.replace(
        draft,
        design=dataclasses.replace(draft.design, layers=[_duller(layer) for layer in draft.design.layers]),
    )
    first = vital.render(to_patch(vital.space, duller.sketch()), performance)
    (better,) = duller.corrected(first.mono())
    assert distance(vital.render(to_patch(vital.space, better.sketch()), performance)) < 0.8 * distance(first)


def _duller(layer: Layer) -> Layer:
    """The layer with its upper lines turned down by 12 dB."""
    hz = layer.f0_hz * np.arange(layer.magnitudes.shape[1])
    return layer.with_magnitudes(layer.magnitudes * np.where(hz > 800, 0.25, 1.0))

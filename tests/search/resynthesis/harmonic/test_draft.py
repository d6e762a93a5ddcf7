"""Drafts come close to their sounds, corrections closer, and nothing odd upsets them."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from patchpilot.audio import F32, Audio
from patchpilot.distance import LogMel
from patchpilot.errors import AudioError
from patchpilot.instruments.vital.vital import Vital
from patchpilot.search.resynthesis.harmonic import HarmonicDraft, drafts
from patchpilot.search.resynthesis.sketch import to_patch
from patchpilot.space import Patch, Performance
from tests.search.resynthesis.harmonic.playing import (
    SAMPLE_RATE,
    heard,
    held,
    partials,
    play,
    plucked,
    seconds,
    tone,
)


def distance(y: F32, other: F32) -> float:
    return LogMel(Audio(y, SAMPLE_RATE))(Audio(other, SAMPLE_RATE))


@pytest.mark.parametrize("y", [plucked(130.8), plucked(659.3, decay_s=0.15), held(82.4)])
def test_a_harmonic_tone_is_nearly_found_at_once_and_better_with_correction(vital: Vital, y: F32) -> None:
    target = heard(y)
    draft = drafts(target)[0]
    first = play(vital, draft, target)
    goal = target.audio.mono()
    corrected = min(distance(goal, play(vital, d, target)) for d in draft.corrected(first))
    performance = Performance.one_note(target.note, hold_s=target.hold_s, length_s=target.length_s + 0.2)
    init = vital.render(Patch.make(vital.space, {}), performance).mono()
    assert distance(goal, first) < 0.25
    assert corrected < min(distance(goal, first), 0.15)
    assert distance(goal, init) > 1.0


def test_vibrato_is_followed(vital: Vital) -> None:
    t = seconds(1.5)
    f0_hz = 220.0 * np.exp2(40.0 * np.sin(2 * np.pi * 4.0 * t) / 1200)
    target = heard(tone(f0_hz, np.minimum(t / 0.02, 1.0) * np.exp(-0.3 * t)))
    draft = drafts(target)[0]
    y = play(vital, draft, target)
    assert draft.plan.motion.moves
    assert distance(target.audio.mono(), y) < 0.3
    assert np.ptp(_cents(y)) == pytest.approx(np.ptp(_cents(target.audio.mono())), abs=12)


def test_a_glide_is_followed(vital: Vital) -> None:
    t = seconds(1.0)
    f0_hz = 165.0 * np.exp2(np.minimum(t / 0.6, 1.0) / 12)
    target = heard(tone(f0_hz, np.exp(-t)))
    start, end = (_cents(play(vital, drafts(target)[0], target))[i] for i in (0, -1))
    assert end - start == pytest.approx(90, abs=15)


def _cents(y: F32) -> F32:
    """Pitch by its fourth harmonic, every 50 ms from 0.1 to 0.9 s, in cents of wherever."""
    hz = [_fourth_hz(y[round(at * SAMPLE_RATE) :][:2205]) for at in np.arange(0.1, 0.9, 0.05)]
    return np.asarray(1200 * np.log2(hz), np.float32)


def _fourth_hz(piece: F32) -> float:
    spectrum = np.abs(np.fft.rfft(piece * np.hanning(len(piece)), 65536))
    low, high = (round(hz * 65536 / SAMPLE_RATE) for hz in (580, 1000))
    return (low + int(np.argmax(spectrum[low:high]))) * SAMPLE_RATE / 65536


def test_the_patch_holds_no_sample_of_the_target(vital: Vital) -> None:
    target = heard(plucked(220.0))
    for draft in drafts(target):
        patch = to_patch(vital.space, draft.sketch())
        assert "sample" not in patch.assets
        assert patch.values.get("sample_on", 0.0) == 0.0


def test_the_same_sound_gives_the_same_patch(vital: Vital) -> None:
    y = plucked(220.0) + np.float32(0.01) * np.random.default_rng(0).standard_normal(52920).astype(np.float32)
    first, second = (drafts(heard(y)) for _ in range(2))
    for a, b in zip(first, second, strict=True):
        assert to_patch(vital.space, a.sketch()).sha256 == to_patch(vital.space, b.sketch()).sha256


def test_any_note_may_be_asked_for(vital: Vital) -> None:
    for note in (12, 108):
        target = dataclasses.replace(heard(plucked(220.0)), note=note)
        hz, _ = partials(play(vital, drafts(target)[0], target), 220.0, 1)
        assert abs(1200 * np.log2(hz[0] / 220.0)) < 5


def odd_sounds() -> dict[str, F32]:
    rng = np.random.default_rng(0)
    click = np.zeros(4410)
    click[40] = 1.0
    made = {
        "DC": np.full((2, 20000), 0.3),
        "25 ms": np.sin(np.arange(1102) * 0.1),
        "click": click,
        "noise": 0.1 * rng.standard_normal((2, 30000)),
        "silence after": np.concatenate([np.sin(np.arange(9000) * 0.05), np.zeros(40000)]),
        "opposite channels": np.outer([1.0, -1.0], np.sin(np.arange(9999) * 0.05)),
        "sub-bass": 0.5 * np.sin(2 * np.pi * 25.0 * seconds(1.0)),
        "whistle": 0.5 * np.sin(2 * np.pi * 8000.0 * seconds(0.4)),
    }
    return {name: np.asarray(y, np.float32) for name, y in made.items()}


@pytest.mark.parametrize("name", list(odd_sounds()))
def test_odd_sounds_are_played_and_corrected(vital: Vital, name: str) -> None:
    try:
        target = heard(odd_sounds()[name])
    except AudioError:
        return  # what cannot be listened to cannot get here
    draft = drafts(target)[0]
    first = play(vital, draft, target)
    again: HarmonicDraft = draft.corrected(first)[0]
    y = play(vital, again, target)
    assert np.isfinite(first).all()
    assert np.isfinite(y).all()
    assert np.abs(y).max() > 0


def test_nothing_to_resynthesise_is_said_in_words() -> None:
    target = heard(plucked(220.0))
    for samples in (np.zeros(0), np.zeros(5000), np.full(5000, np.nan)):
        with pytest.raises(AudioError, match="empty, silent or not finite"):
            drafts(dataclasses.replace(target, audio=Audio(samples, SAMPLE_RATE)))

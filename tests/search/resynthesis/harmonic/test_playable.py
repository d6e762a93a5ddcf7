"""What comes out is an instrument: it is in tune, keeps its timbre, stops, sustains and dies as it should."""

from __future__ import annotations

import numpy as np
import pytest

from patchpilot.audio import Target, note_to_hz
from patchpilot.instruments.vital.vital import Vital
from patchpilot.search.resynthesis.harmonic import HarmonicDraft, drafts
from tests.search.resynthesis.harmonic.playing import heard, held, level_db, partials, play, plucked


@pytest.fixture(scope="module")
def pluck() -> tuple[Target, HarmonicDraft]:
    target = heard(plucked(note_to_hz(57.2)))
    return target, drafts(target)[0]


@pytest.fixture(scope="module")
def organ() -> tuple[Target, HarmonicDraft]:
    target = heard(held(196.0))
    return target, drafts(target)[0]


@pytest.mark.parametrize("up", [0, 7, -7])
def test_every_note_is_in_tune_with_its_own_timbre(
    vital: Vital, pluck: tuple[Target, HarmonicDraft], up: int
) -> None:
    target, draft = pluck
    hz, db = partials(play(vital, draft, target, up=up), note_to_hz(57.2 + up), 6)
    cents = 1200 * np.log2(hz / np.arange(1, 7) / note_to_hz(57.2 + up))
    assert np.abs(cents).max() < 5
    _, original_db = partials(target.audio.mono(), note_to_hz(57.2), 6)
    assert np.abs((db - db[0]) - (original_db - original_db[0])).max() < 3


def test_a_note_let_go_early_stops(vital: Vital, organ: tuple[Target, HarmonicDraft]) -> None:
    target, draft = organ
    y = play(vital, draft, target, hold_s=0.3, length_s=1.2)
    assert level_db(y, 0.85, 0.95) < level_db(y, 0.1, 0.3) - 40


def test_a_struck_note_let_go_early_stops(vital: Vital, pluck: tuple[Target, HarmonicDraft]) -> None:
    target, draft = pluck
    y = play(vital, draft, target, hold_s=0.1, length_s=1.0)
    assert level_db(y, 0.65, 0.75) < level_db(y, 0.0, 0.1) - 40


def test_a_sound_that_holds_sustains_when_held_longer(
    vital: Vital, organ: tuple[Target, HarmonicDraft]
) -> None:
    target, draft = organ
    y = play(vital, draft, target, hold_s=3.0, length_s=3.5)
    assert level_db(y, 2.5, 3.0) == pytest.approx(level_db(y, 0.3, 0.7), abs=3)


def test_a_sound_that_dies_is_silent_when_held_longer(
    vital: Vital, pluck: tuple[Target, HarmonicDraft]
) -> None:
    target, draft = pluck
    y = play(vital, draft, target, hold_s=3.0, length_s=3.5)
    assert level_db(y, 2.5, 3.0) < level_db(y, 0.0, 0.3) - 60

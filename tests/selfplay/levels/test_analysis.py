"""A loop is taken apart into the hits that it was made of."""

from __future__ import annotations

import numpy as np
import pytest

from patchpilot.audio import Audio
from patchpilot.errors import AudioError
from patchpilot.instruments.rack.material.material import Material
from patchpilot.selfplay.levels.analysis import taken_apart
from patchpilot.selfplay.levels.grouping import CLOSE, MOST_PARTS, grouped, hit_distances
from patchpilot.selfplay.levels.names import part_names
from patchpilot.selfplay.levels.pattern import gridded, on_grid, score_of
from patchpilot.selfplay.levels.scoring import chroma_correlation, onset_f, scored
from tests.selfplay.levels.loops import HATS, KICKS, RATE, TEMPO, TONES, drum_loop, tone_loop


def test_drums_are_told_apart_and_put_on_their_steps() -> None:
    taken = taken_apart(Material(drum_loop(2), TEMPO))
    names = part_names(taken)
    assert len(taken.parts) == 2
    assert names[0] == "kick"
    score = score_of(taken, names)
    steps = {part.name: {on_grid(strike.beat) % 16 for strike in part.strikes} for part in score.parts}
    assert [set(KICKS), set(HATS)] == list(steps.values())
    assert score.bars == 2
    assert not taken.is_pitched


def test_tones_have_their_notes() -> None:
    taken = taken_apart(Material(tone_loop(2), TEMPO))
    heard = [round(hit.pitch) for hit in taken.hits if hit.pitch is not None]
    assert set(heard) == set(TONES.values())
    score = gridded(score_of(taken, part_names(taken)))
    played = {
        round(strike.beat * 4) % 16: part.note + strike.semitones
        for part in score.parts
        for strike in part.strikes
        if round(strike.beat * 4) % 16 in TONES
    }
    assert played == TONES


def test_groups_of_hits_that_are_close() -> None:
    apart = np.where(np.arange(18)[:, None] // 6 == np.arange(18) // 6, 0.2, 1.5)
    np.fill_diagonal(apart, 0.0)
    assert grouped(apart).tolist() == [0] * 6 + [1] * 6 + [2] * 6
    assert grouped(np.zeros((5, 5))).tolist() == [0] * 5
    assert grouped(np.zeros((1, 1))).tolist() == [0]
    rng = np.random.default_rng(3)
    many = np.abs(np.subtract.outer(*[10.0 * rng.random(40)] * 2))
    assert len(set(grouped(many).tolist())) == MOST_PARTS


def test_one_sound_on_other_notes_is_close() -> None:
    notes = (50, 57, 62)
    sounds = [*(_struck(note, 1) for note in notes), _struck(57, 4)]
    plain = hit_distances(sounds, [None] * 4)
    heard = hit_distances(sounds, [*notes, 57])
    assert plain[0, 1] > CLOSE
    assert heard[:3, :3].max() < CLOSE / 2
    assert heard[1, 3] > CLOSE
    assert (heard == heard.T).all()


def _struck(note: int, brightness: int) -> Audio:
    """Harmonics that fall as steeply as a number says, the smaller the steeper, and die away."""
    t = np.arange(RATE // 3) / RATE
    hz = 440.0 * 2 ** ((note - 69) / 12)
    tones = [k ** (-4.0 / brightness) * np.sin(2 * np.pi * k * hz * t) for k in range(1, 20)]
    return Audio((0.1 * np.sum(tones, axis=0) * np.exp(-t / 0.2)).astype(np.float32), RATE)


def test_a_tempo_that_was_heard_makes_a_bar() -> None:
    loop = drum_loop(1)
    assert taken_apart(Material(loop, TEMPO / 2, source="analysis")).tempo_bpm == TEMPO
    assert taken_apart(Material(loop, TEMPO / 2)).tempo_bpm == TEMPO / 2  # somebody said so


def test_one_long_sound_is_one_hit() -> None:
    t = np.arange(4 * RATE) / RATE
    taken = taken_apart(Material(Audio(0.3 * np.sin(2 * np.pi * 220 * t), RATE)))
    assert len(taken.hits) == 1
    assert taken.material.tempo_bpm == pytest.approx(120.0)


@pytest.mark.parametrize(
    ("audio", "said"), [(Audio(np.zeros(RATE), RATE), "silence"), (Audio(np.ones(61 * RATE), RATE), "60 s")]
)
def test_what_is_no_loop(audio: Audio, said: str) -> None:
    with pytest.raises(AudioError, match=said):
        taken_apart(Material(audio))


def test_onsets_are_counted_once() -> None:
    assert onset_f([0.0, 1.0], [0.01, 1.04]) == 1.0
    assert onset_f([0.0, 1.0], [0.01, 0.02, 1.2]) == pytest.approx(2 / 5)
    assert onset_f([], []) == 1.0
    assert onset_f([0.0], []) == 0.0


def test_the_loop_itself_scores_best_and_another_less() -> None:
    loop = tone_loop(2)
    best = scored(loop, loop, is_pitched=True)
    assert (best.onset_f, best.timbre) == (1.0, 0.0)
    assert best.total == pytest.approx(1.0)
    higher = Audio(loop.samples[:, ::1][:, : len(loop)] * 0 + drum_loop(2).samples, RATE)
    assert chroma_correlation(loop, higher) < 0.5
    # A quarter of a tone off, and a little: still the notes that it has.
    off = [_tuned(loop, cents) for cents in (48.0, 52.0)]
    assert chroma_correlation(*off) > 0.95
    assert scored(loop, higher, is_pitched=True).total < 0.7


def _tuned(audio: Audio, cents: float) -> Audio:
    places = np.arange(int(len(audio) / 1.1)) * 2.0 ** (cents / 1200.0)
    return Audio(np.interp(places, np.arange(len(audio)), audio.mono()).astype(np.float32), RATE)

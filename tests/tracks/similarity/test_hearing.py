from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from patchpilot.audio import Audio, resample, save
from patchpilot.errors import AudioError
from patchpilot.tracks import analyze
from patchpilot.tracks.features import SAMPLE_RATE, Listened
from patchpilot.tracks.section import Section
from patchpilot.tracks.similarity import Bars, hear
from patchpilot.tracks.similarity.copies import copied
from patchpilot.tracks.similarity.hearing import GROUPS, Stretch, size_of
from patchpilot.tracks.similarity.stretches import LEAST_S, MOST_S, stretches
from tests.tracks.beating import beat, pad

BASE = Bars()


def whole(audio: Audio) -> Stretch:
    track = analyze(audio)
    listened = Listened(audio)
    return Stretch(listened, 0.0, listened.duration_s, track.grid, track)


def group(row: np.ndarray, name: str) -> np.ndarray:
    names = [label for label, _ in GROUPS]
    ends = np.cumsum([count for _, count in GROUPS])
    k = names.index(name)
    return row[ends[k] - GROUPS[k][1] : ends[k]]


@pytest.fixture(scope="module")
def own() -> Stretch:
    return whole(beat(138.0, 16, bass=0.3))


def test_the_level_does_not_matter(own: Stretch) -> None:
    softer = Audio(own.listened.audio.samples * np.float32(0.3), SAMPLE_RATE)
    changed = Stretch(Listened(softer), own.start_s, own.end_s, own.grid, own.track)
    np.testing.assert_allclose(BASE(changed), BASE(own), atol=2e-2)


def test_the_tempo_is_told_by_one_number_only(own: Stretch) -> None:
    row, quicker = BASE(own), BASE(whole(beat(146.0, 16, bass=0.3)))
    assert group(quicker, "track")[0] == pytest.approx(146.0, abs=0.1)
    for name in ("beat", "bar"):
        np.testing.assert_allclose(group(quicker, name), group(row, name), atol=0.15)
    other = BASE(whole(pad(20.0)))
    near, far = (np.linalg.norm(group(x, "colour") - group(row, "colour")) for x in (quicker, other))
    assert near < 0.2 * far


def test_without_a_beat_there_is_no_rhythm() -> None:
    row = BASE(whole(pad(12.0)))
    assert row.shape == (size_of(BASE),)
    assert np.isnan(group(row, "beat")).all()
    assert np.isfinite(group(row, "colour")).all()


def test_a_copy_differs_and_is_of_the_same_kind(own: Stretch) -> None:
    rows = [BASE(copied(own, BASE, np.random.default_rng(seed))) for seed in (1, 2, 1)]
    np.testing.assert_array_equal(rows[0], rows[2])
    assert not np.array_equal(rows[0], rows[1])
    tempo = group(rows[0], "track")[0]
    assert 0.9 * 138.0 <= tempo <= 1.1 * 138.1
    np.testing.assert_allclose(group(rows[0], "bar"), group(BASE(own), "bar"), atol=0.5)


def test_a_copys_pitch_is_at_most_three_semitones_off() -> None:
    t = np.arange(6 * SAMPLE_RATE) / SAMPLE_RATE
    tone = Audio(0.5 * np.sin(2 * np.pi * 440.0 * t), SAMPLE_RATE)
    stretch = Stretch(Listened(tone), 0.0, 6.0, None, analyze(tone))
    for seed in range(6):
        heard = copied(stretch, BASE, np.random.default_rng(seed)).listened.mono
        hz = float(np.argmax(np.abs(np.fft.rfft(heard * np.hanning(len(heard))))) * SAMPLE_RATE / len(heard))
        assert abs(12.0 * np.log2(hz / 440.0)) < 3.05


def test_long_sections_are_cut_and_nothing_is_lost() -> None:
    track = analyze(beat(120.0, 40, bass=0.3))
    parts = stretches(track)
    assert all(part.duration_s <= MOST_S + 2.0 for part in parts)
    long = [s for s in track.sections or (Section("", 0.0, track.duration_s),) if s.duration_s >= LEAST_S]
    assert sum(part.duration_s for part in parts) == pytest.approx(sum(s.duration_s for s in long), abs=0.01)


def test_what_was_heard_is_kept_by_content(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    path = tmp_path / "a.wav"
    save(beat(138.0, 8), path)
    first = hear(path, BASE, copies=1, cache=tmp_path / "kept")
    kept = sorted((tmp_path / "kept").iterdir())
    assert kept
    again = hear(path.rename(tmp_path / "b.wav"), BASE, copies=1, cache=tmp_path / "kept")
    np.testing.assert_array_equal(again.rows, first.rows)
    assert again.path.name == "b.wav"
    for path in kept:  # a damaged one is made again
        path.write_bytes(b"rubbish")
    np.testing.assert_array_equal(hear(again.path, BASE, copies=1, cache=tmp_path / "kept").rows, first.rows)
    assert first.rows.shape[0] == 2


def test_mono_and_silent_and_short_files(tmp_path: Path) -> None:
    with pytest.raises(AudioError, match="2 s"):
        hear(_saved(tmp_path, beat(138.0, 1).samples[:, :SAMPLE_RATE]), BASE, cache=tmp_path)
    with pytest.raises(AudioError, match="silent"):
        hear(_saved(tmp_path, np.zeros((2, 5 * SAMPLE_RATE), np.float32)), BASE, cache=tmp_path)
    low = resample(beat(90.0, 6), 22050)
    save(low, tmp_path / "low.wav")
    assert hear(tmp_path / "low.wav", BASE, cache=tmp_path).rows.shape[2] == size_of(BASE)


def _saved(folder: Path, samples: np.ndarray) -> Path:
    path = folder / "sound.wav"
    save(Audio(samples, SAMPLE_RATE), path)
    return path

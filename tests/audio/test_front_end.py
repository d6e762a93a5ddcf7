from __future__ import annotations

import numpy as np
import pytest

from patchpilot.audio import Audio, note_to_hz
from patchpilot.audio.front_end import SECONDS, SHAPE, STEPS, edges_s, front_end

RATE = 44100


def tone(hz: float, *, seconds: float = 2.0, start_s: float = 0.0, rate: int = RATE) -> np.ndarray:
    t = np.arange(round(seconds * rate)) / rate
    return np.where(t >= start_s, 0.3 * np.sin(2 * np.pi * hz * t), 0.0).astype(np.float32)


def test_its_values_are_bytes_between_0_and_1_and_the_loudest_is_1() -> None:
    picture = front_end(Audio(tone(440.0), RATE), pitch=69)
    assert picture.shape == SHAPE
    assert picture.dtype == np.float32
    np.testing.assert_array_equal(np.round(picture * STEPS) / np.float32(STEPS), picture)
    assert picture[:3].max(axis=(1, 2)) == pytest.approx([1.0, 1.0, 1.0])
    assert not picture[3].any()  # mono


def test_the_spans_of_time_grow_and_end_after_two_seconds() -> None:
    widths = np.diff(edges_s())
    assert edges_s()[0] == 0.0
    assert edges_s()[-1] == SECONDS
    assert (np.diff(widths) > 0.0).all()
    assert widths[[0, -1]] == pytest.approx([0.007, 0.083], abs=0.001)


@pytest.mark.parametrize("note", [36, 60, 77])
def test_seen_from_the_note_a_tone_lies_in_one_place_whatever_the_key(note: int) -> None:
    picture = front_end(Audio(tone(note_to_hz(note)), RATE), pitch=note)
    assert picture[1].mean(axis=1).argmax() in (23, 24)


def test_in_octaves_a_tone_lies_higher_the_higher_it_is() -> None:
    places = [
        front_end(Audio(tone(hz), RATE), pitch=60)[0].mean(axis=1).argmax() for hz in (110.0, 440.0, 3520.0)
    ]
    assert places[0] < places[1] < places[2]
    assert places[1] == pytest.approx(np.log(440 / 30) / np.log(16000 / 30) * 95, abs=1)


def test_the_gain_of_a_sound_does_not_matter() -> None:
    loud = front_end(Audio(tone(300.0), RATE), pitch=60)
    quiet = front_end(Audio(0.01 * tone(300.0), RATE), pitch=60)
    assert np.abs(loud - quiet).max() <= 1.5 / STEPS


def test_an_onset_lies_where_it_is_and_the_short_window_shows_it_best() -> None:
    picture = front_end(Audio(tone(1000.0, start_s=0.25), RATE), pitch=60)
    span = int(np.searchsorted(edges_s(), 0.25)) - 1
    level = picture.max(axis=1)
    assert level[2, span - 2] == 0.0
    assert level[2, span + 2] > 0.9
    assert level[0, span - 1] > 0.1  # the longer window smears it


def test_what_is_unlike_in_both_sides_is_in_the_last_channel_beside_the_mid() -> None:
    left, right = tone(500.0), tone(2000.0)
    picture = front_end(Audio(np.stack([left, right]), RATE), pitch=60)
    # Where both tones sound, and not in the onset, where the two meet.
    loud = picture[0] > 0.9
    np.testing.assert_allclose(picture[3][loud], picture[0][loud], atol=2 / STEPS)
    alike = front_end(Audio(np.stack([left, left]), RATE), pitch=60)
    assert not alike[3].any()


def test_silence_is_0_and_a_short_or_long_sound_of_another_rate_is_seen_too() -> None:
    assert not front_end(Audio(np.zeros(100, np.float32), RATE), pitch=60).any()
    short = front_end(Audio(tone(440.0, seconds=0.3, rate=48000), 48000), pitch=69)
    assert not short[:, :, -10:].any()
    whole = front_end(Audio(tone(440.0, seconds=5.0), RATE), pitch=69)
    np.testing.assert_array_equal(whole[:, :, :60], front_end(Audio(tone(440.0), RATE), pitch=69)[:, :, :60])

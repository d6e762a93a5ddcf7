import numpy as np
import pytest

from patchpilot.audio import Audio, hz_to_note, load, note_name, note_to_hz, pitch, pitch_track
from tests.audio.tones import DATA, dying, harmonics, noise, silence, sine

FREQUENCIES = [30.0, 41.2, 82.4, 164.8, 330.0, 660.0, 1320.0, 2640.0, 4000.0]
SAW = {k: 1 / k for k in range(1, 41)}


def cents(f_hz: float | None, truth_hz: float) -> float:
    assert f_hz is not None
    return float(1200 * np.log2(f_hz / truth_hz))


@pytest.mark.parametrize("seconds", [0.15, 0.6])
@pytest.mark.parametrize("f0_hz", FREQUENCIES)
def test_periodic_tones(f0_hz: float, seconds: float) -> None:
    for amplitudes in ({1: 1.0}, SAW, {k: 1 / k for k in range(1, 41, 2)}, {1: 0.05, 2: 1, 3: 0.5, 4: 0.3}):
        heard = pitch(harmonics(f0_hz, amplitudes, seconds))
        assert abs(cents(heard.f0_hz, f0_hz)) < 5
        assert heard.voiced


@pytest.mark.parametrize("seconds", [0.15, 0.6])
@pytest.mark.parametrize("f0_hz", FREQUENCIES[:6])
def test_missing_fundamental(f0_hz: float, seconds: float) -> None:
    without_first = {k: 1 / k for k in range(2, 13)}
    without_three = dict.fromkeys(range(4, 13), 1.0)
    assert abs(cents(pitch(harmonics(f0_hz, without_first, seconds)).f0_hz, f0_hz)) < 5
    assert abs(cents(pitch(harmonics(f0_hz, without_three, seconds)).f0_hz, f0_hz)) < 5


@pytest.mark.parametrize("f0_hz", FREQUENCIES)
def test_stiff_string_and_pluck(f0_hz: float) -> None:
    stiff = harmonics(f0_hz, {k: 1 / k for k in range(1, 17)}, stretch=4e-4)
    assert abs(cents(pitch(stiff).f0_hz, f0_hz)) < 30
    assert abs(cents(pitch(dying(harmonics(f0_hz, SAW), 60)).f0_hz, f0_hz)) < 5


@pytest.mark.parametrize("f0_hz", FREQUENCIES)
def test_noise_over_a_tone(f0_hz: float) -> None:
    tone = harmonics(f0_hz, SAW)
    noisy = Audio(tone.samples + 0.3 * tone.samples.std() * noise(gain=1.0).samples, 44100)
    assert abs(cents(pitch(noisy).f0_hz, f0_hz)) < 15


def test_two_detuned_oscillators_are_heard_between_them() -> None:
    both = Audio(harmonics(110, SAW, 1.0).samples + harmonics(110.6, SAW, 1.0).samples, 44100)
    assert abs(cents(pitch(both).f0_hz, 110.3)) < 10


def test_kick_is_where_it_comes_to_rest() -> None:
    t = np.arange(22050) / 44100
    f_hz = 50 + 250 * np.exp(-t / 0.02)
    kick = Audio(np.sin(2 * np.pi * np.cumsum(f_hz) / 44100) * np.exp(-4 * t), 44100)
    assert abs(cents(pitch(kick).f0_hz, 50)) < 40


@pytest.mark.parametrize(
    ("name", "pitch_class"), [("bass_trance_c", 0), ("bass_woodsy_c", 0), ("bass_dnb_f", 5), ("elec_ping", 9)]
)
def test_real_sounds_are_in_their_key(name: str, pitch_class: int) -> None:
    heard = pitch(load(DATA / f"{name}.flac"))
    assert heard.voiced
    assert heard.f0_hz is not None
    assert round(hz_to_note(heard.f0_hz)) % 12 == pitch_class


def test_other_rates() -> None:
    for sample_rate in (8000, 48000, 96000):
        assert abs(cents(pitch(sine(440, 0.5, sample_rate)).f0_hz, 440)) < 5


@pytest.mark.parametrize("seconds", [0.02, 0.03, 0.05])
def test_very_short_sounds(seconds: float) -> None:
    assert abs(cents(pitch(sine(440, seconds)).f0_hz, 440)) < 20


def test_noise_and_silence_have_no_pitch() -> None:
    assert not pitch(noise(1.0)).voiced
    assert not pitch(load(DATA / "drum_cymbal_closed.flac")).voiced
    heard = pitch(silence())
    assert (heard.f0_hz, heard.confidence, heard.voiced) == (None, 0.0, False)


def test_confidence_orders_tone_noisy_tone_and_noise() -> None:
    tone, hiss = sine(220).samples, noise().samples
    confidences = [pitch(Audio(y, 44100)).confidence for y in (tone, tone + 2 * hiss, tone + 8 * hiss)]
    assert confidences[0] > 0.99
    assert confidences[0] > confidences[1] > confidences[2]
    assert all(0 <= confidence <= 1 for confidence in confidences)


def test_track_follows_a_slide() -> None:
    t = np.arange(44100) / 44100
    f_hz = 200 * 2**t
    slide = Audio(np.sin(2 * np.pi * np.cumsum(f_hz) / 44100), 44100)
    track = pitch_track(slide, hop_s=0.005, floor_hz=100)
    assert np.diff(track.times_s) == pytest.approx(0.005, abs=1e-4)
    assert np.abs(1200 * np.log2(track.f0_hz / (200 * 2**track.times_s))).max() < 10
    assert track.strength.min() > 0.95
    assert track.f0_hz.shape == track.times_s.shape == track.strength.shape == track.level.shape


def test_track_of_silence_is_without_pitch() -> None:
    track = pitch_track(silence())
    assert np.isnan(track.f0_hz).all()
    assert not track.strength.any()


def test_notes() -> None:
    assert hz_to_note(440.0) == 69
    assert hz_to_note(261.6256) == pytest.approx(60, abs=1e-4)
    for note in range(128):
        assert hz_to_note(note_to_hz(note)) == pytest.approx(note)


def test_notes_have_names() -> None:
    assert [note_name(note) for note in (0, 60, 61, 127)] == ["C-1", "C4", "C♯4", "G9"]

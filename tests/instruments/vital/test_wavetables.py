from __future__ import annotations

import itertools

import numpy as np
import numpy.typing as npt
import pytest
import scipy.special

from patchpilot.errors import ParameterError
from patchpilot.instruments.vital.assets import from_vital, to_vital, white_noise
from patchpilot.instruments.vital.vital import Vital
from patchpilot.instruments.vital.wavetables import BUILT_IN, built_in, built_in_names, is_built_in
from patchpilot.space import Patch, Performance, Space

every_table = pytest.mark.parametrize("name", built_in_names())


def harmonics(frames: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
    """Amplitudes of harmonics 0..1024 of each frame, in column n the n-th."""
    return np.asarray(np.abs(np.fft.rfft(frames.astype(np.float64), axis=-1)) / 1024.0)


def amplitudes(name: str) -> npt.NDArray[np.float64]:
    return harmonics(BUILT_IN[name]())


@every_table
def test_frames_fit_vital(name: str) -> None:
    frames = BUILT_IN[name]()
    assert frames.dtype == np.float32
    assert frames.shape[1] == 2048
    assert 8 <= len(frames) <= 64


@every_table
def test_no_frame_has_dc_and_the_table_just_fills_full_scale(name: str) -> None:
    frames = BUILT_IN[name]()
    assert np.abs(frames.mean(axis=1, dtype=np.float64)).max() < 1e-6
    assert np.abs(frames).max() == 1.0


@every_table
def test_all_frames_are_equally_loud(name: str) -> None:
    rms = np.sqrt((BUILT_IN[name]().astype(np.float64) ** 2).mean(axis=1))
    np.testing.assert_allclose(rms, rms[0], rtol=1e-5)
    assert rms[0] > 0.1


@every_table
def test_neighbouring_frames_are_alike_but_not_the_same(name: str) -> None:
    frames = BUILT_IN[name]()
    likeness = [np.corrcoef(a, b)[0, 1] for a, b in itertools.pairwise(frames)]
    assert min(likeness) > 0.45
    assert max(likeness) < 1.0 - 1e-9
    assert np.median(likeness) > 0.7
    assert np.corrcoef(frames[0], frames[-1])[0, 1] < 0.97


def test_basic_shapes_are_sine_triangle_saw_and_square() -> None:
    n = np.arange(1, 65)
    odd = n % 2 == 1
    spectrum = amplitudes("Basic Shapes")[:, 1:65]
    for frame, expected in zip(spectrum[::4], [n == 1, odd / n**2, 1 / n, odd / n], strict=True):
        np.testing.assert_allclose(frame / frame[0], expected, atol=2e-5)


def test_saw_to_square_loses_its_even_harmonics() -> None:
    spectrum = amplitudes("Saw to Square")
    even = spectrum[:, 2] / spectrum[:, 1]
    np.testing.assert_allclose(even, np.linspace(0.5, 0.0, 9), atol=1e-5)
    np.testing.assert_allclose(spectrum[:, 3] / spectrum[:, 1], 1 / 3, atol=1e-5)


def test_a_pulse_has_nulls_where_its_width_is_a_whole_number_of_periods() -> None:
    spectrum = amplitudes("Pulse Width")
    n = np.arange(1, 1024)
    for width, frame in zip(np.geomspace(0.5, 0.02, 25), spectrum, strict=True):
        expected = np.abs(np.sin(np.pi * n * width) / n) / np.sin(np.pi * width)
        np.testing.assert_allclose(frame[1:1024] / frame[1], expected, atol=1e-4)
    assert spectrum[-1, 50] < 1e-5 < spectrum[-1, 49]


def test_pwm_is_a_square_in_the_middle_and_mirrored_around_it() -> None:
    spectrum = amplitudes("PWM")
    assert spectrum[16, 2::2].max() < 1e-5
    np.testing.assert_allclose(spectrum, spectrum[::-1], atol=1e-5)


def test_the_harmonic_series_ends_with_64_equal_harmonics() -> None:
    spectrum = amplitudes("Harmonic Series")
    assert spectrum[0, 2:].max() < 1e-5
    np.testing.assert_allclose(spectrum[-1, 1:65], spectrum[-1, 1], rtol=1e-4)
    assert spectrum[-1, 65:].max() < 1e-5


def test_odd_becomes_even() -> None:
    spectrum = amplitudes("Odd to Even")
    assert spectrum[0, 2::2].max() < 1e-5 < spectrum[0, 3]
    assert spectrum[-1, 3::2].max() < 1e-5 < spectrum[-1, 2]


def test_drawbars_sound_only_their_own_harmonics() -> None:
    spectrum = amplitudes("Drawbars")
    assert spectrum[0, 2:].max() < 1e-5
    assert spectrum[:, [7, *range(9, 1025)]].max() < 1e-5
    np.testing.assert_allclose(spectrum[-1, [1, 2, 3, 4, 5, 6, 8]], spectrum[-1, 1], rtol=1e-4)


def test_single_harmonics_are_visited_in_turn() -> None:
    spectrum = amplitudes("Single Harmonics")
    np.testing.assert_array_equal(spectrum[::3].argmax(axis=1), np.arange(1, 17))
    assert (spectrum[::3].max(axis=1) ** 2 / (spectrum[::3] ** 2).sum(axis=1)).min() > 0.98


@pytest.mark.parametrize(("frame", "formants_hz"), [(0, (730, 1090)), (6, (530, 1840)), (12, (270, 2290))])
def test_vowels_peak_at_their_formants(frame: int, formants_hz: tuple[float, float]) -> None:
    spectrum = amplitudes("Vowels")[frame, :32] * np.maximum(np.arange(32), 1)  # without the source's 1/n
    peaks = [n for n in range(1, 31) if spectrum[n] >= spectrum[n - 1] and spectrum[n] > spectrum[n + 1]]
    for formant_hz in formants_hz:
        assert min(abs(n - formant_hz / 110.0) for n in peaks) <= 1.0


def test_fm_has_bessel_sidebands() -> None:
    spectrum = amplitudes("FM Glass")
    for sideband in range(4):
        expected = np.abs(scipy.special.jv(sideband, np.linspace(0.0, 4.0, 17)))
        np.testing.assert_allclose(spectrum[:, 1 + 7 * sideband], expected, atol=1e-4)


def test_the_wave_folder_makes_odd_harmonics_more_and_more() -> None:
    spectrum = amplitudes("Wave Fold")
    assert spectrum[:, 2::2].max() < 1e-5
    mean_harmonic = spectrum**2 @ np.arange(1025) / (spectrum**2).sum(axis=1)
    assert mean_harmonic[0] < 1.01
    assert mean_harmonic[-1] > 6.0


def test_sync_begins_as_a_saw_and_then_resonates_at_its_ratio() -> None:
    spectrum = amplitudes("Sync")
    n = np.arange(1, 65)
    np.testing.assert_allclose(spectrum[0, 1:65] / spectrum[0, 1], 1 / n, atol=1e-5)
    assert spectrum[-1].argmax() in (5, 6)


def test_the_bell_keeps_its_partials_and_loses_the_high_ones() -> None:
    spectrum = amplitudes("Bell")
    partials = [4, 8, 10, 12, 16, 20, 21, 24, 32, 43, 53, 65]
    assert np.delete(spectrum, partials, axis=1).max() < 1e-5
    assert (np.diff(spectrum[:, 65] / spectrum[:, 4]) < 0.0).all()


def test_noise_is_dense_and_ends_white() -> None:
    spectrum = amplitudes("Noise")
    np.testing.assert_allclose(spectrum[-1, 1:1024], spectrum[-1, 1], rtol=1e-2)
    assert spectrum[0, 100] / spectrum[0, 1] == pytest.approx(1e-3, rel=0.05)
    assert np.abs(np.corrcoef(BUILT_IN["Noise"]()[-1][1:], BUILT_IN["Noise"]()[-1][:-1])[0, 1]) < 0.05


def test_the_resonance_runs_from_the_first_harmonic_to_the_128th() -> None:
    flat = amplitudes("Resonant Sweep")[:, 1:1024] * np.arange(1, 1024)
    np.testing.assert_allclose(flat.argmax(axis=1) + 1, np.geomspace(1, 128, 41), atol=0.6, rtol=0.02)


def test_a_clarinet_is_hollow() -> None:
    spectrum = amplitudes("Clarinet")
    assert (spectrum[:, 3] > 8 * spectrum[:, 2]).all()
    assert (np.diff(spectrum[:, 9] / spectrum[:, 1]) > 0.0).all()


def test_strings_get_brighter() -> None:
    spectrum = amplitudes("Strings")
    centre = spectrum @ np.arange(1025) / spectrum.sum(axis=1)
    assert (np.diff(centre) > 0.0).all()
    assert spectrum[-1, 2] / spectrum[-1, 1] > 0.5


def test_held_steps_of_a_sine_leave_images_around_their_rate() -> None:
    last = amplitudes("Digital")[-1]  # four steps: a square
    assert last[2::2].max() < 1e-5
    assert last[3] / last[1] == pytest.approx(1 / 3, abs=1e-4)
    first = amplitudes("Digital")[0]  # 64 steps
    assert first[2:63].max() < 1e-5 < first[63]


def test_no_table_is_another() -> None:
    assert len({built_in(name).sha256 for name in BUILT_IN}) == len(BUILT_IN)


def test_a_table_is_known_again_after_a_preset_held_it() -> None:
    asset = built_in("Vowels")
    again, name = from_vital("wavetable", to_vital(asset, "Vowels"), where="wavetable 1")
    assert is_built_in(again)
    assert name == "Vowels"
    assert not is_built_in(white_noise())


def test_a_name_that_is_not_there_suggests_one_that_is() -> None:
    with pytest.raises(
        ParameterError, match="no built-in wavetable 'saw to sqare'; did you mean 'Saw to Square'"
    ):
        built_in("saw to sqare")


def test_every_table_sounds_in_the_engine_as_it_is_written(vital: Vital, space: Space) -> None:
    """The last frame, at C2: its first 24 harmonics within 0.5 dB, where they are above −40 dB."""
    values = {"osc_1_wave_frame": 256.0, "osc_1_random_phase": 0.0}
    patches = [Patch.make(space, values, assets={"wavetable_1": built_in(name)}) for name in BUILT_IN]
    note = Performance.one_note(36, hold_s=1.2, length_s=1.0)
    for name, audio in zip(BUILT_IN, vital.render_many((patch, note) for patch in patches), strict=True):
        assert not isinstance(audio, Exception)
        heard = _levels(audio.mono()[13230:35280], 440.0 * 2.0 ** ((36 - 69) / 12), 44100)
        written = amplitudes(name)[-1, 1:25]
        loud = written > 0.01 * written.max()
        ratio_db = 20.0 * np.log10(heard[loud] / written[loud])
        assert np.ptp(ratio_db) < 0.5, name
        assert heard[~loud].max(initial=0.0) < 0.02 * heard.max(), name


def _levels(samples: npt.NDArray[np.float32], f0_hz: float, sample_rate: int) -> npt.NDArray[np.float64]:
    """Amplitudes at the first 24 harmonics of `f0_hz`."""
    times = np.arange(samples.size) / sample_rate
    turns = np.exp(-2j * np.pi * f0_hz * np.outer(np.arange(1, 25), times))
    return np.asarray(np.abs(turns @ (samples * np.hanning(samples.size))))

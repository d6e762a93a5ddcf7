import numpy as np
import pytest

from patchpilot.audio import Audio, cut, extent, load, trim
from tests.audio.tones import DATA, dying, harmonics, joined, noise, shaped, silence, sine


@pytest.mark.parametrize("start_s", [0.0, 0.1234, 0.5, 1.017])
@pytest.mark.parametrize("f0_hz", [50.0, 440.0, 4000.0])
def test_onset_is_right_to_a_millisecond(start_s: float, f0_hz: float) -> None:
    found = extent(joined(silence(start_s), dying(sine(f0_hz, 0.5), 60), silence(0.4)))
    assert abs(found.start_s - round(start_s * 44100) / 44100) <= 0.001
    assert abs(found.end_s - (start_s + 0.5)) <= 0.012


@pytest.mark.parametrize("hiss", [1e-4, 1e-3])
def test_hiss_around_the_sound_is_not_the_sound(hiss: float) -> None:
    sound = joined(silence(0.3), sine(440, 0.5), silence(0.6))
    hissing = Audio(sound.samples + noise(1.4, gain=hiss).samples, 44100)
    found = extent(hissing)
    assert abs(found.start_s - 0.3) <= 0.002
    assert abs(found.end_s - 0.8) <= 0.012


def test_a_click_long_before_is_not_the_sound() -> None:
    click = np.zeros(22050)
    click[2000:2010] = 0.002
    assert abs(extent(joined(Audio(click, 44100), sine(440))).start_s - 0.5) <= 0.001


def test_slow_attack_and_long_tail_are_kept() -> None:
    swell = shaped(harmonics(220, {1: 1, 2: 0.5}, 3.0), {0: 0, 1: 1, 2: 1, 3: 0})
    found = extent(joined(silence(0.5), swell, silence(0.5)))
    assert 0.5 <= found.start_s <= 0.506
    assert found.end_s == pytest.approx(3.495, abs=0.006)
    pluck = dying(sine(440, 3.0), 25)
    assert trim(joined(pluck, silence(1.0))).duration_s == pytest.approx(3.0, abs=0.02)


def test_trimmed_sound_begins_after_one_millisecond() -> None:
    trimmed = trim(joined(silence(0.2), sine(1000), silence(0.2)))
    first = int(np.flatnonzero(np.abs(trimmed.samples[0]) > 1e-6)[0])
    assert 0 <= first / 44100 <= 0.0021
    assert trimmed.duration_s == pytest.approx(0.5, abs=0.013)


def test_channels_are_trimmed_together() -> None:
    early, late = joined(sine(440), silence(0.3)), joined(silence(0.3), sine(440))
    both = Audio(np.concatenate([early.samples, late.samples]), 44100)
    assert trim(both).samples.shape == both.samples.shape


def test_silence_comes_back() -> None:
    assert trim(silence(0.3)).duration_s == 0.3
    assert extent(silence(0.3)).end_s == 0.3


def test_trimming_twice_is_trimming_once() -> None:
    for path in sorted(DATA.glob("*.flac")):
        once = trim(load(path))
        assert abs(trim(once).duration_s - once.duration_s) <= 0.015, path.name


def test_cut_keeps_to_the_sound_and_fades() -> None:
    tone = Audio(np.ones(44100), 44100)
    assert cut(tone, -1.0, 9.0).duration_s == 1.0
    part = cut(tone, 0.25, 0.75, fade_s=0.1).samples[0]
    assert len(part) == 22050
    assert part[-1] == 0.0
    assert part[22050 - 4410 - 1] == 1.0
    assert part[-2205] == pytest.approx(0.5, abs=1e-3)

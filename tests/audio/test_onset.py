import numpy as np
import pytest

from patchpilot.audio import Audio, first_sound, load, onset_hop_s, onset_strength, onsets_s, trim
from tests.audio.tones import DATA, dying, harmonics, joined, noise, shaped, silence, sine


def hits(*gaps_s: float) -> Audio:
    """A dying burst of noise at 0 and after each gap."""
    return joined(*(dying(noise(gap, seed), 150) for seed, gap in enumerate([*gaps_s, 0.5])))


def test_hits_are_found_where_they_are() -> None:
    found = onsets_s(hits(0.25, 0.5, 0.125))
    assert found == pytest.approx([0.25, 0.75, 0.875], abs=0.015)


def test_onsets_late_in_a_long_sound_are_no_later() -> None:
    """A hop is 4.989 ms, which in half a minute makes 70 ms."""
    late = joined(silence(30.0), dying(noise(0.5, 3), 150))
    assert onset_hop_s(44100) == 220 / 44100
    assert onsets_s(late) == pytest.approx([30.0], abs=0.015)


def test_first_hit_of_a_loop() -> None:
    first = first_sound(hits(0.25, 0.5, 0.125))
    assert first.of == 4
    assert 0.22 <= first.audio.duration_s <= 0.25
    assert first.audio.samples[0, -1] == 0.0


def test_first_of_real_sounds_in_a_row() -> None:
    kick, snare = (trim(load(DATA / name)) for name in ("bd_haus.flac", "sn_dub.flac"))
    first = first_sound(joined(kick, snare, kick, snare))
    assert first.of == 4
    assert abs(first.audio.duration_s - kick.duration_s) <= 0.03


def test_sound_after_silence_is_another() -> None:
    swell = shaped(sine(220, 1.0), {0: 0, 0.4: 1, 0.6: 1, 1: 0})
    first = first_sound(joined(swell, silence(0.4), swell))
    assert first.of == 2
    assert 0.9 <= first.audio.duration_s <= 1.4


def test_a_strum_that_rings_on_is_one_sound() -> None:
    strum = trim(load(DATA / "guit_harmonics.flac"))
    assert len(onsets_s(strum)) >= 4
    assert first_sound(strum).audio is strum


@pytest.mark.parametrize(
    "name", ["bass_trance_c", "bass_dnb_f", "bass_woodsy_c", "bd_haus", "elec_bell", "sn_dub"]
)
def test_one_shots_stay_whole(name: str) -> None:
    sound = trim(load(DATA / f"{name}.flac"))
    assert first_sound(sound).audio is sound


def test_evolving_pad_stays_one() -> None:
    rng = np.random.default_rng(0)
    t = np.arange(10 * 44100) / 44100
    y = np.zeros_like(t)
    for k in range(1, 24):
        vibrato = 110 * k * (t + 0.002 * np.sin(2 * np.pi * 5 * t))
        y += (
            np.sin(2 * np.pi * vibrato)
            / k
            * (1 + 0.9 * np.sin(2 * np.pi * (rng.random() * t + rng.random())))
        )
    pad = shaped(Audio(0.1 * y, 44100), {0: 0, 2: 1, 8: 1, 10: 0})
    assert first_sound(trim(pad)).of == 1


@pytest.mark.parametrize("rate_hz", [2.0, 6.0])
def test_tremolo_and_vibrato_stay_one(rate_hz: float) -> None:
    tone = harmonics(220, {k: 1 / k for k in range(1, 30)}, 3.0)
    t = np.arange(len(tone)) / 44100
    tremolo = Audio(tone.samples * (1 + 0.6 * np.sin(2 * np.pi * rate_hz * t)), 44100)
    assert first_sound(tremolo).of == 1


def test_strength_of_a_hit_is_far_above_that_of_a_tone() -> None:
    assert onset_strength(hits(0.25)).max() > 15
    assert onset_strength(sine(440))[20:-20].max() < 1
    assert onset_strength(silence()).max() == 0

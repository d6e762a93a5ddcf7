import numpy as np
import pytest

from patchpilot.audio import Audio, hold_s, load, trim
from tests.audio.tones import DATA, dying, harmonics, noise, shaped, sine

SAW = {k: 1 / k for k in range(1, 30)}


def released(audio: Audio, at_s: float, db_per_s: float) -> Audio:
    """Held until `at_s`, then dying."""
    held, rest = audio.samples[:, : round(at_s * 44100)], audio.samples[:, round(at_s * 44100) :]
    tail = dying(Audio(rest, 44100), db_per_s)
    samples = audio.samples.copy()
    samples[:, held.shape[1] :] = tail.samples
    return Audio(samples, 44100)


@pytest.mark.parametrize("at_s", [0.4, 1.0, 1.6])
@pytest.mark.parametrize("db_per_s", [80.0, 200.0])
def test_release_of_a_held_sound(at_s: float, db_per_s: float) -> None:
    sound = released(harmonics(110, SAW, 2.0), at_s, db_per_s)
    assert abs(hold_s(sound) - at_s) < 0.06


def test_slow_attack_does_not_hide_the_release() -> None:
    pad = shaped(released(harmonics(110, SAW, 3.0), 2.0, 100), {0: 0, 0.8: 1, 3: 1})
    assert abs(hold_s(pad) - 2.0) < 0.08


@pytest.mark.parametrize("db_per_s", [15.0, 40.0, 150.0])
def test_dying_sound_is_held_to_its_end(db_per_s: float) -> None:
    sound = dying(sine(220, 2.0), db_per_s)
    assert hold_s(sound) == pytest.approx(sound.duration_s, abs=0.05)


def test_cut_off_sound_is_held_to_its_end() -> None:
    assert hold_s(harmonics(110, SAW, 1.0)) == pytest.approx(1.0, abs=0.05)
    assert hold_s(noise(1.0)) == pytest.approx(1.0, abs=0.05)


def test_a_sound_that_is_cut_off_was_let_go_where_it_falls() -> None:
    kick = trim(load(DATA / "bd_haus.flac"))
    assert kick.duration_s - 0.01 < hold_s(kick) < kick.duration_s
    cut = shaped(sine(220, 1.0), {0: 0, 0.01: 1, 0.6: 1, 0.61: 0, 1: 0})
    assert hold_s(trim(cut)) == pytest.approx(0.6, abs=0.015)


def test_drums_are_held_to_their_end() -> None:
    for name in ("sn_dub", "drum_cymbal_closed", "elec_ping"):
        drum = trim(load(DATA / f"{name}.flac"))
        assert hold_s(drum) == drum.duration_s, name


def test_a_very_short_sound() -> None:
    assert hold_s(sine(440, 0.02)) == 0.02


def test_channels_that_cancel_are_held_to_their_end() -> None:
    mono = np.sin(2 * np.pi * 220 * np.arange(22050) / 44100) * np.exp(-np.arange(22050) / 9000)
    audio = Audio(np.stack([mono, -mono]), 44100)
    assert hold_s(audio) == audio.duration_s

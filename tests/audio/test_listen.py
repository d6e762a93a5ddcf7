import dataclasses
import math
from pathlib import Path

import numpy as np
import pytest
import soundfile

from patchpilot.audio import Audio, Target, listen, save
from patchpilot.errors import AudioError, ParameterError
from tests.audio.tones import DATA, dying, harmonics, joined, noise, shaped, silence, sine

SAW = {k: 1 / k for k in range(1, 30)}


def test_a_plain_tone() -> None:
    target = listen(joined(silence(0.3), sine(220, 1.0), silence(0.3)))
    assert (target.note, target.source, target.notes) == (57, None, ())
    assert target.f0_hz == pytest.approx(220, rel=1e-3)
    assert target.tuning_cents == pytest.approx(0, abs=2)
    assert target.confidence > 0.99
    assert target.length_s == target.audio.duration_s == pytest.approx(1.0, abs=0.015)
    assert target.hold_s == pytest.approx(1.0, abs=0.05)
    assert target.peak == pytest.approx(0.5, abs=0.01)
    assert -10 < target.loudness_lufs < -8
    assert target.velocity == 0.8


def test_the_nearest_note_and_what_is_left() -> None:
    target = listen(harmonics(440 * 2 ** (30 / 1200), SAW))
    assert target.note == 69
    assert target.tuning_cents == pytest.approx(30, abs=2)


def test_a_sound_is_mistuned_by_half_a_semitone_at_most() -> None:
    sound = harmonics(440 * 2 ** (30 / 1200), SAW)
    heard, on_another_key = listen(sound), listen(sound, note=70)
    assert heard.mistuning_cents == heard.tuning_cents
    assert on_another_key.tuning_cents == pytest.approx(-70, abs=2)
    assert on_another_key.mistuning_cents == 0.0


def test_the_caller_knows_the_note_better() -> None:
    target = listen(sine(220), note=45)
    assert target.note == 45
    assert target.tuning_cents == pytest.approx(1200, abs=2)
    assert listen(noise(), note=40).note == 40


@pytest.mark.parametrize("note", [-1, 128])
def test_a_note_is_a_midi_note(note: int) -> None:
    with pytest.raises(ParameterError, match=rf"a MIDI note from 0 to 127 \(60 is middle C\), got {note}"):
        listen(sine(220), note=note)


def test_without_pitch_note_60_is_assumed() -> None:
    target = listen(noise(1.0))
    assert (target.note, target.f0_hz, target.tuning_cents) == (60, None, 0.0)
    assert target.notes == ("no clear pitch: note 60 is assumed",)


def test_a_release_ends_the_hold() -> None:
    held = harmonics(110, SAW, 1.2)
    tail = dying(harmonics(110, SAW, 0.5), 120)
    assert listen(joined(held, tail)).hold_s == pytest.approx(1.2, abs=0.06)


def test_only_the_first_sound() -> None:
    hits = joined(*(dying(noise(0.5, seed), 150) for seed in range(4)))
    target = listen(joined(silence(0.25), hits))
    assert target.length_s == pytest.approx(0.49, abs=0.03)
    assert target.notes[0].startswith("only the first sound of 4 was used (0.25-0.7")
    assert target.hold_s == target.length_s


def test_the_whole_if_asked() -> None:
    hits = joined(*(dying(noise(0.5, seed), 150) for seed in range(4)))
    assert listen(hits, whole=True).length_s == pytest.approx(2.0, abs=0.02)


def test_twelve_seconds_are_enough() -> None:
    pad = shaped(harmonics(110, SAW, 15.0), {0: 0, 1: 1, 14: 1, 15: 0})
    target = listen(pad)
    assert target.length_s == 12.0
    assert target.audio.samples[0, -1] == 0.0
    assert target.notes == ("only the first 12 s of 15.0 s were used",)


def test_a_long_file_is_not_read_whole(tmp_path: Path) -> None:
    save(joined(sine(220, 1.0), silence(40)), tmp_path / "long.wav")
    target = listen(tmp_path / "long.wav")
    assert target.source == tmp_path / "long.wav"
    assert target.length_s == pytest.approx(1.0, abs=0.02)
    assert target.notes == ("only the first 30 s of 41 s were listened to",)


def test_a_sound_after_half_a_minute_of_silence_is_not_found(tmp_path: Path) -> None:
    save(joined(silence(31), sine(220, 1.0)), tmp_path / "late.wav")
    with pytest.raises(AudioError, match=r"but the first 30 s of .*late\.wav is silent"):
        listen(tmp_path / "late.wav")


@pytest.mark.parametrize("sample_rate", [8000, 11025, 22050, 48000, 96000, 192000])
def test_any_rate(tmp_path: Path, sample_rate: int) -> None:
    soundfile.write(tmp_path / "a.wav", sine(220, 1.0, sample_rate).samples[0], sample_rate)
    target = listen(tmp_path / "a.wav")
    assert (target.audio.sample_rate, target.note) == (44100, 57)
    assert target.length_s == pytest.approx(1.0, abs=0.02)
    if sample_rate == 8000:
        assert target.notes == ("the file has 8000 samples a second: there is nothing above 4 kHz to match",)


def test_eight_channels(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    samples = sine(220, 1.0).samples * rng.uniform(0.3, 1, (8, 1))
    soundfile.write(tmp_path / "a.wav", samples.T, 44100)
    target = listen(tmp_path / "a.wav")
    assert (target.audio.channels, target.note) == (2, 57)
    assert target.notes == ("8 channels were folded to stereo",)


def test_stereo_is_kept_if_it_is_stereo() -> None:
    left, right = sine(220).samples[0], noise().samples[0]
    assert listen(Audio(np.stack([left, right]), 44100)).audio.channels == 2
    assert listen(Audio(np.stack([left, left]), 44100)).audio.channels == 1


def test_silent() -> None:
    with pytest.raises(AudioError, match=r"this sound is silent: its peak is no signal at all .*muted track"):
        listen(silence())
    with pytest.raises(AudioError, match=r"its peak is -94 dBFS \(less than -80 dBFS\)"):
        listen(sine(220, gain=2e-5))
    assert math.isfinite(listen(sine(220, gain=1e-3)).loudness_lufs)


def test_too_short(tmp_path: Path) -> None:
    save(sine(220, 0.01), tmp_path / "tick.wav")
    with pytest.raises(
        AudioError, match=r"at least 20 ms, but .*tick\.wav lasts 10\.0 ms\. It is probably a click"
    ):
        listen(tmp_path / "tick.wav")
    assert listen(sine(220, 0.025)).length_s == pytest.approx(0.025, abs=1e-4)


def test_not_finite() -> None:
    with pytest.raises(AudioError, match="expected finite samples, but this sound holds NaN"):
        listen(Audio(np.full(44100, np.nan), 44100))


def test_no_samples() -> None:
    with pytest.raises(AudioError, match=r"at least 20 ms, but this sound lasts 0\.0 ms"):
        listen(Audio(np.zeros((1, 0)), 44100))


@pytest.mark.parametrize(
    ("name", "note"), [("bass_trance_c", 36), ("bass_woodsy_c", 36), ("bass_dnb_f", 29), ("elec_ping", 81)]
)
def test_real_sounds(name: str, note: int) -> None:
    target = listen(DATA / f"{name}.flac")
    assert target.note == note
    assert abs(target.tuning_cents) < 50
    assert target.notes == ()
    assert 0 < target.hold_s <= target.length_s


def test_every_real_sound_can_be_listened_to_twice() -> None:
    for path in sorted(DATA.glob("*.flac")):
        first = listen(path)
        again = listen(first.audio)
        assert again.note == first.note, path.name
        assert again.length_s == pytest.approx(first.length_s, abs=0.03), path.name


def test_a_target_does_not_change() -> None:
    target = listen(sine(220))
    assert isinstance(target, Target)
    with pytest.raises(dataclasses.FrozenInstanceError):
        target.note = 3  # type: ignore[misc]


def test_opposite_channels_are_heard_by_the_louder_one() -> None:
    mono = sine(220.0).mono()
    target = listen(Audio(np.stack([mono, -0.98 * mono]), 44100))
    assert target.audio.channels == 1
    assert (target.note, round(target.f0_hz or 0.0)) == (57, 220)
    assert target.peak == pytest.approx(float(np.abs(mono).max()))
    assert target.notes == ("left and right cancel each other: only the louder of them was used",)


def test_wide_stereo_stays_stereo() -> None:
    left, right = sine(220.0).mono(), sine(330.0).mono()
    target = listen(Audio(np.stack([left, right]), 44100))
    assert target.audio.channels == 2
    assert not any("cancel" in note for note in target.notes)

"""Loops as material: what is known of them and from where, slices, warp."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from patchpilot.audio import Audio, save
from patchpilot.errors import AudioError, ParameterError
from patchpilot.instruments.rack.material import Material, estimated_tempo, loop_material, stretched
from patchpilot.instruments.rack.material.key import parsed, transposed
from patchpilot.instruments.rack.material.said import Said, in_name

RATE = 44100


def clicks(bpm: float, beats: int, accents: tuple[float, ...] = (1.0,), per_beat: int = 1) -> Audio:
    """A loop of short tones, so many a beat; the accents go round."""
    step = 60.0 / bpm / per_beat
    made = np.zeros(round(beats * 60.0 / bpm * RATE))
    t = np.arange(600) / RATE
    tone = 0.8 * np.exp(-t * 250.0) * np.sin(2.0 * np.pi * 1800.0 * t)
    for k in range(beats * per_beat):
        room = made[round(k * step * RATE) :][:600]
        room += accents[k % len(accents)] * tone[: len(room)]
    return Audio(made, RATE)


def attack_s(audio: Audio, near_s: float, reach_s: float = 0.03) -> float:
    """Where the loudest sound near a time begins."""
    low = max(0, round((near_s - reach_s) * RATE))
    level = np.abs(audio.samples[0, low : round((near_s + reach_s) * RATE)])
    return float(low + np.argmax(level > 0.3 * level.max())) / RATE


def frequency(samples: npt.NDArray[np.float32]) -> float:
    middle = samples[len(samples) // 4 : -len(samples) // 4]
    spectrum = np.abs(np.fft.rfft(middle * np.hanning(len(middle)), 1 << 19))
    return float(spectrum.argmax() * RATE / (1 << 19))


@pytest.mark.parametrize(
    ("name", "tempo", "key"),
    [
        ("loop_120bpm_Am", 120.0, "A minor"),
        ("Break 174 BPM", 174.0, ""),
        ("BPM128-F#min-bass", 128.0, "F# minor"),
        ("pad_Bb_major_97.5bpm", 97.5, "A# major"),
        ("lead_138bpm_C", 138.0, "C"),
        ("hat_C", None, ""),
        ("loop_garzul", None, ""),
        ("kick_909", None, ""),
        ("arp Ebm", None, "D# minor"),
        ("9999bpm", None, ""),
    ],
)
def test_names_say_tempo_and_key(name: str, tempo: float | None, key: str) -> None:
    assert in_name(Path(f"{name}.wav")) == Said(tempo, key)


def test_keys_are_read_and_moved() -> None:
    assert [parsed(text) for text in ("am", "C", "Db major", "H", "")] == ["A minor", "C", "C# major", "", ""]
    assert [transposed("A minor", by) for by in (3.0, -12.0, 0.5)] == ["C minor", "A minor", ""]


def test_the_sidecar_comes_first_then_the_name_then_the_ear(tmp_path: Path) -> None:
    sound = clicks(120.0, 8)
    path = tmp_path / "loop_118bpm_Am.wav"
    save(sound, path)
    by_name = loop_material(path)
    assert (by_name.tempo_bpm, by_name.source, by_name.key, by_name.key_source) == (
        118.0,
        "name",
        "A minor",
        "name",
    )
    (tmp_path / "loop_118bpm_Am.json").write_text('{"bpm": 119, "first_beat_s": 0.25}')
    aside = loop_material(path)
    assert (aside.tempo_bpm, aside.source, aside.first_beat_s) == (119.0, "sidecar", 0.25)
    assert (aside.key, aside.key_source) == ("A minor", "name")
    given = loop_material(path, tempo_bpm=60.0, key="C#m")
    assert (given.tempo_bpm, given.source, given.key) == (60.0, "given", "C# minor")
    plain = tmp_path / "loop.wav"
    save(sound, plain)
    heard = loop_material(plain)
    assert heard.source == "analysis"
    assert heard.tempo_bpm == pytest.approx(120.0, abs=0.01)
    assert 0.3 < heard.confidence <= 1.0
    assert "120.00 BPM by analysis" in str(heard)
    (tmp_path / "loop.wav.toml").write_text('tempo_bpm = 121.5\nkey = "D"\n')
    assert (loop_material(plain).tempo_bpm, loop_material(plain).key) == (121.5, "D")


@pytest.mark.parametrize("text", ["{", "[1]", '{"tempo_bpm": "quick"}', '{"bpm": 3}', '{"key": "H"}'])
def test_a_damaged_sidecar_is_named(tmp_path: Path, text: str) -> None:
    save(clicks(120.0, 2), tmp_path / "loop.wav")
    (tmp_path / "loop.json").write_text(text)
    with pytest.raises(AudioError, match=r"loop\.json"):
        loop_material(tmp_path / "loop.wav")


@pytest.mark.parametrize("bpm", [70.0, 92.0, 126.0, 138.0, 150.0, 174.0])
@pytest.mark.parametrize("tail_s", [0.0, 0.4])
def test_the_tempo_of_clicks_is_heard_but_for_octaves(bpm: float, tail_s: float) -> None:
    loop = clicks(bpm, 16, (1.0, 0.0, 0.5, 0.2), per_beat=4)
    heard = estimated_tempo(Audio(np.pad(loop.samples, ((0, 0), (0, round(tail_s * RATE)))), RATE))
    assert heard is not None
    assert min(abs(heard.bpm * octave / bpm - 1.0) for octave in (0.5, 1.0, 2.0)) < (
        0.002 if tail_s else 1e-4
    )


def test_there_is_no_tempo_in_silence_or_one_hit() -> None:
    ring = np.sin(np.arange(2 * RATE) * 0.05) * np.exp(-np.arange(2 * RATE) / 20_000.0)
    assert estimated_tempo(Audio(np.zeros(RATE), RATE)) is None
    assert estimated_tempo(Audio(ring, RATE)) is None
    with pytest.raises(AudioError, match="tempo is known"):
        Material(Audio(ring, RATE)).slices("beat")


@pytest.mark.parametrize("at", ["onset", "beat", "bar"])
def test_slices_put_end_to_end_are_the_loop(at: str) -> None:
    loop = Material(clicks(120.0, 8), 120.0)
    slices = loop.slices(at)  # type: ignore[arg-type]  # mypy takes them for any strings
    assert len(slices) == (2 if at == "bar" else 8)
    assert np.array_equal(np.concatenate([s.audio.samples for s in slices], axis=1), loop.audio.samples)
    assert [s.beat for s in slices] == pytest.approx(
        [4.0 * k if at == "bar" else k for k in range(len(slices))], abs=0.01
    )


def test_onsets_are_cut_just_before_the_attack_also_late_in_a_loop() -> None:
    rng = np.random.default_rng(2)
    times = np.cumsum(rng.uniform(0.15, 0.6, 60))
    made = np.zeros(round((times[-1] + 0.5) * RATE))
    t = np.arange(4000) / RATE
    for time in times:
        made[round(time * RATE) :][:4000] += 0.5 * np.exp(-t * 60.0) * rng.standard_normal(4000)
    slices = Material(Audio(made, RATE)).slices("onset")
    assert [s.start_s for s in slices[1:]] == pytest.approx(times - 0.001, abs=0.002)
    assert slices[1].beat is None


def test_beats_begin_at_the_first_and_what_is_left_over_stays() -> None:
    sound = Audio(np.pad(clicks(100.0, 4).samples, ((0, 0), (4410, 200))), RATE)
    slices = Material(sound, 100.0, first_beat_s=0.1).slices("beat")
    assert [s.start_s for s in slices] == pytest.approx([0.0, 0.1, 0.7, 1.3, 1.9], abs=1e-4)
    assert slices[1].beat == pytest.approx(0.0)


def test_a_slower_tempo_keeps_the_clicks_in_their_places() -> None:
    made = Material(clicks(120.0, 8), 120.0, "A minor").warped(90.0)
    assert made.audio.duration_s == pytest.approx(8 * 60.0 / 90.0, abs=0.001)
    assert (made.tempo_bpm, made.key) == (90.0, "A minor")
    assert [attack_s(made.audio, k * 60.0 / 90.0) for k in range(8)] == pytest.approx(
        [k * 60.0 / 90.0 for k in range(8)], abs=0.005
    )


def test_semitones_move_the_pitch_and_nothing_else() -> None:
    sine = Audio(0.5 * np.sin(2.0 * np.pi * 440.0 * np.arange(RATE) / RATE), RATE)
    made = Material(sine, 120.0, "A minor").warped(semitones=3.0)
    assert len(made.audio) == RATE
    assert 1200.0 * np.log2(frequency(made.audio.samples[0]) / 440.0) == pytest.approx(300.0, abs=5.0)
    assert made.audio.samples[0, 8000:-8000].std() == pytest.approx(0.5 / np.sqrt(2.0), rel=0.05)
    assert (made.key, made.tempo_bpm) == ("C minor", 120.0)


def test_warp_gives_the_same_bits_and_leaves_alone_what_stays() -> None:
    loop = clicks(140.0, 2)
    assert np.array_equal(stretched(loop, 1.1, 2.0).samples, stretched(loop, 1.1, 2.0).samples)
    assert stretched(loop) is loop


def test_impossible_warps_are_refused() -> None:
    loop = Material(clicks(120.0, 2), 120.0)
    with pytest.raises(ParameterError, match="8 times"):
        stretched(loop.audio, 9.0)
    with pytest.raises(ParameterError, match="36 semitones"):
        loop.warped(semitones=40.0)
    with pytest.raises(ParameterError, match="20 to 300"):
        loop.warped(1000.0)
    with pytest.raises(ParameterError, match="onset, beat, bar"):
        loop.slices("phrase")  # type: ignore[arg-type]  # it is what is tested

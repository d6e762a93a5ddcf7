from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from patchpilot.errors import OutputError, ParameterError
from patchpilot.space import Pattern
from patchpilot.space.hit import Hit
from patchpilot.space.midi import read_midi, write_midi

mido = pytest.importorskip("mido")


@pytest.mark.parametrize("seed", range(5))
def test_what_is_written_reads_back(tmp_path: Path, seed: int) -> None:
    rng = np.random.default_rng(seed)
    hits = tuple(
        Hit(k / 12, tuple(rng.integers(0, 128, 2).tolist()), float(rng.integers(1, 12)) / 12, int(v) / 127)
        for k, v in zip(range(0, 90, 12), rng.integers(1, 128, 8), strict=True)
    )
    pattern = Pattern(hits, bars=3)
    write_midi(pattern, tmp_path / "a.mid", 87.5)
    again, tempo_bpm = read_midi(tmp_path / "a.mid")
    assert again == pattern
    assert tempo_bpm == pytest.approx(87.5, abs=1e-3)


def test_another_program_reads_what_we_write(tmp_path: Path) -> None:
    write_midi(Pattern.parse("C3 . E3+G3! -").swung(0.6), tmp_path / "a.mid", 100.0)
    file = mido.MidiFile(tmp_path / "a.mid")
    assert (file.type, file.length) == (0, pytest.approx(2.4))
    downs = [message for message in file if message.type == "note_on"]
    assert [message.note for message in downs] == [48, 52, 55]


def test_swing_is_in_the_times_and_a_note_past_the_end_is_cut_off(tmp_path: Path) -> None:
    swung = Pattern((Hit(0.5, (60,), 9.0),), 1).swung(0.6)
    write_midi(swung, tmp_path / "a.mid")
    again, _ = read_midi(tmp_path / "a.mid")
    assert again.hits == (Hit(0.6, (60,), 3.4, round(0.8 * 127) / 127),)
    assert (again.bars, again.swing) == (1.0, 0.5)


def test_a_long_pattern_is_written_whole(tmp_path: Path) -> None:
    long = Pattern.steps([60, None]).repeated(64)
    write_midi(long, tmp_path / "a.mid")
    assert [h.beat for h in read_midi(tmp_path / "a.mid")[0].hits] == [h.beat for h in long.hits]


def made(tmp_path: Path, *tracks: list[Any], ticks_per_beat: int = 96) -> Path:
    path = tmp_path / "made.mid"
    file = mido.MidiFile(type=1, ticks_per_beat=ticks_per_beat)
    file.tracks += [mido.MidiTrack(track) for track in tracks]
    file.save(path)
    return path


def key(kind: str, note: int, time: int, velocity: int = 64, channel: int = 0) -> Any:
    return mido.Message(kind, note=note, velocity=velocity, time=time, channel=channel)


def test_tracks_and_channels_are_read_together_or_alone(tmp_path: Path) -> None:
    path = made(
        tmp_path,
        [key("note_on", 60, 0), key("note_on", 64, 0), key("note_on", 60, 96, 0), key("note_off", 64, 0)],
        [
            key("note_on", 36, 48, channel=9),
            key("note_off", 36, 48, channel=9),
            key("note_on", 38, 384, 1, 9),
        ],
    )
    both, tempo_bpm = read_midi(path)
    assert [(h.beat, h.pitches, h.beats) for h in both.hits] == [
        (0, (60, 64), 1),
        (0.5, (36,), 0.5),
        (5, (38,), 0),
    ]
    assert (both.bars, tempo_bpm) == (2.0, 120.0)
    assert [h.pitches for h in read_midi(path, channel=10)[0].hits] == [(36,), (38,)]
    with pytest.raises(ParameterError, match="expected notes on channel 3, found none"):
        read_midi(path, channel=3)


def test_what_is_no_midi_file_is_told(tmp_path: Path) -> None:
    write_midi(Pattern.parse("C3 E3 G3 C4"), tmp_path / "good.mid")
    good = (tmp_path / "good.mid").read_bytes()
    rng = np.random.default_rng(0)
    broken = [b"", b"RIFF....WAVE", good[:30], good[:-9]]
    for _ in range(200):
        spoilt = bytearray(good)
        for place in rng.integers(0, len(good), 3).tolist():
            spoilt[place] = int(rng.integers(256))
        broken.append(bytes(spoilt))
    told = []
    for k, data in enumerate(broken):
        path = tmp_path / f"{k}.mid"
        path.write_bytes(data)
        try:
            read_midi(path)
        except ParameterError as error:
            told.append(str(error).startswith(f"{path}: expected "))
    assert len(told) > 20
    assert all(told)
    with pytest.raises(ParameterError, match="cannot be read: No such file"):
        read_midi(tmp_path / "none.mid")


def test_a_file_of_rests_and_one_too_large_are_told(tmp_path: Path) -> None:
    with pytest.raises(ParameterError, match="expected notes, found none"):
        read_midi(made(tmp_path, []))
    (tmp_path / "large.mid").write_bytes(bytes(4 * 2**20 + 1))
    with pytest.raises(ParameterError, match="below 4 MB"):
        read_midi(tmp_path / "large.mid")


def test_bad_places_and_tempos_are_told(tmp_path: Path) -> None:
    with pytest.raises(OutputError):
        write_midi(Pattern.parse("C3"), tmp_path / "no" / "a.mid")
    with pytest.raises(ParameterError, match="tempo from 20 to 300"):
        write_midi(Pattern.parse("C3"), tmp_path / "a.mid", 1.0)

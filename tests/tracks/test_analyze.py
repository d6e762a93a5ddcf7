from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from patchpilot.audio import Audio, save
from patchpilot.errors import AudioError
from patchpilot.tracks import Cache, Track, analyze
from patchpilot.tracks.cache import Fresh, content
from patchpilot.tracks.features import BANDS_HZ
from patchpilot.tracks.flags import MEANINGS
from patchpilot.tracks.report import report_html
from tests.tracks.beating import RATE, beat, pad


def test_a_short_track_is_heard_as_it_was_made(short: tuple[Audio, Any], heard: Track) -> None:
    truth = short[1]
    assert heard.grid is not None
    assert heard.grid.bpm == pytest.approx(truth.bpm, abs=0.01)
    assert heard.grid.first_downbeat_s == pytest.approx(truth.first_beat_s, abs=0.005)
    assert heard.grid.beats_per_bar == 4
    assert heard.key is not None
    assert heard.key.name == str(truth.key)
    assert [section.label for section in heard.sections] == [section.label for section in truth.sections]
    for found, true in zip(heard.sections[1:], truth.sections[1:], strict=True):
        assert abs(found.start_s - true.start_s) < heard.grid.bar_s


def test_sections_have_no_gaps_and_curves_go_from_start_to_end(heard: Track) -> None:
    assert heard.sections[0].start_s == 0.0
    assert heard.sections[-1].end_s == pytest.approx(heard.duration_s)
    assert all(one.end_s == two.start_s for one, two in zip(heard.sections, heard.sections[1:], strict=False))
    assert heard.energy.edges_s[-1] == pytest.approx(heard.duration_s)
    assert {len(curve) for curve in (heard.energy.energy, heard.energy.bass, heard.energy.kick)} == {
        len(heard.energy.edges_s) - 1
    }
    assert len(heard.balance.bands_db) == len(heard.balance.width) == len(BANDS_HZ)
    assert len(heard.section_balance) == len(heard.sections)


def test_a_drop_has_what_a_breakdown_lacks(heard: Track) -> None:
    by_label = {
        s.label: heard.energy.energy[heard.energy.edges_s.index(s.start_s) + 2] for s in heard.sections
    }
    assert by_label["drop"] > 0.7 > 0.3 > by_label["breakdown"]


def test_json_says_all_of_it_and_is_read_back(heard: Track) -> None:
    said = json.loads(json.dumps(heard.to_json()))
    assert Track.from_json(said) == heard
    assert said["tempo_bpm"] == pytest.approx(138.25, abs=0.01)
    assert {"first_beat_s", "key", "sections", "trance_score", "loudness", "detectors"} <= set(said)
    assert set(said["sections"][0]) == {"label", "start_s", "end_s"}
    with pytest.raises(AudioError, match="format 1"):
        Track.from_json({**said, "format": 0})
    with pytest.raises(AudioError, match="Analyse it again"):
        Track.from_json({name: value for name, value in said.items() if name != "energy"})


def test_the_page_shows_the_sections(short: tuple[Audio, Any], heard: Track) -> None:
    page = report_html(heard, short[0])
    assert page.count('class="box drop"') == 2
    assert "138.25 BPM" in page
    assert "<script" not in page
    assert page == report_html(heard, short[0])


def test_what_is_asked_twice_is_heard_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, cache = tmp_path / "a.wav", Cache(tmp_path / "cache")
    save(beat(140.0, 4), path)
    first = analyze(path, cache=cache)
    monkeypatch.setattr(sys.modules[analyze.__module__], "load", None)
    renamed = path.rename(tmp_path / "b.wav")
    again = analyze(renamed, cache=cache)
    assert again.path == str(renamed)
    assert again.to_json() | {"path": ""} == first.to_json() | {"path": ""}
    for kept in (tmp_path / "cache").iterdir():
        kept.write_text("{")
    with pytest.raises(TypeError):  # nothing is kept that could be read, so it would be loaded again
        analyze(renamed, cache=cache)
    assert Fresh(tmp_path / "cache").get(first.sha256) is None


def test_stems_are_heard_too_and_make_another_analysis() -> None:
    sound = beat(140.0, 8, bass=0.3)
    found = analyze(sound, stems={"drums": beat(140.0, 8)})
    assert {name.partition("/")[0] for name in found.detectors if "/" in name} <= {"drums"}
    assert {f"drums/{name}" for name in found.detectors if "/" not in name} <= set(found.detectors)
    assert content(sound, {}) != content(sound, {"drums": sound}) != content(sound, {"bass": sound})


def shifted(sound: Audio) -> Audio:
    return Audio(sound.samples * 0.8 + 0.1, RATE)


def cut_off(sound: Audio) -> Audio:
    return Audio(np.clip(3.0 * sound.samples, -1.0, 1.0), RATE)


@pytest.mark.parametrize(
    ("sound", "flags", "bpm"),
    [
        (beat(140.0, 16), {"mono"}, 140.0),
        (beat(140.0, 5), {"mono", "no sections"}, 140.0),
        (pad(20.0), {"no beat", "mono"}, None),
        (beat(132.0, 24, beats=3, bass=0.2), {"three-four"}, 132.0),
        (beat(90.0, 12, bass=0.2), {"unusual tempo"}, 90.0),
        (cut_off(beat(140.0, 12)), {"clipped"}, 140.0),
        (shifted(beat(140.0, 12)), {"dc"}, 140.0),
    ],
    ids=["mono", "ten seconds", "beatless", "three-four", "slow", "clipped", "dc"],
)
def test_odd_files_are_heard_and_flagged(sound: Audio, flags: set[str], bpm: float | None) -> None:
    found = analyze(sound)
    said = found.to_json()
    assert flags <= set(found.flags) <= set(MEANINGS)
    if bpm is None:
        assert said["tempo_bpm"] is said["first_beat_s"] is said["trance_score"] is None
        assert found.detectors == {}
    else:
        assert said["tempo_bpm"] == pytest.approx(bpm, abs=0.1)
    assert Track.from_json(json.loads(json.dumps(said))) == found


def test_dc_changes_nothing_else() -> None:
    sound = beat(140.0, 8)
    straight, off = analyze(sound), analyze(Audio(sound.samples + 0.1, RATE))
    assert off.loudness.integrated_lufs == pytest.approx(straight.loudness.integrated_lufs, abs=0.01)
    assert off.balance.bands_db == pytest.approx(straight.balance.bands_db, abs=0.1)


@pytest.mark.parametrize(
    ("sound", "words"),
    [
        (Audio(np.zeros((2, 3 * RATE)), RATE), "silent"),
        (Audio(np.full((2, 3 * RATE), 0.3), RATE), "silent"),
        (beat(140.0, 1).samples[:, :RATE], "at least 2 s"),
        (Audio(np.full((1, 3 * RATE), np.nan), RATE), "finite"),
    ],
    ids=["silence", "dc alone", "one second", "nan"],
)
def test_what_is_no_track_is_refused_in_words(sound: Any, words: str) -> None:
    with pytest.raises(AudioError, match=words):
        analyze(sound if isinstance(sound, Audio) else Audio(sound, RATE))


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(AudioError, match=r"cannot read .*no\.wav"):
        analyze(tmp_path / "no.wav")

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from patchpilot.audio import load, loudness_lufs
from patchpilot.errors import ParameterError
from patchpilot.workspace import ConflictError, MissingError, Workspace
from tests.workspace.toys import RATE, until, workspace_of


def four_on_the_floor(bpm: float = 140.0, bars: int = 8, *, seed: int = 0, bright: float = 0.1) -> Any:
    """A kick on each beat, hats between, and a chord: float32 (n, 2)."""
    rng, beat = np.random.default_rng(seed), round(RATE * 60.0 / bpm)
    n = 4 * bars * beat
    t = np.arange(beat) / RATE
    kick = np.sin(2.0 * np.pi * (50.0 * t + 30.0 * np.exp(-30.0 * t))) * np.exp(-12.0 * t)
    hat = bright * rng.standard_normal(beat) * np.exp(-60.0 * t)
    one = 0.6 * kick + np.roll(hat, beat // 2)
    mono = np.tile(one, 4 * bars)[:n]
    time = np.arange(n) / RATE
    chord = sum(np.sin(2.0 * np.pi * hz * time) for hz in (220.0, 261.6, 329.6)) * 0.05
    return np.stack([mono + chord, mono - 0.5 * chord], axis=1).astype(np.float32)


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    with workspace_of(tmp_path_factory.mktemp("ws") / "ws") as made:
        yield made


@pytest.fixture(scope="module")
def tracks(workspace: Workspace) -> list[str]:
    """Ids of three tracks, of which the second is like the first."""
    found = []
    for number, (bpm, bright) in enumerate([(140.0, 0.1), (140.0, 0.12), (125.0, 0.4)]):
        path = workspace.path / f"track {number}.wav"
        soundfile.write(path, four_on_the_floor(bpm, seed=number, bright=bright), RATE)
        found.append(workspace.sounds.add(path, name=path.name)["id"])
    return found


def done(workspace: Workspace, verb: str, request: dict[str, Any]) -> Any:
    job = workspace.wait(workspace.do(verb, request)["id"], 120.0)
    assert job["state"] == "done", job["error"]
    return job["result"]


def test_a_track_is_analysed_and_scored(workspace: Workspace, tracks: list[str]) -> None:
    track = done(workspace, "track_analyze", {"sound": tracks[0]})
    assert track["path"] == "track 0.wav"
    assert track["tempo_bpm"] == pytest.approx(140.0, abs=0.5)
    score = done(workspace, "track_score", {"sound": tracks[0]})
    assert 0.0 <= score["total"] <= 1.0
    assert len(score["parts"]) == 9


def test_a_track_without_a_beat_has_no_score(workspace: Workspace, tmp_path: Path) -> None:
    for seconds, words in ((5, "no"), (1, "hum.wav: ")):
        soundfile.write(tmp_path / "a.wav", 0.1 * np.sin(np.arange(seconds * RATE) * 0.05), RATE)
        sound = workspace.sounds.add(tmp_path / "a.wav", name="hum.wav")["id"]
        job = workspace.wait(workspace.do("track_score", {"sound": sound})["id"], 60.0)
        assert (job["state"], job["error"]["kind"]) == ("failed", "AudioError")
        assert words in job["error"]["message"]
        assert str(workspace.path) not in job["error"]["message"]


def test_tracks_that_sound_alike(workspace: Workspace, tracks: list[str]) -> None:
    found = done(workspace, "track_similar", {"sound": tracks[0], "among": tracks})
    assert [one["sound"] for one in found["similar"]] == tracks[1:]
    assert found["similar"][0]["name"] == "track 1.wav"


def test_a_profile_a_gap_and_fixes(workspace: Workspace, tracks: list[str]) -> None:
    made = done(workspace, "track_profile", {"name": "mine", "sounds": tracks[:2]})
    assert (made["profile"], made["tracks"], made["broken"]) == ("mine", 2, [])
    assert workspace.do("track_profiles", {}) == {"profiles": ["mine"]}
    with pytest.raises(ConflictError, match="there is a profile 'mine' already"):
        workspace.do("track_profile", {"name": "mine", "sounds": tracks[:1]})
    gap = done(workspace, "track_gap", {"sound": tracks[2], "profile": "mine", "most": 3})
    assert 1 <= len(gap["gaps"]) <= 3
    assert all(one["sentence"] for one in gap["gaps"])
    heard = gap["gaps"][0]
    mine, theirs = (load(workspace.sounds.file(heard[f"{whose}_sound"])) for whose in ("mine", "theirs"))
    assert heard["beside"] in ("track 0.wav", "track 1.wav")
    assert mine.duration_s > 3.0
    assert loudness_lufs(mine) == pytest.approx(loudness_lufs(theirs), abs=0.1)
    assert {one["id"] for one in workspace.do("sounds", {})["sounds"]} >= set(tracks)
    assert heard["mine_sound"] not in {one["id"] for one in workspace.do("sounds", {})["sounds"]}
    fix = done(workspace, "track_fix", {"sound": tracks[2], "profile": "mine", "most": 2})
    assert len(fix["fixes"]) <= 2
    tried = [one for one in fix["fixes"] if one["before_sound"] is not None]
    for one in tried:
        assert one["before_sound"] != one["after_sound"]
        assert workspace.sounds.info(one["after_sound"])["seconds"] > 1.0
    assert tried


def test_stems_are_named_once_and_listened_to(
    workspace: Workspace, tracks: list[str], tmp_path: Path
) -> None:
    soundfile.write(tmp_path / "kick.wav", 0.9 * four_on_the_floor(125.0, seed=2, bright=0.0), RATE)
    kick = workspace.sounds.add(tmp_path / "kick.wav", name="kick.wav")["id"]
    assert workspace.do("track_stems", {"sound": tracks[2]})["stems"] == {}
    named = workspace.do("track_name_stems", {"sound": tracks[2], "stems": {"kick": kick}})
    assert named == {"sound": tracks[2], "stems": {"kick": kick}}
    assert workspace.do("track_stems", {"sound": tracks[2]}) == named
    done(workspace, "track_profile", {"name": "with stems", "sounds": [tracks[2]]})
    profile = (workspace.path / "profiles" / "with stems.json").read_text()
    assert '"kick"' in profile or "kick/" in profile or "/kick" in profile
    with pytest.raises(ParameterError, match="as long as its track"):
        workspace.do("track_name_stems", {"sound": tracks[0], "stems": {"kick": kick}})
    with pytest.raises(MissingError, match="there is no sound"):
        workspace.do("track_name_stems", {"sound": tracks[0], "stems": {"kick": "0" * 16}})
    workspace.actions.undo()
    assert workspace.do("track_stems", {"sound": tracks[2]})["stems"] == {}


def test_an_analysis_that_is_cancelled_ends_at_once_and_can_be_resumed(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("patchpilot.workspace.tracks.hearing.NAME", __name__)
    soundfile.write(tmp_path / "one.wav", four_on_the_floor(133.0, bars=2), RATE)
    sound = workspace.sounds.add(tmp_path / "one.wav", name="one.wav")["id"]
    job = workspace.do("track_score", {"sound": sound})["id"]
    until(lambda: workspace.jobs.get(job)["progress"]["phase"] == "sleeping", 60.0)
    since = time.monotonic()
    workspace.jobs.cancel(job)
    ended = workspace.wait(job, 20.0)
    assert ended["state"] == "cancelled"
    assert time.monotonic() - since < 2.0
    workspace.jobs.resume(job)
    assert workspace.wait(job, 60.0)["result"] == {"total": 1}


def scored(told: Any, file: Path) -> dict[str, int]:
    """In the place of the real one: the first time it hears nothing for a minute, and no signal but the last."""
    begun = file.with_suffix(".begun")
    if not begun.exists():
        begun.touch()
        told(phase="sleeping")
        time.sleep(60.0)
    return {"total": 1}


@pytest.mark.parametrize(
    ("verb", "request_", "words"),
    [
        ("track_gap", {"profile": "nothing"}, "there is no profile 'nothing'"),
        ("track_analyze", {"stems": {"bass": "0" * 16}}, "there is no sound"),
        ("track_similar", {"among": ["0" * 16]}, "there is no sound"),
    ],
)
def test_what_is_not_here_is_refused(
    workspace: Workspace, tracks: list[str], verb: str, request_: dict[str, Any], words: str
) -> None:
    with pytest.raises(MissingError, match=words):
        workspace.do(verb, {"sound": tracks[0], **request_})


def test_a_profile_may_lie_anywhere_if_whoever_starts_it_says_so(
    workspace: Workspace, tracks: list[str]
) -> None:
    if "elsewhere" not in workspace.do("track_profiles", {})["profiles"]:
        done(workspace, "track_profile", {"name": "elsewhere", "sounds": tracks[:1]})
    file = workspace.path / "profiles" / "elsewhere.json"
    with workspace_of(workspace.path / "another", profiles=[file]) as another:
        assert another.do("track_profiles", {}) == {"profiles": ["elsewhere"]}

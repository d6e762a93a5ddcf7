"""Verbs about whole tracks: what is in one, how much of a trance track it is, which others are like it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field

from patchpilot.workspace.verbs.base import Verb, request
from patchpilot.workspace.verbs.sounds import SOUND

if TYPE_CHECKING:
    from patchpilot.audio import Audio
    from patchpilot.workspace.jobs.report import Report
    from patchpilot.workspace.workspace import Workspace

SoundId = Annotated[str, SOUND]
Stems = Annotated[
    dict[Annotated[str, Field(min_length=1, max_length=60)], SoundId],
    Field(
        max_length=20, description='Parts of the track as sounds, by their names: {"bass": id, "lead": id}.'
    ),
]
_SHORTEST_TRACK_S = 30.0
"""What is shorter is no track that others are compared with, unless it is named."""


@request
class AnalyzeRequest:
    """Say what is in a track: tempo, beats and bars, key, sections, loudness, balance, and what detectors found."""

    sound: SoundId
    stems: Stems = Field(default_factory=dict)


@request
class ScoreRequest:
    """Score a track by what trance is made of, part by part."""

    sound: SoundId


@request
class SimilarRequest:
    """Find the tracks that sound most like one."""

    sound: SoundId
    among: Annotated[
        list[SoundId] | None,
        Field(
            max_length=1000, description="Tracks to look among; null: all that were brought, from 30 s on."
        ),
    ] = None
    section: Annotated[
        Literal["intro", "breakdown", "buildup", "drop", "outro"] | None,
        Field(description="Compare only such sections, drops with drops; null: all."),
    ] = None
    top: Annotated[int, Field(ge=1, le=100, description="How many tracks.")] = 10


def check_sounds(workspace: Workspace, *sounds: str) -> None:
    """Refuse sounds that are not here; raises `MissingError`."""
    for sound in sounds:
        workspace.sounds.info(sound)


def stems_of(workspace: Workspace, stems: Mapping[str, str]) -> dict[str, Audio]:
    """The audio of stems by their names; raises `MissingError`."""
    from patchpilot.audio import load

    return {name: load(workspace.sounds.file(sound)) for name, sound in stems.items()}


def _analyze(workspace: Workspace, asked: AnalyzeRequest, report: Report) -> dict[str, Any]:
    from patchpilot.tracks import Cache, analyze

    report.progress(phase="listening")
    track = analyze(workspace.sounds.file(asked.sound), stems=stems_of(workspace, asked.stems), cache=Cache())
    return {**track.to_json(), "path": workspace.sounds.info(asked.sound)["name"]}


def _score(workspace: Workspace, asked: ScoreRequest, report: Report) -> dict[str, Any]:
    from patchpilot.errors import AudioError
    from patchpilot.tracks import Cache, analyze
    from patchpilot.tracks.score import TranceScore

    report.progress(phase="listening")
    track = analyze(workspace.sounds.file(asked.sound), cache=Cache())
    if track.score is None:
        raise AudioError("expected a track with a beat, but none was found, so there is no score.")
    said: dict[str, Any] = TranceScore.from_json(track.score).to_json()
    return said


def _similar(workspace: Workspace, asked: SimilarRequest, report: Report) -> dict[str, Any]:
    import numpy as np

    from patchpilot.errors import AudioError
    from patchpilot.tracks.similarity import Bars, Collection, Vectors, hear, untrained

    base = Bars()
    report.progress(phase="listening", done=0)
    one = hear(workspace.sounds.file(asked.sound), base)
    others = [sound for sound in _others(workspace, asked) if sound != asked.sound]
    heard: dict[str, Vectors] = {}
    broken = []
    for number, sound in enumerate(others, 1):
        report.check()
        try:
            heard[sound] = hear(workspace.sounds.file(sound), base)
        except AudioError as error:
            broken.append({"sound": sound, "reason": str(error).replace(str(workspace.path), "")})
        report.progress(done=number, total=len(others))
    if not heard:
        raise AudioError("expected other tracks beside this one that can be heard, got none: bring some more")
    head = untrained(base, np.concatenate([vectors.rows[0] for vectors in heard.values()]))
    found = Collection(list(heard.values()), head, asked.section).similar(one, asked.top)
    ids = {vectors.path: sound for sound, vectors in heard.items()}
    return {
        "section": asked.section,
        "similar": [
            {
                "sound": ids[each.path],
                "name": workspace.sounds.info(ids[each.path])["name"],
                "similarity": round(each.similarity, 4),
                "spans_s": each.sections,
            }
            for each in found
        ],
        "broken": broken,
    }


def _others(workspace: Workspace, asked: SimilarRequest) -> list[str]:
    if asked.among is not None:
        return list(dict.fromkeys(asked.among))
    return sorted(said["id"] for said in workspace.sounds.all() if said["seconds"] >= _SHORTEST_TRACK_S)


VERBS = (
    Verb("track_analyze", "Say what is in a track.", AnalyzeRequest, _analyze, kind="job", lane="track",
         check=lambda workspace, asked: check_sounds(workspace, asked.sound, *asked.stems.values())),
    Verb("track_score", "Score a track by what trance is made of.", ScoreRequest, _score, kind="job",
         lane="track", check=lambda workspace, asked: check_sounds(workspace, asked.sound)),
    Verb("track_similar", "Find the tracks that sound most like one.", SimilarRequest, _similar, kind="job",
         lane="track", check=lambda workspace, asked: check_sounds(workspace, asked.sound, *(asked.among or ()))),
)  # fmt: skip

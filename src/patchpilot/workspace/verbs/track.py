"""Verbs about whole tracks: what is in one, how much of a trance track it is, which others are like it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field

from patchpilot.workspace.apart import Apart
from patchpilot.workspace.tracks import hearing
from patchpilot.workspace.tracks.stems import Stems
from patchpilot.workspace.verbs.base import Verb, request
from patchpilot.workspace.verbs.sounds import SOUND

if TYPE_CHECKING:
    from patchpilot.workspace.jobs.report import Report
    from patchpilot.workspace.workspace import Workspace

SoundId = Annotated[str, SOUND]
StemIds = Annotated[
    dict[Annotated[str, Field(min_length=1, max_length=60)], SoundId],
    Field(
        max_length=20, description='Parts of the track as sounds, by their names: {"bass": id, "lead": id}.'
    ),
]
SomeStemIds = Annotated[
    StemIds | None, Field(description="null: those that the workspace knows of the track (`track_stems`).")
]
_SHORTEST_TRACK_S = 30.0
"""What is shorter is no track that others are compared with, unless it is named."""


@request
class AnalyzeRequest:
    """Say what is in a track: tempo, beats and bars, key, sections, loudness, balance, and what detectors found."""

    sound: SoundId
    stems: SomeStemIds = None


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


def check_track(workspace: Workspace, sound: str, stems: Mapping[str, str] | None) -> None:
    """Refuse a track or stems of it that are not here, or not as long as it; raises as `Stems.check`."""
    workspace.part(Stems).check(sound, stems or {})


def _analyze(workspace: Workspace, asked: AnalyzeRequest, report: Report) -> dict[str, Any]:
    stems = workspace.part(Stems).files(asked.sound, asked.stems)
    said = workspace.part(Apart).do(
        report, f"{hearing.NAME}:analysed", workspace.sounds.file(asked.sound), stems
    )
    return {**said, "path": workspace.sounds.info(asked.sound)["name"]}


def _score(workspace: Workspace, asked: ScoreRequest, report: Report) -> dict[str, Any]:
    said: dict[str, Any] = workspace.part(Apart).do(
        report, f"{hearing.NAME}:scored", workspace.sounds.file(asked.sound)
    )
    return said


def _similar(workspace: Workspace, asked: SimilarRequest, report: Report) -> dict[str, Any]:
    sounds = workspace.sounds
    others = {sound: sounds.file(sound) for sound in _others(workspace, asked) if sound != asked.sound}
    found, broken = workspace.part(Apart).do(
        report, f"{hearing.NAME}:similar", sounds.file(asked.sound), others, asked.section, asked.top
    )
    return {
        "section": asked.section,
        "similar": [{**each, "name": sounds.info(each["sound"])["name"]} for each in found],
        "broken": [{"sound": sound, "reason": sounds.named(reason)} for sound, reason in broken],
    }


def _others(workspace: Workspace, asked: SimilarRequest) -> list[str]:
    if asked.among is not None:
        return list(dict.fromkeys(asked.among))
    return sorted(said["id"] for said in workspace.sounds.all() if said["seconds"] >= _SHORTEST_TRACK_S)


VERBS = (
    Verb("track_analyze", "Say what is in a track.", AnalyzeRequest, _analyze, kind="job", lane="track",
         check=lambda workspace, asked: check_track(workspace, asked.sound, asked.stems)),
    Verb("track_score", "Score a track by what trance is made of.", ScoreRequest, _score, kind="job",
         lane="track", check=lambda workspace, asked: check_sounds(workspace, asked.sound)),
    Verb("track_similar", "Find the tracks that sound most like one.", SimilarRequest, _similar, kind="job",
         lane="track", check=lambda workspace, asked: check_sounds(workspace, asked.sound, *(asked.among or ()))),
)  # fmt: skip

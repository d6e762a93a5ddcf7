"""Verbs that compare a track with a profile: what it lacks, and what to turn."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field
from typing_extensions import TypedDict

from patchpilot.workspace.apart import Apart
from patchpilot.workspace.profiles import NAME, Profiles
from patchpilot.workspace.tracks import comparing
from patchpilot.workspace.tracks.stems import Stems
from patchpilot.workspace.verbs.base import Verb, request
from patchpilot.workspace.verbs.track import SomeStemIds, SoundId, check_sounds, check_track

if TYPE_CHECKING:
    from patchpilot.workspace.jobs.report import Report
    from patchpilot.workspace.tracks.comparing import Sounding, Source
    from patchpilot.workspace.workspace import Workspace

ProfileName = Annotated[str, Field(pattern=NAME, description="Name of a profile, as `track_profiles` says.")]


class ProfileList(TypedDict):
    """Names of profiles."""

    profiles: list[str]


@request
class ProfilesRequest:
    """Ask which profiles are here."""


@request
class ProfileRequest:
    """Learn what some tracks have in common, as a profile."""

    name: Annotated[str, Field(pattern=NAME, description="What it is to be called.")]
    sounds: Annotated[list[SoundId], Field(min_length=1, max_length=1000, description="The tracks.")]


@request
class GapRequest:
    """Compare a track with a profile: drops with drops, the most important gap first."""

    sound: SoundId
    profile: ProfileName
    stems: SomeStemIds = None
    all_styles: Annotated[
        bool, Field(description="Compare with all of it, not with the nearest sub-style.")
    ] = False
    most: Annotated[int, Field(ge=1, le=100, description="Gaps to say.")] = 8


@request
class FixRequest:
    """Say what to turn so that a track comes nearer to a profile; each move is tried out on the audio first."""

    sound: SoundId
    profile: ProfileName
    stems: SomeStemIds = None
    all_styles: Annotated[
        bool, Field(description="Compare with all of it, not with the nearest sub-style.")
    ] = False
    most: Annotated[int, Field(ge=1, le=30, description="Gaps to look at.")] = 6
    amount: Annotated[float, Field(ge=0.05, le=1.0, description="Part of each fix to take.")] = 1.0


def _profiles(workspace: Workspace, asked: ProfilesRequest, report: Report) -> dict[str, Any]:  # noqa: ARG001
    return {"profiles": workspace.part(Profiles).names}


def _check_profile(workspace: Workspace, asked: ProfileRequest) -> None:
    workspace.part(Profiles).check_free(asked.name)
    check_sounds(workspace, *asked.sounds)


def _profile(workspace: Workspace, asked: ProfileRequest, report: Report) -> dict[str, Any]:
    tracks = [_source(workspace, sound, None) for sound in asked.sounds]
    profile, broken = workspace.part(Apart).do(report, f"{comparing.NAME}:profiled", tracks)
    workspace.part(Profiles).save(asked.name, profile)
    return {
        "profile": asked.name,
        "tracks": len(profile.tracks),
        "styles": len(set(profile.styles)),
        "broken": [(name, workspace.sounds.named(reason)) for name, reason in broken],
    }


def _check_gap(workspace: Workspace, asked: GapRequest | FixRequest) -> None:
    check_track(workspace, asked.sound, asked.stems)
    workspace.part(Profiles).check(asked.profile)


def _source(workspace: Workspace, sound: str, stems: Mapping[str, str] | None) -> Source:
    name = workspace.sounds.info(sound)["name"]
    return comparing.Source(name, workspace.sounds.file(sound), workspace.part(Stems).files(sound, stems))


def _gap(workspace: Workspace, asked: GapRequest, report: Report) -> dict[str, Any]:
    one, profile = _source(workspace, asked.sound, asked.stems), workspace.part(Profiles).get(asked.profile)
    said, heard = workspace.part(Apart).do(
        report, f"{comparing.NAME}:gaps", one, profile, asked.all_styles, asked.most
    )
    pairs = [_kept(workspace, each, f"gap {at}", "mine", "theirs") for at, each in enumerate(heard, 1)]
    return {**said, "gaps": [{**gap, **pair} for gap, pair in zip(said["gaps"], pairs, strict=True)]}


def _fix(workspace: Workspace, asked: FixRequest, report: Report) -> dict[str, Any]:
    from patchpilot.tracks.moves import write_moves

    one, profile = _source(workspace, asked.sound, asked.stems), workspace.part(Profiles).get(asked.profile)
    said, heard, moves = workspace.part(Apart).do(
        report, f"{comparing.NAME}:fixes", one, profile, asked.all_styles, asked.most, asked.amount
    )
    write_moves(moves, report.folder / "moves.json")
    pairs = [_kept(workspace, each, f"fix {at}", "before", "after") for at, each in enumerate(heard, 1)]
    return {**said, "fixes": [{**fix, **pair} for fix, pair in zip(said["fixes"], pairs, strict=True)]}


def _kept(workspace: Workspace, heard: Sounding, name: str, first: str, second: str) -> dict[str, Any]:
    """Ids of two sounds, equally loud, null where there are none: `why`; and what the other is called, `beside`."""
    kept: dict[str, Any] = {f"{first}_sound": None, f"{second}_sound": None}
    for which, audio in zip((first, second), heard.pair or (), strict=False):
        sound = workspace.sounds.add_audio(audio, name=f"{name} {which}", is_listed=False)
        kept[f"{which}_sound"] = sound["id"]
    return {**kept, "beside": heard.other, "why": workspace.sounds.named(heard.why)}


VERBS = (
    Verb("track_profiles", "Profiles that tracks can be compared with.", ProfilesRequest, _profiles,
         answer=ProfileList, is_read_only=True),
    Verb("track_profile", "Learn what some tracks have in common, as a profile.", ProfileRequest, _profile,
         kind="job", lane="track", check=_check_profile),
    Verb("track_gap", "What a track lacks beside a profile.", GapRequest, _gap,
         kind="job", lane="track", check=_check_gap),
    Verb("track_fix", "What to turn so that a track comes nearer to a profile, tried out on its audio.", FixRequest,
         _fix, kind="job", lane="track", check=_check_gap),
)  # fmt: skip

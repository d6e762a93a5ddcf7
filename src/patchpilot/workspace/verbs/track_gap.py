"""Verbs that compare a track with a profile: what it lacks, and what to turn."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field
from typing_extensions import TypedDict

from patchpilot.workspace.profiles import NAME, Profiles
from patchpilot.workspace.verbs.base import Verb, request
from patchpilot.workspace.verbs.track import SoundId, Stems, check_sounds, stems_of

if TYPE_CHECKING:
    from patchpilot.tracks.compared import Compared
    from patchpilot.tracks.fix import Desk, Fix
    from patchpilot.workspace.jobs.report import Report
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
    stems: Stems = Field(default_factory=dict)
    all_styles: Annotated[
        bool, Field(description="Compare with all of it, not with the nearest sub-style.")
    ] = False
    most: Annotated[int, Field(ge=1, le=100, description="Gaps to say.")] = 8


@request
class FixRequest:
    """Say what to turn so that a track comes nearer to a profile; each move is tried out on the audio first."""

    sound: SoundId
    profile: ProfileName
    stems: Stems = Field(default_factory=dict)
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
    from patchpilot.errors import AudioError
    from patchpilot.tracks import Cache, analyze
    from patchpilot.tracks.profile import Profile, measured

    found, broken = [], []
    report.progress(phase="listening", done=0, total=len(asked.sounds))
    for number, sound in enumerate(asked.sounds, 1):
        report.check()
        name = workspace.sounds.info(sound)["name"]
        try:
            found.append(measured(analyze(workspace.sounds.file(sound), cache=Cache()), {}))
        except AudioError as error:
            broken.append((name, str(error).replace(str(workspace.sounds.path), "")))
        report.progress(done=number)
    profile = Profile.build(found, broken=broken)
    workspace.part(Profiles).save(asked.name, profile)
    return {
        "profile": asked.name,
        "tracks": len(profile.tracks),
        "styles": len(set(profile.styles)),
        "broken": broken,
    }


def _check_gap(workspace: Workspace, asked: GapRequest | FixRequest) -> None:
    check_sounds(workspace, asked.sound, *asked.stems.values())
    workspace.part(Profiles).check(asked.profile)


def _compared(workspace: Workspace, asked: GapRequest | FixRequest, report: Report) -> Compared:
    from patchpilot.tracks import Cache
    from patchpilot.tracks.compared import compare

    profile = workspace.part(Profiles).get(asked.profile)
    report.progress(phase="listening")
    done = compare(
        workspace.sounds.file(asked.sound),
        profile,
        stems_of(workspace, asked.stems),
        all_styles=asked.all_styles,
        cache=Cache(),
    )
    report.check()
    return done


def _gap(workspace: Workspace, asked: GapRequest, report: Report) -> dict[str, Any]:
    done = _compared(workspace, asked, report)
    return {
        "likeness": done.profile.likeness(done.one),
        "gaps": [gap.to_json() for gap in done.gaps[: asked.most]],
        "sections": done.track.to_json()["sections"],
    }


def _fix(workspace: Workspace, asked: FixRequest, report: Report) -> dict[str, Any]:
    from patchpilot.tracks.fix import desk_of, fixes
    from patchpilot.tracks.fix.together import together
    from patchpilot.tracks.moves import write_moves

    done = _compared(workspace, asked, report)
    tempo = done.track.tempo.bpm if done.track.tempo is not None else None
    desk = desk_of(done.audio, done.stems, done.track.sections, tempo)
    some = done.gaps[: asked.most]
    found: list[Fix] = []
    report.progress(phase="trying out", done=0, total=len(some))
    for fix in fixes(done.track, done.one, desk, some, done.known):
        found.append(fix.scaled(asked.amount))
        report.progress(done=len(found))
        report.check()
    moves, left = together(found)
    write_moves(moves, report.folder / "moves.json")
    return {
        "fixes": [
            {**fix.to_json(), **_heard(workspace, done, desk, fix, at)} for at, fix in enumerate(found, 1)
        ],
        "moves": [move.to_json() for move in moves],
        "left_out": left,
        "sections": done.track.to_json()["sections"],
    }


def _heard(workspace: Workspace, done: Compared, desk: Desk, fix: Fix, number: int) -> dict[str, Any]:
    """Ids of two sounds, equally loud: where the gap is, before and after; null where nothing was turned."""
    from patchpilot.tracks.gap import snippets

    if fix.candidate is None:
        return {"before_sound": None, "after_sound": None}
    pair = snippets(fix.gap, (done.track, desk.mix), (done.track, desk.after(fix.steps).mix), same_place=True)
    kept = {}
    for which, audio in zip(("before", "after"), pair, strict=True):
        kept[f"{which}_sound"] = workspace.sounds.add_audio(audio, name=f"fix {number} {which}")["id"]
    return kept


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

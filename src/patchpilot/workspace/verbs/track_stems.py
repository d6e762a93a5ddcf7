"""Verbs about the stems of a track: which sounds are its parts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from typing_extensions import TypedDict

from patchpilot.workspace.tracks.stems import Stems
from patchpilot.workspace.verbs.base import Verb, request
from patchpilot.workspace.verbs.track import SoundId, StemIds

if TYPE_CHECKING:
    from patchpilot.workspace.jobs.report import Report
    from patchpilot.workspace.workspace import Workspace


class StemsAnswer(TypedDict):
    """Ids of sounds by the names of the stems."""

    sound: str
    stems: dict[str, str]


@request
class StemsRequest:
    """Ask which stems a track has."""

    sound: SoundId


@request
class NameStemsBody:
    """Say which sounds are the stems of a track: all of them, in the place of those before."""

    stems: StemIds


@request
class NameStemsRequest(NameStemsBody):
    """Say which sounds are the stems of a track: all of them, in the place of those before."""

    sound: SoundId


def _stems(workspace: Workspace, asked: StemsRequest, report: Report) -> dict[str, Any]:  # noqa: ARG001
    return {"sound": asked.sound, "stems": workspace.part(Stems).of(asked.sound)}


def _name(workspace: Workspace, asked: NameStemsRequest, report: Report) -> dict[str, Any]:
    before = workspace.part(Stems).put(asked.sound, asked.stems)
    name = workspace.sounds.info(asked.sound)["name"]
    report.did(f"{len(asked.stems)} stems of {name}", {"sound": asked.sound, "stems": before})
    return {"sound": asked.sound, "stems": asked.stems}


def _unname(workspace: Workspace, back: dict[str, Any]) -> None:
    workspace.part(Stems).put(back["sound"], back["stems"])


VERBS = (
    Verb("track_stems", "Which stems a track has.", StemsRequest, _stems, answer=StemsAnswer, is_read_only=True),
    Verb("track_name_stems", "Say which sounds are the stems of a track; comparing it listens to them, too.",
         NameStemsRequest, _name, answer=StemsAnswer, undo=_unname),
)  # fmt: skip

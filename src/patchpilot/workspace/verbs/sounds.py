"""Verbs about sounds that were brought."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field
from typing_extensions import TypedDict

from patchpilot.workspace.verbs.base import Verb, request

if TYPE_CHECKING:
    from patchpilot.workspace.jobs.report import Report
    from patchpilot.workspace.workspace import Workspace

SOUND = Field(
    pattern=r"^[0-9a-f]{16}$", description="Id of a sound that was brought, as `sounds` lists them."
)


class Sound(TypedDict):
    """A sound: `note` (MIDI) and `lufs` are null where none is heard; `seconds` long."""

    id: str
    name: str
    seconds: float
    channels: int
    sample_rate: int
    note: int | None
    lufs: float | None
    added: str


class SoundList(TypedDict):
    """Sounds, the newest first."""

    sounds: list[Sound]


@request
class SoundRequest:
    """Ask what is known of a sound."""

    sound: Annotated[str, SOUND]


@request
class SoundsRequest:
    """Ask which sounds are here."""


def _sound(workspace: Workspace, asked: SoundRequest, report: Report) -> dict[str, Any]:  # noqa: ARG001
    return workspace.sounds.info(asked.sound)


def _sounds(workspace: Workspace, asked: SoundsRequest, report: Report) -> dict[str, Any]:  # noqa: ARG001
    return {"sounds": workspace.sounds.all()}


VERBS = (
    Verb("sound", "What is known of a sound.", SoundRequest, _sound, answer=Sound, is_read_only=True),
    Verb("sounds", "Sounds that were brought, the newest first.", SoundsRequest, _sounds, answer=SoundList,
         is_read_only=True),
)  # fmt: skip

"""The verb that plays a take again, as another note."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from patchpilot.errors import ParameterError
from patchpilot.workspace.verbs.base import Verb, request
from patchpilot.workspace.verbs.sounds import Sound

if TYPE_CHECKING:
    from patchpilot.workspace.jobs.report import Report
    from patchpilot.workspace.workspace import Workspace

MOST_S = 30.0
"""Length of a render that somebody waits for, s."""


@request
class RenderRequest:
    """Play the patch of a take as one note; the audio is kept as a sound."""

    take: Annotated[int, Field(ge=1, le=2**53, description="Number of a take of the bank.")]
    note: Annotated[int, Field(ge=0, le=127, description="MIDI note.")] = 60
    velocity: Annotated[float, Field(gt=0.0, le=1.0, description="How hard the key is hit.")] = 0.8
    held_s: Annotated[float, Field(gt=0.0, le=MOST_S, description="How long the key is held, s.")] = 1.5
    seconds: Annotated[float, Field(ge=0.05, le=MOST_S, description="Length, s.")] = 2.0
    engine_seed: Annotated[int, Field(ge=0, le=255, description="Of the engine's own dice.")] = 0


def _render(workspace: Workspace, asked: RenderRequest, report: Report) -> dict[str, Any]:  # noqa: ARG001
    from patchpilot.audio import note_name
    from patchpilot.space import Performance

    entry = workspace.entry(asked.take)
    if asked.held_s > asked.seconds:
        raise ParameterError(
            f"expected a key that is let go in the {asked.seconds} s, got {asked.held_s} s held"
        )
    performance = Performance.one_note(
        asked.note, velocity=asked.velocity, hold_s=asked.held_s, length_s=asked.seconds
    )
    synth = workspace.instruments.get(entry.instrument, "hands")
    audio = synth.render(entry.record.patch(workspace.bank.assets), performance.with_seed(asked.engine_seed))
    return workspace.sounds.add_audio(audio, name=f"take {asked.take}, {note_name(asked.note)}")


VERBS = (
    Verb("render", "Play the patch of a take as another note.", RenderRequest, _render, answer=Sound),
)  # fmt: skip

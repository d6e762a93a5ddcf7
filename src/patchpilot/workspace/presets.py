"""Preset files that are brought: each becomes a take, so that all else works with it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from patchpilot.errors import PatchError
from patchpilot.instruments.take import Origin, Take
from patchpilot.space import Performance
from patchpilot.workspace.sounds import shown_name

if TYPE_CHECKING:
    from patchpilot.workspace.workspace import Workspace


def preset_added(workspace: Workspace, file: Path, name: str, instrument: str) -> int:
    """Play a preset file once, and keep it as a take.

    Args:
        workspace: whose bank.
        file: the file, whatever it is called.
        name: that its owner knows it by.
        instrument: whose preset it is.

    Returns:
        The number of the take.

    Raises:
        EngineError: it cannot be played.
        MissingError: there is no such instrument here.
        PatchError: it is no preset of the instrument.
    """
    synth = workspace.instruments.get(instrument, "hands")
    place = file.with_name(f"preset{synth.suffix}")  # the ending tells an instrument what it is
    file.rename(place)
    try:
        patch = synth.load(place)
    except PatchError as error:
        raise PatchError(str(error).replace(str(place), shown_name(name))) from None
    performance = Performance.one_note()
    origin = Origin("preset", detail=shown_name(name), version=workspace.version)
    take = Take(patch, performance, synth.render(patch, performance), synth.fingerprint, origin)
    number = workspace.keep(take, scores={}, experiment="presets")
    workspace.bank.flush()
    return number

"""New material of a level as files: loop, stems, notes, and a template that makes more of it."""

from __future__ import annotations

import contextlib
import dataclasses
from pathlib import Path

from patchpilot.audio import save
from patchpilot.errors import PluginError
from patchpilot.files import check_free, make_folder
from patchpilot.instruments.base import Instrument
from patchpilot.selfplay.levels import document
from patchpilot.selfplay.levels.attempt import LOOP, NOTES, TEMPLATE, write_notes
from patchpilot.selfplay.levels.document import Template
from patchpilot.selfplay.levels.pattern import Score
from patchpilot.selfplay.levels.playing import mix, stems, voices_of


def write_material(
    folder: Path,
    score: Score,
    template: Template,
    presets: Path,
    instrument: Instrument,
    *,
    force: bool = False,
) -> dict[str, object]:
    """Play a score and write it.

    Args:
        folder: where to; made where it is missing.
        score: what is played.
        template: whose presets play it.
        presets: folder that their names are relative to.
        instrument: of the presets.
        force: replace what is there.

    Returns:
        Paths, as plain JSON.

    Raises:
        EngineError: a patch cannot be rendered.
        OutputError: there is something already, or a file cannot be written.
        PatchError: a preset is missing, or none.
    """
    check_free(folder / TEMPLATE, force=force)
    voices = voices_of(template, presets, instrument)
    played = stems(score, voices, instrument)
    make_folder(folder)
    make_folder(folder / "stems")
    for name, stem in played.items():
        save(stem, folder / "stems" / f"{name}.wav")
        instrument.export(voices[name].patch, folder / f"{name}{instrument.suffix}")
    save(mix(played), folder / LOOP)
    with contextlib.suppress(PluginError):  # without the extra that writes MIDI the template says the same
        write_notes(score, folder / NOTES)
    own = {name: f"{name}{instrument.suffix}" for name in voices}
    document.write(dataclasses.replace(template, score=score, presets=own), folder / TEMPLATE)
    return {
        "loop": str(folder / LOOP),
        "stems": {name: str(folder / "stems" / f"{name}.wav") for name in played},
        "template": str(folder / TEMPLATE),
    }

"""Putting presets where the synth's own browser looks."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import TYPE_CHECKING

import click

from patchpilot.files import make_folder, write_bytes

if TYPE_CHECKING:
    from patchpilot.instruments.base import Instrument
    from patchpilot.space.canonical import Json


def put_into_browser(folder: Path, name: str, data: Json, synth: Instrument) -> None:
    """Copy the presets to the synth's own folder, saying where first.

    Args:
        folder: of the match.
        name: of the sound.
        data: `result.json`.
        synth: whose browser it is.
    """
    target = synth.preset_folder() / "Patch Pilot"
    for found in data["matches"]:
        place = _free(target / f"{name} {found['rank']}{synth.suffix}")
        click.echo(f"install: {place}", err=True)
        make_folder(target)
        write_bytes(place, (folder / found["preset"]).read_bytes())


def _free(place: Path) -> Path:
    """The place, or one with a number behind its name where a preset is already there."""
    for number in itertools.count(2):
        if not place.exists():
            break
        place = place.with_name(f"{place.stem.removesuffix(f' ({number - 1})')} ({number}){place.suffix}")
    return place

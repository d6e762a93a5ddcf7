"""What the commands of `patchpilot track` share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from patchpilot.cli import _line
from patchpilot.files import SOUNDS

if TYPE_CHECKING:
    from patchpilot.audio import Audio
    from patchpilot.tracks.profile import Measured

BAD_SHOWN = 10


def sounds_in(folder: Path) -> list[Path]:
    """The sound files of a folder and those below it, in order; raises `AudioError` where there are none."""
    from patchpilot.errors import AudioError

    if folder.is_file():
        return [folder]
    found = sorted(path for path in folder.rglob("*") if path.suffix.lower() in SOUNDS and path.is_file())
    if not found:
        raise AudioError(
            f"expected sound files in {folder}, found none ({', '.join(SOUNDS)}). Name another folder."
        )
    return found


def stems_in(folder: Path | None) -> dict[str, Audio]:
    """The stems of a folder by their names; none without a folder."""
    from patchpilot.audio import load

    if folder is None or not folder.is_dir():
        return {}
    return {path.stem: load(path) for path in sorted(folder.iterdir()) if path.suffix.lower() in SOUNDS}


def heard(paths: Sequence[Path], stems: Path | None = None) -> tuple[list[Measured], list[tuple[str, str]]]:
    """Analyse files; those that cannot be are told with the reason. Analyses are kept, so a second time is quick.

    Args:
        paths: of sound files.
        stems: a folder with a folder NAME of stems for each track.
    """
    from patchpilot.errors import PatchPilotError
    from patchpilot.tracks import Cache, analyze
    from patchpilot.tracks.profile import measured

    found, broken = [], []
    for number, path in enumerate(paths, 1):
        _line.show(f"listening to {path.name} ({number} of {len(paths)})")
        try:
            parts = stems_in(stems / path.stem if stems is not None else None)
            found.append(measured(analyze(path, cache=Cache()), parts))
        except PatchPilotError as error:
            broken.append((path.name, str(error)))
    _line.clear()
    return found, broken


def show_broken(broken: Sequence[tuple[str, str]]) -> None:
    """Say what was left out, and why."""
    for _, reason in broken[:BAD_SHOWN]:
        click.echo(f"left out: {reason}", err=True)
    if len(broken) > BAD_SHOWN:
        click.echo(f"left out: {len(broken) - BAD_SHOWN} more", err=True)


def as_columns(rows: Mapping[str, str]) -> str:
    """Names and texts side by side."""
    width = max((len(name) for name in rows), default=0)
    return "\n".join(f"  {name:<{width}}  {text}" for name, text in rows.items())

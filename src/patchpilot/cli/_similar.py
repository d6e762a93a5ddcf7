"""What the commands of `patchpilot track similar` share."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from patchpilot.cli import _line

if TYPE_CHECKING:
    from patchpilot.tracks.similarity import Base, Vectors

clap_option = click.option(
    "--clap",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Folder of a CLAP network, to hear with in place of the built-in embedding (extra `clap`).",
)


def base_of(clap: Path | None) -> Base:
    """The built-in base, or a CLAP network's; raises `PluginError`."""
    from patchpilot.tracks.similarity import Bars, Clapped

    if clap is None:
        return Bars()
    from patchpilot.retrieval.clap import Clap

    return Clapped(Clap(clap))


def heard_by(
    base: Base, paths: Sequence[Path], *, copies: int = 0, seed: int = 0
) -> tuple[list[Vectors], list[tuple[str, str]]]:
    """What was heard of files, and names and reasons of those that cannot be used; the same content counts once."""
    from patchpilot.errors import PatchPilotError
    from patchpilot.tracks.similarity import hear

    found: dict[str, Vectors] = {}
    broken = []
    for number, path in enumerate(paths, 1):
        _line.show(f"listening to {path.name} ({number} of {len(paths)})")
        try:
            one = hear(path, base, copies=copies, seed=seed)
            found.setdefault(one.sha256, one)
        except PatchPilotError as error:
            broken.append((path.name, str(error)))
    _line.clear()
    return list(found.values()), broken

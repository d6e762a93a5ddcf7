"""What `track gap` and `track fix` share: the work in progress beside a profile."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from patchpilot.tracks.compared import Compared

_OPTIONS = (
    click.argument("wip", type=click.Path(path_type=Path, dir_okay=False)),
    click.option(
        "--profile", "-p", type=click.Path(path_type=Path), required=True, help="Of `track profile build`."
    ),
    click.option(
        "--stems",
        type=click.Path(path_type=Path, file_okay=False, exists=True),
        help="Folder of the track's stems (kick.wav, lead.wav, …), as long as the track.",
    ),
    click.option(
        "--all-styles", is_flag=True, help="Compare with all of the profile, not the nearest sub-style."
    ),
)


def compared_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """WIP, `--profile`, `--stems` and `--all-styles`."""
    for option in reversed(_OPTIONS):
        function = option(function)
    return function


def compared(wip: Path, profile: Path, stems: Path | None, all_styles: bool) -> Compared:
    """Analyse a track and find its gaps."""
    from patchpilot.cli import _line
    from patchpilot.cli._tracks import stems_in
    from patchpilot.tracks import Cache
    from patchpilot.tracks.compared import compare
    from patchpilot.tracks.profile import load_profile

    known = load_profile(profile)
    _line.show(f"listening to {wip.name}")
    found = compare(wip, known, stems_in(stems), all_styles=all_styles, cache=Cache())
    _line.clear()
    return found

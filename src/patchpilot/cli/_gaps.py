"""What `track gap` and `track fix` share: the work in progress beside a profile."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from patchpilot.audio import Audio
    from patchpilot.tracks import Track
    from patchpilot.tracks.gap import Gap
    from patchpilot.tracks.profile import Feature, Measured, Profile, Usual

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


@dataclass(frozen=True, eq=False)
class Compared:
    """A track beside a profile."""

    profile: Profile
    track: Track
    audio: Audio
    stems: Mapping[str, Audio]
    one: Measured
    known: Mapping[Feature, Usual]
    gaps: list[Gap]


def compared_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """WIP, `--profile`, `--stems` and `--all-styles`."""
    for option in reversed(_OPTIONS):
        function = option(function)
    return function


def compared(wip: Path, profile: Path, stems: Path | None, all_styles: bool) -> Compared:
    """Analyse a track and find its gaps."""
    from patchpilot.audio import load
    from patchpilot.cli import _line
    from patchpilot.cli._tracks import stems_in
    from patchpilot.tracks import Cache, analyze
    from patchpilot.tracks.features import Listened
    from patchpilot.tracks.gap import gaps, placed
    from patchpilot.tracks.profile import MIX, load_profile, measured

    known = load_profile(profile)
    _line.show(f"listening to {wip.name}")
    track, audio, parts = analyze(wip, cache=Cache()), load(wip), stems_in(stems)
    one = measured(track, parts)
    usual = known.usual if all_styles else known.usual_for(one)
    there = sorted({feature.stem for feature in one.values} - {MIX})
    heard = {MIX: Listened(audio), **{name: Listened(parts[name]) for name in there}}
    found = [placed(gap, track, heard) for gap in gaps(one, usual)]
    _line.clear()
    return Compared(known, track, audio, parts, one, usual, found)

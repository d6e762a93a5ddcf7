"""`patchpilot track analyze`: what is in a track, or in each of a folder."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from patchpilot.cli import _line
from patchpilot.cli._tracks import sounds_in, stems_in

if TYPE_CHECKING:
    from patchpilot.tracks import Track


@click.command("analyze")
@click.argument("place", metavar="FILE|DIR", type=click.Path(path_type=Path))
@click.option(
    "--stems",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    help="Folder of the track's stems (bass.wav, lead.wav, …), which detectors listen to as well; "
    "of several tracks, a folder NAME in it for each.",
)
@click.option("--report", is_flag=True, help="Write a page NAME.track.html with pictures.")
@click.option("--out", type=click.Path(path_type=Path), help="Folder of the pages; this one by default.")
@click.option("--fresh", is_flag=True, help="Listen again, also to what was analysed before.")
@click.option("--force", is_flag=True, help="Replace pages that are there.")
@click.option(
    "--json", "as_json", is_flag=True, help="Print JSON: an object for a file, a list for a folder."
)
def command(
    place: Path, stems: Path | None, report: bool, out: Path | None, fresh: bool, force: bool, as_json: bool
) -> None:
    """Say what is in a track, or in each sound file of a folder and those below it.

    Tempo, beats and bars, key, sections, loudness, balance and width by band, and what the detectors found. What was
    analysed before is told at once: analyses are kept by content.
    """
    from patchpilot.errors import PatchPilotError
    from patchpilot.tracks import Cache, analyze
    from patchpilot.tracks.cache import Fresh

    paths = sounds_in(place) if place.is_dir() else [place]
    cache = Fresh() if fresh else Cache()
    done: list[Track] = []
    failed = 0
    for path in paths:
        _line.show(f"listening to {path.name}")
        try:
            of_this = stems if stems is None or place.is_file() else stems / path.stem
            track = analyze(path, stems=stems_in(of_this), cache=cache)
            page = _write_page(track, path, out or Path(), force) if report else None
        except PatchPilotError as error:
            if place.is_file():
                raise
            _line.clear()
            click.echo(f"left out: {error}", err=True)
            failed += 1
            continue
        _line.clear()
        done.append(track)
        if not as_json:
            click.echo(_said(track))
        if page is not None:
            click.echo(str(page), err=as_json)
    if as_json:
        said = [track.to_json() for track in done]
        click.echo(json.dumps(said[0] if place.is_file() else said))
    sys.exit(1 if failed else 0)


def _write_page(track: Track, path: Path, folder: Path, force: bool) -> Path:
    from patchpilot.audio import load
    from patchpilot.files import check_free, make_folder, write_text
    from patchpilot.tracks.report import report_html

    page = make_folder(folder) / f"{path.stem}.track.html"
    check_free(page, force=force)
    write_text(page, report_html(track, load(path)))
    return page


def _said(track: Track) -> str:
    return "\n".join(_lines(track))


def _lines(track: Track) -> Iterator[str]:
    from patchpilot.tracks.flags import MEANINGS
    from patchpilot.tracks.report import clock, facts

    yield f"{track.path}: {', '.join(facts(track))}"
    if track.grid is not None:
        grid = track.grid
        yield (
            f"  first beat at {grid.first_beat_s:.3f} s, first bar at {grid.first_downbeat_s:.3f} s, "
            f"{grid.beats_per_bar} beats a bar"
        )
    for section in track.sections:
        bar = f"  bar {track.grid.bar_of(section.start_s) + 1}" if track.grid is not None else ""
        yield f"  {clock(section.start_s):>5}  {section.label:<9}{bar}"
    for name, found in track.detectors.items():
        yield f"  {name}: {found.get('sentence', '')}"
    for flag in track.flags:
        yield f"  note: {flag}: {MEANINGS[flag]}"
    if track.score is not None:
        yield f"  trance score {track.score['total']:.2f}"

"""`patchpilot golden`: the sounds that you love."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from patchpilot.cli import _line, _options

if TYPE_CHECKING:
    from patchpilot.selfplay.golden.golden_set import Added, GoldenSet
    from patchpilot.selfplay.golden.item import Item
    from patchpilot.space.canonical import Json

_GOLDEN = _options.place("--golden", "the set")


@click.group("golden")
def command() -> None:
    """Sounds that you love: what searches come close to as a whole, without copying one of them."""


@command.command("add", short_help="Add sounds: files, or folders with all that is in them.")
@click.argument("paths", nargs=-1, required=True, metavar="DIR|FILE...", type=click.Path(path_type=Path))
@_GOLDEN
@_options.JSON
def add_command(paths: tuple[Path, ...], place: Path | None, as_json: bool) -> None:
    """Add sounds: files, or folders with all that is in them.

    Each is analysed (key, tempo, loudness, rhythm, timbre) and cut into hits, beats and bars. What is there already,
    in whatever encoding, is not added again; what is no sound is named and left out. The files are copied.
    """
    golden = _opened(place)
    try:
        report = golden.add(paths, on_file=lambda path: _line.show(f"listening to {path.name}"))
    finally:
        _line.clear()
    click.echo(json.dumps(_report(golden, report)) if as_json else _said(golden, report))
    if not report.items and not report.twice:
        sys.exit(1)


@command.command("list")
@_GOLDEN
@_options.JSON
def list_command(place: Path | None, as_json: bool) -> None:
    """List the sounds of the set, in the order in which they were added."""
    items = _opened(place).items
    if as_json:
        click.echo(json.dumps([_brief(item) for item in items]))
        return
    for item in items:
        click.echo(_row(item))
    if not items:
        click.echo("note: the golden set is empty: add sounds with `patchpilot golden add DIR`", err=True)


@command.command("describe")
@_GOLDEN
@click.option("--embedding", default="timbre", show_default=True, help="That timbres are compared in.")
@_options.JSON
def describe_command(place: Path | None, embedding: str, as_json: bool) -> None:
    """Say what the set is like as a whole: tempos, keys, loudness, rhythm, and kinds of timbre."""
    from patchpilot.retrieval.library import embedding_of
    from patchpilot.selfplay.golden.summary import summary

    golden = _opened(place)
    _line.show(f"listening to {len(golden)} sounds")
    try:
        said = summary(golden, embedding_of(embedding))
    finally:
        _line.clear()
    click.echo(json.dumps(said) if as_json else _page(said))


@command.command("remove")
@click.argument("names", nargs=-1, required=True, metavar="NAME|ID...")
@_GOLDEN
@click.option("--erase", is_flag=True, help="Delete the copies of their files, too.")
def remove_command(names: tuple[str, ...], place: Path | None, erase: bool) -> None:
    """Take sounds out of the set; the copies of their files stay unless they are erased."""
    for item in _opened(place).remove(names, erase=erase):
        click.echo(f"removed {item.name}")


def _opened(place: Path | None) -> GoldenSet:
    from patchpilot.selfplay.golden.golden_set import GoldenSet

    return GoldenSet.open(place)


def _brief(item: Item) -> dict[str, Json]:
    """An item as JSON, without what only programs compare."""
    said = item.to_json()
    parts = {kind: len(found) for kind, found in item.parts.items()}
    return {**{name: value for name, value in said.items() if name != "fingerprint"}, "parts": parts}


def _report(golden: GoldenSet, report: Added) -> dict[str, Json]:
    return {
        "path": str(golden.path),
        "sounds": len(golden),
        "added": [_brief(item) for item in report.items],
        "twice": report.twice,
        "left_out": report.left_out,
    }


def _said(golden: GoldenSet, report: Added) -> str:
    lines = [_row(item) for item in report.items]
    lines += [f"there already: {path} (as {name})" for path, name in report.twice.items()]
    lines += [f"left out: {path}: {reason}" for path, reason in report.left_out.items()]
    lines.append(f"{len(report.items)} added, {len(golden)} in {golden.path}")
    return "\n".join(lines)


def _row(item: Item) -> str:
    from patchpilot.audio import note_name

    tempo = "" if item.tempo_bpm is None else f"{item.tempo_bpm:.1f} BPM"
    pitch = item.key or ("" if item.note is None else note_name(item.note))
    hits = len(item.parts["hit"])
    kind = "one sound" if item.is_single else f"{hits} hits"
    return (
        f"{item.id[:8]}  {item.name:<32} {item.duration_s:8.2f} s {item.loudness_lufs:7.1f} LUFS  {tempo:>9}  "
        f"{pitch:<9} {kind}"
    ).rstrip()


def _page(said: dict[str, Json]) -> str:
    """What `describe` prints for people."""
    parts = ", ".join(f"{count} {kind}s" for kind, count in said["parts"].items() if kind != "whole")
    keys = ", ".join(f"{key} ×{count}" for key, count in said["keys"].items()) or "none"
    lines = {
        "sounds": f"{said['sounds']}: {said['single']} single, {said['loops']} loops; {said['seconds']:.1f} s",
        "parts": parts,
        "loudness": _range(said["loudness_lufs"], "LUFS"),
        "tempo": _range(said["tempo_bpm"], "BPM"),
        "keys": keys,
        "rhythm": f"{_range(said['onsets_per_s'], 'onsets a second')}; off-beat {_range(said['offbeat'], '')}",
    }
    page = [said["path"], *(f"  {name:<9} {text}".rstrip() for name, text in lines.items())]
    for cluster in said["clusters"]:
        words = ", ".join(cluster["words"]) or "neither this nor that"
        page.append(f"  timbre    {cluster['size']:>4} parts: {words} (as {cluster['typical']})")
    return "\n".join(page)


def _range(values: dict[str, float] | None, unit: str) -> str:
    if values is None:
        return "none"
    return f"{values['lowest']:.4g} to {values['highest']:.4g}, median {values['median']:.4g} {unit}".rstrip()

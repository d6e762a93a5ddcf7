"""The options of `patchpilot dataset generate`: what is drawn, how it is played, and how it is stored."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

_FOLDER = click.Path(path_type=Path, exists=True, file_okay=False)


def _range(_: click.Context, __: click.Parameter, value: str) -> tuple[float, float]:
    """One number, or two as LOW..HIGH."""
    try:
        low, _dots, high = value.partition("..")
        return float(low), float(high or low)
    except ValueError:
        raise click.BadParameter(f"expected a number or LOW..HIGH, got {value!r}") from None


def _notes(_: click.Context, __: click.Parameter, value: str) -> dict[str, Any]:
    """MIDI notes as 48,60,72, or a range that they are drawn from as 36..84."""
    try:
        if ".." in value:
            low, high = value.split("..")
            return {"notes": (), "drawn_from": (int(low), int(high))}
        return {"notes": tuple(int(note) for note in value.split(","))}
    except ValueError:
        raise click.BadParameter(f"expected notes as 48,60,72 or a range as 36..84, got {value!r}") from None


_OPTIONS = (
    click.option("--instrument", "instrument_name", default="vital", show_default=True, help="What plays."),
    click.option(
        "-n",
        "--rows",
        default=1000,
        show_default=True,
        type=click.IntRange(1, 10**9),
        help="How many rows: patches times notes.",
    ),
    click.option(
        "-o",
        "--out",
        required=True,
        type=click.Path(path_type=Path, dir_okay=False),
        help="File to write (.h5).",
    ),
    click.option(
        "--tier",
        default=3,
        show_default=True,
        type=click.IntRange(1, 3),
        help="1 one voice, 2 every parameter, 3 with the modulation matrix.",
    ),
    click.option(
        "--seed", default=0, show_default=True, type=click.IntRange(0), help="Of all random choices."
    ),
    click.option(
        "--prior",
        help='What patches are drawn from; the tier\'s musical one by default, "none" for the raw space.',
    ),
    click.option(
        "--sequence",
        default="lhs",
        show_default=True,
        type=click.Choice(["lhs", "sobol", "random"]),
        help="How the space is covered.",
    ),
    click.option(
        "--presets", multiple=True, type=_FOLDER, help="Folder of presets, which come first. May be repeated."
    ),
    click.option(
        "--own-presets", is_flag=True, help="The presets of the instrument's own folders, likewise."
    ),
    click.option("--presets-only", is_flag=True, help="Nothing but the presets."),
    click.option(
        "--augment",
        default=0.0,
        metavar="SHARE",
        type=click.FloatRange(0.0, 1.0),
        help="Share of patches that are made of the presets: perturbed, crossed, modules swapped.",
    ),
    click.option("--wavetables", type=_FOLDER, help="Catalog of wavetables to draw from as well."),
    click.option(
        "--notes",
        default="48,60,72",
        show_default=True,
        callback=_notes,
        help="MIDI notes, each a row; or a range to draw them from, as 36..84.",
    ),
    click.option(
        "--notes-per-patch",
        default=3,
        show_default=True,
        type=click.IntRange(1, 128),
        help="How many are drawn from a range.",
    ),
    click.option(
        "--velocity",
        default="0.5..1",
        show_default=True,
        callback=_range,
        help="One, or a range to draw from.",
    ),
    click.option(
        "--hold",
        default="1.5",
        show_default=True,
        callback=_range,
        help="Seconds that the key is held, or a range to draw them from.",
    ),
    click.option("--length", default=2.0, show_default=True, type=float, help="Seconds of audio."),
    click.option("--rate", default=44100, show_default=True, type=int, help="Sample rate in Hz."),
    click.option(
        "--audio",
        default="float32",
        show_default=True,
        type=click.Choice(["float32", "float16", "flac", "none"]),
        help="How audio is stored.",
    ),
    click.option(
        "--compression",
        default="lzf",
        show_default=True,
        type=click.Choice(["lzf", "gzip", "none"]),
        help="Of float audio.",
    ),
    click.option(
        "--features",
        default="",
        metavar="NAME,…",
        help="What is stored beside the audio: logmel, front_end (what estimators hear), spectral, clap.",
    ),
    click.option(
        "--quietest",
        default=-60.0,
        show_default=True,
        type=float,
        help="RMS in dB below which a render is silent.",
    ),
    click.option(
        "--loudest", default=6.0, show_default=True, type=float, help="Peak in dB above which it is clipped."
    ),
    click.option(
        "--workers", type=click.IntRange(1, 1024), help="Processes that render; one for each core by default."
    ),
    click.option(
        "--cluster", metavar="ADDRESS", help="Scheduler of a Dask cluster to render on, as tcp://host:8786."
    ),
    click.option("--json", "as_json", is_flag=True, help="Print what the dataset holds as JSON."),
)


def options(function: Callable[..., Any]) -> Callable[..., Any]:
    """All of them, in their order."""
    for option in reversed(_OPTIONS):
        function = option(function)
    return function

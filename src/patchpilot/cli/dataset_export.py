"""`patchpilot dataset export`: a dataset for those who train elsewhere."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import click

from patchpilot.cli import _line

if TYPE_CHECKING:
    from patchpilot.datasets.export import Exported


def _rows(context: click.Context, option: click.Parameter, text: str | None) -> tuple[int | None, int | None]:  # noqa: ARG001
    """ "A:B", "A:" or ":B" as numbers."""
    first, colon, end = (text or ":").partition(":")
    try:
        if not colon:
            raise ValueError(text)
        return (int(first) if first.strip() else None, int(end) if end.strip() else None)
    except ValueError:
        raise click.BadParameter(f"expected A:B, A: or :B, got {text!r}") from None


@click.command("export", short_help="Write rows as WebDataset shards, Parquet or presets.")
@click.argument("file", type=click.Path(path_type=Path, readable=False))
@click.option(
    "--format",
    "kind",
    required=True,
    type=click.Choice(["webdataset", "parquet", "presets"]),
    help="Tar shards, a table, or a preset and a WAV file for each row.",
)
@click.option(
    "-o", "--out", required=True, type=click.Path(path_type=Path, readable=False), help="Folder to write."
)
@click.option("--rows", metavar="A:B", callback=_rows, help="From row A to before row B; all by default.")
@click.option(
    "--audio",
    type=click.Choice(["wav", "flac", "none"]),
    help="Exact float32, 24-bit FLAC, or no sound; wav by default, none for Parquet.",
)
@click.option(
    "--shard-rows",
    type=click.IntRange(1),
    help="Most rows in a file; by default 1,000, for Parquet 10,000, or 256 MB of sound.",
)
@click.option("--force", is_flag=True, help="Replace an earlier export.")
def command(
    file: Path,
    kind: str,
    out: Path,
    rows: tuple[int | None, int | None],
    audio: str | None,
    shard_rows: int | None,
    force: bool,
) -> None:
    """Write rows of a dataset FILE into a folder, in a format that other programs read.

    Stopped, it goes on where it was when the same command is given again; the same rows give the same bytes.
    `export.json` in the folder says what the columns are.
    """
    from patchpilot.datasets.export import export
    from patchpilot.datasets.storage.reader import Dataset
    from patchpilot.instruments.base import instrument

    with ExitStack() as stack:
        dataset = stack.enter_context(Dataset(file))
        if not dataset.is_sealed:
            click.echo(f"note: {file} is not finished; {len(dataset)} rows are there", err=True)
        synth = None
        if kind == "presets":
            synth = stack.enter_context(instrument(dataset.recipe.instrument))
        stack.callback(_line.clear)
        done = export(
            dataset,
            out,
            kind,
            rows=rows,
            audio=audio,
            shard_rows=shard_rows,
            instrument=synth,
            force=force,
            on_progress=_show,
        )
    click.echo(f"{click.format_filename(out)}: {done.rows} rows in {done.files} files")


def _show(state: Exported) -> None:
    _line.show(f"{state.done} of {state.rows} rows")

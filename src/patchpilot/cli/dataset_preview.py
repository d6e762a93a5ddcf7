"""`patchpilot dataset preview`: a terminal browser of the rows."""

from __future__ import annotations

import sys
from pathlib import Path

import click


@click.command("preview", short_help="Browse the rows of a dataset in the terminal.")
@click.argument("file", type=click.Path(path_type=Path, readable=False))
@click.option(
    "--out",
    type=click.Path(path_type=Path, readable=False),
    help="Folder for exported rows; asked for when you export by default.",
)
def command(file: Path, out: Path | None) -> None:
    """Browse the rows of a dataset in the terminal.

    See each row's waveform, spectrogram and patch; filter rows by words and values; play them, and export them as a
    preset and a WAV file. Press ? for help.
    """
    from patchpilot.errors import OutputError

    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise OutputError(
            "preview needs a terminal, but input or output is a file or a pipe: run it in a terminal, "
            "or use `patchpilot dataset inspect` or `patchpilot dataset sheet`"
        )
    from patchpilot.datasets.storage.reader import Dataset

    with Dataset(file) as dataset:
        from patchpilot.cli.preview.app import Preview

        Preview(dataset, name=file.name, out=out).run()

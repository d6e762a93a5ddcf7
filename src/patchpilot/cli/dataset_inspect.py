"""`patchpilot dataset inspect`: what a dataset holds."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from patchpilot.cli import _line

if TYPE_CHECKING:
    from patchpilot.datasets.storage.reader import Dataset


@click.command("inspect", short_help="Say what a dataset holds.")
@click.argument("file", type=click.Path(path_type=Path, readable=False))
@click.option("--json", "as_json", is_flag=True, help="Print JSON: everything, all parameters included.")
@click.option("--verify", is_flag=True, help="Recompute all digests; ends with 1 where something is damaged.")
@click.option("--quick", is_flag=True, help="Do not read the audio: no levels.")
@click.option(
    "--parameter", "parameters", multiple=True, metavar="NAME", help="Show how it is distributed; repeatable."
)
def command(file: Path, as_json: bool, verify: bool, quick: bool, parameters: tuple[str, ...]) -> None:
    """Say what a dataset holds, and where it came from.

    Counts, shapes and sizes, rejections, levels, duplicates, modulations and how parameters are distributed. Also of
    a FILE that is still being written: of the rows that it has now.
    """
    from patchpilot.cli._dataset_page import page
    from patchpilot.datasets.inspection.summary import summary
    from patchpilot.datasets.storage.reader import Dataset

    with Dataset(file) as dataset:
        names = _known(dataset, parameters)
        damaged = _verified(dataset) if verify else []
        quick = quick or bool(damaged)  # what is damaged may not be readable
        try:
            said = summary(
                dataset,
                quick=quick,
                on_progress=lambda done: _line.show(f"heard {done:,} of {len(dataset):,} rows"),
            )
        finally:
            _line.clear()
    said = {"file": str(file), "bytes": file.stat().st_size, **said}
    if verify:
        said["damaged"] = damaged
    click.echo(json.dumps(said, allow_nan=False) if as_json else page(said, names))
    if damaged:
        sys.exit(1)


def _verified(dataset: Dataset) -> list[str]:
    _line.show("verifying…")
    try:
        return dataset.verify()
    finally:
        _line.clear()


def _known(dataset: Dataset, names: tuple[str, ...]) -> tuple[str, ...]:
    """The names, all of which the dataset has columns of; raises `ParameterError`."""
    import difflib

    from patchpilot.errors import ParameterError

    known = dataset.columns.values
    for name in names:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=3)
            hint = f"; did you mean {' or '.join(near)}?" if near else ""
            raise ParameterError(f"the dataset has no parameter {name!r}{hint}")
    return names

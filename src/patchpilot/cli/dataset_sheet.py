"""`patchpilot dataset sheet`: spectrograms of many rows on one page."""

from __future__ import annotations

from pathlib import Path

import click


@click.command("sheet", short_help="Draw spectrograms of many rows on one page.")
@click.argument("file", type=click.Path(path_type=Path, readable=False))
@click.option(
    "-o", "--out", required=True, type=click.Path(path_type=Path, readable=False), help="PNG file to write."
)
@click.option("--rows", default=64, show_default=True, type=click.IntRange(1, 1024), help="How many.")
@click.option("--seed", default=0, show_default=True, type=click.IntRange(0), help="Of which are drawn.")
@click.option("--force", is_flag=True, help="Replace an earlier file.")
def command(file: Path, out: Path, rows: int, seed: int, force: bool) -> None:
    """Draw spectrograms of many rows on one page: a contact sheet, as a PNG file.

    The rows come from all over the FILE, one of each of equal stretches; another seed shows others.
    """
    from patchpilot.datasets.inspection.sheet import chosen, sheet_png
    from patchpilot.datasets.storage.reader import Dataset
    from patchpilot.errors import OutputError
    from patchpilot.files import check_free, write_bytes

    check_free(out, force=force)
    if out.exists() and file.exists() and out.samefile(file):
        raise OutputError(f"{file} would be overwritten by its own picture: name another file with --out")
    if out.suffix.lower() != ".png":
        raise OutputError(f"{out}: expected a name that ends in .png, which is what the picture is")
    with Dataset(file) as dataset:
        png = sheet_png(dataset, chosen(len(dataset), rows, seed=seed), title=file.name)
    write_bytes(out, png)
    click.echo(click.format_filename(out))

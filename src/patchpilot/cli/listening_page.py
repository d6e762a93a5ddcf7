"""`patchpilot listening page`: the page of a test, written again."""

from __future__ import annotations

from pathlib import Path

import click


@click.command("page")
@click.argument("test", metavar="TEST", type=click.Path(path_type=Path))
@click.option("--out", "-o", type=click.Path(path_type=Path, dir_okay=False), help="page.html by default.")
@click.option("--force", is_flag=True, help="Replace a file that is there.")
def command(test: Path, out: Path | None, force: bool) -> None:
    """Write the page of TEST, a folder of `listening make`: one file to send, that knows nothing of what is what."""
    from patchpilot.files import check_free, write_text
    from patchpilot.listening import page_html, read

    place = out or Path("page.html")
    check_free(place, force=force)
    write_text(place, page_html(read(test)))
    click.echo(str(place))

"""`patchpilot instrument serve`: an instrument for other programs and other machines."""

from __future__ import annotations

import os
from pathlib import Path

import click


@click.command("serve")
@click.argument("name", metavar="NAME|plugin:PATH|rack:FILE", default="vital")
@click.option(
    "--port", default=8080, show_default=True, type=click.IntRange(0, 65535), help="0: any free one."
)
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on; 0.0.0.0: all.")
@click.option(
    "--token-file",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Whose content every client must know; needed where others reach the address.",
)
@click.option("--workers", type=click.IntRange(1, 1024), help="Processes that render; one a core by default.")
@click.option(
    "--in-flight",
    type=click.IntRange(1, 4096),
    help="Renders that are held at once, of all clients; 4 a worker by default, at least 8.",
)
def command(
    name: str, port: int, host: str, token_file: Path | None, workers: int | None, in_flight: int | None
) -> None:
    """Serve an instrument until it is interrupted; play it with --instrument and the address that is printed.

    Presets, patches and audio cross the network, code never does. See docs/remote.md.
    """
    from patchpilot.instruments.base import instrument
    from patchpilot.instruments.remote.serving import Server, read_token

    token = None if token_file is None else read_token(token_file)
    options = {} if workers is None else {"workers": workers}
    with (
        instrument(name, **options) as synth,
        Server(
            synth,
            host=host,
            port=port,
            token=token,
            in_flight=in_flight or max(8, 4 * (workers or os.cpu_count() or 1)),
        ) as server,
    ):
        click.echo(f"{synth.name} at {server.url}")
        click.echo(f"engine: {synth.fingerprint}", err=True)
        if token is None:
            click.echo("note: no token, so everybody on this machine may play it", err=True)
        server.run()

"""`patchpilot instrument scan`: which plug-ins are here, and which of them work."""

from __future__ import annotations

import json
from pathlib import Path

import click

from patchpilot.cli import _line


@click.command("scan")
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option("--rescan", is_flag=True, help="Try all again, also those that failed before.")
@click.option(
    "--timeout",
    default=20.0,
    show_default=True,
    type=click.FloatRange(0.1, 3600),
    help="Seconds that loading a plug-in, or playing it, may take.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(paths: tuple[Path, ...], rescan: bool, timeout: float, as_json: bool) -> None:
    """Try plug-ins, and keep what comes of it: of PATHS (files or folders), or of this system's usual folders.

    Each is loaded and played in processes of its own; one that crashes or hangs is noted with the reason, and not
    tried again until it changes.
    """
    from patchpilot.instruments.plugin.scan import scan
    from patchpilot.modules.hosting.folders import standard_folders

    rows = []
    _line.show("looking for plug-ins…")
    try:
        for entry in scan(paths or None, rescan=rescan, timeout_s=timeout):
            _line.clear()
            info = entry.info
            row = {"path": str(entry.path), "ok": info is not None, "reason": entry.reason}
            if info is not None:
                row |= {"name": f"plugin:{info.file}", "kind": info.kind, "parameters": len(info.knobs)}
                row |= {"hidden": info.n_hidden, "host": info.host, "reproducibility": info.reproducibility}
            rows.append(row)
            if not as_json:
                click.echo(_text(row))
            _line.show(f"{len(rows)} done…")
    finally:
        _line.clear()
    if as_json:
        click.echo(json.dumps(rows))
    elif not rows:
        places = ", ".join(map(str, paths or standard_folders())) or "any of the usual folders"
        click.echo(f"no plug-ins in {places}")


def _text(row: dict[str, object]) -> str:
    if not row["ok"]:
        return f"{'BAD':<16} {row['path']}: {row['reason']}"
    return f"{row['kind']:<16} {row['path']}: {row['parameters']} parameters, {row['reproducibility']}"

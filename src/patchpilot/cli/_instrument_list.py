"""`patchpilot instrument list`: what can be played."""

from __future__ import annotations

import json

import click


@click.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(as_json: bool) -> None:
    """List instruments by the names that --instrument takes, and the plug-ins that were scanned."""
    from patchpilot import registry
    from patchpilot.instruments.plugin.catalogue import Catalogue

    rows = [
        {"name": entry.name, "kind": "registered", "text": entry.value}
        for entry in registry.entries("instruments")
    ]
    for entry in Catalogue().all():
        if entry.info is None:
            rows.append({"name": str(entry.path), "kind": "bad plug-in", "text": entry.reason})
            continue
        info = entry.info
        text = f"{len(info.knobs)} parameters, {info.reproducibility}, in {entry.path.parent}"
        rows.append({"name": f"plugin:{info.file}", "kind": info.kind, "text": text})
    if as_json:
        click.echo(json.dumps(rows))
        return
    for row in rows:
        click.echo(f"{row['kind']:<16} {row['name']}  {row['text']}")

"""`patchpilot plugins`: every registered instrument, searcher, objective and distance."""

from __future__ import annotations

import json

import click

from patchpilot.registry import GROUPS, entries


@click.command("plugins")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(as_json: bool) -> None:
    """List what is registered, and by which package."""
    rows = []
    for group in GROUPS:
        for entry in entries(group):
            package = f"{entry.dist.name} {entry.dist.version}" if entry.dist else ""
            rows.append({"kind": group, "name": entry.name, "package": package, "object": entry.value})
    if as_json:
        click.echo(json.dumps(rows))
        return
    for row in rows:
        click.echo(f"{row['kind']:<12} {row['name']:<21} {row['package']}")

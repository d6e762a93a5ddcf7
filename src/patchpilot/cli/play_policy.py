"""`patchpilot play policy`: what a run has learned of its instrument."""

from __future__ import annotations

import json
from pathlib import Path

import click


@click.command("policy")
@click.argument("run", type=click.Path(path_type=Path))
@click.option(
    "-o",
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The file; INSTRUMENT.policy.safetensors by default.",
)
@click.option("--force", is_flag=True, help="Replace a file that is there.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(run: Path, out: Path | None, force: bool, as_json: bool) -> None:
    """Write what the searcher "ppo" has learned in RUN, so that the next one begins with it.

    In its file: searcher = { kind = "ppo", policy = "./vital.policy.safetensors" }.
    """
    from patchpilot.experiment.policy import policy_of
    from patchpilot.search.policy import SUFFIX

    policy = policy_of(run)
    path = policy.save(out or Path(f"{policy.instrument}{SUFFIX}"), force=force)
    said = {"policy": str(path), "instrument": policy.instrument, "parameters": len(policy.names)}
    if as_json:
        click.echo(json.dumps({**said, "updates": policy.n_updates}))
    else:
        click.echo(
            f"{path}: {len(policy.names)} parameters of {policy.instrument}, learned {policy.n_updates} times"
        )

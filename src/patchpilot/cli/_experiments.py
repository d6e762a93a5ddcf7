"""The four make-or-break experiments of `patchpilot doctor --experiments`."""

from __future__ import annotations

import dataclasses
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from patchpilot.files import SOUNDS

if TYPE_CHECKING:
    from patchpilot.datasets.generation import Progress


def examined(
    name: str,
    folder: Path,
    sounds: Path | None,
    *,
    prior: str,
    embedding: str,
    patches: int,
    queries: int,
    as_json: bool,
) -> bool:
    """Print a verdict after each experiment; whether all passed."""
    from patchpilot.experiment.viability.examine import examine
    from patchpilot.experiment.viability.verdict import Size
    from patchpilot.instruments.base import instrument

    files = sorted(p for p in sounds.iterdir() if p.suffix.lower() in SOUNDS) if sounds else []
    size = Size(patches=patches, queries=min(queries, patches), repeats=min(200, patches))
    passed, found = True, []
    with instrument(name) as synth:
        for verdict in examine(
            synth, folder, sounds=files, prior=prior, embedding=embedding, size=size, on_progress=_shown
        ):
            passed &= verdict.passed
            found.append(dataclasses.asdict(verdict))
            if not as_json:
                click.echo(f"{'pass' if verdict.passed else 'FAIL':<6}{verdict.name:<15}{verdict.said}")
                if not verdict.passed and verdict.if_not:
                    click.echo(f"{'':<21}→ {verdict.if_not}")
    if as_json:
        click.echo(json.dumps({"instrument": name, "passed": passed, "experiments": found}))
    return passed


def _shown(what: str, progress: Progress) -> None:
    if sys.stderr.isatty():
        end = "\n" if progress.rows == progress.wanted else ""
        click.echo(f"\r{what}: {progress.rows:,} of {progress.wanted:,} patches{end}", err=True, nl=False)

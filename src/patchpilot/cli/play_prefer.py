"""`patchpilot play prefer`: say which of two takes is better."""

from __future__ import annotations

from pathlib import Path

import click

from patchpilot.cli._bank import BANK, number_of, opened


@click.command("prefer")
@click.argument("better")
@click.argument("worse")
@BANK
def command(better: str, worse: str, place: Path | None) -> None:
    """Say that the take BETTER is better than the take WORSE: their numbers, or the beginnings of their ids."""
    from patchpilot.experiment.pairs import prefer

    with opened(place) as bank:
        prefer(bank, number_of(bank, better), number_of(bank, worse))

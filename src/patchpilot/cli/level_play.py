"""`patchpilot level play`: an attempt."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import click

from patchpilot.cli import _line
from patchpilot.cli._level import folder_of, json_option, levels_option

if TYPE_CHECKING:
    from patchpilot.bank import Bank
    from patchpilot.search.base import Searcher

EFFORTS = ("quick", "default", "thorough")


@click.command("play")
@click.argument("name")
@click.option(
    "--instrument", "instrument_name", default="vital", show_default=True, help="That is to play it."
)
@click.option(
    "--effort", default="quick", show_default=True, type=click.Choice(EFFORTS), help="For each part."
)
@click.option(
    "--seed", default=0, show_default=True, type=click.IntRange(0), help="Another one is another attempt."
)
@click.option(
    "--bank",
    is_flag=False,
    flag_value="",
    metavar="[PATH]",
    help="Begin with what a bank heard before, and keep what is found; your default bank where no path is said.",
)
@levels_option
@json_option
def command(
    name: str,
    instrument_name: str,
    effort: str,
    seed: int,
    bank: str | None,
    levels: Path | None,
    as_json: bool,
) -> None:
    """Try to make a level's loop: a patch for each of its sounds, the pattern played with them, and a score.

    Stopped, the same command goes on with the parts that are missing. Presets, stems, notes and a template are in the
    attempt's folder.
    """
    from patchpilot.bank import Bank
    from patchpilot.instruments.base import instrument
    from patchpilot.selfplay.levels.attempt import attempt
    from patchpilot.selfplay.levels.level import opened

    level = opened(name, folder_of(levels))
    with ExitStack() as stack:
        synth = stack.enter_context(instrument(instrument_name))
        memory = stack.enter_context(Bank.open(bank or None)) if bank is not None else None
        try:
            made = attempt(
                level,
                synth,
                effort=effort,
                seed=seed,
                using=_with(memory, effort, synth.name) if memory is not None else None,
                on_part=lambda part, done, of: _line.show(
                    f"part {done + 1} of {of}: {part}…" if part else "playing…"
                ),
            )
        finally:
            _line.clear()
        if memory is not None:
            for part, take in made.takes:
                number = memory.append(
                    take, scores={"close_to": -made.parts[part]}, experiment=f"level {name}"
                )
                memory.tag(number, f"level:{name}", f"part:{part}")
    if as_json:
        score = {**vars(made.score), "total": made.score.total}
        click.echo(
            json.dumps(
                {**score, "parts": made.parts, "n_renders": made.n_renders, "folder": str(made.folder)}
            )
        )
        return
    chroma = "" if made.score.chroma is None else f", chroma {made.score.chroma:.2f}"
    click.echo(
        f"{name}: {made.score.total:.3f} (onsets {made.score.onset_f:.2f}{chroma}, timbre {made.score.timbre:.2f}); "
        f"{click.format_filename(made.folder)}"
    )


def _with(memory: Bank, effort: str, instrument: str) -> Callable[[], Sequence[str | Searcher]]:
    """The effort's searchers, and the bank as one more."""
    from patchpilot.bank.searcher import Remembered
    from patchpilot.matching.effort import effort_of, searchers_of

    return lambda: [*searchers_of(effort_of(effort), instrument), Remembered(memory)]

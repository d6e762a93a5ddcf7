"""`patchpilot level generate`."""

from __future__ import annotations

import json
from pathlib import Path

import click

from patchpilot.cli._level import folder_of, json_option, levels_option, out_option, template_of
from patchpilot.cli._options import FORCE


@click.command("generate")
@click.argument("template", metavar="LEVEL|TEMPLATE")
@out_option
@click.option(
    "--seed", default=0, show_default=True, type=click.IntRange(0), help="Another one is other bars."
)
@click.option("--bars", type=click.IntRange(1), help="How many; as the level by default.")
@click.option(
    "--amount", default=0.3, show_default=True, type=click.FloatRange(0.0, 1.0), help="How much may differ."
)
@FORCE
@levels_option
@json_option
def command(
    template: str,
    out: Path,
    seed: int,
    bars: int | None,
    amount: float,
    force: bool,
    levels: Path | None,
    as_json: bool,
) -> None:
    """New bars in the style of a level, endlessly: another seed is another variation.

    LEVEL's best attempt is used, or a template that you edited. Written are loop.wav, a stem for each part,
    pattern.mid, and the pattern as a template of its own.
    """
    from patchpilot.instruments.base import instrument
    from patchpilot.selfplay.levels import document
    from patchpilot.selfplay.levels.generating import generated
    from patchpilot.selfplay.levels.material import write_material

    path = template_of(template, folder_of(levels))
    known = document.read(path)
    score = generated(known.score, bars=bars or known.score.bars, seed=seed, amount=amount)
    with instrument(known.instrument) as synth:
        said = write_material(out, score, known, path.parent, synth, force=force)
    click.echo(json.dumps(said) if as_json else click.format_filename(out))

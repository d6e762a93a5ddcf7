"""`patchpilot level complement`."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import click

from patchpilot.cli._level import folder_of, json_option, levels_option, out_option, template_of
from patchpilot.cli._options import FORCE


@click.command("complement")
@click.argument("template", metavar="LEVEL|TEMPLATE")
@click.option(
    "--preset",
    required=True,
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="That plays it.",
)
@out_option
@click.option(
    "--role", default="bass", show_default=True, type=click.Choice(("bass", "lead")), help="What is added."
)
@click.option(
    "--seed", default=0, show_default=True, type=click.IntRange(0), help="Another one is another part."
)
@click.option("--key", default="", help='As "A minor"; the level\'s own by default.')
@FORCE
@levels_option
@json_option
def command(
    template: str,
    preset: Path,
    out: Path,
    role: str,
    seed: int,
    key: str,
    force: bool,
    levels: Path | None,
    as_json: bool,
) -> None:
    """A bass or a lead that goes with a level: in its key, on its grid, where it leaves room.

    Written are the loop with it, a stem for each part, pattern.mid, and all of it as a template.
    """
    from patchpilot.instruments.base import instrument
    from patchpilot.selfplay.levels import document
    from patchpilot.selfplay.levels.complementing import complement
    from patchpilot.selfplay.levels.material import write_material

    path = template_of(template, folder_of(levels))
    known = document.read(path)
    part = complement(known.score, role, seed=seed, key=key)  # type: ignore[arg-type]  # click checked it
    score = dataclasses.replace(known.score, parts=(*known.score.parts, part))
    more = dataclasses.replace(
        known,
        presets={**known.presets, part.name: str(preset.resolve())},
        velocities={**known.velocities, part.name: 0.8},
    )
    with instrument(known.instrument) as synth:
        said = write_material(out, score, more, path.parent, synth, force=force)
    click.echo(json.dumps(said) if as_json else click.format_filename(out))

"""`patchpilot track fix`: moves that close the gaps."""

from __future__ import annotations

import json
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from patchpilot.cli._gaps import compared, compared_options
from patchpilot.cli._live import FAILED, connected, live_options, show_applied

if TYPE_CHECKING:
    from collections.abc import Sequence

    from patchpilot.tracks.fix import Feedback, Fix


@click.command("fix")
@compared_options
@click.option(
    "--depth",
    type=click.Choice(["explain", "confirm", "apply"]),
    default="explain",
    show_default=True,
    help="Only say it; ask for each and turn it in Live; or turn what is within --sure and --limit without asking.",
)
@click.option("--most", default=6, show_default=True, type=click.IntRange(1), help="Gaps to look at.")
@click.option(
    "--amount",
    default=1.0,
    show_default=True,
    type=click.FloatRange(0.05, 1.0),
    help="Part of each fix to take.",
)
@click.option(
    "--sure",
    default=0.6,
    show_default=True,
    type=click.FloatRange(0.0, 1.0),
    help="Least confidence of `apply`.",
)
@click.option(
    "--limit", default=3, show_default=True, type=click.IntRange(1), help="Most fixes that `apply` applies."
)
@click.option(
    "--out", "-o", type=click.Path(path_type=Path, file_okay=False), help="Folder of moves and previews."
)
@click.option("--force", is_flag=True, help="Replace files that are there.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON; with --depth explain.")
@live_options
def command(
    wip: Path,
    profile: Path,
    stems: Path | None,
    all_styles: bool,
    depth: str,
    most: int,
    amount: float,
    sure: float,
    limit: int,
    out: Path | None,
    force: bool,
    as_json: bool,
    **options: Any,
) -> None:
    """Say what to turn so that the track WIP comes nearer to a profile; each move is tried out on the audio first.

    Stems make fixes that belong to a track of the set; without them moves are for a bus of the whole mix. What you
    accept, reject or change is remembered beside the profile (NAME.feedback.json). Without Live, moves are a list.
    """
    from patchpilot.cli import _line
    from patchpilot.tracks.fix import desk_of, feedback_beside, fixes, load_feedback

    done = compared(wip, profile, stems, all_styles)
    tempo = done.track.tempo.bpm if done.track.tempo is not None else None
    desk = desk_of(done.audio, done.stems, done.track.sections, tempo)
    memory = load_feedback(feedback_beside(profile))
    found: list[Fix] = []
    _line.show("trying out fixes")
    for fix in fixes(done.track, done.one, desk, done.gaps[:most], done.known, memory):
        found.append(fix.scaled(amount))
        _line.show(f"trying out fixes ({len(found)} of {min(most, len(done.gaps))})")
    _line.clear()
    if as_json:
        click.echo(json.dumps({"fixes": [fix.to_json() for fix in found]}))
    else:
        _show(found)
    if out is not None:
        from patchpilot.cli._fix_files import write_fixes

        write_fixes(found, done.track, desk, out, force)
    if depth == "explain":
        return
    chosen = (
        _agreed(found, memory, feedback_beside(profile))
        if depth == "confirm"
        else _within(found, sure, limit)
    )
    _apply(chosen, options)


def _show(found: Sequence[Fix]) -> None:
    if not found:
        click.echo("no gaps: it is like the profile")
    for number, fix in enumerate(found, 1):
        click.echo(f"{number}. {fix.reason}")
        if fix.candidate is not None:
            click.echo(
                f"   confidence {fix.confidence:.0%}; closes {fix.closed:.0%} of the gap"
                * (fix.after is not None)
            )
            if fix.by_hand:
                click.echo(f"   by hand: {fix.by_hand}")


def _within(found: Sequence[Fix], sure: float, limit: int) -> list[Fix]:
    return [fix for fix in found if fix.moves and fix.confidence >= sure][:limit]


def _agreed(found: Sequence[Fix], memory: Feedback, place: Path) -> list[Fix]:
    """Ask for each fix, and remember the answer at once."""
    from patchpilot.tracks.fix import ACCEPTED, CHANGED, REJECTED

    chosen = []
    for number, fix in enumerate(found, 1):
        if fix.candidate is None:
            continue
        part = click.prompt(f"{number}: apply? y, n, or a part in percent", default="n", value_proc=_part)
        if part is None:
            memory = memory.and_then(fix.gap.key, REJECTED)
        else:
            memory = memory.and_then(fix.gap.key, ACCEPTED if part == 1.0 else CHANGED, part)
            chosen.append(fix.scaled(part))
        memory.save(place)
    return [fix for fix in chosen if fix.moves]


def _part(said: str) -> float | None:
    """What an answer takes of a fix; None for nothing. Another answer is asked for again."""
    word = said.strip().lower().rstrip("%")
    if word in ("y", "yes"):
        return 1.0
    if word in ("n", "no", "0", ""):
        return None
    if not word.isdigit() or not 0 < int(word) <= 100:
        raise click.UsageError(f"expected y, n or a part from 1 to 100 percent, got {said!r}")
    return int(word) / 100.0


def _apply(chosen: Sequence[Fix], options: dict[str, Any]) -> None:
    """Turn them in Live as one transaction; without it, write the list."""
    from patchpilot.cli._errors import told
    from patchpilot.errors import LiveError
    from patchpilot.live.offline import written
    from patchpilot.live.transaction import apply
    from patchpilot.tracks.fix.together import together

    moves, left = together(chosen)
    for reason in left:
        click.echo(f"left out: {reason}", err=True)
    if not moves:
        click.echo("nothing to apply", err=True)
        return
    with ExitStack() as stack:
        try:
            live = stack.enter_context(connected(options))
        except LiveError as error:
            click.echo(written(moves))
            click.echo(f"Error: {told(error)}", err=True)
            sys.exit(FAILED)
        show_applied(apply(live, moves, place=options["journal"]))

"""What `track fix --out` writes: the moves, what was found, and before and after to listen to."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from patchpilot.tracks import Track
    from patchpilot.tracks.fix import Desk, Fix


def write_fixes(found: Sequence[Fix], track: Track, desk: Desk, folder: Path, force: bool) -> None:
    """Write moves.json, fixes.json, and fix-NN-before.wav and -after.wav at the same loudness."""
    from patchpilot.audio import save
    from patchpilot.files import check_free, make_folder, write_text
    from patchpilot.tracks.fix.together import together
    from patchpilot.tracks.gap import snippets
    from patchpilot.tracks.moves import write_moves

    make_folder(folder)
    for name in ("moves.json", "fixes.json"):
        check_free(folder / name, force=force)
    moves, left = together(found)
    for reason in left:
        click.echo(f"not in moves.json: {reason}", err=True)
    write_moves(moves, folder / "moves.json")
    write_text(
        folder / "fixes.json",
        json.dumps([fix.to_json() for fix in found], indent=1, ensure_ascii=False) + "\n",
    )
    for number, fix in enumerate(found, 1):
        if fix.candidate is None:
            continue
        pair = snippets(fix.gap, (track, desk.mix), (track, desk.after(fix.steps).mix), same_place=True)
        for which, audio in zip(("before", "after"), pair, strict=True):
            path = folder / f"fix-{number:02d}-{which}.wav"
            check_free(path, force=force)
            save(audio, path)
    click.echo(
        f"{folder}: {len(moves)} moves; `patchpilot live apply {folder / 'moves.json'}` applies them",
        err=True,
    )

"""`patchpilot track similar train`: a head that has learned from a collection."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from patchpilot.cli import _line
from patchpilot.cli._similar import base_of, clap_option, heard_by

if TYPE_CHECKING:
    from patchpilot.tracks.similarity import Vectors


@click.command("train")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path, exists=True))
@click.option(
    "--out", "-o", type=click.Path(path_type=Path), default=Path("head.npz"), show_default=True,
    help="The file of the head.",
)  # fmt: skip
@click.option(
    "--labels", type=click.Choice(["auto", "folder", "tag", "style", "none"]), default="auto", show_default=True,
    help="What belongs together: tracks of one folder, of one genre tag, of one sub-style, or only the parts of one "
    "track; auto: folders where there are two or more with two tracks each, else the parts of one track.",
)  # fmt: skip
@click.option(
    "--copies", default=3, show_default=True, type=click.IntRange(0, 20), help="Changed copies of each part."
)
@click.option(
    "--steps", default=1500, show_default=True, type=click.IntRange(1), help="Batches to learn from."
)
@click.option("--seed", default=0, show_default=True, type=click.IntRange(0), help="Of all random choices.")
@clap_option
@click.option("--force", is_flag=True, help="Replace a head that is there.")
def command(
    folder: Path, out: Path, labels: str, copies: int, steps: int, seed: int, clap: Path | None, force: bool
) -> None:
    """Learn from the tracks in DIR, and in folders in it, what makes them alike.

    Listening takes longest and is kept, so what was interrupted goes on where it was. Needs the extra `train`; using
    the head does not.
    """
    from patchpilot.cli._tracks import show_broken, sounds_in
    from patchpilot.files import check_free
    from patchpilot.tracks.similarity.training import Settings, torch_module, train_head

    torch_module()  # says what is missing before anything is heard
    check_free(out, force=force)
    base = base_of(clap)
    tracks, broken = heard_by(base, sounds_in(folder), copies=copies, seed=seed)
    show_broken(broken)
    tracks, named = _labelled(tracks, labels)
    head = train_head(
        tracks, named, base, settings=Settings(seed=seed, steps=steps),
        on_step=lambda done, of: _line.show(f"learning ({done} of {of})") if done % 50 == 0 else None,
    )  # fmt: skip
    _line.clear()
    head.save(out)
    counts = (
        "no labels" if named is None else ", ".join(f"{k} {n}" for k, n in sorted(Counter(named).items()))
    )
    click.echo(f"{out}: learned from {len(tracks)} tracks ({counts})")
    if (judged := head.facts.get("held_out")) is not None:
        click.echo(
            f"  of the five nearest to {judged['tracks']} held-out tracks, "
            f"{judged['precision_at_5']:.0%} have their label"
        )


def _labelled(tracks: list[Vectors], by: str) -> tuple[list[Vectors], list[str] | None]:
    """Tracks with their labels, without those that have none."""
    from patchpilot.tracks.similarity.labels import labels_by

    if by == "none":
        return tracks, None
    paths = [track.path for track in tracks]
    named = labels_by("folder" if by == "auto" else by, paths)  # type: ignore[arg-type]
    if by == "auto" and not _tell_apart(named):
        return tracks, None
    kept = [(track, label) for track, label in zip(tracks, named, strict=True) if label]
    if len(kept) < len(tracks):
        click.echo(f"left out: {len(tracks) - len(kept)} tracks without a label", err=True)
    return [track for track, _ in kept], [label for _, label in kept]


def _tell_apart(labels: Sequence[str]) -> bool:
    """Whether two labels or more have two tracks or more."""
    return sum(count >= 2 for count in Counter(labels).values()) >= 2

"""`patchpilot listening make`: a blind test."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from patchpilot.cli import _line

if TYPE_CHECKING:
    from patchpilot.listening import Item
    from patchpilot.search.base import Outcome


@click.command("make")
@click.argument("sounds", nargs=-1, metavar="[SOUND…]", type=click.Path(path_type=Path))
@click.option("--out", "-o", required=True, type=click.Path(path_type=Path), help="Folder of the test.")
@click.option("--searchers", metavar="A,B", help="Ways to match the SOUNDs: retrieval,retrieval+refinement.")
@click.option(
    "--of",
    "folders",
    multiple=True,
    metavar="NAME=DIR",
    help="A condition: a folder of sounds, or one file; those of the same names are compared.",
)
@click.option("--takes", metavar="N,N", help="Numbers of takes of a bank, compared with one another.")
@click.option(
    "--reference",
    type=click.Path(path_type=Path),
    help="What --of or --takes are to be like: a folder, or one file.",
)
@click.option("--bank", metavar="PATH", help="Of the takes; your default bank otherwise.")
@click.option(
    "--kind",
    type=click.Choice(["pairwise", "mushra"]),
    default="pairwise",
    show_default=True,
    help="Two at a time, or all rated from 0 to 100 beside a reference.",
)
@click.option("--name", default="", help="Title, shown to whoever listens.")
@click.option("--question", default="", help="That they answer; the usual one by default.")
@click.option("--renders", default=300, show_default=True, type=click.IntRange(1), help="Of each match.")
@click.option(
    "--instrument", "instrument_name", default="vital", show_default=True, help="What plays matches."
)
@click.option("--hide-reference", is_flag=True, help="Play no reference beside pairs: which is preferred?")
@click.option("--must-decide", is_flag=True, help='Without the answer "no difference".')
@click.option(
    "--mid-anchor", is_flag=True, help="Also hide the reference below 7 kHz among the sounds (mushra)."
)
@click.option(
    "--longest", default=12.0, show_default=True, type=click.FloatRange(0.1, 60.0), help="Seconds of a sound."
)
@click.option(
    "--seed", type=click.IntRange(0), help="Of codes and searches; another one each time by default."
)
@click.option("--force", is_flag=True, help="Replace a test that is there.")
def command(
    sounds: tuple[Path, ...],
    out: Path,
    searchers: str | None,
    folders: tuple[str, ...],
    takes: str | None,
    reference: Path | None,
    bank: str | None,
    kind: str,
    name: str,
    question: str,
    renders: int,
    instrument_name: str,
    hide_reference: bool,
    must_decide: bool,
    mid_anchor: bool,
    longest: float,
    seed: int | None,
    force: bool,
) -> None:
    """Make a blind listening test: which of several sounds is more like a reference, or is preferred?

    Writes OUT/page.html, which you send: one file with all sounds at one loudness, that tells nothing of what is what
    and saves votes as a CSV file to send back. OUT/test.json is the key: keep it. What searchers found is kept in
    OUT/found, so that the same command goes on after an interrupt.
    """
    import secrets

    from patchpilot.errors import ParameterError
    from patchpilot.listening import build, write
    from patchpilot.listening.folder import PAGE, check_folder

    if sum((searchers is not None, bool(folders), takes is not None)) != 1:
        raise ParameterError("expected one of --searchers, --of and --takes: where the sounds come from")
    check_folder(out, force=force)
    remarks: list[str] = []
    if searchers is not None:
        items, remarks = _matched(sounds, searchers, instrument_name, renders, seed or 0, out)
    elif sounds:
        raise ParameterError("expected no SOUND without --searchers: name a folder with --of NAME=DIR")
    else:
        items = _given(folders, takes, reference, bank)
    bundle = build(
        name,
        kind,
        items,
        seed=secrets.randbits(48) if seed is None else seed,
        question=question,
        mid_anchor=mid_anchor,
        show_reference=not hide_reference,
        no_difference=not must_decide,
        seconds=longest,
        remarks=remarks,
    )
    write(bundle, out, force=force)
    test = bundle.test
    click.echo(f"{test.name}: {len(test.trials)} trials of {', '.join(test.conditions)}")
    for remark in test.remarks:
        click.echo(f"note: {remark}", err=True)
    click.echo(f"send {out / PAGE}; keep the rest", err=True)
    click.echo(f"then: patchpilot listening results {out} VOTES.csv", err=True)


def _given(folders: Sequence[str], takes: str | None, reference: Path | None, bank: str | None) -> list[Item]:
    from patchpilot.audio import load
    from patchpilot.bank import Bank
    from patchpilot.errors import ParameterError
    from patchpilot.listening.sources import of_folders, of_takes

    if takes is None:
        named = [text.partition("=") for text in folders]
        wrong = next(
            (text for text, (name, _, place) in zip(folders, named, strict=True) if not (name and place)),
            None,
        )
        if wrong is not None or len({name for name, _, _ in named}) < len(named):
            raise ParameterError(f"expected --of NAME=DIR, each name once; got {wrong or ' '.join(folders)}")
        return of_folders({name: Path(place) for name, _, place in named}, reference)
    try:
        numbers = [int(part) for part in takes.split(",")]
    except ValueError:
        raise ParameterError(f"expected numbers of takes such as 12,15, got {takes!r}") from None
    with Bank.open(bank or None, create=False) as memory:
        return of_takes(memory, numbers, None if reference is None else load(reference))


def _matched(
    sounds: Sequence[Path], searchers: str, instrument_name: str, renders: int, seed: int, out: Path
) -> tuple[list[Item], list[str]]:
    from patchpilot.audio import listen
    from patchpilot.errors import ParameterError
    from patchpilot.instruments.base import instrument
    from patchpilot.listening.searchers import compared, ways

    if not sounds:
        raise ParameterError("expected SOUNDs that the searchers are to match, got none")
    if len({path.stem for path in sounds}) < len(sounds):
        raise ParameterError("expected SOUNDs of different names, for each is a trial of its own")
    chosen = ways([part for part in searchers.split(",") if part.strip()])
    tried, title = 0, ""

    def begin(sound: str, way: str, done: int, total: int) -> None:
        nonlocal tried, title
        tried, title = 0, f"{sound}: {way} ({done + 1} of {total})"
        _line.show(f"{title}…")

    def heard(_: Outcome) -> None:
        nonlocal tried
        tried += 1
        _line.show(f"{title}… {tried} tried")

    try:
        with instrument(instrument_name) as synth:
            targets = {path.stem: listen(path) for path in sounds}
            return compared(
                targets,
                chosen,
                synth,
                renders=renders,
                seed=seed,
                kept=out / "found",
                on_way=begin,
                on_outcome=heard,
            )
    finally:
        _line.clear()

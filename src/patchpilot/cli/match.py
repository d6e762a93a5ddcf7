"""`patchpilot match`: a sound in, presets that make it out."""

from __future__ import annotations

import itertools
import json
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from patchpilot.cli._errors import told
from patchpilot.cli._install import put_into_browser
from patchpilot.cli._match_part import Part, part_options
from patchpilot.cli._progress import Progress

if TYPE_CHECKING:
    from patchpilot.bank import Bank
    from patchpilot.experiment.budget import Budget
    from patchpilot.instruments.base import Instrument
    from patchpilot.matching.result import MatchResult
    from patchpilot.search.base import Searcher


@click.command("match")
@click.argument(
    "sounds", nargs=-1, required=True, metavar="SOUND…", type=click.Path(path_type=Path, readable=False)
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, readable=False),
    help="Folder for the results; matches/NAME by default.",
)
@click.option("--top", default=5, show_default=True, type=click.IntRange(1, 50), help="How many presets.")
@click.option(
    "--effort",
    default="default",
    show_default=True,
    type=click.Choice(["quick", "default", "thorough"]),
    help="How much work a sound may be: seconds, half a minute, minutes.",
)
@click.option("--renders", type=int, help="Refine with at most so many renders: the same result every time.")
@click.option("--seconds", type=float, help="Refine for at most so long: the result depends on the machine.")
@click.option(
    "--using",
    multiple=True,
    metavar="NAMES",
    help="Searchers, as `patchpilot plugins` lists them; the effort's own by default.",
)
@click.option(
    "--library", metavar="FILE|NAME", help="Library to retrieve from, as `library list` shows them."
)
@click.option(
    "--bank",
    is_flag=False,
    flag_value="",
    metavar="[PATH]",
    help="Also begin with what a bank heard before, and keep what is found; your default bank where no path is said.",
)
@click.option("--note", type=click.IntRange(0, 127), help="MIDI note of the sound; heard by default.")
@part_options
@click.option("--instrument", "instrument_name", default="vital", show_default=True, help="What plays it.")
@click.option("--seed", default=0, show_default=True, type=click.IntRange(0), help="Of all random choices.")
@click.option("--force", is_flag=True, help="Replace earlier results.")
@click.option("--install", is_flag=True, help="Also put the presets where the synth's own browser looks.")
@click.option("--json", "as_json", is_flag=True, help="Print result.json, one line a sound.")
def command(
    sounds: tuple[Path, ...],
    out: Path | None,
    top: int,
    effort: str,
    renders: int | None,
    seconds: float | None,
    using: tuple[str, ...],
    library: str | None,
    bank: str | None,
    note: int | None,
    stem: str | None,
    at_s: float | None,
    stems: Path | None,
    demucs: Path | None,
    instrument_name: str,
    seed: int,
    force: bool,
    install: bool,
    as_json: bool,
) -> None:
    """Find presets that make a SOUND.

    Writes 1.vital … 5.vital with their previews, target.wav, report.html and result.json. Of many sounds each
    gets a folder; one that fails does not stop the others. Ctrl-C ends the search, and writes the best so far.
    """
    from patchpilot.instruments.base import instrument
    from patchpilot.matching.effort import budget_asked

    budget = budget_asked(renders, seconds)
    failed = left = 0
    with ExitStack() as stack:
        memory = stack.enter_context(_opened(bank)) if bank is not None else None
        synth = stack.enter_context(instrument(instrument_name))
        searching = _Search(effort, budget, _searchers(using, library, memory, effort, synth), memory)
        part = Part.of(stem, at_s, stems, demucs)
        options = _Options(top, searching, note, part, seed, force, install, as_json)
        for tried, (sound, folder) in enumerate(zip(sounds, _folders(sounds, out), strict=True), start=1):
            try:
                if _match_one(sound, folder, synth, options).interrupted:
                    left = len(sounds) - tried
                    break
            except Exception as error:  # one sound of many, whatever is wrong with it
                failed += 1
                click.echo(f"Error: {told(error)}", err=True)
    if failed and len(sounds) > 1:
        click.echo(f"{failed} of {len(sounds)} sounds failed.", err=True)
    if left:
        click.echo(f"Interrupted; {left} of {len(sounds)} sounds were not matched.", err=True)
    if left or failed:
        sys.exit(130 if left else 1)


@dataclass(frozen=True)
class _Search:
    effort: str
    refine: Budget | None
    using: Sequence[str | Searcher]
    memory: Bank | None


@dataclass(frozen=True)
class _Options:
    top: int
    search: _Search
    note: int | None
    part: Part | None
    seed: int
    force: bool
    install: bool
    as_json: bool


def _opened(bank: str) -> Bank:
    """The bank of a path; the default one where none is said."""
    from patchpilot.bank import Bank

    return Bank.open(bank or None)


def _searchers(
    using: Sequence[str], library: str | None, memory: Bank | None, effort: str, synth: Instrument
) -> list[str | Searcher]:
    """Names of searchers; those that need to know a library or a bank are made by hand.

    The instrument itself says what it is called: an address says nothing of what is served there.
    """
    from patchpilot import registry
    from patchpilot.bank.searcher import Remembered
    from patchpilot.errors import ParameterError
    from patchpilot.matching.effort import EFFORTS, searchers_of

    named = [name.strip() for part in using for name in part.split(",") if name.strip()]
    names = named or list(searchers_of(EFFORTS[effort], synth.name))
    remembered = [Remembered(memory)] if memory is not None else []
    if library is None:
        return [*names, *remembered]
    if "retrieval" not in names:
        raise ParameterError(
            f"--library is what retrieval looks in, and --using leaves it out: {','.join(names)}"
        )
    retrieval = registry.load("search", "retrieval")(library=library, **EFFORTS[effort].options("retrieval"))
    return [*(retrieval if name == "retrieval" else name for name in names), *remembered]


def _folders(sounds: Sequence[Path], out: Path | None) -> list[Path]:
    """A folder for each sound, of its name; numbered where two sounds have the same."""
    if out is not None and len(sounds) == 1:
        return [out]
    folders: list[Path] = []
    for sound in sounds:
        folder = (out or Path("matches")) / sound.stem
        taken = {other.name.casefold() for other in folders}
        numbered = (folder.with_name(f"{sound.stem}-{number}") for number in itertools.count(2))
        free = (place for place in itertools.chain([folder], numbered) if place.name.casefold() not in taken)
        folders.append(next(free))
    return folders


def _match_one(sound: Path, folder: Path, synth: Instrument, options: _Options) -> MatchResult:
    from patchpilot.audio import listen
    from patchpilot.matching.match import match
    from patchpilot.matching.output import check_folder, write_result

    with Progress(sound.name) as progress:
        part = options.part
        target = listen(sound, note=options.note) if part is None else part.listen(sound, options.note)
        check_folder(folder, synth.suffix, force=options.force, sound=sound)
        result = match(
            target,
            synth,
            top=options.top,
            using=options.search.using,
            effort=options.search.effort,
            refine=options.search.refine,
            seed=options.seed,
            on_phase=progress.phase,
            on_outcome=progress.heard,
        )
    data = write_result(result, synth, folder, force=options.force)
    if options.search.memory is not None:
        _keep(result, options.search.memory)
    click.echo(_table(result), err=options.as_json)
    for remark in result.remarks:
        click.echo(f"note: {remark}", err=True)
    page = click.format_filename((folder / "report.html").resolve())
    click.echo(f"page: {page}", err=options.as_json)
    if options.install:
        put_into_browser(folder, result.name, data, synth)
    if options.as_json:
        click.echo(json.dumps(data))
    return result


def _keep(result: MatchResult, memory: Bank) -> None:
    """Put the answers into a bank."""
    for found in result.matches:
        scores = {"close_to": -found.distance["logmel"]}
        memory.append(found.take, scores=scores, experiment=f"match {result.name}")
    memory.flush()


def _table(result: MatchResult) -> str:
    """Matches and reference rows with their headline distance, and how each was found."""
    from patchpilot.distance import wording

    lines = [f"{result.name}: note {result.target.note}, {result.target.length_s:.2f} s"]
    for found in result.matches:
        distance = found.distance["logmel"]
        knobs = "knobs only: " if found.knobs_only else ""
        lines.append(
            f"  {found.rank}  {distance:6.3f}  {wording(distance):<17} {knobs}{found.detail} ({found.found_by})"
        )
    lines += [f"  -  {row['logmel']:6.3f}  {name}" for name, row in result.rows.items()]
    return "\n".join(lines)

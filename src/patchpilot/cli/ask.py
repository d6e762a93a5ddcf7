"""`patchpilot ask`: words in, a patch that was heard to do what they say out."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from patchpilot.cli import _line
from patchpilot.cli._ask_start import Start, opened_instrument, other_sound, started
from patchpilot.cli._bank import BANK, INSTRUMENT
from patchpilot.cli._options import FORCE, JSON

if TYPE_CHECKING:
    from patchpilot.instruments.base import Instrument
    from patchpilot.search.base import Outcome
    from patchpilot.space import Patch, Performance
    from patchpilot.words import Moved
    from patchpilot.words.history import History

_HELD = 0.625
"""Of the length, how long the key is held: what rings on is heard, too."""
_NAME, _VALUE = 10, 22
"""Widths of columns."""


@click.command("ask")
@click.argument("text")
@click.argument("preset", metavar="PRESET|TAKE")
@click.option(
    "-o",
    "--out",
    type=click.Path(path_type=Path, dir_okay=False, readable=False),
    help="Preset to write; the next free number beside PRESET by default (lead-2.vital).",
)
@click.option(
    "--like", metavar="SOUND", help='The other sound of "like that but softer": a recording, preset or take.'
)
@click.option(
    "--note", type=click.IntRange(0, 127), help="MIDI note that is listened to; 60, or the take's own."
)
@click.option(
    "--seconds",
    default=1.6,
    show_default=True,
    type=click.FloatRange(0.3, 30),
    help="Length of that note with its release.",
)
@click.option(
    "--renders", default=96, show_default=True, type=click.IntRange(8, 5000), help="How often it may listen."
)
@click.option("--seed", default=0, show_default=True, type=click.IntRange(0), help="Of the search.")
@INSTRUMENT
@BANK
@FORCE
@JSON
def command(text: str, preset: str, **options: Any) -> None:
    """Change the sound of a PRESET, or of a TAKE of the bank, as TEXT says: "darker but more movement".

    The knobs are found by listening to the instrument, at most --renders times. What is written is the changed preset
    and what it sounds like before and after, as WAV files beside it. "undo", "again", "more" and "less of that" go on
    from what was asked of that preset before, which is kept in a small file beside it (lead-2.ask.json).
    Exit code 1 where nothing could be done, and then nothing is written.
    """  # fmt: skip
    from patchpilot.words import understand

    wish = understand(text)  # before anything is loaded: most mistakes are here
    with opened_instrument(preset, options["instrument_name"], options["place"]) as synth:
        start = started(preset, synth, options["place"])
        out = options["out"] or start.free_place(synth.suffix)
        _check(out, start, options["force"])
        history = _history(start)
        if wish.act == "undo":
            _undo(history, start, synth, out, options)
            return
        wish = wish.after(history.last)
        moved = _moved(wish, start, synth, options)
        if not options["as_json"]:
            _print(moved)
        files: list[Path] = []
        if moved.turned:
            files = _write(moved, history, start, synth, out)
    if options["as_json"]:
        click.echo(json.dumps({**moved.to_json(), "files": [str(path) for path in files]}))
    elif files:
        click.echo(f"wrote {', '.join(click.format_filename(path) for path in files)}")
    if not files:
        sys.exit(1)


def _moved(wish: Any, start: Start, synth: Instrument, options: dict[str, Any]) -> Moved:
    """The search, with a line that says how far it is."""
    from patchpilot.words import move

    heard = 0

    def show(_: Outcome) -> None:
        nonlocal heard
        heard += 1
        _line.show(f"{wish.said}: {heard} of at most {options['renders']} heard")

    like = options["like"]
    other = other_sound(like, synth, options["place"]) if like is not None else None
    try:
        return move(
            wish, start.patch, synth, _performance(start, options), seed=options["seed"], renders=options["renders"],
            reference=other, on_outcome=show,
        )  # fmt: skip
    finally:
        _line.clear()


def _performance(start: Start, options: dict[str, Any]) -> Performance:
    """The take's own, or one note."""
    from patchpilot.space import Performance

    if start.performance is not None and options["note"] is None:
        return start.performance
    seconds = options["seconds"]
    note = 60 if options["note"] is None else options["note"]
    return Performance.one_note(note, hold_s=_HELD * seconds, length_s=seconds)


def _check(out: Path, start: Start, force: bool) -> None:
    from patchpilot.errors import OutputError
    from patchpilot.files import check_free

    if start.path is not None and out.exists() and out.resolve() == start.path.resolve():
        raise OutputError(f"{out} would be overwritten by what comes of it: name another file with --out")
    for path in (out, *_sounds(out)):
        check_free(path, force=force)


def _sounds(out: Path) -> tuple[Path, Path]:
    """Where the sound after and the sound before are written."""
    return out.with_suffix(".wav"), out.with_suffix(".before.wav")


def _history(start: Start) -> History:
    from patchpilot.words.history import History

    return History() if start.path is None else History.read(start.path, start.patch)


def _write(moved: Moved, history: History, start: Start, synth: Instrument, out: Path) -> list[Path]:
    """The preset, both sounds, and what was asked for."""
    from patchpilot.audio import save
    from patchpilot.words.history import History, Step

    after, before = _sounds(out)
    synth.export(moved.patch, out)
    save(moved.take.audio, after)
    save(moved.start.audio, before)
    step = Step(moved.wish, start.named_from(out.parent), start.patch.sha256)
    read_back = synth.load(out)  # what the next call will start from
    return [out, after, before, History((*history.steps, step)).write(out, read_back)]


def _undo(history: History, start: Start, synth: Instrument, out: Path, options: dict[str, Any]) -> None:
    """Write the preset from which the last wish started."""
    step, earlier = history.undone()
    patch = _earlier(step.start, step.patch, start, synth, options["place"])
    synth.export(patch, out)
    files = [out, earlier.write(out, synth.load(out))]
    if options["as_json"]:
        said = {
            "text": "undo",
            "understood": "take the last change back",
            "ok": True,
            "undone": step.wish.text,
        }
        click.echo(json.dumps({**said, "files": [str(path) for path in files]}))
        return
    click.echo(f"taken back: {step.wish.text}")
    click.echo(f"wrote {', '.join(click.format_filename(path) for path in files)}")


def _earlier(named: str, sha256: str, start: Start, synth: Instrument, bank: Path | None) -> Patch:
    """The patch that a wish started from."""
    from patchpilot.errors import ParameterError, PatchPilotError

    assert start.path is not None  # takes have no history
    place = named.removeprefix("take ") if named.startswith("take ") else str(start.path.parent / named)
    try:
        patch = started(place, synth, bank).patch
    except PatchPilotError as error:
        raise ParameterError(
            f"cannot undo: {named}, from which it started, cannot be read ({error})"
        ) from None
    if patch.sha256 != sha256:
        raise ParameterError(
            f"cannot undo: {named} is no longer what it was when this preset was made from it"
        )
    return patch


def _print(moved: Moved) -> None:
    """What was understood, what was turned, and what came of it."""
    from patchpilot.words.features import BY_NAME

    click.echo(f"understood: {moved.wish.said}")
    width = max((len(one.name) for one in moved.turned), default=0)
    for one in moved.turned:
        click.echo(f"  {one.name.ljust(width)}  {one.before} → {one.after}")
    for line in moved.said:
        click.echo(line)
    if not moved.turned:
        return
    marks = {
        "moved": "asked for",
        "short": "asked for, short",
        "at its end": "at its end",
        "strayed": "strayed",
    }
    click.echo(f"  {'feature'.ljust(_NAME)} {'before'.rjust(_VALUE)} {'after'.rjust(_VALUE)}  steps")
    for felt in moved.felt:
        before, after = (BY_NAME[felt.name].text(value).rjust(_VALUE) for value in (felt.before, felt.after))
        line = (
            f"  {felt.name.ljust(_NAME)} {before} {after}  {felt.steps:+5.1f}  {marks.get(felt.verdict, '')}"
        )
        click.echo(line.rstrip())

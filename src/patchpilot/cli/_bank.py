"""What the commands of `patchpilot bank` share: opening a bank, naming takes, and printing them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from patchpilot.cli import _options

if TYPE_CHECKING:
    from patchpilot.bank import Bank, Entry, Query
    from patchpilot.instruments.base import Instrument
    from patchpilot.space.canonical import Json

BANK = _options.place("--bank", "the bank")
JSON = _options.JSON
INSTRUMENT = click.option(
    "--instrument",
    "instrument_name",
    help="What plays them, as rack:FILE; by default what their patches say.",
)
TAKE = click.argument("take")
TAKES = click.argument("takes", nargs=-1, required=True, metavar="TAKE...")
_SHORTEST_ID = 6

_FILTERS = (
    click.option("--tag", "tags", multiple=True, help="Only those with this tag. May be repeated."),
    click.option("--golden", is_flag=True, help="Only those with a star."),
    click.option("--voted", type=click.Choice(["yes", "no", "none"]), help="Only those with this vote."),
    click.option("--experiment", help="Only those of this experiment."),
    click.option("--searcher", help="Only those that it proposed."),
    click.option("--since", type=click.DateTime(), help="Only those put in then or later, as 2026-11-21."),
)
_VOTES = {"yes": 1, "no": -1, "none": 0}


def filters(function: Callable[..., Any]) -> Callable[..., Any]:
    """Options by which takes are chosen; `query_of` reads them."""
    for option in reversed(_FILTERS):
        function = option(function)
    return function


def query_of(
    words: Sequence[str] = (), *, tags: Sequence[str], golden: bool, voted: str | None, **rest: Any
) -> Query:
    """The takes that those options ask for."""
    from patchpilot.bank import Query

    return Query(
        words=" ".join(words),
        tags=tuple(tags),
        golden=True if golden else None,
        vote=None if voted is None else _VOTES[voted],
        **rest,
    )


def opened(place: Path | None) -> Bank:
    """The bank that was named, which must be there; or the user's own, made if it is not."""
    from patchpilot.bank import Bank

    return Bank.open(place, create=place is None)


def number_of(bank: Bank, take: str) -> int:
    """The number of a take; raises `BankError` where there is none, or more than one."""
    from patchpilot.errors import BankError

    if take.isascii() and take.isdigit() and len(take) < 2 * _SHORTEST_ID:
        return bank[int(take)].number
    if len(take) >= _SHORTEST_ID and all(digit in "0123456789abcdef" for digit in take.lower()):
        found = bank.numbers_of_id(take.lower())
        if len(found) == 1:
            return found[0]
        what = "several takes" if found else "no take"
        raise BankError(f"{bank.path} has {what} whose id begins with {take}")
    raise BankError(f"expected the number of a take, or six or more digits of its id, got {take!r}")


def said_of(bank: Bank, entry: Entry, distance: float | None = None) -> dict[str, Json]:
    """A take as plain JSON, but for its patch and performance."""
    origin = entry.json["origin"]
    path = bank.audio.path(entry.audio_sha256)
    said = {
        "number": entry.number,
        "id": entry.id,
        "name": entry.name,
        "instrument": entry.instrument,
        "searcher": entry.searcher,
        "detail": origin["detail"],
        "seed": origin["seed"],
        "parents": origin["parents"],
        "version": origin["version"],
        "experiment": entry.experiment,
        "made_at": entry.made_at.isoformat(),
        "scores": dict(entry.scores),
        "score": entry.score,
        "vote": entry.vote,
        "golden": entry.golden,
        "tags": list(entry.tags),
        "pinned": list(entry.pinned),
        "note": entry.note,
        "fingerprint": entry.json["fingerprint"],
        "features": entry.json["features"],
        "audio": str(path) if bank.audio.has(entry.audio_sha256) else None,
        "audio_sha256": entry.audio_sha256,
        "gain": entry.gain,
    }
    return said if distance is None else {**said, "distance": distance}


def called(entry: Entry) -> str:
    """What a take is called, or else how it was made."""
    return entry.name or str(entry.json["origin"]["detail"])


def print_takes(
    bank: Bank, found: Iterable[tuple[Entry, float | None]], *, as_json: bool, nothing: str = "no takes"
) -> None:
    """Print takes as a table, or as a JSON list."""
    takes = list(found)
    if as_json:
        click.echo(json.dumps([said_of(bank, entry, distance) for entry, distance in takes]))
        return
    if not takes:
        click.echo(nothing, err=True)
        return
    rows = [_cells(entry, distance) for entry, distance in takes]
    head = ["take", "", "score" if takes[0][1] is None else "distance", "name", "made by", "made", "said"]
    widths = [max(len(row[i]) for row in [head, *rows]) for i in range(len(head) - 1)]
    for row in [head, *rows]:
        cells = [
            cell.rjust(width) if i in (0, 2) else cell.ljust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=False))
        ]
        click.echo("  ".join([*cells, row[-1]]).rstrip())


def print_changed(bank: Bank, numbers: Sequence[int], *, as_json: bool) -> None:
    """Print takes of which something was said just now."""
    print_takes(bank, [(bank[number], None) for number in numbers], as_json=as_json)


@contextmanager
def player_of(entry_instrument: str, named: str | None) -> Iterator[Instrument]:
    """The instrument that plays takes; raises `PluginError` where it is not here."""
    from patchpilot.errors import PluginError
    from patchpilot.instruments.base import instrument

    try:
        synth = instrument(named or entry_instrument)
    except PluginError as error:
        if named is not None:
            raise
        raise PluginError(
            f"takes of {entry_instrument} cannot be played ({error}): name what plays them with --instrument, "
            "as rack:FILE"
        ) from None
    with synth:
        yield synth


def by_instrument(entries: Iterable[Entry]) -> dict[str, list[int]]:
    """Numbers of takes by the instrument that plays them."""
    found: dict[str, list[int]] = {}
    for entry in entries:
        found.setdefault(entry.instrument, []).append(entry.number)
    return found


def size(n_bytes: float) -> str:
    """Bytes as a person reads them."""
    for unit in ("B", "kB", "MB"):
        if n_bytes < 1000.0:
            return f"{n_bytes:.0f} {unit}" if unit == "B" else f"{n_bytes:.1f} {unit}"
        n_bytes /= 1000.0
    return f"{n_bytes:.1f} GB"


def _cells(entry: Entry, distance: float | None) -> list[str]:
    marks = ("★" if entry.golden else " ") + {1: "+", -1: "−", 0: " "}[entry.vote]
    number = distance if distance is not None else entry.score if entry.scores else None
    made_by = f"{entry.searcher} / {entry.experiment}" if entry.experiment else entry.searcher
    said = [f"#{tag}" for tag in entry.tags]
    said += [f"pinned: {', '.join(entry.pinned)}"] if entry.pinned else []
    said += [entry.note.splitlines()[0]] if entry.note else []
    return [
        str(entry.number),
        marks,
        "" if number is None else f"{number:.3f}",
        called(entry)[:32],
        made_by[:40],
        f"{entry.made_at.astimezone():%Y-%m-%d %H:%M}",
        "  ".join(said)[:100],
    ]

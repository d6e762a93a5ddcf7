"""Moves applied as one: a snapshot, the journal, the knobs, and a look at what came of it; all of it or nothing."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from patchpilot.errors import LiveError, PatchPilotError
from patchpilot.live import journal as journals
from patchpilot.live.clips import NewClip, check, make
from patchpilot.live.connection import Live
from patchpilot.live.display import Wish, look
from patchpilot.live.finding import find_spots
from patchpilot.live.journal import Clip, Entry, Journal
from patchpilot.live.parameters import ParameterState, Place, read_parameters
from patchpilot.live.session import read_session, track_names
from patchpilot.live.spot import Spot
from patchpilot.live.undoing import set_back
from patchpilot.live.values import put, stored, values_of
from patchpilot.tracks.moves import Move

_TRIES = 3


@dataclass(frozen=True)
class Applied:
    """What a transaction did.

    Attributes:
        journal: with all values before and after.
        skipped: moves that were left out, each with the reason.
        remarks: for the user.
    """

    journal: Journal
    skipped: tuple[tuple[Move, str], ...] = ()
    remarks: tuple[str, ...] = ()


def apply(
    live: Live,
    moves: Iterable[Move],
    *,
    clips: Sequence[NewClip] = (),
    place: Path | None = None,
    partial: bool = False,
    anyway: bool = False,
) -> Applied:
    """Apply moves and place clips.

    Args:
        live: connected.
        moves: in any order, at most one for each knob.
        clips: to be made in empty slots.
        place: folder of the journals; the user's own by default.
        partial: whether moves that go nowhere are left out; else they stop everything before it begins.
        anyway: whether to go on although an earlier transaction was interrupted and is not undone.

    Raises:
        LiveError: a move goes nowhere or has no effect, or Live stops answering; what was turned is set back first, or
            by the next `undo` where Live is gone.
    """
    folder = journals.folder(place)
    _check_interrupted(folder, anyway)
    session = read_session(live)
    asked = list(moves)
    wanted, skipped = _sorted(find_spots(live, session, asked), asked, partial)
    slots = [check(live, session, clip) for clip in clips]
    if not wanted and not clips:
        return Applied(Journal(0, "applied", 0.0, session.names), tuple(skipped))
    raws = {spot: stored(spot, move) for move, spot in wanted}
    known = read_parameters(live, _devices(wanted))
    entries = _snapshot(live, [spot for _, spot in wanted], known)
    journal = journals.new(
        folder,
        tracks=session.names,
        moves=tuple(move for move, _ in wanted),
        entries=tuple(entries),
        clips=tuple(Clip(s.track, s.ids, s.clip.name, s.clip.length_beats) for s in slots),
    )
    journals.write(journal, folder)
    try:
        _turn(live, wanted, raws, {entry.spot: entry.before for entry in entries})
        for slot in slots:
            make(live, slot)
        done = _finished(live, journal, raws, known, watch=not session.is_playing)
        if track_names(live.link) != session.names:
            raise LiveError("the set changed while it was turned: tracks came, went or were renamed")
        journals.write(done, folder)
    except BaseException as error:
        raise _set_back(live, journal, folder, error) from None
    return Applied(done, tuple(skipped), _remarks(done))


def _check_interrupted(folder: Path, anyway: bool) -> None:
    left = [journal for journal in journals.unfinished(folder) if journal.state == "applying"]
    if left and not anyway:
        raise LiveError(
            f"transaction {left[0].number} was interrupted, and what it turned is not set back: run `patchpilot live "
            "undo` first, or go on with --anyway"
        )


def _sorted(
    spots: Sequence[Spot | LiveError], moves: Sequence[Move], partial: bool
) -> tuple[list[tuple[Move, Spot]], list[tuple[Move, str]]]:
    """Moves with their places, and those that go nowhere."""
    wanted: list[tuple[Move, Spot]] = []
    lost: list[tuple[Move, str]] = []
    for move, spot in zip(moves, spots, strict=True):
        if isinstance(spot, LiveError):
            lost.append((move, str(spot)))
        elif any(spot == other for _, other in wanted):
            lost.append((move, f"two moves turn {spot.title}"))
        else:
            wanted.append((move, spot))
    if lost and not partial:
        reasons = "\n".join(f"  {reason}" for reason in dict.fromkeys(reason for _, reason in lost))
        raise LiveError(
            f"nothing was turned: {len(lost)} of {len(moves)} moves go nowhere in this set.\n{reasons}"
        )
    return wanted, lost


def _devices(wanted: Sequence[tuple[Move, Spot]]) -> list[Place]:
    return list(dict.fromkeys((s.ids[0], s.ids[1]) for _, s in wanted if s.kind == "parameter"))


def _snapshot(
    live: Live, spots: Sequence[Spot], known: Mapping[Place, Sequence[ParameterState]]
) -> list[Entry]:
    """Values of what is turned; then of all else on the same devices, which may change along with it."""
    before = values_of(live.link, spots)
    entries = [Entry(spot, value, text) for spot, (value, text) in zip(spots, before, strict=True)]
    example = {(s.ids[0], s.ids[1]): s for s in spots if s.kind == "parameter"}
    for place, parameters in known.items():
        for p in parameters:
            spot = dataclasses.replace(
                example[place],
                ids=(*place, p.index),
                parameter=p.name,
                low=p.low,
                high=p.high,
                is_quantized=p.is_quantized,
            )
            if spot not in spots:
                entries.append(Entry(spot, p.value, is_side=True))
    return entries


def _turn(
    live: Live,
    wanted: Sequence[tuple[Move, Spot]],
    raws: dict[Spot, float | None],
    before: Mapping[Spot, float],
) -> None:
    """Search what is said as the display shows it, then set everything; fills `raws`."""
    wishes = [
        Wish(spot, move.value, move.unit, move.option, before[spot])
        for move, spot in wanted
        if raws[spot] is None
    ]
    texts: dict[Spot, str] = {}
    for _ in range(_TRIES):
        for wish, (raw, text) in zip(wishes, look(live.link, wishes), strict=True):
            raws[wish.spot], texts[wish.spot] = raw, text
        put(live.link, {spot: raw for spot, raw in raws.items() if raw is not None})
        now = values_of(live.link, list(texts))
        wishes = [w for w in wishes if dict(zip(texts, now, strict=True))[w.spot][1] != texts[w.spot]]
        if not wishes:
            return
    raise LiveError(f"{wishes[0].spot.title} shows something else each time it is looked at")


def _finished(
    live: Live,
    journal: Journal,
    raws: Mapping[Spot, float | None],
    known: Mapping[Place, Sequence[ParameterState]],
    *,
    watch: bool,
) -> Journal:
    """The journal with values after; of what no move asked for only what changed, and where automation may not have."""
    now = read_parameters(live, known) if known else {}
    after = dict(zip(raws, values_of(live.link, list(raws)), strict=True))
    entries = []
    for entry in journal.entries:
        spot = entry.spot
        if not entry.is_side:
            value, text = after[spot]
            entries.append(dataclasses.replace(entry, after=value, after_text=text))
        elif watch and (value := now[spot.ids[0], spot.ids[1]][spot.ids[2]].value) != entry.before:
            entries.append(dataclasses.replace(entry, after=value))
    return dataclasses.replace(journal, state="applied", entries=tuple(entries))


def _set_back(live: Live, journal: Journal, folder: Path, error: BaseException) -> BaseException:
    """Undo what was begun, and say so in the error."""
    if not isinstance(error, Exception):  # Ctrl-C, or a request to end; a second one leaves it to the journal
        with contextlib.suppress(PatchPilotError):
            set_back(live, journal, folder)
        return error
    reason = str(error) if isinstance(error, PatchPilotError) else repr(error)
    try:
        left = set_back(live, journal, folder)
    except PatchPilotError:
        return LiveError(
            f"{reason}\nWhat was turned so far is not set back: when Live is there again, run `patchpilot live undo` "
            f"(transaction {journal.number})."
        )
    if left.failed:
        return LiveError(f"{reason}\nSet back, but for: {'; '.join(left.failed)}.")
    return LiveError(f"{reason}\nEverything was set back.")


def _remarks(journal: Journal) -> tuple[str, ...]:
    sides = [entry.spot.title for entry in journal.entries if entry.is_side]
    return (f"turned along with it, by Live: {', '.join(sides)}",) if sides else ()

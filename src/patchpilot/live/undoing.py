"""Setting back what a journal says, by the names that things had: tracks may have moved since."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from patchpilot.errors import LiveError
from patchpilot.live import journal as journals
from patchpilot.live.clips import remove
from patchpilot.live.connection import Live
from patchpilot.live.finding import find_track
from patchpilot.live.journal import Entry, Journal
from patchpilot.live.parameters import ParameterState, Place, read_parameters
from patchpilot.live.session import Device, Session, read_session
from patchpilot.live.spot import Spot
from patchpilot.live.values import values_of

_TRIES = 6


@dataclass
class Undone:
    """What became of a journal.

    Attributes:
        number: of it.
        restored: how many values that moves turned, and clips, are as they were.
        failed: what is not, each with the reason.
        overwritten: values that somebody changed after the transaction, which are as before it now.
    """

    number: int
    restored: int = 0
    failed: list[str] = field(default_factory=list)
    overwritten: list[str] = field(default_factory=list)


def undo(live: Live, *, place: Path | None = None, every: bool = False) -> list[Undone]:
    """Set the last transaction back, or all of them, the newest first.

    Values are compared afterwards to the last bit that OSC carries (32). Where a place is gone, the journal stays open,
    so that another undo can go on when it is there again.

    Raises:
        LiveError: there is nothing to undo, or Live does not answer.
    """
    folder = journals.folder(place)
    found = journals.unfinished(folder)
    if not found:
        raise LiveError("there is nothing to undo")
    return [set_back(live, journal, folder) for journal in (found if every else found[:1])]


def set_back(live: Live, journal: Journal, folder: Path) -> Undone:
    """Set back what one journal says, and write what became of it.

    Raises:
        LiveError: Live does not answer.
    """
    session = read_session(live)
    report = Undone(journal.number)
    open_ = [entry for entry in journal.entries if not entry.restored]
    places = _places(live, session, open_)
    targets = {e.spot: p for e, p in zip(open_, places, strict=True) if isinstance(p, Spot)}
    report.failed += [
        str(p) for e, p in zip(open_, places, strict=True) if isinstance(p, LiveError) and not _idle(e)
    ]
    entries = [entry for entry in open_ if entry.spot in targets]
    done = _set(live, entries, targets, report)
    clips = []
    for clip in journal.clips:
        reason = "" if clip.restored else remove(live, session, clip)
        clips.append(dataclasses.replace(clip, restored=not reason))
        report.restored += not clip.restored and not reason
        if reason:
            report.failed.append(reason)
    after = tuple(dataclasses.replace(e, restored=e.restored or e.spot in done) for e in journal.entries)
    state: journals.State = "partly" if report.failed else "undone"
    journals.write(dataclasses.replace(journal, state=state, entries=after, clips=tuple(clips)), folder)
    return report


def _idle(entry: Entry) -> bool:
    """Whether nothing is lost where it is gone: it was only watched."""
    return entry.is_side and entry.after is None


def _set(live: Live, entries: Sequence[Entry], targets: Mapping[Spot, Spot], report: Undone) -> set[Spot]:
    """Set and compare; returns the journal's spots that are as before."""
    if not entries:
        return set()
    spots = [targets[entry.spot] for entry in entries]
    now = values_of(live.link, spots)
    for entry, (value, text) in zip(entries, now, strict=True):
        if entry.after is not None and value not in (entry.after, entry.before):
            report.overwritten.append(f"{entry.spot.title}: {text or f'{value:g}'}")
    for attempt in range(_TRIES):
        wrong = [entry for entry, (value, _) in zip(entries, now, strict=True) if value != entry.before]
        if not wrong:
            break
        # The other way round every second time: what hangs together (two linked times) may turn one another.
        order = wrong if attempt % 2 else wrong[::-1]
        live.link.tell([_unbound(targets[e.spot]).setter(e.before) for e in order])
        now = values_of(live.link, spots)
    done = set()
    for entry, (value, text) in zip(entries, now, strict=True):
        if value == entry.before or _idle(entry):  # automation may move what was only watched
            done.add(entry.spot)
            report.restored += not _idle(entry)
        else:
            report.failed.append(f"{entry.spot.title} is at {text or f'{value:g}'}, not at {entry.before:g}")
    return done


def _unbound(spot: Spot) -> Spot:
    """What was there before is in the range, whatever the rounding."""
    return dataclasses.replace(spot, low=-math.inf, high=math.inf)


def _places(live: Live, session: Session, entries: Sequence[Entry]) -> list[Spot | LiveError]:
    """Where each value lies now, or why it is nowhere."""
    devices = [_device(session, entry.spot) for entry in entries]
    wanted = [(d.track, d.index) for d in devices if isinstance(d, Device)]
    known = read_parameters(live, wanted) if wanted else {}
    found: list[Spot | LiveError] = []
    for entry, device in zip(entries, devices, strict=True):
        found.append(_parameter(known, device, entry.spot) if isinstance(device, Device) else device)
    return found


def _device(session: Session, spot: Spot) -> Device | Spot | LiveError:
    if spot.kind == "song":
        return spot
    try:
        is_there = spot.ids[0] < len(session.tracks) and session.tracks[spot.ids[0]].name == spot.track
        track = session.tracks[spot.ids[0]] if is_there else find_track(session, spot.track)
    except LiveError as error:
        return LiveError(f"{spot.title} is not set back: {error}")
    if spot.kind != "parameter":
        return dataclasses.replace(spot, ids=(track.index, *spot.ids[1:]))
    alike = [d for d in track.devices if d.class_name == spot.class_name]
    same = [d for d in alike if d.name == spot.device] or alike
    if len(same) > 1:
        same = [d for d in same if d.index == spot.ids[1]]
    return (
        same[0]
        if same
        else LiveError(f"{spot.title} is not set back: the device is gone, or there are several")
    )


def _parameter(
    known: Mapping[Place, Sequence[ParameterState]], device: Device, spot: Spot
) -> Spot | LiveError:
    parameters = known[device.track, device.index]
    index = spot.ids[2]
    if index >= len(parameters) or parameters[index].name != spot.parameter:
        found = [p.index for p in parameters if p.name == spot.parameter]
        if len(found) != 1:
            return LiveError(f"{spot.title} is not set back: the device has no such parameter any more")
        index = found[0]
    return dataclasses.replace(spot, ids=(device.track, device.index, index))

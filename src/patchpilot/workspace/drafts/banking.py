"""A draft becomes a take of the bank: with the steps before it, which are its trail.

A trail is what was done since the take before: each step is a take, too, made by "trail", and the parent of the next.
Nobody sees them in lists, and where nothing was said of what they led to, `patchpilot bank collect --takes` clears
them away with it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from patchpilot import __version__
from patchpilot.audio import Audio, loudness_lufs
from patchpilot.bank.bank import Bank
from patchpilot.errors import EngineError, PatchPilotError
from patchpilot.instruments.take import Origin, Take
from patchpilot.space import Patch, Performance
from patchpilot.workspace.drafts.draft import Draft
from patchpilot.workspace.drafts.history import Banked, Step
from patchpilot.workspace.drafts.rendering import Rendering

BY_HAND, TRAIL = "by hand", "trail"
"""Who made a take: a person, and a person on the way to it."""
MOST_TRAIL = 12
"""Steps of a trail that are banked, the last ones."""
_WAIT_S = 20.0


@dataclass(frozen=True, eq=False)
class _Stop:
    """A step on the way, as it is to be banked."""

    step: Step
    patch: Patch
    performance: Performance


def bank_draft(
    draft: Draft, rendering: Rendering, bank: Bank, keep: Callable[[Take, str], int]
) -> tuple[int, bool]:
    """Make what a draft is now a take of the bank; one that is one already stays it.

    Args:
        draft: that is kept.
        rendering: that plays it.
        bank: it goes to.
        keep: puts the take itself there, under the name of an experiment, and says so.

    Returns:
        Its number, and whether it is new.

    Raises:
        BankError: it could not be kept.
        EngineError: it cannot be played.
    """
    with draft.lock:
        known = draft.take()
        if known is not None and not known.is_trail and known.number in bank:
            return known.number, False
        way, parent = _way(draft)
    name = str(draft.origin.get("name") or f"draft {draft.id}")
    waiting = [rendering.whole(stop.patch, stop.performance) for stop in way]
    for stop, coming in zip(way[:-1], waiting, strict=False):
        try:
            audio = coming.result(timeout=_WAIT_S)
        except (PatchPilotError, TimeoutError):
            continue  # a place on the way that cannot be played is no take
        take = _take(stop, audio, rendering, parent, TRAIL)
        number = bank.append(take, experiment=f"{name} {TRAIL}")
        draft.banked(stop.step, Banked(number, take.id, stop.patch.sha256, is_trail=True))
        parent = take.id
    try:
        audio = waiting[-1].result(timeout=_WAIT_S)
    except TimeoutError:
        raise EngineError(f"the sound was not ready within {_WAIT_S:g} s; try again") from None
    take = _take(way[-1], audio, rendering, parent, BY_HAND)
    number = keep(take, name)
    bank.flush()
    draft.banked(way[-1].step, Banked(number, take.id, way[-1].patch.sha256))
    return number, True


def _way(draft: Draft) -> tuple[list[_Stop], str]:
    """The steps since the last take, and the id of that, "" for none; the draft is locked."""
    history, performance = draft.history, draft.performance
    way = [_Stop(history.now, history.patch, performance)]
    earlier = [one for one in history.now.banked if one.patch != history.patch.sha256]
    if earlier:  # the drag went on after a pause
        return way, earlier[-1].id
    for place in range(history.at - 1, -1, -1):
        step = history.steps[place]
        if step.banked:
            return way, step.banked[-1].id
        patch = history.patch_at(place)
        if len(way) <= MOST_TRAIL and patch.sha256 != way[0].patch.sha256:
            way.insert(0, _Stop(step, patch, performance))
    return way, ""


def _take(stop: _Stop, audio: Audio, rendering: Rendering, parent: str, searcher: str) -> Take:
    loud = loudness_lufs(audio)
    return Take(
        patch=stop.patch,
        performance=stop.performance,
        audio=audio,
        fingerprint=rendering.instrument.fingerprint,
        origin=Origin(searcher, stop.step.label, parents=(parent,) if parent else (), version=__version__),
        features={"lufs": loud} if loud > float("-inf") else {},
    )

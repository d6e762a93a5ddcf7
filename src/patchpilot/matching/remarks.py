"""What a user should know about the answers, in plain sentences."""

from __future__ import annotations

from collections.abc import Sequence

from patchpilot.audio import Target, mono_if_mono
from patchpilot.experiment.budget import Budget
from patchpilot.matching.answers import FAR
from patchpilot.matching.effort import TIME_ALONE
from patchpilot.matching.result import Match


def about(target: Target, matches: Sequence[Match]) -> tuple[str, ...]:
    """Remarks on the answers to a sound, closest first."""
    return tuple(filter(None, (_nothing_like_it(matches), _one_sided(target, matches))))


def out_of_time(budget: Budget, n_renders: int) -> str:
    """What to say where the seconds of a budget ended it: how much was done depends on the machine's speed."""
    of = f" of {budget.renders}" if budget.renders < TIME_ALONE else ""
    return (
        f"refinement was ended by its {budget.seconds:.3g} s, after {n_renders}{of} renders: another run may find "
        "other patches, while a budget of renders alone finds the same every time"
    )


def _nothing_like_it(matches: Sequence[Match]) -> str:
    """Honesty where even the closest is far."""
    nearest = min(found.distance["logmel"] for found in matches)
    if nearest < FAR:
        return ""
    return (
        f"nothing that was tried resembles this sound: even the closest is far from it ({nearest:.2f}); it is "
        "perhaps more than one note, or not a sound that this instrument makes"
    )


def _one_sided(target: Target, matches: Sequence[Match]) -> str:
    """What to say where a stereo sound got presets that play both sides alike."""
    narrow = [found.rank for found in matches if mono_if_mono(found.audio).channels == 1]
    if target.audio.channels < 2 or not narrow:
        return ""
    if len(narrow) == len(matches):
        return "the sound is stereo, these presets play both sides alike"
    return f"the sound is stereo, and not all presets are: both sides alike in {', '.join(map(str, narrow))}"

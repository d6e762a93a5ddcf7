"""What a distance is measured against: sounds that took no work, and the patch that made the target.

silence, init patch    no work at all
random patch           of core-v1, another one for each sound
true patch as heard    played with the note and the length that were heard: what listening costs
true patch, other dice the floor: played as it was, with another engine seed
true patch, 1 % off    with noise of 1 % of its range on every knob that it turns
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from matchbench.sets import PERFORMANCE, SEED, Sound
from patchpilot.audio import Audio, Target
from patchpilot.distance import compare
from patchpilot.instruments.base import Instrument
from patchpilot.objectives.closeness import performance_of
from patchpilot.space import Patch, Performance, Space, View

Distances = Mapping[str, float]
Play = tuple[Audio, Patch, Performance]
"""What to compare with, and what to play for it."""
NOISE = 0.01


def baselines(sound: Sound, target: Target, instrument: Instrument) -> dict[str, Distances]:
    """All metrics of all baselines by name; one that cannot be rendered is left out."""
    silence = Audio(np.zeros((1, len(target.audio)), np.float32), target.audio.sample_rate)
    found: dict[str, Distances] = {"silence": compare(target.audio, silence)}
    heard = performance_of(target)
    core = instrument.priors["core-v1"]
    plays: dict[str, Play] = {
        "init patch": (target.audio, Patch.make(instrument.space), heard),
        "random patch": (target.audio, core.draw(instrument.space, SEED + 1, sound.place), heard),
    }
    if sound.patch is not None:
        plays |= _true(sound.patch, sound.place, target, instrument)
    rendered = dict(instrument.stream([(patch, performance) for _, patch, performance in plays.values()]))
    for i, (name, (reference, _, _)) in enumerate(plays.items()):
        if isinstance(audio := rendered[i], Audio):
            found[name] = compare(reference, audio)
    return found


def _true(patch: Patch, place: int, target: Target, instrument: Instrument) -> dict[str, Play]:
    """The true patch, in three ways not quite as it was."""
    original = instrument.render(patch, PERFORMANCE)
    return {
        "true patch as heard": (target.audio, patch, performance_of(target)),
        "true patch, other dice": (original, patch, PERFORMANCE.with_seed(1)),
        "true patch, 1 % off": (original, noisy(patch, instrument.space, place), PERFORMANCE),
    }


def noisy(patch: Patch, space: Space, seed: int) -> Patch:
    """Every continuous knob that a patch turns, moved by a normal draw of 1 % of its range."""
    return with_noise(patch, space, np.random.default_rng((SEED, seed)), NOISE)


def with_noise(patch: Patch, space: Space, random: np.random.Generator, size: float) -> Patch:
    """Every continuous knob that a patch turns, moved by a normal draw.

    Args:
        patch: whose knobs are moved.
        space: of its instrument.
        random: where the draws come from: one for each of the knobs.
        size: >= 0, standard deviation as a part of a knob's range.
    """
    names = tuple(name for name in patch.values if not space[name].is_categorical)
    view = View(space, patch, names)
    moves = random.normal(0.0, size, len(names))
    return view.patch(np.clip(view.encode(patch) + moves, 0.0, 1.0))

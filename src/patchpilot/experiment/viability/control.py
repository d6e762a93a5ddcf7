"""Experiment 1: do parameters change the sound?"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from patchpilot.audio import Audio
from patchpilot.distance import logmel
from patchpilot.errors import EngineError
from patchpilot.experiment.viability.verdict import Size, Verdict
from patchpilot.instruments.base import Instrument
from patchpilot.space import Patch, Performance
from patchpilot.space.prior import Prior

LEAST_HEARD = 0.05
"""Nepers that count as a change: a quarter of what 1 % noise on every knob does."""
_BASES = 3
"""Patches on which each parameter is turned to both its ends; it is heard where any of them changes."""
_ENOUGH = 0.5


def control(instrument: Instrument, prior: Prior, size: Size) -> Verdict:
    """Turn parameters of drawn patches to both ends of their ranges.

    Args:
        instrument: what plays.
        prior: of the patches.
        size: how many parameters.
    """
    bases = _audible(instrument, prior, size.seed)
    if not bases:
        return Verdict("control", False, "none of 64 drawn patches sounds", if_not="look at the prior first")
    names = _names(instrument, [patch for patch, _ in bases], size.parameters)
    heard = [name for name in names if _change(instrument, bases, name) > LEAST_HEARD]
    deaf = [name for name in names if name not in heard]
    said = f"{len(heard)} of {len(names)} parameters change the sound"
    if deaf:
        said += f"; not: {', '.join(deaf[:8])}{', …' if len(deaf) > 8 else ''}"
    return Verdict(
        "control",
        len(heard) >= _ENOUGH * len(names),
        said,
        {"heard": len(heard), "turned": len(names)},
        "host it in another way: what is set does not reach the engine",
    )


def _names(instrument: Instrument, patches: Sequence[Patch], most: int) -> list[str]:
    """What is worth turning on these patches, evenly from all of it."""
    found = list(dict.fromkeys(name for patch in patches for name in instrument.knobs(patch)))
    found = [name for name in found if name in instrument.space.by_name]
    step = max(1, len(found) // most)
    return found[::step][:most]


def _audible(instrument: Instrument, prior: Prior, seed: int) -> list[tuple[Patch, Audio]]:
    patches = [prior.draw(instrument.space, seed, index) for index in range(64)]
    found: dict[int, Audio] = {}
    for at, audio in instrument.stream((patch, Performance()) for patch in patches):
        if isinstance(audio, Audio) and float(np.abs(audio.samples).max()) > 1e-3:
            found[at] = audio
    return [(patches[at], found[at]) for at in sorted(found)[:_BASES]]


def _change(instrument: Instrument, bases: Sequence[tuple[Patch, Audio]], name: str) -> float:
    """The largest distance that turning it to an end makes."""
    space, parameter = instrument.space, instrument.space[name]
    turned = [
        (patch.changed(space, {name: end}), audio)
        for patch, audio in bases
        for end in (parameter.minimum, parameter.maximum)
    ]
    found = [0.0]
    for at, audio in instrument.stream((patch, Performance()) for patch, _ in turned):
        if not isinstance(audio, EngineError):
            found.append(_apart(turned[at][1], audio))
    return max(found)


def _apart(one: Audio, other: Audio) -> float:
    """In nepers: the log-mel distance, which hears no level, and the difference of levels."""
    levels = [
        max(float(np.sqrt(np.mean(np.square(a.samples, dtype=np.float64)))), 1e-6) for a in (one, other)
    ]
    return logmel(one, other) + abs(float(np.log(levels[0] / levels[1])))

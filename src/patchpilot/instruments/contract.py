"""What every instrument promises, as checks that any package's tests can run on its own.

def test_my_instrument(tmp_path):
    with MyInstrument() as instrument:
        check_instrument(instrument, tmp_path)
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from patchpilot.audio import F32, Audio
from patchpilot.errors import EngineError
from patchpilot.instruments.base import Instrument
from patchpilot.space import Patch, Performance

N_DRAWN = 2
"""Patches of each prior that are played, beside the one of all defaults."""
USUAL = Performance.one_note(57, hold_s=0.3, length_s=0.5)


class BrokenPromiseError(AssertionError):
    """A promise that an instrument or a module does not keep."""


def check_instrument(
    instrument: Instrument, folder: Path, performance: Performance = USUAL, *, may_be_silent: bool = False
) -> None:
    """All of it; half a second where a render is quick.

    Args:
        instrument: to be checked.
        folder: that its preset files can be written to.
        performance: that it plays; with audio, where it hears.
        may_be_silent: whether silence is a fair answer to drawn patches.

    Raises:
        BrokenPromiseError: it does not keep one; which, it says.
    """
    check_space(instrument)
    patches = drawn(instrument)
    first = sounds(instrument, patches, performance)
    n_samples = round(performance.length_s * performance.sample_rate)
    for patch, samples in zip(patches, first, strict=True):
        what = f"{instrument.name}, patch {patch.sha256[:8]}"
        promise(samples.dtype == np.float32, f"{what}: expected float32, got {samples.dtype}")
        promise(
            samples.shape[1] == n_samples, f"{what}: expected {n_samples} samples, got {samples.shape[1]}"
        )
        promise(bool(np.isfinite(samples).all()), f"{what}: NaN or infinite samples")
    promise(may_be_silent or any(s.any() for s in first), f"{instrument.name}: all patches are silent")
    again = sounds(instrument, patches[::-1], performance)[::-1]
    for patch, one, other in zip(patches, first, again, strict=True):
        promise(
            np.array_equal(one, other),
            f"{instrument.name}: patch {patch.sha256[:8]} sounds different in another order",
        )
    check_dice(instrument, patches[0], performance, first[0])
    check_presets(instrument, patches[-1], first[-1], folder, performance)
    for name, step in instrument.knobs(patches[-1]).items():
        promise(step > 0.0, f"{instrument.name}: the knob {name} has a step of {step}")
        promise(
            name in instrument.space.by_name or name.startswith("modulation_"),
            f"{instrument.name}: the knob {name} is no parameter",
        )
    for edit in instrument.edits(patches[-1])[:4]:
        changed = edit.apply(instrument.space, patches[-1])
        promise(changed != patches[-1], f"{instrument.name}: the edit {edit.name!r} changes nothing")


def check_space(instrument: Instrument) -> None:
    """Encoding and decoding are inverse for every parameter, and names are unique.

    Raises:
        BrokenPromiseError: they are not.
    """
    space = instrument.space
    promise(len(space.by_name) == len(space), f"{instrument.name}: two parameters have one name")
    for norm in (0.0, 0.25, 0.5, 1.0):
        values = space.decode(np.full(len(space), norm))
        again = space.decode(space.encode(values))
        wrong = [name for name in values if values[name] != again[name]]
        promise(not wrong, f"{instrument.name}: {', '.join(wrong[:5])} do not decode to what was encoded")
    for parameter in space:
        promise(
            parameter.minimum <= parameter.default <= parameter.maximum,
            f"{instrument.name}: the default of {parameter.name} is out of its range",
        )


def check_dice(instrument: Instrument, patch: Patch, performance: Performance, samples: F32) -> None:
    """Another engine seed sounds different only where the instrument says that it rolls dice.

    Raises:
        BrokenPromiseError: it does not say so.
    """
    other = sounds(instrument, [patch], performance.with_seed(1))[0]
    promise(
        np.array_equal(samples, other) or instrument.is_random(patch),
        f"{instrument.name}: another engine seed sounds different, but is_random says that there are no dice",
    )


def check_presets(
    instrument: Instrument,
    patch: Patch,
    samples: F32,
    folder: Path,
    performance: Performance,
) -> None:
    """What is exported loads as the same patch and sounds the same.

    Raises:
        BrokenPromiseError: it does not.
    """
    path = folder / f"contract{instrument.suffix}"
    instrument.export(patch, path)
    loaded = instrument.load(path)
    promise(loaded == patch, f"{instrument.name}: a preset that was written reads as another patch")
    again = sounds(instrument, [loaded], performance)[0]
    promise(np.array_equal(samples, again), f"{instrument.name}: a preset that was written sounds different")


def drawn(instrument: Instrument) -> list[Patch]:
    """The patch of all defaults, and the first ones of the first prior."""
    patches = [Patch.make(instrument.space)]
    for prior in list(instrument.priors.values())[:1]:
        patches += [prior.draw(instrument.space, 0, index) for index in range(N_DRAWN)]
    return patches


def sounds(instrument: Instrument, patches: Sequence[Patch], performance: Performance) -> list[F32]:
    """What patches sound like, in their order.

    Raises:
        BrokenPromiseError: one cannot be played.
    """
    found: dict[int, Audio | EngineError] = dict(instrument.stream((patch, performance) for patch in patches))
    promise(
        sorted(found) == list(range(len(patches))),
        f"{instrument.name}: expected a result for each of {len(patches)} patches, got {sorted(found)}",
    )
    samples = []
    for at in range(len(patches)):
        result = found[at]
        if isinstance(result, EngineError):
            raise BrokenPromiseError(
                f"{instrument.name}: patch {patches[at].sha256[:8]} cannot be played: {result}"
            )
        samples.append(result.samples)
    return samples


def promise(kept: bool, said: str) -> None:
    """Raise `BrokenPromiseError` with these words, unless it is kept."""
    if not kept:
        raise BrokenPromiseError(said)

"""What a preference believes, in words: "you like: slow attack, wide, dark"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from patchpilot.audio import F64
from patchpilot.audio.descriptors import DESCRIPTORS, Descriptor
from patchpilot.selfplay.preference.preference import Preference

LEAST = 0.2
"""Correlation from which on a descriptor is worth a word."""
SURE = 0.9
"""Share of what may be believed that must agree on its sign."""
_SAMPLES = 256


@dataclass(frozen=True)
class Word:
    """One thing that is believed.

    Attributes:
        word: "slow attack".
        descriptor: its name.
        strength: -1 to 1, the correlation of the descriptor with how much sounds are liked; above 0 more of it is.
        sure: 0.5..1, how sure its sign is.
    """

    word: str
    descriptor: str
    strength: float
    sure: float


def words(
    preference: Preference,
    rows: npt.ArrayLike,
    descriptors: npt.ArrayLike,
    *,
    named: Sequence[Descriptor] = DESCRIPTORS,
    seed: int = 0,
) -> list[Word]:
    """What is believed about descriptors, the strongest first; those of which it is not sure are left out.

    The preference does not know descriptors: it is asked how it would like many sounds, and what those that it would
    have in common. Asked of many tastes that agree with the votes, the answers say how sure that is.

    Args:
        preference: after some votes.
        rows: float64 (n, d) of the lens, of sounds: those that were heard, or a background.
        descriptors: float64 (n, len(named)) of the same sounds.
        named: what they are called.
        seed: of the tastes that are asked.
    """
    given, values = np.asarray(rows, np.float64), np.asarray(descriptors, np.float64)
    if len(given) < 3 or not len(preference):
        return []
    rng = np.random.Generator(np.random.PCG64(seed))
    posterior = preference.posterior
    half = np.linalg.cholesky(posterior.covariance + 1e-9 * np.eye(len(posterior.mean)))
    tastes = posterior.mean + rng.standard_normal((_SAMPLES, len(posterior.mean))) @ half.T
    alike = _standard(given @ tastes.T).T @ _standard(values) / len(given)
    found = [_word(alike[:, i], descriptor) for i, descriptor in enumerate(named)]
    clear = [word for word in found if abs(word.strength) >= LEAST and word.sure >= SURE]
    return sorted(clear, key=lambda word: -abs(word.strength))


def sentence(found: Sequence[Word]) -> str:
    """What is believed, as a person reads it."""
    if not found:
        return "nothing is sure yet: vote on more takes"
    return f"you like: {', '.join(word.word for word in found)}"


def _word(alike: F64, descriptor: Descriptor) -> Word:
    strength = float(alike.mean())
    word = descriptor.high if strength > 0 else descriptor.low
    return Word(word, descriptor.name, strength, float(np.mean(np.sign(alike) == np.sign(strength))))


def _standard(columns: F64) -> F64:
    """Columns of mean 0 and deviation 1; ranks would do as well, but are slower."""
    centred = columns - columns.mean(axis=0)
    return np.asarray(centred / np.maximum(centred.std(axis=0), 1e-12))

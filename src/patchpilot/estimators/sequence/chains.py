"""Chains as numbers: a row of places in a list of modules, then END, then nothing."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from patchpilot.errors import EstimatorError

NOTHING = -1
"""What follows the end of a chain in its row."""
I64 = npt.NDArray[np.int64]
Chain = tuple[str, ...]
"""Names of modules, first what the sound goes through first."""


def end_of(modules: Sequence[str]) -> int:
    """The number that says that a chain is over."""
    return len(modules)


def targets(chains: Sequence[Sequence[str]], modules: Sequence[str]) -> I64:
    """Chains as numbers.

    Args:
        chains: n of them, each of any of the modules, each at most once.
        modules: N names.

    Returns:
        int64 (n, N + 1): places in `modules`, then N, which is the end, then `NOTHING`.

    Raises:
        EstimatorError: a chain holds an unknown module, or one twice.
    """
    places = {module: place for place, module in enumerate(modules)}
    numbers = np.full((len(chains), len(modules) + 1), NOTHING, np.int64)
    for row, chain in zip(numbers, chains, strict=True):
        if not set(chain) <= set(places) or len(set(chain)) < len(chain):
            raise EstimatorError(
                f"expected a chain of {', '.join(modules)}, each at most once, got {', '.join(chain)}"
            )
        row[: len(chain)] = [places[module] for module in chain]
        row[len(chain)] = end_of(modules)
    return numbers


def chains_of(numbers: I64, modules: Sequence[str]) -> list[Chain]:
    """The inverse of `targets`; a chain without an end goes on to its row's."""
    ends = np.argmax((numbers == end_of(modules)) | (numbers == NOTHING), axis=1)
    has_end = np.any((numbers == end_of(modules)) | (numbers == NOTHING), axis=1)
    lengths = np.where(has_end, ends, numbers.shape[1])
    return [
        tuple(modules[place] for place in row[:length]) for row, length in zip(numbers, lengths, strict=True)
    ]

"""Which rows a step sees: a pure function of (seed, epoch, step)."""

from __future__ import annotations

import hashlib

import numpy as np
import numpy.typing as npt

I64 = npt.NDArray[np.int64]


def shuffled(indices: I64, *, seed: int, epoch: int) -> I64:
    """The rows of an epoch in their order."""
    rng = np.random.Generator(np.random.PCG64(np.random.SeedSequence((seed, epoch))))
    return np.asarray(rng.permutation(indices))


def n_steps(n_rows: int, batch: int) -> int:
    """Steps of an epoch: whole batches, or one that is smaller where there are no more rows."""
    return max(n_rows // batch, min(n_rows, 1))


def batch_of(order: I64, *, step: int, batch: int) -> I64:
    """The rows of one step (from 0) of an epoch."""
    return order[step * batch : (step + 1) * batch]


def is_held_out(patch_sha256: str, share: float) -> bool:
    """Whether a patch is never trained on: by its name, so that all its notes go the same way, in every dataset."""
    return int(patch_sha256[:13], 16) < share * 16**13


def noise_seed(*numbers: int) -> int:
    """A seed in 0..2⁶³ − 1 for the noise of a step; unrelated for neighbours."""
    text = ",".join(map(str, numbers)).encode()
    return int.from_bytes(hashlib.sha256(text).digest()[:8], "big") >> 1

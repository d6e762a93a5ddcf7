"""What a network learns from: sounds, how they were played, and what made them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from patchpilot.estimators._torch import Tensor

N_CONDITIONS = 3


def conditions(
    pitch: npt.ArrayLike, hold_s: npt.ArrayLike, velocity: npt.ArrayLike
) -> npt.NDArray[np.float32]:
    """How sounds were played, float32 (n, 3), each number about −1 to 1.

    Args:
        pitch: (n,) MIDI notes, which may lie between two keys.
        hold_s: (n,) seconds that the keys were held.
        velocity: (n,) 0..1.
    """
    columns = ((np.asarray(pitch) - 60.0) / 24.0, np.asarray(hold_s) - 1.0, 2.0 * np.asarray(velocity) - 1.5)
    return np.stack(np.broadcast_arrays(*(np.atleast_1d(column) for column in columns)), axis=-1).astype(
        np.float32
    )


@dataclass(frozen=True, eq=False)
class Batch:
    """B rows as tensors.

    Attributes:
        sound: float32 (B, 4, 96, 64) in [0, 1] (`audio.front_end`).
        condition: float32 (B, 3) (`conditions`).
        continuous: float32 (B, C) in [-1, 1].
        categorical: int64 (B, K), −1 for an option that is not known.
        active: bool (B, C + K), whether a token sounds.
        weight: float32 (C + K,), how much each token matters.
    """

    sound: Tensor
    condition: Tensor
    continuous: Tensor
    categorical: Tensor
    active: Tensor
    weight: Tensor

    def __len__(self) -> int:
        return len(self.sound)

    def to(self, device: object) -> Batch:
        """The same on another device."""
        return Batch(**{name: tensor.to(device) for name, tensor in vars(self).items()})

"""How a sound was played, as the numbers that a network is told beside the sound."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

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
    columns = (
        (np.asarray(pitch) - 60.0) / 24.0,
        np.asarray(hold_s) - 1.0,
        2.0 * np.asarray(velocity) - 1.5,
    )
    rows = np.broadcast_arrays(*(np.atleast_1d(column) for column in columns))
    return np.stack(rows, axis=-1).astype(np.float32)

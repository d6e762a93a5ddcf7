"""What the preference model sees of a take: a few numbers made of its embedding and its parameters.

Embeddings and parameters are centred and turned to the principal axes of a background (many sounds of the instrument),
for a taste is to be learned from few votes. Beside them stand random cosines, sums of which can be any smooth function
of the embedding (Rahimi and Recht 2007, "Random Features for Large-Scale Kernel Machines"): so "neither too dark nor
too bright" can be said as well as "the brighter the better".
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from patchpilot.audio import F64
from patchpilot.errors import ParameterError

HEARD_AXES, KNOB_AXES, COSINES = 24, 12, 96
WIDTH = 0.7
"""Of the kernel that the cosines make, where 1 is the typical distance of a sound from the mean."""
BIAS, HEARD, CURVED, KNOBS = range(4)
"""Groups of columns: how much is liked at all, the axes of the embedding, the cosines, the axes of the parameters."""


@dataclass(frozen=True, eq=False)
class Axes:
    """Principal axes of some vectors.

    Attributes:
        mean: float64 (size,).
        directions: float64 (size, k): the first axes, scaled so that the mean squared length of a row is 1.
    """

    mean: F64
    directions: F64

    @classmethod
    def of(cls, rows: npt.ArrayLike, most: int) -> Axes:
        """The first axes of rows (n, size); fewer than `most` where there are fewer."""
        given = np.asarray(rows, np.float64)
        mean = given.mean(axis=0)
        _, lengths, axes = np.linalg.svd(given - mean, full_matrices=False)
        kept = lengths[:most] > 1e-6 * max(float(lengths.max(initial=0.0)), 1e-12)
        typical = np.sqrt(np.square(lengths[:most][kept]).sum() / len(given))
        return cls(mean, axes[:most][kept].T / max(float(typical), 1e-12))

    def __call__(self, rows: npt.ArrayLike) -> F64:
        """float64 (n, k) of rows (n, size)."""
        return np.asarray((np.asarray(rows, np.float64) - self.mean) @ self.directions)


@dataclass(frozen=True, eq=False)
class Lens:
    """Makes rows of what is known of takes.

    Attributes:
        heard: axes of embeddings.
        knobs: axes of parameters, encoded to [0, 1]; None where there are none.
        turns: float64 (axes of `heard`, cosines), their frequencies.
        shifts: float64 (cosines,), their phases.
    """

    heard: Axes
    knobs: Axes | None
    turns: F64
    shifts: F64

    @classmethod
    def of(cls, embeddings: npt.ArrayLike, parameters: npt.ArrayLike | None = None, *, seed: int = 0) -> Lens:
        """The lens of a background.

        Args:
            embeddings: (n, size), n >= 2, of many sounds, liked or not.
            parameters: (m, knobs), of many patches; not necessarily of the same sounds.
            seed: of the cosines.

        Raises:
            ParameterError: there are fewer than two sounds.
        """
        rows = np.asarray(embeddings, np.float64)
        if rows.ndim != 2 or len(rows) < 2:
            raise ParameterError(
                f"expected a background of at least 2 sounds, got an array of shape {rows.shape}"
            )
        heard = Axes.of(rows, HEARD_AXES)
        rng = np.random.Generator(np.random.PCG64(seed))
        turns = rng.standard_normal((heard.directions.shape[1], COSINES)) / WIDTH
        shifts = rng.uniform(0.0, 2.0 * np.pi, COSINES)
        return cls(heard, None if parameters is None else Axes.of(parameters, KNOB_AXES), turns, shifts)

    @property
    def groups(self) -> npt.NDArray[np.int64]:
        """Of each column, one of `BIAS`, `HEARD`, `CURVED`, `KNOBS`: int64 (d,)."""
        n_knobs = 0 if self.knobs is None else self.knobs.directions.shape[1]
        counts = (1, self.heard.directions.shape[1], len(self.shifts), n_knobs)
        return np.repeat(np.arange(4), counts)

    def __call__(self, embeddings: npt.ArrayLike, parameters: npt.ArrayLike | None = None) -> F64:
        """float64 (n, d) of embeddings (n, size) and parameters (n, knobs); without these, of a typical patch."""
        axes = self.heard(embeddings)
        cosines = np.sqrt(2.0 / len(self.shifts)) * np.cos(axes @ self.turns + self.shifts)
        columns = [np.ones((len(axes), 1)), axes, cosines]
        if self.knobs is not None:
            n_knobs = self.knobs.directions.shape[1]
            columns.append(np.zeros((len(axes), n_knobs)) if parameters is None else self.knobs(parameters))
        return np.concatenate(columns, axis=1)

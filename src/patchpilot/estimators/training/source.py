"""Where the rows of a training come from, and how they become batches."""

from __future__ import annotations

from typing import Protocol

import numpy as np

from patchpilot.audio import front_end
from patchpilot.errors import EstimatorError
from patchpilot.estimators._torch import torch
from patchpilot.estimators.codec import Codec
from patchpilot.estimators.networks.batch import Batch
from patchpilot.estimators.training.batches import I64
from patchpilot.estimators.training.curriculum import Stage
from patchpilot.estimators.training.rows import Data, Rows
from patchpilot.space.canonical import Json

FEWEST_HELD = 2


class Source(Protocol):
    """Rows, epoch by epoch; each epoch's are a function of its number."""

    @property
    def codec(self) -> Codec:
        """What labels say."""

    @property
    def held(self) -> tuple[Rows, I64]:
        """Rows that are never trained on, and which of them those are."""

    @property
    def identity(self) -> Json:
        """What the rows depend on; equal ones are the same rows."""

    def n_rows(self, stage: Stage) -> int:
        """How many rows an epoch of a stage has."""

    def epoch(self, epoch: int, stage: Stage) -> tuple[Rows, I64]:
        """The rows of an epoch (from 0), and which of them are trained on, in no order that matters."""


class Files:
    """Rows of datasets: each epoch has all of them that belong to its stage.

    Args:
        data: what was read.
        held_out: share of the patches that is never trained on.

    Raises:
        EstimatorError: there are so few patches that none is held out, or none is left.
    """

    def __init__(self, data: Data, held_out: float) -> None:
        self._data = data
        self._train, held = data.rows.split(held_out)
        if len(held) < FEWEST_HELD or not len(self._train):
            raise EstimatorError(
                f"of {len(data.rows)} rows {len(held)} would be held out, and {len(self._train)} trained on: that is "
                "too few; make more rows, or hold out more with --held-out"
            )
        self._held = held
        self._of_stage: dict[str, I64] = {}

    @property
    def codec(self) -> Codec:
        """What labels say."""
        return self._data.codec

    @property
    def held(self) -> tuple[Rows, I64]:
        """All rows, and which are held out."""
        return self._data.rows, self._held

    @property
    def identity(self) -> Json:
        """Digests of the rows, and of what is said of them."""
        return {"files": [dict(file) for file in self._data.files], "codec": self.codec.sha256}

    def n_rows(self, stage: Stage) -> int:
        """How many rows an epoch of a stage has."""
        return len(self._rows_of(stage))

    def epoch(self, epoch: int, stage: Stage) -> tuple[Rows, I64]:  # noqa: ARG002 (all are alike)
        """All rows, and which are trained on."""
        return self._data.rows, self._rows_of(stage)

    def _rows_of(self, stage: Stage) -> I64:
        if stage.name not in self._of_stage:
            found = self._train[stage.holds(self._data.rows.labels[self._train])]
            if not len(found):
                raise EstimatorError(
                    f"no row belongs to the stage {stage.name!r} of the curriculum; leave it out, or make rows for it"
                )
            self._of_stage[stage.name] = found
        return self._of_stage[stage.name]


def batch_of_rows(rows: Rows, indices: I64, codec: Codec, device: object = "cpu") -> Batch:
    """Rows as tensors.

    Args:
        rows: of which.
        indices: int64 (B,).
        codec: of the labels; it says how much each token matters.
        device: where the tensors shall be.
    """
    labels = rows.labels[indices]
    weight = np.array([token.weight for token in codec.tokens], np.float32)
    sound = torch.from_numpy(rows.sounds[indices]).to(device)
    embedded = None if rows.embedded is None else torch.from_numpy(rows.embedded.vectors[indices]).to(device)
    return Batch(
        embedding=embedded,
        sound=(sound.float() / front_end.STEPS).contiguous(memory_format=torch.channels_last),
        **{
            name: torch.from_numpy(np.ascontiguousarray(array)).to(device)
            for name, array in (
                ("condition", rows.conditions[indices]),
                ("continuous", labels.continuous),
                ("categorical", labels.categorical),
                ("active", labels.active),
                ("weight", weight),
            )
        },
    )

"""One row of a dataset."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import numpy.typing as npt

from patchpilot.audio import Audio
from patchpilot.datasets.samplers.base import Source
from patchpilot.datasets.storage import layout
from patchpilot.datasets.storage.layout import FEATURES
from patchpilot.errors import DatasetError, PatchError
from patchpilot.instruments.record import TakeRecord
from patchpilot.instruments.take import Take
from patchpilot.space import Patch, Performance, Routing

if TYPE_CHECKING:
    from patchpilot.datasets.storage.reader import Dataset

F32 = npt.NDArray[np.float32]


class Row:
    """One row; what is asked for is read when it is asked for. Reading raises `DatasetError` where it meets damage.

    Attributes:
        dataset: that it is in.
        index: its place there.
    """

    def __init__(self, dataset: Dataset, index: int) -> None:
        self.dataset, self.index = dataset, index

    def __repr__(self) -> str:
        return f"Row({self.index} of {self.dataset.path})"

    @cached_property
    def candidate(self) -> int:
        """Place of its patch in the sampler's sequence."""
        return int(self._of("metadata/candidate"))

    @cached_property
    def source(self) -> Source:
        """Where its patch comes from."""
        return cast(Source, self._of("metadata/source").decode())

    @cached_property
    def name(self) -> str:
        """Of its patch, in plain words."""
        return str(self._of("metadata/name").decode())

    @cached_property
    def pitch(self) -> int:
        """MIDI note that was played."""
        return int(self._of("metadata/pitch"))

    @cached_property
    def velocity(self) -> float:
        """0..1, of that note; `performance` has it exactly."""
        return float(self._of("metadata/velocity"))

    @cached_property
    def patch_sha256(self) -> str:
        """Name of its patch."""
        return str(self._of("metadata/patch_sha256").decode())

    @cached_property
    def audio(self) -> Audio:
        """What came out, as exactly as it was stored."""
        return Audio(self.dataset.samples(self.index), self.dataset.recipe.plan.sample_rate)

    @cached_property
    def take(self) -> Take:
        """The take again, exactly but for lossy audio."""
        with _damaged(self):
            return self._record.take(self.dataset.assets, self.audio)

    @cached_property
    def patch(self) -> Patch:
        """What the instrument was told."""
        with _damaged(self):
            return self._record.patch(self.dataset.assets)

    @cached_property
    def performance(self) -> Performance:
        """What was played."""
        with _damaged(self):
            return self._record.performance(self.dataset.assets)

    @cached_property
    def routings(self) -> tuple[Routing, ...]:
        """Modulation routings of its patch, at every tier."""
        with _damaged(self):
            return self._record.routings

    @property
    def continuous(self) -> F32:
        """float32 (C,) in [0, 1]."""
        return np.asarray(self._of(layout.CONTINUOUS))

    @property
    def categorical(self) -> npt.NDArray[np.int32]:
        """int32 (K,), 0 for the first category."""
        return np.asarray(self._of(layout.CATEGORICAL))

    @property
    def values(self) -> F32:
        """float32 (C + K,): what the engine was told."""
        return np.asarray(self._of(layout.VALUES))

    @property
    def modulation(self) -> F32:
        """float32 (4, sources, destinations): amount, bipolar, power, stereo; see `modulation.Matrix.dense`."""
        return self.dataset.layout.matrix.dense(self.dataset.routes(self.index))

    @property
    def slot_of_route(self) -> npt.NDArray[np.int16]:
        """int16 (sources, destinations): number (from 0) of each routing in `modulation`, −1 for none."""
        return self.dataset.layout.matrix.slot_of_route(self.dataset.routes(self.index))

    @cached_property
    def features(self) -> dict[str, F32]:
        """What is stored about it beside its audio, float32 arrays by name."""
        return {name: np.asarray(self._of(f"{FEATURES}/{name}")) for name in self.dataset.features}

    @cached_property
    def _record(self) -> TakeRecord:
        return self.dataset.record(self.index)

    def _of(self, name: str) -> Any:
        return self.dataset.read(name, self.index)


class _damaged:  # noqa: N801 (used like a function)
    """Says a `PatchError` about what is in the file as a `DatasetError`."""

    def __init__(self, row: Row) -> None:
        self._row = row

    def __enter__(self) -> None: ...

    def __exit__(self, _: object, error: BaseException | None, __: object) -> None:
        if isinstance(error, PatchError):
            raise DatasetError(
                f"{self._row.dataset.path} is damaged in row {self._row.index}: {error}"
            ) from None

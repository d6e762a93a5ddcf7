"""What an embedding hears of rows: CLAP, or any other that was stored with them (`dataset generate --features`).

A guessed picture has no samples that CLAP could hear, so a proxy learns to say what it would hear beside the picture.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from patchpilot.datasets import Dataset
from patchpilot.datasets.storage import layout
from patchpilot.errors import DatasetError, EstimatorError
from patchpilot.estimators.networks.proxy_config import ProxyConfig
from patchpilot.estimators.training.slices import SLICE


@dataclass(frozen=True, eq=False)
class Embedded:
    """Unit vectors of N rows.

    Attributes:
        name: of the embedding.
        version: of its network, where it is a folder; "" otherwise.
        vectors: float32 (N, size), of Euclidean length 1; NaN where the embedding said nothing.
    """

    name: str
    version: str
    vectors: npt.NDArray[np.float32]


def read_embedded(datasets: Sequence[Dataset], counts: Sequence[int], name: str) -> Embedded:
    """What an embedding hears of the first rows of each dataset, one after another.

    Args:
        datasets: that hold it.
        counts: how many rows of each.
        name: of the embedding.

    Raises:
        DatasetError: a dataset does not hold it, holds that of another network, or what is no vector.
    """
    versions = {_version(dataset, name) for dataset in datasets}
    if len(versions) > 1:
        raise DatasetError(
            f"the datasets were heard by different networks {name}: {', '.join(sorted(versions))}; make them again "
            "with the same one"
        )
    parts = [
        _unit(np.asarray(dataset.read(f"{layout.FEATURES}/{name}", slice(start, min(start + SLICE, n)))))
        for dataset, n in zip(datasets, counts, strict=True)
        for start in range(0, n, SLICE)
    ]
    return Embedded(name, versions.pop(), np.concatenate(parts))


def _version(dataset: Dataset, name: str) -> str:
    if name not in dataset.features:
        raise DatasetError(
            f"{dataset.path} does not hold what {name} hears of its sounds; make one with `patchpilot dataset generate "
            f"--features front_end,{name} …`"
        )
    if len(shape := dataset.read(f"{layout.FEATURES}/{name}", slice(0, 1)).shape) != 2:
        raise DatasetError(
            f"expected one vector of each sound, {dataset.path} holds {name} of the shape {shape[1:]}; name an "
            "embedding"
        )
    return dict(dataset.recipe.versions).get(name, "")


def _unit(vectors: npt.NDArray[np.generic]) -> npt.NDArray[np.float32]:
    exact = vectors.astype(np.float32)
    length = np.linalg.norm(exact, axis=1, keepdims=True)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.where(length > 0, exact / length, np.nan), np.float32)


def check_embedded(embedded: Embedded | None, config: ProxyConfig, name: object) -> None:
    """Raise `EstimatorError` where rows were heard by another network than that which a proxy, so called, learned."""
    if embedded is None or not config.embedding:
        return
    theirs = (config.embedding, config.embedding_version, config.embedding_size)
    mine = (embedded.name, embedded.version, embedded.vectors.shape[1])
    if mine != theirs:
        raise EstimatorError(
            f"{name} has learned what {' '.join(map(str, theirs[:2])).strip()} hears, and the rows were heard by "
            f"{' '.join(map(str, mine[:2])).strip()}: train a proxy on the same rows"
        )

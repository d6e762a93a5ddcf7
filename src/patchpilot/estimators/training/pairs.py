"""What a chain's proxy learns from: dry and wet sounds of the same patches, from two datasets.

    patchpilot dataset generate --instrument rack:chain.rack.json --prior core-v1-chain-v1     --seed 1 … -o wet.h5
    patchpilot dataset generate --instrument rack:chain.rack.json --prior dry-core-v1-chain-v1 --seed 1 … -o dry.h5

Rows of one candidate belong together; one that was left out of either file is no pair.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from patchpilot.audio import Audio, resample
from patchpilot.datasets import Dataset
from patchpilot.errors import DatasetError, EstimatorError
from patchpilot.estimators._torch import torch
from patchpilot.estimators.codec import Codec
from patchpilot.estimators.conditions import conditions
from patchpilot.estimators.fitting import fitted
from patchpilot.estimators.networks.chain_proxy import PairBatch
from patchpilot.estimators.sequence.orders import Order, order_of
from patchpilot.estimators.training.batches import I64
from patchpilot.estimators.training.rows import Data, Rows, check
from patchpilot.estimators.training.slices import said_of
from patchpilot.space import Space
from patchpilot.space.canonical import Json, sha256

F16 = npt.NDArray[np.float16]


@dataclass(frozen=True, eq=False)
class Pairs(Rows):
    """Rows whose `sounds` are empty; instead there are samples.

    Attributes:
        dry: float16 (N, n), one channel.
        wet: float16 (N, n).
        labels: of the chain alone.
    """

    dry: F16
    wet: F16


def chain_codec(codec: Codec, space: Space, order: Order) -> Codec:
    """What a codec says of the chain, and nothing else.

    Raises:
        EstimatorError: the chain never varies.
    """
    wanted = {*order.names, *(name for module in order.modules for name in order.knobs(space, module))}
    tokens = tuple(token for token in codec.tokens if token.kind == "value" and token.name in wanted)
    if not tokens:
        raise EstimatorError("nothing of the chain varies in these rows, so there is nothing to learn")
    values = {name: value for name, value in codec.constants.get("value", {}).items() if name in wanted}
    return dataclasses.replace(codec, tokens=tokens, constants={"value": values}, routes={})


def read_pairs(wet: Path | str, dry: Path | str, space: Space, *, rate: int, rows: int = 0) -> Data:
    """Read two datasets with audio.

    Args:
        wet: dataset of a rack with a chain.
        dry: dataset of the same seed and plan, of the dry twin of its prior.
        space: of the rack.
        rate: Hz, that sounds are brought to; the mid of both sides.
        rows: how many pairs, the first ones; 0 for all.

    Raises:
        DatasetError: a file is damaged, of another instrument, without audio, or they are no twins.
        EstimatorError: the rack has no chain whose order is free, or nothing of it varies.
    """
    order = order_of(space)
    with Dataset(wet) as wets, Dataset(dry) as dries:
        for dataset in (wets, dries):
            check(dataset, space)
        _check_twins(wets, dries)
        keys = [_keys(dataset) for dataset in (wets, dries)]
        both = sorted(keys[0].keys() & keys[1].keys())[: rows or None]
        if not both:
            raise DatasetError(f"{wet} and {dry} have no patch in common")
        places = [keys[0][key] for key in both]
        said = list(said_of(wets, range(len(wets))))
        codec = chain_codec(fitted(space, [said[place] for place in places]), space, order)
        patches = wets.column("metadata/patch_sha256")
        played = [wets.column(f"metadata/{name}")[places] for name in ("pitch", "hold_s", "velocity")]
        made = Pairs(
            sounds=np.zeros((len(both), 0), np.uint8),
            conditions=conditions(*played),
            labels=codec.encode([said[place] for place in places]),
            patches=np.asarray([patches[place] for place in places]),
            dry=_samples(dries, [keys[1][key] for key in both], rate),
            wet=_samples(wets, places, rate),
        )
        files = tuple(_about(dataset, both, rate) for dataset in (wets, dries))
    return Data(made, codec, files)


def pair_batch(rows: Pairs, indices: I64, codec: Codec, device: object = "cpu") -> PairBatch:
    """Rows as tensors."""
    labels = rows.labels[indices]
    arrays = {
        "sound": rows.wet[indices].astype(np.float32),
        "dry": rows.dry[indices].astype(np.float32),
        "condition": rows.conditions[indices],
        "continuous": labels.continuous,
        "categorical": labels.categorical,
        "active": labels.active,
        "weight": np.array([token.weight for token in codec.tokens], np.float32),
    }
    return PairBatch(**{name: torch.from_numpy(array).to(device) for name, array in arrays.items()})


def mid(audio: Audio, rate: int) -> npt.NDArray[np.float32]:
    """The mean of the sides at a rate, float32 (n,)."""
    mono = Audio(audio.samples.mean(axis=0, keepdims=True), audio.sample_rate)
    return np.array(resample(mono, rate).samples[0])


def _check_twins(wets: Dataset, dries: Dataset) -> None:
    wet, dry = wets.recipe, dries.recipe
    for what in ("seed", "plan", "tier"):
        if getattr(wet, what) != getattr(dry, what):
            raise DatasetError(
                f"expected two datasets of one seed, plan and tier, but the {what} of {dries.path} is not that "
                f"of {wets.path}: make it with the same options, and the dry twin of the prior"
            )
    for dataset in (wets, dries):
        if dataset.recipe.audio == "none":
            raise DatasetError(f"{dataset.path} holds no audio: make it with --audio float16")


def _keys(dataset: Dataset) -> dict[tuple[int, int], int]:
    """Places of rows by candidate and note."""
    columns = (dataset.column(f"metadata/{name}").tolist() for name in ("candidate", "pitch"))
    return {key: place for place, key in enumerate(zip(*columns, strict=True))}


def _samples(dataset: Dataset, places: Sequence[int], rate: int) -> F16:
    own = dataset.recipe.plan.sample_rate
    return np.stack([mid(Audio(dataset.samples(place), own), rate).astype(np.float16) for place in places])


def _about(dataset: Dataset, both: Sequence[tuple[int, int]], rate: int) -> dict[str, Json]:
    digests = np.asarray(dataset.read("metadata/row_sha256", slice(0, len(dataset))))
    return {
        "file": dataset.path.name,
        "rows": len(both),
        "rate": rate,
        "content": sha256(digests.tobytes()),
        "command": dataset.provenance.get("command"),
        "seed": dataset.recipe.seed,
    }

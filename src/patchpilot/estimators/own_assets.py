"""Assets that an estimator may propose, those that do not come with the instrument among them.

An estimator says an asset by the sha256 of its content, and has to make patches where its datasets are not. So a
training copies what only its datasets hold (a user's own wavetables) into its folder, once each, under that sha256.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from pathlib import Path
from typing import Protocol

from patchpilot.datasets import Dataset
from patchpilot.errors import EstimatorError, PatchError
from patchpilot.estimators.codec import Codec
from patchpilot.instruments.base import Instrument
from patchpilot.space import Asset, AssetStore

FOLDER = "assets"
"""In an estimator's folder."""


class _Store(Protocol):
    def __iter__(self) -> Iterator[str]: ...

    def get(self, digest: str) -> Asset: ...


def assets_of(
    codec: Codec,
    instrument: Instrument,
    *,
    folder: Path | None = None,
    datasets: Sequence[Path] = (),
    name: str = "",
) -> dict[str, Asset]:
    """All assets that an estimator may propose, by their sha256.

    Args:
        codec: its tokens.
        instrument: gives those that come with it.
        folder: of the estimator or its training, which may hold others.
        datasets: files that hold what they were made of.
        name: "estimator NAME", for messages.

    Raises:
        DatasetError: a dataset cannot be read.
        EstimatorError: an asset is nowhere to be had, or damaged.
    """
    found: dict[str, Asset] = {}
    reasons: dict[str, str] = {}
    for digest in _digests(codec):
        try:
            found[digest] = instrument.asset(digest)
        except PatchError as error:
            reasons[digest] = str(error)
    if reasons and folder is not None:
        found |= _taken(AssetStore(folder / FOLDER), reasons.keys() - found.keys())
    for path in datasets if reasons.keys() - found.keys() else ():
        with Dataset(path) as dataset:
            found |= _taken(dataset.assets, reasons.keys() - found.keys())
    if missing := sorted(reasons.keys() - found.keys()):
        where = f", nor in {folder / FOLDER}: was the folder copied whole?" if folder is not None else ""
        raise EstimatorError(
            f"{name or 'this estimator'} has learned from patches with assets that are not here: "
            f"{reasons[missing[0]]}{where}{f' ({len(missing) - 1} more)' if len(missing) > 1 else ''}"
        )
    return found


def keep_assets(
    folder: Path,
    codec: Codec,
    instrument: Instrument,
    *,
    datasets: Sequence[Path] = (),
    start: Path | None = None,
) -> int:
    """Copy the assets that do not come with the instrument into a folder; those that are there stay.

    Args:
        folder: of a training.
        codec: its tokens.
        instrument: whose patches are learned.
        datasets: files that are learned from.
        start: folder of the training that this one goes on from.

    Returns:
        How many do not come with the instrument.

    Raises:
        DatasetError: a dataset cannot be read.
        EstimatorError: an asset is nowhere to be had, or damaged.
        OutputError: the folder cannot be written.
    """
    kept = 0
    for asset in assets_of(codec, instrument, folder=start or folder, datasets=datasets).values():
        try:
            instrument.asset(asset.sha256)
        except PatchError:
            AssetStore(folder / FOLDER).put(asset)
            kept += 1
    return kept


def _digests(codec: Codec) -> list[str]:
    """Of all assets that patches of a codec may have."""
    digests = {str(digest) for digest in codec.constants.get("asset", {}).values()}
    for token in codec.tokens:
        digests |= {str(digest) for digest in token.options if token.kind == "asset"}
    return sorted(digests)


def _taken(store: _Store, digests: Set[str]) -> dict[str, Asset]:
    """Those that a store has."""
    there = set(store)
    try:
        return {digest: store.get(digest) for digest in sorted(digests & there)}
    except PatchError as error:
        raise EstimatorError(f"an asset that the estimator has learned cannot be read: {error}") from None

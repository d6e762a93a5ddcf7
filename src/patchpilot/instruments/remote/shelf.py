"""Assets on the server's side: those of the instrument itself, and those that clients sent, the last used of them."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from functools import partial

from patchpilot.errors import PatchError, PatchPilotError
from patchpilot.instruments.base import Instrument
from patchpilot.space.assets import Asset

CAPACITY = 512 << 20
"""Bytes of clients' assets that are kept; what was let go is sent again when it is wanted."""


class Shelf:
    """Assets by their sha256; may be used by several threads.

    Args:
        instrument: whose own assets are always here.
        own: how to get at those that its priors name.
        capacity: bytes of clients' assets, above what one of them may have.
    """

    def __init__(
        self, instrument: Instrument, own: Mapping[str, Callable[[], Asset]], capacity: int = CAPACITY
    ) -> None:
        self._instrument = instrument
        self._own = dict(own)
        self._own |= {asset.sha256: partial(_itself, asset) for asset in instrument.space.assets.values()}
        self._capacity = capacity
        self._kept: OrderedDict[str, Asset] = OrderedDict()
        self._n_bytes = 0
        self._lock = threading.Lock()

    def put(self, asset: Asset) -> str:
        """Keep an asset, and let go of those that were not used for longest."""
        digest = asset.sha256
        with self._lock:
            if digest not in self._kept:
                self._kept[digest] = asset
                self._n_bytes += _size(asset)
            self._kept.move_to_end(digest)
            while self._n_bytes > self._capacity and len(self._kept) > 1:
                self._n_bytes -= _size(self._kept.popitem(last=False)[1])
        return digest

    def get(self, digest: str) -> Asset:
        """The asset of that sha256; raises `PatchError`."""
        with self._lock:
            if digest in self._kept:
                self._kept.move_to_end(digest)
                return self._kept[digest]
        own = self._own.get(digest)
        return own() if own is not None else self._instrument.asset(digest)

    def missing(self, digests: Iterable[str]) -> list[str]:
        """Those of them that are not here."""
        return sorted(digest for digest in digests if not self._has(digest))

    def _has(self, digest: str) -> bool:
        try:
            self.get(digest)
        except PatchPilotError:
            return False
        return True


def own_assets(instrument: Instrument) -> dict[str, dict[str, str]]:
    """Names of the assets that each prior of an instrument draws, with their sha256."""
    found: dict[str, dict[str, str]] = {}
    for name, prior in instrument.priors.items():
        names = dict.fromkeys(asset for options in prior.assets.values() for asset in options)
        find = prior.asset
        found[name] = {}
        if find is not None:
            found[name] = {asset: find(asset).sha256 for asset in names}
    return found


def finders(
    instrument: Instrument, digests: Mapping[str, Mapping[str, str]]
) -> dict[str, Callable[[], Asset]]:
    """How to get at each asset that a prior draws, by its sha256."""
    return {
        digest: partial(_named, instrument, prior, asset)
        for prior, names in digests.items()
        for asset, digest in names.items()
    }


def _named(instrument: Instrument, prior: str, name: str) -> Asset:
    find = instrument.priors[prior].asset
    if find is None:
        raise PatchError(f"the prior {prior} of {instrument.name} draws no assets")
    return find(name)


def _itself(asset: Asset) -> Asset:
    return asset


def _size(asset: Asset) -> int:
    return len(asset.header) + sum(len(blob) for blob in asset.blobs)

"""Assets on the client's side: each crosses once, in either direction."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping
from typing import TypeVar

from patchpilot.errors import EngineError, PatchError
from patchpilot.instruments.remote.answer import MissingError
from patchpilot.instruments.remote.link import Link
from patchpilot.instruments.remote.wire import MOST_BODY, Frame
from patchpilot.space.assets import Asset, Bag

T = TypeVar("T")
_AT_ONCE = 64
_TRIES = 4


class AssetPost:
    """Fetches the far instrument's assets and keeps them; sends ours when they are missing there.

    Args:
        link: to the server.
        headers: of each request.
    """

    def __init__(self, link: Link, headers: Mapping[str, str]) -> None:
        self._link, self._headers = link, headers
        self._here: dict[str, Asset] = {}
        self._lock = threading.Lock()

    def get(self, digest: str) -> Asset:
        """The far instrument's asset of that sha256; raises `PatchError`."""
        if digest not in self._here:
            self.fetch([digest])
        return self._here[digest]

    def put(self, asset: Asset) -> str:
        """Keep an asset here, and return its sha256."""
        self._here[asset.sha256] = asset
        return asset.sha256

    def fetch(self, digests: Iterable[str]) -> None:
        """Have these here.

        Raises:
            PatchError: the server does not have one, or it arrived damaged.
        """
        with self._lock:
            wanted = [digest for digest in dict.fromkeys(digests) if digest not in self._here]
            for at in range(0, len(wanted), _AT_ONCE):
                some = wanted[at : at + _AT_ONCE]
                frames = self._link.ask("/v1/fetch", Frame({"sha256": some}), self._headers)
                assets = Bag(Asset.from_bytes(frame.body) for frame in frames)
                self._here.update({digest: assets.get(digest) for digest in some})

    def send(self, asset: Asset) -> None:
        """Have an asset there.

        Raises:
            PatchError: it is larger than a server takes.
        """
        body = asset.to_bytes()
        if len(body) > MOST_BODY:
            raise PatchError(
                f"an asset of {len(body) >> 20} MB is too large to be sent to {self._link.url}: "
                f"expected at most {MOST_BODY >> 20} MB"
            )
        self._link.ask("/v1/keep", Frame({"sha256": asset.sha256}, body), self._headers)

    def sending(self, bag: Bag, request: Callable[[], T]) -> T:
        """Make a request; assets of the bag that are missing there are sent, and it is made again.

        Raises:
            EngineError: the server lets assets go before they are used.
        """
        for _ in range(_TRIES):
            try:
                return request()
            except MissingError as error:
                for digest in error.digests:
                    self.send(bag.get(digest))
        raise EngineError(
            f"the assets of these patches do not all fit into the server at {self._link.url}: "
            "have fewer clients, or patches with smaller ones"
        )

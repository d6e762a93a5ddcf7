"""Assets: the large parts of a patch (wavetables, LFO shapes, a sample), named by what they contain."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Protocol

from patchpilot.errors import PatchError
from patchpilot.files import make_folder, write_bytes
from patchpilot.space.canonical import sha256


@dataclass(frozen=True)
class Asset:
    """Decoded content of one asset.

    Attributes:
        kind: "wavetable", "lfo", "sample", ….
        header: canonical JSON of everything but names and binary data; {"$blob": i} stands for blob i.
        blobs: the decoded binary data (samples, wave frames).
    """

    kind: str
    header: str
    blobs: tuple[bytes, ...] = ()

    @cached_property
    def sha256(self) -> str:
        """Hex digest of the decoded content: the asset's name everywhere."""
        return sha256(self.kind.encode(), self.header.encode(), *self.blobs)

    def to_bytes(self) -> bytes:
        """One byte string that `from_bytes` reads: each part preceded by its length."""
        parts = [self.kind.encode(), self.header.encode(), *self.blobs]
        return b"".join(len(part).to_bytes(8, "little") + part for part in parts)

    @classmethod
    def from_bytes(cls, data: bytes) -> Asset:
        """The inverse of `to_bytes`.

        Raises:
            PatchError: the bytes are cut off.
        """
        parts, position = [], 0
        while position < len(data):
            start = position + 8
            position = start + int.from_bytes(data[position:start], "little")
            parts.append(data[start:position])
        if position != len(data) or len(parts) < 2:
            raise PatchError("expected a whole asset file, got a cut-off one: fetch or make it again")
        kind, header = (part.decode(errors="replace") for part in parts[:2])
        return cls(kind, header, tuple(parts[2:]))


class Assets(Protocol):
    """Anything that holds assets by the sha256 of their content: a folder, a dataset, a database."""

    def put(self, asset: Asset) -> str:
        """Keep an asset (once) and return its sha256."""

    def get(self, digest: str) -> Asset:
        """The asset of that sha256; raises `PatchError` where it is missing or damaged."""


class Bag:
    """Assets at hand, in memory.

    Attributes:
        items: by their sha256.
    """

    def __init__(self, assets: Iterable[Asset] = ()) -> None:
        self.items = {asset.sha256: asset for asset in assets}

    def put(self, asset: Asset) -> str:
        """Keep it, and return its sha256."""
        self.items[asset.sha256] = asset
        return asset.sha256

    def get(self, digest: str) -> Asset:
        """That of a sha256; raises `PatchError`."""
        try:
            return self.items[digest]
        except KeyError:
            raise PatchError(
                f"asset {digest[:12]}… did not come along: was what names it changed by hand?"
            ) from None


class AssetStore:
    """A folder that holds each asset once, under the sha256 of its content.

    Args:
        folder: where the files lie; made when first written to.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, digest: str) -> Path:
        """Where the asset of that sha256 lies, if it is here."""
        return self.folder / digest[:2] / digest

    def put(self, asset: Asset) -> str:
        """Keep an asset (once) and return its sha256."""
        path = self.path(asset.sha256)
        if not path.exists():
            write_bytes(make_folder(path.parent) / path.name, asset.to_bytes())
        return asset.sha256

    def get(self, digest: str) -> Asset:
        """The asset of that sha256.

        Raises:
            PatchError: it is not here, or its content no longer has that hash.
        """
        try:
            asset = Asset.from_bytes(self.path(digest).read_bytes())
        except FileNotFoundError:
            raise PatchError(
                f"asset {digest[:12]}… is not in {self.folder}: was the folder copied whole?"
            ) from None
        if asset.sha256 != digest:
            raise PatchError(
                f"asset {digest[:12]}… in {self.folder} is damaged: its content has another hash"
            )
        return asset

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(path.name for path in self.folder.glob("??/*") if len(path.name) == 64))

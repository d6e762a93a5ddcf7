"""What a collection of presets is made of before it is unpacked, and how much of it is fetched at most."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

BANK = ".vitalbank"
"""Vital's banks: zip archives of presets, tables and the like."""


@dataclass(frozen=True)
class Limits:
    """What is fetched at most.

    Attributes:
        download: bytes that come over the network.
        file: bytes of one unpacked file; larger ones are left out of a repository, and a zip with one is refused.
        bank: the same of a bank: an archive in the collection.
        total: bytes of all unpacked files.
        files: entries of an archive or repository.
        seconds: time for a whole repository, or between two parts of a download.
    """

    download: int = 2 * 2**30
    file: int = 64 * 2**20
    bank: int = 512 * 2**20
    total: int = 4 * 2**30
    files: int = 200_000
    seconds: float = 900.0

    def most(self, path: str) -> int:
        """Bytes that a file may have."""
        return self.bank if path.lower().endswith(BANK) else self.file


@dataclass(frozen=True)
class Entry:
    """A file of a collection.

    Attributes:
        path: in the collection, with "/".
        size: in bytes.
        read: returns the content.
    """

    path: str
    size: int
    read: Callable[[], bytes]


def shown(url: str) -> str:
    """A URL without the password or token that may be in it."""
    scheme, separator, rest = url.partition("://")
    if not separator:
        return url
    host, slash, path = rest.partition("/")
    user, at, host = host.rpartition("@")
    name = user.partition(":")[0] if scheme == "ssh" else ""
    return f"{scheme}://{name + at if name else ''}{host}{slash}{path.partition('?')[0]}"

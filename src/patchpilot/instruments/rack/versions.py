"""Versions of the libraries that modules are played with."""

from __future__ import annotations

from functools import cache
from importlib.metadata import PackageNotFoundError, version

LIBRARIES = ("numpy", "scipy", "dawdreamer", "pedalboard", "numba")


@cache
def versions() -> str:
    """Name and version of each library that is here, comma-separated."""
    found = []
    for library in LIBRARIES:
        try:
            found.append(f"{library} {version(library)}")
        except PackageNotFoundError:
            continue
    return ", ".join(found)

"""How much memory there is."""

from __future__ import annotations

import os
from pathlib import Path

_UNKNOWN = 4 * 2**30
"""Bytes, where the system does not tell."""


def free_bytes() -> int:
    """Bytes that may be used without swapping."""
    try:
        lines = dict(line.split(":") for line in Path("/proc/meminfo").read_text().splitlines())
        return int(lines["MemAvailable"].split()[0]) * 1024
    except (OSError, KeyError, ValueError):
        pass
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2
    except (AttributeError, ValueError, OSError):
        return _UNKNOWN


def size(n_bytes: float) -> str:
    """Bytes as people read them."""
    return f"{n_bytes / 1e9:,.1f} GB" if n_bytes >= 1e9 else f"{n_bytes / 1e6:,.1f} MB"

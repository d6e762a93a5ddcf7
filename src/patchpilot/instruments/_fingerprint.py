"""Which machine and engine a render comes from."""

from __future__ import annotations

import platform
from functools import cache
from pathlib import Path

from patchpilot.space.canonical import sha256


@cache
def fingerprint(engine: str, version: str) -> str:
    """ "engine version / system machine / processor", the unit within which renders are bit-exact."""
    return f"{engine} {version} / {platform.system()} {platform.machine()} / {_processor()}"


def take_id(patch_sha256: str, performance_sha256: str, engine_fingerprint: str) -> str:
    """Name of a take: hash of patch, performance and engine fingerprint."""
    return sha256(patch_sha256.encode(), performance_sha256.encode(), engine_fingerprint.encode())


def _processor() -> str:
    """The processor's model name, as far as the system tells."""
    try:
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    except OSError:
        pass
    return platform.processor() or "unknown processor"

"""How much a workspace takes from whoever speaks to it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """How much a workspace takes.

    Attributes:
        upload_bytes: of a file that is brought.
        seconds: of a sound.
        samples: of a sound, all channels together, once it is decoded.
        spare_bytes: of the disk, that a file that is brought must leave free.
        uploads: that come in at the same time.
        upload_s: without a byte, until an upload is given up.
        upload_total_s: until it is given up, however much comes.
        queued: jobs that wait at the same time.
    """

    upload_bytes: int = 256 << 20
    seconds: float = 900.0
    samples: int = 120_000_000
    spare_bytes: int = 64 << 20
    uploads: int = 4
    upload_s: float = 30.0
    upload_total_s: float = 900.0
    queued: int = 100

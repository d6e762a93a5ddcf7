"""What objectives need of a golden set: the sounds that somebody loves, as vectors."""

from __future__ import annotations

from typing import Literal, Protocol

from patchpilot.audio import F32
from patchpilot.objectives.hearing import Embedding

Kind = Literal["hit", "beat", "bar", "whole"]
"""What the sounds are cut into, so that like is compared with like."""
KINDS: tuple[Kind, ...] = ("hit", "beat", "bar", "whole")


class Golden(Protocol):
    """A golden set."""

    def vectors(self, embedding: Embedding, kind: Kind = "whole") -> F32:
        """All its parts of a kind, float32 (n, size); none where it is empty."""

"""What a construction hands to the searcher: a sketch of a patch, and how to better it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from patchpilot.audio import F32
from patchpilot.search.resynthesis.sketch import Sketch


class Draft(Protocol):
    """One construction of one sound, at some stage of its correction."""

    @property
    def detail(self) -> str:
        """In plain words, how the patch makes the sound."""

    def sketch(self) -> Sketch:
        """The patch in Vital's terms."""

    def corrected(self, rendered: F32) -> Sequence[Draft]:
        """Drafts that make up for what `rendered` (n,) mono lacks against the target, best guess first."""

"""What objectives need of a golden set: the sounds that somebody loves, as vectors."""

from __future__ import annotations

from typing import Literal, Protocol

from patchpilot.audio import F32
from patchpilot.objectives.hearing import Embedding
from patchpilot.space import Performance

Kind = Literal["hit", "beat", "bar", "whole"]
"""What the sounds are cut into, so that like is compared with like."""
KINDS: tuple[Kind, ...] = ("hit", "beat", "bar", "whole")
_USUAL_BPM = 120.0
_BEAT, _BAR = 2.0, 8.0
"""Beats up to which notes are rather a beat, and rather a bar: halfway, in octaves, between 1, 4 and 16."""


class Golden(Protocol):
    """A golden set."""

    def vectors(self, embedding: Embedding, kind: Kind = "whole") -> F32:
        """All its parts of a kind, float32 (n, size); none where it is empty."""


def kind_of(performance: Performance) -> Kind:
    """What a take of it is like: a hit where all notes begin at once, else a beat, a bar or the whole by its length."""
    notes = performance.notes
    if all(note.start_s == notes[0].start_s for note in notes):
        return "hit"
    played_s = max(note.start_s + note.hold_s for note in notes) - min(note.start_s for note in notes)
    beats = played_s * (performance.tempo_bpm or _USUAL_BPM) / 60.0
    return "beat" if beats <= _BEAT else "bar" if beats <= _BAR else "whole"


def vectors_like(
    golden: Golden, embedding: Embedding, kind: Kind | None, performance: Performance | None
) -> F32:
    """The parts of a golden set that takes are compared with, float32 (n, size); none where it is empty.

    Args:
        golden: the set.
        embedding: that sounds are compared in.
        kind: of the parts; None for what takes of `performance` are like, or the whole where there is no such part.
        performance: what is played; one note by default.
    """
    if kind is not None:
        return golden.vectors(embedding, kind)
    found = golden.vectors(embedding, kind_of(performance or Performance()))
    return found if len(found) else golden.vectors(embedding, "whole")

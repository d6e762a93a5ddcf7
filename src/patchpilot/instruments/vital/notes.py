"""Performances note by note, for the engine plays one note a render: jobs for the pool, and their sounds mixed."""

from __future__ import annotations

import contextlib
import itertools
import json
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from patchpilot.audio import Audio
from patchpilot.engine import Failure, Job, Pool
from patchpilot.errors import EngineError, PatchPilotError
from patchpilot.instruments.vital import arcs, tails
from patchpilot.instruments.vital.dice import is_random
from patchpilot.instruments.vital.preset import document, structure_key
from patchpilot.space.patch import Patch
from patchpilot.space.performance import Note, Performance
from patchpilot.space.space import Space

_KEPT = 8
"""Documents of structures that are remembered."""


class Notes:
    """Has a pool play notes.

    Args:
        pool: of Vital's program.
        space: of the engine, which must be known before: the pool answers nothing else while it plays.
    """

    def __init__(self, pool: Pool, space: Space) -> None:
        self._pool, self._space = pool, space
        self._structures: dict[str, str] = {}

    def stream(self, pairs: Iterable[tuple[Patch, Performance]]) -> Iterator[tuple[int, Audio | EngineError]]:
        """Play many patches; see `Vital.stream`."""
        playing: dict[int, _Playing] = {}
        notes: dict[int, tuple[int, Note]] = {}  # by number of the job: whose, and which
        refused: list[tuple[int, EngineError]] = []

        def jobs() -> Iterator[Job]:
            numbers = itertools.count()
            for i, (patch, performance) in enumerate(pairs):
                try:
                    patches = self._patches(patch, performance)
                except PatchPilotError as error:
                    refused.append((i, EngineError(str(error))))
                    continue
                playing[i] = _Playing(performance)
                for note, own in zip(performance.notes, patches, strict=True):
                    notes[next(numbers)] = i, note
                    yield self._job(own, performance, note)

        with contextlib.closing(self._pool.imap(jobs())) as results:
            for k, result in results:
                while refused:
                    yield refused.pop(0)
                i, note = notes.pop(k)
                parts = playing[i].parts
                parts.append((note, result))
                if len(parts) == len(playing[i].performance.notes):
                    yield i, _mixed(parts, playing.pop(i).performance)
        yield from refused

    def _patches(self, patch: Patch, performance: Performance) -> list[Patch]:
        """What each note is played with: the patch itself where no arc moves it."""
        if not performance.arcs:
            return [patch] * len(performance.notes)
        return [arcs.note_patch(self._space, patch, performance, note) for note in performance.notes]

    def _job(self, patch: Patch, performance: Performance, note: Note) -> Job:
        """One note: the structure is loaded once per worker, the values are set for each render."""
        key = structure_key(patch)
        base = {
            "document": self._structure_text(key, patch),
            "sample_rate": performance.sample_rate,
            "engine_seed": performance.engine_seed,
        }
        controls = {**patch.values, **patch.slot_values()}
        if performance.tempo_bpm is not None:
            controls["beats_per_minute"] = performance.tempo_bpm / 60.0
        n_samples = round(performance.length_s * performance.sample_rate)
        n_samples -= round(note.start_s * performance.sample_rate)
        over_s = tails.over_s(self._space, patch, note, performance.sample_rate)
        n_samples = min(n_samples, math.ceil(min(over_s, performance.length_s) * performance.sample_rate))
        delta = {
            "controls": controls,
            "pitch": note.pitch,
            "velocity": note.velocity,
            "hold_s": note.hold_s,
            # The engine drops a fraction of a sample, so half a one is added to whole ones.
            "length_s": (n_samples + 0.5) / performance.sample_rate,
        }
        return Job(
            base=base,
            base_key=f"{key}/{performance.sample_rate}/{performance.engine_seed}",
            delta=("render", delta),
            pristine=is_random(self._space, patch),
        )

    def _structure_text(self, key: str, patch: Patch) -> str:
        """Preset JSON of what cannot be set control by control; the last few are kept."""
        if key not in self._structures:
            while len(self._structures) >= _KEPT:
                self._structures.pop(next(iter(self._structures)))
            self._structures[key] = json.dumps(document(self._space, patch, structure_only=True))
        return self._structures[key]


@dataclass
class _Playing:
    """A performance of which some notes may be rendered already."""

    performance: Performance
    parts: list[tuple[Note, object]] = field(default_factory=list)


def _mixed(parts: Sequence[tuple[Note, object]], performance: Performance) -> Audio | EngineError:
    """The rendered notes at their places, summed in order of the notes."""
    n_samples = round(performance.length_s * performance.sample_rate)
    mix = np.zeros((2, n_samples), np.float32)
    for note, result in sorted(parts, key=lambda part: performance.notes.index(part[0])):
        if isinstance(result, Failure):
            return EngineError(f"Vital's engine {result.reason} while rendering note {note.pitch}")
        assert isinstance(result, np.ndarray)
        start = round(note.start_s * performance.sample_rate)
        n = min(result.shape[1], n_samples - start)
        mix[:, start : start + n] += result[:, :n]
    return Audio(mix, performance.sample_rate)

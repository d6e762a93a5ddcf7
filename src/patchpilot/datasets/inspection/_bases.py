"""One patch and what moving each of its parameters does: what importance is put together from."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from patchpilot.audio import F64, Audio
from patchpilot.distance import LogMel
from patchpilot.errors import EngineError, OutputError
from patchpilot.files import write_text
from patchpilot.instruments.base import Instrument
from patchpilot.space import Parameter, Patch, Performance
from patchpilot.space.canonical import Json, canonical_json

if TYPE_CHECKING:
    from patchpilot.datasets.storage.reader import Dataset

HEARD_NEPERS = 0.02
HEARD_DB = 0.5
"""A parameter is heard where the sound goes farther than the one, or a channel's level changes by more than the
other: about the smallest step in level that an ear notices."""
_QUIETEST_DB = -60.0
"""Levels below this count as this."""
_CATEGORIES = 2
"""Sets these draws apart from others of the same seed."""


@dataclass(frozen=True)
class Base:
    """A patch whose parameters are moved.

    Attributes:
        row: its row.
        number: of the patch (its candidate), which names its random choices.
        patch: what is played.
        performance: how.
    """

    row: int
    number: int
    patch: Patch
    performance: Performance


@dataclass(frozen=True)
class Heard:
    """What was heard of a base.

    Attributes:
        row: its row.
        effects: for each parameter the distance in nepers and the change of level in dB; without those whose
            renders all failed.
        floor: distance between two engine seeds in nepers, where the patch draws from the engine's dice.
        failed: renders that failed.
    """

    row: int
    effects: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    floor: float | None = None
    failed: int = 0


class Kept:
    """Bases that are done, a line of JSON each, in a file that is written anew whenever one is.

    Args:
        path: the file; None to keep nothing.
        identity: what the lines depend on; it is the first line.
        force: whether what another measurement kept is thrown away.

    Raises:
        OutputError: the file belongs to another measurement, or cannot be written.
    """

    def __init__(self, path: Path | None, identity: Mapping[str, Json], *, force: bool = False) -> None:
        self._path = path
        self._lines = [canonical_json(dict(identity))]
        self._found: dict[int, Heard] = {}
        if path is not None and path.exists():
            try:
                self._read(path)
            except OutputError:
                if not force:
                    raise
        self._write()  # a place that cannot be written to is told before the first render

    def _read(self, path: Path) -> None:
        try:
            first, *lines = path.read_text("utf-8").splitlines()
            found = [json.loads(line) for line in lines]
            heard = [
                Heard(**{**said, "effects": {name: (d, db) for name, (d, db) in said["effects"].items()}})
                for said in found
            ]
        except (OSError, ValueError, TypeError, KeyError) as error:
            raise OutputError(
                f"{path} is where bases that are done would be kept, but it holds something else ({error}): "
                "replace it with --force, or name another file with --out"
            ) from None
        if first != self._lines[0]:
            raise OutputError(
                f"{path} holds an unfinished measurement of another dataset, or with other arguments, or on "
                "another machine: repeat that one to finish it, throw it away with --force, or name another file "
                "with --out"
            )
        self._lines += lines
        self._found = {base.row: base for base in heard}

    def found(self, row: int) -> Heard | None:
        """What was heard of a row before, or None."""
        return self._found.get(row)

    def keep(self, heard: Heard) -> None:
        """Keep what was heard.

        Raises:
            OutputError: it cannot be written.
        """
        self._lines.append(canonical_json(dataclasses.asdict(heard)))
        self._write()

    def _write(self) -> None:
        if self._path is not None:
            write_text(self._path, "".join(f"{line}\n" for line in self._lines))


def bases_of(dataset: Dataset, n_bases: int, seed: int) -> list[tuple[int, int]]:
    """Rows of different patches, each with its candidate, drawn at random; fewer are the beginning of more."""
    candidates = np.asarray(dataset.column("metadata/candidate"))
    order = np.random.Generator(np.random.PCG64(np.random.SeedSequence((seed,))))
    drawn = order.permutation(np.unique(candidates))[:n_bases].tolist()
    return [
        (int(_random(seed, candidate).choice(np.flatnonzero(candidates == candidate))), candidate)
        for candidate in drawn
    ]


def listen(
    instrument: Instrument,
    base: Base,
    moved: Sequence[Parameter],
    *,
    seed: int,
    step: float,
    on_render: Callable[[int, int], None] | None = None,
) -> Heard:
    """Play a base with each parameter moved; all renders share its structure, so that it stays prepared."""
    try:
        own = instrument.render(base.patch, base.performance)
    except EngineError:
        return Heard(base.row, failed=1)
    hears, levels = LogMel(own), _levels(own)
    rng = _random(seed, base.number, _CATEGORIES)
    moves = [(p.name, value) for p in moved for value in _moved(p, base.patch, step, rng)]
    pairs = [(base.patch.changed(instrument.space, {name: value}), base.performance) for name, value in moves]
    is_random = instrument.is_random(base.patch)
    if is_random:
        other = (base.performance.engine_seed + 1) % 256
        pairs.append((base.patch, base.performance.with_seed(other)))
    results: list[tuple[float, float] | None] = [None] * len(pairs)
    for done, (at, audio) in enumerate(instrument.stream(pairs), start=1):
        if isinstance(audio, Audio):
            change = float(np.abs(_levels(audio) - levels).max())
            results[at] = (hears(audio), change)
        if on_render is not None:
            on_render(done, len(pairs))
    floor = results.pop() if is_random else None
    effects: dict[str, list[tuple[float, float]]] = {}
    for (name, _), result in zip(moves, results, strict=True):
        if result is not None:
            effects.setdefault(name, []).append(result)
    return Heard(
        row=base.row,
        effects={name: _middle(found) for name, found in effects.items()},
        floor=floor[0] if floor else None,
        failed=results.count(None) + (is_random and floor is None),
    )


def _moved(parameter: Parameter, patch: Patch, step: float, rng: np.random.Generator) -> list[float]:
    """Values to move a parameter to: both ways if there is room for the whole step, or another category."""
    value = patch.values.get(parameter.name, parameter.default)
    if parameter.is_categorical:
        here = round(value - parameter.minimum)
        other = int(rng.integers(parameter.n_categories - 1))
        return [parameter.minimum + other + (other >= here)]
    norm = parameter.norm(value)
    return [parameter.value(to) for to in (norm - step, norm + step) if -1e-9 <= to <= 1.0 + 1e-9]


def _levels(audio: Audio) -> F64:
    """RMS of each channel in dB re full scale, float64 (channels,)."""
    rms = np.sqrt(np.mean(np.square(audio.samples, dtype=np.float64), axis=1))
    return np.asarray(20.0 * np.log10(np.maximum(rms, 10.0 ** (_QUIETEST_DB / 20.0))))


def _middle(found: list[tuple[float, float]]) -> tuple[float, float]:
    distance, level = np.mean(found, axis=0).tolist()
    return distance, level


def _random(*key: int) -> np.random.Generator:
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence(key)))

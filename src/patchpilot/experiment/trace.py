"""All that a run tried, small enough to keep: for each patch what differs from an earlier one of its structure.

The file is gzip of JSON lines, so `zcat` shows it. It grows by whole members; whoever reads it knows how many bytes
of it count, so a member that a crash cut off does no harm.

    {"base": {…}}                                        a patch in full, its assets by their sha256
    {"performance": {…}}                                 something that is played
    {"w": "cma_es", "b": 0, "v": {"level": 0.5}, …}      a patch: the base's number, and the values that differ
"""

from __future__ import annotations

import gzip
import io
import json
import os
import zlib
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from patchpilot.audio.lossless import audio_sha256
from patchpilot.errors import OutputError, ParameterError
from patchpilot.experiment.result import Step
from patchpilot.files import output_error
from patchpilot.search.base import Outcome
from patchpilot.space import AssetStore, Patch, Performance
from patchpilot.space.canonical import Json, canonical_json

NAME = "trace.jsonl.gz"
ASSETS = "assets"
_BASES = 64
"""So many bases can be referred to, the last ones; older ones are written again."""


@dataclass(frozen=True)
class Tried:
    """A line of the trace, with all that it takes to play it again.

    Attributes:
        step: what came of it.
        patch: what was played.
        performance: with what.
        parents: ids of the takes it was made from.
        audio: sha256 of its samples, "" where it failed.
    """

    step: Step
    patch: Patch
    performance: Performance
    parents: tuple[str, ...]
    audio: str


class _Bases:
    """The bases that lines can refer to; writer and reader forget the same ones."""

    def __init__(self) -> None:
        self.n = 0
        self.patches: OrderedDict[int, Json] = OrderedDict()
        self.performances: list[Performance] = []
        self._by_structure: dict[str, int] = {}

    def add(self, plain: Json) -> int:
        self.patches[self.n] = plain
        self._by_structure[_structure(plain)] = self.n
        self.n += 1
        if len(self.patches) > _BASES:
            number, old = self.patches.popitem(last=False)
            if self._by_structure.get(_structure(old)) == number:
                del self._by_structure[_structure(old)]
        return self.n - 1

    def find(self, plain: Json) -> int | None:
        return self._by_structure.get(_structure(plain))


class TraceWriter:
    """Adds to the trace of a run.

    Args:
        folder: of the run.
        size: bytes of the file that count; what is behind them is cut off.

    Raises:
        OutputError: the file cannot be written to, or is shorter.
        ParameterError: it is damaged.
    """

    def __init__(self, folder: Path, size: int = 0) -> None:
        self._path = folder / NAME
        self._store, self._stored = AssetStore(folder / ASSETS), set[str]()
        self._bases, self._lines = _Bases(), list[str]()
        self.size = size
        for _ in _decoded(folder, size, self._bases):
            pass
        try:
            with self._path.open("ab") as file:
                if file.tell() < size:
                    raise OutputError(f"{self._path} is cut off: {file.tell()} of {size} bytes are there")
                file.truncate(size)
        except OSError as error:
            raise output_error(self._path, error) from error

    def add(self, outcome: Outcome, played: Performance) -> None:
        """Add a line; it counts once it was flushed.

        Args:
            outcome: what came of a proposal.
            played: what was played, its engine seed included.
        """
        plain = self._plain(outcome.proposal.patch)
        base = self._bases.find(plain)
        if base is None:
            base = self._bases.add(plain)
            self._lines.append(canonical_json({"base": plain}))
        if played not in self._bases.performances:
            self._bases.performances.append(played)
            self._lines.append(canonical_json({"performance": played.to_json(self._store)}))
        said = {
            "w": outcome.proposal.searcher,
            "b": base,
            "v": _changes(self._bases.patches[base]["values"], plain["values"]),
            "r": plain["routings"] if plain["routings"] != self._bases.patches[base]["routings"] else None,
            "p": self._bases.performances.index(played),
            "s": {name: float(score) for name, score in outcome.scores.items()},
            "e": outcome.error,
            "d": outcome.proposal.detail,
            "from": list(outcome.proposal.parents),
            "own": outcome.proposal.performance is not None,
            "a": "" if outcome.take is None else audio_sha256(outcome.take.audio.samples),
        }
        self._lines.append(canonical_json({key: part for key, part in said.items() if part or key in "bvpw"}))

    def flush(self) -> int:
        """Put all lines on the disk; returns the bytes of the file that count."""
        if self._lines:
            data = gzip.compress("".join(f"{line}\n" for line in self._lines).encode(), 6, mtime=0)
            try:
                with self._path.open("ab") as file:
                    file.write(data)
                    file.flush()
                    os.fsync(file.fileno())
            except OSError as error:
                raise output_error(self._path, error) from error
            self._lines.clear()
            self.size += len(data)
        return self.size

    def _plain(self, patch: Patch) -> dict[str, Json]:
        for asset in patch.assets.values():
            if asset.sha256 not in self._stored:
                self._stored.add(self._store.put(asset))
        plain: dict[str, Json] = json.loads(patch.canonical)
        return plain


def read(folder: Path, size: int) -> Iterator[Tried]:
    """What a run tried, in the order of the proposals.

    Args:
        folder: of the run.
        size: bytes of the file that count.

    Raises:
        ParameterError: the trace is damaged.
        PatchError: an asset is missing.
    """
    store = AssetStore(folder / ASSETS)
    for line, plain, performance in _decoded(folder, size, _Bases()):
        patch = Patch.from_json(plain, store)
        own = performance.sha256 if line.get("own") else ""
        step = Step(line["w"], patch.sha256, line.get("s", {}), line.get("e", ""), line.get("d", ""), own)
        yield Tried(step, patch, performance, tuple(line.get("from", ())), line.get("a", ""))


def _decoded(folder: Path, size: int, bases: _Bases) -> Iterator[tuple[dict[str, Json], Json, Performance]]:
    """Each line of a patch, with the patch in plain JSON and what was played."""
    store = AssetStore(folder / ASSETS)
    try:
        for text in _lines(folder / NAME, size):
            line = json.loads(text)
            if "base" in line:
                bases.add(line["base"])
            elif "performance" in line:
                bases.performances.append(Performance.from_json(line["performance"], store))
            else:
                base = bases.patches[line["b"]]
                values = {**base["values"], **line["v"]}
                values = {name: value for name, value in values.items() if value is not None}
                plain = {**base, "values": values, "routings": line.get("r") or base["routings"]}
                yield line, plain, bases.performances[line["p"]]
    except (zlib.error, EOFError, OSError, ValueError, KeyError, IndexError, TypeError) as error:
        raise ParameterError(f"{folder / NAME} is damaged ({error}): run the experiment anew") from None


def _lines(path: Path, size: int) -> Iterator[str]:
    """The lines of the first bytes of the file."""
    if size == 0:
        return
    with (
        path.open("rb") as file,
        gzip.open(io.BufferedReader(_Head(file, size)), "rt", encoding="utf-8") as lines,
    ):
        yield from lines


class _Head(io.RawIOBase):
    """The first bytes of a file, as if it ended there."""

    def __init__(self, file: BinaryIO, size: int) -> None:
        self._file, self._left = file, size

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self._file.read(min(len(buffer), self._left))
        if not data and self._left:
            raise EOFError("its end is missing")
        buffer[: len(data)] = data
        self._left -= len(data)
        return len(data)


def _structure(plain: Json) -> str:
    """Equal for patches that differ in numbers only."""
    wires = [(r["source"], r["destination"]) for r in plain["routings"]]
    return canonical_json([plain["instrument"], plain["assets"], plain["extra"], wires])


def _changes(base: Mapping[str, float], values: Mapping[str, float]) -> dict[str, float | None]:
    """Values that differ from the base's; None where a default is again as it is."""
    changed: dict[str, float | None] = {
        name: value for name, value in values.items() if base.get(name) != value
    }
    return changed | {name: None for name in base if name not in values}

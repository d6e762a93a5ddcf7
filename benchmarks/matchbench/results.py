"""The file of measurements: one JSON line for each, written as soon as it is made.

Each line says what it was made with. Distances of another engine, or with another library, are not the same
measurement, so a file holds those of one only. The digest of the code is kept too, and told where there are several.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import patchpilot
from matchbench.measure import Record, rounded
from matchbench.sets import BENCHMARKS
from patchpilot.errors import LibraryError
from patchpilot.instruments.base import Instrument
from patchpilot.retrieval.places import best_library

FILE = BENCHMARKS / "results" / "match.jsonl"
CODE = Path(patchpilot.__file__).parent
SAME = ("engine", "library")
"""What must be the same for all lines of a file."""
Key = tuple[str, str, str]
"""Set, sound, effort."""


class MixedError(Exception):
    """Measurements that do not belong into one file."""


def made_with(instrument: Instrument) -> dict[str, str]:
    """What a measurement depends on: engine and processor, library, version and code."""
    try:
        library = best_library(instrument)
        rows = f"{library.name}, {len(library)} rows, {library.sha256[:12]}"
    except LibraryError:
        rows = "none"
    return {
        "engine": instrument.fingerprint,
        "library": rows,
        "version": patchpilot.__version__,
        "code": code_digest(),
    }


def code_digest(folder: Path = CODE) -> str:
    """A few digits that change with the code."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*.py")):
        digest.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:12]


class Results:
    """The measurements of a file; of two of the same, the later counts.

    Args:
        path: of the file, which need not be there.
        made_with: what new measurements are made with; None to read only.

    Raises:
        MixedError: the file holds measurements that were made with something else, or it is damaged.
    """

    def __init__(self, path: Path = FILE, made_with: Mapping[str, str] | None = None) -> None:
        self.path = path
        self._made_with = dict(made_with or {})
        self._records = {_key(record): record for record in _read(path)}
        for record in self._records.values():
            self._check(record)

    def __contains__(self, key: Key) -> bool:
        return key in self._records

    def __iter__(self) -> Iterator[Record]:
        return iter(self._records.values())

    @property
    def made_with(self) -> dict[str, list[str]]:
        """All that the measurements were made with, by kind."""
        kinds = dict.fromkeys(kind for record in self for kind in record["made_with"])
        return {kind: sorted({record["made_with"][kind] for record in self}) for kind in kinds}

    def add(self, key: Key, figures: Mapping[str, Any]) -> Record:
        """Keep a measurement, on the disk before this returns."""
        names = dict(zip(("set", "sound", "effort"), key, strict=True))
        record = rounded({**names, "made_with": self._made_with, **figures})
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("ab") as file:
            file.truncate(len(_whole_lines(self.path)))
            file.write((json.dumps(record, ensure_ascii=False) + "\n").encode())
            file.flush()
            os.fsync(file.fileno())
        self._records[key] = record
        return dict(record)

    def _check(self, record: Record) -> None:
        """A file is of one engine and one library; the first line of one that is only read says of which."""
        for kind in SAME:
            here = self._made_with.setdefault(kind, record["made_with"][kind])
            if record["made_with"][kind] != here:
                raise MixedError(
                    f"{self.path} holds measurements of the {kind} {record['made_with'][kind]!r}, and not only of "
                    f"{here!r}: name another file with --out, or move this one away"
                )


def _key(record: Record) -> Key:
    return record["set"], record["sound"], record["effort"]


def _read(path: Path) -> Iterator[Record]:
    """The records of a file; a last line that was cut off does not count."""
    for number, line in enumerate(_whole_lines(path).decode().splitlines(), start=1):
        try:
            yield json.loads(line)
        except ValueError:
            raise MixedError(f"{path}, line {number}: expected JSON, got {line!r:.60}") from None


def _whole_lines(path: Path) -> bytes:
    """A file up to its last end of a line: a kill may leave the start of another."""
    data = path.read_bytes() if path.exists() else b""
    return data[: data.rfind(b"\n") + 1]

"""Presets: each row as the instrument's own preset file, with its sound beside it."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

from patchpilot.datasets.export.shards import Shard
from patchpilot.datasets.export.sounds import sound_bytes
from patchpilot.datasets.storage.reader import Dataset
from patchpilot.errors import ParameterError
from patchpilot.files import write_bytes
from patchpilot.instruments.base import Instrument

_UNSAFE = re.compile(r"[^A-Za-z0-9 +,_-]+")


class Presets:
    """Two files a row: `000017 NAME note 60.vital`, and `.wav`.

    Args:
        dataset: what is exported.
        audio: "wav", "flac" or "none".
        instrument: writes the preset files; the dataset's own.

    Raises:
        ParameterError: there is no instrument, or it is another than the dataset's.
    """

    usual_audio = "wav"

    def __init__(self, dataset: Dataset, audio: str, instrument: Instrument | None) -> None:
        if instrument is None or instrument.name != dataset.recipe.instrument:
            raise ParameterError(
                f"writing presets needs the instrument {dataset.recipe.instrument}, "
                f"got {instrument.name if instrument else 'none'}"
            )
        self._dataset = dataset
        self._audio = audio
        self._instrument = instrument

    def shards(self, rows: range, most: int | None) -> list[Shard]:
        """A shard for each row.

        Raises:
            ParameterError: more rows in a file are asked for.
        """
        if most not in (None, 1):
            raise ParameterError(f"a preset file holds one row, not {most}")
        names, pitches = self._dataset.column("metadata/name"), self._dataset.column("metadata/pitch")
        endings = [self._instrument.suffix, *([] if self._audio == "none" else [f".{self._audio}"])]
        stems = [f"{row:06d} {_plain(names[row])} note {int(pitches[row])}" for row in rows]
        return [
            Shard(tuple(f"{stem}{ending}" for ending in endings), row, row + 1)
            for row, stem in zip(rows, stems, strict=True)
        ]

    def write(self, shard: Shard, folder: Path) -> None:
        """Write the preset, under its name where the patch has none, and then the sound."""
        row = self._dataset[shard.first]
        patch = row.patch
        if not patch.name:
            patch = dataclasses.replace(patch, info={**patch.info, "name": row.name})
        self._instrument.export(patch, folder / shard.files[0])
        if self._audio != "none":
            write_bytes(folder / shard.files[1], sound_bytes(row.audio, self._audio))


def _plain(name: str | bytes) -> str:
    """A name that every file system takes."""
    text = name.decode() if isinstance(name, bytes) else str(name)
    stem = text.rsplit("/", 1)[-1].rsplit(".", 1)[0] if text.endswith(".vital") else text
    return _UNSAFE.sub("_", stem)[:60].strip() or "patch"

"""Exporting a dataset: which kinds there are, and the loop that all of them share."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from patchpilot.datasets.export.parquet import Parquet
from patchpilot.datasets.export.presets import Presets
from patchpilot.datasets.export.shards import Folder, Shard
from patchpilot.datasets.export.sounds import AUDIO
from patchpilot.datasets.export.webdataset import WebDataset
from patchpilot.datasets.storage.reader import Dataset
from patchpilot.errors import DatasetError, ParameterError
from patchpilot.instruments.base import Instrument


class Format(Protocol):
    """One kind of export of one dataset."""

    def shards(self, rows: range, most: int | None) -> list[Shard]:
        """What will be written: a function of its arguments, so that an export can go on.

        Args:
            rows: of the dataset.
            most: rows in a shard; None for what suits the format.
        """

    def write(self, shard: Shard, folder: Path) -> None:
        """Write the files of a shard, each whole or not at all; the same bytes for the same rows."""


FORMATS: dict[str, type[WebDataset] | type[Parquet] | type[Presets]] = {
    "webdataset": WebDataset,
    "parquet": Parquet,
    "presets": Presets,
}


@dataclass(frozen=True)
class Exported:
    """Where an export stands, and what came of it.

    Attributes:
        folder: where it went.
        files: how many files it has when it is done.
        rows: how many rows.
        done: how many of those are there.
    """

    folder: Path
    files: int
    rows: int
    done: int


def export(
    dataset: Dataset,
    folder: Path | str,
    kind: str,
    *,
    rows: tuple[int | None, int | None] = (None, None),
    audio: str | None = None,
    shard_rows: int | None = None,
    instrument: Instrument | None = None,
    force: bool = False,
    on_progress: Callable[[Exported], None] = lambda _: None,
) -> Exported:
    """Write rows of a dataset for other programs; goes on where an earlier run was stopped.

    Args:
        dataset: what is exported.
        folder: where to; made if it is not there.
        kind: one of `FORMATS`.
        rows: the first and the one after the last, as in a slice; all by default.
        audio: "wav", "flac" or "none"; what suits the format by default.
        shard_rows: most rows in a file; what suits the format by default.
        instrument: writes presets, for "presets".
        force: whether an earlier export in the folder is replaced.
        on_progress: called after each shard.

    Raises:
        DatasetError: the dataset is damaged, or has no audio and some is asked for.
        OutputError: the folder cannot be written, or holds something else and is kept.
        ParameterError: an argument is out of its range.
        PluginError: Parquet without the extra `parquet`.
    """
    if kind not in FORMATS:
        raise ParameterError(f"expected a format among {', '.join(FORMATS)}, got {kind!r}")
    if shard_rows is not None and shard_rows < 1:
        raise ParameterError(f"expected at least one row in a file, got {shard_rows}")
    chosen = _chosen(rows, len(dataset))
    sound = _audio(audio, FORMATS[kind].usual_audio, dataset)
    form: Format = FORMATS[kind](dataset, sound, instrument)
    shards = form.shards(chosen, shard_rows)
    identity = {
        "kind": kind,
        "dataset": dataset.content_hash,
        "rows": [chosen.start, chosen.stop],
        "audio": sound,
        "shard_rows": shard_rows,
    }
    place = Folder(Path(folder), identity, _about(dataset), shards)
    place.open(force=force)
    missing = place.missing()
    state = Exported(
        folder=place.path,
        files=sum(len(shard.files) for shard in shards),
        rows=len(chosen),
        done=len(chosen) - sum(shard.end - shard.first for shard in missing),
    )
    on_progress(state)
    for shard in missing:
        form.write(shard, place.path)
        state = dataclasses.replace(state, done=state.done + shard.end - shard.first)
        on_progress(state)
    place.finish()
    return state


def _chosen(rows: tuple[int | None, int | None], n: int) -> range:
    first = 0 if rows[0] is None else rows[0]
    end = n if rows[1] is None else rows[1]
    if not 0 <= first < end <= n:
        raise ParameterError(f"expected rows A:B with 0 <= A < B <= {n}, got {first}:{end}")
    return range(first, end)


def _audio(audio: str | None, usual: str, dataset: Dataset) -> str:
    stored = dataset.recipe.audio != "none"
    if audio is None:
        return usual if stored else "none"
    if audio not in AUDIO:
        raise ParameterError(f"expected audio as one of {', '.join(AUDIO)}, got {audio!r}")
    if audio != "none" and not stored:
        raise DatasetError("the dataset was made without audio: export it with --audio none")
    return audio


def _about(dataset: Dataset) -> dict[str, object]:
    """What a reader of the shards wants to know of the columns; ranges are those of the stored values."""
    return {
        "columns": {"continuous": dataset.columns.continuous, "categorical": dataset.columns.categorical},
        "parameters": [dataclasses.asdict(parameter) for parameter in dataset.parameters],
        "recipe": dataset.recipe.to_json(),
    }

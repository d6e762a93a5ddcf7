"""WebDataset shards: tar files in which the files of a row share its number.

    000000017.wav                the sound, float32 (or .flac, or none)
    000000017.json               note, names, values by parameter, the whole patch
    000000017.continuous.npy     float32 (C,), in [0, 1]
    000000017.categorical.npy    int32 (K,), from 0
    000000017.FEATURE.npy        each stored feature

Assets of the patches lie once each in the folder `assets`, where `AssetStore` finds them. What `export.json` says of
the columns holds for all shards.
"""

from __future__ import annotations

import io
import tarfile
from pathlib import Path

import numpy as np

from patchpilot.datasets.export.labels import labels
from patchpilot.datasets.export.shards import Shard, fitting, split
from patchpilot.datasets.export.sounds import sound_bytes
from patchpilot.datasets.storage.reader import Dataset, Row
from patchpilot.files import write_bytes
from patchpilot.instruments.base import Instrument
from patchpilot.space import AssetStore
from patchpilot.space.canonical import canonical_json

MOST_ROWS = 1000


class WebDataset:
    """Tar shards of at most 1,000 rows, or about 256 MB of sound.

    Args:
        dataset: what is exported.
        audio: "wav", "flac" or "none".
    """

    usual_audio = "wav"

    def __init__(self, dataset: Dataset, audio: str, instrument: Instrument | None = None) -> None:  # noqa: ARG002
        self._dataset = dataset
        self._audio = audio

    def shards(self, rows: range, most: int | None) -> list[Shard]:
        """Shards of equal size, numbered from 0."""
        return split(rows, most or fitting(self._dataset, self._audio, MOST_ROWS), "shard-{:06d}.tar")

    def write(self, shard: Shard, folder: Path) -> None:
        """Write one tar file, and the assets of its patches."""
        store, buffer = AssetStore(folder / "assets"), io.BytesIO()
        with tarfile.open(fileobj=buffer, mode="w", format=tarfile.USTAR_FORMAT) as tar:
            for number in range(shard.first, shard.end):
                for suffix, data in _files(self._dataset[number], self._audio, store).items():
                    member = tarfile.TarInfo(f"{number:09d}.{suffix}")  # time 0, no owner: the same bytes
                    member.size = len(data)
                    tar.addfile(member, io.BytesIO(data))
        write_bytes(folder / shard.files[0], buffer.getvalue())


def _files(row: Row, audio: str, store: AssetStore) -> dict[str, bytes]:
    """The files of a row by their endings."""
    files = {} if audio == "none" else {audio: sound_bytes(row.audio, audio)}
    files["json"] = canonical_json(labels(row, audio, store)).encode()
    files["continuous.npy"] = _npy(row.continuous)
    files["categorical.npy"] = _npy(row.categorical)
    return files | {f"{name}.npy": _npy(feature) for name, feature in sorted(row.features.items())}


def _npy(array: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, np.ascontiguousarray(array), allow_pickle=False)
    return buffer.getvalue()

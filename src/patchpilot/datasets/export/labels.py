"""What is said of a row beside its sound and its vectors."""

from __future__ import annotations

from patchpilot.audio.lossless import gain_of
from patchpilot.datasets.storage.reader import Row
from patchpilot.space import AssetStore
from patchpilot.space.canonical import Json


def labels(row: Row, audio: str, store: AssetStore) -> dict[str, Json]:
    """Plain JSON of a row; the assets of its patch and the audio of its performance go to `store`.

    "flac_gain" is what its FLAC is to be multiplied by, where it is FLAC; "values" holds stored values by
    parameter, and "patch" everything the instrument was told (`Patch.from_json` reads it).
    """
    note = row.performance.notes[0]
    said = {
        "row": row.index,
        "candidate": row.candidate,
        "source": row.source,
        "name": row.name,
        "pitch": row.pitch,
        "velocity": row.velocity,
        "hold_s": note.hold_s,
        "performance": row.performance.to_json(store),
        "patch_sha256": row.patch.sha256,
        "patch": row.patch.to_json(store),
    }
    return {**said, "flac_gain": gain_of(row.audio.samples)} if audio == "flac" else said

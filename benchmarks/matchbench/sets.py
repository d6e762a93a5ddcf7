"""The frozen sets: patches that the engine plays, and CC0 recordings.

A set of patches is a file of JSON lines. The first says what the patches were drawn from, each other one holds a
patch: its place in the prior's sequence, its sha256, its values in the shortest form that is the same float32, its
routings, and its wavetables by the names of built-in ones.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from patchpilot.audio import Audio
from patchpilot.instruments.base import Instrument
from patchpilot.instruments.vital.wavetables import built_in
from patchpilot.space import Patch, Performance, Routing, Space
from patchpilot.space.canonical import Json

BENCHMARKS = Path(__file__).resolve().parent.parent
FILES = {"a": BENCHMARKS / "sets" / "core-v1.jsonl", "a2": BENCHMARKS / "sets" / "tier3-v1.jsonl"}
SOUNDS = BENCHMARKS / "sounds"
SETS = ("a", "a2", "b")
SEED = 20261121
"""Of the priors' sequences; no library is made of it."""
NAMES = {
    "a": "Vital's own patches (core-v1)",
    "a2": "Vital's own, rich ones (tier3-v1)",
    "b": "CC0 one-shots",
}
UNPITCHED = ("bd_haus", "bd_tek", "drum_cymbal_closed", "sn_dub")
"""Recordings without a note; the others of the set have one."""
NOTE = 60
"""What the patches are played with; nobody tells `match`."""
PERFORMANCE = Performance.one_note(NOTE, hold_s=1.5, length_s=2.0)


@dataclass(frozen=True, eq=False)
class Sound:
    """One sound of a set.

    Attributes:
        set: its set.
        name: unique in its set.
        pitched: whether it has a note, as far as is known; a patch counts as one that has.
        place: in its set, from 0.
        patch: that makes it, where there is one.
        file: that holds it, where there is one.
    """

    set: str
    name: str
    pitched: bool
    place: int
    patch: Patch | None = None
    file: Path | None = None

    def played(self, instrument: Instrument) -> Audio | Path:
        """What a user would give to `match`."""
        if self.patch is not None:
            return instrument.render(self.patch, PERFORMANCE)
        assert self.file is not None
        return self.file


def sounds(name: str, space: Space) -> list[Sound]:
    """All sounds of a set, always in the same order.

    Raises:
        ValueError: there is no such set, or its file is damaged.
    """
    if name == "b":
        files = sorted(SOUNDS.glob("*.flac"))
        return [Sound(name, f.stem, f.stem not in UNPITCHED, i, file=f) for i, f in enumerate(files)]
    if name not in FILES:
        raise ValueError(f"no set {name!r}; there are: {', '.join(SETS)}")
    patches = read_patches(FILES[name], space)
    return [Sound(name, f"{index:04d}", True, i, patch) for i, (index, patch) in enumerate(patches)]


def notes_of(patch: Patch) -> set[int]:
    """The notes that the oscillators of a patch play when the set's note is."""
    playing = [n for n in (1, 2, 3) if patch.values.get(f"osc_{n}_on", float(n == 1))]
    return {NOTE + round(patch.values.get(f"osc_{n}_transpose", 0.0)) for n in playing}


def size(name: str) -> int:
    """How many sounds a set has, without reading them."""
    if name == "b":
        return len(list(SOUNDS.glob("*.flac")))
    return len(FILES[name].read_text("utf-8").splitlines()) - 1


def header(path: Path) -> Json:
    """What a file's patches were drawn from."""
    with path.open(encoding="utf-8") as file:
        return json.loads(file.readline())


def read_patches(path: Path, space: Space) -> Iterator[tuple[int, Patch]]:
    """The patches of a file, each with its place in the prior's sequence.

    Raises:
        ValueError: a patch is not what its sha256 says.
    """
    for line in path.read_text("utf-8").splitlines()[1:]:
        data = json.loads(line)
        patch = Patch.make(
            space,
            data["values"],
            routings=[Routing(*routing) for routing in data["routings"]],
            assets={slot: built_in(name) for slot, name in data["assets"].items()},
        )
        if patch.sha256 != data["sha256"]:
            raise ValueError(f"{path}: patch {data['index']} is {patch.sha256}, expected {data['sha256']}")
        yield data["index"], patch


def lines(head: Json, patches: Sequence[tuple[int, Patch]]) -> Iterator[str]:
    """The lines of a file; the inverse of `read_patches`.

    Args:
        head: what the patches were drawn from.
        patches: as drawn from a prior: plain routings, built-in wavetables named in `info`.
    """
    yield json.dumps(head)
    for index, patch in patches:
        data = {
            "index": index,
            "sha256": patch.sha256,
            "assets": {slot: patch.info["assets"][slot] for slot in patch.assets},
            "routings": [[r.source, r.destination, _short(r.amount)] for r in patch.routings],
            "values": {name: _short(value) for name, value in patch.values.items()},
        }
        yield json.dumps(data)


def _short(value: float) -> float:
    """The number with fewest digits that is the same float32."""
    return float(str(np.float32(value)))

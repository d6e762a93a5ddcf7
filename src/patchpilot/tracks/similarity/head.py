"""What turns a base's numbers into an embedding: put on one scale, and, once it is trained, through a small network.

The network is Linear(512), LayerNorm, GELU, Dropout, Linear(256), then length 1. It is trained with PyTorch
(`training`), and runs in NumPy: a head is a file of arrays.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from patchpilot.audio import F32
from patchpilot.errors import EstimatorError, LibraryError
from patchpilot.retrieval.archive import Members, read_arrays, write_arrays
from patchpilot.space.canonical import canonical_json
from patchpilot.tracks.similarity.hearing import Base, size_of

FORMAT, KIND = 1, "patchpilot track head"
HIDDEN, SIZE = 512, 256
_MOST = 1.0
"""What a number counts for at most, with the weight of its group: four spreads or so."""
_EPS = 1e-5
_LAYERS: Members = {
    "w1": (np.float32, 2), "b1": (np.float32, 1), "gain": (np.float32, 1), "shift": (np.float32, 1),
    "w2": (np.float32, 2), "b2": (np.float32, 1),
}  # fmt: skip
_MEMBERS: Members = {"header": (np.uint8, 1), "middle": (np.float32, 1), "spread": (np.float32, 1), **_LAYERS}


@dataclass(frozen=True, eq=False)
class Head:
    """From a base's numbers to unit vectors; near are those of like sound.

    Attributes:
        base: name and version of the base.
        middle: float32 (size,), median of each number.
        spread: float32 (size,), what 1 stands for; infinite for a number that says nothing.
        layers: weights of the network by the names of `torch`'s layers here; none of an untrained head.
        facts: of the training, plain JSON.
    """

    base: tuple[str, str]
    middle: F32
    spread: F32
    layers: Mapping[str, F32] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)

    def __call__(self, rows: F32) -> F32:
        """Embeddings of length 1: float32 (…, 256), untrained (…, size).

        Args:
            rows: float32 (…, size); NaN counts as the median.
        """
        x = self.scaled(rows)
        if self.layers:
            x = _network(x, self.layers)
        return unit(x)

    def scaled(self, rows: F32) -> F32:
        """What the network hears: numbers in spreads, float32 (…, size), 0 where there was none."""
        off = (rows - self.middle) / self.spread
        return np.asarray(np.clip(np.nan_to_num(off, nan=0.0), -_MOST, _MOST), np.float32)

    def save(self, path: Path) -> None:
        """Write its file, whole or not at all; raises `OutputError`."""
        header = {"kind": KIND, "format": FORMAT, "base": list(self.base), "facts": dict(self.facts)}
        layers = {name: np.asarray(self.layers[name], np.float32) for name in _LAYERS}
        text = np.frombuffer(canonical_json(header).encode(), np.uint8)
        write_arrays(path, {"header": text, "middle": self.middle, "spread": self.spread, **layers})

    @classmethod
    def load(cls, path: Path) -> Head:
        """Read the file of a trained head.

        Raises:
            EstimatorError: there is none, or it is damaged or something else.
        """
        try:
            arrays = read_arrays(path, _MEMBERS)
            said = json.loads(arrays["header"].tobytes())
            if said["kind"] != KIND or said["format"] != FORMAT:
                raise LibraryError("it is of another kind or version")
            layers = {name: arrays[name] for name in _LAYERS}
            _check(arrays["middle"], arrays["spread"], layers)
            return cls(tuple(said["base"]), arrays["middle"], arrays["spread"], layers, said["facts"])
        except (LibraryError, ValueError, KeyError, TypeError) as error:
            raise EstimatorError(
                f"{path}: cannot be read as a head: {error}. Train one: patchpilot track similar train DIR -o {path}"
            ) from None

    def check(self, base: Base) -> None:
        """Make sure that it was trained on what this base gives; raises `EstimatorError`."""
        if self.base != (base.name, base.version) or len(self.middle) != size_of(base):
            raise EstimatorError(
                f"expected a head for {base.name} {base.version}, got one for {' '.join(self.base)}; train it again"
            )


def untrained(base: Base, rows: F32) -> Head:
    """A head that only puts a collection's numbers on one scale, each group of them equally heavy.

    Args:
        base: that gave them.
        rows: float32 (n, size), of the collection.
    """
    known = np.isfinite(rows).any(axis=0)
    filled = np.where(known, rows, 0.0)
    middle = np.nanmedian(filled, axis=0)
    low, high = np.nanquantile(filled, (0.25, 0.75), axis=0)
    spread = np.maximum(high - low, 0.5 * np.nanstd(filled, axis=0)) / 1.349
    weights = np.concatenate([np.full(count, np.sqrt(count)) for _, count in base.groups])
    usable = known & (spread > 1e-6)
    heavy = np.where(usable, np.maximum(spread, 1e-6) * weights, np.inf)
    return Head((base.name, base.version), middle.astype(np.float32), heavy.astype(np.float32))


def unit(x: F32) -> F32:
    """Vectors (…, size) at length 1."""
    return np.asarray(x / np.maximum(np.linalg.norm(x, axis=-1, keepdims=True), 1e-9), np.float32)


def _network(x: F32, layers: Mapping[str, F32]) -> F32:
    from scipy.special import erf

    hidden = x @ layers["w1"].T + layers["b1"]
    centred = hidden - hidden.mean(axis=-1, keepdims=True)
    normal = centred / np.sqrt(np.square(centred).mean(axis=-1, keepdims=True) + _EPS)
    turned = normal * layers["gain"] + layers["shift"]
    turned = 0.5 * turned * (1.0 + erf(turned / np.sqrt(2.0)))
    return np.asarray(turned @ layers["w2"].T + layers["b2"], np.float32)


def _check(middle: F32, spread: F32, layers: Mapping[str, F32]) -> None:
    size, hidden = len(middle), len(layers["b1"])
    shapes = {name: layers[name].shape for name in layers}
    expected = {
        "w1": (hidden, size), "b1": (hidden,), "gain": (hidden,), "shift": (hidden,),
        "w2": (SIZE, hidden), "b2": (SIZE,),
    }  # fmt: skip
    finite = np.isfinite(middle).all() and all(np.isfinite(layer).all() for layer in layers.values())
    if shapes != expected or spread.shape != middle.shape or not (spread > 0.0).all() or not finite:
        raise LibraryError("its arrays do not fit together; it is damaged")
